"""Works in the explanation of a score: what they would make of a parcel, and what they take."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kanpo.locale import Text
from kanpo.schema import FACTORS

if TYPE_CHECKING:
    from kanpo.suitability._explain import Explanation
    from kanpo.suitability._improving import Option

_COST, _HOURS = Text("費用", "cost"), Text("時間", "hours")


def works_lines(found: Explanation, speak: Callable[[Text], str]) -> list[str]:
    """The cheapest works that reach each better class, those that only may help, or that there are none."""
    if any(concern.excludes for concern in found.concerns):
        return []
    if found.options:
        if found.now.certainty == "unknown" and not found.unsourced:
            title = Text(
                "改良(分かっていないことが多く、悪いと分かったときの見込み。それぞれ一番安い組み合わせ):",
                "Works, if what is not known turns out to be poor, the cheapest for each class:",
            )
            return [
                "",
                speak(title),
                *(speak(_option(option)) for option in found.options),
                *_land(found, speak),
            ]
        title = Text("改良(それぞれ一番安い組み合わせ):", "Works, the cheapest for each class:")
        return ["", speak(title), *(speak(_option(option)) for option in found.options), *_land(found, speak)]
    if found.then.score > found.now.score or found.then.lower > found.now.lower:
        names = [priced.work for priced in found.works]
        factors = dict.fromkeys(FACTORS[work.factor].label for work in names)
        ja = "・".join(work.label.ja for work in names), "・".join(label.ja for label in factors)
        en = ", ".join(work.label.en for work in names), ", ".join(label.en for label in factors)
        told = Text(
            f"改良: {ja[1]}が悪いと分かったときに効く工事があります: {ja[0]}",
            f"Works that may help, once {en[1]} turns out to be poor: {en[0]}",
        )
        return ["", speak(told)]
    if found.now.score >= found.bounds.s3:
        return []
    return ["", speak(Text("改良: 知られている工事では S3 に届きません。", "No known work reaches S3."))]


def _land(found: Explanation, speak: Callable[[Text], str]) -> list[str]:
    """That works ask for a type of land, where it is not known."""
    if found.land_type is not None or not any(p.work.land_types for o in found.options for p in o.works):
        return []
    return [
        speak(
            Text(
                "  地目が分からないので、田や畑でしかできない工事ができるかは言えません(台帳で確かめる)。",
                "  The type of land is not known: whether works of paddies and fields can be done is open.",
            )
        )
    ]


def _option(option: Option) -> Text:
    """A set of works, what it takes, and what may be said of the class after it."""
    price, low, high = option_price(option), option.class_lower, option.class_upper
    if low is None or high is None:
        sure = Text("ただし区分を言うには分からないことが多い", "but too little is known to tell a class")
    elif low == high:
        sure = Text("", "")
    else:
        sure = Text(f"ただし幅があり {low}〜{high}", f"but with a range, {low} to {high}")
    more = Text(f"({sure.ja})", f" ({sure.en})") if sure.ja else sure
    return Text(
        f"  ・{option.reaches} に: {option.label.ja}({price.ja})→ 適地度 {option.score:.2f}{more.ja}",
        f"  - to {option.reaches}: {option.label.en} ({price.en}) -> score {option.score:.2f}{more.en}",
    )


def option_price(option: Option) -> Text:
    """What a set of works takes per 10a, in words, with what is not known of it."""
    money = option.money
    ja, en = [], []
    if money.yen_low is not None and money.yen_high is not None:
        ja.append(f"{money.yen_low / 10_000:.3g}〜{money.yen_high / 10_000:.3g} 万円/10a")
        en.append(f"{money.yen_low:,.0f} to {money.yen_high:,.0f} yen/10a")
    elif any(priced.money.yen_low for priced in option.works):
        least = sum(priced.money.yen_low or 0.0 for priced in option.works)
        ja.append(f"{least / 10_000:.3g} 万円/10a 以上")
        en.append(f"{least:,.0f} yen/10a or more")
    if money.hours_low is not None and money.hours_high:
        ja.append(f"{money.hours_low:.3g}〜{money.hours_high:.3g} 時間/10a")
        en.append(f"{money.hours_low:.3g} to {money.hours_high:.3g} hours/10a")
    for priced in option.works:
        if priced.measured_first:
            factor = FACTORS[priced.work.factor].label
            ja.append(f"費用は{factor.ja}を測ってから")
            en.append(f"cost once {factor.en} is measured")
        elif None in (priced.money.yen_low, priced.money.hours_low):
            what = _COST if priced.money.yen_low is None else _HOURS
            ja.append(f"{priced.work.label.ja}の{what.ja}は未定(kanpo assumptions)")
            en.append(f"{what.en} of {priced.work.label.en} not known (assumption {priced.work.assumption})")
    if any(priced.confidence == "low" for priced in option.works):
        ja.append("費用は要確認")
        en.append("cost to be confirmed")
    return Text("、".join(ja), ", ".join(en))
