"""What the page makes of values as they are written, and of layers that exclude parcels."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from kanpo.herbs import load_catalogue
from kanpo.maps._payload import encode_content
from kanpo.schema import FACTORS
from kanpo.suitability import score_parcels

from . import made_up
from .node import unpack
from .test_parity import assert_same, content_for, sites


def test_values_with_all_their_digits_are_scored_within_a_thousandth() -> None:
    catalogue = load_catalogue()
    plain, factors = sites(300, 4)
    random = np.random.default_rng(9)
    for key, factor in FACTORS.items():
        if factor.kind == "number":
            factors.values[key] = factors.values[key].to_numpy(dtype=float) * random.uniform(0.97, 1.03, 300)
    scores = score_parcels(factors, catalogue)
    payload = encode_content(content_for(plain, factors, catalogue, scores))
    page = unpack(payload)
    order = page["columns"]["parcel_id"]
    exact = []
    for key, factor in FACTORS.items():
        column = factors.values.loc[order, key]
        if factor.kind == "class":
            exact.append([None if v is None or v != v else float(factor.classes.index(v)) for v in column])
        else:
            exact.append([None if v != v else float(v) for v in column])
    whole = unpack(payload, exact)
    for herb_id, rounded, mine in zip(catalogue.herbs, page["scores"], whole["scores"], strict=True):
        frame = scores.frame(herb_id).set_index("parcel_id").loc[order]
        assert_same(mine, frame, scores.bounds)
        assert np.abs(np.array(rounded["score"]) - frame["score"].to_numpy()).max() <= 1e-3


@pytest.mark.parametrize("method", ["limitation", "owa"])
def test_a_layer_excludes_on_the_page_as_on_the_command_line(method: str) -> None:
    content = dataclasses.replace(made_up.content(60, 3), aggregation=method)
    ids = content.parcels["parcel_id"].tolist()
    reasons = {ids[0]: "浸水想定区域", ids[7]: "<b>崖</b>、浸水想定区域"}
    free, barred = (
        unpack(encode_content(c)) for c in (content, dataclasses.replace(content, excluded_by=reasons))
    )
    for one, other in zip(free["scores"], barred["scores"], strict=True):
        for row, parcel_id in enumerate(barred["columns"]["parcel_id"]):
            got = [[number[row] for number in other[name]] for name in ("numbers", "potential")]
            if parcel_id in reasons:
                assert got == [[0] * 5] * 2
                # N2 and sure, whatever is done.
                assert [other[key][row] for key in ("classes", "best", "kinds", "limiting")] == [5, 5, 0, -1]
                assert [other["after"][key][row] for key in ("classes", "best", "kinds")] == [5, 5, 0]
            else:
                assert got == [[number[row] for number in one[name]] for name in ("numbers", "potential")]
    assert barred["excluded"] == [reasons.get(parcel_id) for parcel_id in barred["columns"]["parcel_id"]]
    assert free["excluded"] == [None] * 60
