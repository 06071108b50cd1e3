"""The way of an office through two years: outlines without numbers, pins, a ledger, surveys in other words."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import geopandas as gpd
import pytest

from tests.e2e.conftest import Kanpo
from tests.e2e.office import Office, made_up_outlines, make_office
from tests.e2e.test_undo import dump

#: Published outlines of a city to be tried instead of made-up ones: a file that GeoPandas reads.
REAL = os.environ.get("KANPO_TEST_OUTLINES")
ORDERS = {
    "as an office gets them": ("outlines", "pins", "ledger", "first", "second"),
    "the other way round": ("second", "first", "ledger", "pins", "outlines"),
    "surveys between": ("ledger", "first", "outlines", "second", "pins"),
}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    outlines, count = (gpd.read_file(REAL), 620) if REAL else (made_up_outlines(240), 200)
    return make_office(outlines, tmp_path, count)


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_rows_whose_lot_a_pin_names_end_on_the_outline(
    kanpo: Kanpo, office: Office, order: tuple[str, ...]
) -> None:
    kanpo("init", "町.gpkg")
    for name in order:
        said = kanpo("ingest", getattr(office, name))
        assert said.code == 0, said.err
    listed = {
        row["parcel_id"]: row for row in json.loads(kanpo("parcels", "list", "--json", "--limit", "9999").out)
    }
    links = json.loads(kanpo("parcels", "links", "--json", "--limit", "99999").out)
    of_tables = [row for row in links if ":" in row["register_id"]]
    assert len(of_tables) == len(office.lots)
    right = wrong = states = 0
    for row in of_tables:
        true, _, second = office.lots[row["register_id"].removeprefix("大字").replace(":", " ")]
        right += row["parcel_id"] == true
        wrong += row["parcel_id"] not in (true, None)
        states += row["parcel_id"] == true and listed[true]["idle_class"] == second
    sys.stderr.write(
        f"{right} of {len(of_tables)} rows on their outline, {wrong} on another, {states} with the survey's class\n"
    )
    assert right >= 0.95 * len(of_tables) and wrong <= 0.05 * len(of_tables)
    assert states >= 0.95 * len(of_tables)
    years = {row["year"]: row for row in json.loads(kanpo("parcels", "history", "--json").out)}
    lots = list(office.lots.values())
    for year, place in ((2021, 1), (2023, 2)):
        assert years[year]["surveyed"] == pytest.approx(len(lots), rel=0.05)
        assert years[year]["idle_1"] == pytest.approx(
            sum(lot[place] == "1" for lot in lots), abs=len(lots) // 20
        )
    new = sum(lot[1] is None and lot[2] is not None for lot in lots)
    restored = sum(lot[1] is not None and lot[2] is None for lot in lots)
    assert years[2023]["new"] == pytest.approx(new, abs=3)
    assert years[2023]["restored"] == pytest.approx(restored, abs=3)
    by = json.loads(
        kanpo("parcels", "history", "--by", "settlement", "--from", "2021", "--to", "2023", "--json").out
    )
    assert sum(row["new"] for row in by) == years[2023]["new"] and len(by) == 6
    assert sum(row["restored"] for row in by) == years[2023]["restored"]


def test_the_last_survey_is_undone_to_the_byte_and_nothing_older_changes(
    kanpo: Kanpo, office: Office
) -> None:
    kanpo("init", "町.gpkg")
    for path in (office.outlines, office.pins, office.ledger, office.first):
        assert kanpo("ingest", path).code == 0
    before = dump(office.outlines.with_name("町.gpkg"))
    assert kanpo("ingest", office.second).code == 0
    # An old file again changes nothing newer.
    state = kanpo("parcels", "list", "--csv", "--limit", "9999").out
    assert kanpo("ingest", office.first).code == 0
    assert kanpo("ingest", office.ledger).code == 0
    assert kanpo("parcels", "list", "--csv", "--limit", "9999").out == state
    said = kanpo("ingest", "--undo", "last")
    assert said.code == 0, said.err
    after = dump(office.outlines.with_name("町.gpkg"))
    assert {name for name in after if after[name] != before[name]} == set()
