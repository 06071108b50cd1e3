"""Why a parcel has its score: every number with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from kanpo.errors import InputUnusable, Place
from kanpo.herbs import Catalogue, Requirement
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.sites import Concern, Factors
from kanpo.suitability._classes import ClassBounds
from kanpo.suitability._explain_text import explanation_text
from kanpo.suitability._kernel import TIE
from kanpo.suitability._membership import effective, membership, worst_and_best
from kanpo.suitability._method import Method
from kanpo.suitability._panel_weights import PanelWeights
from kanpo.suitability._score import Weights, score_parcels

#: Stands for a membership of 0 where its logarithm is needed for an order.
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class FactorLine:
    """One factor's part in a score.

    `value` is None where nothing is known. `membership` is what the requirement says of the value,
    `effective` what entered the score (floored where the factor may not exclude). `weight` is the
    normalised weight, `weighed` whether it is given in place of the catalogue's. `loss` is weight × −ln(effective), NaN where unknown. `gain` orders the
    factors that are not known by how far they hold the interval open: weight × ln(best / worst)
    for the geometric mean, weight × (best − worst) else; 0 where known.
    """

    factor: str
    value: object
    source: str
    coverage: float
    membership: float
    effective: float
    weight: float
    loss: float
    gain: float
    requirement: Requirement
    source_title: str
    weighed: bool = False

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    @property
    def may_exclude(self) -> bool:
        """Whether this factor, not known yet, may turn out to exclude the parcel."""
        return not self.known and self.requirement.knock_out and worst_and_best(self.requirement)[0] == 0

    @property
    def floored(self) -> bool:
        """Whether the floor was used."""
        return self.known and self.membership < self.effective


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score with its reasons; `lines` are in the order of the factors.

    `concerns` are the exclusion layers that concern the parcel; where one excludes it, the factors
    only tell what else there is to know.
    """

    parcel_id: str
    herb_id: str
    herb: Text
    score: float
    lower: float
    upper: float
    suitability_class: str | None
    class_lower: str | None
    class_upper: str | None
    excluded: bool
    limiting: tuple[str, ...]
    missing: tuple[str, ...]
    concerns: tuple[Concern, ...]
    lines: tuple[FactorLine, ...]
    method: Method
    bounds: ClassBounds = field(default_factory=ClassBounds)
    catalogue_digest: str = ""
    panel: PanelWeights | None = None

    def line(self, factor: str) -> FactorLine:
        """The line of a factor."""
        return next(line for line in self.lines if line.factor == factor)

    def loss_share(self, factor: str) -> float | None:
        """Share of a factor in what holds the score down, 0 to 1; None where unknown or excluded."""
        if self.excluded or not self.line(factor).known:
            return None
        total = sum(line.loss for line in self.lines if line.known)
        return self.line(factor).loss / total if total > 0 else 0.0

    def text(self) -> Text:
        """The explanation as a page that a planner reads."""
        return explanation_text(self)

    def to_dict(self) -> dict[str, object]:
        """Everything as plain values, for JSON; unknown numbers are None."""
        return {
            "parcel_id": self.parcel_id,
            "herb_id": self.herb_id,
            "score": _plain(self.score),
            "lower": self.lower,
            "upper": self.upper,
            "class": self.suitability_class,
            "class_lower": self.class_lower,
            "class_upper": self.class_upper,
            "excluded": self.excluded,
            "method": self.method,
            "limiting": list(self.limiting),
            "missing": list(self.missing),
            "exclusions": [
                {
                    "layer": concern.layer_id,
                    "title": concern.title,
                    "share": concern.share,
                    "excludes_from": concern.limit,
                    "excludes": concern.excludes,
                }
                for concern in self.concerns
            ],
            "catalogue": self.catalogue_digest,
            "weights_file": self.panel.file_name if self.panel else None,
            "weights_sha256": self.panel.digest if self.panel else None,
            "factors": [
                {
                    "factor": line.factor,
                    "value": line.value,
                    "unit": FACTORS[line.factor].unit,
                    "source": line.source,
                    "coverage": line.coverage,
                    "membership": _plain(line.membership),
                    "effective": _plain(line.effective),
                    "floored": line.floored,
                    "weight": line.weight,
                    "weight_given": line.weighed,
                    "loss_share": self.loss_share(line.factor),
                    "may_exclude": line.may_exclude,
                    "cost_to_measure": FACTORS[line.factor].cost,
                    "requirement": line.requirement.text.en,
                    "knock_out": line.requirement.knock_out,
                    "requirement_source": line.requirement.source,
                    "requirement_source_title": line.source_title,
                    "note": line.requirement.note,
                    "confidence": line.requirement.confidence,
                    "catalogue_row": f"{line.requirement.file}:{line.requirement.row}",
                }
                for line in self.lines
            ],
        }


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def explain(
    factors: Factors,
    parcel_id: str,
    herb_id: str,
    catalogue: Catalogue,
    *,
    method: Method = "geometric",
    weights: Weights | PanelWeights | None = None,
    bounds: ClassBounds | None = None,
) -> Explanation:
    """Explain the score of one parcel for one herb, computed with the settings given.

    Raises
    ------
    InputUnusable
        The parcel has no factors yet.
    UsageError
        An unknown herb, factor or method, or weights that cannot be used.
    """
    if parcel_id not in factors.values.index:
        raise InputUnusable(
            "explain.no-factors",
            Text("この筆の立地要因はまだ計算していません", "the factors of this parcel are not computed yet"),
            Text("先に kanpo score を実行してください", "run kanpo score first"),
            Place(column="parcel_id", value=parcel_id),
        )
    own = factors.subset([parcel_id])
    bounds = bounds or ClassBounds()
    panel = weights if isinstance(weights, PanelWeights) else None
    given = weights.for_catalogue(catalogue) if isinstance(weights, PanelWeights) else weights or {}
    scores = score_parcels(own, catalogue, [herb_id], method=method, weights=given, bounds=bounds)
    row = scores.frame(herb_id).iloc[0]
    lines = _lines(own, parcel_id, herb_id, catalogue, method, given.get(herb_id, {}))
    return Explanation(
        parcel_id=parcel_id,
        herb_id=herb_id,
        herb=catalogue.herbs[herb_id].label,
        score=float(row["score"]),
        lower=float(row["lower"]),
        upper=float(row["upper"]),
        suitability_class=row["class"],
        class_lower=row["class_lower"],
        class_upper=row["class_upper"],
        excluded=bool(scores.result.excluded[0, 0]),
        limiting=_limiting(lines),
        concerns=own.exclusions.concerns(parcel_id),
        missing=tuple(line.factor for line in sorted(lines, key=lambda line: -line.gain) if not line.known),
        lines=lines,
        method=method,
        bounds=bounds,
        catalogue_digest=catalogue.digest[:12],
        panel=panel,
    )


def _lines(
    own: Factors,
    parcel_id: str,
    herb_id: str,
    catalogue: Catalogue,
    method: Method,
    given: Mapping[str, float],
) -> tuple[FactorLine, ...]:
    """One line for each requirement, with its weight normalised over all of them."""
    requirements = catalogue.requirements_of(herb_id)
    weights = [given.get(requirement.factor, requirement.weight) for requirement in requirements]
    return tuple(
        replace(
            _line(own, parcel_id, requirement, weight / sum(weights), method, catalogue),
            weighed=requirement.factor in given,
        )
        for requirement, weight in zip(requirements, weights, strict=True)
    )


def _line(
    own: Factors,
    parcel_id: str,
    requirement: Requirement,
    weight: float,
    method: Method,
    catalogue: Catalogue,
) -> FactorLine:
    key = requirement.factor
    column = own.columns()[key]
    found = membership(requirement, column)
    used = effective(requirement, found)
    raw = own.values.loc[parcel_id, key]
    value: object = None if bool(np.isnan(found[0])) else (raw if isinstance(raw, str) else float(raw))
    with np.errstate(divide="ignore"):
        loss = float(-weight * np.log(used[0])) if weight > 0 else 0.0
    loss = loss if value is not None else float("nan")
    gain = 0.0 if value is not None else _openness(requirement, weight, method)
    return FactorLine(
        factor=key,
        value=value,
        source=str(own.sources.loc[parcel_id, key]),
        coverage=float(own.coverage.loc[parcel_id, key]),
        membership=float(found[0]),
        effective=float(used[0]),
        weight=weight,
        loss=loss,
        gain=gain,
        requirement=requirement,
        source_title=catalogue.source_title(requirement.source),
    )


def _openness(requirement: Requirement, weight: float, method: Method) -> float:
    """How far the interval is held open by a factor that is not known, on the scale of the method."""
    worst, best = worst_and_best(requirement)
    if method == "geometric":
        return float(weight * np.log(best / max(worst, _LEAST)))
    return weight * (best - worst)


def _limiting(lines: tuple[FactorLine, ...]) -> tuple[str, ...]:
    """Factors that cost something, the dearest first; what excludes comes before all."""
    costly = [line for line in lines if line.known and (line.loss > TIE or line.effective == 0)]
    order = sorted(
        costly, key=lambda line: (not (line.effective == 0 and line.requirement.knock_out), -line.loss)
    )
    return tuple(line.factor for line in order)
