"""``kanpo climate``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kanpo.cli._click import argument, group, option, subcommand
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._number import Number, Whole
from kanpo.cli._options import InputPath, dry_run_option, output_options, project_option
from kanpo.cli._present import say, say_problems, show_table
from kanpo.errors import UsageError
from kanpo.locale import Text
from kanpo.schema import FACTORS

if TYPE_CHECKING:
    from kanpo.climate import Anomalies, Scenario
    from kanpo.store import Project

_LABELS = {
    "parcel_id": Text("筆ID", "parcel id"),
    "settlement": Text("大字", "settlement"),
    "lot_number": Text("地番", "lot number"),
    "area_m2": Text("面積(㎡)", "area (m²)"),
    "herb_id": Text("生薬", "herb"),
    "herb": Text("名称", "name"),
    "share_of_years": Text("収まる年の割合", "share of years"),
    "share_lower": Text("割合の下端", "share, lower"),
    "share_upper": Text("割合の上端", "share, upper"),
    "stand_chance": Text("続けて収まる見込み", "chance of a stand"),
    "stand_lower": Text("見込みの下端", "chance, lower"),
    "stand_upper": Text("見込みの上端", "chance, upper"),
    "years": Text("年数", "years"),
    "stand_years": Text("株の年数", "years of a stand"),
    "windows": Text("連続した組", "windows"),
    "limiting_factor": Text("足りないもの", "limiting factor"),
    "year": Text("年", "year"),
    "score": Text("気候の点", "climate score"),
    "inside": Text("収まる", "inside"),
    "station": Text("地点", "station"),
    "factor": Text("要因", "factor"),
    "first": Text("最初の年", "first year"),
    "last": Text("最後の年", "last year"),
    "left_out": Text("間の使えない年", "years left out between"),
    "scenario_id": Text("シナリオ", "scenario"),
    "scenario": Text("シナリオ名", "scenario name"),
    "label": Text("名前", "name"),
    "degrees": Text("気温(℃)", "degrees (°C)"),
    "precipitation_percent": Text("降水量(%)", "precipitation (%)"),
    "base": Text("比べた期間", "compared with"),
    "period": Text("将来の期間", "period"),
    "parcels": Text("筆数", "parcels"),
    "mean_share": Text("割合の平均", "mean share"),
    "mean_stand": Text("見込みの平均", "mean chance"),
    "always_inside": Text("毎年収まる筆", "always inside"),
    "mostly_outside": Text("半分以上外れる筆", "mostly outside"),
    "source": Text("出典", "source"),
    "confidence": Text("確からしさ", "confidence"),
    "note": Text("備考", "note"),
}


def station_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--station`` and ``--normal``: whose years, against which normal period."""
    function = option(
        "--normal",
        default="1991-2020",
        show_default=True,
        metavar="FIRST-LAST",
        help=Text("平年値の期間(気候の主題図と同じに)", "normal period, as that of the climate layer"),
    )(function)
    decorated: Callable[..., Any] = option(
        "--station",
        metavar="NAME",
        help=Text("使う地点(使える地点が1つなら要らない)", "station, where several could be used"),
    )(function)
    return decorated


@group(
    "climate",
    help=Text(
        "年々の気候: 生薬の気候の条件に収まる年の割合、株が続けて収まる見込み、温暖化のシナリオ。\n\n"
        "筆の年々の値 = 筆の平年値(気候の主題図) + 地点のその年の平年差。",
        "Years and climate: share of years in which a herb's climate needs are met, the chance of a stand, "
        "scenarios.\n\nA parcel's year is its normal (climate layer) and the station's anomaly of that year.",
    ),
)
def climate() -> None:
    pass


@subcommand(
    climate,
    "add",
    help=Text(
        "日別の気象を入れる(気象庁の日別CSV、農研機構メッシュ農業気象データの netCDF・メッシュコードの表)。\n\n"
        "平年値の期間に10年以上、できれば30年分。同じ日は増えない。メッシュは筆のある格子の平均にする。\n"
        "メッシュ農業気象データの値は農業のための利用に限られ、配り直せない(docs/climate.md)。",
        "Add daily weather: CSV of the Meteorological Agency, netCDF or tables of the NARO mesh weather data.\n\n"
        "Ten years or more, best thirty; the same days again add nothing. A mesh becomes the mean of the "
        "cells that hold parcels. Mesh weather data are for agriculture and may not be given on.",
    ),
)
@argument("files", nargs=-1, required=True, type=InputPath, metavar="FILE...")
@project_option
@dry_run_option
def add(files: tuple[Path, ...], project: Path | None, dry_run: bool) -> int:
    from kanpo.climate import add_weather
    from kanpo.store import Project

    with Project.open(find_project(project), write=True) as opened:
        reports = add_weather(opened, files, dry_run=dry_run)
    for report in reports:
        say_problems(report.problems)
        say(
            Text(
                f"気象(日別): 読込 {report.read:,}、記録 {report.stored:,}、記録済み {report.repeated:,}、"
                f"差戻し {len(report.rejected):,}",
                f"weather: read {report.read:,}, recorded {report.stored:,}, known {report.repeated:,}, "
                f"rejected {len(report.rejected):,}",
            )
        )
    if dry_run:
        say(Text("予告だけです。何も変えていません。", "dry run: nothing was changed."))
    return 1 if any(report.rejected for report in reports) else 0


@subcommand(
    climate,
    "stations",
    help=Text(
        "地点ごとに、どの年が使え、どの年がなぜ使えないか。",
        "Which years of each station can be used, and why others cannot.",
    ),
)
@project_option
@output_options
def stations(project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.climate import project_stations, station_table
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        found = project_stations(opened)
    say_problems(problem for one in found for problem in one.problems)
    nothing = Text(
        "日別の気象はまだありません(kanpo climate add)", "no daily weather yet (kanpo climate add)"
    )
    show_table(station_table(found), _LABELS, as_json=as_json, as_csv=as_csv, empty=nothing)
    return 0


@subcommand(
    climate,
    "years",
    help=Text(
        "生薬の気候の条件に収まる年の割合と、収穫までの年数続けて収まる見込みを、筆ごとに示す。何も保存しない。\n\n"
        "収まる = 気候の要因だけの点がS3以上。幅は95%(年数が少ないことによる)。\n"
        "--parcel を付けると、その筆の1年ごと。例: kanpo climate years 芍薬 --parcel 01234",
        "Share of years in which a herb's climate needs are met, and the chance of as many years running as "
        "it takes to harvest, by parcel; nothing is stored.\n\n"
        "Met means: the score by climate alone is at least S3. --parcel shows the years of one parcel.",
    ),
)
@argument("herb")
@option("--parcel", help=Text("この筆の1年ごと(筆ID、または「大字 地番」)", "the years of this parcel"))
@option(
    "--stand",
    type=Whole(1, 30),
    metavar="YEARS",
    help=Text("株の年数(省略時は収穫までの年数)", "years of a stand (default: those to the harvest)"),
)
@option(
    "--top",
    type=Whole(1),
    default=20,
    show_default=True,
    help=Text("上位何筆か", "the best N parcels"),
)
@option(
    "--warmer",
    type=Number(),
    default=0.0,
    metavar="DEGREES",
    help=Text("平年値に足す気温(℃)", "degrees added to the normals"),
)
@option(
    "--precipitation",
    type=Number(),
    default=0.0,
    metavar="PERCENT",
    help=Text("平年の降水量を何%増減するか", "per cent added to the precipitation"),
)
@station_options
@project_option
@output_options
def years(
    herb: str,
    parcel: str | None,
    stand: int | None,
    top: int,
    warmer: float,
    precipitation: float,
    station: str | None,
    normal: str,
    project: Path | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.climate import climate_risk, own_scenario, parcel_years, risk_table, years_table
    from kanpo.herbs import find_herb
    from kanpo.parcels import find_current
    from kanpo.store import Project
    from kanpo.suitability import project_sites, score_settings

    catalogue = catalogue_of(find_project(project))
    herb_id = find_herb(catalogue, herb).herb_id
    scenario = own_scenario(warmer, precipitation)
    with Project.open(find_project(project)) as opened:
        row = find_current(opened, parcel) if parcel else None
        anomalies = anomalies_of(opened, station, normal)
        parcels, factors = project_sites(opened)
        settings = score_settings(opened)
    how: dict[str, Any] = {"shift": scenario.shift, "bounds": settings.bounds, "method": settings.method}
    if row is not None:
        normals = {key: float(own[0]) for key, own in factors.subset([row["parcel_id"]]).columns().items()}
        table = years_table(parcel_years(normals, catalogue, herb_id, anomalies, **how))
    else:
        risk = climate_risk(factors.columns(), catalogue, anomalies, [herb_id], stand_years=stand, **how)
        table = risk_table(risk[herb_id], parcels, factors, top)
    labels = {key: factor.label for key, factor in FACTORS.items()} | _LABELS
    nothing = Text(
        "この筆では言えません(気候の要因が分からないか、地点の記録にない)",
        "cannot be told here: a climate factor is not known, or not in the record",
    )
    show_table(table, labels, as_json=as_json, as_csv=as_csv, empty=nothing)
    _say_basis(anomalies, scenario if warmer or precipitation else None)
    return 0


@subcommand(
    climate,
    "scenario",
    help=Text(
        "温暖化のシナリオごとに、生薬の気候の条件に収まる年の割合がどう変わるかを示す。何も保存しない。\n\n"
        "省略時は付属のシナリオ(出典つき)。--warmer で自分の値、--scenarios で自分の表、"
        "--past と --future で手元の気候モデルのファイル(農研機構・国立環境研究所の日別 netCDF、各20年以上)。",
        "How scenarios of warming change the share of years in which herbs' climate needs are met; nothing is "
        "stored.\n\nBy default the scenarios that are shipped, each with its source; --warmer for a value of "
        "your own, --scenarios for a table, --past and --future for files of one climate model (20 years each).",
    ),
)
@argument("herbs", nargs=-1, metavar="[HERB]...")
@option(
    "--warmer",
    type=Number(),
    metavar="DEGREES",
    help=Text("平年値に足す気温(℃)", "degrees added to the normals"),
)
@option(
    "--precipitation",
    type=Number(),
    default=0.0,
    metavar="PERCENT",
    help=Text("--warmer とともに、降水量を何%増減するか", "with --warmer: per cent of precipitation"),
)
@option(
    "--scenarios",
    "table",
    type=InputPath,
    metavar="FILE.csv",
    help=Text(
        "自分のシナリオの表(scenario_id, degrees, precipitation_percent, source, confidence)",
        "scenarios of your own, with their source",
    ),
)
@option(
    "--past",
    multiple=True,
    type=InputPath,
    metavar="FILE.nc",
    help=Text("気候モデルの過去の年(何度でも)", "past years of a climate model, repeatable"),
)
@option(
    "--future",
    multiple=True,
    type=InputPath,
    metavar="FILE.nc",
    help=Text("同じ気候モデルの将来の年(何度でも)", "future years of the same model, repeatable"),
)
@station_options
@project_option
@output_options
def scenario(
    herbs: tuple[str, ...],
    warmer: float | None,
    precipitation: float,
    table: Path | None,
    past: tuple[Path, ...],
    future: tuple[Path, ...],
    station: str | None,
    normal: str,
    project: Path | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.climate import TODAY, load_scenarios, model_scenario, own_scenario, places_of, scenario_risks
    from kanpo.herbs import find_herb
    from kanpo.store import Project
    from kanpo.suitability import project_sites, score_settings

    _check_scenario(warmer, precipitation, table, past, future)
    catalogue = catalogue_of(find_project(project))
    chosen = [find_herb(catalogue, name).herb_id for name in herbs] or list(catalogue.herbs)
    # A value or a table that cannot be is said before the project is looked at.
    given = load_scenarios(table) if warmer is None else [own_scenario(warmer, precipitation)]
    with Project.open(find_project(project)) as opened:
        anomalies = anomalies_of(opened, station, normal)
        parcels, factors = project_sites(opened)
        settings = score_settings(opened)
    found = [model_scenario(past, future, *places_of(parcels))] if past else given
    risks = scenario_risks(
        [TODAY, *found], factors, catalogue, anomalies, chosen, bounds=settings.bounds, method=settings.method
    )
    if not (as_json or as_csv):
        risks = risks.drop(columns=["herb_id", "scenario_id", "source", "confidence"])
    show_table(risks, _LABELS, as_json=as_json, as_csv=as_csv)
    _say_basis(anomalies, *found)
    return 0


def _check_scenario(
    warmer: float | None,
    precipitation: float,
    table: Path | None,
    past: tuple[Path, ...],
    future: tuple[Path, ...],
) -> None:
    """Which combination of options makes sense, and whether the files can be any."""
    from kanpo.files import check_input

    ways = [warmer is not None, table is not None, bool(past or future)]
    if sum(ways) > 1 or bool(past) != bool(future) or (precipitation and warmer is None):
        raise UsageError(
            "climate.which-scenario",
            Text(
                "--warmer(と --precipitation)、--scenarios、--past と --future の組の、どれか1つだけを使ってください",
                "give --warmer (with --precipitation), --scenarios, or --past with --future, and only one of them",
            ),
            Text("例: --warmer 2.0", "for example --warmer 2.0"),
        )
    for path in (*past, *future):
        check_input(path)


def anomalies_of(project: Project, station: str | None, normal: str) -> Anomalies:
    """The years of a project's station, with what is to be known of them on stderr."""
    from kanpo.climate import project_stations, station_anomalies

    first, _, last = normal.partition("-")
    if not (first.isdecimal() and last.isdecimal() and int(first) < int(last)):
        raise UsageError(
            "climate.normal",
            Text(f"--normal {normal} は期間ではありません", f"--normal {normal} is no period"),
            Text("例: --normal 1991-2020", "for example --normal 1991-2020"),
        )
    found, problems = station_anomalies(project_stations(project), station, (int(first), int(last)))
    say_problems(problems)
    return found


def _say_basis(anomalies: Anomalies, *scenarios: Scenario | None) -> None:
    """On what the figures rest."""
    about = anomalies.text()
    say(
        Text(
            f"{about.ja}。収まる = 気候の要因だけの点がS3以上。土・排水・日照は見ていません。",
            f"{about.en}. Inside: the score by climate alone is at least S3; soil, drainage and light are not looked at.",
        )
    )
    for one in scenarios:
        if one is not None:
            say(one.text())
            if one.note.ja:
                say(Text(f"  {one.note.ja}", f"  {one.note.en}"))
