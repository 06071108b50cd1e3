"""What an office has around outlines that have no number: pins, a ledger and surveys in other words each year."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import shapely

SETTLEMENTS = ("柴崎", "深大寺北町", "佐須町", "染地", "布田", "入間町")
#: Ways in which people type the same lot number.
_TYPED = ("{a}-{b}", "{a}番地{b}", "{a}の{b}", "{a}－{b}", "{a}番{b}")
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True)
class Office:
    """Files of an office, and what is true of each lot: its outline and whether it was idle in two years."""

    outlines: Path
    pins: Path
    ledger: Path
    first: Path
    second: Path
    lots: dict[str, tuple[str, str | None, str | None]]


def made_up_outlines(count: int) -> gpd.GeoDataFrame:
    """Fields of 10 to 40 m with crooked corners, close together, without any attribute."""
    random = np.random.default_rng(5)
    side = int(np.ceil(np.sqrt(count)))
    shapes = []
    for i in range(count):
        row, column = divmod(i, side)
        west, south = 139.55 + column * 0.00045, 35.65 + row * 0.0004
        half = random.uniform(0.00008, 0.0002, 2)
        corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half + random.normal(0, 0.00001, (4, 2))
        shapes.append(shapely.Polygon(corners + np.array([west, south])))
    return gpd.GeoDataFrame({"ref": [f"F{i}" for i in range(count)]}, geometry=shapes, crs=4326)


def _typed(number: int, lot: tuple[int, int]) -> str:
    text = _TYPED[number % len(_TYPED)].format(a=lot[0], b=lot[1])
    return text.translate(_WIDE) if number % 3 == 0 else text


def make_office(outlines: gpd.GeoDataFrame, folder: Path, count: int = 620) -> Office:
    """Files around some of the outlines; what is true of the lots is drawn from a seed."""
    random = np.random.default_rng(11)
    outlines = outlines.reset_index(drop=True).to_crs(6668)
    plane = outlines.to_crs(6677)
    # An office has pins of nearly all of its farmland, slivers left out.
    chosen = np.flatnonzero((plane.area > 100).to_numpy())[:count]
    half = len(chosen)
    states = random.choice([None, "1", "2"], (half, 2), p=[0.8, 0.15, 0.05])
    paths = [
        folder / name for name in ("筆.geojson", "農地ナビ.geojson", "農地台帳.xlsx", "R3.xlsx", "R5.csv")
    ]
    outlines[["geometry"]].assign(
        polygon_uuid=[f"u-{i:05d}" for i in range(len(outlines))], land_type="200"
    ).assign(issue_year="2024").to_file(paths[0], driver="GeoJSON")
    features, rows = [], []
    truth = {}
    for number, outline in enumerate(chosen):
        settlement = SETTLEMENTS[number * len(SETTLEMENTS) // half]
        lot = (number % 97 + 1, number // 97 + 1)
        point = shapely.point_on_surface(plane.geometry[outline])
        moved = shapely.Point(point.x + random.normal(0, 3), point.y + random.normal(0, 3))
        place = gpd.GeoSeries([moved], crs=6677).to_crs(6668)[0]
        area = round(float(plane.area[outline] * np.exp(random.normal(0, 0.05))), 1)
        features.append(_pin(number, settlement, lot, place, area))
        rows.append((settlement, _typed(number, lot), area, states[number]))
        truth[f"{settlement} {lot[0]}-{lot[1]}"] = (f"u-{outline:05d}", *states[number])
    paths[1].write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    _ledger(paths[2], rows)
    _survey_of_r3(paths[3], rows)
    _survey_of_r5(paths[4], rows)
    return Office(*paths, truth)


def _pin(
    number: int, settlement: str, lot: tuple[int, int], place: shapely.Point, area: float
) -> dict[str, object]:
    properties = {
        "DaichoId": f"D{number:05d}",
        "ShikuchosonCode": "132080",
        "Address": f"東京都調布市{settlement}{lot[0]}-{lot[1]}",
        "Tiban": f"{lot[0]}-{lot[1]}",
        "ClassificationOfLandCodeName": "畑",
        "AreaOnRegistry": str(area),
        "UsageSituationInvestigationDate": "",
        "UsageSituationInvestigationResult": "",
    }
    geometry = {"type": "Point", "coordinates": [place.x, place.y]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _ledger(path: Path, rows: list[tuple]) -> None:  # type: ignore[type-arg]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["農地台帳(見本)"])
    sheet.append(["大字", "地番", "地目", "面積(㎡)", "農振区分"])
    for settlement, lot, area, _ in rows:
        sheet.append([settlement, lot, "畑", area, "白地"])
    book.save(path)


def _survey_of_r3(path: Path, rows: list[tuple]) -> None:  # type: ignore[type-arg]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["令和3年度 利用状況調査結果"])
    sheet.append(["大字", "地番", "地目", "遊休農地区分", "調査年月日"])
    words = {"1": "1号", "2": "２号", None: ""}
    for settlement, lot, _, states in rows:
        sheet.append([f"大字{settlement}", lot, "畑", words[states[0]], "令和3年9月1日"])
    book.save(path)


def _survey_of_r5(path: Path, rows: list[tuple]) -> None:  # type: ignore[type-arg]
    with path.open("w", encoding="cp932", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["大字", "地番", "1号遊休", "2号遊休", "調査日"])
        for settlement, lot, _, states in rows:
            out.writerow(
                [settlement, lot, "○" if states[1] == "1" else "", "○" if states[1] == "2" else "", "R5.9.4"]
            )
