"""Pesticides against their labels: what was used, on which crop, how often, how near to the harvest."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from kanpo.errors import Place, Problem, Severity
from kanpo.herbs import Herb
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.schema import read_ingredients
from kanpo.trials._crop import crop_fits

Row = Mapping[str, Any]
Found = tuple[Row, str, Text]
Labels = Mapping[tuple[str, str], Row]

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
        read = read_ingredients(_text(body["active_ingredients"]))
        if isinstance(read, Problem):
            problems.append(read.at(column="active_ingredients", value=body["active_ingredients"]))
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
    (mapping, str, Text)
        The operation, a code, and why: no registration number, not for the crop, dilution out of
        range, too close to the harvest, too often since the harvest before (by product, and by active
        ingredient over all products).
    """
    labels = labels_of(read["use_condition"])
    numbers = {number for number, _ in labels}
    trials = read["trial"].drop_duplicates("trial_code", keep="last").to_dict("records")
    sprays = sprays_of(read["operation"], labels).to_dict("records")
    grounds = _grounds(trials, sprays, read["harvest"])
    for spray in sprays:
        number = spray["registration"]
        if not number:
            yield spray, "pesticide.no-registration", _named(spray, _NO_REGISTRATION)
        elif number not in _EXEMPT and number not in numbers:
            yield _none_entered(spray)
    for ground in grounds:
        for spray in ground.sprays:
            yield from _off_label(spray, ground, labels, numbers, herbs)
        yield from _ingredients_too_often(ground, labels)


@dataclass(frozen=True, slots=True)
class _Ground:
    """A trial with the sprays that reached it and its harvests (day and plot), oldest first."""

    trial: Row
    sprays: list[Row]
    harvests: list[tuple[str, str]]

    def harvests_around(self, spray: Row) -> tuple[str, str]:
        """The last harvest before a spray and the first one from its day on; empty where there is none."""
        day, plot = spray["happened_at"][:10], _text(spray["plot_code"])
        days = [on for on, of in self.harvests if not plot or of == plot]
        before, after = [on for on in days if on < day], [on for on in days if on >= day]
        return (before[-1] if before else ""), (after[0] if after else "")

    def uses_so_far(self, spray: Row, same: Iterable[Row]) -> int:
        """Which use of the `same` this is on its ground since the last harvest."""
        since, _ = self.harvests_around(spray)
        mine = (spray["happened_at"], spray["record_id"])
        plots = [
            _text(one["plot_code"])
            for one in same
            if one["happened_at"][:10] > since and (one["happened_at"], one["record_id"]) <= mine
        ]
        counts = Counter(plots)
        # A spray of the whole trial is one more on the plot that had most.
        whole = counts.pop("", 0)
        plot = _text(spray["plot_code"])
        return whole + (counts[plot] if plot else max(counts.values(), default=0))


def _grounds(trials: list[Row], sprays: list[Row], harvests: pd.DataFrame) -> list[_Ground]:
    of_trial: dict[str, list[Row]] = {}
    of_parcel: dict[str, list[Row]] = {}
    for spray in sprays:
        trial, parcel = _text(spray["trial_code"]), _text(spray["parcel_id"])
        (of_trial.setdefault(trial, []) if trial else of_parcel.setdefault(parcel, [])).append(spray)
    gathered: dict[str, list[tuple[str, str]]] = {}
    for row in harvests.to_dict("records"):
        day = (str(row["happened_at"])[:10], _text(row["plot_code"]))
        gathered.setdefault(_text(row["trial_code"]), []).append(day)
    return [
        _Ground(
            trial,
            sorted(
                of_trial.get(trial["trial_code"], []) + of_parcel.get(_text(trial["parcel_id"]), []),
                key=lambda spray: (spray["happened_at"], spray["record_id"]),
            ),
            sorted(gathered.get(trial["trial_code"], [])),
        )
        for trial in trials
    ]


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
    written = read_ingredients(_text(row.get("active_ingredients")))
    if isinstance(written, Problem):
        return {}
    return {name.casefold().replace(" ", ""): most for name, most in written.items()}


def _named(spray: Row, why: Text) -> Text:
    product = _text(spray["product"])
    return Text(f"{product}: {why.ja}", f"{product}: {why.en}") if product else why


def _none_entered(spray: Row) -> Found:
    number = spray["registration_number"]
    why = Text(
        f"登録番号 {number} の使用基準が入力されていないので、照らせません(kanpo record use_condition)",
        f"conditions of use of {number} are not entered, nothing to compare with (kanpo record use_condition)",
    )
    return spray, "pesticide.no-conditions", why


def _off_label(
    spray: Row, ground: _Ground, labels: Labels, numbers: set[str], herbs: Mapping[str, Herb]
) -> Iterator[Found]:
    """What one spray on one trial goes against: the crop, then days, dilution and uses of its label."""
    number, herb_id = spray["registration"], str(ground.trial["herb_id"])
    label = labels.get((number, herb_id)) if number not in _EXEMPT else None
    crop = _text(spray["label_crop"]) or (_text(label.get("label_crop")) if label else "")
    herb = herbs.get(herb_id)
    if crop and herb is not None and not crop_fits(crop, herb):
        why = Text(
            f"ラベルの作物名「{crop}」に {herb.crude_drug_ja}({herb_id})が入っていません",
            f"the label is for '{crop}', which {herb_id} is not",
        )
        yield spray, "pesticide.not-for-crop", why
    if label is not None:
        yield from _against(spray, label, ground)
    elif number in numbers:
        why = Text(
            f"この生薬({herb_id})への使用基準がありません", f"no condition of use on this herb ({herb_id})"
        )
        yield spray, "pesticide.not-for-herb", why


def _against(spray: Row, label: Row, ground: _Ground) -> Iterator[Found]:
    low, high, dilution = label["dilution_low"], label["dilution_high"], spray["dilution"]
    # More water than allowed is too weak, less is too strong; both are off the label.
    if _off(dilution, low, high):
        why = Text(
            f"希釈倍数 {dilution:g} が使用基準({_bound(low)}〜{_bound(high)} 倍)の外です",
            f"dilution {dilution:g} is outside what is allowed ({_bound(low)} to {_bound(high)})",
        )
        yield spray, "pesticide.dilution", why
    _, after = ground.harvests_around(spray)
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
    most = label["most_applications"]
    same = (one for one in ground.sprays if one["registration"] == spray["registration"])
    if pd.notna(most) and (count := ground.uses_so_far(spray, same)) > most:
        why = Text(
            f"{count} 回目の使用です(基準は {most:g} 回まで)", f"use no. {count}, {most:g} are allowed"
        )
        yield spray, "pesticide.too-often", why


def _ingredients_too_often(ground: _Ground, labels: Labels) -> Iterator[Found]:
    """Uses of an active ingredient beyond what the strictest label of the products used allows in all."""
    by_ingredient: dict[str, list[Row]] = {}
    for spray in ground.sprays:
        for ingredient in spray["ingredients"]:
            by_ingredient.setdefault(ingredient, []).append(spray)
    for ingredient, same in by_ingredient.items():
        most = _most_uses(ingredient, str(ground.trial["herb_id"]), same, labels)
        products = "、".join(dict.fromkeys(filter(None, (_text(one["product"]) for one in same))))
        for spray in same if most is not None else ():
            count = ground.uses_so_far(spray, same)
            if most is not None and count > most:
                why = Text(
                    f"有効成分 {ingredient} の {count} 回目の使用です(総使用回数は {most} 回まで。{products})",
                    f"use no. {count} of the active ingredient {ingredient}, {most} are allowed ({products})",
                )
                yield spray, "pesticide.ingredient-too-often", why


def _most_uses(ingredient: str, herb_id: str, same: list[Row], labels: Labels) -> int | None:
    """The least number that any label of these products, or what was written beside the work, allows."""
    numbers = {one["registration"] for one in same}
    known = [ingredients_of(one).get(ingredient) for one in same]
    known += [ingredients_of(labels.get((number, herb_id), {})).get(ingredient) for number in numbers]
    return min((most for most in known if most is not None), default=None)


def _off(value: object, low: object, high: object) -> bool:
    numbers = [float(str(one)) if pd.notna(one) else None for one in (value, low, high)]
    at, least, most = numbers
    return at is not None and ((least is not None and at < least) or (most is not None and at > most))


def _bound(value: float) -> str:
    return "" if pd.isna(value) else f"{value:g}"


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
