"""Pesticides against the conditions of use that the user copied from the label."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import pandas as pd

from kanpo.locale import Text

Found = tuple[pd.Series, str, Text]


def pesticide_doubts(read: Mapping[str, pd.DataFrame]) -> Iterator[Found]:
    """Applications that no condition of use covers, or that go against it.

    Parameters
    ----------
    read : mapping
        Standing records by kind: ``operation``, ``trial``, ``plot``, ``harvest``, ``use_condition``.

    Yields
    ------
    (Series, str, Text)
        The operation, a code, and why: not allowed on the crop, dilution out of range, too close to
        the harvest, too often since the harvest before.
    """
    work = read["operation"]
    sprays = work[(work["operation"] == "pesticide") & work["registration_number"].notna()]
    conditions = read["use_condition"].drop_duplicates(["registration_number", "herb_id"], keep="last")
    trials = read["trial"].drop_duplicates("trial_code", keep="last")
    for _, spray in sprays.sort_values("happened_at", kind="stable").iterrows():
        of_product = conditions[conditions["registration_number"] == spray["registration_number"]]
        if of_product.empty:
            yield _none_entered(spray)
            continue
        for _, trial in _trials_of(spray, trials).iterrows():
            herb = trial["herb_id"]
            allowed = of_product[of_product["herb_id"] == herb]
            if allowed.empty:
                why = Text(
                    f"この生薬({herb})への使用基準がありません", f"no condition of use on this herb ({herb})"
                )
                yield spray, "pesticide.not-for-herb", why
                continue
            yield from _against(spray, allowed.iloc[-1], trial["trial_code"], sprays, read["harvest"])


def _none_entered(spray: pd.Series) -> Found:
    number = spray["registration_number"]
    why = Text(
        f"登録番号 {number} の使用基準が入力されていないので、照らせません(kanpo record use_condition)",
        f"conditions of use of {number} are not entered, nothing to compare with (kanpo record use_condition)",
    )
    return spray, "pesticide.no-conditions", why


def _trials_of(spray: pd.Series, trials: pd.DataFrame) -> pd.DataFrame:
    if isinstance(spray["trial_code"], str):
        return trials[trials["trial_code"] == spray["trial_code"]]
    return trials[trials["parcel_id"] == spray["parcel_id"]]


def _against(
    spray: pd.Series, allowed: pd.Series, trial: str, sprays: pd.DataFrame, harvests: pd.DataFrame
) -> Iterator[Found]:
    low, high, dilution = allowed["dilution_low"], allowed["dilution_high"], spray["dilution"]
    # More water than allowed is too weak, less is too strong; both are off the label.
    if _off(dilution, low, high):
        why = Text(
            f"希釈倍数 {dilution:g} が使用基準({_bound(low)}〜{_bound(high)} 倍)の外です",
            f"dilution {dilution:g} is outside what is allowed ({_bound(low)} to {_bound(high)})",
        )
        yield spray, "pesticide.dilution", why
    here = harvests[harvests["trial_code"] == trial]
    if isinstance(spray["plot_code"], str):
        here = here[here["plot_code"] == spray["plot_code"]]
    day = spray["happened_at"][:10]
    days = here["happened_at"].str[:10]
    after, before = days[days >= day], days[days < day]
    waited = (date.fromisoformat(after.min()) - date.fromisoformat(day)).days if len(after) else None
    least = allowed["days_before_harvest"]
    if waited is not None and pd.notna(least) and waited < least:
        why = Text(
            f"収穫({after.min()})の {waited} 日前の使用です(基準は {least:g} 日前まで)",
            f"used {waited} days before the harvest ({after.min()}), {least:g} are required",
        )
        yield spray, "pesticide.before-harvest", why
    count = _uses_so_far(spray, trial, sprays, before.max() if len(before) else "")
    most = allowed["most_applications"]
    if pd.notna(most) and count > most:
        why = Text(
            f"{count} 回目の使用です(基準は {most:g} 回まで)", f"use no. {count}, {most:g} are allowed"
        )
        yield spray, "pesticide.too-often", why


def _uses_so_far(spray: pd.Series, trial: str, sprays: pd.DataFrame, since: str) -> int:
    """Which use this is on its ground since the last harvest: sprays of the plot, or of all of it."""
    same = sprays[
        (sprays["registration_number"] == spray["registration_number"])
        & ((sprays["trial_code"] == trial) | (sprays["parcel_id"] == spray["parcel_id"]))
        & (sprays["happened_at"].str[:10] > since)
    ]
    mine = (spray["happened_at"], spray["record_id"])
    earlier = same["happened_at"] < mine[0]
    so_far = same[earlier | ((same["happened_at"] == mine[0]) & (same["record_id"] <= mine[1]))]
    whole = so_far["plot_code"].isna()
    # A spray of the whole trial is one more on the plot that had most.
    plots = (
        [spray["plot_code"]] if isinstance(spray["plot_code"], str) else so_far["plot_code"].dropna().unique()
    )
    return max(((whole | (so_far["plot_code"] == plot)).sum() for plot in plots), default=whole.sum())


def _off(value: object, low: object, high: object) -> bool:
    numbers = [float(str(one)) if pd.notna(one) else None for one in (value, low, high)]
    at, least, most = numbers
    return at is not None and ((least is not None and at < least) or (most is not None and at > most))


def _bound(value: float) -> str:
    return "" if pd.isna(value) else f"{value:g}"
