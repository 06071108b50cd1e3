"""Options of ``kanpo trials design``, and how their values are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

import click

from kanpo.cli._click import option
from kanpo.cli._number import Number, Whole, typed_number
from kanpo.cli._options import OutputPath
from kanpo.errors import Place, Problem, UsageError
from kanpo.locale import Text
from kanpo.reading import read_number

_Value = TypeVar("_Value")

_DESIGN_OPTIONS = (
    option("--herb", required=True, help=Text("生薬", "herb")),
    option(
        "--parcel",
        required=True,
        help=Text("筆ID、または「大字 地番」", "parcel id, or settlement and lot number"),
    ),
    option(
        "--design",
        "kind",
        type=click.Choice(
            ["rcbd", "crd", "latin", "splitplot", "stripplot", "augmented", "alpha", "demonstration"]
        ),
        default="rcbd",
        show_default=True,
        help=Text(
            "設計(rcbd 乱塊法・crd 完全無作為・latin ラテン方格・splitplot 分割区・stripplot 細条区・"
            "augmented 増補・alpha 不完備ブロック・demonstration 実証展示)",
            "experimental design",
        ),
    ),
    option(
        "--treatments",
        required=True,
        help=Text("処理をカンマで区切って(対照も。分割区では主区)", "treatments by commas, checks too"),
    ),
    option(
        "--sub-treatments",
        default="",
        help=Text("副区の処理(分割区・細条区)", "sub-plot treatments (split-plot, strip-plot)"),
    ),
    option(
        "--checks",
        default="",
        help=Text("処理のうち各ブロックに置く対照", "those of the treatments that stand in every block"),
    ),
    option(
        "--replicates",
        type=Whole(1, 1000),
        help=Text(
            "反復(省略時は3、ラテン方格は処理の数、展示は1。増補はブロック数)",
            "replicates (default 3; Latin: treatments; demonstration: 1; augmented: blocks)",
        ),
    ),
    option(
        "--plots", type=Whole(), help=Text("区の総数から反復を決める", "total plots, instead of replicates")
    ),
    option(
        "--block-size", type=Whole(), help=Text("不完備ブロックの処理数", "entries in an incomplete block")
    ),
    option(
        "--seed",
        type=Whole(high=None),
        default=1,
        show_default=True,
        help=Text("乱数の種(同じ種なら同じ配置)", "seed of the randomisation"),
    ),
    option(
        "--no-same-neighbours",
        is_flag=True,
        help=Text("隣り合う区に同じ処理を置かない", "no two neighbouring plots with the same treatment"),
    ),
)
_GROUND_OPTIONS = (
    option(
        "--plot-size",
        metavar="WxL",
        help=Text(
            "区の幅x長さ(m)。fit で入る最大(省略時 2x5、--plots なら fit)",
            "plot width x length, m; fit: the largest (default 2x5, with --plots fit)",
        ),
    ),
    option("--alley", type=Number(), default=0.5, show_default=True, help=Text("区の間(m)", "alley, m")),
    option("--headland", type=Number(), default=1.0, show_default=True, help=Text("枕地(m)", "headland, m")),
    option(
        "--orientation",
        type=Number(0, 360),
        metavar="DEG",
        help=Text(
            "列の向き(方位 0 北・90 東。省略時は長辺)", "bearing of the rows (default: the longest side)"
        ),
    ),
    option(
        "--gradient",
        type=Number(0, 360),
        metavar="DEG",
        help=Text(
            "地力・傾斜が変わる方位。ブロックはこれに直角", "bearing of the gradient; blocks lie across it"
        ),
    ),
    option(
        "--clear-of-trials",
        is_flag=True,
        help=Text("同じ年のほかの試験の区を避ける", "keep clear of other trials of the season"),
    ),
)
_PAPER_OPTIONS = (
    option("--date", "happened_at", help=Text("始めた日(省略時は今日)", "start (default: today)")),
    option("--title", default="", help=Text("名称", "title")),
    option("--grower", default="", help=Text("生産者コード", "grower code")),
    option(
        "--cv",
        type=Number(example=15),
        metavar="PERCENT",
        help=Text("区の変動係数(%、省略時 15)", "coefficient of variation of a plot, percent (default 15)"),
    ),
    option(
        "--cv-from", metavar="TRIAL", help=Text("変動係数を前の試験から", "take it from an earlier trial")
    ),
    option(
        "--planting-list",
        type=OutputPath,
        metavar="FILE",
        help=Text("苗・種子・肥料の表(.xlsx .csv)", "plants, seed and fertiliser (.xlsx, .csv)"),
    ),
    option(
        "--plants-per-10a",
        multiple=True,
        metavar="[NAME=]N",
        help=Text("10a当たり株数(省略時は生薬の表。処理別にも)", "plants per 10 a (default: the catalogue)"),
    ),
    option(
        "--seed-per-10a", type=Number(0), metavar="KG", help=Text("10a当たり種子(kg)", "seed per 10 a, kg")
    ),
    option(
        "--fertiliser",
        multiple=True,
        metavar="[NAME=]N-P-K",
        help=Text(
            "10a当たりの窒素-リン酸-カリ(kg)。処理別にも", "N-P2O5-K2O per 10 a, kg; also by treatment"
        ),
    ),
    option(
        "--product",
        multiple=True,
        metavar="NAME=N-P-K",
        help=Text("肥料とその成分(%)", "a fertiliser and its analysis, percent"),
    ),
    option("--json", "as_json", is_flag=True, help=Text("区の一覧をJSONで出す", "print the plots as JSON")),
)


def design_options(function: Any) -> Any:
    """All options that describe a trial: its design, the ground, and what is printed."""
    for decorator in reversed((*_DESIGN_OPTIONS, *_GROUND_OPTIONS, *_PAPER_OPTIONS)):
        function = decorator(function)
    return function


def names(text: str) -> list[str]:
    """Names separated by commas of either kind."""
    return [name.strip() for name in re.split("[,、，]", text) if name.strip()]


def size_of(text: str) -> tuple[float, float]:
    """Width and length from ``2x5``."""
    sides = [read_number(part) for part in re.split("[x×ｘ*]", text.lower())]
    known = [side for side in sides if not isinstance(side, Problem)]
    if len(known) != 2 or len(sides) != 2:
        raise unreadable("--plot-size", text, "2x5")
    return known[0], known[1]


def pairs_of(
    name: str, words: tuple[str, ...], read: Callable[[str], _Value], example: str
) -> list[tuple[str, _Value]]:
    """Values of an option that may be given for all or by ``NAME=``; the name is empty for all."""
    pairs = []
    for word in words:
        of, _, value = word.rpartition("=")
        try:
            pairs.append((of.strip(), read(value)))
        except ValueError:
            raise unreadable(name, word, example) from None
    return pairs


def number(text: str) -> float:
    """A number of at least 0."""
    value = typed_number(text)
    if not 0 <= value < 1e9:
        raise ValueError(text)
    return value


def three(text: str) -> tuple[float, float, float]:
    """Three numbers with ``-`` between them: N, P2O5, K2O."""
    first, second, third = (number(part) for part in text.split("-"))
    return first, second, third


def unreadable(name: str, value: str, example: str) -> UsageError:
    """The error for a value that cannot be read."""
    return UsageError(
        "trial.option",
        Text(f"{name} を読めません", f"cannot read {name}"),
        Text(f"例: {name} {example}", f"for example: {name} {example}"),
        Place(value=value),
    )
