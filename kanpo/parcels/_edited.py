"""Taking in what was edited beside kanpo, in QGIS for example: checked like a file of parcels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np

from kanpo.errors import Place, Problem
from kanpo.locale import Text
from kanpo.parcels._check import check_polygons
from kanpo.parcels._findings import reject
from kanpo.parcels._geometry import Built
from kanpo.schema import PARCELS, Field, read_value
from kanpo.store import Batch, Edit, Mended, Project, go_on_as_it_is

#: The form of an import that came from edits.
EDITED = "edited"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was taken in as which import, and what was not (`problems`): that stays an edit."""

    batch: Batch | None
    mended: Mended
    problems: tuple[Problem, ...]

    def text(self) -> Text:
        """What came of it, in words."""
        if self.batch is None:
            return Text("取り込むものはありませんでした", "there was nothing to take in")
        b = self.batch
        return Text(
            f"編集を取り込みました: 追加 {b.stored:,}、更新 {b.updated:,}、そのまま残したもの {b.rejected:,}(理由: {b.reason})",
            f"edits taken in: {b.stored:,} added, {b.updated:,} updated, {b.rejected:,} left as they are ({b.reason})",
        )


def accept_edits(path: Path, reason: str) -> Accepted:
    """Take in what another program edited, as an import with who and why.

    Parcels are checked as those of a file are: their outline must be valid and in Japan, values must
    fit their column, and the area is measured anew. One that does not pass is named and stays as it
    is. What was computed is taken out, to be computed again.

    Raises
    ------
    IntegrityFailure
        What is gone cannot be gone on without.
    """
    mended = go_on_as_it_is(path)
    with Project.open(path, write=True) as project:
        edits = [edit for edit in project.edited.edits() if edit.what != "unlisted"]
        if not edits:
            return Accepted(None, mended, ())
        mine = [edit for edit in edits if edit.table == PARCELS.name and edit.what in ("added", "changed")]
        gone = [edit for edit in edits if edit.table == PARCELS.name and edit.what == "removed"]
        others = [edit for edit in edits if edit.table != PARCELS.name]
        frame = project.edited.frame(mine)
        findings = _check(frame, mine, path)
        bad = {place for place, _ in findings}
        good = frame.iloc[[place for place in range(len(frame)) if place not in bad]]
        added = sum(edit.what == "added" for place, edit in enumerate(mine) if place not in bad)
        batch = Batch(
            path.name,
            hashlib.sha256(repr([(e.table, e.key, e.now) for e in edits]).encode()).hexdigest(),
            source=EDITED,
            source_crs="EPSG:6668",
            read=len(edits),
            stored=added,
            updated=len(good) - added + len(gone) + len(others),
            rejected=len(bad),
            reason=reason,
        )
        batch = project.edited.accept(batch, good, project.edited.frame(gone, before=True), others)
    return Accepted(batch, mended, tuple(problem for _, problem in findings))


def _check(frame: gpd.GeoDataFrame, edits: list[Edit], path: Path) -> list[tuple[int, Problem]]:
    """What is wrong with edited parcels, by position; outlines, areas and values are put right in place."""
    if frame.empty:
        return []
    shapes = np.array(frame.geometry.array, dtype=object)
    findings = [(place, reject("no-geometry")) for place, shape in enumerate(shapes) if shape is None]
    for place, shape in enumerate(shapes):
        if shape is not None and shape.geom_type not in ("Polygon", "MultiPolygon"):
            findings.append((place, reject("not-polygon")))
            shapes[place] = None
    checked = check_polygons(Built(shapes), None, None)
    findings += [(place, finding) for place, finding in checked.findings if finding.rejects]
    frame["geometry"] = checked.shapes
    found = [
        (place, replace(finding.problem(str(path), place), place=_place(path, edits[place])))
        for place, finding in findings
    ]
    for place, edit in enumerate(edits):
        for field in PARCELS.fields:
            value, problem = _read(field, edit)
            if problem is not None:
                found.append((place, problem.at(**_where(path, edit, field))))
            else:
                frame.iat[place, frame.columns.get_loc(field.key)] = value
    frame["area_m2"] = np.round(checked.areas, 2)
    return sorted(found, key=lambda pair: pair[0])


def _read(field: Field, edit: Edit) -> tuple[object, Problem | None]:
    """What an edited value means in its column."""
    value = (edit.now or {}).get(field.key)
    if field.key == "area_m2" or (edit.before is not None and field.key not in edit.columns()):
        return value, None
    if value is None or value == "":
        empty = Text("空です", "is empty")
        fill = Text("値を入れてください", "fill it in")
        return None, Problem("edit.empty", empty, fill) if field.required else None
    if isinstance(value, bytes):
        return None, Problem(
            "edit.value", Text("文字ではありません", "is no text"), Text("直してください", "mend it")
        )
    return (value, None) if field.type == "json" else read_value(field, str(value))


def _place(path: Path, edit: Edit) -> Place:
    return Place(str(path), column=PARCELS.name, value=edit.title)


def _where(path: Path, edit: Edit, field: Field) -> dict[str, object]:
    return {"file": str(path), "column": f"{PARCELS.name}.{field.key}", "value": edit.title}
