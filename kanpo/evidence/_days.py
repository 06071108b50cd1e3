"""On which days plots were observed, and which of them an analysis goes by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from kanpo.errors import Place, Problem, UsageError
from kanpo.locale import Text
from kanpo.reading import read_day

#: Days after the first of a round that still belong to it: a field of trials is walked in a week.
ROUND_DAYS = 6
#: Trials of which the days are told one by one.
_TOLD = 5
_RULES = ("last", "first", "mean", "all")


@dataclass(frozen=True, slots=True)
class When:
    """Which days count: ``last``, ``first``, ``mean`` or ``all`` of each plot, or the rounds of `days`."""

    rule: str = "last"
    days: tuple[str, ...] = ()


LAST = When()


def read_when(written: str, *, every: bool = True) -> When:
    """What ``--date`` says: a word, or days by commas (several trials have days of their own).

    Parameters
    ----------
    every : bool
        Whether ``all`` (a result for each round) makes sense here.

    Raises
    ------
    UsageError
        It is neither.
    """
    words = [word.strip() for word in written.replace("、", ",").split(",") if word.strip()]
    if len(words) == 1 and words[0].casefold() in _RULES[: None if every else 3]:
        return When(words[0].casefold())
    read = [read_day(word) for word in words]
    days = tuple(day.isoformat() for day in read if not isinstance(day, Problem))
    if days and len(days) == len(read):
        return When("days", days)
    offered = "|".join(_RULES[: None if every else 3])
    raise UsageError(
        "evidence.date",
        Text("どの日の観察かを読めません", "cannot read which day is meant"),
        Text(f"2025-09-12 のような日か {offered} を指定してください", f"give a day or {offered}"),
        Place(column="--date", value=written),
    )


def rounds_of(plots: pd.Series, days: pd.Series) -> dict[str, str]:
    """Days that are one round of observing a trial, each to the first day of its round.

    A round lasts up to `ROUND_DAYS` after its first day and meets no plot twice; so daily readings
    of the same plots stay apart.

    Parameters
    ----------
    plots, days : Series
        Plot and day (ISO 8601) of each observation of one trait in one trial.
    """
    found: dict[str, str] = {}
    first, seen = "", set[str]()
    met: dict[str, set[str]] = {}
    for plot, day in zip(plots, days, strict=True):
        met.setdefault(day, set()).add(plot)
    for day in sorted(met):
        if not first or (_date(day) - _date(first)).days > ROUND_DAYS or met[day] & seen:
            first, seen = day, set()
        found[day] = first
        seen |= met[day]
    return found


def chosen(dated: pd.DataFrame, when: When, keys: list[str]) -> pd.DataFrame:
    """One row for each of `keys` (and each round, where all are wanted) from values by day.

    Several values of a day are averaged. Harvests of several days add up and ratios are averaged
    whatever the rule, unless days are named or all are wanted. What is undecided on the chosen day
    is left out: an earlier day does not take its place.

    Parameters
    ----------
    dated : DataFrame
        `keys`, trial_code, plot_code, trait, cut (a harvest), day, value, undecided.

    Returns
    -------
    DataFrame
        `keys`, value, undecided (count), day (those the value rests on), days (all of the plot; both
        joined by ``;``), round (its first day, blank unless all are wanted).
    """
    if dated.empty:
        return pd.DataFrame(columns=[*keys, "value", "undecided", "day", "days", "round"])
    # Groups are numbered once: numbers group many times faster than columns of texts.
    frame = dated.assign(round=_rounds(dated), group=dated.groupby(keys, dropna=False).ngroup())
    frame = frame.assign(days=_joined(frame, "group"))
    if when.rule == "days":
        frame = frame[frame["round"].isin(_meant(frame, when.days))]
    elif when.rule in ("last", "first"):
        at = pd.factorize(frame["day"], sort=True)[0]
        best = pd.Series(at, frame.index).groupby(frame["group"])
        best = best.transform("max" if when.rule == "last" else "min")
        frame = frame[frame["cut"] | (best == at)]
    if when.rule != "all":
        frame = frame.assign(round="")
    frame = frame.assign(cell=frame.groupby(["group", "round"]).ngroup())
    frame = frame.assign(day=_joined(frame, "cell"), on=frame.groupby(["cell", "day"]).ngroup())
    # Several harvests of a day are several parts of a plot; several observations are repeats.
    found = _folded(_folded(frame, "on"), "cell")
    found["value"] = found["value"].mask(found["cut"].astype(bool) & (found["undecided"] > 0))
    return found[[*keys, "days", "round", "day", "value", "undecided"]].reset_index(drop=True)


def _folded(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """Means of observations and ratios, sums of harvests; with how many values are undecided."""
    groups = frame.groupby(by)
    found = frame.drop_duplicates(by).set_index(by, drop=False).rename_axis(None).sort_index()
    found["undecided"] = groups["undecided"].sum().astype(int)
    adds = found["cut"].astype(bool) & ~found["trait"].str.endswith("ratio")
    found["value"] = groups["value"].mean().where(~adds, groups["value"].sum(min_count=1))
    return found


def _joined(frame: pd.DataFrame, by: str) -> np.ndarray:
    """For each row the days of its group, in order, joined by ``;``."""
    if frame.empty:
        return np.array([], dtype=object)
    at, days = pd.factorize(frame["day"], sort=True)
    numbers = pd.factorize(frame[by], sort=True)[0]
    pairs = np.unique(numbers.astype(np.int64) * len(days) + at)
    starts = np.flatnonzero(np.diff(pairs // len(days))) + 1
    lists = np.split(np.asarray(days, dtype=object)[pairs % len(days)], starts)
    joined: np.ndarray = np.array([";".join(one) for one in lists], dtype=object)[numbers]
    return joined


def _rounds(dated: pd.DataFrame) -> pd.Series:
    keys = ["trial_code", "trait", "day"]
    seen = dated[[*keys, "plot_code"]].drop_duplicates()
    first: dict[tuple[str, str, str], str] = {}
    for (trial, trait), group in seen.groupby(["trial_code", "trait"], sort=False):
        rounds = rounds_of(group["plot_code"], group["day"])
        first |= {(trial, trait, day): start for day, start in rounds.items()}
    numbers = dated.groupby(keys, dropna=False).ngroup().to_numpy()
    at = np.unique(numbers, return_index=True)[1]
    rows = zip(*(dated[key].iloc[at] for key in keys), strict=True)
    starts = np.array([first[row] for row in rows], dtype=object)
    return pd.Series(starts[numbers], index=dated.index, dtype=object)


def _meant(frame: pd.DataFrame, days: tuple[str, ...]) -> set[str]:
    """The rounds that hold some days; a trait may lack them, but not all."""
    rounds = set(frame.loc[frame["day"].isin(days), "round"])
    if not rounds:
        known = sorted(set(frame["day"]))
        raise UsageError(
            "evidence.no-such-day",
            Text(f"{'、'.join(days)} の観察はありません", f"nothing was observed on {', '.join(days)}"),
            Text(f"ある日: {span(known).ja}", f"days: {span(known).en}"),
            Place(column="--date", value=",".join(days)),
        )
    return rounds


def day_notes(values: pd.DataFrame, trait: str) -> list[Text]:
    """Which days the values of a trait rest on and which there are besides, where that is a question.

    Parameters
    ----------
    values : DataFrame
        trial_code, plot_code, trait, day, days as `chosen` gives them; where there is a year, each is
        looked at by itself.
    """
    mine = values[(values["trait"] == trait) & (values["days"] != "")]
    notes: list[Text] = []
    by = ["trial_code", "year"] if "year" in mine else ["trial_code"]
    years, trials = mine[by].drop_duplicates(), mine["trial_code"].nunique()
    several = len(years) > 1
    for names, group in mine.groupby(by, sort=True):
        # A trial of several years is told year by year.
        code = " ".join(map(str, names if len(years) > trials else names[:1]))
        words = _cut_words(group) if trait in _CUT_TRAITS else _day_words(group)
        notes += [Text(f"{code}: {w.ja}", f"{code}: {w.en}") if several else w for w in words]
    if len(notes) > _TOLD:
        rest = len(notes) - _TOLD
        notes = [*notes[:_TOLD], Text(f"ほか {rest} 件の試験も同様です。", f"{rest} more like these.")]
    return notes


_CUT_TRAITS = ("yield_fresh_kg_per_10a", "yield_dry_kg_per_10a", "dry_fresh_ratio")


def _listed(group: pd.DataFrame, key: str) -> pd.DataFrame:
    """Plot and day of every day named in a column."""
    pairs = [
        (plot, day)
        for plot, days in zip(group["plot_code"], group[key], strict=True)
        for day in days.split(";")
        if day
    ]
    return pd.DataFrame(pairs, columns=["plot", "day"]).drop_duplicates()


def _day_words(group: pd.DataFrame) -> list[Text]:
    there, used = _listed(group, "days"), _listed(group, "day")
    rounds = rounds_of(there["plot"], there["day"])
    if len(set(rounds.values())) < 2:
        return []
    counts = used.assign(round=used["day"].map(rounds)).groupby("round")["plot"].nunique()
    parts = [
        (span([day for day, first in rounds.items() if first == which]), int(count))
        for which, count in counts.items()
    ]
    every = span(sorted(set(rounds.values())))
    each = len(group) > 0 and bool((group["day"] == group["days"]).all())
    if each and len(parts) > 1:
        return [
            Text(
                f"{every.ja} の観察を、区ごとに平均しました(--date で日を選べます)。",
                f"Observed on {every.en}; averaged within each plot (--date picks a day).",
            )
        ]
    ja = "、".join(f"{words.ja}({count} 区)" for words, count in parts)
    en = ", ".join(f"{words.en} ({count} plots)" for words, count in parts)
    notes = [
        Text(
            f"観察日は {every.ja} の {len(set(rounds.values()))} 回あり、{ja}の値を使いました"
            "(ほかの日や平均は --date で選べます)。",
            f"There are {len(set(rounds.values()))} rounds of observation ({every.en}); values are those of {en} "
            "(--date chooses others, or means).",
        )
    ]
    if len(parts) > 1:
        notes.append(
            Text(
                "注意: 使った観察日が区によって違います。日の違いが処理の差に見えることがあります。",
                "Note: plots differ in the round that was used; a difference of days can look like one of treatments.",
            )
        )
    return notes


def _cut_words(group: pd.DataFrame) -> list[Text]:
    there, used = _listed(group, "days"), _listed(group, "day")
    rounds = rounds_of(there["plot"], there["day"])
    if len(set(rounds.values())) < 2:
        return []
    every = span(sorted(set(rounds.values())))
    if len(used) < len(there):
        days = span(sorted(set(used["day"])))
        return [
            Text(
                f"収穫日は {every.ja} です。そのうち {days.ja} の収穫だけの値です(合計ではありません)。",
                f"Harvested on {every.en}; these are the values of {days.en} alone, not the sum.",
            )
        ]
    counts = there.assign(round=there["day"].map(rounds)).groupby("plot")["round"].nunique()
    notes = [
        Text(
            f"収穫は {every.ja} にあり、区ごとに足し合わせました(歩留りは平均)。",
            f"Harvested on {every.en}; harvests of a plot were added up (ratios averaged).",
        )
    ]
    if counts.min() < counts.max():
        fewer = sorted(counts[counts < counts.max()].index)
        names = "、".join(fewer[:_TOLD]) + ("…" if len(fewer) > _TOLD else "")
        notes.append(
            Text(
                f"注意: 収穫の回数が区によって違います(少ない区: {names})。記録が抜けていないか確かめてください。",
                f"Note: plots differ in the number of harvests (fewer in {names}): see whether one was not recorded.",
            )
        )
    return notes


def span(days: list[str]) -> Text:
    """A few days in words: all of them, or the first, the last and how many."""
    found = sorted(days)
    if len(found) > _TOLD:
        return Text(
            f"{found[0]} から {found[-1]} までの {len(found)} 日",
            f"{len(found)} days from {found[0]} to {found[-1]}",
        )
    return Text("、".join(found), ", ".join(found))


def _date(day: str) -> date:
    return date.fromisoformat(day)
