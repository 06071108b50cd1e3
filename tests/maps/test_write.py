"""The file: one, whole, the same each time, and asking nobody for anything."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from pathlib import Path

import folium
import pytest

from kanpo.errors import EnvironmentFailure, InputUnusable, UsageError
from kanpo.files import outputs
from kanpo.herbs import load_catalogue
from kanpo.maps import build_map, project_content, read_logo, write_map
from kanpo.maps._leaflet import leaflet_script
from kanpo.maps._payload import encode_content
from kanpo.schema import Audience
from kanpo.sites import compute_factors, stored_factors
from kanpo.store import Project
from kanpo.suitability import score_as_stored
from kanpo.trials import record_rows

from . import made_up
from .node import unpack


def test_report_tells_what_was_written(tmp_path: Path) -> None:
    report = write_map(made_up.content(50), tmp_path / "map.html")
    assert report.parcels == 50
    assert report.bytes == report.path.stat().st_size
    assert [file.name for file in tmp_path.iterdir()] == ["map.html"]


def test_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    one = write_map(made_up.content(50), tmp_path / "one.html").path.read_bytes()
    other = write_map(made_up.content(50), tmp_path / "other.html").path.read_bytes()
    assert one == other


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "map.html"
    target.write_text("old")

    def no_space(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with outputs(force=True), pytest.raises(EnvironmentFailure, match="No space"):
        write_map(made_up.content(3), target)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailure, match="nowhere"):
        write_map(made_up.content(1), tmp_path / "nowhere" / "map.html")


def test_no_attribute_of_the_page_points_outside() -> None:
    page = build_map(made_up.content(20)).get_root().render()
    assert not re.search(
        r"""(?i)\b(src|href)\s*=\s*["']?(https?:)?//""", re.sub(r"(?s)<script>.*?</script>", "", page)
    )
    assert not re.search(
        r"(?i)url\(\s*['\"]?(?!data:)|@import", re.sub(r"(?s)<script>.*?</script>", "", page)
    )
    assert "cdn.jsdelivr" not in page
    assert "code.jquery" not in page
    assert "sourceMappingURL" not in page


def test_policy_lets_nothing_in_and_tiles_only_when_asked() -> None:
    policy = re.compile(r'Content-Security-Policy" content="([^"]+)"')
    plain = policy.search(build_map(made_up.content(5)).get_root().render())[1]
    tiled_page = build_map(made_up.content(5), tiles="gsi").get_root().render()
    tiled = policy.search(tiled_page)[1]
    assert "default-src 'none'" in plain
    assert "http" not in plain
    assert "unsafe-inline" not in plain.split("script-src")[1]
    assert re.findall(r"https?://\S+", tiled) == ["https://cyberjapandata.gsi.go.jp;"]
    assert "\\u5730\\u7406\\u9662\\u30bf\\u30a4\\u30eb" in tiled_page
    with pytest.raises(UsageError):
        build_map(made_up.content(5), tiles="osm")


def test_leaflet_keeps_its_licence() -> None:
    assert "Redistribution and use in source and binary forms" in leaflet_script()


def test_title_is_escaped_in_the_head() -> None:
    content = dataclasses.replace(made_up.content(1), title="</title><script>x</script>`${1}`{{ 7*7 }}")
    head = build_map(content).get_root().render().split("</head>")[0]
    title = head.split("<title>")[1].split("</title>")[0]
    assert not set("<`${}") & set(title)
    assert "49" not in title


def test_it_is_a_folium_map() -> None:
    assert isinstance(build_map(made_up.content(1)), folium.Map)


def test_repeated_and_missing_ids_are_refused() -> None:
    content = made_up.content(3)
    twice = content.parcels.assign(parcel_id="a")
    with pytest.raises(InputUnusable, match="parcel_id"):
        build_map(dataclasses.replace(content, parcels=twice))
    with pytest.raises(InputUnusable, match="parcel_id"):
        build_map(dataclasses.replace(content, parcels=content.parcels.drop(columns="parcel_id")))


def test_a_logo_is_a_small_picture(tmp_path: Path) -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(40)
    (tmp_path / "logo.png").write_bytes(png)
    assert read_logo(tmp_path / "logo.png") == png
    build_map(dataclasses.replace(made_up.content(1), logo=png))
    for wrong in (b"<svg onload='x'>", png + bytes(300_000), b""):
        (tmp_path / "wrong.png").write_bytes(wrong)
        with pytest.raises(UsageError, match="PNG"):
            read_logo(tmp_path / "wrong.png")
        with pytest.raises(UsageError, match="PNG"):
            build_map(dataclasses.replace(made_up.content(1), logo=wrong))
    with pytest.raises(UsageError, match="none"):
        read_logo(tmp_path / "none.png")


def test_only_the_best_parcels_when_asked(project: Project) -> None:
    catalogue = load_catalogue()
    compute_factors(project)
    whole, few = (
        project_content(project, catalogue, Audience.PUBLIC, first_herb="toki", best=best)
        for best in (None, 2)
    )
    assert (len(whole.parcels), len(few.parcels)) == (3, 2)
    ranks = score_as_stored(project, stored_factors(project)[0], catalogue, ["toki"]).frame("toki")
    left_out = ~ranks["parcel_id"].isin(few.parcels["parcel_id"])
    assert ranks.loc[left_out, "rank"].min() >= ranks.loc[~left_out, "rank"].max()
    assert "2 筆" in str(few.note)


@pytest.mark.parametrize("audience", list(Audience))
def test_remarks_and_names_stay_at_home(
    trial_project: Project, audience: Audience, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = "金糸雀カナリア"
    monkeypatch.setenv("KANPO_ACTOR", canary)
    visit = {"parcel_id": ["P1"], "slope_deg": ["4"], "note": [canary], "happened_at": ["2025-06-01"]}
    decision = {
        "parcel_id": ["P1"],
        "decision": ["candidate"],
        "note": [canary],
        "happened_at": ["2025-06-01"],
    }
    assert record_rows(trial_project, "visit", visit).stored == 1
    assert record_rows(trial_project, "decision", decision).stored == 1
    compute_factors(trial_project)
    content = project_content(trial_project, load_catalogue(), audience)
    page = unpack(encode_content(content))
    assert canary not in json.dumps(page, ensure_ascii=False)
    assert (content.visits is None) == (audience is Audience.PUBLIC) == (not page["plots"])
