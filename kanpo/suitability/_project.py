"""Scores of a project: computed from its factors, stored with a stamp, and known to be fresh or stale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd

from kanpo.errors import InputUnusable, Place
from kanpo.herbs import Catalogue, project_catalogue
from kanpo.locale import Text
from kanpo.parcels import current_parcels, has_ground
from kanpo.sites import Factors, compute_factors
from kanpo.store import INPUT_LABELS, Project
from kanpo.suitability._classes import ClassBounds
from kanpo.suitability._method import METHODS, Method
from kanpo.suitability._panel_weights import PanelWeights
from kanpo.suitability._score import Expectations, Scores, Weights, expect, score_parcels

#: By which definition of docs/suitability.md scores are computed; it stands in their stamp, and a
#: prediction that is kept names it.
DEFINITION = "limitation-2026"
#: What scores of earlier definitions were joined by when nothing else was asked for.
_FORMER_METHOD = "geometric"


def score_project(
    project: Project,
    catalogue: Catalogue,
    herbs: Sequence[str] | None = None,
    *,
    method: Method = "limitation",
    weights: Weights | PanelWeights | None = None,
    bounds: ClassBounds | None = None,
    keep: bool = True,
) -> Scores:
    """Gather the site factors of a project, score its parcels, and store both.

    Parameters
    ----------
    weights : mapping or PanelWeights, optional
        In place of the catalogue's. Those of a panel's file are kept with the file's name and hash.
    keep : bool
        False computes without storing.

    Raises
    ------
    InputUnusable
        The project has no parcels.
    """
    refuse_empty(project)
    factors = compute_factors(project, keep=keep)
    bounds = bounds or ClassBounds()
    settings = ScoreSettings(method, bounds, weights)
    own = settings.weights_for(catalogue)
    # Of every herb, whichever are scored: scoring one more changes nothing that the others rest on.
    expectations = expect(factors.columns(), factors.land_codes(), catalogue.requirements, catalogue.works)
    scores = score_parcels(
        factors, catalogue, herbs, method=method, weights=own, bounds=bounds, expectations=expectations
    )
    if keep:
        inputs = score_inputs(project, catalogue)
        kept = replace(settings, expectations=scores.expectations)
        project.computed.write_scores(scores.long(), inputs, kept.to_parameters(catalogue))
    return scores


def score_inputs(project: Project, catalogue: Catalogue) -> dict[str, str]:
    """Hashes of what scores are computed from, as they are now, and the definition by which."""
    return project.inputs() | {"catalogue": catalogue.digest, "definition": DEFINITION}


def project_sites(project: Project) -> tuple[gpd.GeoDataFrame, Factors]:
    """The parcels of a project that have ground, and their factors, in the same order; nothing is stored.

    Raises
    ------
    InputUnusable
        The project has no parcels, or none with ground.
    """
    refuse_empty(project)
    parcels, factors = current_parcels(project), compute_factors(project, keep=False)
    parcels = parcels[has_ground(parcels)].reset_index(drop=True)
    if parcels.empty:
        raise InputUnusable(
            "score.no-ground",
            Text("どの筆にも形がありません", "no parcel has an outline"),
            Text(
                "筆のファイルを kanpo ingest で取り込み直してください", "read the parcels again: kanpo ingest"
            ),
            Place(str(project.path)),
        )
    return parcels, factors.subset(parcels["parcel_id"].tolist())


def refuse_empty(project: Project) -> None:
    """A project without parcels has nothing to score, rank or draw.

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


@dataclass(frozen=True, slots=True)
class ScoreSettings:
    """What scores depend on beside the project and the catalogue."""

    method: Method = "limitation"
    bounds: ClassBounds = field(default_factory=ClassBounds)
    weights: Weights | PanelWeights | None = None
    expectations: Expectations | None = None

    @property
    def panel(self) -> PanelWeights | None:
        """The panel's weights; None where there are none."""
        return self.weights if isinstance(self.weights, PanelWeights) else None

    def weights_for(self, catalogue: Catalogue) -> Weights | None:
        """Herb id to factor to weight, in place of the catalogue's."""
        if isinstance(self.weights, PanelWeights):
            return self.weights.for_catalogue(catalogue)
        return self.weights

    def to_parameters(self, catalogue: Catalogue) -> dict[str, object]:
        """As a stamp keeps them: the weights as they were used, and what the panel's file says."""
        used = self.weights_for(catalogue) or {}
        parameters: dict[str, object] = {
            "method": self.method,
            "bounds": [self.bounds.s1, self.bounds.s2, self.bounds.s3],
            "weights": {herb_id: dict(own) for herb_id, own in used.items()},
        }
        if self.panel:
            parameters["panel"] = self.panel.to_parameters()
        if self.expectations:
            parameters["expectations"] = self.expectations.to_parameters()
        return parameters


def score_settings(project: Project) -> ScoreSettings:
    """The settings of the scores that a project holds; the usual ones when there are none.

    Of scores by an earlier definition the weights and bounds are kept. Their usual method was the
    geometric mean, which nobody asked for: it becomes the usual one of today.
    """
    stamp = project.computed.stamp("scores")
    kept: dict[str, Any] = dict(stamp.parameters) if stamp else {}
    if stamp and stamp.inputs.get("definition") != DEFINITION and kept.get("method") == _FORMER_METHOD:
        kept["method"] = ScoreSettings().method
    if kept.get("method") not in METHODS:
        return ScoreSettings()
    panel = PanelWeights.from_parameters(kept["panel"]) if "panel" in kept else None
    expected = Expectations.from_parameters(kept.get("expectations"))
    bounds = ClassBounds(*kept["bounds"])
    return ScoreSettings(kept["method"], bounds, panel or kept["weights"] or None, expected)


@dataclass(frozen=True, slots=True)
class Freshness:
    """Whether a computed product still follows from what the project holds.

    `panel` is what scores took their weights from; None for the catalogue.
    """

    product: str
    computed_at: str | None
    changed: tuple[str, ...]
    panel: PanelWeights | None = None

    def text(self) -> Text:
        """The state in words."""
        noun = {"factors": Text("立地要因", "site factors"), "scores": Text("適地度", "scores")}[self.product]
        if self.computed_at is None:
            return Text(
                f"{noun.ja}: まだ計算していません(kanpo score)", f"{noun.en}: not computed yet (kanpo score)"
            )
        when = self.computed_at[:16].replace("T", " ")
        if not self.changed:
            weights = self.panel.text() if self.panel else None
            by = Text(f"、重み {weights.ja}", f", weights {weights.en}") if weights else Text("", "")
            return Text(f"{noun.ja}: 最新({when} UTC{by.ja})", f"{noun.en}: up to date ({when} UTC{by.en})")
        ja = "・".join(INPUT_LABELS[key].ja for key in self.changed)
        en = ", ".join(INPUT_LABELS[key].en for key in self.changed)
        return Text(
            f"{noun.ja}: 古い({ja} が {when} UTC の計算の後に変わった)→ kanpo score",
            f"{noun.en}: stale ({en} changed since {when} UTC) -> kanpo score",
        )


def freshness(project: Project, catalogue: Catalogue | None = None) -> tuple[Freshness, ...]:
    """The state of every computed product of a project."""
    current = score_inputs(project, catalogue or project_catalogue(project))
    found = []
    for product in ("factors", "scores"):
        stamp = project.computed.stamp(product)
        settings = score_settings(project) if product == "scores" else ScoreSettings()
        panel = settings.panel
        changed = stamp.changed(current) if stamp else ()
        if product == "scores" and stamp and settings.expectations is None and "definition" not in changed:
            # What is kept of the expectations cannot be used: they were written by another hand.
            changed = (*changed, "definition")
        found.append(Freshness(product, stamp.computed_at if stamp else None, changed, panel))
    return tuple(found)


def score_as_stored(
    project: Project, factors: Factors, catalogue: Catalogue, herbs: Sequence[str] | None = None
) -> Scores:
    """Scores by the method, bounds and weights that the project was last scored with; nothing is stored."""
    settings = score_settings(project)
    return score_parcels(
        factors,
        catalogue,
        herbs,
        method=settings.method,
        weights=settings.weights_for(catalogue),
        bounds=settings.bounds,
        expectations=settings.expectations,
    )
