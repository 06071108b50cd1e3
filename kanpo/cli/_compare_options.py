"""Options of ``kanpo compare``: which file and columns, and where results go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kanpo.cli._click import argument, option
from kanpo.cli._number import Number, Whole
from kanpo.cli._options import InputPath, date_option, project_option
from kanpo.cli._present import say_problems
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.compare import Table

#: What is followed over the years, and its column in the values of plots.
UNITS = {
    "parcel": "parcel_id",
    "grower": "grower_code",
    "treatment": "treatment",
    "strain": "strain",
    "herb": "herb_id",
    "trial": "trial_code",
}
_Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def column(name: str, ja: str, en: str, default: str | None = None) -> _Decorator:
    """An option that names a column of a table."""
    found: _Decorator = option(
        name, default=default, show_default=default is not None, metavar="COL", help=Text(ja, en)
    )
    return found


def together(*decorators: _Decorator) -> _Decorator:
    """Several options as one, shown in the order in which they are given."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for one in reversed(decorators):
            function = one(function)
        return function

    return decorate


sheet_option: _Decorator = option(
    "--sheet", help=Text("ブックのシート(省略時は先頭)", "sheet of a workbook (default: the first)")
)
limit_option: _Decorator = option(
    "--limit",
    type=Whole(1),
    default=30,
    show_default=True,
    help=Text("画面に出す行数", "rows on the screen"),
)
sample_option = column(
    "--sample", "試料名の列(省略時は先頭の列)", "column of the sample names (default: the first)"
)


def ignore_option(ja: str, en: str) -> _Decorator:
    """``--ignore``: columns that are not what the others are."""
    found: _Decorator = option(
        "--ignore",
        multiple=True,
        metavar="COL",
        help=Text(f"{ja}ではない列(何度でも)", f"a column that is no {en} (repeatable)"),
    )
    return found


#: How a matrix is read and made ready.
matrix_options = together(
    sheet_option,
    sample_option,
    ignore_option("成分", "component"),
    option(
        "--log", is_flag=True, help=Text("対数(底2)にしてから計算する", "compute with logarithms (base 2)")
    ),
    option(
        "--impute",
        type=click.Choice(["none", "half-min"]),
        default="none",
        show_default=True,
        help=Text(
            "0と欠測の扱い(none そのまま・half-min 成分の正の最小値の半分で置き換え)",
            "zeros and missing values: none (as they are) or half-min (half the least positive value)",
        ),
    ),
)
#: Columns of a table of measurements over time.
curve_options = together(
    argument("file", type=InputPath),
    column("--time", "時間の列", "column of the times", "time"),
    column("--value", "値の列", "column of the values", "value"),
    column("--unit", "単位(ロット・処理など)の列", "column of the units (lots, treatments)"),
    sheet_option,
)
#: Where values by year come from: a file with columns, or the project's trials.
long_options = together(
    argument("file", type=InputPath, required=False),
    column("--year", "年(または環境)の列", "column of the years (or environments)", "year"),
    column("--unit", "単位(筆・系統・生産者)の列", "column of the units", "unit"),
    column("--value", "値の列", "column of the values", "value"),
    column("--trait-column", "項目名の列", "column of the traits"),
    option(
        "--trait",
        "only",
        multiple=True,
        help=Text(
            "この項目だけ(何度でも。名前やその一部でもよい)",
            "only this trait (repeatable; a part of its name does)",
        ),
    ),
    option("--herb", help=Text("生薬(プロジェクトの試験)", "herb (project's trials)")),
    option(
        "--by",
        type=click.Choice(list(UNITS)),
        default="parcel",
        show_default=True,
        help=Text(
            "プロジェクトの試験で比べる単位(grower は生産者コード。strain は種苗の来歴、なければ処理)",
            "what is followed in the project's trials (grower: by code; strain: source of seed, else treatment)",
        ),
    ),
    option(
        "--assays",
        is_flag=True,
        help=Text(
            "プロジェクトの分析値(ロットの成分)を比べる。--trait には成分名",
            "the project's assays (components of lots) instead of traits; --trait names a component",
        ),
    ),
    option(
        "--below",
        type=click.Choice(["half", "zero", "limit", "leave-out"]),
        default="half",
        show_default=True,
        help=Text("<0.05 のような限界未満の値の数え方", "what a value below a limit (<0.05) counts as"),
    ),
    date_option(every=False),
    sheet_option,
    project_option,
)
#: Weather and periods of ``degree-days``.
weather_options = together(
    argument("weather_file", type=InputPath),
    argument("periods_file", type=InputPath),
    option(
        "--base",
        type=Number(),
        default=5.0,
        show_default=True,
        help=Text("基準温度(℃)", "base temperature, °C"),
    ),
    option(
        "--ceiling", type=Number(), help=Text("上限の温度(℃)", "temperature above which no more counts, °C")
    ),
    option(
        "--station",
        metavar="NAME",
        help=Text("地点(気象庁のファイルに複数あるとき)", "station, where a file of the agency has several"),
    ),
    column("--date", "日付の列", "column of the dates", "date"),
    column("--mean", "平均気温の列", "column of the mean temperatures"),
    column("--least", "最低気温の列", "column of the least temperatures"),
    column("--greatest", "最高気温の列", "column of the greatest temperatures"),
    column("--unit", "単位の列", "column of the units", "unit"),
    column("--start", "始まり(播種・定植)の列", "column of the starts", "start"),
    column("--end", "収穫日の列", "column of the harvests", "end"),
)


def read_file(file: Path, sheet: str | None = None, *, names: Iterable[str | None] = ()) -> Table:
    """A table whose columns have the `names` that were given, with what was odd about its file on stderr."""
    from kanpo.compare import read_table

    table = read_table(file, sheet, names=names)
    say_problems(table.doubts)
    return table
