"""A wrong import is undone: every table as it was, to the byte."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import parcels_frame
from tests.e2e.conftest import Kanpo

FILES = Path(__file__).parents[1] / "parcels" / "files"
#: What grows with every record, the undoing among them.
JOURNAL = {"journal"}


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, with its number; of counters, those of the journal left out."""
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = {
            name: connection.execute(f"SELECT * FROM [{name}]").fetchall()
            for name in names
            if name not in JOURNAL
        }
    tables["sqlite_sequence"] = [row for row in tables["sqlite_sequence"] if row[0] != "journal"]
    return {name: sorted(rows, key=repr) for name, rows in tables.items()}


def _table(path: Path, day: str, *rows: str) -> Path:
    path.write_text(
        "大字,地番,地目,荒廃農地分類,調査年月日\n" + "".join(f"{row},{day}\n" for row in rows), "utf-8-sig"
    )
    return path


@pytest.fixture
def town(kanpo: Kanpo, tmp_path: Path) -> Path:
    """Outlines and a ledger of 2021."""
    kanpo("init", "町.gpkg")
    frame = parcels_frame(12)[["parcel_id", "settlement", "lot_number", "geometry"]]
    frame.to_file(tmp_path / "筆.geojson", driver="GeoJSON")
    assert kanpo("ingest", "筆.geojson").code == 0
    assert (
        kanpo("ingest", _table(tmp_path / "a.csv", "R3.9.1", "架空沢,1-1,畑,B", "架空沢,99-1,畑,A")).code == 0
    )
    return tmp_path / "町.gpkg"


def _next_table(kanpo: Kanpo, folder: Path) -> None:
    assert kanpo("ingest", _table(folder / "b.csv", "R5.9.1", "架空沢,1-1,畑,A", "架空沢,2-1,田,B")).code == 0


def _next_outlines(kanpo: Kanpo, folder: Path) -> None:
    frame = parcels_frame(14)[["parcel_id", "settlement", "lot_number", "geometry"]]
    frame["geometry"] = frame.geometry.affine_transform([1, 0, 0, 1, 0.00002, 0])
    frame.to_file(folder / "筆2.geojson", driver="GeoJSON")
    assert kanpo("ingest", "筆2.geojson").code == 0


def _next_pins(kanpo: Kanpo, folder: Path) -> None:
    assert kanpo("ingest", FILES / "emaff_nara_11.geojson").code == 0


@pytest.mark.parametrize("import_next", [_next_table, _next_outlines, _next_pins])
def test_undo_brings_back_every_table_to_the_byte(kanpo: Kanpo, town: Path, import_next: object) -> None:
    before = dump(town)
    import_next(kanpo, town.parent)  # type: ignore[operator]
    assert dump(town) != before
    said = kanpo("ingest", "--undo", "last")
    assert said.code == 0, said.err
    after = dump(town)
    assert {name for name in after if after[name] != before.get(name)} == set()
    assert kanpo("verify").code == 0
    assert len(json.loads(kanpo("records", "list", "undone_import", "--json").out)) == 1
    # The same import can be made again, and be undone again.
    import_next(kanpo, town.parent)  # type: ignore[operator]
    assert kanpo("ingest", "--undo", "last").code == 0
    after = dump(town)
    assert {name for name in after if after[name] != before.get(name)} == set()


def test_records_on_what_is_taken_away_stay_and_are_said(kanpo: Kanpo, town: Path) -> None:
    _next_outlines(kanpo, town.parent)
    assert kanpo("record", "visit", "--parcel-id", "P14", "--drainage", "well").code == 0
    said = kanpo("ingest", "--undo", "last")
    assert said.code == 0 and "現地調査 1 件" in said.err + said.out
    assert "P14" in kanpo("records", "list", "visit").out


def test_an_import_on_which_later_ones_build_is_refused_or_undone_with_them(kanpo: Kanpo, town: Path) -> None:
    with closing(sqlite3.connect(town)) as connection:
        outlines, ledger = (row[0] for row in connection.execute("SELECT batch_id FROM batches ORDER BY fid"))
    start = dump(town)
    _next_table(kanpo, town.parent)
    refused = kanpo("ingest", "--undo", ledger)
    assert refused.code == 4 and "b.csv" in refused.err and "--with-later" in refused.err
    assert dump(town) != start
    assert kanpo("ingest", "--undo", ledger, "--with-later").code == 0
    with closing(sqlite3.connect(town)) as connection:
        assert connection.execute("SELECT count(*) FROM statements").fetchone() == (0,)
        assert connection.execute("SELECT batch_id FROM batches").fetchall() == [(outlines,)]
    assert kanpo("ingest", "--undo", "nobody").code == 2
    assert kanpo("ingest").code == 2


def test_a_trial_of_the_undoing_changes_nothing(kanpo: Kanpo, town: Path) -> None:
    before = town.read_bytes()
    assert kanpo("ingest", "--undo", "last", "--dry-run").code == 2
    assert town.read_bytes() == before
