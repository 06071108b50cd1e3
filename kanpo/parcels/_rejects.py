"""What could not be used goes to a file that can be mended and ingested in turn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from kanpo.errors import Problem, Severity
from kanpo.files import replacing

#: Properties added to a rejected feature: reason, mend, code, number in the source file.
ADDED_COLUMNS = ("差戻し理由", "直し方", "コード", "元の番号")
#: Property that holds the text of a feature that was no JSON.
RAW_COLUMN = "原文"


@dataclass(frozen=True, slots=True)
class Reject:
    """A feature that could not be used: as parsed, or its text when it was no JSON."""

    number: int
    feature: dict[str, Any] | bytes
    problems: tuple[Problem, ...]


def reject_path(path: Path) -> Path:
    """Where the rejects of a file go: ``NAME_差戻し.geojson`` beside it, ``NAME_差戻し_2.geojson`` for its own."""
    stem, _, number = path.stem.partition("_差戻し")
    if stem == path.stem:
        return path.with_name(f"{stem}_差戻し.geojson")
    count = number.removeprefix("_")
    return path.with_name(f"{stem}_差戻し_{int(count) + 1 if count.isdecimal() else 2}.geojson")


def write_rejects(path: Path, rejects: Iterable[Reject], crs: int | None = None) -> None:
    """Write rejected features with their reasons, all or nothing.

    Parameters
    ----------
    crs : int, optional
        EPSG code of the coordinates; written into the file, so that it can be ingested again.

    Raises
    ------
    EnvironmentFailure
        The file cannot be written.
    """
    lines = [orjson.dumps(_described(reject)) for reject in rejects]
    with replacing(path, gives_way=True) as draft:
        draft.write_bytes(_beginning(crs) + b",\n".join(lines) + b"\n]}\n")


def _beginning(crs: int | None) -> bytes:
    if crs is None:
        return b'{"type":"FeatureCollection","features":[\n'
    name = f"urn:ogc:def:crs:EPSG::{crs}"
    member = orjson.dumps({"type": "name", "properties": {"name": name}})
    return b'{"type":"FeatureCollection","crs":' + member + b',"features":[\n'


def _described(reject: Reject) -> dict[str, Any]:
    grave = [problem for problem in reject.problems if problem.severity is Severity.REJECT]
    added = dict(
        zip(
            ADDED_COLUMNS,
            (
                " / ".join(problem.what.ja for problem in grave),
                " / ".join(problem.mend.ja for problem in grave),
                " ".join(problem.code for problem in grave),
                reject.number,
            ),
            strict=True,
        )
    )
    if isinstance(reject.feature, bytes):
        raw = reject.feature.decode("utf-8", errors="replace")
        return {"type": "Feature", "properties": {RAW_COLUMN: raw, **added}, "geometry": None}
    properties = reject.feature.get("properties")
    known = properties if isinstance(properties, dict) else {}
    return {**reject.feature, "properties": {**known, **added}}
