"""A GeoPackage opens in GIS programs as a planner has to see it: how sure each class is, in words."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from kanpo.errors import InputUnusable
from kanpo.exchange import export_layer, export_parcels, style_layer, style_project
from kanpo.files._marks import Mark, read_mark
from kanpo.locale import Text, use_language
from kanpo.parcels import ingest_parcels
from kanpo.schema import PARCELS, SCORES, VOCABULARIES, Audience
from kanpo.store import Project
from kanpo.suitability import TONES, score_project, tones_in
from tests.conftest import parcels_frame

#: As QGIS 3.22 itself makes the table.
STYLE_COLUMNS = [
    *("id", "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column", "styleName"),
    *("styleQML", "styleSLD", "useAsDefault", "description", "owner", "ui", "update_time"),
]


def every_tone(herb: str = "toki") -> gpd.GeoDataFrame:
    """A parcel for each entry that a legend may have, a range for what measuring would change."""
    frame = parcels_frame(len(TONES))[
        ["parcel_id", "settlement", "lot_number", "land_type", "area_m2", "geometry"]
    ]
    scores = pd.DataFrame(index=frame.index, columns=list(SCORES.keys), dtype=object)
    scores["class_lower"] = [tone.lower for tone in TONES]
    highest = {"by_measuring": "S1"}
    scores["class_upper"] = [tone.upper or highest.get(tone.certainty, tone.lower) for tone in TONES]
    scores["certainty"] = [tone.certainty for tone in TONES]
    scores["deciding_factor"], scores["herb_id"] = "drainage", herb
    scores["score"], scores["rank"] = np.linspace(0.9, 0.1, len(TONES)), range(1, len(TONES) + 1)
    return frame.join(scores.drop(columns="parcel_id"))


@pytest.fixture
def layer(tmp_path: Path) -> Path:
    path = tmp_path / "筆.gpkg"
    frame = every_tone()
    export_layer(path, frame, style=style_layer(Text("当帰の適地区分", "classes for toki"), frame))
    return path


def style_of(path: Path, name: str = "parcels") -> ET.Element:
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name = ? AND useAsDefault = 1 "
            "AND f_geometry_column = 'geom' AND f_table_schema = '' AND f_table_catalog = ''",
            (name,),
        ).fetchall()
    assert len(rows) == 1
    return ET.fromstring(rows[0][0][rows[0][0].index("<qgis") :])


def rules_of(style: ET.Element) -> list[tuple[str, str, str]]:
    """Label, filter and colour of each rule of a style."""
    fills = {
        symbol.get("name"): symbol.find("layer/Option/Option[@name='color']").get("value")  # type: ignore[union-attr]
        for symbol in style.iterfind("renderer-v2/symbols/symbol")
    }
    return [
        (rule.get("label", ""), rule.get("filter", ""), fills[rule.get("symbol")] or "")
        for rule in style.iterfind("renderer-v2/rules/rule")
    ]


def test_the_table_of_styles_is_that_of_qgis(layer: Path) -> None:
    with closing(sqlite3.connect(layer)) as database:
        assert [row[1] for row in database.execute("PRAGMA table_info(layer_styles)")] == STYLE_COLUMNS
        listed = dict(database.execute("SELECT table_name, data_type FROM gpkg_contents"))
        owner, when = database.execute("SELECT owner, update_time FROM layer_styles").fetchone()
    assert listed == {"parcels": "features", "layer_styles": "attributes"}
    assert owner == "kanpo" and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", when)


def test_every_parcel_is_drawn_by_one_rule_that_says_how_sure_its_class_is(layer: Path) -> None:
    *rules, rest = rules_of(style_of(layer))
    assert rest[:2] == ("適地度なし", "ELSE")
    assert [label for label, _, _ in rules] == [tone.label.ja for tone in TONES]
    certain = [*(label.ja for label in VOCABULARIES["certainty"].labels.values()), "参考"]
    with closing(sqlite3.connect(layer)) as database:
        drawn = []
        for (label, condition, _), tone in zip(rules, TONES, strict=True):
            # What QGIS filters by is SQL, too.
            rows = database.execute(
                f"SELECT class_lower, class_upper, certainty, fid FROM parcels WHERE {condition}"
            ).fetchall()
            assert [row[:1] + row[2:3] for row in rows] == [(tone.lower, tone.certainty)]
            assert any(word in label for word in certain)
            if rows[0][2] == "by_measuring":
                assert "〜" in label, "a range is told as a range"
            drawn += [row[3] for row in rows]
    assert sorted(drawn) == list(range(1, len(TONES) + 1))


def test_colours_are_those_of_the_one_list(layer: Path) -> None:
    style = style_of(layer)
    for tone, (_, _, colour) in zip(TONES, rules_of(style), strict=False):
        assert "#" + "".join(f"{int(part):02x}" for part in colour.split(",")[:3]) == tone.colour
    hatched = [
        symbol.find("layer[@class='LinePatternFill']") is not None
        for symbol in style.iterfind("renderer-v2/symbols/symbol")
    ]
    assert hatched == [*(tone.certainty == "by_measuring" for tone in TONES), False]


def test_a_layer_has_the_legend_of_what_is_in_it(tmp_path: Path) -> None:
    frame = every_tone().iloc[:2]
    export_layer(tmp_path / "a.gpkg", frame, style=style_layer(Text("a", "a"), frame))
    labels = [label for label, _, _ in rules_of(style_of(tmp_path / "a.gpkg"))]
    assert labels == [*(tone.label.ja for tone in tones_in(frame)), "適地度なし"]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_column_has_a_heading_and_every_key_a_word(tmp_path: Path, language: str) -> None:
    path, frame = tmp_path / "a.gpkg", every_tone()
    with use_language(language):
        export_layer(path, frame, style=style_layer(Text("a", "a"), frame))
    style = style_of(path)
    headings = {alias.get("field"): alias.get("name") or "" for alias in style.iterfind("aliases/alias")}
    assert set(headings) == {*frame.columns, "fid"} - {"geometry"}
    assert headings["area_m2"] == ("図上面積(㎡)" if language == "ja" else "measured area (m²)")
    if language == "ja":
        assert not [key for key, heading in headings.items() if heading.isascii() and key != "fid"]
    for key in ("certainty", "land_type", "class_lower", "class_upper", "deciding_factor"):
        found = style.iterfind(f"fieldConfiguration/field[@name='{key}']//Option[@type='QString']")
        words = {option.get("value"): option.get("name") for option in found}
        assert set(frame[key].dropna()) <= set(words)
        if language == "ja":
            assert not [value for value, word in words.items() if (word or "").isascii()]


def test_a_herb_for_reference_is_never_told_as_a_class(tmp_path: Path) -> None:
    frame = every_tone()[[tone.certainty == "unknown" for tone in TONES]]
    export_layer(tmp_path / "a.gpkg", frame, style=style_layer(Text("a", "a"), frame))
    style = style_of(tmp_path / "a.gpkg")
    labels = [label for label, _, _ in rules_of(style)]
    assert labels == [*(f"{name}〜(参考)" for name in ("S1", "S2", "S3", "N1", "N2")), "不明", "適地度なし"]
    found = style.find("fieldConfiguration/field[@name='certainty']//Option[@value='unknown']")
    assert found is not None and found.get("name") == "不明・参考"


def test_parcels_without_a_herb_are_plain_and_named(project: Project, tmp_path: Path) -> None:
    export_parcels(project, tmp_path / "a.gpkg")
    style = style_of(tmp_path / "a.gpkg")
    assert style.find("renderer-v2").get("type") == "singleSymbol"  # type: ignore[union-attr]
    assert "lot_number" in style.find("labeling/settings/text-style").get("fieldName", "")  # type: ignore[union-attr]
    allowed = {field.key for field in PARCELS.visible_to(Audience.PUBLIC)} | {"fid"}
    assert {alias.get("field") for alias in style.iterfind("aliases/alias")} <= allowed


def test_an_export_says_how_much_is_sure_and_whether_it_is_stale(scored: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    export_parcels(scored, path, herb_id="toki")
    with closing(sqlite3.connect(path)) as database:
        title, about = database.execute(
            "SELECT identifier, description FROM gpkg_contents WHERE table_name = 'parcels'"
        ).fetchone()
    assert title == "当帰(トウキ)の適地区分"
    assert all(label.ja in about for label in VOCABULARIES["certainty"].labels.values())
    assert str(scored.journal.seal()) in about and "古い" not in about
    with closing(sqlite3.connect(scored.path)) as database, database:
        database.execute(
            "UPDATE stamps SET inputs = json_set(inputs, '$.visits', 'x') WHERE product = 'scores'"
        )
    export_parcels(scored, path, herb_id="toki")
    with closing(sqlite3.connect(path)) as database:
        about = database.execute("SELECT description FROM layer_styles").fetchone()[0]
    assert "古い(現地調査" in about and "kanpo score" in about


@pytest.mark.parametrize(
    "change", ["DELETE FROM stamps", "UPDATE stamps SET inputs = json_set(inputs, '$.definition', '1')"]
)
def test_the_numbers_of_an_older_definition_are_not_exported(
    scored: Project, tmp_path: Path, change: str
) -> None:
    with closing(sqlite3.connect(scored.path)) as database, database:
        database.execute(f"{change} WHERE product = 'scores'")
    with pytest.raises(InputUnusable, match="kanpo score"):
        export_parcels(scored, tmp_path / "a.gpkg", herb_id="toki")
    assert not (tmp_path / "a.gpkg").exists()


def test_the_file_is_known_for_ours_and_a_style_that_a_person_saves_is_not_lost(layer: Path) -> None:
    assert read_mark(layer, ".gpkg") is Mark.WHOLE
    with closing(sqlite3.connect(layer)) as database, database:
        database.execute("UPDATE layer_styles SET styleQML = '<qgis/>'")
    frame = every_tone()
    export_layer(layer, frame, style=style_layer(Text("a", "a"), frame))
    kept = [path for path in layer.parent.glob("*.gpkg") if path.name.startswith(f"{layer.stem} (")]
    assert len(kept) == 1
    with closing(sqlite3.connect(kept[0])) as database:
        assert database.execute("SELECT styleQML FROM layer_styles").fetchone() == ("<qgis/>",)


@pytest.mark.parametrize("log", [False, True])
def test_what_was_edited_in_the_layer_comes_back(project: Project, tmp_path: Path, log: bool) -> None:
    """A column deleted, a parcel drawn twice, a number changed; with and without a log left beside it."""
    path = tmp_path / "筆.gpkg"
    export_parcels(project, path)
    with closing(sqlite3.connect(path)) as database:
        if log:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA wal_autocheckpoint = 0")
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            database.create_function(name, 1, lambda _: 0)
        database.execute(
            "INSERT INTO parcels (geom, parcel_id, settlement, lot_number) "
            "SELECT geom, parcel_id, settlement, '1-9' FROM parcels WHERE fid = 1"
        )
        database.execute("UPDATE parcels SET lot_number = '99-9' WHERE fid = 2")
        database.execute("ALTER TABLE parcels DROP COLUMN land_type")
        database.commit()
        again = tmp_path / "again.gpkg"
        shutil.copyfile(path, again)
        if log:
            shutil.copyfile(f"{path}-wal", f"{again}-wal")
    with Project.create(tmp_path / "other.gpkg") as other:
        report = ingest_parcels(other, again)
        parcels = other.imported.parcels()
    assert (report.batch.read, report.batch.stored, report.batch.rejected) == (4, 3, 1), report
    assert parcels["lot_number"].tolist() == ["1-1", "99-9", "3-1"]
    assert parcels["land_type"].isna().all()
    assert not again.with_name("again.gpkg.aux.xml").exists(), "reading leaves nothing beside a file"


@pytest.fixture
def scored(project: Project) -> Project:
    from kanpo.herbs import load_catalogue

    score_project(project, load_catalogue(), ["toki"])
    return project


@cache
def python_of_qgis() -> str | None:
    """A Python that has QGIS, where there is one."""
    for python in dict.fromkeys(
        filter(None, (shutil.which("python3", path="/usr/bin"), shutil.which("python3")))
    ):
        tried = subprocess.run(
            [python, "-c", "import qgis.core"], capture_output=True, env=plain(), check=False
        )
        if tried.returncode == 0:
            return python
    return None


def plain() -> dict[str, str]:
    """The environment without this Python's own paths, and without a screen."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL"))}
    return own | {"QT_QPA_PLATFORM": "offscreen"}


def test_qgis_itself_shows_it_so(layer: Path, tmp_path: Path) -> None:
    python = python_of_qgis()
    if python is None:
        pytest.skip("QGIS is not installed")
    script = Path(__file__).with_name("qgis_reads.py")
    command = [python, str(script), str(layer), "parcels", str(tmp_path / "a.png")]
    done = subprocess.run(command, capture_output=True, text=True, env=plain(), check=False, timeout=120)
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["valid"] and seen["sublayers"] == ["parcels"]
    assert seen["legend"] == {tone.label.ja: 1 for tone in TONES}
    first = seen["rows"][0]
    assert first["区分の確かさ"] == "確か" and first["図上面積(㎡)"] == "870" and first["地目"] == "畑"
    assert next(iter(first)) == "順位", "what is needed first stands first"
    measuring = seen["tips"][[tone.certainty for tone in TONES].index("by_measuring")]
    assert "S1(測れば変わる)" in measuring or "〜S1(測れば変わる)" in measuring
    assert "決め手: 排水" in measuring
    assert seen["labels"] == [True, 5000]
    for tone in TONES:
        assert seen["colours"].get(tone.colour, 0) > 0 or tone.hatched, tone.label.ja


def test_a_scored_project_opens_with_styles_and_those_of_people_stay(scored: Project) -> None:
    from kanpo.herbs import load_catalogue

    catalogue = load_catalogue()
    style_project(scored, catalogue)
    labels = [label for label, _, _ in rules_of(style_of(scored.path, "scores_toki"))]
    table = scored.computed.scores("toki")
    assert labels == [*(tone.label.ja for tone in tones_in(table)), "適地度なし"]
    headings = {
        alias.get("field"): alias.get("name") for alias in style_of(scored.path).iterfind("aliases/alias")
    }
    assert headings["lot_number"] == "地番" and headings["years_abandoned"] == "耕作放棄年数(年)"
    assert not scored.styles_of_people()
    with closing(sqlite3.connect(scored.path)) as database, database:
        # QGIS: one style saved over kanpo's, and one of a person's own made the default.
        database.execute(
            "UPDATE layer_styles SET styleQML = '<qgis a=\"1\"/>' WHERE f_table_name = 'parcels'"
        )
        database.execute("UPDATE layer_styles SET useAsDefault = 0 WHERE f_table_name = 'scores_toki'")
        database.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
            "styleQML, useAsDefault) VALUES ('', '', 'scores_toki', 'geom', '私の', '<qgis a=\"2\"/>', 1)"
        )
    assert len(scored.styles_of_people()) == 2
    count = style_project(scored, catalogue)
    assert style_of(scored.path).get("a") == "1" and style_of(scored.path, "scores_toki").get("a") == "2"
    assert len(scored.styles_of_people()) == 2
    with closing(sqlite3.connect(scored.path)) as database:
        ours = database.execute("SELECT count(*) FROM layer_styles WHERE owner = 'kanpo'").fetchone()[0]
    assert ours == count + 1, "nothing is written twice"
    assert not scored.edited.edits(), "styles are no edit"


def test_a_strange_table_of_styles_is_left_alone(scored: Project) -> None:
    from kanpo.herbs import load_catalogue

    with closing(sqlite3.connect(scored.path)) as database, database:
        database.execute("DROP TABLE IF EXISTS layer_styles")
        database.execute("CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, words TEXT)")
        database.execute("INSERT INTO layer_styles VALUES (1, 'a')")
    style_project(scored, load_catalogue())
    assert scored.styles_of_people() == [(1, "a")]


def test_qgis_itself_shows_a_scored_project_so(scored: Project, tmp_path: Path) -> None:
    from kanpo.herbs import load_catalogue

    python = python_of_qgis()
    if python is None:
        pytest.skip("QGIS is not installed")
    style_project(scored, load_catalogue())
    script = Path(__file__).with_name("qgis_reads.py")
    command = [python, str(script), str(scored.path), "scores_toki", str(tmp_path / "a.png")]
    done = subprocess.run(command, capture_output=True, text=True, env=plain(), check=False, timeout=120)
    seen = json.loads(done.stdout.splitlines()[-1])
    tones = tones_in(scored.computed.scores("toki"))
    assert set(seen["legend"]) == {tone.label.ja for tone in tones} and sum(seen["legend"].values()) == 3
    assert seen["rows"][0]["図上面積(㎡)"] == "870"
