"""``kanpo compare drying``, ``storage`` and ``degree-days``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kanpo.cli._click import command, option
from kanpo.cli._compare_options import curve_options, out_option, svg_option, weather_options
from kanpo.cli._options import output_options
from kanpo.cli._present import say, say_problems, show_table
from kanpo.cli.commands.compare import check_files, write_picture, write_table
from kanpo.locale import Text

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.errors import Problem

_LABELS = {
    "unit": Text("単位", "unit"),
    "model": Text("式", "model"),
    "points": Text("点数", "points"),
    "parameter": Text("係数", "parameter"),
    "value": Text("値", "value"),
    "lower": Text("下限", "lower"),
    "upper": Text("上限", "upper"),
    "rmse": Text("RMSE", "rmse"),
    "r2": Text("決定係数", "r²"),
    "aicc": Text("AICc", "AICc"),
    "best": Text("最良", "best"),
    "until_time": Text("到達時間", "time until"),
    "until_lower": Text("到達の下限", "until lower"),
    "until_upper": Text("到達の上限", "until upper"),
    "start": Text("始まり", "start"),
    "end": Text("収穫", "end"),
    "rate": Text("速度k", "rate k"),
    "rate_lower": Text("kの下限", "k lower"),
    "rate_upper": Text("kの上限", "k upper"),
    "half_life": Text("半減期", "half-life"),
    "half_life_lower": Text("半減期の下限", "half-life lower"),
    "half_life_upper": Text("半減期の上限", "half-life upper"),
    "shelf_life": Text("基準を保つ期間", "shelf life"),
    "days": Text("日数", "days"),
    "degree_days": Text("積算温度(℃・日)", "degree days"),
    "bridged": Text("補った日", "bridged days"),
    "missing": Text("欠けた日", "missing days"),
}


@command(
    "drying",
    help=Text(
        "乾燥曲線に薄層乾燥の式(Newton・Page・Henderson-Pabis)を当てる。\n\n"
        "値は含水率(乾量基準)か重さ。重さのときは --equilibrium に乾き切ったときの重さを書く。",
        "Fit thin-layer drying models (Newton, Page, Henderson and Pabis), with intervals.\n\n"
        "Values are moisture contents (dry basis) or weights; for weights give the final one as --equilibrium.",
    ),
)
@curve_options
@option(
    "--equilibrium",
    type=float,
    default=0.0,
    show_default=True,
    help=Text("平衡の値(値と同じ単位)", "value at equilibrium (in the unit of the values)"),
)
@option(
    "--until",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.1,
    show_default=True,
    help=Text("この水分比に届く時間を出す", "moisture ratio whose time is given"),
)
@out_option
@svg_option
@output_options
def drying(
    file: Path,
    time: str,
    value: str,
    unit: str | None,
    sheet: str | None,
    equilibrium: float,
    until: float,
    out: Path | None,
    svg: Path | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.compare import curve_table, drying_picture, fit_drying, read_table

    check_files([out], svg)
    values, problems = curve_table(read_table(file, sheet), time=time, value=value, unit=unit)
    say_problems(problems)
    table = fit_drying(values, equilibrium=equilibrium, until=until)
    write_table(out, table, _LABELS)
    shown = table if as_json or as_csv else table.drop(columns=["points", "aicc", "r2"])
    show_table(shown, _LABELS, as_json=as_json, as_csv=as_csv)
    say(
        Text(
            f"平衡の値 {equilibrium:g}、水分比 {until:g} に届くまでの時間。区間は 95%。最良は AICc が一番小さい式。",
            f"equilibrium {equilibrium:g}; time until a moisture ratio of {until:g}; 95 % intervals; best by AICc.",
        )
    )
    left_out = set(values["unit"]) - set(table["unit"])
    if left_out:
        say(
            Text(
                f"乾いていない、または点の足りない単位は除きました: {'、'.join(sorted(left_out))}",
                f"left out, not drying or too few points: {', '.join(sorted(left_out))}",
            )
        )
    if svg is not None:
        write_picture(svg, drying_picture(values, table, equilibrium=equilibrium))
    return 1 if problems else 0


@command(
    "storage",
    help=Text(
        "貯蔵中の成分の減り方に一次反応(指数減衰)を当て、速度・半減期・基準を保つ期間を出す。",
        "Fit first-order loss of a component in storage: rate, half-life, and how long a limit is kept.",
    ),
)
@curve_options
@option("--limit", type=float, help=Text("下回ってはいけない値", "value that must not be undercut"))
@out_option
@output_options
def storage(
    file: Path,
    time: str,
    value: str,
    unit: str | None,
    sheet: str | None,
    limit: float | None,
    out: Path | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.compare import curve_table, fit_storage, read_table

    check_files([out])
    values, problems = curve_table(read_table(file, sheet), time=time, value=value, unit=unit)
    say_problems(problems)
    table = fit_storage(values, limit=limit)
    write_table(out, table, _LABELS)
    show_table(table, _LABELS, as_json=as_json, as_csv=as_csv)
    say(
        Text(
            "時間の単位は表のまま。半減期の「-」は、減っているとは言えないこと。"
            "基準を保つ期間は、平均の片側 95% 下限が基準を上回る最後の時(ICH Q1E)。",
            "Times are in the unit of the table. A half-life of '-' means that no loss is shown. The shelf life is "
            "the last time at which the one-sided 95 % limit of the mean is above the limit (ICH Q1E).",
        )
    )
    zeros = int((values["value"] <= 0).sum())
    if zeros:
        say(
            Text(
                f"0 以下の値 {zeros:,} 個は使っていません。", f"{zeros:,} values of 0 or less were not used."
            )
        )
    return 1 if problems else 0


@command(
    "degree-days",
    help=Text(
        "収穫までの日数と積算温度(有効積算温度)を比べる。\n\n"
        "天気は、気象庁の「過去の気象データ・ダウンロード」のCSV(日別・時別)を落としたまま。ほかの表なら、\n"
        "日付と平均気温(または最低・最高)の列を指定する。期間の表は単位・始まり・収穫の列。",
        "Days to harvest against growing degree days.\n\n"
        "Weather as downloaded from the Japan Meteorological Agency (daily or hourly), or any table with dates and "
        "mean (or least and greatest) temperatures, whose columns are named. The table of periods has units, start "
        "and end.",
    ),
)
@weather_options
@out_option
@output_options
def degree_days_command(
    weather_file: Path,
    periods_file: Path,
    base: float,
    ceiling: float | None,
    station: str | None,
    date: str,
    mean: str | None,
    least: str | None,
    greatest: str | None,
    unit: str,
    start: str,
    end: str,
    out: Path | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.compare import degree_days, period_table, read_table
    from kanpo.errors import Severity

    check_files([out])
    columns = {"mean": mean, "least": least, "greatest": greatest}
    weather, odd = _weather(weather_file, date, {key: name for key, name in columns.items() if name}, station)
    periods, more = period_table(read_table(periods_file), unit=unit, start=start, end=end)
    say_problems((*odd, *more))
    found = degree_days(weather, periods, base=base, ceiling=ceiling)
    write_table(out, found.periods, _LABELS)
    show_table(found.periods, _LABELS, as_json=as_json, as_csv=as_csv)
    if found.cv_days == found.cv_days:
        say(
            Text(
                f"変動係数: 日数 {found.cv_days:.1%}、積算温度 {found.cv_degree_days:.1%}(基準 {base:g}℃)。"
                "小さい方が、収穫の時期を当てやすい目安です。",
                f"coefficient of variation: days {found.cv_days:.1%}, degree days {found.cv_degree_days:.1%} (base {base:g} °C). "
                "The smaller one tells the time of harvest better.",
            )
        )
    return 1 if any(problem.severity is Severity.REJECT for problem in (*odd, *more)) else 0


def _weather(
    file: Path, date: str, columns: dict[str, str], station: str | None
) -> tuple[pd.Series[float], tuple[Problem, ...]]:
    """Mean temperatures by day: of a download of the agency, or of the columns that are named."""
    from kanpo.compare import daily_mean, read_table, weather_table
    from kanpo.errors import InputUnusable
    from kanpo.weather import is_station_file, station_temperatures

    if not columns:
        try:
            found, problems = station_temperatures(file, station)
            return daily_mean(found), problems
        except InputUnusable:
            # Any other table lacks the names of its columns, which is said below.
            if is_station_file(file) or not file.is_file():
                raise
    return weather_table(read_table(file), date, columns)
