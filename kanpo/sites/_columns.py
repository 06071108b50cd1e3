"""Which factor a column of a layer gives: said by the user, or told from its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kanpo.errors import KanpoError, Place, UsageError
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.schema import FACTORS

#: Names by which other people's layers call a factor, besides its key and its Japanese label.
_ALIASES = {
    "soil_texture": ("texture", "土性"),
    "drainage": ("排水", "排水性"),
    "soil_depth_cm": ("depth_cm", "有効土層", "有効土層深", "土層深cm"),
    "soil_ph": ("ph", "土壌ph"),
    "wildlife_pressure": ("獣害", "wildlife"),
    "sunlight": ("日照",),
    "annual_precip_mm": ("precip_mm", "年降水量"),
    "max_snow_depth_cm": ("snow_cm", "最深積雪"),
    "elevation_m": ("標高", "elevation"),
    "slope_deg": ("傾斜", "傾斜角"),
}


def match_columns(columns: Mapping[str, str], names: Sequence[str], file: str) -> dict[str, str]:
    """The mapping that was given, checked; or one proposed from the names of the columns.

    Raises
    ------
    UsageError
        The mapping names a factor or a column that does not exist.
    """
    for factor, column in columns.items():
        check_factor(factor, file)
        if column not in names:
            raise wrong_column(factor, column, names, file)
    if columns:
        return dict(columns)
    plain = {normalise(name).casefold(): name for name in names}
    proposed: dict[str, str] = {}
    for key, found in FACTORS.items():
        for name in (key, found.label.ja, *_ALIASES.get(key, ())):
            if normalise(name).casefold() in plain:
                proposed.setdefault(key, plain[normalise(name).casefold()])
    # The area is measured on the outline, never read.
    proposed.pop("area_m2", None)
    return proposed


def check_factor(factor: str, file: str) -> None:
    """Stop at a factor that no layer can give.

    Raises
    ------
    UsageError
        There is no such factor, or it is the area, which is always measured.
    """
    if factor in FACTORS and factor != "area_m2":
        return
    names = [key for key in FACTORS if key != "area_m2"]
    raise UsageError(
        "layer.unknown-factor",
        Text(
            f"「{factor}」は主題図から読める立地要因ではありません", f"'{factor}' is no site factor of layers"
        ),
        Text(f"使える要因: {'、'.join(names)}", f"factors: {', '.join(names)}"),
        Place(file),
    )


def wrong_column(factor: str, column: str, names: Sequence[str], file: str) -> KanpoError:
    """The error for a column or band that the file does not have."""
    return UsageError(
        "layer.unknown-column",
        Text(
            f"「{factor}」に使う列・バンド「{column}」がありません",
            f"there is no column or band '{column}' for {factor}",
        ),
        Text(f"ある列: {'、'.join(names)}", f"there are: {', '.join(names)}"),
        Place(file),
    )
