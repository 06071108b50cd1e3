"""What a map is made of, as plain data."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pandas as pd

from kanpo.budgets import PIXELS
from kanpo.climate import Anomalies
from kanpo.errors import InputUnusable, Place, UsageError
from kanpo.herbs import Work
from kanpo.locale import Text
from kanpo.suitability import SPREAD

Corners = tuple[float | None, float | None, float | None, float | None]
Aggregation = Literal["limitation", "geometric", "arithmetic", "minimum", "owa"]


@dataclass(frozen=True, slots=True)
class RequirementOnMap:
    """What one herb needs of one factor.

    Parameters
    ----------
    factor : str
        A key of `kanpo.schema.FACTORS`.
    corners : tuple of four float or None
        Trapezoid a, b, c, d in the factor's unit; None leaves a side open. For number factors.
    classes : mapping of str to float
        Membership of each class. For class factors.
    weight : float
        Not yet divided by the sum over the herb's factors.
    knock_out : bool
        Whether a membership of 0 excludes the parcel.
    confidence, source : str
        How sure the requirement is and where it was read, shown as they are.
    bell : tuple of two float, optional
        Centre and sigma of a Gaussian curve, in place of corners.
    points : tuple of (value, membership), optional
        A piecewise linear curve, in place of corners.
    expected, expected_after : tuple of float
        Effective membership to be expected where nothing is known, on paddy, fields, other land and
        land of no known type, as the land lies and after works; NaN, or empty: the middle of worst and best.
    """

    factor: str
    corners: Corners | None = None
    classes: Mapping[str, float] | None = None
    weight: float = 1.0
    knock_out: bool = False
    confidence: str = ""
    source: str = ""
    bell: tuple[float, float] | None = None
    points: tuple[tuple[float, float], ...] = ()
    expected: tuple[float, ...] = ()
    expected_after: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class HerbOnMap:
    """A herb with all its requirements, those of herb ``*`` already merged in, in any order.

    Of a `reference` herb too little is known for a class: it has a range, and is drawn muted. A stand lasts
    `years_to_harvest`.
    """

    herb_id: str
    label: Text
    requirements: tuple[RequirementOnMap, ...]
    reference: bool = False
    years_to_harvest: int = 1


@dataclass(frozen=True, slots=True)
class SourceOnMap:
    """One data source as the page names it: title, publisher, licence, and the date of the data."""

    title: str | Text
    source: str | Text = ""
    licence: str | Text = ""
    date: str = ""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class MapContent:
    """Everything the page carries; nothing else leaves.

    Parameters
    ----------
    title, made_at, audience, seal, note : str
        Shown in the head of the page; `made_at` is printed as given.
    parcels : GeoDataFrame
        Longitude and latitude (EPSG:6668 or 4326). Needs `parcel_id`, unique. Carried are the
        columns of `CORE_COLUMNS` and those that `labels` names: a column without a label stays
        at home. Polygons, multipolygons, points, and missing geometry are all accepted.
    factors : DataFrame
        Index `parcel_id`; columns of FACTORS; NaN or None where nothing is known. Parcels that
        are missing here are unknown in every factor.
    herbs : tuple of HerbOnMap
        In the order of the list that the reader chooses from.
    factor_sources : DataFrame, optional
        Same shape as `factors`: where each value came from ("visit:…", "attribute:…",
        "layer:…", "measured").
    excluded_by : mapping of str to str
        Parcel id to the titles of the layers that exclude it for every herb.
    land_types : mapping of str to str
        Parcel id to its type of land (``paddy``, ``field``, ``other``), where it is known.
    works : tuple of Work
        Works that may be done, after which the land is judged once more.
    spread : mapping of str to float
        Confidence of a requirement to the share of its flank by which it may be off.
    labels : mapping of str to Text
        Labels of parcel and plot columns.
    value_labels : mapping of str to mapping of str to Text
        Labels of the codes of a column.
    plots : GeoDataFrame, optional
        Trial plots: `trial_code`, `plot_code`, `treatment`, `herb`, and the columns that `labels`
        names (yields …). With `parcel_id`, the parcel's card shows means of the columns in `results`.
    results : tuple of str
        Columns of `plots` that are averaged over the plots of a treatment.
    visits : DataFrame, optional
        `parcel_id` and `date` (a text) of site visits.
    blocks : Series, optional
        Parcel id to the block that it lies in; see `kanpo.blocks`.
    background : GeoDataFrame, optional
        Lines to find one's way by, under the parcels: `kind` of `BACKGROUND_KINDS` and geometry,
        longitude and latitude.
    block_gap_m : float
        The widest gap inside a block, metres.
    costs : mapping of str to DataFrame
        Herb id to what its crop takes because of the place, per 10 a: index parcel_id, columns `yen_low`,
        `yen_high`, `hours_low`, `hours_high` (NaN: open), and `works`, `asked`, `unknown`: keys of
        `cost_labels` between semicolons. Of a herb without a table nothing is said.
    cost_labels : mapping of str to Text
        Labels of those keys.
    years : Anomalies, optional
        Years of a station off its normal, from which the page tells how often a herb's climate is met.
    whole : int, optional
        How many parcels there are, of which the map may carry only some.
    layers_sources : tuple of SourceOnMap
        Sources and licences of what the map is made of.
    bounds : tuple of three float
        Least score of S1, S2, S3.
    floor : float
        Least effective membership of a factor that may not exclude.
    aggregation : {"limitation", "geometric", "arithmetic", "minimum", "owa"}
        How memberships become a score.
    stale : bool
        Whether something changed after the factors were computed; the page says so.
    logo : bytes, optional
        A PNG or JPEG picture in the head of the page, at most `LARGEST_LOGO` bytes.
    first_herb : str, optional
        `herb_id` shown first; the first herb otherwise.
    language : {"ja", "en"}
        Language the page opens in; the reader can switch.
    """

    title: str | Text
    made_at: str
    audience: str | Text
    seal: str
    parcels: gpd.GeoDataFrame
    factors: pd.DataFrame
    herbs: tuple[HerbOnMap, ...]
    note: str | Text = ""
    factor_sources: pd.DataFrame | None = None
    excluded_by: Mapping[str, str] = field(default_factory=dict)
    land_types: Mapping[str, str] = field(default_factory=dict)
    works: tuple[Work, ...] = ()
    spread: Mapping[str, float] = field(default_factory=lambda: dict(SPREAD))
    labels: Mapping[str, Text] = field(default_factory=dict)
    value_labels: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)
    plots: gpd.GeoDataFrame | None = None
    results: tuple[str, ...] = ()
    visits: pd.DataFrame | None = None
    blocks: pd.Series[Any] | None = None
    background: gpd.GeoDataFrame | None = None
    block_gap_m: float = 10.0
    costs: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    cost_labels: Mapping[str, Text] = field(default_factory=dict)
    years: Anomalies | None = None
    whole: int | None = None
    layers_sources: tuple[SourceOnMap, ...] = ()
    bounds: tuple[float, float, float] = (0.75, 0.5, 0.25)
    floor: float = 0.05
    aggregation: Aggregation = "limitation"
    stale: bool = False
    logo: bytes | None = None
    first_herb: str | None = None
    language: str = "ja"


#: Lines of the background, in the order in which they are drawn.
BACKGROUND_KINDS: dict[str, Text] = {
    "settlement": Text("集落の境界", "settlement boundaries"),
    "zone": Text("除外区域の境", "bounds of excluded areas"),
    "water": Text("川・水路", "water"),
    "road": Text("道路", "roads"),
    "line": Text("その他の線", "other lines"),
    "municipality": Text("市町村の境界", "municipal boundary"),
}

#: A logo is carried whole in the page, bytes.
LARGEST_LOGO = 200_000
_LOGO_KINDS = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}

#: Parcel columns that are carried without being named in `labels`.
CORE_COLUMNS: dict[str, Text] = {
    "parcel_id": Text("筆ID", "parcel id"),
    "settlement": Text("大字", "settlement"),
    "lot_number": Text("地番", "lot number"),
    "area_m2": Text("面積(㎡)", "area (m²)"),
    "land_type": Text("地目", "land category"),
    "idle_class": Text("遊休農地区分", "idle farmland class"),
    "devastation_class": Text("荒廃農地分類", "devastated farmland class"),
    "located_by": Text("位置の根拠", "located by"),
}

#: Labels of the codes in those columns, for a content that brings none.
CORE_VALUES: dict[str, dict[str, Text]] = {
    "land_type": {
        "paddy": Text("田", "paddy"),
        "field": Text("畑", "field"),
        "other": Text("その他", "other"),
    },
    "idle_class": {
        "1": Text("1号遊休農地", "idle class 1"),
        "2": Text("2号遊休農地", "idle class 2"),
    },
    "devastation_class": {
        "A": Text("A分類(再生可能)", "class A (restorable)"),
        "B": Text("B分類(再生困難)", "class B (hard to restore)"),
    },
    "located_by": {"pin": Text("台帳のピンのみ(筆の形なし)", "register pin only (no outline)")},
}

#: Plot columns that are carried without being named in `labels`.
CORE_PLOT_COLUMNS: dict[str, Text] = {
    "trial_code": Text("試験", "trial"),
    "plot_code": Text("区", "plot"),
    "treatment": Text("処理", "treatment"),
    "herb": Text("生薬", "herb"),
}

#: Columns that hold whole original records, and are therefore never carried.
NEVER = frozenset({"attributes", "geometry"})


def carried_columns(content: MapContent) -> list[str]:
    """Parcel columns that the page carries, in the order of the table."""
    allowed = (CORE_COLUMNS.keys() | content.labels.keys()) - NEVER
    return [name for name in content.parcels.columns if name in allowed]


def logo_kind(logo: bytes) -> str:
    """``image/png`` or ``image/jpeg``, told from the first bytes.

    Raises
    ------
    UsageError
        It is neither, or too large.
    """
    kind = next((kind for begin, kind in _LOGO_KINDS.items() if logo.startswith(begin)), None)
    if kind is None or len(logo) > LARGEST_LOGO or _pixels(logo) > PIXELS:
        raise UsageError(
            "map.logo",
            Text("このロゴは使えません", "this logo cannot be used"),
            Text(
                f"{LARGEST_LOGO // 1000} kB までの PNG か JPEG にしてください",
                f"give a PNG or JPEG of at most {LARGEST_LOGO // 1000} kB",
            ),
        )
    return kind


def _pixels(logo: bytes) -> int:
    """How many pixels a picture says that it unpacks to; a small file may say very many."""
    if logo.startswith(b"\x89PNG"):
        return int.from_bytes(logo[16:20], "big") * int.from_bytes(logo[20:24], "big")
    frames = re.finditer(rb"\xff[\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf]..\x08(..)(..)", logo, re.DOTALL)
    return max(
        (int.from_bytes(found[1], "big") * int.from_bytes(found[2], "big") for found in frames), default=0
    )


def read_logo(path: Path) -> bytes:
    """The bytes of a picture file for `MapContent.logo`.

    Raises
    ------
    UsageError
        It is not there, no PNG or JPEG, or too large.
    """
    try:
        if path.exists() and not path.is_file():
            raise OSError(errno.EINVAL, "no regular file", str(path))
        with path.open("rb") as file:
            logo = file.read(LARGEST_LOGO + 1)
    except OSError as error:
        raise UsageError(
            "map.logo-missing",
            Text("ロゴはフォルダではなく、画像ファイルです", "the logo is a picture, not a folder")
            if path.is_dir()
            else Text("ロゴのファイルが読めません", "the file of the logo cannot be read"),
            Text("ファイル名を確かめてください", "check its name"),
            Place(str(path)),
        ) from error
    try:
        logo_kind(logo)
    except UsageError as error:
        error.place = Place(str(path))
        raise
    return logo


def check_content(content: MapContent) -> None:
    """Refuse tables that cannot be drawn truthfully.

    Raises
    ------
    InputUnusable
        `parcel_id` is missing or repeated.
    UsageError
        The logo is no picture, or too large.
    """
    if content.logo is not None:
        logo_kind(content.logo)
    if "parcel_id" not in content.parcels.columns:
        raise InputUnusable(
            "map.no-parcel-id",
            Text("筆の表に parcel_id 列がありません。", "The parcel table has no column parcel_id."),
            Text("筆を取り込み直してください。", "Ingest the parcels again."),
        )
    ids = content.parcels["parcel_id"]
    repeated = ids[ids.duplicated()]
    if len(repeated):
        raise InputUnusable(
            "map.parcel-id-repeated",
            Text("同じ筆IDが2回以上出てきます。", "A parcel id occurs more than once."),
            Text("重複した筆を取り除いてください。", "Remove the repeated parcels."),
            Place(column="parcel_id", value=str(repeated.iloc[0])),
        )
