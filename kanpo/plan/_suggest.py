"""Where next season's trials teach most and promise most."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kanpo.evidence import Draws, Parameter, Posterior
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.sites import Factors
from kanpo.suitability import FactorColumns

#: How many standard deviations of hope count: 0 only promises, more tries what is less known.
BOLDNESS = 1.0
#: How many parcels are looked for in the end.
BEST = 20
#: Sites of a herb that are looked at one by one, the most promising ones.
_POOL = 3000
#: Sites of a herb whose worth is worked out at each choice: the best by bound, and as many of all ranks.
_LOOKED_AT = 120
#: Outcomes of a harvest (standard normal) and their chances: Gauss-Hermite quadrature of five points.
_OUTCOMES = np.array([-2.8569700, -1.3556262, 0.0, 1.3556262, 2.8569700])
_CHANCES = np.array([0.0112574, 0.2220759, 0.5333333, 0.2220759, 0.0112574])
#: How much the bound of a site counts beside its worth for knowing.
_LITTLE = 0.1
#: A site's promise is given between these quantiles of the draws (80 %).
_BETWEEN = (0.1, 0.9)

#: Columns of `Suggestion.sites`.
COLUMNS = (
    *("order", "parcel_id", "settlement", "lot_number", "herb_id", "promise", "low", "high", "rank"),
    *("candidates", "gain", "learns", "unknown", "why"),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a trial can be held at all; None does not ask.

    A parcel whose area or road is not known is left out when it is asked for. `settlements` are those
    with a grower. Of a herb's weight at least `least_known` has to be known: a trial where little is
    known of the site teaches little of what the herb needs; such a parcel is visited first.
    """

    least_area_m2: float | None = 300.0
    most_road_m: float | None = 400.0
    settlements: Collection[str] | None = None
    least_known: float = 0.6


_USUAL = Limits()


@dataclass(frozen=True, slots=True, eq=False)
class Suggestion:
    """Sites in the order in which they were chosen (`COLUMNS`), and why others were no candidates.

    `promise` is the relative yield expected (1: everything as the herb needs it), from `low` to `high`
    in 80 %; `gain` is the information that a trial there adds, in nats. `left_out` counts parcels by
    the first limit that they miss.
    """

    sites: pd.DataFrame
    left_out: dict[str, int]


def suggest_trials(
    parcels: pd.DataFrame,
    factors: Factors,
    beliefs: Mapping[str, Posterior],
    *,
    budget: int,
    limits: Limits = _USUAL,
    tried: Collection[tuple[str, str]] = (),
    boldness: float = BOLDNESS,
) -> Suggestion:
    """Choose sites and herbs for next season's trials.

    Each site is the one with the greatest upper confidence bound of the logarithm of its yield,
    mean + boldness · sd; then the covariance is updated as though it had been harvested, so that the
    next one is not its twin: sites spread over what is uncertain (GP-BUCB: T. Desautels, A. Krause,
    J. W. Burdick 2014, Parallelizing exploration-exploitation tradeoffs in Gaussian process bandit
    optimization, J. Machine Learning Research 15: 3873-3923; with the covariance of draws through the
    response in place of a Gaussian process's). Of one parcel one herb is suggested at most.

    Parameters
    ----------
    parcels : DataFrame
        parcel_id, settlement and lot_number of all parcels of `factors`.
    factors : Factors
        What is known of the sites. What is not known plays no part in a site's promise.
    beliefs : mapping
        Herb id to what is believed of it (`prior_of`, `learn`).
    budget : int
        Sites at most.
    tried : collection of (herb_id, parcel_id)
        Left out: they have had a trial of the herb.
    """
    possible, left_out = _possible(parcels, factors, limits)
    columns = factors.subset(list(possible)).columns() if len(possible) else {}
    pools: dict[str, _Pool] = {}
    known = np.zeros(len(possible), dtype=bool)
    for herb, belief in beliefs.items() if len(possible) else ():
        enough = belief.response.known_share(columns) >= limits.least_known - 1e-9
        known |= enough
        left = enough & ~np.isin(possible, [parcel for name, parcel in tried if name == herb])
        pools[herb] = _Pool.of(belief, columns, possible, boldness, left)
    left_out["unknown"] = int((~known).sum())
    chosen: list[tuple[object, ...]] = []
    rows = parcels.set_index("parcel_id")
    taken: set[str] = set()
    while len(chosen) < budget:
        offers = {herb: offer for herb, pool in pools.items() if (offer := pool.best(taken)) is not None}
        if not offers:
            break
        herb = max(offers, key=lambda name: offers[name][1])
        at = offers[herb][0]
        line = pools[herb].line(at, factors)
        parcel = pools[herb].parcel_ids[at]
        place = rows.loc[parcel, ["settlement", "lot_number"]]
        chosen.append((len(chosen) + 1, parcel, *place, herb, *line))
        pools[herb].learn_from(at)
        taken.add(parcel)
    return Suggestion(pd.DataFrame(chosen, columns=list(COLUMNS)), left_out)


def _possible(parcels: pd.DataFrame, factors: Factors, limits: Limits) -> tuple[np.ndarray, dict[str, int]]:
    """Parcels that pass every limit, and how many fail at which one first."""
    values = factors.values.loc[parcels["parcel_id"]]
    checks: dict[str, np.ndarray] = {"excluded": ~factors.subset(list(parcels["parcel_id"])).excluded()}
    if limits.least_area_m2 is not None:
        checks["area"] = (values["area_m2"] >= limits.least_area_m2).to_numpy()
    if limits.most_road_m is not None:
        checks["road"] = (values["road_access_m"] <= limits.most_road_m).to_numpy()
    if limits.settlements is not None:
        checks["grower"] = parcels["settlement"].isin(list(limits.settlements)).to_numpy()
    fits = np.ones(len(parcels), dtype=bool)
    left_out = {}
    for name, good in checks.items():
        left_out[name] = int((fits & ~good).sum())
        fits &= good
    return parcels["parcel_id"].to_numpy(dtype=object)[fits], left_out


class _Pool:
    """Candidate sites of one herb, with draws of their yields, and how uncertain each still is.

    The covariance of n sites is that of their D draws: rows of `_spread` (n, D) times each other, with
    the middle matrix (D, D) that learning shrinks.
    """

    def __init__(
        self, belief: Posterior, parcel_ids: np.ndarray, draws: Draws, boldness: float, count: int
    ) -> None:
        self.parcel_ids = parcel_ids
        self._belief, self._draws, self._boldness, self._candidates = belief, draws, boldness, count
        self._best = BEST
        size = len(draws.log_yield)
        self._mean = draws.log_yield.mean(axis=0)
        self._spread = (draws.log_yield - self._mean).T / np.sqrt(size - 1)
        self._left = np.eye(size)
        self._variance = (self._spread**2).sum(axis=1)
        self._rank = np.argsort(np.argsort(-self._mean, kind="stable"), kind="stable") + 1

    @classmethod
    def of(
        cls, belief: Posterior, columns: FactorColumns, ids: np.ndarray, boldness: float, able: np.ndarray
    ) -> _Pool:
        """The most promising sites of a herb, of those that are `able` (n,)."""
        looks = belief.response.log_yield(columns, belief.z)
        usable = np.flatnonzero(np.isfinite(looks) & able)
        pool = usable[np.argsort(-looks[usable], kind="stable")[:_POOL]]
        draws = belief.draw({key: column[pool] for key, column in columns.items()})
        return cls(belief, ids[pool], draws, boldness, len(usable))

    def best(self, taken: set[str]) -> tuple[int, float] | None:
        """Position and worth of the best site that is left."""
        open_ = np.flatnonzero(~np.isin(self.parcel_ids, list(taken)))
        if not len(open_):
            return None
        bound = self._mean + self._boldness * np.sqrt(self._variance)
        ranked = open_[np.argsort(-bound[open_], kind="stable")]
        looked_at = np.unique(
            np.concatenate([ranked[:_LOOKED_AT], ranked[:: max(len(ranked) // _LOOKED_AT, 1)]])
        )
        worth = np.array([self._worth(at) for at in looked_at])
        # What teaches nothing more is still chosen by its bound.
        worth = worth + _LITTLE * bound[looked_at]
        at = int(looked_at[worth.argmax()])
        return at, float(worth.max())

    def _worth(self, at: int) -> float:
        """By how much the best sites, chosen anew after a harvest here, are expected to gain (log yield)."""
        toward = self._spread @ (self._left @ self._spread[at])
        step = toward / np.sqrt(self._variance[at] + self._belief.error_sd**2)
        best = min(self._best, len(self._mean))
        after = self._mean + _OUTCOMES[:, None] * step
        top = np.partition(after, len(self._mean) - best, axis=1)[:, -best:].mean(axis=1)
        return float(_CHANCES @ top - np.sort(self._mean)[-best:].mean())

    def learn_from(self, at: int) -> None:
        """How uncertain every site will be when this one has been harvested."""
        toward = self._left @ self._spread[at]
        noise = self._variance[at] + self._belief.error_sd**2
        self._left -= np.outer(toward, toward) / noise
        self._variance = np.maximum(self._variance - (self._spread @ toward) ** 2 / noise, 0.0)

    def line(self, at: int, factors: Factors) -> tuple[object, ...]:
        """promise, low, high, rank, candidates, gain, learns, unknown and why of a site."""
        yields = np.exp(self._draws.log_yield[:, at])
        promise, low, high = float(yields.mean()), *map(float, np.quantile(yields, _BETWEEN))
        gain = 0.5 * float(np.log1p(self._variance[at] / self._belief.error_sd**2))
        learns = self._learns(at)
        needed = [row.factor for row in self._belief.response.requirements]
        unknown = factors.values.loc[self.parcel_ids[at], needed].isna()
        gaps = [FACTORS[key].label for key, gone in unknown.items() if gone]
        rank, top = int(self._rank[at]), max(int(self._rank[at]) / self._candidates, 0.01)
        why = Text(
            f"見込みは候補 {self._candidates:,} の {rank:,} 番(上位 {top:.0%})。分かること: {learns.ja or 'ほぼ既知'}",
            f"promise ranks {rank:,} of {self._candidates:,} (top {top:.0%}); teaches: {learns.en or 'little new'}",
        )
        names = str(Text("、", ", ")).join(str(label) for label in gaps)
        return promise, low, high, rank, self._candidates, gain, str(learns), names, str(why)

    def _learns(self, at: int) -> Text:
        """The two parameters that go most with the yield of a site, over the draws that are still open."""
        z = (self._draws.z - self._draws.z.mean(axis=0)) / np.sqrt(len(self._draws.z) - 1)
        together = z.T @ (self._left @ self._spread[at])
        spread = max(float(np.sqrt(self._variance[at])), 1e-12)
        first = [
            p for p in np.argsort(-np.abs(together), kind="stable")[:2] if abs(together[p]) > 0.2 * spread
        ]
        names = [_name(self._belief.response.parameters[p]) for p in first]
        return Text("、".join(name.ja for name in names), ", ".join(name.en for name in names))


_ROLES = {
    "lower": Text("の下限", "lower bound of"),
    "upper": Text("の上限", "upper bound of"),
    "place": Text("の適値", "best value of"),
    "weight": Text("の重み", "weight of"),
}


def _name(parameter: Parameter) -> Text:
    """What a parameter is, in words."""
    if parameter.role == "slope":
        return Text("スコアと収量の関係", "how steeply yield follows the score")
    label = FACTORS[parameter.factor].label
    if parameter.role == "class":
        of = FACTORS[parameter.factor].class_labels[parameter.of]
        return Text(f"{label.ja}「{of.ja}」の適合度", f"membership of {label.en} '{of.en}'")
    role = _ROLES[parameter.role]
    return Text(f"{label.ja}{role.ja}", f"{role.en} {label.en}")
