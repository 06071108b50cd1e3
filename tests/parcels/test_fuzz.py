"""Whatever bytes come, the answer is a clear refusal or counts that add up; never a traceback."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanpo.errors import InputUnusable
from tests.parcels.made_up import collection, feature, polygon, read_text, square

_SEEDS = [
    collection([feature(1), feature(2, 備考='a"b\\c'), feature(3, None)]).encode(),
    collection([feature(1)], crs={"type": "name", "properties": {"name": "EPSG:4326"}}).encode(),
    "\n".join(json.dumps(feature(i), ensure_ascii=False) for i in range(3)).encode(),
    json.dumps(feature(1), indent=1).encode(),
    json.dumps({"features": [feature(1)], "type": "FeatureCollection"}).encode(),
    json.dumps(polygon(square())).encode(),
]
_PIECES = [
    b"",
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\\",
    b"\n",
    b"\0",
    b"\xff",
    b"null",
    b"NaN",
    b"-1e999",
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_bytes_bring_it_down(tmp_path: Path, data: st.DataObject) -> None:
    content = data.draw(st.sampled_from(_SEEDS))
    for _ in range(data.draw(st.integers(0, 4))):
        start = data.draw(st.integers(0, len(content)))
        end = min(len(content), start + data.draw(st.integers(0, 40)))
        content = (
            content[:start] + data.draw(st.sampled_from(_PIECES) | st.binary(max_size=4)) + content[end:]
        )
    with contextlib.suppress(InputUnusable):
        # That the counts add up is checked in `read_text`.
        result = read_text(tmp_path, content)
        assert result.read >= 1
        assert not result.stored or result.frame.geometry.is_valid.all()
