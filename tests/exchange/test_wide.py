"""Tables as people keep them: a row for each plot, a column for each trait."""

from __future__ import annotations

from pathlib import Path

from kanpo.exchange import import_records
from kanpo.store import Project
from tests.exchange.conftest import observations, small_file


def test_an_offices_own_table_is_read_in_any_encoding(trial_project: Project, tmp_path: Path) -> None:
    text = "行った日,試験区コード,処理,草丈(cm),病害程度,面積\r\n令和7年6月1日,T1-1,標準,４０,少,x\r\n,T1-2,早植え,41,,x\r\n\r\n,T1-3,標準,,4,x\r\n"
    path = small_file(tmp_path / "調査.csv", text, "cp932")
    report = import_records(trial_project, path).report
    assert (report.kind, report.stored, report.rejected) == ("observation", 4, frozenset())
    assert set(trial_project.journal.read("observation")["happened_at"]) == {"2025-06-01"}
    assert ("T1-3", "disease_score_0_4", "4.0") in observations(trial_project)


def test_one_bad_cell_does_not_stop_the_others_of_its_row(trial_project: Project, tmp_path: Path) -> None:
    path = small_file(tmp_path / "a.csv", "行った日,試験区コード,草丈,葉数\n2025-06-01,T1-1,高い,12\n")
    result = import_records(trial_project, path)
    assert (result.report.stored, result.report.rejected) == (1, {2})
    assert result.rejects is not None
    mended = result.rejects.read_text(encoding="utf-8-sig").replace("高い", "40")
    again = import_records(trial_project, small_file(tmp_path / "b.csv", mended)).report
    assert (again.stored, again.repeated) == (1, 1)


def test_a_harvest_with_a_trait_beside_it_stays_a_harvest(trial_project: Project, tmp_path: Path) -> None:
    path = small_file(
        tmp_path / "a.csv", "行った日,試験コード,試験区コード,生重(kg),草丈\n2025-10-01,T1,T1-1,8.2,40\n"
    )
    report = import_records(trial_project, path).report
    assert (report.kind, report.stored) == ("harvest", 1)
