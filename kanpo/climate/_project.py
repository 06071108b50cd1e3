"""Years and climate of a project: days into its journal, anomalies and chances out of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kanpo.climate._anomalies import LEAST_YEARS, NORMAL, Anomalies, find_anomalies
from kanpo.climate._grids import is_grid
from kanpo.climate._mesh_days import mesh_days
from kanpo.climate._station import StationYears, station_years, stations_in
from kanpo.crs import STORED_EPSG
from kanpo.errors import InputUnusable, Place, Problem, Severity, UsageError
from kanpo.locale import Text
from kanpo.parcels import current_parcels, has_ground
from kanpo.schema import FACTORS
from kanpo.store import Project
from kanpo.trials import RecordReport
from kanpo.weather import StationDays, import_days, is_station_file, read_station_file

_COLUMNS = (
    "station",
    "happened_at",
    "tmean_c",
    "tmin_c",
    "precip_mm",
    "snow_depth_cm",
    "quality",
    "homogeneity",
)


def add_weather(project: Project, paths: Sequence[Path], *, dry_run: bool = False) -> list[RecordReport]:
    """Record the days of station files and of mesh files, in the journal as weather.

    Every file is read before the first is recorded, so that a bad one leaves nothing behind. Days that are
    there already add nothing.

    Raises
    ------
    InputUnusable
        A file cannot be used.
    """
    grids = [path for path in paths if not is_station_file(path) and _is_mesh(path)]
    stations = [path for path in paths if path not in grids]
    read = [(read_station_file(path), path.name) for path in stations]
    if grids:
        days, problems = _until(mesh_days(grids, *_places(project)), project.today(), grids[-1].name)
        frame = days.assign(row=np.arange(2, len(days) + 2)).astype(object)
        read.append((StationDays(frame.where(frame.notna(), None), problems), grids[0].name))
    return [import_days(project, days, name, dry_run=dry_run) for days, name in read]


def _until(days: pd.DataFrame, today: str, name: str) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """Days that are over: files of the current year are filled up with forecasts and normals.

    Raises
    ------
    InputUnusable
        A year has not begun yet: these are years of a model.
    """
    over = days[days["happened_at"] <= today]
    if len(over) == len(days):
        return days, ()
    what = Text(
        f"{today} より後の {len(days) - len(over)} 日は、予報・平年値・気候モデルの値です",
        f"{len(days) - len(over)} days after {today} are forecasts, normals or of a climate model",
    )
    if days["happened_at"].max()[:4] > today[:4]:
        mend = Text(
            "将来の気候は kanpo climate scenario の --past と --future に渡してください",
            "give years to come to kanpo climate scenario with --past and --future",
        )
        raise InputUnusable("climate.to-come", what, mend, Place(name))
    mend = Text(
        "その日は読みませんでした。過ぎてから入れ直してください", "they were left out; add them when over"
    )
    return over, (Problem("climate.to-come", what, mend, Place(name), Severity.WARNING),)


def _is_mesh(path: Path) -> bool:
    return is_grid(path) or path.suffix.lower() in (".nc", ".csv")


def _places(project: Project) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude (n,) of a point inside each parcel that has ground.

    Raises
    ------
    InputUnusable
        No parcel has ground.
    """
    parcels = current_parcels(project)
    parcels = parcels[has_ground(parcels)]
    if parcels.empty:
        raise InputUnusable(
            "climate.no-parcels",
            Text("プロジェクトに形のある筆がありません", "no parcel has an outline"),
            Text("先に kanpo ingest で取り込んでください", "ingest some first: kanpo ingest"),
            Place(str(project.path)),
        )
    return places_of(parcels)


def places_of(parcels: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude (n,) in degrees of a point inside each parcel (n)."""
    points = shapely.point_on_surface(np.asarray(parcels.geometry.to_crs(STORED_EPSG).array))
    return shapely.get_x(points), shapely.get_y(points)


def project_stations(project: Project) -> list[StationYears]:
    """Years of every station whose days a project holds."""
    days = project.journal.read("weather", _COLUMNS)
    return [station_years(days, station) for station in stations_in(days)]


def station_anomalies(
    stations: Sequence[StationYears], station: str | None = None, normal: tuple[int, int] = NORMAL
) -> tuple[Anomalies, tuple[Problem, ...]]:
    """Anomalies of the station that is named, or of the only one with years enough, and what to know of it.

    Raises
    ------
    UsageError
        There is no weather, no such station, or several that would do and none is named.
    InputUnusable
        No station has `LEAST_YEARS` usable years.
    """
    if not stations:
        raise UsageError(
            "climate.no-weather",
            Text("日別の気象データがありません", "there is no daily weather"),
            Text(
                "近くの地点の日別データ(10年以上)を kanpo climate add で入れてください",
                "add ten years or more of days of a station nearby: kanpo climate add",
            ),
        )
    names = [one.station for one in stations]
    if station is not None and station not in names:
        raise UsageError(
            "climate.station",
            Text(f"地点「{station}」がありません", f"there is no station '{station}'"),
            Text(f"ある地点: {'、'.join(names)}", f"there are: {', '.join(names)}"),
        )
    wanted = [one for one in stations if station in (None, one.station)]
    found = [find_anomalies(one, normal) for one in wanted]
    usable = [(one, own) for one, own in zip(found, wanted, strict=True) if one.by_factor]
    if not usable:
        raise _too_few(found, wanted, normal)
    if len(usable) > 1:
        names = [one.station for one, _ in usable]
        raise UsageError(
            "climate.several",
            Text(f"使える地点が {len(usable)} つあります", f"{len(usable)} stations could be used"),
            Text(
                f"筆に一番近い地点を --station で選んでください: {'、'.join(names)}",
                f"choose the nearest to the parcels with --station: {', '.join(names)}",
            ),
        )
    anomalies, own = usable[0]
    return anomalies, (*own.problems, *_short(anomalies))


def longest_record(stations: Sequence[StationYears]) -> Anomalies | None:
    """Anomalies of the station with most years, the first of equals; None where none has enough."""
    found = [find_anomalies(one) for one in stations]
    usable = [one for one in found if one.by_factor]
    return max(usable, key=lambda one: len(one.years), default=None)


def _short(anomalies: Anomalies) -> list[Problem]:
    """A warning for the factors of which there are too few years."""
    if not anomalies.short:
        return []
    labels = [(FACTORS[factor].label, count) for factor, count in anomalies.short.items()]
    return [
        Problem(
            "climate.few-years",
            Text(
                f"{'・'.join(f'{label.ja}({count}年)' for label, count in labels)}は使える年が少ない(または雪や雨がほとんどない)ので、年々の変化を見ません",
                f"{', '.join(f'{label.en} ({count} years)' for label, count in labels)}: too few years can be used "
                "(or there is hardly any snow or rain), left at the normal",
            ),
            Text(
                f"平年の期間({anomalies.normal[0]}〜{anomalies.normal[1]}年)に{LEAST_YEARS}年以上要ります",
                f"{LEAST_YEARS} years within {anomalies.normal[0]} to {anomalies.normal[1]} are needed",
            ),
            Place(anomalies.station),
            Severity.WARNING,
        )
    ]


def _too_few(
    found: Sequence[Anomalies], stations: Sequence[StationYears], normal: tuple[int, int]
) -> InputUnusable:
    counts = [f"{one.station} {max(one.short.values(), default=0)}年" for one in found]
    counts_en = [f"{one.station} {max(one.short.values(), default=0)}" for one in found]
    return InputUnusable(
        "climate.few-years",
        Text(
            f"使える年が{LEAST_YEARS}年に足りません({'、'.join(counts)})。見込みは出しません",
            f"fewer than {LEAST_YEARS} years can be used ({', '.join(counts_en)}); no chance is given",
        ),
        Text(
            f"{normal[0]}〜{normal[1]}年のうち{LEAST_YEARS}年以上の日別データを足してください",
            f"add days until {LEAST_YEARS} years within {normal[0]} to {normal[1]} are there",
        ),
        problems=tuple(problem for one in stations for problem in one.problems),
    )


def station_table(stations: Sequence[StationYears]) -> pd.DataFrame:
    """One row per station and factor: station, factor (label), first and last usable year, years, left_out (years between)."""
    rows = []
    for one in stations:
        for factor, column in one.factors.items():
            known = one.years[np.isfinite(column)]
            between = (
                [str(year) for year in range(known[0], known[-1]) if year not in known] if len(known) else []
            )
            rows.append(
                {
                    "station": one.station,
                    "factor": str(FACTORS[factor].label),
                    "first": int(known[0]) if len(known) else None,
                    "last": int(known[-1]) if len(known) else None,
                    "years": len(known),
                    "left_out": ";".join(between),
                }
            )
    return pd.DataFrame(rows, columns=["station", "factor", "first", "last", "years", "left_out"])
