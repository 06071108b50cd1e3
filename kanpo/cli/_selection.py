"""The options that choose parcels, the same in every command that lists, ranks, draws or plans."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from kanpo.cli._click import option
from kanpo.cli._number import Number
from kanpo.cli._present import say
from kanpo.errors import UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.parcels import ParcelFilter, Selection

#: Option, field of `ParcelFilter`, and help; each may be given several times, for one or the other.
_LISTS = (
    ("--settlement", "settlements", Text("この大字の筆(何度でも)", "parcels of this settlement")),
    (
        "--farm-settlement",
        "farm_settlements",
        Text("この農業集落の筆(名前かコード。何度でも)", "of this agricultural settlement (name or code)"),
    ),
    (
        "--status",
        "statuses",
        Text(
            "遊休・荒廃の区分: 1・1_green(緑)・1_yellow(黄)・2・A・B・idle(遊休のすべて)・cultivated(耕作中)・"
            "unknown(不明)・all",
            "1, 1_green, 1_yellow, 2, A, B, idle (any), cultivated, unknown or all",
        ),
    ),
    ("--land-type", "land_types", Text("地目: 田・畑・その他・不明", "paddy, field, other or unknown")),
    (
        "--farm-zone",
        "farm_zones",
        Text(
            "農振法の区分: farm(農用地区域)・promotion(白地)・outside(農振地域外)・unknown",
            "farm (farm land zone), promotion, outside or unknown",
        ),
    ),
    (
        "--owner-intention",
        "owner_intentions",
        Text(
            "所有者の意向: bank(農地中間管理事業)・transfer(売る・貸す)・farm(自ら耕作)・pending(調査中)・"
            "not_asked・other・unknown",
            "bank, transfer, farm, pending, not_asked, other or unknown",
        ),
    ),
    (
        "--decision",
        "decisions",
        Text(
            "連携先の決定: candidate(候補)・selected(採用)・deferred(保留)・rejected(不採用)・none(なし)",
            "candidate, selected, deferred, rejected or none",
        ),
    ),
)


def selection_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say which parcels are wanted; the command takes them as one `wanted` (`ParcelFilter`)."""

    @wraps(function)
    def run(*args: Any, **given: Any) -> Any:
        from kanpo.parcels import ParcelFilter

        lists = {field: given.pop(field) for _, field, _ in _LISTS}
        wanted = ParcelFilter(
            **lists,
            least_area_m2=given.pop("least_area_m2"),
            greatest_area_m2=given.pop("greatest_area_m2"),
            cultivated=given.pop("cultivated"),
        )
        return function(*args, wanted=wanted, **given)

    decorated: Callable[..., Any] = option(
        "--with-cultivated",
        "cultivated",
        is_flag=True,
        help=Text("耕作中の筆(遊休農地ではない)も入れる", "include land in use, too"),
    )(run)
    for name, field, text in (
        ("--max-area", "greatest_area_m2", Text("筆の面積の上限(㎡)", "greatest area of a parcel, m²")),
        ("--min-area", "least_area_m2", Text("筆の面積の下限(㎡)", "least area of a parcel, m²")),
    ):
        decorated = option(name, field, type=Number(0, example=1000), help=text)(decorated)
    for name, field, text in reversed(_LISTS):
        decorated = option(name, field, multiple=True, metavar="…", help=text)(decorated)
    return decorated


def refuse_selection(wanted: ParcelFilter, option_name: str) -> None:
    """End a command in which one parcel is named and others are chosen.

    Raises
    ------
    UsageError
        Conditions were given.
    """
    if wanted.narrows:
        raise UsageError(
            "filter.one-parcel",
            Text(
                f"{option_name} は1筆なので、筆を選ぶ条件は付けられません",
                f"{option_name} names one parcel; conditions choose among many",
            ),
            Text("条件を外してください", "leave out the conditions"),
        )


def say_selection(selection: Selection) -> None:
    """Say which parcels the answer is about, where it is not all of them."""
    if not selection.everything or selection.unknown_use:
        say(selection.text())
