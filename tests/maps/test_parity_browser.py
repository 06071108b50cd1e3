"""In a real browser: every number of every herb by every method is that of the library."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kanpo.herbs import load_catalogue
from kanpo.maps import write_map
from kanpo.suitability import METHODS, score_parcels

from .test_parity import assert_same, content_for, sites

pytestmark = pytest.mark.browser

#: All that the page knows of every herb by one method.
SCORES = """(method) => {
  const { factors, n, meta, herbs } = kanpo.app.data;
  const scorer = new kanpo.kernel.Scorer(factors, n, { ...meta, aggregation: method });
  const each = (of) => Array.from({ length: n }, (_, row) => of(row));
  return herbs.map((herb) => {
    const result = scorer.scores(kanpo.app.changes.apply(herb));
    const side = ({ classes, best, kinds, shown }) => ({ classes: [...classes], best: [...best], kinds: [...kinds], shown: [...shown] });
    const { score, lower, upper } = result.after;
    return {
      ...side(result), numbers: result.numbers.map((number) => [...number]), known: [...result.known],
      limiting: each(result.limiting), deciding: each(result.deciding), ranks: [...kanpo.order.ranksOf(result)],
      after: { ...side(result.after), score: [...score], lower: [...lower], upper: [...upper] },
    };
  });
}"""
IDS = "Array.from({ length: kanpo.app.data.n }, (_, row) => kanpo.app.text('parcel_id', row))"


def test_every_herb_by_every_method_with_works_to_nine_digits(tmp_path: Path, open_file: Any) -> None:
    catalogue = load_catalogue()
    plain, factors = sites(220, 7)
    given = score_parcels(factors, catalogue)
    page = open_file(
        write_map(content_for(plain, factors, catalogue, given), tmp_path / "map.html").path
    ).page
    order = page.evaluate(IDS)
    assert len(catalogue.herbs) == 26
    assert catalogue.works
    assert 0.2 < float(factors.values.isna().to_numpy().mean()) < 0.8
    for method in METHODS:
        scores = score_parcels(factors, catalogue, method=method, expectations=given.expectations)
        for herb_id, mine in zip(catalogue.herbs, page.evaluate(SCORES, method), strict=True):
            assert_same(mine, scores.frame(herb_id).set_index("parcel_id").loc[order], scores.bounds)


def test_what_the_reader_changes_means_the_same_as_in_the_library(tmp_path: Path, open_file: Any) -> None:
    catalogue = load_catalogue()
    plain, factors = sites(220, 8)
    given = score_parcels(factors, catalogue)
    page = open_file(
        write_map(content_for(plain, factors, catalogue, given), tmp_path / "map.html").path
    ).page
    random = np.random.default_rng(8)
    changed = {}
    for nth, herb_id in enumerate(catalogue.herbs):
        needs = []
        for need in catalogue.requirements_of(herb_id):
            part: dict[str, Any] = {"weight": float(np.round(random.uniform(0, 4), 2))}
            if need.kind == "classes":
                part["classes"] = {name: float(np.round(mu / 2, 3)) for name, mu in need.classes.items()}
            elif need.corners != (None,) * 4:
                part["corners"] = tuple(
                    None if c is None else float(np.round(c * 1.07 + 0.3, 3)) for c in need.corners
                )
            needs.append(dataclasses.replace(need, **part))
            written = {
                key: list(value.values()) if isinstance(value, dict) else value for key, value in part.items()
            }
            done = page.evaluate(
                """([nth, key, part]) => {
                  const place = kanpo.app.data.factors.findIndex((factor) => factor.key === key);
                  return kanpo.app.changes.set(kanpo.app.data.herbs[nth], place, part);
                }""",
                [nth, need.factor, written],
            )  # fmt: skip
            assert done, (herb_id, need.factor)
        changed[herb_id] = tuple(needs)
    other = dataclasses.replace(catalogue, requirements=changed)
    scores = score_parcels(factors, other, expectations=given.expectations)
    order = page.evaluate(IDS)
    for herb_id, mine in zip(catalogue.herbs, page.evaluate(SCORES, "limitation"), strict=True):
        assert_same(mine, scores.frame(herb_id).set_index("parcel_id").loc[order], scores.bounds)
