"""Where next season's trials tell most about which sites are best."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kanpo.evidence import SEASON_SD, Parameter, Posterior
from kanpo.locale import Text
from kanpo.plan._classes import CLASS_COLUMNS, add_classes
from kanpo.schema import FACTORS
from kanpo.sites import Factors
from kanpo.suitability import FactorColumns, Scores

#: How much knowing counts beside promise: 0 only promises.
BOLDNESS = 1.0
#: How many parcels are looked for in the end.
BEST = 20
#: Sites of a herb that are looked at: the most promising ones for one half, and of all ranks for the other.
_POOL = 10_000
#: Sites that may be among the best in the end: those that most often are.
_CONTENDERS = 150
#: How much the yield expected counts beside what is learned (both as shares of the best possible).
_LITTLE = 0.1
#: A site's promise is given between these quantiles of the draws (80 %).
_BETWEEN = (0.1, 0.9)

#: Columns of `Suggestion.sites`.
COLUMNS = (
    *("order", "parcel_id", "settlement", "lot_number", "herb_id", "promise", "low", "high", "rank"),
    *("candidates", "gain", "learns", "unknown", "class_lower", "class_upper", "certainty", "why"),
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
    in 80 %; `gain` is the information that a trial there adds, in nats. Classes and certainty are those
    of the score, None where they were not given or no class can be told: a promise is no verdict.
    `left_out` counts parcels by the first limit that they miss.
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
    scores: Scores | None = None,
) -> Suggestion:
    """Choose sites and herbs for next season's trials.

    Each is the one whose harvest would tell most about the differences between the sites that may be
    among the best (see `_Pool`), given those chosen before it, with a little of its promise. Of one
    parcel one herb is suggested at most.

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
    scores : Scores, optional
        Of all parcels for the herbs of `beliefs`: where a known factor excludes a parcel no trial of the
        herb is suggested, and each site says what may be said of its class. A site that something not
        known may yet exclude comes only where no other is left: a harvest there would tell of a place
        that nobody would have chosen, once it is measured.
    """
    possible, left_out = _possible(parcels, factors, limits)
    columns = factors.subset(list(possible)).columns() if len(possible) else {}
    pools: dict[str, _Pool] = {}
    known = np.zeros(len(possible), dtype=bool)
    for herb, belief in beliefs.items() if len(possible) else ():
        enough = belief.response.known_share(columns) >= limits.least_known - 1e-9
        known |= enough
        doubtful = np.zeros(len(possible), dtype=bool)
        if scores is not None:
            enough &= ~_excluded(scores, herb, possible)
            doubtful = _doubtful(scores, herb, possible)
        left = enough & ~np.isin(possible, [parcel for name, parcel in tried if name == herb])
        pools[herb] = _Pool(belief, columns, possible, boldness, enough, left, doubtful)
    left_out["unknown"] = int((~known).sum())
    sites = add_classes(_choose(pools, parcels, factors, budget), scores)
    return Suggestion(sites[list(COLUMNS)], left_out)


def _choose(pools: Mapping[str, _Pool], parcels: pd.DataFrame, factors: Factors, budget: int) -> pd.DataFrame:
    """Sites one by one, each the best given those before it; `COLUMNS` without those of classes."""
    chosen: list[tuple[object, ...]] = []
    rows = parcels.set_index("parcel_id")
    taken: set[str] = set()
    while len(chosen) < budget:
        offers = _offers(pools, taken, doubtful=False) or _offers(pools, taken, doubtful=True)
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
    return pd.DataFrame(chosen, columns=[key for key in COLUMNS if key not in CLASS_COLUMNS])


def _offers(pools: Mapping[str, _Pool], taken: set[str], *, doubtful: bool) -> dict[str, tuple[int, float]]:
    """The best site that is left for each herb and its worth, among those that may yet be excluded or the others."""
    offers = {herb: pool.best(taken, doubtful=doubtful) for herb, pool in pools.items()}
    return {herb: offer for herb, offer in offers.items() if offer is not None}


def _doubtful(scores: Scores, herb_id: str, parcel_ids: np.ndarray) -> np.ndarray:
    """Which parcels (n,) something that is not known may exclude for a herb, or leave at nothing."""
    at = pd.Index(scores.parcel_ids).get_indexer(parcel_ids)
    herb = scores.herb_ids.index(herb_id)
    lower, upper = scores.result.lower[herb, at], scores.result.upper[herb, at]
    return np.asarray((lower < scores.bounds.s3) & (upper >= scores.bounds.s3))


def _excluded(scores: Scores, herb_id: str, parcel_ids: np.ndarray) -> np.ndarray:
    """Where something known excludes parcels (n,) for a herb."""
    at = pd.Index(scores.parcel_ids).get_indexer(parcel_ids)
    return np.asarray(scores.result.excluded[scores.herb_ids.index(herb_id), at])


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

    Contenders are the sites that are among the `BEST` in some draw of what may be true, each with the
    share of draws in which it is. Each site chosen is the one whose harvest removes most of the variance
    of the differences between contenders, given those chosen before it, and what the whole season
    shares: a site that differs from another one in what is doubtful is worth more than a twin. This is
    transductive experimental design (K. Yu, J. Bi, V. Tresp 2006, Active learning via transductive
    experimental design, Proc. 23rd Int. Conf. Machine Learning: 1081-1088), with the covariance of draws
    through the response in place of a kernel's. The gain of the best after one harvest (the knowledge
    gradient) is nearly 0 where only several together can change a choice (P. I. Frazier, W. B. Powell
    2010, Paradoxes in learning and the marginal value of information, Decision Analysis 7: 378-403);
    the variance is not. A little of the yield expected is added.

    What a harvest at n sites would show has the covariance of D draws, and a last column for what all
    sites of the season share: rows of `_spread` (n, D + 1) times each other, with the middle matrix
    that learning shrinks. `_toward` (T, n) is the covariance of the T contenders' distance from their
    mean with what each site would show, weighted by how often each is among the best.
    """

    def __init__(
        self,
        belief: Posterior,
        columns: FactorColumns,
        parcel_ids: np.ndarray,
        boldness: float,
        enough: np.ndarray,
        left: np.ndarray,
        doubtful: np.ndarray,
    ) -> None:
        """Sites (n,) of which `enough` is known can be among the best, and those that are `left` be chosen.

        Those that are `doubtful` may be unsuitable for all that is known.
        """
        usable, pool = _pool(belief.response.log_yield(columns, belief.z), enough)
        self._draws = belief.draw({key: column[pool] for key, column in columns.items()})
        self.parcel_ids, self._open, self._candidates = parcel_ids[pool], left[pool], usable
        self._doubtful = doubtful[pool]
        self._belief, self._boldness = belief, boldness
        logs = self._draws.log_yield
        size = len(logs)
        self._promise = np.exp(logs).mean(axis=0)
        self._rank = np.argsort(np.argsort(-self._promise, kind="stable"), kind="stable") + 1
        level = belief.levels[:size] - belief.levels[:size].mean()
        shared = np.full((len(pool), 1), np.hypot(SEASON_SD, belief.level_sd))
        self._spread = np.hstack([((logs - logs.mean(axis=0)).T + level) / np.sqrt(size - 1), shared])
        self._left = np.eye(size + 1)
        self._variance = (self._spread**2).sum(axis=1)
        apart = _apart(np.exp(logs)) / np.sqrt(size - 1)
        self._toward = apart @ self._spread[:, :-1].T
        self._doubt = float((apart**2).sum())

    def best(self, taken: set[str], *, doubtful: bool = False) -> tuple[int, float] | None:
        """Position and worth of the best site that is left, among those that are doubtful or the others."""
        there = self._open & (self._doubtful == doubtful)
        open_ = np.flatnonzero(there & ~np.isin(self.parcel_ids, list(taken)))
        if not len(open_):
            return None
        worth = self._boldness * np.sqrt(self._told(open_)) + _LITTLE * self._promise[open_]
        at = int(open_[worth.argmax()])
        return at, float(worth.max())

    def _told(self, at: np.ndarray) -> np.ndarray:
        """How much variance of the contenders' differences a harvest at each of some sites removes."""
        noise = self._variance[at] + self._belief.error_sd**2
        return np.asarray((self._toward[:, at] ** 2).sum(axis=0) / noise)

    def learn_from(self, at: int) -> None:
        """How uncertain every site will be when this one has been harvested."""
        toward = self._left @ self._spread[at]
        noise = self._variance[at] + self._belief.error_sd**2
        with_it = self._spread @ toward
        self._left -= np.outer(toward, toward) / noise
        self._variance = np.maximum(self._variance - with_it**2 / noise, 0.0)
        self._toward = self._toward - np.outer(self._toward[:, at], with_it) / noise

    def line(self, at: int, factors: Factors) -> tuple[object, ...]:
        """promise, low, high, rank, candidates, gain, learns, unknown and why of a site."""
        yields = np.exp(self._draws.log_yield[:, at])
        promise, low, high = float(yields.mean()), *map(float, np.quantile(yields, _BETWEEN))
        gain = 0.5 * float(np.log1p((self._own_sd(at) / self._belief.error_sd) ** 2))
        told = float(self._told(np.array([at]))[0]) / max(self._doubt, 1e-12)
        needed = [row.factor for row in self._belief.response.requirements]
        unknown = factors.values.loc[self.parcel_ids[at], needed].isna()
        gaps = [FACTORS[key].label for key, gone in unknown.items() if gone]
        learns = self._learns(at, set(unknown.index[unknown]))
        rank, top = int(self._rank[at]), max(int(self._rank[at]) / self._candidates, 0.01)
        why = Text(
            f"見込みは候補 {self._candidates:,} の {rank:,} 番(上位 {top:.0%})。"
            f"どの筆がよいかの迷いの {told:.0%} が解ける。分かること: {learns.ja or 'ほぼ既知'}",
            f"promise ranks {rank:,} of {self._candidates:,} (top {top:.0%}); settles {told:.0%} of the doubt "
            f"about which sites are best; teaches: {learns.en or 'little new'}",
        )
        names = str(Text("、", ", ")).join(str(label) for label in gaps)
        return promise, low, high, rank, self._candidates, gain, str(learns), names, str(why)

    def _own_sd(self, at: int) -> float:
        """How uncertain a site still is apart from the season that it shares with the others."""
        own = self._spread[at, :-1]
        return float(np.sqrt(max(own @ self._left[:-1, :-1] @ own, 0.0)))

    def _learns(self, at: int, unknown: set[str]) -> Text:
        """The two parameters that go most with what a harvest at a site would show, as far as they are open.

        Of a factor whose value there is `unknown` a harvest says nothing that could be put to it.
        """
        z = (self._draws.z - self._draws.z.mean(axis=0)) / np.sqrt(len(self._draws.z) - 1)
        together = z.T @ (self._left @ self._spread[at])[:-1]
        least = 0.2 * max(self._own_sd(at), 1e-12)
        told = np.array([p.factor not in unknown for p in self._belief.response.parameters])
        order = np.argsort(-np.abs(together), kind="stable")
        first = [p for p in order[told[order]][:2] if abs(together[p]) > least]
        names = [_name(self._belief.response.parameters[p]) for p in first]
        return Text("、".join(name.ja for name in names), ", ".join(name.en for name in names))


def _pool(looks: np.ndarray, able: np.ndarray) -> tuple[int, np.ndarray]:
    """How many sites (n,) can be looked at, and the positions of those that are, best first."""
    usable = np.flatnonzero(np.isfinite(looks) & able)
    ranked = usable[np.argsort(-looks[usable], kind="stable")]
    rest = ranked[_POOL // 2 :]
    more = rest[:: max(-(-len(rest) // (_POOL // 2)), 1)]
    return len(usable), np.concatenate([ranked[: _POOL // 2], more])


def _apart(yields: np.ndarray) -> np.ndarray:
    """How far each contender is from the mean of all, (T, D) of yields (D, n), weighted by its chance."""
    best = min(BEST, yields.shape[1])
    if not best:
        return np.empty((0, len(yields)))
    among = np.argpartition(-yields, best - 1, axis=1)[:, :best]
    chance = np.bincount(among.ravel(), minlength=yields.shape[1]) / among.size
    contenders = np.argsort(-chance, kind="stable")[:_CONTENDERS]
    share = chance[contenders] / chance[contenders].sum()
    own = yields[:, contenders] - yields[:, contenders].mean(axis=0)
    return np.asarray((own - (own @ share)[:, None]).T * np.sqrt(share)[:, None])


_ROLES = {
    "lower": Text("の下限", "lower bound of"),
    "upper": Text("の上限", "upper bound of"),
    "place": Text("の適値", "best value of"),
    "weight": Text("の重み", "weight of"),
}


def _name(parameter: Parameter) -> Text:
    """What a parameter is, in words."""
    if parameter.role == "slope":
        return Text("適地度と収量の関係", "how steeply yield follows the score")
    label = FACTORS[parameter.factor].label
    if parameter.role == "class":
        of = FACTORS[parameter.factor].class_labels[parameter.of]
        return Text(f"{label.ja}「{of.ja}」の適合度", f"membership of {label.en} '{of.en}'")
    role = _ROLES[parameter.role]
    return Text(f"{label.ja}{role.ja}", f"{role.en} {label.en}")
