"""``kanpo compare drying``, ``storage`` and ``degree-days``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kanpo.cli._click import command, option
from kanpo.cli._compare_options import curve_options, read_file, weather_options
from kanpo.cli._number import Number
from kanpo.cli._options import output_options
from kanpo.cli._present import say, say_problems, show_table
from kanpo.cli.commands.compare import Files, file_options
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
    type=Number(),
    default=0.0,
    show_default=True,
    help=Text("平衡の値(値と同じ単位)", "value at equilibrium (in the unit of the values)"),
)
@option(
    "--until",
    type=Number(0, 1, open=True),
    default=0.1,
    show_default=True,
    help=Text("この水分比に届く時間を出す", "moisture ratio whose time is given"),
)
@file_options
@output_options
def drying(
    file: Path,
    time: str,
    value: str,
    unit: str | None,
    sheet: str | None,
    equilibrium: float,
    until: float,
    files: Files,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.compare import curve_table, drying_picture, drying_words, fit_drying
    from kanpo.reports import Part

    values, problems = curve_table(
        read_file(file, sheet, names=[time, value, unit]), time=time, value=value, unit=unit
    )
    say_problems(problems)
    table = fit_drying(values, equilibrium=equilibrium, until=until)
    files.write_table(table, _LABELS)
    shown = table if as_json or as_csv else table.drop(columns=["points", "aicc", "r2"])
    show_table(shown, _LABELS, as_json=as_json, as_csv=as_csv)
    about = [
        Text(
            f"平衡の値 {equilibrium:g}、水分比 {until:g} に届くまでの時間。区間は 95%。最良は AICc が一番小さい式。",
            f"equilibrium {equilibrium:g}; time until a moisture ratio of {until:g}; 95 % intervals; best by AICc.",
        )
    ]
    left_out = set(values["unit"]) - set(table["unit"])
    if left_out:
        about.append(
            Text(
                f"乾いていない、または点の足りない単位は除きました: {'、'.join(sorted(left_out))}",
                f"left out, not drying or too few points: {', '.join(sorted(left_out))}",
            )
        )
    for words in about:
        say(words)
    picture = drying_picture(values, table, equilibrium=equilibrium)
    files.write_pictures([picture])
    caption = Text(
        f"点は測定({len(values)} 点)、線は AICc が一番小さい式。",
        f"Points: measured ({len(values)}); lines: the model with the least AICc.",
    )
    part = Part(
        Text("乾燥曲線", "Drying curves"),
        drying_words(values, table, until),
        [(picture, caption)],
        [(Text("式と係数", "Models and parameters"), table, _LABELS)],
        about,
    )
    files.write_report(Text(f"{file.name}: 乾燥曲線", f"{file.name}: drying curves"), [part])
    return 1 if problems else 0


@command(
    "storage",
    help=Text(
        "貯蔵中の成分の減り方に一次反応(指数減衰)を当て、速度・半減期・基準を保つ期間を出す。",
        "Fit first-order loss of a component in storage: rate, half-life, and how long a limit is kept.",
    ),
)
@curve_options
@option("--limit", type=Number(), help=Text("下回ってはいけない値", "value that must not be undercut"))
@file_options
@output_options
def storage(
    file: Path,
    time: str,
    value: str,
    unit: str | None,
    sheet: str | None,
    limit: float | None,
    files: Files,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.compare import curve_table, fit_storage, storage_picture, storage_words
    from kanpo.reports import Part

    values, problems = curve_table(
        read_file(file, sheet, names=[time, value, unit]), time=time, value=value, unit=unit
    )
    say_problems(problems)
    table = fit_storage(values, limit=limit)
    files.write_table(table, _LABELS)
    show_table(table, _LABELS, as_json=as_json, as_csv=as_csv)
    about = [
        Text(
            "時間の単位は表のまま。半減期の「-」は、減っているとは言えないこと。"
            "基準を保つ期間は、平均の片側 95% 下限が基準を上回る最後の時(ICH Q1E)。",
            "Times are in the unit of the table. A half-life of '-' means that no loss is shown. The shelf life is "
            "the last time at which the one-sided 95 % limit of the mean is above the limit (ICH Q1E).",
        )
    ]
    zeros = int((values["value"] <= 0).sum())
    if zeros:
        about.append(
            Text(
                f"0 以下の値 {zeros:,} 個は使っていません。", f"{zeros:,} values of 0 or less were not used."
            )
        )
    for words in about:
        say(words)
    picture = storage_picture(values, table, limit=limit)
    files.write_pictures([picture])
    kept = (
        Text("", "") if limit is None else Text(f"破線は基準 {limit:g}。", f" Dashed: the limit {limit:g}.")
    )
    caption = Text(
        f"点は測定({len(values)} 点)、線は一次反応の当てはめ。{kept.ja}",
        f"Points: measured ({len(values)}); lines: first-order loss.{kept.en}",
    )
    part = Part(
        Text("貯蔵中の減り方", "Loss in storage"),
        storage_words(values, table, limit),
        [(picture, caption)],
        [(Text("単位ごとの当てはめ", "Fit of each unit"), table, _LABELS)],
        about,
    )
    files.write_report(Text(f"{file.name}: 貯蔵", f"{file.name}: storage"), [part])
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
@file_options
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
    files: Files,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.compare import degree_day_picture, degree_day_words, degree_days, period_table
    from kanpo.errors import Severity
    from kanpo.reports import Part

    columns = {"mean": mean, "least": least, "greatest": greatest}
    weather, odd = _weather(weather_file, date, {key: name for key, name in columns.items() if name}, station)
    periods, more = period_table(
        read_file(periods_file, names=[unit, start, end]), unit=unit, start=start, end=end
    )
    say_problems((*odd, *more))
    found = degree_days(weather, periods, base=base, ceiling=ceiling)
    files.write_table(found.periods, _LABELS)
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
    picture = degree_day_picture(found)
    files.write_pictures([picture])
    about = Text(
        f"基準温度 {base:g}℃。始まりの日から収穫の前日まで。3日までの欠けは補い、長い欠けのある単位は出しません。",
        f"Base {base:g} °C, from the start to the day before harvest. Gaps of up to 3 days are bridged, longer ones leave no result.",
    )
    part = Part(
        Text("日数と積算温度", "Days and degree days"),
        degree_day_words(found),
        [(picture, Text("点は1単位。", "Each point is a unit."))],
        [(Text("単位ごと", "Each unit"), found.periods, _LABELS)],
        [about],
    )
    files.write_report(Text(f"{periods_file.name}: 積算温度", f"{periods_file.name}: degree days"), [part])
    return 1 if any(problem.severity is Severity.REJECT for problem in (*odd, *more)) else 0


def _weather(
    file: Path, date: str, columns: dict[str, str], station: str | None
) -> tuple[pd.Series[float], tuple[Problem, ...]]:
    """Mean temperatures by day: of a download of the agency, or of the columns that are named."""
    from kanpo.compare import daily_mean, weather_table
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
    return weather_table(read_file(file, names=[date, *columns.values()]), date, columns)
