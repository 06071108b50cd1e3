"""What a score would be if something about a parcel were different; nothing is stored."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from kanpo.errors import Place, UsageError
from kanpo.herbs import Catalogue
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.schema import FACTOR_VALUES, FACTORS, PARCELS, read_value
from kanpo.sites import Factors
from kanpo.suitability._classes import ClassBounds
from kanpo.suitability._method import Method
from kanpo.suitability._score import Expectations, Weights, score_parcels

#: A comma that stands before other than three digits parts no thousands.
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,(?!\d{3}(?:\D|$))\d*.*")
#: The key of the type of the land, which is no factor and decides which works can be done.
LAND_TYPE = "land_type"
#: What people write for a factor that shall count as not known.
_UNKNOWN = ("", "不明", "unknown", "none")
_SHOWN = (
    *("score", "lower", "upper", "certainty", "class_lower", "class_upper", "rank", "limiting_factor"),
    *("potential_score", "potential_class_lower", "potential_class_upper"),
)


def read_assumptions(written: Mapping[str, str]) -> dict[str, object]:
    """Values of factors as people write them: ``{"傾斜": "５", "drainage": "良"}``.

    Factors and classes are named by key or label; an empty value or 不明 means not known (None). The
    type of the land (``地目``), which decides which works can be done, is taken as well.

    Raises
    ------
    UsageError
        No such factor, no number, no class of it, or outside what is physically possible.
    """
    fields = {field.key: field for field in FACTOR_VALUES.fields} | {LAND_TYPE: PARCELS.field(LAND_TYPE)}
    assumed: dict[str, object] = {}
    for name, text in written.items():
        key = _factor_named(name)
        if normalise(text).casefold() in _UNKNOWN:
            assumed[key] = None
            continue
        if _DECIMAL_COMMA.fullmatch(normalise(text)):
            raise UsageError(
                "what-if.comma",
                Text(
                    "コンマは小数点とも桁区切りとも読めます",
                    "a comma may be a decimal point or part a thousand",
                ),
                Text("小数点は . で書いてください(例: 6.5)", "write a decimal point as . (such as 6.5)"),
                Place(column=key, value=text),
            )
        value, problem = read_value(fields[key], text)
        if problem is not None:
            raise UsageError(problem.code, problem.what, problem.mend, Place(column=key, value=text))
        assumed[key] = value
    return assumed


def _factor_named(name: str) -> str:
    wanted = normalise(name).casefold()
    labels = {LAND_TYPE: PARCELS.field(LAND_TYPE).label} | {
        key: factor.label for key, factor in FACTORS.items()
    }
    for key, label in labels.items():
        # What a label says in brackets, as in 土壌pH(H2O), need not be written.
        whole = [normalise(text).casefold() for text in (label.ja, label.en)]
        if wanted in (key, *whole, *(text.split("(")[0].strip() for text in whole)):
            return key
    ja = "、".join(f"{label.ja}({key})" for key, label in labels.items())
    raise UsageError(
        "factor.unknown",
        Text("知らない立地要因です", "unknown site factor"),
        Text(f"選べるもの: {ja}", f"choices: {', '.join(labels)}"),
        Place(column=name),
    )


def with_assumed(factors: Factors, parcel_id: str, assumed: Mapping[str, object]) -> Factors:
    """The same factors with some values of one parcel changed, each marked as assumed.

    Raises
    ------
    UsageError
        The parcel, a factor or a class is not known, or a number is impossible.
    """
    for key, value in assumed.items():
        if key == LAND_TYPE:
            factors = factors.with_land_type(parcel_id, None if value is None else str(value))
        else:
            factors = factors.with_value(parcel_id, key, value)
    return factors


def what_if(
    factors: Factors,
    parcel_id: str,
    assumed: Mapping[str, object],
    catalogue: Catalogue,
    herbs: Sequence[str] | None = None,
    *,
    method: Method = "limitation",
    weights: Weights | None = None,
    bounds: ClassBounds | None = None,
    expectations: Expectations | None = None,
) -> pd.DataFrame:
    """The scores of one parcel as they are, and as they would be with some values changed.

    Parameters
    ----------
    factors : Factors
        Of all parcels, since the rank is among all of them.
    assumed : mapping
        Factor to value, None for not known; see `read_assumptions`.
    catalogue, herbs, method, weights, bounds, expectations :
        As for `score_parcels`.

    Returns
    -------
    DataFrame
        One row per herb: herb_id; some columns of `Scores.frame`; and the same
        with ``new_`` before.

    Raises
    ------
    UsageError
        The parcel, a herb, a factor or a class is not known, or a number is impossible.
    """
    changed = with_assumed(factors, parcel_id, assumed)
    # What is expected elsewhere does not follow from what is assumed here.
    before = score_parcels(
        factors, catalogue, herbs, method=method, weights=weights, bounds=bounds, expectations=expectations
    )
    after = score_parcels(
        changed,
        catalogue,
        herbs,
        method=method,
        weights=weights,
        bounds=bounds,
        expectations=before.expectations,
    )
    rows = []
    for herb_id in before.herb_ids:
        now, then = (
            frame.loc[frame["parcel_id"] == parcel_id].iloc[0]
            for frame in (scores.frame(herb_id) for scores in (before, after))
        )
        rows.append({"herb_id": herb_id, **now[[*_SHOWN]], **then[[*_SHOWN]].add_prefix("new_")})
    return pd.DataFrame(rows)
