"""Which column of the sheet gives which column of the parcel table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kanpo.errors import InputUnusable, Place, Problem, Severity, UsageError
from kanpo.locale import Text
from kanpo.parcels.tables._header import Header, Heading, with_given
from kanpo.parcels.tables._names import MEANINGS

#: Without certainty about these no row is certain.
_KEYS = ("parcel_id", "settlement", "aza", "address", "lot_number", "lot_branch", "lot_branch_2")
_METRIC = ("m2", "a", "10a", "ha")


@dataclass(frozen=True, slots=True)
class Columns:
    """The chosen column of each meaning, and every heading for the attributes."""

    header: Header
    chosen: dict[str, Heading]

    @property
    def mapping(self) -> dict[str, str]:
        """Meaning to header, as it can be given again."""
        return {meaning: heading.label for meaning, heading in self.chosen.items()}


def choose_columns(
    header: Header, given: Mapping[str, str], place: Place
) -> tuple[Columns, tuple[Problem, ...]]:
    """Choose one column for each meaning; the user's own choice comes first.

    Raises
    ------
    UsageError
        A given column is none of the parcel table's, or its header is not in the sheet.
    InputUnusable
        No column names the lots, or two name them.
    """
    header = _with_given(header, given, place)
    chosen: dict[str, Heading] = {}
    problems: list[Problem] = []
    for meaning in MEANINGS:
        headings = header.of(meaning)
        best = [heading for heading in headings if heading.rank == headings[0].rank]
        if len(best) > 1:
            best = _certain(meaning, best)
        if len(best) == 1:
            chosen[meaning] = best[0]
        elif best:
            problems.append(_twice(meaning, best, place))
    if "lot_number" in chosen:
        chosen.pop("address", None)
    _check_keys(chosen, place)
    return Columns(header, chosen), tuple(problems)


def _certain(meaning: str, headings: list[Heading]) -> list[Heading]:
    """Of areas in two metric units the one in m²; else all, so that none is taken."""
    units = [heading.unit for heading in headings]
    if meaning == "registered_area_m2" and units.count("m2") == 1 and set(units) <= {*_METRIC, None}:
        return [heading for heading in headings if heading.unit == "m2"]
    return headings


def _with_given(header: Header, given: Mapping[str, str], place: Place) -> Header:
    unknown = [meaning for meaning in given if meaning not in MEANINGS]
    if unknown:
        raise UsageError(
            "table.no-such-column",
            Text(f"「{unknown[0]}」という列はありません", f"there is no column '{unknown[0]}'"),
            Text(f"選べる列: {'、'.join(MEANINGS)}", f"choices: {', '.join(MEANINGS)}"),
            place,
        )
    header, missing = with_given(header, given)
    if missing:
        labels = [heading.label for heading in header.headings]
        raise UsageError(
            "table.no-such-header",
            Text(f"見出し「{missing[0]}」が表にありません", f"the table has no header '{missing[0]}'"),
            Text(f"表の見出し: {'、'.join(labels)}", f"headers of the table: {', '.join(labels)}"),
            place,
        )
    return header


def _twice(meaning: str, headings: list[Heading], place: Place) -> Problem:
    labels = [heading.label for heading in headings]
    what = Text(
        f"{meaning} にあたる列が{len(labels)}つあり、どれか決められません({'、'.join(labels)})",
        f"{len(labels)} columns may be {meaning} ({', '.join(labels)})",
    )
    mend = Text(
        f"どの列かを指定してください(例: {meaning}={labels[0]})",
        f"say which, for instance {meaning}={labels[0]}",
    )
    if meaning in _KEYS:
        raise InputUnusable("table.column-twice", what, mend, place)
    return Problem("table.column-twice", what, mend, place, Severity.WARNING)


def _check_keys(chosen: dict[str, Heading], place: Place) -> None:
    if "parcel_id" in chosen or "address" in chosen:
        return
    for meaning, ja in (("lot_number", "地番"), ("settlement", "大字")):
        if meaning not in chosen:
            raise InputUnusable(
                f"table.no-{meaning.replace('_', '-')}",
                Text(
                    f"「{ja}」の列がなく、筆を特定できません",
                    f"no column is the {meaning}, so lots have no name",
                ),
                Text(
                    f"「{ja}」の列を足すか、どの列かを指定してください(例: {meaning}=列の見出し)",
                    f"add the column, or say which it is ({meaning}=HEADER)",
                ),
                place,
            )
