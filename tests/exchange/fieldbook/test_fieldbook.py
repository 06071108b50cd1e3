"""Field Book: what goes out is what it reads, what comes back is what was measured."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanpo.errors import InputUnusable
from kanpo.exchange import import_records, walk_of, write_field_book
from kanpo.exchange.fieldbook import read_field_book, trait_document
from kanpo.locale import Text
from kanpo.schema import TRAITS
from kanpo.store import Project
from kanpo.tables import read_table
from tests.exchange.conftest import observations

FIELD = ["plot_id", "trial", "walk", "row", "column", "treatment", "replicate"]
LONG = [*FIELD, "trait", "value", "timestamp", "person", "location", "number"]
NEWER = [*LONG, "attached_photo", "attached_video", "attached_audio", "device_name"]


def exported(path: Path, headers: list[str], rows: list[list[str | None]]) -> Path:
    """As the app writes it: every cell that is not null in quotes, line feeds."""
    quoted = [
        ["" if c is None else '"' + c.replace('"', '""') + '"' for c in row] for row in [headers, *rows]
    ]
    path.write_text("\n".join(",".join(row) for row in quoted) + "\n", encoding="utf-8", newline="")
    return path


def long_row(
    plot: str, trait: str, value: str, number: str = "1", person: str = "佐藤", **more: str
) -> list[str | None]:
    time = f"2026-08-05 11:52:4{number}.379+09:00"
    place = [plot, "T60", "1", "1", "1", "標準", None]
    return [*place, trait, value, time, person, more.get("location"), number]


def test_the_files_are_as_the_app_reads_them(field_project: Project, tmp_path: Path) -> None:
    walk = walk_of(field_project, "T60", ["草丈", "病害程度", "所見", "写真"])
    files = write_field_book(field_project, walk, tmp_path / "out")
    raw = files.field_file.read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode(), newline="")))
    assert rows[0] == FIELD
    assert [row[0] for row in rows[1:]] == [plot.code for plot in walk.plots]
    assert not any(sign in "".join(rows[0]) for sign in "[]`\"'/?<>*|\\")
    text = files.trait_file.read_text(encoding="utf-8")
    assert text.startswith("{")
    traits = {trait["name"]: trait for trait in json.loads(text)["traits"]}
    height, score = traits["plant_height_cm"], traits["disease_score_0_4"]
    assert (height["format"], height["alias"], height["attributes"]["validValuesMax"]) == (
        "numeric",
        "草丈",
        "400",
    )
    assert score["format"] == "categorical"
    assert json.loads(score["attributes"]["category"])[4] == {"label": "4 甚", "value": "4"}
    assert (traits["photo"]["format"], traits["photo_note"]["format"]) == ("photo", "text")


def test_a_scale_of_twenty_values_loses_none() -> None:
    scale = {str(n): Text(f"程度{n}「{n}」", f"level {n}") for n in range(20)}
    long = dataclasses.replace(TRAITS["disease_score_0_4"], categories=scale)
    written = trait_document([long])["traits"]
    assert isinstance(written, list)
    categories = json.loads(written[0]["attributes"]["category"])
    assert [entry["value"] for entry in categories] == list(scale)
    for entry in categories:
        assert long.category_of(entry["label"]) == long.category_of(entry["value"]) == entry["value"]


def test_a_plot_code_that_the_app_refuses_is_refused_here(field_project: Project, tmp_path: Path) -> None:
    walk = walk_of(field_project, "T60")
    bad = dataclasses.replace(walk, plots=(dataclasses.replace(walk.plots[0], code="T60/1"),))
    with pytest.raises(InputUnusable):
        write_field_book(field_project, bad, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("headers", [LONG, NEWER])
def test_the_database_style_keeps_times_persons_and_repeats(
    field_project: Project, tmp_path: Path, headers: list[str]
) -> None:
    rows = [
        long_row("T60-101", "plant_height_cm", "40.5"),
        long_row("T60-101", "plant_height_cm", "41", number="2"),
        long_row("T60-102", "disease_score_0_4", "3"),
        long_row("T60-103", "病害程度", "1 少", person=" "),
        long_row("T60-104", "photo_note", 'ハダニ「多い」, "葉裏"\n2行目', location="38.7;139.8"),
        long_row("T60-105", "plant_height_cm", "NA"),
    ]
    if headers == NEWER:
        rows = [[*row, "a.jpg", None, None, "pixel"] for row in rows]
    path = exported(tmp_path / "2026-08-05-11-52-45_T60_database.csv", headers, rows)
    result = import_records(field_project, path)
    assert (result.report.stored, result.report.rejected) == (5, frozenset())
    assert "fieldbook.not-available" in {p.code for p in result.report.problems}
    frame = field_project.journal.read("observation").tail(5).reset_index()
    assert list(frame["value"]) == [40.5, 41.0, 3.0, 1.0, 'ハダニ「多い」, "葉裏"\n2行目']
    assert frame["happened_at"][0] == "2026-08-05T11:52:41.379000+09:00"
    assert (frame["repeat"][1], frame["actor"][0], frame["actor"][3]) == (2, "佐藤", "検査担当")
    assert "38.7;139.8" in frame["note"][4]
    assert ("device_name=pixel" in str(frame["note"][0])) is (headers == NEWER)
    assert import_records(field_project, path).report.repeated == 5


def test_only_the_unique_id_under_another_name_is_found(field_project: Project, tmp_path: Path) -> None:
    path = exported(
        tmp_path / "x.csv",
        ["試験区", "trait", "value", "timestamp", "person", "location", "number"],
        [["T60-101", "plant_height_cm", "40", "2026-08-05 11:52:45.379+09:00", "佐", None, "1"]],
    )
    assert import_records(field_project, path).report.stored == 1


def test_the_table_style_is_read_and_its_losses_are_said(field_project: Project, tmp_path: Path) -> None:
    headers = [*FIELD, "草丈", "病害程度"]
    place = ["1", "1", "1", "標準", None]
    rows: list[list[str | None]] = [
        ["T60-101", "T60", *place, "40", "2"],
        ["T60-102", "T60", *place, None, "NA"],
        ["T60-103", "T60", *place, "42", None],
    ]
    path = exported(tmp_path / "2026-08-05-11-52-45_T60_table.csv", headers, rows)
    report = import_records(field_project, path).report
    assert (report.stored, report.rejected) == (3, frozenset())
    assert "fieldbook.table-loses" in {p.code for p in report.problems}
    assert ("T60-101", "disease_score_0_4", "2.0") in observations(field_project)
    undated = exported(tmp_path / "table.csv", headers, rows)
    with pytest.raises(InputUnusable) as error:
        import_records(field_project, undated)
    assert error.value.code == "fieldbook.no-day"


TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\x00", exclude_categories=["Cs"]),
    min_size=1,
    max_size=40,
)


@given(st.lists(TEXT.filter(lambda text: bool(text.strip()) and text != "NA"), min_size=1, max_size=5))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_comes_back_as_it_was(tmp_path: Path, texts: list[str]) -> None:
    rows = [long_row("T60-101", "photo_note", text) for text in texts]
    table, problems = read_field_book(None, read_table(exported(tmp_path / "x.csv", LONG, rows)))  # type: ignore[arg-type]
    assert [row[5] for row in table.rows] == texts
    assert not problems
