"""In words: values that were known of a parcel but did not count, because another source goes before."""

from __future__ import annotations

import pandas as pd

from kanpo.errors import shown
from kanpo.locale import Text
from kanpo.schema import FACTORS


def overruled_text(said: pd.DataFrame) -> Text:
    """Lines about the factors of one parcel that several sources know; empty where there are none.

    Parameters
    ----------
    said : DataFrame
        As of `all_values`.
    """
    several = said[said["factor"].duplicated(keep=False)]
    if several.empty:
        return Text("", "")
    ja = ["", "同じ要因に複数の出どころがあるもの(現地調査 > 台帳 > 後から登録した主題図 > 先の主題図):"]
    en = ["", "Known from several sources (visit before attribute before the layer added last):"]
    for key, own in several.groupby("factor", sort=False):
        first, *others = [_said(str(key), row) for row in own.itertuples()]
        label = FACTORS[str(key)].label
        ja.append(f"  ・{label.ja}: {first.ja} を採用。ほかに {'、'.join(other.ja for other in others)}")
        en.append(f"  - {label.en}: {first.en} is used; besides {', '.join(other.en for other in others)}")
    return Text("\n".join(ja) + "\n", "\n".join(en) + "\n")


def _said(key: str, row: object) -> Text:
    factor, value = FACTORS[key], row.value  # type: ignore[attr-defined]
    source = source_label(row.source)  # type: ignore[attr-defined]
    if factor.kind == "class":
        label = factor.class_labels[value]
        return Text(f"{label.ja}({source.ja})", f"{label.en} ({source.en})")
    number = f"{value:.2f}".rstrip("0").rstrip(".")
    return Text(f"{number}({source.ja})", f"{number} ({source.en})")


def source_label(source: str) -> Text:
    """Where a value comes from, in words; a dash where nothing is known."""
    kind, _, rest = source.partition(":")
    rest = shown(rest)
    return {
        "visit": Text(f"現地調査 {rest[:10]}", f"visit {rest[:10]}"),
        "attribute": Text(f"台帳「{rest}」", f"attribute '{rest}'"),
        "layer": Text(f"主題図 {rest}", f"layer {rest}"),
        "measured": Text("図上計測", "measured"),
        "assumed": Text("仮の値", "assumed"),
    }.get(kind, Text("-", "-"))
