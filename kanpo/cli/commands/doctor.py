"""``kanpo doctor``."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import click

from kanpo.cli._click import command
from kanpo.cli._discover import find_project, notes_on
from kanpo.cli._options import project_option
from kanpo.errors import KanpoError
from kanpo.locale import Text

_MODULES = (
    "click",
    "folium",
    "geopandas",
    "numpy",
    "orjson",
    "pandas",
    "pyogrio",
    "pyproj",
    "rasterio",
    "shapely",
    "exactextract",
)
_NEEDED_BYTES = 500 * 1024 * 1024


@command(
    "doctor",
    help=Text(
        "このパソコンで kanpo が動くか、プロジェクトの置き場所が安全かを調べる。",
        "Check whether kanpo can run on this computer, and whether the project lies in a safe place.",
    ),
)
@project_option
def doctor(project: Path | None) -> int:
    checks: list[tuple[Text, Callable[[], tuple[bool, Text]]]] = [
        (Text("Python", "Python"), _python),
        (Text("部品", "libraries"), _libraries),
        (Text("座標変換", "coordinates"), _coordinates),
        (Text("地図の部品", "map library"), _leaflet),
        (Text("目録", "catalogue"), _catalogue),
        (Text("書き込み", "writing here"), _writing),
        (Text("文字", "letters"), _letters),
        (Text("プロジェクト", "project"), lambda: _project(project)),
    ]
    failed = 0
    for label, check in checks:
        try:
            good, said = check()
        except Exception as error:  # a broken installation may fail in any way; say it and go on
            good, said = False, Text.same(f"{type(error).__name__}: {error}")
        failed += not good
        click.echo(f"{'OK' if good else 'NG'}  {label}: {said}")
    return 6 if failed else 0


def _python() -> tuple[bool, Text]:
    good = sys.version_info >= (3, 11)
    version = ".".join(map(str, sys.version_info[:3]))
    return good, Text(f"{version}(3.11 以上が要る)", f"{version} (3.11 or newer is needed)")


def _libraries() -> tuple[bool, Text]:
    missing = []
    for name in _MODULES:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    if missing:
        names = ", ".join(missing)
        return False, Text(f"{names} が無い → pip install kanpo", f"{names} missing -> pip install kanpo")
    return True, Text(f"{len(_MODULES)} 個すべてあり", f"all {len(_MODULES)} are there")


def _coordinates() -> tuple[bool, Text]:
    from pyproj import Transformer

    east, north = Transformer.from_crs(6668, 6678, always_xy=True).transform(139.8267, 38.7274)
    good = abs(east + 87_500) < 5_000 and abs(north + 140_000) < 5_000
    return good, Text("JGD2011 平面直角第10系が使える", "JGD2011 plane zone X works") if good else Text(
        "pyproj の座標データが壊れている → 入れ直してください",
        "pyproj's data are damaged -> install it again",
    )


def _leaflet() -> tuple[bool, Text]:
    from kanpo.maps import leaflet_version

    return True, Text.same(f"Leaflet {leaflet_version()}")


def _catalogue() -> tuple[bool, Text]:
    from kanpo.herbs import load_catalogue

    count = len(load_catalogue().herbs)
    return count > 0, Text(f"{count} 生薬", f"{count} herbs")


def _writing() -> tuple[bool, Text]:
    import tempfile

    free = shutil.disk_usage(Path.cwd()).free
    with tempfile.TemporaryFile(dir=Path.cwd()):
        pass
    return free > _NEEDED_BYTES, Text(f"空き {free / 1e9:.1f} GB", f"{free / 1e9:.1f} GB free")


def _letters() -> tuple[bool, Text]:
    encoding = sys.stdout.encoding or "?"
    return True, Text(f"画面の文字コード {encoding}", f"terminal encoding {encoding}")


def _project(given: Path | None) -> tuple[bool, Text]:
    from kanpo.store import Project, shared_location

    try:
        path = find_project(given)
    except KanpoError:
        return True, Text("この場所にはまだありません(kanpo init)", "none here yet (kanpo init)")
    with Project.open(path):
        pass
    place = shared_location(path)
    if place:
        return False, Text(
            f"{path}: 共有・同期フォルダにあります。1人1ファイルで使い、後で合わせてください",
            f"{path}: on a shared or synchronised folder; use one file per person",
        )
    notes = notes_on(path)
    if notes:
        return False, Text(" / ".join(note.ja for note in notes), " / ".join(note.en for note in notes))
    return True, Text.same(str(path))
