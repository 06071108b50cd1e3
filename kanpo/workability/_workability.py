"""Workability (事業性): what it takes in yen and hours to grow a herb on each parcel, because of the place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kanpo.herbs import Catalogue
from kanpo.sites import Factors
from kanpo.suitability import Expectations, ScoreSettings, expect
from kanpo.workability._assumed import Assumptions
from kanpo.workability._ground import Ground
from kanpo.workability._margin import Margin, margin_of
from kanpo.workability._mending import works_parts
from kanpo.workability._part import Asking, Part
from kanpo.workability._restoring import fence_parts, restoration_parts, shade_parts
from kanpo.workability._rules import may_be_subsidised
from kanpo.workability._running import running_parts
from kanpo.workability._span import Span, total

#: Keys of assumptions that turn amounts into one another.
WAGE, YEARS_OF_USE, SUBSIDY = "wage_yen_per_hour", "years_of_use", "subsidy_yen_per_10a"


@dataclass(frozen=True, slots=True, eq=False)
class Workability:
    """What it takes on N parcels, herb by herb; `parts` has the parts of each herb."""

    ground: Ground
    catalogue: Catalogue
    assumptions: Assumptions
    parts: Mapping[str, tuple[Part, ...]]

    def spans(self, herb_id: str, when: Sequence[str] = ("once", "crop")) -> tuple[Span, Span]:
        """Yen and hours per 10 a of the parts of those times."""
        chosen = [part for part in self.parts[herb_id] if part.when in when]
        count = len(self.ground)
        return total([part.yen for part in chosen], count), total([part.hours for part in chosen], count)

    def middle_yen(self, herb_id: str) -> np.ndarray:
        """Middles of yen per 10 a (N,), NaN where the range is open: for the last tie-break of a ranking."""
        middle = self.spans(herb_id)[0].middle()
        return np.where(np.isinf(middle), np.nan, middle)

    def frame(self, herb_id: str) -> pd.DataFrame:
        """One herb, one row per parcel.

        Columns parcel_id, herb_id; yen_per_10a_low, yen_per_10a_high, hours_per_10a_low,
        hours_per_10a_high: until the first crop is in, because of the place; the upper ends are NaN where
        an assumption or a fact is missing that would close them. works; yen_per_10a_year_low and _high:
        works and restoration written off and all hours paid, NaN without wage and years of use;
        subsidy_yen_per_10a_low and _high (NaN where not answered or the land is of no such class);
        not_worth (class B); asked, unknown: keys that are missing, between semicolons.
        """
        yen, hours = self.spans(herb_id)
        parts = self.parts[herb_id]
        columns: dict[str, object] = {"parcel_id": list(self.ground.parcel_ids), "herb_id": herb_id}
        columns |= _ends("yen_per_10a", yen) | _ends("hours_per_10a", hours)
        columns["works"] = _joined(
            [(part.what, part.where) for part in parts if _is_work(part)], len(self.ground)
        )
        columns |= _ends("yen_per_10a_year", self._yearly(herb_id))
        columns |= _ends("subsidy_yen_per_10a", self._subsidy(herb_id))
        columns["not_worth"] = self.ground.devastation_class == "B"
        for name in ("asked", "unknown"):
            masks = [pair for part in parts for pair in getattr(part, name).items()]
            columns[name] = _joined(masks, len(self.ground))
        return pd.DataFrame(columns)

    def _yearly(self, herb_id: str) -> Span:
        wage, years = (self.assumptions.of(key, herb_id) for key in (WAGE, YEARS_OF_USE))
        count = len(self.ground)
        if wage is None or years is None:
            return Span.of(count, np.nan)
        crop_years = Span.of(count, float(max(self.catalogue.herbs[herb_id].years_to_harvest, 1)))
        use, pay = Span.of(count, years.low, years.high), Span.of(count, wage.low, wage.high)
        once, crop = (self.spans(herb_id, (when,)) for when in ("once", "crop"))
        return (once[0] + once[1] * pay) / use + (crop[0] + crop[1] * pay) / crop_years

    def _subsidy(self, herb_id: str) -> Span:
        answer = self.assumptions.of(SUBSIDY, herb_id)
        able = may_be_subsidised(self.ground)
        low, high = (np.nan, np.nan) if answer is None else (answer.low, answer.high)
        return Span(np.where(able, low, np.nan), np.where(able, high, np.nan))

    def parts_table(self, herb_id: str, parcel_ids: Sequence[str] | None = None) -> pd.DataFrame:
        """What the sums are made of, one row per parcel and part.

        Columns parcel_id, herb_id, what, label, when, yen_low, yen_high, hours_low, hours_high (NaN: open),
        source, source_title, confidence, assumed, asked, unknown, note.
        """
        ids = np.array(self.ground.parcel_ids, dtype=object)
        wanted = np.ones(len(ids), dtype=bool) if parcel_ids is None else np.isin(ids, list(parcel_ids))
        tables = []
        for part in self.parts[herb_id]:
            at = np.flatnonzero(part.where & wanted)
            columns: dict[str, object] = {
                "parcel_id": ids[at],
                "herb_id": herb_id,
                "what": part.what,
                "label": str(part.label),
                "when": part.when,
            }
            columns |= _ends("yen", Span(part.yen.low[at], part.yen.high[at]))
            columns |= _ends("hours", Span(part.hours.low[at], part.hours.high[at]))
            columns["source"] = part.source
            columns["source_title"] = self.catalogue.source_title(part.source)
            columns["confidence"] = part.confidence
            columns["assumed"] = ";".join(part.assumed)
            columns["asked"] = _joined(list(part.asked.items()), len(ids))[at]
            columns["unknown"] = _joined(list(part.unknown.items()), len(ids))[at]
            tables.append(pd.DataFrame(columns | {"note": str(part.note)}))
        kept = [table for table in tables if len(table)] or tables[:1]
        return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame()

    def margin(self, herb_id: str) -> Margin:
        """What a crop of a herb brings in, wherever it is grown."""
        return margin_of(self.catalogue, self.assumptions, herb_id)

    def assumed(self, herb_id: str) -> tuple[str, ...]:
        """Keys of the assumptions that stand in the amounts of a herb."""
        used = [key for part in self.parts[herb_id] for key in part.assumed]
        used += self.margin(herb_id).used
        used += [key for key in (WAGE, YEARS_OF_USE, SUBSIDY) if self.assumptions.of(key, herb_id)]
        return tuple(dict.fromkeys(used))

    def asked(self, herb_id: str) -> tuple[str, ...]:
        """Keys of the assumptions that would close the amounts of some parcel, and were not asked yet."""
        missing = [key for part in self.parts[herb_id] for key, mask in part.asked.items() if mask.any()]
        return tuple(dict.fromkeys([*missing, *self.asked_once(herb_id)]))

    def asked_once(self, herb_id: str) -> tuple[str, ...]:
        """Those of them that turn amounts into one another, whatever the parcel."""
        missing = [key for key in (WAGE, YEARS_OF_USE) if self.assumptions.of(key, herb_id) is None]
        if may_be_subsidised(self.ground).any() and self.assumptions.of(SUBSIDY, herb_id) is None:
            missing.append(SUBSIDY)
        return tuple(dict.fromkeys([*missing, *self.margin(herb_id).asked]))


def workability(
    factors: Factors,
    ground: Ground,
    catalogue: Catalogue,
    herbs: Sequence[str],
    assumptions: Assumptions | None = None,
    *,
    settings: ScoreSettings | None = None,
    expectations: Expectations | None = None,
) -> Workability:
    """What it takes to grow herbs on parcels, in yen and hours per 10 a.

    Parameters
    ----------
    factors, ground : Factors, Ground
        Of the same parcels in the same order.
    assumptions : Assumptions, optional
        What the user has answered; nothing by default, and nothing is made up in its place.
    settings : ScoreSettings, optional
        By which classes are told; the usual ones by default.
    expectations : Expectations, optional
        What is to be expected where nothing is known; those of the settings, else estimated from `factors`.
    """
    settings, kept = settings or ScoreSettings(), assumptions or Assumptions()
    count = len(ground)
    parts: dict[str, tuple[Part, ...]] = {}
    for herb_id in herbs:

        def ask(herb_id: str = herb_id) -> Asking:
            return Asking(catalogue, kept, herb_id, count)

        expected = expectations or settings.expectations or _expected(factors, catalogue, herb_id)
        years = catalogue.herbs[herb_id].years_to_harvest
        parts[herb_id] = (
            *restoration_parts(catalogue, ground, herb_id),
            *fence_parts(catalogue, ground, herb_id),
            *shade_parts(catalogue, factors, herb_id, ask()),
            *works_parts(factors, catalogue, herb_id, settings, expected, [ask() for _ in catalogue.works]),
            *running_parts(catalogue, ground, herb_id, ask, years),
        )
    return Workability(ground, catalogue, kept, parts)


def _expected(factors: Factors, catalogue: Catalogue, herb_id: str) -> Expectations:
    needs = {herb_id: catalogue.requirements_of(herb_id)}
    return expect(factors.columns(), factors.land_codes(), needs, catalogue.works)


def _is_work(part: Part) -> bool:
    return bool(part.what) and part.what != "works" and part.when == "once" and part.what not in _PLACES


_PLACES = ("restoration", "restoration_slope", "fence", "shade")


def _ends(name: str, span: Span) -> dict[str, np.ndarray]:
    """Both ends of a range as columns; an open end is NaN."""
    return {f"{name}_low": span.low, f"{name}_high": np.where(np.isinf(span.high), np.nan, span.high)}


def _joined(masks: Sequence[tuple[str, np.ndarray]], count: int) -> np.ndarray:
    """For each parcel the names whose mask holds, each once, between semicolons."""
    holds: dict[str, np.ndarray] = {}
    for name, mask in masks:
        holds[name] = holds.get(name, np.zeros(count, dtype=bool)) | mask
    texts = np.full(count, "", dtype=object)
    for name, mask in holds.items():
        texts[mask] = [f"{text};{name}" if text else name for text in texts[mask]]
    return texts
