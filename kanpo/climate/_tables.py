"""Years and chances as the tables and sentences that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from kanpo.climate._anomalies import Anomalies
from kanpo.climate._chance import wilson_interval
from kanpo.climate._risk import HerbRisk, climate_risk, climate_rows, parcel_years
from kanpo.climate._scenarios import Scenario
from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.sites import Factors
from kanpo.suitability import ClassBounds, Method

#: Bad years that a sentence names.
_NAMED = 8


def risk_table(
    risk: HerbRisk, parcels: gpd.GeoDataFrame, factors: Factors, top: int | None = None
) -> pd.DataFrame:
    """One row per parcel, the safest first, what is not known last: names, share of years, chance of a stand."""
    names = pd.DataFrame(parcels[["parcel_id", "settlement", "lot_number", "area_m2"]])
    frame = risk.frame(factors.parcel_ids).merge(names, on="parcel_id", how="left")
    frame["limiting_factor"] = _labels(frame["limiting_factor"])
    frame = frame.sort_values(["stand_chance", "share_of_years"], ascending=False, kind="stable")
    keys = [
        "parcel_id",
        "settlement",
        "lot_number",
        "area_m2",
        "share_of_years",
        "share_lower",
        "share_upper",
    ]
    keys += [
        "stand_chance",
        "stand_lower",
        "stand_upper",
        "years",
        "stand_years",
        "windows",
        "limiting_factor",
    ]
    return (frame if top is None else frame.head(top))[keys].reset_index(drop=True)


def add_risk(
    table: pd.DataFrame,
    factors: Factors,
    catalogue: Catalogue,
    anomalies: Anomalies,
    bounds: ClassBounds | None = None,
    method: Method = "limitation",
    *,
    parcel_id: str | None = None,
) -> pd.DataFrame:
    """A ranking with ``share_of_years`` and ``stand_chance`` beside it; NaN where they cannot be told.

    Parameters
    ----------
    table : DataFrame
        With herb_id, and parcel_id unless `parcel_id` says which parcel all rows are of.
    """
    herbs = list(dict.fromkeys(table["herb_id"]))
    ids = [parcel_id] if parcel_id is not None else list(dict.fromkeys(table["parcel_id"]))
    some = factors.subset(ids)
    risks = climate_risk(some.columns(), catalogue, anomalies, herbs, bounds=bounds, method=method)
    at = {key: position for position, key in enumerate(ids)}
    places = [at[key] for key in (table["parcel_id"] if parcel_id is None else [parcel_id] * len(table))]
    pairs = list(zip(table["herb_id"], places, strict=True))
    found = table.copy()
    found["share_of_years"] = [float(risks[herb].share[place]) for herb, place in pairs]
    found["stand_chance"] = [float(risks[herb].stand[place]) for herb, place in pairs]
    return found


def scenario_risks(
    scenarios: Sequence[Scenario],
    factors: Factors,
    catalogue: Catalogue,
    anomalies: Anomalies,
    herbs: Sequence[str],
    *,
    bounds: ClassBounds | None = None,
    method: Method = "limitation",
) -> pd.DataFrame:
    """One row per herb and scenario over all parcels of which it can be told.

    Columns herb_id, herb, scenario_id, scenario, degrees, precipitation_percent, parcels; mean_share and
    mean_stand (NaN where none can be told), always_inside (parcels inside in every year), mostly_outside
    (in less than half of the years), source, confidence.
    """
    columns = factors.columns()
    rows = []
    for scenario in scenarios:
        risks = climate_risk(
            columns, catalogue, anomalies, herbs, shift=scenario.shift, bounds=bounds, method=method
        )
        for herb_id, risk in risks.items():
            share, stand = risk.share[~np.isnan(risk.share)], risk.stand[~np.isnan(risk.stand)]
            rows.append(
                {
                    "herb_id": herb_id,
                    "herb": str(catalogue.herbs[herb_id].label),
                    "scenario_id": scenario.scenario_id,
                    "scenario": str(scenario.label),
                    "degrees": scenario.shift.degrees,
                    "precipitation_percent": scenario.shift.precipitation_percent,
                    "parcels": len(share),
                    "mean_share": float(share.mean()) if len(share) else float("nan"),
                    "mean_stand": float(stand.mean()) if len(stand) else float("nan"),
                    "always_inside": int((share == 1).sum()),
                    "mostly_outside": int((share < 0.5).sum()),
                    "source": scenario.source,
                    "confidence": scenario.confidence,
                }
            )
    # Herb by herb, so that what warming changes stands one row below the other.
    order = {herb_id: position for position, herb_id in enumerate(herbs)}
    return pd.DataFrame(rows).sort_values("herb_id", key=lambda ids: ids.map(order), kind="stable")


def explain_years(
    anomalies: Anomalies | None,
    factors: Factors,
    parcel_id: str,
    herb_id: str,
    catalogue: Catalogue,
    *,
    bounds: ClassBounds | None = None,
    method: Method = "limitation",
) -> tuple[dict[str, Any], Text] | None:
    """What the years say of one parcel and herb, as plain values and in one sentence; None without a station."""
    if anomalies is None:
        return None
    columns = factors.subset([parcel_id]).columns()
    risk = climate_risk(columns, catalogue, anomalies, [herb_id], bounds=bounds, method=method)[herb_id]
    normals = {key: float(column[0]) for key, column in columns.items()}
    years = parcel_years(normals, catalogue, herb_id, anomalies, bounds=bounds, method=method)
    line = risk.frame([parcel_id]).iloc[0].to_dict()
    bad = years.loc[~years["inside"].astype(bool), "year"].tolist()
    values: dict[str, Any] = {
        key: None if value != value else value for key, value in line.items() if key != "parcel_id"
    }
    values |= {"station": anomalies.station, "bad_years": bad, "still": list(risk.still)}
    return values, _sentence(risk, anomalies, catalogue, normals, bad)


def _sentence(
    risk: HerbRisk,
    anomalies: Anomalies,
    catalogue: Catalogue,
    normals: Mapping[str, float],
    bad: Sequence[int],
) -> Text:
    rows = climate_rows(catalogue, risk.herb_id)
    missing = [row.factor for row in rows if np.isnan(normals[row.factor])]
    share = float(risk.share[0])
    if share != share:
        why = _why_not(risk, missing)
        return Text(f"年々の気候: 言えません({why.ja})", f"Years: cannot be told ({why.en})")
    low, high = (float(end) for end in wilson_interval(np.array(share), risk.years))
    met = risk.years - len(bad)
    about = anomalies.text()
    stand = stand_text(risk)
    limit = limit_text(risk, bad)
    looked = _labels_text(risk.moving)
    still = _labels_text(risk.still)
    kept = (
        Text(f"。平年のまま: {still.ja}", f"; left at the normal: {still.en}") if risk.still else Text("", "")
    )
    low_rows = [row.factor for row in rows if row.confidence == "low"]
    named = _labels_text(low_rows)
    doubt = (
        Text(
            f"。目録の {named.ja} の範囲は確からしさ「低」",
            f"; the catalogue's range of {named.en} is of low confidence",
        )
        if low_rows
        else Text("", "")
    )
    return Text(
        f"年々の気候({about.ja}): {looked.ja}がS3以上に収まる年 {met}/{risk.years}({share:.2f}、95%の幅 {low:.2f}〜{high:.2f})。"
        f"{stand.ja}{limit.ja}{kept.ja}{doubt.ja}",
        f"Years ({about.en}): {looked.en} good for S3 or better in {met} of {risk.years} "
        f"({share:.2f}, 95 % {low:.2f} to {high:.2f}). {stand.en}{limit.en}{kept.en}{doubt.en}",
    )


def _why_not(risk: HerbRisk, missing: Sequence[str]) -> Text:
    if missing:
        names = _labels_text(missing)
        return Text(f"{names.ja}がこの筆で分からない", f"{names.en} is not known here")
    if not risk.moving:
        return Text(
            "この生薬の気候の要因を、この地点の記録では見られない",
            "the record has none of the climate factors of this herb",
        )
    return Text("記録が短い", "the record is too short")


def stand_text(risk: HerbRisk) -> Text:
    """The chance of a stand of the first parcel, with how many windows it rests on."""
    length, stand = risk.stand_years, float(risk.stand[0])
    if stand != stand:
        return Text(
            f"{length}年続けて収まる見込みは、記録が短いので出しません",
            f"The record is too short for the chance of {length} years running",
        )
    low, high = (float(end) for end in wilson_interval(np.array(stand), risk.apart))
    if length == 1:
        return Text(
            "1年で収穫するので、見込みも同じ", "It is harvested within a year: the chance is the same"
        )
    return Text(
        f"{length}年続けて収まる見込み {stand:.2f}(連続{length}年の組 {risk.windows}、うち重ならない組 {risk.apart}、"
        f"95%の幅 {low:.2f}〜{high:.2f})",
        f"Chance of {length} years running {stand:.2f} ({risk.windows} windows, {risk.apart} without a year in "
        f"common, 95 % {low:.2f} to {high:.2f})",
    )


def limit_text(risk: HerbRisk, bad: Sequence[int]) -> Text:
    """What the first parcel lacks in bad years, and which those are."""
    if not bad or risk.limiting[0] < 0:
        return Text("", "")
    label = FACTORS[list(FACTORS)[int(risk.limiting[0])]].label
    named = [str(year) for year in bad[-_NAMED:]]
    more = len(bad) - len(named)
    rest = (f" ほか{more}年", f" and {more} more") if more else ("", "")
    return Text(
        f"。外れた年に足りないもの: {label.ja}({'・'.join(named)}{rest[0]})",
        f"; lacking in bad years: {label.en} ({', '.join(named)}{rest[1]})",
    )


def _labels_text(factors: Sequence[str]) -> Text:
    labels = [FACTORS[key].label for key in factors]
    return Text("・".join(label.ja for label in labels), ", ".join(label.en for label in labels))


def _labels(keys: pd.Series) -> list[str | None]:
    return [str(FACTORS[key].label) if key in FACTORS else None for key in keys]


def years_table(years: pd.DataFrame) -> pd.DataFrame:
    """Years of one parcel with the limiting factor in words."""
    return years.assign(limiting_factor=_labels(years["limiting_factor"]))
