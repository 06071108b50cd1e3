"""Records that were kept although something about them is odd."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from kanpo.herbs import project_catalogue
from kanpo.locale import Text
from kanpo.schema import RECORD_KINDS, TRAITS
from kanpo.store import Project
from kanpo.trials._pesticides import pesticide_doubts

#: Modified z-score beyond which a value is an outlier (Iglewicz & Hoaglin 1993, How to Detect and
#: Handle Outliers), and how many values of a plot make a history.
_FAR, _HISTORY = 3.5, 4
#: 0.6745 makes the median absolute deviation comparable with a standard deviation (ibid.).
_NORMAL = 0.6745
#: A plot whose values hardly differ still varies by measuring: this share of the median.
_LEAST_SPREAD = 0.1
_STARTS = ("sowing", "transplanting")


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason to look at one record."""

    day: str
    kind: str
    where: str
    code: str
    why: Text
    record_id: str


def doubts(project: Project) -> tuple[Doubt, ...]:
    """What is odd about the standing records of trials.

    Dates after the day of recording; observations outside the usual range of their trait, or far
    from the other values of their plot; harvests before the crop was sown or planted; pesticides
    against their conditions of use.
    """
    read = {kind: project.journal.read(kind) for kind in RECORD_KINDS if kind != "weather"}
    found = [doubt for kind, frame in read.items() for doubt in _in_future(kind, frame)]
    found += _unusual(read["observation"])
    found += _far_from_history(read["observation"])
    found += _harvest_before_planting(read["harvest"], read["operation"])
    for row, code, why in pesticide_doubts(read, project_catalogue(project).herbs):
        found.append(_doubt("operation", row, code, why))
    return tuple(sorted(found, key=lambda doubt: (doubt.day, doubt.record_id)))


def _doubt(kind: str, row: pd.Series | Mapping[str, Any], code: str, why: Text) -> Doubt:
    keys = ("plot_code", "lot_id", "trial_code", "parcel_id")
    where = next((str(row[key]) for key in keys if key in row and isinstance(row[key], str)), "")
    return Doubt(str(row["happened_at"])[:10], kind, where, code, why, str(row["record_id"]))


def _in_future(kind: str, frame: pd.DataFrame) -> Iterator[Doubt]:
    """Against the day of recording, so that a doubt does not fade with time; a day is left for zones."""
    happened, recorded = (pd.to_datetime(frame[key].str[:10]) for key in ("happened_at", "recorded_at"))
    for _, row in frame[happened - recorded > pd.Timedelta(days=1)].iterrows():
        why = Text(
            f"記録した日({row['recorded_at'][:10]})より後の日付です",
            f"dated after it was recorded ({row['recorded_at'][:10]})",
        )
        yield _doubt(kind, row, "record.in-future", why)


def _unusual(observations: pd.DataFrame) -> Iterator[Doubt]:
    limited = {key: trait for key, trait in TRAITS.items() if trait.type == "number"}
    rows = observations[observations["trait"].isin(limited)]
    values = pd.to_numeric(rows["value"], errors="coerce")
    low = rows["trait"].map({key: trait.minimum for key, trait in limited.items()}).astype(float)
    high = rows["trait"].map({key: trait.maximum for key, trait in limited.items()}).astype(float)
    for index, row in rows[(values < low) | (values > high)].iterrows():
        trait, value = limited[row["trait"]], values[index]
        why = Text(
            f"「{trait.label.ja}」の普通の範囲({trait.minimum}〜{trait.maximum} {trait.unit})の外です: {value:g}",
            f"outside the usual range of '{trait.label.en}' "
            f"({trait.minimum} to {trait.maximum} {trait.unit}): {value:g}",
        )
        yield _doubt("observation", row, "value.doubtful", why)


def _far_from_history(observations: pd.DataFrame) -> Iterator[Doubt]:
    """Values far from the others of the same plot and trait, by the modified z-score."""
    numbers = observations[
        observations["value"].map(lambda value: isinstance(value, (int, float))).astype(bool)
    ]
    for (_, _, trait), rows in numbers.groupby(["trial_code", "plot_code", "trait"]):
        if len(rows) < _HISTORY:
            continue
        values = rows["value"].astype(float)
        middle = values.median()
        spread = max((values - middle).abs().median() / _NORMAL, _LEAST_SPREAD * abs(middle))
        if not spread:
            continue
        for index in values.index[(values - middle).abs() / spread > _FAR]:
            label = TRAITS[trait].label if trait in TRAITS else Text.same(str(trait))
            why = Text(
                f"「{label.ja}」がこの区のほかの値(中央値 {middle:g})から離れています: {values[index]:g}",
                f"'{label.en}' is far from the other values of this plot (median {middle:g}): {values[index]:g}",
            )
            yield _doubt("observation", rows.loc[index], "value.far-from-history", why)


def _harvest_before_planting(harvests: pd.DataFrame, operations: pd.DataFrame) -> Iterator[Doubt]:
    planted = operations[operations["operation"].isin(_STARTS)]
    for _, row in harvests.iterrows():
        here = (planted["trial_code"] == row["trial_code"]) & (
            planted["plot_code"].isna() | (planted["plot_code"] == row["plot_code"])
        )
        days = planted.loc[here, "happened_at"].str[:10]
        if len(days) and row["happened_at"][:10] < days.min():
            why = Text(
                f"播種・定植({days.min()})より前の収穫です",
                f"harvested before sowing or planting ({days.min()})",
            )
            yield _doubt("harvest", row, "harvest.before-planting", why)
