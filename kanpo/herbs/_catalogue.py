"""The catalogue as a value: herbs, and their requirements with the default rows filled in."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import pandas as pd

from kanpo.errors import InputUnusable, Place, UsageError, shown
from kanpo.herbs._check import DEFAULT_HERB, check_files, read_files
from kanpo.herbs._curve import Row, bell_of, classes_of, corners_of, points_of
from kanpo.herbs._requirement import Herb, Requirement
from kanpo.locale import Text
from kanpo.schema import FACTORS, normalise


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Herbs and what they need.

    `requirements` has for each herb its own rows and the default rows of the factors that it has
    no row for, in the order of the factors. `digest` is a hash over all of it. `own` are the rows of
    the user's own that were laid over those shipped with kanpo, `own_herbs` the ids of herbs of the
    user's own or with facts of the user's own.
    """

    herbs: Mapping[str, Herb]
    requirements: Mapping[str, tuple[Requirement, ...]]
    quality: pd.DataFrame
    market: pd.DataFrame
    operations: pd.DataFrame
    sources: pd.DataFrame
    digest: str
    own: tuple[Requirement, ...] = ()
    own_herbs: tuple[str, ...] = ()
    works: tuple = ()

    def requirements_of(self, herb_id: str) -> tuple[Requirement, ...]:
        """What a herb needs, in the order of the factors.

        Raises
        ------
        KeyError
            There is no such herb.
        """
        return self.requirements[herb_id]

    def source_title(self, source_ids: str) -> str:
        """Titles of the sources that a row names (``a; b``)."""
        titles = dict(zip(self.sources["source_id"], self.sources["title"], strict=True))
        return "; ".join(titles.get(name.strip(), name.strip()) for name in source_ids.split(";"))


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """Load and check a catalogue; the one shipped with kanpo when no folder is given.

    Raises
    ------
    InputUnusable
        A file or row is wrong; all problems are in the error.
    """
    # A folder of the user's own may change while kanpo runs; what is shipped does not.
    return _shipped() if folder is None else _load(folder)


@cache
def _shipped() -> Catalogue:
    return _load(None)


def _load(folder: Path | None) -> Catalogue:
    read, problems = read_files(folder)
    problems = problems or check_files(read)
    if problems:
        raise InputUnusable(
            "catalogue.unusable",
            Text(
                f"生薬目録に {len(problems)} 件の問題があります",
                f"the herb catalogue has {len(problems)} problems",
            ),
            Text("上の行を直してください(kanpo herbs check)", "mend the rows above (kanpo herbs check)"),
            Place(str(folder) if folder else None),
            tuple(problems),
        )
    herbs = {row["herb_id"]: herb_of_row(row) for row in read.tables["herbs"]}
    rows = [requirement_of_row(row, number) for number, row in enumerate(read.tables["requirements"], 2)]
    requirements = {herb_id: _resolved(herb_id, rows) for herb_id in herbs}
    tables = {
        name: pd.DataFrame(read.tables[name]) for name in ("quality", "market", "operations", "sources")
    }
    digest = hashlib.sha256(json.dumps(read.tables, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    return Catalogue(herbs, requirements, **tables, digest=digest)


def herb_of_row(row: Row) -> Herb:
    """A checked row as a herb; blank numbers are not known, blank years to harvest one."""
    values: dict[str, object] = {}
    for field in fields(Herb):
        text = row.get(field.name, "")
        if field.type == "int":
            values[field.name] = int(text or 1)
        elif "float" in str(field.type):
            values[field.name] = float(text) if text else None
        else:
            values[field.name] = text
    return Herb(**values)  # type: ignore[arg-type]


def requirement_of_row(row: Row, number: int) -> Requirement:
    """A checked row as a requirement; `number` is its row in the file."""
    kind = row["kind"]
    return Requirement(
        herb_id=row["herb_id"],
        factor=row["factor"],
        kind=kind,  # type: ignore[arg-type]
        corners=corners_of(row) if kind == "trapezoid" else (None, None, None, None),
        classes=classes_of(row) if kind == "classes" else {},
        weight=float(row["weight"]),
        knock_out=row["knock_out"] == "1",
        source=row["source"],
        confidence=row["confidence"],
        note=row.get("note", ""),
        row=number,
        bell=bell_of(row) if kind == "gaussian" else None,
        points=points_of(row) if kind == "piecewise" else (),
    )


def _resolved(herb_id: str, rows: list[Requirement]) -> tuple[Requirement, ...]:
    chosen = {row.factor: row for row in rows if row.herb_id == DEFAULT_HERB}
    chosen |= {row.factor: row for row in rows if row.herb_id == herb_id}
    return tuple(chosen[factor] for factor in FACTORS if factor in chosen)


#: Hiragana to katakana: names of plants are written in either.
_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}


def _plain(name: str) -> str:
    """A name for comparison: width, case and kind of kana do not matter."""
    return normalise(name).casefold().translate(_KATAKANA)


def find_herb(catalogue: Catalogue, text: str) -> Herb:
    """The herb that somebody means by its id, crude drug, plant, species or Latin name.

    Two plants may give the same crude drug (当帰): its name means the one that stands first in the
    catalogue, the other is found by its plant (ホッカイトウキ) or id.

    Raises
    ------
    UsageError
        No herb has that name; the nearest is suggested.
    """
    wanted = _plain(text)
    names: dict[str, str] = {}
    for herb in catalogue.herbs.values():
        plants = herb.plant_ja.replace(")", "").split("(")
        drugs = (herb.crude_drug_ja, herb.latin_drug_name)
        for name in (herb.herb_id, herb.label.ja, herb.label.en, *plants, herb.species, *drugs):
            names.setdefault(_plain(name), herb.herb_id)
    if wanted and wanted in names:
        return catalogue.herbs[names[wanted]]
    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.5)
    hint = catalogue.herbs[names[near[0]]] if near else None
    shown_ja, shown_en = f"生薬「{shown(text)}」は目録にありません", f"there is no herb '{shown(text)}'"
    raise UsageError(
        "herb.unknown",
        Text(shown_ja, shown_en),
        Text(f"もしかして: {hint.herb_id}({hint.crude_drug_ja})", f"did you mean {hint.herb_id}?")
        if hint
        else Text("kanpo herbs list で一覧を見られます", "see kanpo herbs list"),
        Place(column="--herb"),
    )


def herb_table(catalogue: Catalogue) -> pd.DataFrame:
    """All herbs, one row each, with the columns of `Herb`."""
    names = [field.name for field in fields(Herb)]
    return pd.DataFrame(
        [[getattr(herb, name) for name in names] for herb in catalogue.herbs.values()], columns=names
    )


def requirement_table(catalogue: Catalogue, herb_id: str) -> pd.DataFrame:
    """What a herb needs, one row per factor, in words of the current language."""
    return pd.DataFrame(
        [
            {
                "factor": str(FACTORS[row.factor].label),
                "requirement": str(row.text),
                "weight": row.weight,
                "knock_out": row.knock_out,
                "confidence": row.confidence,
                "source": row.source,
            }
            for row in catalogue.requirements_of(herb_id)
        ]
    )
