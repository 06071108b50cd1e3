"""The field file and the trait file that Field Book imports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from kanpo.errors import InputUnusable, Place, Problem, Severity
from kanpo.exchange._walk import TrialWalk
from kanpo.files import check_targets, make_folder, replacing
from kanpo.locale import Text
from kanpo.schema import Trait
from kanpo.store import Project
from kanpo.tables import csv_text

#: Field Book stops at a slash in a unique id; a leading sign would be taken for a formula by others.
_ID = re.compile(r"\w[\w.-]*\Z")
_FORMATS = {"number": "numeric", "text": "text", "photo": "photo"}


@dataclass(frozen=True, slots=True)
class FieldBookFiles:
    """What was written, and what the user should know about it."""

    field_file: Path
    trait_file: Path
    problems: tuple[Problem, ...]


def write_field_book(
    project: Project, walk: TrialWalk, folder: Path, *, dry_run: bool = False
) -> FieldBookFiles:
    """Write a trial for Field Book: ``TRIAL_field.csv`` and ``TRIAL_traits.trt`` in JSON.

    Plots stand in walking order; the unique id is the plot code.

    Raises
    ------
    InputUnusable
        A plot code holds a sign that Field Book does not take.
    """
    bad = [plot.code for plot in walk.plots if not _ID.match(plot.code)]
    if bad:
        raise InputUnusable(
            "fieldbook.plot-code",
            Text(
                f"Field Book が受け付けない字を含む試験区コードがあります({len(bad)} 区)",
                f"{len(bad)} plot codes hold signs that Field Book does not take",
            ),
            Text("文字・数字・「-」「_」だけのコードにしてください", "use letters, digits, - and _ only"),
            Place(column="plot_code", value=bad[0]),
        )
    name = re.sub(r"[^\w.-]", "_", walk.trial_code)
    files = FieldBookFiles(
        folder / f"{name}_field.csv", folder / f"{name}_traits.trt", _shared_codes(project, walk)
    )
    check_targets((files.field_file, files.trait_file))
    if dry_run:
        return files
    make_folder(folder)
    # Without a byte order mark: Field Book would take it for a part of the first header.
    _write(files.field_file, csv_text(*_field_table(walk)).encode())
    _write(files.trait_file, orjson.dumps(trait_document(walk.traits), option=orjson.OPT_INDENT_2))
    return files


def _write(path: Path, content: bytes) -> None:
    with replacing(path) as draft:
        draft.write_bytes(content)


def _field_table(walk: TrialWalk) -> tuple[list[str], list[list[object]]]:
    headers = ["plot_id", "trial", "walk", "row", "column", "treatment", "replicate"]
    rows: list[list[object]] = [
        [plot.code, walk.trial_code, nth, plot.row, plot.column, _line(plot.treatment), plot.replicate]
        for nth, plot in enumerate(walk.plots, 1)
    ]
    return headers, rows


def _line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _shared_codes(project: Project, walk: TrialWalk) -> tuple[Problem, ...]:
    """Codes that another trial has too: the device refuses a second field with them."""
    plots = project.journal.read("plot")
    elsewhere = set(plots.loc[plots["trial_code"] != walk.trial_code, "plot_code"])
    shared = sorted(elsewhere & {plot.code for plot in walk.plots})
    if not shared:
        return ()
    what = Text(
        f"ほかの試験と同じ試験区コードが {len(shared)} 区あります",
        f"{len(shared)} plot codes are also those of another trial",
    )
    mend = Text(
        "1台の端末に両方の試験を入れないでください。書き出しは全部の列を選んでください",
        "do not put both trials on one device, and export all columns",
    )
    return (Problem("fieldbook.shared-code", what, mend, Place(value=shared[0]), Severity.WARNING),)


def trait_document(traits: Sequence[Trait]) -> dict[str, object]:
    """The traits as Field Book's JSON has them; the order is that of `traits`."""
    return {"traits": [_trait(trait, nth) for nth, trait in enumerate(traits, 1)]}


def _trait(trait: Trait, position: int) -> dict[str, object]:
    categories = [
        {"label": f"{value} {label.ja}", "value": value} for value, label in trait.categories.items()
    ]
    attributes: dict[str, object] = {"unit": "" if trait.unit == "-" else trait.unit}
    if categories:
        attributes |= {"category": orjson.dumps(categories).decode(), "categoryDisplayValue": True}
    elif trait.type == "number":
        # A doubtful value is kept and flagged by kanpo; the device should not refuse it.
        attributes |= {
            "validValuesMin": _bound(trait.minimum),
            "validValuesMax": _bound(trait.maximum),
            "allowInvalidValues": True,
        }
    return {
        "name": trait.key,
        "alias": trait.label.ja,
        "synonyms": [trait.key, trait.label.ja, trait.label.en],
        "format": "categorical" if categories else _FORMATS[trait.type],
        "defaultValue": "",
        "details": trait.method.ja,
        "isVisible": True,
        "realPosition": position,
        "attributes": attributes,
    }


def _bound(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
