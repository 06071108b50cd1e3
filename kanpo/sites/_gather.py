"""From the files that were given to the one content that a layer keeps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kanpo.errors import InputUnusable, Place, UsageError
from kanpo.files import check_kind
from kanpo.locale import Text
from kanpo.sites._archive import members
from kanpo.sites._climate_mesh import climate_table, is_climate
from kanpo.sites._gml_dem import Tile, is_dem, read_tile
from kanpo.sites._mosaic import mosaic

#: SQLite cannot hold a larger value in one cell.
_LARGEST = 950_000_000


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a layer keeps; `made_from` (name to SHA-256) and `kind` tell when it was put together."""

    content: bytes
    file_name: str
    made_from: Mapping[str, str]
    kind: Literal["dem", "mesh"] | None = None


def gather(paths: Sequence[Path]) -> Gathered:
    """Read the files: tiles of an elevation model become one raster, climate normals one table.

    Anything else has to be one file, which is kept byte for byte.

    Raises
    ------
    InputUnusable
        A file is missing or too large, or tiles and tables that cannot be put together.
    UsageError
        Several files that do not belong together.
    """
    files = {str(path): _content(path) for path in paths}
    names = [path.name for path in paths]
    made_from = {
        path.name: hashlib.sha256(content).hexdigest()
        for path, content in zip(paths, files.values(), strict=False)
    }
    if all(any(map(is_dem, members(content, name))) for name, content in files.items()):
        return Gathered(_whole(mosaic(_tiles(files)), names[0]), f"{paths[0].stem}.tif", made_from, "dem")
    if all(is_climate(content, name) for name, content in files.items()):
        return Gathered(climate_table(files), f"{paths[0].stem}.csv", made_from, "mesh")
    if len(paths) > 1:
        raise UsageError(
            "layer.several-files",
            Text(
                "まとめて登録できるのは、数値標高モデルのタイルか平年値メッシュだけです",
                "only tiles of an elevation model, or climate normals by mesh, can be added together",
            ),
            Text("1つずつ登録してください", "add them one by one"),
            Place("、".join(names)),
        )
    return Gathered(files[str(paths[0])], names[0], {})


def _tiles(files: Mapping[str, bytes]) -> Iterator[Tile]:
    for name, content in files.items():
        yield from (read_tile(member) for member in members(content, Path(name).name) if is_dem(member))


def _content(path: Path) -> bytes:
    check_kind(path, able=("sqlite", "old"))
    if not path.is_file():
        raise InputUnusable(
            "layer.missing",
            Text(
                "ファイルがありません(URLは使えません)",
                "there is no such file (addresses cannot be used)",
            ),
            Text("ファイル名と場所を確かめてください", "check the name and the folder"),
            Place(str(path)),
        )
    if path.stat().st_size > _LARGEST:
        raise _too_large(str(path))
    return path.read_bytes()


def _whole(content: bytes, name: str) -> bytes:
    if len(content) > _LARGEST:
        raise _too_large(name)
    return content


def _too_large(name: str) -> InputUnusable:
    return InputUnusable(
        "layer.too-large",
        Text("ファイルが大きすぎます(950 MB まで)", "the file is too large (up to 950 MB)"),
        Text("市の範囲で切り抜いてください", "clip it to the municipality"),
        Place(name),
    )
