"""Pesticides against their labels: what was used, on which crop, how often, how near to the harvest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd

from kanpo.errors import Place, Problem, Severity
from kanpo.herbs import Herb
from kanpo.locale import Text
from kanpo.schema import Unreadable, normalise, read_ingredients
from kanpo.trials._crop import crop_fits

Found = tuple[pd.Series, str, Text]

#: What people write where they have no number: as good as nothing.
_NO_NUMBER = frozenset(
    {"", "なし", "無し", "無", "不明", "未登録", "わからない", "-", "‐", "−", "ー", "?", "n/a", "na", "none"}
)
#: Substances that the law lets be used without registration (特定防除資材).
_EXEMPT = ("特定農薬", "特定防除資材")
_AROUND_NUMBER = re.compile(r"農林水産省|農水省|登録|番号|第|号|\s")


def is_pesticide(body: Mapping[str, Any]) -> bool:
    """Whether an operation brought a pesticide out, under whatever name: weeding may be a herbicide."""
    if body.get("operation") == "pesticide":
        return True
    named = any(_text(body.get(key)) for key in ("registration_number", "active_ingredients", "label_crop"))
    diluted = isinstance(body.get("dilution"), (int, float)) and body["dilution"] == body["dilution"]
    return named or (body.get("operation") == "weeding" and (bool(_text(body.get("product"))) or diluted))


def registration_of(body: Mapping[str, Any]) -> str:
    """The registration number in its plain form; empty where none is known."""
    written = normalise(_text(body.get("registration_number")))
    if written.casefold() in _NO_NUMBER:
        return ""
    number = _AROUND_NUMBER.sub("", written)
    return "" if number.casefold() in _NO_NUMBER else number


def check_spray(body: Mapping[str, Any], kind: str) -> list[Problem]:
    """What is wrong with a record of a pesticide, or of its label, as it is written down."""
    problems = []
    if kind in ("operation", "use_condition") and _text(body.get("active_ingredients")):
        try:
            read_ingredients(_text(body["active_ingredients"]))
        except Unreadable as unreadable:
            problems.append(
                unreadable.problem.at(column="active_ingredients", value=body["active_ingredients"])
            )
    if kind == "operation" and is_pesticide(body) and not registration_of(body):
        problems.append(
            Problem(
                "pesticide.no-registration",
                _NO_REGISTRATION,
                Text(
                    "ラベルの「農林水産省登録 第…号」を registration_number に入れてください(記録は残しました)",
                    "enter the registration number of the label (the record was kept)",
                ),
                Place(column="registration_number"),
                Severity.WARNING,
            )
        )
    return problems


_NO_REGISTRATION = Text(
    "農薬の登録番号がないので、登録された農薬か分かりません",
    "a pesticide without a registration number: not known whether it is a registered one",
)


def pesticide_doubts(read: Mapping[str, pd.DataFrame], herbs: Mapping[str, Herb]) -> Iterator[Found]:
    """Applications without a registration number, that no label covers, or that go against it.

    Parameters
    ----------
    read : mapping
        Standing records by kind: ``operation``, ``trial``, ``harvest``, ``use_condition``.
    herbs : mapping
        The herbs of the catalogue, to tell a crop on a label by their names.

    Yields
    ------
    (Series, str, Text)
        The operation, a code, and why: no registration number, not for the crop, dilution out of
        range, too close to the harvest, too often since the harvest before (by product, and by active
        ingredient over all products).
    """
    labels = labels_of(read["use_condition"])
    trials = read["trial"].drop_duplicates("trial_code", keep="last")
    sprays = sprays_of(read["operation"], labels)
    for _, spray in sprays.iterrows():
        number = spray["registration"]
        if not number:
            yield spray, "pesticide.no-registration", _named(spray, _NO_REGISTRATION)
        here = _trials_of(spray, trials)
        for _, trial in here.iterrows():
            yield from _off_crop(spray, trial["herb_id"], herbs)
        if not number or number in _EXEMPT:
            continue
        if not any(key[0] == number for key in labels):
            yield _none_entered(spray)
            continue
        for _, trial in here.iterrows():
            label = labels.get((number, trial["herb_id"]))
            if label is None:
                why = Text(
                    f"この生薬({trial['herb_id']})への使用基準がありません",
                    f"no condition of use on this herb ({trial['herb_id']})",
                )
                yield spray, "pesticide.not-for-herb", why
                continue
            if not _text(spray["label_crop"]):
                yield from _off_crop(spray, trial["herb_id"], herbs, _text(label.get("label_crop")))
            yield from _against(spray, label, trial, sprays, read["harvest"])
    for _, trial in trials.iterrows():
        yield from _ingredients_too_often(trial, sprays, labels, read["harvest"])


def labels_of(conditions: pd.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    """What was copied from labels, by registration number and herb; the newest stands."""
    if conditions.empty:
        return {}
    return {
        (registration_of(row), str(row["herb_id"])): row
        for row in conditions.sort_values("happened_at", kind="stable").to_dict("records")
    }


def sprays_of(operations: pd.DataFrame, labels: Mapping[tuple[str, str], Mapping[str, Any]]) -> pd.DataFrame:
    """Applications of pesticides, oldest first, with ``registration`` and ``ingredients`` (a dict).

    The ingredients are those written beside the work, else those of the label; empty where neither says.
    """
    chosen = pd.Series([is_pesticide(row) for row in operations.to_dict("records")], dtype=bool)
    work = operations[chosen.to_numpy()].sort_values("happened_at", kind="stable")
    numbers = [registration_of(row) for row in work.to_dict("records")]
    written = [ingredients_of(row) for row in work.to_dict("records")]
    by_name: dict[str, dict[str, int | None]] = {}
    for (number, _), label in labels.items():
        for name in filter(None, (number, _text(label.get("product")))):
            by_name.setdefault(name, {}).update(ingredients_of(label))
    # Without a number the product's name may still say what is in it.
    names = [number or _text(product) for number, product in zip(numbers, work["product"], strict=True)]
    ingredients = [own or by_name.get(name, {}) for own, name in zip(written, names, strict=True)]
    return work.assign(
        registration=numbers, ingredients=pd.Series(ingredients, index=work.index, dtype=object)
    )


def ingredients_of(row: Mapping[str, Any]) -> dict[str, int | None]:
    """Active ingredients of a record, as they are compared, with the uses allowed where known."""
    try:
        written = read_ingredients(_text(row.get("active_ingredients")))
    except Unreadable:
        return {}
    return {name.casefold().replace(" ", ""): most for name, most in written.items()}


def _named(spray: pd.Series, why: Text) -> Text:
    product = _text(spray["product"])
    return Text(f"{product}: {why.ja}", f"{product}: {why.en}") if product else why


def _off_crop(spray: pd.Series, herb_id: str, herbs: Mapping[str, Herb], crop: str = "") -> Iterator[Found]:
    crop = _text(spray["label_crop"]) or crop
    herb = herbs.get(herb_id)
    if not crop or herb is None or crop_fits(crop, herb):
        return
    why = Text(
        f"ラベルの作物名「{crop}」に {herb.crude_drug_ja}({herb_id})が入っていません",
        f"the label is for '{crop}', which {herb_id} is not",
    )
    yield spray, "pesticide.not-for-crop", why


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
    spray: pd.Series, label: Mapping[str, Any], trial: pd.Series, sprays: pd.DataFrame, harvests: pd.DataFrame
) -> Iterator[Found]:
    low, high, dilution = label["dilution_low"], label["dilution_high"], spray["dilution"]
    # More water than allowed is too weak, less is too strong; both are off the label.
    if _off(dilution, low, high):
        why = Text(
            f"希釈倍数 {dilution:g} が使用基準({_bound(low)}〜{_bound(high)} 倍)の外です",
            f"dilution {dilution:g} is outside what is allowed ({_bound(low)} to {_bound(high)})",
        )
        yield spray, "pesticide.dilution", why
    before, after = _harvests_around(spray, trial["trial_code"], harvests)
    waited = (
        (date.fromisoformat(after) - date.fromisoformat(spray["happened_at"][:10])).days if after else None
    )
    least = label["days_before_harvest"]
    if waited is not None and pd.notna(least) and waited < least:
        why = Text(
            f"収穫({after})の {waited} 日前の使用です(基準は {least:g} 日前まで)",
            f"used {waited} days before the harvest ({after}), {least:g} are required",
        )
        yield spray, "pesticide.before-harvest", why
    same = sprays[sprays["registration"] == spray["registration"]]
    count, most = _uses_so_far(spray, trial, same, before), label["most_applications"]
    if pd.notna(most) and count > most:
        why = Text(
            f"{count} 回目の使用です(基準は {most:g} 回まで)", f"use no. {count}, {most:g} are allowed"
        )
        yield spray, "pesticide.too-often", why


def _ingredients_too_often(
    trial: pd.Series,
    sprays: pd.DataFrame,
    labels: Mapping[tuple[str, str], Mapping[str, Any]],
    harvests: pd.DataFrame,
) -> Iterator[Found]:
    """Uses of an active ingredient beyond what the strictest label of the products used allows in all."""
    here = _sprays_on(trial, sprays)
    for _, spray in here.iterrows():
        for ingredient in spray["ingredients"]:
            same = here[[ingredient in known for known in here["ingredients"]]]
            most = _most_uses(ingredient, trial["herb_id"], same, labels)
            before, _ = _harvests_around(spray, trial["trial_code"], harvests)
            count = _uses_so_far(spray, trial, same, before)
            if most is not None and count > most:
                products = "、".join(dict.fromkeys(filter(None, map(_text, same["product"]))))
                why = Text(
                    f"有効成分 {ingredient} の {count} 回目の使用です(総使用回数は {most} 回まで。{products})",
                    f"use no. {count} of the active ingredient {ingredient}, {most} are allowed ({products})",
                )
                yield spray, "pesticide.ingredient-too-often", why


def _most_uses(
    ingredient: str, herb_id: str, same: pd.DataFrame, labels: Mapping[tuple[str, str], Mapping[str, Any]]
) -> int | None:
    """The least number that any label of these products, or what was written beside the work, allows."""
    known = [ingredients_of(row).get(ingredient) for row in same.to_dict("records")]
    known += [
        ingredients_of(labels.get((number, herb_id), {})).get(ingredient) for number in same["registration"]
    ]
    return min((most for most in known if most is not None), default=None)


def _sprays_on(trial: pd.Series, sprays: pd.DataFrame) -> pd.DataFrame:
    """Sprays of a trial, and of its parcel where no trial is named."""
    of_trial = sprays["trial_code"] == trial["trial_code"]
    of_parcel = sprays["trial_code"].isna() & (sprays["parcel_id"] == trial["parcel_id"])
    return sprays[of_trial | of_parcel]


def _harvests_around(spray: pd.Series, trial: str, harvests: pd.DataFrame) -> tuple[str, str]:
    """The last harvest before a spray and the first one from its day on; empty where there is none."""
    here = harvests[harvests["trial_code"] == trial]
    if isinstance(spray["plot_code"], str):
        here = here[here["plot_code"] == spray["plot_code"]]
    day = spray["happened_at"][:10]
    days = here["happened_at"].str[:10]
    after, before = days[days >= day], days[days < day]
    return (before.max() if len(before) else ""), (after.min() if len(after) else "")


def _uses_so_far(spray: pd.Series, trial: pd.Series, same: pd.DataFrame, since: str) -> int:
    """Which use this is on its ground since the last harvest: sprays of the plot, or of all of it."""
    same = _sprays_on(trial, same)
    same = same[same["happened_at"].str[:10] > since]
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


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
