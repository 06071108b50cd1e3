"""Scores of a project: computed from its factors, stored with a stamp, and known to be fresh or stale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kanpo.errors import InputUnusable, Place
from kanpo.herbs import Catalogue, project_catalogue
from kanpo.locale import Text
from kanpo.sites import compute_factors
from kanpo.store import INPUT_LABELS, Project
from kanpo.suitability._classes import ClassBounds
from kanpo.suitability._method import Method
from kanpo.suitability._score import Scores, Weights, score_parcels


def score_project(
    project: Project,
    catalogue: Catalogue,
    herbs: Sequence[str] | None = None,
    *,
    method: Method = "geometric",
    weights: Weights | None = None,
    bounds: ClassBounds | None = None,
    keep: bool = True,
) -> Scores:
    """Gather the site factors of a project, score its parcels, and store both.

    Parameters
    ----------
    keep : bool
        False computes without storing.

    Raises
    ------
    InputUnusable
        The project has no parcels.
    """
    if not project.imported.parcel_ids():
        raise InputUnusable(
            "score.no-parcels",
            Text("プロジェクトに筆がありません", "the project has no parcels"),
            Text("先に kanpo ingest で取り込んでください", "ingest some first: kanpo ingest"),
            Place(str(project.path)),
        )
    factors = compute_factors(project, keep=keep)
    bounds = bounds or ClassBounds()
    scores = score_parcels(factors, catalogue, herbs, method=method, weights=weights, bounds=bounds)
    if keep:
        parameters = {
            "method": method,
            "bounds": [bounds.s1, bounds.s2, bounds.s3],
            "weights": {key: dict(value) for key, value in (weights or {}).items()},
        }
        inputs = project.inputs() | {"catalogue": catalogue.digest}
        table = scores.long().drop(columns=["class_lower", "class_upper"])
        project.computed.write_scores(table, inputs, parameters)
    return scores


@dataclass(frozen=True, slots=True)
class Freshness:
    """Whether a computed product still follows from what the project holds."""

    product: str
    computed_at: str | None
    changed: tuple[str, ...]

    def text(self) -> Text:
        """The state in words."""
        noun = {"factors": Text("立地要因", "site factors"), "scores": Text("適地スコア", "scores")}[
            self.product
        ]
        if self.computed_at is None:
            return Text(
                f"{noun.ja}: まだ計算していません(kanpo score)", f"{noun.en}: not computed yet (kanpo score)"
            )
        when = self.computed_at[:16].replace("T", " ")
        if not self.changed:
            return Text(f"{noun.ja}: 最新({when} UTC)", f"{noun.en}: up to date ({when} UTC)")
        ja = "・".join(INPUT_LABELS[key].ja for key in self.changed)
        en = ", ".join(INPUT_LABELS[key].en for key in self.changed)
        return Text(
            f"{noun.ja}: 古い({ja} が {when} UTC の計算の後に変わった)→ kanpo score",
            f"{noun.en}: stale ({en} changed since {when} UTC) -> kanpo score",
        )


def freshness(project: Project, catalogue: Catalogue | None = None) -> tuple[Freshness, ...]:
    """The state of every computed product of a project."""
    current = project.inputs() | {"catalogue": (catalogue or project_catalogue(project)).digest}
    found = []
    for product in ("factors", "scores"):
        stamp = project.computed.stamp(product)
        found.append(
            Freshness(product, stamp.computed_at if stamp else None, stamp.changed(current) if stamp else ())
        )
    return tuple(found)
