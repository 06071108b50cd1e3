"""Growers: a code in the project, name and phone in the people file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kanpo.errors import InputUnusable, Place
from kanpo.locale import Text
from kanpo.reading import plain_header
from kanpo.schema import PEOPLE, RECORD_KINDS, names_of
from kanpo.store import Project
from kanpo.trials._record import RecordReport, record_rows


def enter_growers(
    project: Project,
    columns: Mapping[str, Sequence[str | None]],
    *,
    file: str | None = None,
    dry_run: bool = False,
) -> RecordReport:
    """Enter growers: personal columns go to the people file only, the rest to the journal.

    Parameters
    ----------
    columns : mapping
        ``grower_code`` and the fields of the grower record, with ``name``, ``phone`` and ``note``
        of the people file, by key or by any of their names. ``happened_at`` may be left out.

    Returns
    -------
    RecordReport
        Of the journal; rows rejected there are not entered in the people file either.

    Raises
    ------
    InputUnusable
        There is no column of codes.
    """
    columns = _by_key(columns)
    if "grower_code" not in columns:
        raise _without_code(file)
    personal = {key: columns[key] for key in PEOPLE.keys if key in columns}
    count = max((len(values) for values in columns.values()), default=0)
    public = {key: values for key, values in columns.items() if key not in ("name", "phone", "note")}
    if "happened_at" not in public:
        # A grower who is known keeps the day of entry, so that the same import again is a repeat.
        known = project.journal.read("grower").set_index("grower_code")["happened_at"].to_dict()
        today = project.today()
        public["happened_at"] = [known.get(code, today) for code in columns["grower_code"]]
    report = record_rows(project, "grower", public, file=file, dry_run=dry_run)
    if not dry_run:
        for index in range(count):
            person = {key: values[index] for key, values in personal.items()}
            if index + 2 not in report.rejected and person.get("name"):
                project.people.enter(person)
    return report


def _by_key(columns: Mapping[str, Sequence[str | None]]) -> dict[str, Sequence[str | None]]:
    """The columns by key, whatever they are called; of two of one meaning the first counts."""
    keys = {
        name: field.key
        for field in (*RECORD_KINDS["grower"].fields, *PEOPLE.fields)
        for name in names_of(field)
    }
    found: dict[str, Sequence[str | None]] = {}
    for header, values in columns.items():
        found.setdefault(keys.get(plain_header(header.removeprefix("\ufeff")), header), values)
    return found


def _without_code(file: str | None) -> InputUnusable:
    return InputUnusable(
        "growers.no-code",
        Text("担い手の番号の列(生産者コード)がありません", "there is no column grower_code"),
        Text(
            "見出しを 生産者コード・氏名・電話・備考 にしてください",
            "name the columns grower_code, name, phone, note",
        ),
        Place(file),
    )
