"""Computed data: site factors and scores, each product stamped with the hashes of what went in."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from kanpo import __version__
from kanpo.locale import Text
from kanpo.schema import FACTOR_VALUES, FACTORS, REGISTER_LINKS
from kanpo.store._connection import spoken_errors, transaction
from kanpo.store._identity import now
from kanpo.store._kept import forget_part, is_as_computed, keep_hashes
from kanpo.store._sql import SCORE_KEYS, herb_layer, herb_view, quoted
from kanpo.store._written import stored_json

#: What the inputs of a product are called for people.
INPUT_LABELS: dict[str, Text] = {
    "parcels": Text("筆", "parcels"),
    "layers": Text("主題図", "layers"),
    "visits": Text("現地調査", "site visits"),
    "catalogue": Text("生薬目録", "herb catalogue"),
    "factors": Text("立地要因", "site factors"),
    "definition": Text("評価の定義", "definition of the score"),
    "decisions": Text("台帳と筆の対応の決定", "decisions on register links"),
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """From which inputs, with which parameters, when and by which kanpo a product was computed."""

    product: str
    inputs: dict[str, str]
    parameters: dict[str, object]
    rows: int
    computed_at: str
    kanpo_version: str

    def changed(self, current: Mapping[str, str]) -> tuple[str, ...]:
        """The inputs that are different now; empty when the product is fresh."""
        return tuple(key for key, value in self.inputs.items() if current.get(key, value) != value)


class Computed:
    """Reads and replaces what was computed in one project."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    def stamp(self, product: str) -> Stamp | None:
        """The stamp of a product (``factors``, ``scores``); None when it was never computed."""
        with spoken_errors(self._path):
            row = self._connection.execute(
                "SELECT product, inputs, parameters, rows, computed_at, kanpo_version FROM stamps WHERE product = ?",
                (product,),
            ).fetchone()
        return (
            None if row is None else Stamp(row[0], stored_json(row[1]), stored_json(row[2] or "{}"), *row[3:])
        )

    def intact(self, product: str) -> bool:
        """Whether a product (``factors``, ``links``, ``scores``) is as it was computed, edited by nobody since."""
        with spoken_errors(self._path):
            return is_as_computed(self._connection, product)

    def write_factors(
        self,
        values: pd.DataFrame,
        sources: pd.DataFrame,
        coverage: pd.DataFrame,
        inputs: Mapping[str, str],
        *,
        exclusions: pd.DataFrame | None = None,
        parameters: Mapping[str, object] | None = None,
    ) -> None:
        """Replace all site factors.

        Parameters
        ----------
        values, sources, coverage : DataFrame
            Index parcel_id, one column per factor (see the schema).
        inputs : mapping
            Hashes of what they were computed from.
        exclusions : DataFrame, optional
            Index parcel_id, one column per exclusion layer: the share of the parcel it concerns.
        parameters : mapping, optional
            What is kept with the stamp.
        """
        columns = ["parcel_id", *FACTORS, "sources", "coverage", "exclusions"]
        data: list[list[object]] = [list(values.index)]
        for key in FACTORS:
            column = values[key].astype(object)
            data.append(column.where(column.notna(), None).tolist())
        shares = pd.DataFrame(index=values.index) if exclusions is None else exclusions
        data += [_joined(sources), _joined(coverage.round(3)), _rows_as_json(shares)]
        marks = ", ".join("?" * len(columns))
        with spoken_errors(self._path), transaction(self._connection):
            self._connection.execute(f"DELETE FROM {FACTOR_VALUES.name}")
            self._connection.executemany(
                f"INSERT INTO {FACTOR_VALUES.name} ({', '.join(map(quoted, columns))}) VALUES ({marks})",
                zip(*data, strict=True),
            )
            self._write_stamp("factors", inputs, parameters or {}, len(values))
            keep_hashes(self._connection, FACTOR_VALUES.name)

    def factors(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Values, sources and coverage of all site factors, as they were written."""
        columns = ["parcel_id", *FACTORS, "sources", "coverage"]
        with spoken_errors(self._path):
            rows = self._connection.execute(
                f"SELECT {', '.join(map(quoted, columns))} FROM {FACTOR_VALUES.name} ORDER BY fid"
            ).fetchall()
        frame = pd.DataFrame(rows, columns=columns).set_index("parcel_id")
        sources, coverage = _split(frame.pop("sources"), ""), _split(frame.pop("coverage"), 0.0)
        for factor in FACTORS.values():
            if factor.kind == "number":
                frame[factor.key] = frame[factor.key].astype("float64")
        return frame, sources.astype(object), coverage.astype("float64")

    def exclusions(self) -> pd.DataFrame:
        """Share of each parcel that exclusion layers concern (index parcel_id), as it was written.

        A layer that concerns no parcel has no column.
        """
        with spoken_errors(self._path):
            rows = self._connection.execute(
                f"SELECT parcel_id, exclusions FROM {FACTOR_VALUES.name} ORDER BY fid"
            ).fetchall()
        index = pd.Index([parcel_id for parcel_id, _ in rows], name="parcel_id", dtype=object)
        return pd.DataFrame([stored_json(text or "{}") for _, text in rows], index=index).fillna(0.0)

    def write_links(self, links: pd.DataFrame, inputs: Mapping[str, str]) -> None:
        """Replace all links of register rows to parcels (columns of `REGISTER_LINKS`)."""
        keys = REGISTER_LINKS.keys
        values = links[list(keys)].to_numpy(dtype=object, copy=True)
        values[pd.isna(values)] = None
        with spoken_errors(self._path), transaction(self._connection):
            self._connection.execute(f"DELETE FROM {REGISTER_LINKS.name}")
            self._connection.executemany(
                f"INSERT INTO {REGISTER_LINKS.name} ({', '.join(map(quoted, keys))}) "
                f"VALUES ({', '.join('?' * len(keys))})",
                values.tolist(),
            )
            self._write_stamp("links", inputs, {}, len(links))
            keep_hashes(self._connection, REGISTER_LINKS.name)

    def links(self) -> pd.DataFrame:
        """Links of register rows to parcels, as they were written."""
        keys = REGISTER_LINKS.keys
        with spoken_errors(self._path):
            rows = self._connection.execute(
                f"SELECT {', '.join(map(quoted, keys))} FROM {REGISTER_LINKS.name} ORDER BY fid"
            ).fetchall()
        return pd.DataFrame(rows, columns=list(keys))

    def write_scores(
        self, scores: pd.DataFrame, inputs: Mapping[str, str], parameters: Mapping[str, object]
    ) -> None:
        """Replace the scores of the herbs in `scores`, or of all when the inputs have changed.

        What stood before a change, and from what it was computed (stamp ``former_scores``), is kept
        until the next change; the same computed once more changes nothing of it.

        Parameters
        ----------
        scores : DataFrame
            Columns of the schema's table of scores.
        inputs, parameters : mapping
            Hashes of what went in, and the settings.
        """
        herbs = list(dict.fromkeys(scores["herb_id"]))
        with spoken_errors(self._path), transaction(self._connection):
            before = self.stamp("scores")
            if before is None or before.inputs != dict(inputs) or before.parameters != dict(parameters):
                self._set_aside(before)
                self._drop_scores(self._scored_herbs())
            self._drop_scores(herbs)
            fids = dict(self._connection.execute("SELECT parcel_id, fid FROM parcels"))
            data: list[list[object]] = [scores["herb_id"].tolist(), scores["parcel_id"].map(fids).tolist()]
            for key in SCORE_KEYS:
                column = scores[key]
                column = (column.round(6) if column.dtype.kind == "f" else column).astype(object)
                data.append(column.where(column.notna(), None).tolist())
            self._connection.executemany(
                f"INSERT INTO score_values (herb_id, parcel_fid, {', '.join(map(quoted, SCORE_KEYS))}) "
                f"VALUES ({', '.join('?' * (len(SCORE_KEYS) + 2))})",
                zip(*data, strict=True),
            )
            for herb in herbs:
                self._list_herb(herb)
            total = self._connection.execute("SELECT count(*) FROM score_values").fetchone()[0]
            self._write_stamp("scores", inputs, parameters, total)
            keep_hashes(self._connection, "score_values", herbs)

    def _scored_herbs(self) -> list[str]:
        return [row[0] for row in self._connection.execute("SELECT DISTINCT herb_id FROM score_values")]

    def _set_aside(self, before: Stamp | None) -> None:
        """Keep the scores that stand, and their stamp, so that a list can say what changed and why."""
        if before is None:
            return
        if self._scored_herbs():
            self._connection.execute("DELETE FROM former_scores")
            # What is not certain to be of one class has none: its point's class is never told alone.
            self._connection.execute(
                "INSERT INTO former_scores SELECT s.herb_id, p.parcel_id, s.score, "
                "CASE WHEN s.class_lower IS s.class_upper THEN s.class_lower "
                "ELSE s.class_lower || '-' || s.class_upper END, s.limiting_factor, s.rank "
                "FROM score_values s JOIN parcels p ON p.fid = s.parcel_fid"
            )
        self._write_stamp(
            "former_scores",
            before.inputs,
            before.parameters,
            before.rows,
            before.computed_at,
            before.kanpo_version,
        )

    def _drop_scores(self, herbs: list[str]) -> None:
        for herb in herbs:
            self._connection.execute("DELETE FROM score_values WHERE herb_id = ?", (herb,))
            forget_part(self._connection, "score_values", herb)
            self._connection.execute(f"DROP VIEW IF EXISTS {quoted(herb_layer(herb))}")
            for table in ("gpkg_geometry_columns", "gpkg_contents"):
                self._connection.execute(f"DELETE FROM {table} WHERE table_name = ?", (herb_layer(herb),))

    def _list_herb(self, herb: str) -> None:
        self._connection.execute(herb_view(herb))
        list_layer(self._connection, herb_layer(herb), geometry=True, like="parcels")

    def scores(self, herb_id: str | None = None, parcel_ids: Iterable[str] | None = None) -> pd.DataFrame:
        """Scores as they were written, best first within each herb; of some parcels where named."""
        chosen = None if parcel_ids is None else json.dumps(sorted(parcel_ids))
        with spoken_errors(self._path):
            cursor = self._connection.execute(
                "SELECT * FROM scores WHERE (?1 IS NULL OR herb_id = ?1) "
                "AND (?2 IS NULL OR parcel_id IN (SELECT value FROM json_each(?2))) ORDER BY herb_id, rank",
                (herb_id, chosen),
            )
            return pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description])

    def class_counts(self) -> pd.DataFrame:
        """How many parcels each herb has of each class_lower, class_upper and certainty (column ``parcels``)."""
        keys = "herb_id, class_lower, class_upper, certainty"
        with spoken_errors(self._path):
            rows = self._connection.execute(
                f"SELECT {keys}, count(*) FROM score_values GROUP BY {keys}"
            ).fetchall()
        return pd.DataFrame(rows, columns=[*keys.split(", "), "parcels"])

    def former_scores(self, herb_id: str) -> pd.DataFrame:
        """What stood before the scores of a herb that stand now: parcel_id, score, class, limiting_factor, rank.

        A range of classes is written with a hyphen (``S1-S3``); the class is None where none was told.
        """
        with spoken_errors(self._path):
            cursor = self._connection.execute(
                "SELECT parcel_id, score, class, limiting_factor, rank FROM former_scores WHERE herb_id = ? "
                "ORDER BY rank, parcel_id",
                (herb_id,),
            )
            return pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description])

    def _write_stamp(
        self,
        product: str,
        inputs: Mapping[str, str],
        parameters: Mapping[str, object],
        rows: int,
        computed_at: str | None = None,
        kanpo_version: str = __version__,
    ) -> None:
        self._connection.execute("DELETE FROM stamps WHERE product = ?", (product,))
        self._connection.execute(
            "INSERT INTO stamps (product, inputs, parameters, rows, computed_at, kanpo_version) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (product, _json(inputs), _json(parameters), rows, computed_at or now(), kanpo_version),
        )


def list_layer(connection: sqlite3.Connection, name: str, *, geometry: bool, like: str | None = None) -> None:
    """Enter a table or view in GeoPackage's list of contents, so that QGIS offers it.

    The extent is taken over from the layer `like`.
    """
    extent = (
        connection.execute(
            "SELECT min_x, min_y, max_x, max_y FROM gpkg_contents WHERE table_name = ?", (like,)
        ).fetchone()
        or (None,) * 4
    )
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, min_x, min_y, max_x, max_y, srs_id) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (name, "features" if geometry else "attributes", name, now(), *extent, 6668 if geometry else None),
    )
    if geometry:
        connection.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'GEOMETRY', 6668, 0, 0)", (name,)
        )


def _json(value: Mapping[str, object]) -> str:
    return json.dumps(dict(value), ensure_ascii=False, sort_keys=True)


def _rows_as_json(frame: pd.DataFrame) -> list[object]:
    """One JSON object per row without its zeros."""
    names = [str(name) for name in frame.columns]
    return [
        _json({name: value for name, value in zip(names, row, strict=True) if value})
        for row in frame.to_numpy(dtype=float).tolist()
    ]


def _joined(frame: pd.DataFrame) -> list[object]:
    """One JSON object per row without its blanks; equal rows are written out once."""
    keys = [key for key in FACTORS if key in frame.columns]
    codes = np.column_stack([pd.factorize(frame[key])[0] for key in keys]) if len(frame) else np.empty((0, 1))
    _, first, inverse = np.unique(codes, axis=0, return_index=True, return_inverse=True)
    texts = [
        _json({key: value for key, value in zip(keys, row, strict=True) if value})
        for row in frame[keys].iloc[first].itertuples(index=False)
    ]
    return [texts[i] for i in inverse.ravel()]


def _split(column: pd.Series, blank: object) -> pd.DataFrame:
    """The opposite of `_joined`."""
    codes, texts = pd.factorize(column)
    rows = pd.DataFrame([stored_json(text) for text in texts], columns=list(FACTORS)).astype(object)
    rows = rows.where(rows.notna(), blank)
    return rows.iloc[codes].set_index(column.index) if len(rows) else pd.DataFrame(columns=list(FACTORS))
