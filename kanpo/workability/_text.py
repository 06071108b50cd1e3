"""Workability of one parcel for one herb, in words and as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.schema import FACTORS, PARCELS
from kanpo.workability._rules import Rule, rules_of
from kanpo.workability._workability import Workability

_CONFIDENCE = {
    "high": Text("高", "high"),
    "medium": Text("中", "medium"),
    "low": Text("低: 要確認", "low: confirm before use"),
}


def range_text(low: float, high: float, unit: Text) -> Text:
    """``50,000〜120,000円``, ``4〜8時間``, or from the lower end on where the upper one is open.

    From nothing on without end says nothing: it is not known.
    """
    if np.isnan(low) or (low == 0 and np.isnan(high)):
        return Text(f"{unit.ja}は分からない", f"{unit.en} not known")
    ends = [_amount(value, unit) for value in (low, high)]
    if np.isnan(high):
        return Text(f"{ends[0]}{unit.ja}以上", f"{ends[0]} {unit.en} or more")
    if ends[0] == ends[1]:
        return Text(f"{ends[0]}{unit.ja}", f"{ends[0]} {unit.en}")
    return Text(f"{ends[0]}〜{ends[1]}{unit.ja}", f"{ends[0]} to {ends[1]} {unit.en}")


YEN, HOURS = Text("円", "yen"), Text("時間", "hours")


def _amount(value: float, unit: Text) -> str:
    if np.isnan(value):
        return ""
    return f"{value:,.0f}" if unit is YEN or value >= 100 else f"{value:.3g}"


def parcel_workability(
    costs: Workability, herb_id: str, parcel_id: str, more_rules: Sequence[Rule] = ()
) -> dict[str, object]:
    """Everything about one parcel as plain values, for JSON; open ends and what is not known are None."""
    row = costs.frame(herb_id).set_index("parcel_id").loc[parcel_id]
    parts = costs.parts_table(herb_id, [parcel_id]).drop(columns=["parcel_id", "herb_id"])
    numbers = [key for key in row.index if "_per_10a" in key]
    return {
        **{key: _plain(row[key]) for key in numbers},
        "margin": {
            name: None if (ends := getattr(costs.margin(herb_id), name)) is None else list(ends)
            for name in ("crop", "year", "hour")
        },
        "works": _listed(row["works"]),
        "not_worth": bool(row["not_worth"]),
        "parts": [
            {
                **{str(key): _plain(value) for key, value in part.items()},
                **{key: _listed(part[key]) for key in ("assumed", "asked", "unknown")},
            }
            for part in parts.to_dict("records")
        ],
        "assumed": {key: _answer(costs, key, herb_id) for key in costs.assumed(herb_id)},
        "asked": list(dict.fromkeys([*_listed(row["asked"]), *costs.asked_once(herb_id)])),
        "unknown": _listed(row["unknown"]),
        "rules": [
            {
                "rule": rule.code,
                "text": str(rule.text),
                "source": rule.source,
                "source_title": costs.catalogue.source_title(rule.source),
                "confidence": rule.confidence,
            }
            for rule in _rules(costs, parcel_id, more_rules)
        ],
    }


def _answer(costs: Workability, key: str, herb_id: str) -> dict[str, object]:
    answer = costs.assumptions.of(key, herb_id)
    assert answer is not None
    return {"low": answer.low, "high": answer.high, "source": answer.source}


def _plain(value: object) -> object:
    if isinstance(value, float):
        return None if np.isnan(value) else value
    return value


def _listed(text: object) -> list[str]:
    return [name for name in str(text).split(";") if name]


def _rules(costs: Workability, parcel_id: str, more: Sequence[Rule]) -> tuple[Rule, ...]:
    return (*rules_of(costs.ground, costs.ground.parcel_ids.index(parcel_id)), *more)


def workability_text(
    costs: Workability, herb_id: str, parcel_id: str, more_rules: Sequence[Rule] = ()
) -> Text:
    """The section of an explanation: yen and hours, what they are made of, assumed, asked for and unknown."""
    row = costs.frame(herb_id).set_index("parcel_id").loc[parcel_id]
    yen, hours = (
        range_text(row[f"{name}_per_10a_low"], row[f"{name}_per_10a_high"], unit)
        for name, unit in (("yen", YEN), ("hours", HOURS))
    )
    lines = [
        Text(
            f"事業性(この場所だからかかるもの、最初の作まで、10aあたり): {yen.ja}、{hours.ja}",
            f"Workability (what the place takes, until the first crop is in, per 10a): {yen.en}, {hours.en}",
        ),
        *_yearly(row),
        *_subsidy(row),
        *_margin(costs, herb_id),
        *(_part_text(part) for part in costs.parts_table(herb_id, [parcel_id]).to_dict("records")),
        *(_rule_text(rule, costs.catalogue) for rule in _rules(costs, parcel_id, more_rules)),
    ]
    lines += [
        assumed_text(costs, herb_id),
        asked_text(
            costs.catalogue, dict.fromkeys([*_listed(row["asked"]), *costs.asked_once(herb_id)]), herb_id
        ),
    ]
    unknown = _listed(row["unknown"])
    if unknown:
        names = [fact_label(key) for key in unknown]
        lines.append(
            Text(
                f"  分かれば幅が狭まるもの: {'、'.join(name.ja for name in names)}",
                f"  would narrow the range if known: {', '.join(name.en for name in names)}",
            )
        )
    said = [line for line in lines if line.ja]
    return Text("\n".join(line.ja for line in said), "\n".join(line.en for line in said))


def _yearly(row: pd.Series) -> list[Text]:
    if np.isnan(row["yen_per_10a_year_low"]):
        return []
    yearly = range_text(row["yen_per_10a_year_low"], row["yen_per_10a_year_high"], YEN)
    return [
        Text(
            f"  1年あたりでは {yearly.ja}(改良・再生を年数で割り、時間を労賃で円に直して)",
            f"  by the year: {yearly.en} (works written off, hours paid by the wage)",
        )
    ]


def _subsidy(row: pd.Series) -> list[Text]:
    """What was answered of the subsidy, where the land is of a class that may have it."""
    low, high = row["subsidy_yen_per_10a_low"], row["subsidy_yen_per_10a_high"]
    if np.isnan(low):
        return []
    amount = range_text(low, high, YEN)
    return [
        Text(
            f"  補助金(答えた額。上の円からは引いていない、要件は農業委員会に): {amount.ja}",
            f"  subsidy (as answered; not subtracted above, ask the agricultural committee): {amount.en}",
        )
    ]


def _margin(costs: Workability, herb_id: str) -> list[Text]:
    margin = costs.margin(herb_id)
    if margin.crop is None or margin.year is None:
        return []
    crop, year = (range_text(*ends, YEN) for ends in (margin.crop, margin.year))
    hour = range_text(*margin.hour, YEN) if margin.hour else None
    return [
        Text(
            f"  粗利(場所と工事の費用の前、10a): 1作 {crop.ja}、1年 {year.ja}"
            + (f"、1時間 {hour.ja}" if hour else ""),
            f"  gross margin (before what place and works take, per 10a): a crop {crop.en}, a year {year.en}"
            + (f", an hour {hour.en}" if hour else ""),
        )
    ]


def _part_text(part: Mapping[str, object]) -> Text:
    amounts = []
    for name, unit in (("yen", YEN), ("hours", HOURS)):
        low, high = float(str(part[f"{name}_low"])), float(str(part[f"{name}_high"]))
        if low == 0 and np.isnan(high):
            amounts.append(
                Text(f"{unit.ja}はまだ聞いていない", f"{unit.en} not asked yet")
                if part["asked"]
                else Text(f"{unit.ja}は分からない", f"{unit.en} not known")
            )
        elif low or high != 0:
            amounts.append(range_text(low, high, unit))
    amounts = amounts or [Text("0", "0")]
    sure = _CONFIDENCE[str(part["confidence"])]
    label, title = part["label"], part["source_title"]
    return Text(
        f"  ・{label}: {'、'.join(one.ja for one in amounts)}[{title}、確からしさ {sure.ja}]",
        f"  - {label}: {', '.join(one.en for one in amounts)} [{title}, confidence {sure.en}]",
    )


def _rule_text(rule: Rule, catalogue: Catalogue) -> Text:
    title, sure = catalogue.source_title(rule.source), _CONFIDENCE[rule.confidence]
    return Text(
        f"  ※ {rule.text.ja}[{title}、確からしさ {sure.ja}]",
        f"  * {rule.text.en} [{title}, confidence {sure.en}]",
    )


def assumed_text(costs: Workability, herb_id: str) -> Text:
    """What was assumed, with where it comes from; empty where nothing was."""
    ja, en = [], []
    labels = {one.key: one for one in costs.catalogue.assumptions}
    for key in costs.assumed(herb_id):
        answer, asked = costs.assumptions.of(key, herb_id), labels.get(key)
        if answer is None or asked is None:
            continue
        span = f"{answer.low:,.10g}" + ("" if answer.low == answer.high else f"〜{answer.high:,.10g}")
        source = f"({answer.source})" if answer.source else ""
        unit = asked.unit_label.ja
        ja.append(f"{asked.label.ja} {span}{'' if unit == '割合' else unit}{source}")
        en.append(f"{asked.label.en} {span} {asked.unit}{source}")
    if not ja:
        return Text("", "")
    return Text(f"  前提: {'、'.join(ja)}", f"  assumed: {', '.join(en)}")


def asked_text(catalogue: Catalogue, keys: Mapping[str, None] | Sequence[str], herb_id: str) -> Text:
    """What was not asked yet, with how to answer; empty where nothing is missing."""
    labels = {one.key: one.label for one in catalogue.assumptions}
    named = [labels[key] for key in keys if key in labels]
    if not named:
        return Text("", "")
    return Text(
        f"  まだ聞いていない前提: {'、'.join(name.ja for name in named)}"
        f"(kanpo assumptions template --herb {herb_id} --out 前提.xlsx)",
        f"  not asked yet: {', '.join(name.en for name in named)} "
        f"(kanpo assumptions template --herb {herb_id} --out FILE.xlsx)",
    )


def fact_label(key: str) -> Text:
    """The label of a fact of a parcel: a factor or a column of the register."""
    return FACTORS[key].label if key in FACTORS else PARCELS.field(key).label
