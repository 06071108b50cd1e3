"""Which prediction counts for a trial parcel, and whether the journal proves that it came first."""

from __future__ import annotations

import json
from enum import StrEnum

import pandas as pd

from kanpo.evidence._plot_values import YIELD_TRAITS
from kanpo.locale import Text
from kanpo.parcels import carried_over
from kanpo.store import Project

#: Columns of `kept_predictions`.
KEPT_COLUMNS = ("parcel_id", "score", "lower", "upper", "proof", "predicted_at", "definition")
#: The definition of a prediction that names none: kept before there was another.
FORMER_DEFINITION = "before"
#: Days of records are those of Japan; the clock of the journal is UTC.
_JAPAN = pd.Timedelta(hours=9)


class Proof(StrEnum):
    """What shows that a score was known before the trial; the weakest last."""

    BEFORE_TRIAL = "kept-before-trial"
    BEFORE_VALUES = "kept-before-values"
    STORED_BEFORE = "stored-before"
    STORED_AFTER = "stored-after"
    KEPT_LATE = "kept-late"

    @property
    def before(self) -> bool:
        """Whether it is a prediction at all."""
        return self in (Proof.BEFORE_TRIAL, Proof.BEFORE_VALUES, Proof.STORED_BEFORE)

    @property
    def kept(self) -> bool:
        """Whether the score stands in the journal."""
        return self in (Proof.BEFORE_TRIAL, Proof.BEFORE_VALUES, Proof.KEPT_LATE)

    @property
    def label(self) -> Text:
        """In a few words, for a table."""
        return {
            Proof.BEFORE_TRIAL: Text("記録簿に試験の前から", "in the journal before the trial"),
            Proof.BEFORE_VALUES: Text("記録簿に値の前から", "in the journal before the values"),
            Proof.STORED_BEFORE: Text("保存適地度(日付は試験の前)", "stored score, dated before the trial"),
            Proof.STORED_AFTER: Text("保存適地度(後からの計算)", "stored score, after the fact"),
            Proof.KEPT_LATE: Text("記録簿にあるが値の後", "in the journal, but after the values"),
        }[self]


def kept_predictions(project: Project, values: pd.DataFrame, trait: str) -> pd.DataFrame:
    """For each trial parcel the prediction that the journal holds, and what it proves.

    The prediction of the parcel's first trial counts, as it was first written; corrections of it are
    not heeded. Where it came too late or there is none, the first one that was kept of the parcel
    without a trial. It is *before the values* when it stands in the journal before every harvest (of
    other traits: every observation of the trait) of the parcel's trials, by the numbers of the chain
    within a lane and by the clocks between lanes, and when it was written no later than the day of the
    earliest of them; and *before the trial* when that day is no later than the first day of the trial.

    Parameters
    ----------
    values : DataFrame
        Rows of `plot_values` of one herb; `parcel_id` are today's parcels.

    Returns
    -------
    DataFrame
        `KEPT_COLUMNS`, one row for each parcel that has one; `predicted_at` is when the score was
        computed, `definition` by which (`FORMER_DEFINITION` where the record names none).
    """
    chosen = values[values["trait"] == trait]
    trials = chosen[["parcel_id", "trial_code", "herb_id", "started"]].drop_duplicates()
    trials = trials.sort_values(["started", "trial_code"], kind="stable")
    kept = _as_first_written(project)
    if kept.empty or trials.empty:
        return pd.DataFrame(columns=list(KEPT_COLUMNS))
    own = trials.drop_duplicates("parcel_id").merge(
        kept.drop(columns="parcel_id").dropna(subset=["trial_code"]), on=["trial_code", "herb_id"]
    )
    open_ones = carried_over(kept[kept["trial_code"].isna()].drop(columns="trial_code"), project)
    other = trials.drop_duplicates("parcel_id").merge(open_ones, on=["parcel_id", "herb_id"])
    both = pd.concat([own.assign(rank=0), other.assign(rank=1)], ignore_index=True)
    if both.empty:
        return pd.DataFrame(columns=list(KEPT_COLUMNS))
    both["proof"] = _proofs(project, both, trials, trait)
    both["late"] = both["proof"] == Proof.KEPT_LATE
    both = both.sort_values(["late", "rank", "order"], kind="stable").drop_duplicates("parcel_id")
    return both.rename(columns={"computed_at": "predicted_at"})[list(KEPT_COLUMNS)].reset_index(drop=True)


def _as_first_written(project: Project) -> pd.DataFrame:
    """Predictions with their place in the chain, corrections and withdrawals left out."""
    entries = project.journal.entries("prediction")
    entries = entries[entries["supersedes"].isna() & entries["body"].notna()].reset_index(drop=True)
    keys = ["trial_code", "parcel_id", "herb_id", "score", "lower", "upper", "computed_at", "definition"]
    bodies = pd.DataFrame([json.loads(body) for body in entries["body"]]).reindex(columns=keys)
    found = pd.concat([bodies, entries[["device", "sequence", "recorded_at"]]], axis="columns")
    found = found.assign(order=range(len(found)), day=_day(found["recorded_at"]))
    found[["score", "lower", "upper"]] = found[["score", "lower", "upper"]].astype(float)
    found["definition"] = found["definition"].astype(object).fillna(FORMER_DEFINITION)
    return found


def _day(moments: pd.Series) -> pd.Series:
    """The day in Japan of moments in UTC, as text."""
    return (pd.to_datetime(moments, utc=True, format="ISO8601") + _JAPAN).dt.strftime("%Y-%m-%d")


def _proofs(project: Project, kept: pd.DataFrame, trials: pd.DataFrame, trait: str) -> list[Proof]:
    """What each row of `kept` proves against the values of all trials of its parcel."""
    is_yield = trait in YIELD_TRAITS
    told = (
        project.journal.first_told("harvest")
        if is_yield
        else project.journal.first_told("observation", trait)
    )
    told = told.merge(trials[["parcel_id", "trial_code"]], on="trial_code").drop(columns="trial_code")
    pairs = kept.assign(at=range(len(kept))).merge(told, on="parcel_id", suffixes=("", "_told"))
    same = pairs["device"] == pairs["device_told"]
    first = (pairs["sequence"] < pairs["sequence_told"]).where(
        same, pairs["recorded_at"] <= pairs["recorded_at_told"]
    )
    pairs["first"] = first.astype(bool) & (pairs["day"] <= pairs["happened_at"].astype(str).str[:10])
    before_values = pairs.groupby("at")["first"].all().reindex(range(len(kept)), fill_value=False)
    before_trial = kept["day"] <= kept["started"].astype(str).str[:10]
    return [
        Proof.KEPT_LATE if not value else Proof.BEFORE_TRIAL if trial else Proof.BEFORE_VALUES
        for value, trial in zip(before_values, before_trial, strict=True)
    ]
