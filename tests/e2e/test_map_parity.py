"""The map of the sample says what `kanpo score` says, for every herb and parcel."""

from __future__ import annotations

from pathlib import Path

from kanpo.herbs import load_catalogue
from kanpo.maps import project_content
from kanpo.maps._payload import encode_content
from kanpo.schema import Audience
from kanpo.sites import stored_factors
from kanpo.store import Project
from kanpo.suitability import score_as_stored

from ..maps.node import unpack
from ..maps.test_parity import assert_same


def test_numbers_classes_and_order_of_the_sample(demo_folder: Path) -> None:
    catalogue = load_catalogue()
    with Project.open(demo_folder / "sample.gpkg") as project:
        page = unpack(encode_content(project_content(project, catalogue, Audience.PARTNER)))
        scores = score_as_stored(project, stored_factors(project)[0], catalogue)
    ids = page["columns"]["parcel_id"]
    assert len(page["scores"]) == len(catalogue.herbs) == 26
    for herb, told in zip(catalogue.herbs, page["scores"], strict=True):
        assert_same(told, scores.frame(herb).set_index("parcel_id").loc[ids], scores.bounds)
