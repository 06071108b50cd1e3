"""Where the right table comes from: the mend of a command whose file could not be read names its own form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click

from kanpo.cli._paths import InputPath
from kanpo.errors import InputUnusable
from kanpo.locale import Text

_LIMITS = Text(
    "1行目は herb_id,test,analyte,min,max,unit,source,confidence,complete",
    "the first row is herb_id,test,analyte,min,max,unit,source,confidence,complete",
)
_SAMPLES = Text("1行目に列名、2行目から1行に1試料の表", "a table with names in row 1 and one sample to a row")
_CURVES = Text("1行目に列名、1行に1回の測定の表", "a table with names in row 1 and one measurement to a row")
#: By command, or by command and the name of the option or argument where it reads several files.
_FORMS: Mapping[str, Text] = {
    "analyze": Text("1行目に列名、1行に1区の表", "a table with names in row 1 and one plot to a row"),
    "assumptions import": Text(
        "用紙は kanpo assumptions template --out 前提.xlsx で作れます",
        "make the form with kanpo assumptions template --out FILE.xlsx",
    ),
    "blocks": Text("川や道路の線の GeoJSON・GeoPackage", "GeoJSON or GeoPackage of lines such as rivers"),
    "climate add": Text(
        "気象庁「過去の気象データ・ダウンロード」の日別値のCSVをそのまま",
        "daily values as downloaded from the Meteorological Agency (CSV)",
    ),
    "climate scenario": Text(
        "1行目は scenario_id,label_ja,degrees,source", "the first row is scenario_id,label_ja,degrees,source"
    ),
    "compare correlate": _SAMPLES,
    "compare degree-days periods_file": Text(
        "1行目は unit,start,end(名前・始めの日・終わりの日)", "the first row is unit,start,end"
    ),
    "compare degree-days weather_file": Text(
        "1行目が date,mean などの表か、気象庁の日別データ", "a table of date,mean, or the agency's daily file"
    ),
    "compare drying": _CURVES,
    "compare groups": _SAMPLES,
    "compare panel": _SAMPLES,
    "compare pca": _SAMPLES,
    "compare stability": _CURVES,
    "compare storage": _CURVES,
    "compare years": _CURVES,
    "growers import": Text(
        "1行目は grower_code,name,phone,note", "the first row is grower_code,name,phone,note"
    ),
    "herbs use": Text(
        "1行目は herb_id,factor,kind,a,b,c,d,classes,weight,knock_out,source,note(書かない列は省けます)",
        "the first row is herb_id,factor,kind,a,b,c,d,classes,weight,knock_out,source,note (some may be left out)",
    ),
    "ingest": Text(
        "筆ポリゴン(GeoJSON など)か、大字・地番の列のある台帳(.xlsx・.csv)",
        "parcel outlines (GeoJSON and the like), or a register with settlement and lot number (.xlsx, .csv)",
    ),
    "layers add": Text(
        "GeoTIFF・GeoJSON・GeoPackage・シェープファイルのzip・mesh_code の列のあるCSV",
        "GeoTIFF, GeoJSON, GeoPackage, a zip of a shapefile, or CSV with a column mesh_code",
    ),
    "lots check": _LIMITS,
    "lots label": _LIMITS,
    "lots list": _LIMITS,
    "lots matrix import": _SAMPLES,
    "lots show": _LIMITS,
    "records doubtful": _LIMITS,
    "records import": Text(
        "用紙は kanpo records template 種類 名前.xlsx で作れます",
        "make the form with kanpo records template KIND FILE.xlsx",
    ),
    "score": Text(
        "重みの表は kanpo weights judge --out 名前.csv で作れます",
        "make a file of weights with kanpo weights judge --out FILE.csv",
    ),
    "verify": _LIMITS,
    "weights judge": Text(
        "用紙は kanpo weights template --out 名前.xlsx で作れます",
        "make the form with kanpo weights template --out FILE.xlsx",
    ),
}
#: Errors of a whole file that is no table, or not the one that is wanted.
_OF_THE_FILE = frozenset(
    (
        "assumption.no-form", "compare.few-samples", "file.database", "file.empty", "file.folder", "file.html", "file.pdf",
        "file.picture", "matrix.empty", "records.no-header", "records.none", "table.cells", "table.empty",
        "table.encoding", "table.no-header", "table.old-workbook", "table.password", "table.workbook-damaged",
    )
)  # fmt: skip


def with_form(error: InputUnusable, ctx: click.Context) -> InputUnusable:
    """The error with where the right file comes from in its mend; as it is, where that does not help."""
    form = _form(error, ctx)
    if form is None or error.code not in _OF_THE_FILE:
        return error
    mend = Text(f"{error.mend.ja}。{form.ja}", f"{error.mend.en}; {form.en}")
    return type(error)(error.code, error.what, mend, error.place, error.problems)


def _form(error: InputUnusable, ctx: click.Context) -> Text | None:
    command = ctx.command_path.partition(" ")[2]
    name = Path(error.place.file or "").name
    for param in ctx.command.params:
        names = [path.name for path in _paths(ctx.params.get(str(param.name)))]
        if param.type is InputPath and param.name != "project" and name in names:
            return _FORMS.get(f"{command} {param.name}") or _FORMS.get(command)
    return None


def _paths(value: object) -> Iterator[Path]:
    if isinstance(value, Path):
        yield value
    elif isinstance(value, Iterable) and not isinstance(value, str):
        for each in value:
            yield from _paths(each)
