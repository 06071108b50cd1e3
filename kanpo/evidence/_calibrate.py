"""Was the score right? Yields of trial parcels against the suitability that was predicted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import special

from kanpo.compare import COLOURS, Picture, Series, false_discovery_rates, spearman, spearman_interval
from kanpo.errors import InputUnusable
from kanpo.evidence._kept import Proof
from kanpo.evidence._reestimate import refuse_few
from kanpo.evidence._summary import trait_unit
from kanpo.evidence._traits import trait_label
from kanpo.herbs import Requirement
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.suitability import DEFINITION, FactorColumns, membership

#: Columns of `Calibration.parcels`, `.groups` and `.factors`.
PARCEL_COLUMNS = (
    *("parcel_id", "years", "started", "plots", "value", "adjusted", "score", "lower", "upper"),
    *("rank_value", "rank_score", "before", "proof", "predicted_at", "definition"),
)
GROUP_COLUMNS = ("scores", "n", "mean_score", "mean_value", "value_lower", "value_upper")
FACTOR_COLUMNS = ("factor", "n", "rho", "p", "q", "meaning")
#: Up to so many parcels a picture has their ids beside the points.
_MOST_LABELLED = 15
#: Below this many parcels nothing is held against each other.
LEAST_PARCELS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """How the values of trial parcels went with their scores.

    `parcels` (`PARCEL_COLUMNS`): `value` is the mean of the plots over the years, `adjusted` the same
    without the years' own level where that can be told apart, ranks count from the best. `proof` says
    where the score comes from and what shows that it came first (a value of `Proof`), `before` whether it was a
    prediction, `predicted_at` when it was computed. `groups` (by score) has mean values with 95 %
    intervals. `factors`: rank correlation of the misfit (better or worse than its score said) with the
    membership of each factor. rho has a BCa interval. `scored_at` is when the stored scores were
    computed; empty when none were there. All scores are of one `definition`, which they are judged
    within; `elsewhere` counts the parcels whose scores are of another.
    """

    herb_id: str
    trait: str
    parcels: pd.DataFrame
    groups: pd.DataFrame
    factors: pd.DataFrame
    rho: float
    p: float
    lower: float
    upper: float
    year_adjusted: bool
    scored_at: str
    definition: str
    elsewhere: Mapping[str, int] = field(default_factory=dict)

    @property
    def before(self) -> int:
        """Parcels whose score was a prediction."""
        return int(self.parcels["before"].sum())

    @property
    def proofs(self) -> dict[Proof, int]:
        """How many parcels have each proof, the strongest first; those that no parcel has are left out."""
        counts = self.parcels["proof"].value_counts()
        return {proof: int(counts[proof]) for proof in Proof if proof in counts}

    def picture(self) -> Picture:
        """Values against scores with the intervals of both, the means of the groups, and where groups part."""
        early = self.parcels["before"].to_numpy(dtype=bool)
        names = Text("試験の前の予測", "predicted before the trial"), Text("後からの計算", "after the fact")
        score, value = (self.parcels[key].to_numpy(dtype=float) for key in ("score", "value"))
        spans = self.parcels[["lower", "upper"]].to_numpy(dtype=float)
        ids = self.parcels["parcel_id"].to_numpy()
        told = np.array(
            [f"{i}: {s:.2f}, {v:.4g}" for i, s, v in zip(ids, score, value, strict=True)], dtype=object
        )
        few = len(ids) <= _MOST_LABELLED
        series = [
            Series(f"{name} ({of.sum()})", score[of], value[of], COLOURS[at], list(ids[of]) if few else (),
                   names=list(told[of]), across=spans[of])
            for at, (name, of) in enumerate(zip(names, (early, ~early), strict=True))
            if of.any()
        ]  # fmt: skip
        means = (
            self.groups["mean_score"].to_numpy(dtype=float),
            self.groups["mean_value"].to_numpy(dtype=float),
        )
        reach = self.groups[["value_lower", "value_upper"]].to_numpy(dtype=float)
        counted = [f"{r.scores}: {r.mean_value:.4g} (n = {r.n})" for r in self.groups.itertuples()]
        label = str(Text("組の平均と95 %区間", "group means, 95 %"))
        series.append(Series(label, *means, COLOURS[6], line=True, names=counted, up=reach))
        title = Text(f"{self.herb_id}: 適地度と実際", f"{self.herb_id}: score and outcome")
        return Picture(
            str(title), str(Text("適地度", "suitability score")), _named(self.trait), series,
            up=_partings(score, self.groups["n"].to_numpy()), told="; ".join(counted),
        )  # fmt: skip


def _named(trait: str) -> str:
    """A trait in words with its unit."""
    unit = trait_unit(trait)
    return f"{trait_label(trait)} ({unit})" if unit not in ("", "-") else str(trait_label(trait))


def _partings(score: np.ndarray, sizes: np.ndarray) -> list[float]:
    """Scores between the groups, which go from the highest down."""
    ordered = np.sort(score)[::-1]
    ends = np.cumsum(sizes)[:-1]
    return [float((ordered[end - 1] + ordered[end]) / 2) for end in ends]


def parcel_means(values: pd.DataFrame, trait: str) -> tuple[pd.DataFrame, bool]:
    """Mean of a trait by parcel, from the rows of `plot_values` of one herb.

    The level of a year is taken out (multiplied to the mean of all) where every year has at least two
    parcels; otherwise years and parcels cannot be told apart and the means stay as they are.

    Returns
    -------
    DataFrame
        parcel_id, years (text), started (first), plots, value, adjusted.
    bool
        Whether the years were taken out.
    """
    chosen = values[values["trait"] == trait]
    cells = chosen.groupby(["parcel_id", "year"], as_index=False).agg(
        value=("value", "mean"), plots=("value", "size"), started=("started", "min")
    )
    level = cells.groupby("year")["value"].transform("mean")
    adjust = bool(len(cells)) and bool((cells.groupby("year")["parcel_id"].transform("size") >= 2).all())
    adjust = adjust and cells["year"].nunique() > 1 and bool((level > 0).all())
    cells["adjusted"] = cells["value"] * cells["value"].mean() / level if adjust else cells["value"]
    found = cells.groupby("parcel_id", as_index=False).agg(
        years=("year", lambda years: ";".join(sorted(set(years)))),
        started=("started", "min"),
        plots=("plots", "sum"),
        value=("value", "mean"),
        adjusted=("adjusted", "mean"),
    )
    return found, adjust


def calibrate(
    values: pd.DataFrame,
    scores: pd.DataFrame,
    columns: FactorColumns,
    requirements: Sequence[Requirement],
    *,
    herb_id: str,
    trait: str,
    scored_at: str,
    definition: str | None = None,
    seed: int = 1,
) -> Calibration:
    """Hold the values of trial parcels against their scores.

    Parameters
    ----------
    values : DataFrame
        Rows of `plot_values` of the herb; `parcel_id` are today's parcels.
    scores : DataFrame
        parcel_id, score, lower, upper as stored, or as the journal kept them, then with `proof` and
        `predicted_at`; `definition` by which each was computed, today's where not given.
    columns, requirements : factors of the parcels of `scores`, in its order, and what the herb needs.
    scored_at : str
        When the scores were computed (their stamp).
    definition : str, optional
        Only scores of this definition; that of most parcels when not given, today's among equals.

    Raises
    ------
    InputUnusable
        Fewer than three trial parcels have a value, or both a value and a score of one definition.
    """
    means, adjusted = parcel_means(values, trait)
    used = ["parcel_id", "score", "lower", "upper", "proof", "predicted_at", "definition", "at"]
    parcels = means.merge(scores.assign(at=np.arange(len(scores))).reindex(columns=used), on="parcel_id")
    parcels = parcels[parcels["score"].notna()].reset_index(drop=True)
    parcels, chosen, elsewhere = _of_one_definition(parcels, definition)
    _refuse_too_few(len(means), len(parcels), herb_id)
    score, value = parcels["score"].to_numpy(dtype=float), parcels["adjusted"].to_numpy(dtype=float)
    parcels = _with_proof(parcels, scored_at).assign(rank_value=_places(value), rank_score=_places(score))
    rho, p, _ = spearman(score, value[:, None])
    ends = spearman_interval(score, value, seed=seed)
    misfit = (parcels["rank_score"] - parcels["rank_value"]).to_numpy(dtype=float)
    own = {key: column[parcels["at"].to_numpy()] for key, column in columns.items()}
    order = parcels.sort_values("score", ascending=False, kind="stable")[list(PARCEL_COLUMNS)]
    return Calibration(
        herb_id,
        trait,
        order.reset_index(drop=True),
        groups=_groups(score, parcels["value"].to_numpy(dtype=float)),
        factors=_misleading(misfit, own, requirements),
        rho=float(rho[0]),
        p=float(p[0]),
        lower=ends[0],
        upper=ends[1],
        year_adjusted=adjusted,
        scored_at=scored_at,
        definition=chosen,
        elsewhere=elsewhere,
    )


def _places(values: np.ndarray) -> np.ndarray:
    """Ranks (n,) from the best; equal ones share the mean of their places."""
    return np.asarray(pd.Series(-values).rank())


def _of_one_definition(
    parcels: pd.DataFrame, definition: str | None
) -> tuple[pd.DataFrame, str, dict[str, int]]:
    """The parcels whose scores are of one definition, which it is, and how many parcels the others have.

    Numbers of two definitions are no more to be ranked together than yen and hours.
    """
    names = parcels["definition"].astype(object).fillna(DEFINITION)
    counts = {str(name): int(count) for name, count in names.value_counts().items()}
    most = max(counts, key=lambda name: (counts[name], name == DEFINITION), default=DEFINITION)
    chosen = definition or most
    own = parcels.assign(definition=names)[names == chosen].reset_index(drop=True)
    return own, chosen, {name: count for name, count in counts.items() if name != chosen}


def _refuse_too_few(tried: int, scored: int, herb_id: str) -> None:
    """Tell trials without scores from too few trials: the mend is another one."""
    if tried >= LEAST_PARCELS > scored:
        raise InputUnusable(
            "evidence.few-scores",
            Text(
                f"値のある筆は {tried} ありますが、適地度があるのは {scored} です",
                f"{tried} parcels have values, but only {scored} of them have a score",
            ),
            Text(
                f"{LEAST_PARCELS} 筆以上が要ります。今の筆で kanpo score を実行してください",
                f"at least {LEAST_PARCELS} are needed: run kanpo score on the present parcels",
            ),
        )
    refuse_few(scored, LEAST_PARCELS, herb_id)


def _with_proof(parcels: pd.DataFrame, scored_at: str) -> pd.DataFrame:
    """Stored scores are held against the first trial by the day of their stamp; the same day proves nothing."""
    stored = parcels["proof"].isna()
    early = parcels["started"].astype(str).str[:10] > scored_at[:10]
    proof = [
        (Proof.STORED_BEFORE if earlier else Proof.STORED_AFTER) if plain else Proof(kept)
        for plain, earlier, kept in zip(stored, early, parcels["proof"], strict=True)
    ]
    return parcels.assign(
        proof=proof,
        before=[one.before for one in proof],
        predicted_at=parcels["predicted_at"].astype(object).where(~stored, scored_at),
    )


def _groups(score: np.ndarray, value: np.ndarray) -> pd.DataFrame:
    """Thirds by score (halves below nine parcels), with Student's intervals of the mean value."""
    count = 3 if len(score) >= 9 else 2
    rows = []
    for part in np.array_split(np.argsort(-score, kind="stable"), count):
        n, mean = len(part), float(value[part].mean())
        reach = np.nan
        if n > 1:
            reach = float(special.stdtrit(n - 1, 0.975) * value[part].std(ddof=1) / np.sqrt(n))
        span = f"{score[part].min():.2f}–{score[part].max():.2f}"
        rows.append((span, n, float(score[part].mean()), mean, mean - reach, mean + reach))
    return pd.DataFrame(rows, columns=list(GROUP_COLUMNS))


def _misleading(
    misfit: np.ndarray, columns: FactorColumns, requirements: Sequence[Requirement]
) -> pd.DataFrame:
    """Factors whose membership goes with the misfit, the strongest first."""
    needed = [row for row in requirements if row.weight > 0]
    members = np.column_stack([membership(row, columns[row.factor]) for row in needed])
    rho, p, count = spearman(misfit, members)
    table = pd.DataFrame({"factor": [row.factor for row in needed], "n": count, "rho": rho, "p": p})
    table = table[table["rho"].notna()].copy()
    table["q"] = false_discovery_rates(table["p"].to_numpy())
    table["meaning"] = [str(_meaning(row.factor, row.rho)) for row in table.itertuples()]
    return table.sort_values("p", kind="stable")[list(FACTOR_COLUMNS)].reset_index(drop=True)


def _meaning(factor: str, rho: float) -> Text:
    label = FACTORS[factor].label
    if rho > 0:
        return Text(
            f"{label.ja}のよい筆は適地度のわりに良く採れた(重みが軽すぎるか)",
            f"sites with good {label.en} did better than scored (weight too light?)",
        )
    return Text(
        f"{label.ja}のよい筆は適地度のわりに採れなかった(重みが重すぎるか、境がきつすぎるか)",
        f"sites with good {label.en} did worse than scored (weight too heavy, or bounds too strict?)",
    )
