"""The map of the sample says what `kanpo score` says, for every herb and parcel."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kanpo.herbs import load_catalogue
from kanpo.maps import project_content
from kanpo.maps._payload import encode_content
from kanpo.schema import Audience
from kanpo.sites import stored_factors
from kanpo.store import Project
from kanpo.suitability import score_as_stored

from ..maps.node import unpack

_CODES = {"S1": 1, "S2": 2, "S3": 3, "N1": 4, "N2": 5, None: 0}
_BEST = 100


def test_scores_classes_and_order_of_the_sample(demo_folder: Path) -> None:
    catalogue = load_catalogue()
    with Project.open(demo_folder / "sample.gpkg") as project:
        page = unpack(encode_content(project_content(project, catalogue, Audience.PARTNER)))
        scores = score_as_stored(project, stored_factors(project)[0], catalogue)
    ids = page["columns"]["parcel_id"]
    assert len(page["scores"]) == len(catalogue.herbs) == 26
    for herb, told in zip(catalogue.herbs, page["scores"], strict=True):
        frame = scores.frame(herb).set_index("parcel_id")
        ours = frame.loc[ids]
        for key in ("score", "lower", "upper"):
            mine = np.array(told[key], dtype=float)
            assert np.allclose(mine, ours[key].to_numpy(dtype=float), rtol=0, atol=1e-3, equal_nan=True)
        classes = [_CODES[name if isinstance(name, str) else None] for name in ours["class"]]
        score = ours["score"].to_numpy()
        at_edge = (np.abs(score[:, None] - [0.75, 0.5, 0.25]) < 1e-3).any(axis=1)
        assert ((np.array(told["classes"]) == classes) | at_edge).all()
        best = np.argsort(-np.nan_to_num(np.array(told["score"], dtype=float), nan=-1), kind="stable")[:_BEST]
        assert (np.diff(score[best]) <= 2e-6).all()
