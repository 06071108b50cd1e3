"""Tables by mesh code: climate normals and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from kanpo.crs import STORED_EPSG
from kanpo.errors import InputUnusable, Place, Problem, UsageError
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.schema import FACTORS
from kanpo.sites._columns import check_factor, match_columns, wrong_column
from kanpo.sites._layer import Layer, LayerValues, possible_only
from kanpo.sites._mesh import SIZES, mesh_boxes, mesh_code, warmth_index
from kanpo.sites._values import doubts, refuse, written_class, written_number
from kanpo.tables import check_rectangle, sheets_of, spelled, table_of

#: Headers that name the column of mesh codes.
CODE_COLUMNS = ("mesh_code", "meshcode", "mesh", "メッシュコード", "メッシュ番号", "地域メッシュコード")
#: Headers of the twelve monthly mean temperatures, °C, January first.
MONTHS = tuple(f"mean_temp_c_{month:02d}" for month in range(1, 13))
#: Factors that are worked out from the monthly means.
_FROM_MONTHS = ("warmth_index_c_month", "warmest_month_temp_c")


@dataclass(frozen=True, slots=True, eq=False)
class MeshTable:
    """A table by mesh: text cells (index: row of the file), the codes, and findings."""

    cells: pd.DataFrame
    code_column: str
    codes: pd.Series
    problems: list[Problem]


def read_mesh_table(content: bytes, file: str) -> MeshTable:
    """Read a table (CSV or workbook) with a column of mesh codes.

    Raises
    ------
    InputUnusable
        It is no table, has no column of mesh codes, or a header stands there twice.
    """
    recognise = spelled({"mesh_code": CODE_COLUMNS})
    try:
        table = table_of(sheets_of(content, file), file, recognise=recognise)
    except InputUnusable as error:
        raise error if error.code not in _NO_TABLE else _no_mesh_table(file) from None
    code_column = next((normalise(name) for name in table.headers if recognise(name)), None)
    if code_column is None:
        raise _no_mesh_table(file)
    table.refuse_doubles()
    check_rectangle(len(table.rows), len(table.headers), file)
    columns = dict(zip(map(normalise, table.headers), table.cells(), strict=True))
    cells = pd.DataFrame(columns, index=pd.Index(table.numbers), dtype=object)
    # Excel adds ".0" to numbers; some offices write 5739-76-13.
    plain = [re.sub(r"\.0$", "", normalise(text)).replace("-", "") for text in cells[code_column]]
    problems = [problem for found in table.unusable.values() for problem in found]
    return MeshTable(cells, code_column, pd.Series(plain, index=cells.index, dtype=object), problems)


#: What is no table at all may have been meant as any layer.
_NO_TABLE = ("table.encoding", "table.cells", "table.quotes", "table.empty", "table.old-workbook")


def _no_mesh_table(file: str) -> InputUnusable:
    return InputUnusable(
        "layer.form",
        Text(
            "主題図でも、メッシュコードの列を持つ表でもありません",
            "is neither a layer nor a table with a column of mesh codes",
        ),
        Text(
            "列名を mesh_code にするか、別の形式を使ってください",
            "name the column mesh_code, or use another format",
        ),
        Place(file),
    )


def inspect_mesh(content: bytes, file: str, columns: dict[str, str]) -> dict[str, str]:
    """Factor to column of a mesh table: as wished, or proposed from the headers.

    Raises
    ------
    InputUnusable
        No such table, or codes and values that cannot be.
    UsageError
        A factor or column that does not exist.
    """
    table = read_mesh_table(content, file)
    names = [name for name in table.cells.columns if name]
    chosen = _chosen(columns, names, file)
    problems = [*table.problems, *_doubted_codes(table, file)]
    for factor, column in chosen.items():
        for name in column.split(",") if _of_months(factor, column) else [column]:
            cells = (
                (Place(file, row=int(row), column=name, value=text), text)
                for row, text in table.cells[name].items()
            )
            problems += doubts(factor, cells, month_mean=_of_months(factor, column))
    refuse(problems, file)
    return chosen


def _of_months(factor: str, column: str) -> bool:
    return factor in _FROM_MONTHS and column.count(",") == len(MONTHS) - 1


def _chosen(columns: dict[str, str], names: list[str], file: str) -> dict[str, str]:
    derived = {factor: column for factor, column in columns.items() if _of_months(factor, column)}
    for factor, column in derived.items():
        for name in column.split(","):
            if name not in names:
                raise wrong_column(factor, name, names, file)
    for factor, column in columns.items():
        check_factor(factor, file)
        if "," in column and factor not in derived and column not in names:
            raise UsageError(
                "layer.months",
                Text(
                    "月平均気温の12列を使えるのは暖かさの指数と最暖月平均気温だけです",
                    "twelve columns of monthly means give the warmth index and the warmest month only",
                ),
                Text("--map 要因=列 の列を1つにしてください", "name one column"),
                Place(file, column=column),
            )
    if columns:
        plain = {factor: column for factor, column in columns.items() if factor not in derived}
        return derived | (match_columns(plain, names, file) if plain else {})
    proposed = match_columns({}, names, file)
    if set(MONTHS) <= set(names):
        for factor in _FROM_MONTHS:
            proposed.setdefault(factor, ",".join(MONTHS))
    return {factor: proposed[factor] for factor in FACTORS if factor in proposed}


def _doubted_codes(table: MeshTable, file: str) -> Iterator[Problem]:
    wrong = np.isnan(mesh_boxes(table.codes.to_numpy())[:, 0])
    digits = "・".join(map(str, SIZES))
    for row in table.codes.index[wrong]:
        yield Problem(
            "layer.mesh-code",
            Text("メッシュコードではありません", "is no mesh code"),
            Text(f"{digits} 桁の数字にしてください", f"use {digits.replace('・', ', ')} digits"),
            Place(file, row=int(row), column=table.code_column, value=table.cells[table.code_column][row]),
        )
    good = table.codes[~wrong]
    lengths = good.str.len()
    if lengths.nunique() > 1:
        row = lengths.index[(lengths != lengths.iloc[0]).to_numpy()][0]
        yield Problem(
            "layer.mesh-mixed",
            Text("桁数の違うメッシュコードが混ざっています", "mesh codes of different lengths are mixed"),
            Text("1つの次数に揃えてください", "use one level of mesh"),
            Place(file, row=int(row), column=table.code_column, value=good[row]),
        )
    for row in good.index[good.duplicated().to_numpy()]:
        yield Problem(
            "layer.mesh-twice",
            Text("同じメッシュコードが2回あります", "the mesh code stands there twice"),
            Text("1行だけ残してください", "keep one row"),
            Place(file, row=int(row), column=table.code_column, value=good[row]),
        )


def mesh_values(layer: Layer, parcels: gpd.GeoDataFrame) -> list[LayerValues]:
    """What a mesh table says of parcels (n): the row of the mesh that holds a point inside the parcel."""
    table = read_mesh_table(layer.content, layer.file_name)
    points = shapely.point_on_surface(np.asarray(parcels.geometry.to_crs(STORED_EPSG).array))
    digits = len(table.codes.iloc[0]) if len(table.codes) else 8
    wanted = mesh_code(shapely.get_x(points), shapely.get_y(points), digits)
    row = pd.Index(table.codes).get_indexer(pd.Index(wanted))
    found = []
    for factor, column in layer.columns.items():
        own = _column(table.cells, factor, normalise(column))
        values = own.take(row) if len(own) else np.full(len(row), None, dtype=own.dtype)
        found.append(LayerValues.where_covered(factor, values, (row >= 0).astype(float)))
    return found


def _column(cells: pd.DataFrame, factor: str, column: str) -> np.ndarray:
    """What a factor is in every row of the table."""
    if FACTORS[factor].kind == "class":
        return np.array([written_class(factor, text) for text in cells[column]], dtype=object)
    if not _of_months(factor, column):
        return possible_only(factor, np.array([written_number(text) for text in cells[column]], dtype=float))
    months = np.array(
        [[written_number(text) for text in cells[name]] for name in column.split(",")], dtype=float
    ).T.reshape(-1, len(MONTHS))
    return possible_only(factor, warmth_index(months) if factor == _FROM_MONTHS[0] else months.max(axis=1))
