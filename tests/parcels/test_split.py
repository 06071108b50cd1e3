"""Cutting a file into features: whatever its layout, nothing is lost, doubled or invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanpo.parcels import _split
from kanpo.parcels._layout import find_layout
from kanpo.parcels._open import open_input
from tests.parcels.made_up import feature, polygon, read_text, square, texts

A, B, C = (json.dumps(feature(i), ensure_ascii=False) for i in range(3))


def reordered(text: str, *keys: str) -> str:
    found = json.loads(text)
    return json.dumps({key: found[key] for key in keys})


OTHER = "geometry", "properties", "type"


@pytest.mark.parametrize(
    ("features", "ids", "bad"),
    [
        pytest.param([A, B[:-1], C], ["A0", "A2"], 2, id="closing brace missing"),
        pytest.param([A, B[1:], C], ["A0", "A2"], 2, id="opening brace missing"),
        pytest.param([B[1:], A, C], ["A0", "A2"], 1, id="opening brace of the first missing"),
        pytest.param([A, B.replace("]]]", "]]"), C], ["A0", "A2"], 2, id="bracket missing"),
        pytest.param([A, B.replace('"A1"', '"A1'), C], ["A0", "A2"], 2, id="quote missing"),
        pytest.param([A, B.replace('"A1"}', '"A1"}}'), C], ["A0", "A2"], 2, id="brace too many inside"),
        pytest.param([A, B.replace("38.6", "NaN", 1), C], ["A0", "A2"], 2, id="NaN"),
        pytest.param([A, B.replace("38.6", "-Infinity", 1), C], ["A0", "A2"], 2, id="Infinity"),
        pytest.param([A, B.replace("38.6", "1e999", 1), C], ["A0", "A2"], 2, id="beyond numbers"),
        pytest.param([A, B.replace("38.6", "38.6.1", 1), C], ["A0", "A2"], 2, id="two points"),
        pytest.param([A, B.replace("A1", "\\ud800"), C], ["A0", "A2"], 2, id="half a character"),
        pytest.param([A, B.replace("A1", "a\nb"), C], ["A0", "A2"], 2, id="line break in a text"),
        pytest.param([A, "null", C], ["A0", "A2"], 2, id="null"),
        pytest.param([A, "7", C], ["A0", "A2"], 2, id="a number"),
        pytest.param([A, '"{, text"', C], ["A0", "A2"], 2, id="a text"),
        pytest.param([A, "[" * 5000 + "]" * 5000, C], ["A0", "A2"], 2, id="nested lists"),
        pytest.param(
            [A, B.replace('"A1"', "[" * 100_000 + "]" * 100_000), C], ["A0", "A2"], 2, id="deep nesting"
        ),
        pytest.param([A, reordered(B, *OTHER)[:-1], C], ["A0", "A2"], 2, id="brace missing, other order"),
        pytest.param(
            [reordered(A, *OTHER), reordered(B, *OTHER)[:-1], reordered(C, *OTHER)],
            ["A0", "A2"],
            2,
            id="brace missing, all in other order",
        ),
        pytest.param(
            [reordered(A, *OTHER), reordered(B, *OTHER).replace("38.6", "NaN", 1), reordered(C, *OTHER)],
            ["A0", "A2"],
            2,
            id="NaN, all in other order",
        ),
    ],
)
def test_one_damaged_feature_is_one_problem_at_its_place(
    tmp_path: Path, features: list[str], ids: list[str], bad: int
) -> None:
    result = read_text(tmp_path, texts(features))
    assert result.ids == ids
    (problem,) = result.problems
    assert problem.code == "parcel.not-json"
    assert (problem.place.feature, problem.place.line) in ((bad, bad + 1), (bad, bad + 2))
    assert problem.place.column is not None
    assert result.rejects[0].feature == features[bad - 1].encode()


def test_the_place_of_a_fault_is_exact(tmp_path: Path) -> None:
    damaged = B.replace("38.6", "3x8.6", 1)
    result = read_text(tmp_path, texts([A, damaged, C]))
    place = result.problems[0].place
    assert (place.line, int(str(place.column))) == (3, damaged.index("x8.6") + 1)
    assert str(place.value).startswith("x8.6")
    assert "本文3行目" in result.problems[0].text().ja


@pytest.mark.parametrize(
    "text",
    [
        texts([A, B, C]).replace("},\n", "},,\n"),
        texts([A, B, C]).replace("},\n", "}\n"),
        texts([A, B, C + ","]),
        texts([A, B + "}", C]),
        texts([A, B, C])[:-3],
        texts([A, B, C]).rstrip()[:-2],
    ],
    ids=["two commas", "no commas", "comma at the end", "brace too many", "end missing", "no ]}"],
)
def test_whole_features_are_read_whatever_parts_them(tmp_path: Path, text: str) -> None:
    assert read_text(tmp_path, text).ids == ["A0", "A1", "A2"]


def test_a_file_cut_short_gives_what_is_whole(tmp_path: Path) -> None:
    text = texts([A, B, C])
    for end in range(len(texts([A, B])), len(text) - 6, 7):
        result = read_text(tmp_path, text[:end])
        assert result.ids == ["A0", "A1"]
        assert result.codes == ["parcel.not-json"]


def test_lines_with_one_damaged(tmp_path: Path) -> None:
    for damaged in (B[:-1], B[1:], B.replace("38.6", "NaN", 1), reordered(B, *OTHER)[:-1]):
        # A file that does not begin with a brace is no GeoJSON, whatever comes later.
        first = [[damaged, A, C]] if damaged.startswith("{") else []
        for order in [[A, damaged, C], [A, C, damaged], *first]:
            result = read_text(tmp_path, "\n".join(order) + "\n")
            assert result.ids == ["A0", "A2"]
            assert result.codes == ["parcel.not-json"]
            assert result.problems[0].place.line == order.index(damaged) + 1


@pytest.mark.parametrize("count", [1, 3, 9])
def test_features_inside_properties_are_no_features(tmp_path: Path, count: int) -> None:
    inner = [feature(50 + i) for i in range(count)]
    features = [json.dumps(feature(i, history=inner, note=json.dumps(inner))) for i in range(30)]
    result = read_text(tmp_path, texts(features))
    assert result.ids == [f"A{i}" for i in range(30)]


@pytest.mark.parametrize(
    "repeated",
    [
        B.replace('"A1"', '"A1", "parcel_id": "Z"'),
        B.replace('"A1"', '"A1", "parcel_id": "Z", "q" : 1'),
        B.replace('"A1"', '"A1", "parcel_id": "Z", "q\\\\": 1'),
        B.replace('"A1"', '"A1", "a": [[1], [{"b": 1, "b": 2}]]'),
        B.replace('"A1"', '"A1", "a": {"c": [{"b": "x", "b": {}}]}'),
        B.replace('"type": "Feature",', '"type": "Feature", "type":"Feature",'),
        B.replace('"coordinates"', '"coordinates": [], "coordinates"'),
        reordered(B, *OTHER).replace('"A1"', '"A1", "parcel_id": "Z"'),
    ],
)
def test_a_key_that_stands_twice_is_an_error_of_that_feature(tmp_path: Path, repeated: str) -> None:
    result = read_text(tmp_path, texts([A, repeated, C]))
    assert result.ids == ["A0", "A2"]
    assert result.codes == ["parcel.repeated-key"]
    assert result.problems[0].place.feature == 2


@pytest.mark.parametrize(
    "value",
    ['a": b', "a\\", 'a\\": ', '{"a": 1, "a": 2}', '{\\"a\\" : 1, "a": 2}', "10 : 30", '":":":', '\\"\\":'],
)
def test_text_that_looks_like_a_repeated_key_is_text(tmp_path: Path, value: str) -> None:
    result = read_text(tmp_path, texts([A, json.dumps(feature(1, note=value, **{value: value})), C]))
    assert result.ids == ["A0", "A1", "A2"]
    assert json.loads(result.frame["attributes"][1])["note"] == value


_BLANKS = st.text(" \t\r\n", max_size=3)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def layouts(draw: st.DrawFn) -> tuple[str, list[Any]]:
    """A collection in any order of keys, any blanks, any nesting; and what is in it."""
    features = []
    for number in range(draw(st.integers(1, 8))):
        extra = draw(st.dictionaries(st.text(max_size=5), _VALUES, max_size=3))
        if draw(st.booleans()):
            extra["was"] = [feature(90), {"type": "Feature"}]
        members = feature(number, **extra) | draw(
            st.fixed_dictionaries({}, optional={"id": st.integers(0, 9), "bbox": st.just([1, 2])})
        )
        keys = draw(st.permutations(list(members))) if draw(st.booleans()) else list(members)
        features.append({key: members[key] for key in keys})
    before, comma, colon, after = (draw(_BLANKS) for _ in range(4))
    separators = (comma + "," + before, after + ":" + colon)
    indent = draw(st.sampled_from([None, None, 1]))
    parts = [
        json.dumps(f, separators=separators, indent=indent, ensure_ascii=draw(st.booleans()))
        for f in features
    ]
    to = after + ":" + colon
    text = '{"type"' + to + '"FeatureCollection",' + before + '"features"' + to + "["
    return text + before + (comma + "," + before).join(parts) + after + "]" + comma + "}", features


def _split_text(folder: Path, text: str, size: int) -> tuple[list[Any], list[Any], list[int]]:
    path = folder / "a.geojson"
    path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
    with open_input(path) as file:
        chunks = list(_split.split_features(file, find_layout(file), size))
    return (
        [found for chunk in chunks for found in chunk.features],
        [damage for chunk in chunks for damage in chunk.damages],
        [number for chunk in chunks for number in chunk.numbers],
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=layouts(), size=st.integers(1, 5))
def test_both_ways_of_cutting_give_what_the_json_says(
    tmp_path: Path, made: tuple[str, list[Any]], size: int
) -> None:
    text, features = made
    assert json.loads(text)["features"] == features
    for closely in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            if closely:
                patch.setattr(_split._Splitter, "_at_once", lambda *_: False)
            found, damages, numbers = _split_text(tmp_path, text, size)
        assert not damages
        assert found == features
        assert numbers == list(range(1, len(features) + 1))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_both_ways_agree_on_damaged_files(tmp_path: Path, data: st.DataObject) -> None:
    """A few characters removed or put in: every part is read once, and good features stay good."""
    parts = [json.dumps(feature(i, note="x{y}[z]")) for i in range(data.draw(st.integers(2, 6)))]
    damaged = data.draw(st.integers(0, len(parts) - 1))
    at = data.draw(st.integers(0, len(parts[damaged]) - 1))
    put = data.draw(st.sampled_from(["", "", '"', "{", "}", "[", "]", ",", "x", "\\", "NaN"]))
    broken = parts[damaged][:at] + put + parts[damaged][at + (put == "") :]
    text = texts([*parts[:damaged], broken, *parts[damaged + 1 :]])
    both = []
    for closely in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            if closely:
                patch.setattr(_split._Splitter, "_at_once", lambda *_: False)
            both.append(_split_text(tmp_path, text, 3))
    assert both[0] == both[1]
    found = both[0][0]
    for part in parts[:damaged] + parts[damaged + 1 :]:
        assert found.count(json.loads(part)) == 1
    assert len(parts) <= len(found) + len(both[0][1]) <= len(parts) + 1


def test_numbers_run_through_all_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_split.split_features, "__defaults__", (7,))
    features = [json.dumps(feature(i, None if i % 10 == 3 else polygon(square(i)))) for i in range(50)]
    features[25] = features[25][:-1]
    result = read_text(tmp_path, texts(features))
    assert [reject.number for reject in result.rejects] == [4, 14, 24, 26, 34, 44]
    assert len(result.frames) > 5
    assert [row + 1 for row in range(50) if row % 10 != 3 and row != 25] == list(result.frame["source_row"])
