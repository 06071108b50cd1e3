"""Why a parcel has its score, as it lies and after works: every number with where it comes from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from kanpo.errors import InputUnusable, Place
from kanpo.herbs import Catalogue, Requirement, note_text
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.sites import Concern, Factors
from kanpo.suitability._classes import ClassBounds
from kanpo.suitability._compiled import Compiled, compile_requirements
from kanpo.suitability._deciding import openness
from kanpo.suitability._excluding import Excluding, excluding
from kanpo.suitability._explain_text import explanation_text
from kanpo.suitability._improving import Option, WorkPrice, cheapest_options, class_of, possible_works
from kanpo.suitability._kernel import TIE, judge_columns
from kanpo.suitability._membership import membership
from kanpo.suitability._method import LEAST_DECIDES, Method
from kanpo.suitability._panel_weights import PanelWeights
from kanpo.suitability._score import Expectations, Weights, score_parcels


@dataclass(frozen=True, slots=True)
class FactorLine:
    """One factor's part in a score.

    `value` is None where nothing is known. `membership` is what the requirement says of the value
    (NaN unknown). `numbers` are the five effective memberships that entered least, lower, score,
    upper and most. `after` is the third of them after the works that help most. `weight` is the
    normalised weight, `weighed` whether it is given in place of the catalogue's. `loss` is this
    factor's part in −ln of the score, the limiting factor's double part included; they add up.
    `gain` orders the factors that are not known by how far they hold the interval open; `elsewhere` tells
    of one that may exclude the parcel how often it does where it is known.
    """

    factor: str
    value: object
    source: str
    coverage: float
    membership: float
    numbers: tuple[float, ...]
    after: float
    weight: float
    loss: float
    gain: float
    requirement: Requirement
    source_title: str
    weighed: bool = False
    elsewhere: Excluding | None = None

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.value is not None

    @property
    def effective(self) -> float:
        """What entered the score."""
        return self.numbers[2]

    @property
    def may_exclude(self) -> bool:
        """Whether this factor, not known yet, may turn out to exclude the parcel."""
        return not self.known and self.numbers[1] == 0

    @property
    def excludes(self) -> bool:
        """Whether its known value excludes the parcel."""
        return self.known and self.effective == 0

    @property
    def floored(self) -> bool:
        """Whether the floor was used."""
        # Through logarithms and back the last bits may differ.
        return self.known and self.membership < self.effective - TIE


@dataclass(frozen=True, slots=True)
class Side:
    """What is said of a parcel as it lies, or after works: five numbers and what they make of its class.

    `certainty` is a key of `Certainty`; the classes are None where too little is known for any.
    """

    least: float
    lower: float
    score: float
    upper: float
    most: float
    certainty: str
    class_lower: str | None
    class_upper: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score with its reasons; `lines` are in the order of the factors.

    `concerns` are the exclusion layers that concern the parcel; where one excludes it, the factors
    only tell what else there is to know. `options` are the cheapest works that reach each better
    class, `works` all that could change something. `unsourced` tells that the catalogue knows too little of the herb for a class.
    """

    parcel_id: str
    herb_id: str
    herb: Text
    now: Side
    then: Side
    rank: int | None
    land_type: str | None
    known: float
    excluded: bool
    unsourced: bool
    limiting: tuple[str, ...]
    missing: tuple[str, ...]
    concerns: tuple[Concern, ...]
    lines: tuple[FactorLine, ...]
    options: tuple[Option, ...]
    works: tuple[WorkPrice, ...]
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
        total = sum(line.loss for line in self.lines)
        return self.line(factor).loss / total if total > 0 else 0.0

    def text(self) -> Text:
        """The explanation as a page that a planner reads."""
        return explanation_text(self)

    def to_dict(self) -> dict[str, object]:
        """Everything as plain values, for JSON; unknown numbers are None."""
        return {
            "parcel_id": self.parcel_id,
            "herb_id": self.herb_id,
            "current": asdict(self.now),
            "potential": asdict(self.then),
            "options": [option.to_dict() for option in self.options],
            "works": [priced.work.work_id for priced in self.works],
            "rank": self.rank,
            "land_type": self.land_type,
            "known": self.known,
            "reference_only": self.unsourced,
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
                    "effective": dict(zip(_NUMBERS, line.numbers, strict=True)),
                    "effective_after_works": line.after,
                    "floored": line.floored,
                    "weight": line.weight,
                    "weight_given": line.weighed,
                    "loss_share": self.loss_share(line.factor),
                    "may_exclude": line.may_exclude,
                    "known_parcels": line.elsewhere.known if line.elsewhere else None,
                    "excluded_by_it": line.elsewhere.excluded if line.elsewhere else None,
                    "cost_to_measure": FACTORS[line.factor].cost,
                    "requirement": line.requirement.text.en,
                    "knock_out": line.requirement.knock_out,
                    "requirement_source": line.requirement.source,
                    "requirement_source_title": line.source_title,
                    "note": str(note_text(line.requirement.note)),
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
    method: Method = "limitation",
    weights: Weights | PanelWeights | None = None,
    bounds: ClassBounds | None = None,
    expectations: Expectations | None = None,
) -> Explanation:
    """Explain the score of one parcel for one herb, computed with the settings given.

    Parameters
    ----------
    expectations : Expectations, optional
        What is to be expected where nothing is known; estimated from all of `factors` when not given.

    Raises
    ------
    InputUnusable
        The parcel has no factors yet.
    UsageError
        An unknown herb, factor or method, or weights that cannot be used.
    """
    _refuse_unknown(factors, parcel_id)
    panel = weights if isinstance(weights, PanelWeights) else None
    given = weights.for_catalogue(catalogue) if isinstance(weights, PanelWeights) else weights or {}
    bounds = bounds or ClassBounds()
    settings: dict[str, Any] = {"method": method, "weights": given, "bounds": bounds}
    # The rank is among all parcels, and so is what is expected.
    scores = score_parcels(factors, catalogue, [herb_id], expectations=expectations, **settings)
    at = scores.parcel_ids.index(parcel_id)
    row = scores.frame(herb_id).iloc[at]
    own = factors.subset([parcel_id])
    lines = _with_others(_lines(own, herb_id, catalogue, method, given, scores.expectations), factors)
    return Explanation(
        parcel_id=parcel_id,
        herb_id=herb_id,
        herb=catalogue.herbs[herb_id].label,
        now=_side(scores.result.numbers, at, row, ""),
        then=_side(scores.potential.numbers, at, row, "potential_"),
        rank=int(row["rank"]),
        land_type=own.land_types.get(parcel_id),
        known=float(row["known"]),
        excluded=bool(scores.result.excluded[0, at]),
        unsourced=bool(scores.unsourced[0]),
        limiting=_limiting(lines, method),
        concerns=own.exclusions.concerns(parcel_id),
        missing=tuple(line.factor for line in sorted(lines, key=lambda line: -line.gain) if not line.known),
        lines=lines,
        options=cheapest_options(own, herb_id, catalogue, expectations=scores.expectations, **settings),
        works=possible_works(own, herb_id, catalogue),
        method=method,
        bounds=bounds,
        catalogue_digest=catalogue.digest[:12],
        panel=panel,
    )


def _refuse_unknown(factors: Factors, parcel_id: str) -> None:
    if parcel_id not in factors.values.index:
        raise InputUnusable(
            "explain.no-factors",
            Text("この筆の立地要因はまだ計算していません", "the factors of this parcel are not computed yet"),
            Text("先に kanpo score を実行してください", "run kanpo score first"),
            Place(column="parcel_id", value=parcel_id),
        )


_NUMBERS = ("least", "lower", "score", "upper", "most")


def _side(numbers: np.ndarray, at: int, row: pd.Series, prefix: str) -> Side:
    least, lower, score, upper, most = (float(array[0, at]) for array in numbers)
    low, high = (class_of(row[f"{prefix}{key}"]) for key in ("class_lower", "class_upper"))
    return Side(least, lower, score, upper, most, row[f"{prefix}certainty"], low, high)


def _lines(
    own: Factors,
    herb_id: str,
    catalogue: Catalogue,
    method: Method,
    given: Weights,
    expectations: Expectations,
) -> tuple[FactorLine, ...]:
    """One line for each requirement, with its weight normalised over all of them."""
    requirements = {herb_id: catalogue.requirements_of(herb_id)}
    now = compile_requirements(requirements, given, expectations=expectations.current)
    works = catalogue.works
    then = compile_requirements(requirements, given, expectations=expectations.after(works), works=works)
    (logs, unknown), (after, _) = (_judged(own, compiled) for compiled in (now, then))
    weights = now.weights_of[0]
    curves = now.curves_of[0]
    open_ = openness(logs[curves, 1], logs[curves, 3], weights, method)
    losses = _losses(logs[curves, 2, 0], weights[:, 0], method)
    parcel_id = own.parcel_ids[0]
    columns = own.columns()
    lines = []
    for nth, curve in enumerate(curves):
        requirement = now.judges[curve].requirement
        key = requirement.factor
        raw = own.values.loc[parcel_id, key]
        missing = bool(unknown[curve, 0])
        lines.append(
            FactorLine(
                factor=key,
                value=None if missing else raw if isinstance(raw, str) else float(raw),
                source=str(own.sources.loc[parcel_id, key]),
                coverage=float(own.coverage.loc[parcel_id, key]),
                membership=float(membership(requirement, columns[key])[0]),
                numbers=tuple(np.exp(logs[curve, :, 0]).tolist()),
                after=float(np.exp(max(after[then.curves_of[0][nth], 2, 0], logs[curve, 2, 0]))),
                weight=float(weights[nth, 0]),
                loss=float(losses[nth]),
                gain=float(open_[nth, 0]) if missing else 0.0,
                requirement=requirement,
                source_title=catalogue.source_title(requirement.source),
                weighed=key in given.get(herb_id, {}),
            )
        )
    return tuple(lines)


def _with_others(lines: tuple[FactorLine, ...], factors: Factors) -> tuple[FactorLine, ...]:
    """Lines that may exclude the parcel, with how often they do where the factor is known."""
    return tuple(
        replace(line, elsewhere=excluding(factors, line.requirement)) if line.may_exclude else line
        for line in lines
    )


def _judged(own: Factors, compiled: Compiled) -> tuple[np.ndarray, np.ndarray]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return judge_columns(own.columns(), own.land_codes(), compiled, slice(0, 1))


def _losses(logs: np.ndarray, weights: np.ndarray, method: Method) -> np.ndarray:
    """Each factor's part (m,) in −ln of the score; of methods that are no product, in the order of what they cost."""
    costs = np.where(weights > 0, -weights * logs, 0.0)
    if method not in LEAST_DECIDES:
        return costs
    worst = -logs.min()
    least = np.isclose(-logs, worst, rtol=0, atol=TIE)
    only = np.zeros(len(logs))
    only[least.argmax()] = worst
    return only if method == "minimum" else 0.5 * (costs + only)


def _limiting(lines: tuple[FactorLine, ...], method: Method) -> tuple[str, ...]:
    """Known factors that cost something, the dearest first; what excludes comes before all.

    Where the least membership decides, the least of those that are known stands first: it limits,
    also where something unknown is expected to be worse.
    """
    costly = [line for line in lines if line.known and (line.loss > TIE or line.excludes)]
    if method in LEAST_DECIDES:
        costly = [line for line in lines if line.known and -np.log(max(line.effective, 1e-300)) > TIE]
    least = min((line.effective for line in costly), default=0.0)
    first = next((line for line in costly if line.effective <= least * (1 + TIE)), None)

    def order(line: FactorLine) -> tuple[bool, bool, float]:
        return not line.excludes, method in LEAST_DECIDES and line is not first, -line.loss

    return tuple(line.factor for line in sorted(costly, key=order))
