"""Whether the records make sense together: what they refer to, and when they say they were written.

A check takes an opened project and returns problems. They are warnings: the records are whole, but
a person should look. `CHECKS` lists them all; a new one is added there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import orjson
import pandas as pd

from kanpo.errors import Place, Problem, Severity
from kanpo.herbs import project_catalogue
from kanpo.locale import Text
from kanpo.schema import RECORD_KINDS
from kanpo.store import Project
from kanpo.trials._pesticides import pesticide_doubts

#: How far a clock may be ahead before it is doubted: time zones differ by less than a day.
_AHEAD = timedelta(hours=24)


def find_orphans(project: Project) -> pd.DataFrame:
    """Records about a parcel, trial, plot or grower that was never in the project.

    Former parcels and records that were corrected since count as known.

    Returns
    -------
    DataFrame
        Columns record_id, kind, field, value; oldest record first.
    """
    entries = project.journal.entries().dropna(subset=["body"])
    bodies = [orjson.loads(body) for body in entries["body"]]
    kinds = list(entries["kind"])
    known: dict[str, set[object]] = {
        "parcel": project.imported.parcel_ids() | set(project.imported.former_parcels()["parcel_id"]),
        "trial": _values(kinds, bodies, "trial", "trial_code"),
        "grower": _values(kinds, bodies, "grower", "grower_code") | set(project.people.read()["grower_code"]),
        "plot": {
            (body.get("trial_code"), body.get("plot_code"))
            for kind, body in zip(kinds, bodies, strict=True)
            if kind == "plot"
        },
    }
    references = {
        kind: [(field.key, field.references) for field in table.fields if field.references in known]
        for kind, table in RECORD_KINDS.items()
    }
    rows = []
    for record_id, kind, body in zip(entries["record_id"], kinds, bodies, strict=True):
        for key, table in references.get(kind, ()):
            value = body.get(key)
            sought = (body.get("trial_code"), value) if table == "plot" else value
            if value is not None and sought not in known[str(table)]:
                rows.append((record_id, kind, key, value))
    return pd.DataFrame(rows, columns=["record_id", "kind", "field", "value"])


def _values(kinds: list[str], bodies: list[dict[str, object]], kind: str, key: str) -> set[object]:
    return {body.get(key) for of, body in zip(kinds, bodies, strict=True) if of == kind}


def _orphans(project: Project) -> list[Problem]:
    what = Text("記録の相手がプロジェクトにありません", "is about something that is not in the project")
    mend = Text(
        "元のファイルを kanpo ingest で取り込むか、記録を訂正してください",
        "ingest the file it came from, or correct the record",
    )
    return [
        Problem(
            "record.orphan",
            what,
            mend,
            Place(str(project.path), column=row.field, value=row.value),
            Severity.WARNING,
            Text(f"(記録 {row.record_id})", f"(record {row.record_id})"),
        )
        for row in find_orphans(project).itertuples(index=False)
    ]


def _clocks(project: Project) -> list[Problem]:
    """Clocks that were set back, or that run ahead of this computer's."""
    entries = project.journal.entries().sort_values(["device", "sequence"], kind="stable")
    written = pd.to_datetime(entries["recorded_at"], utc=True, format="ISO8601", errors="coerce")
    back = written < written.groupby(entries["device"]).shift()
    ahead = written > datetime.now(UTC) + _AHEAD
    day = pd.to_datetime(entries["happened_at"].str[:10], utc=True, format="ISO8601", errors="coerce")
    early = (day > written + _AHEAD) & ~ahead
    mend = Text(
        "端末の時計を合わせてください(記録の順番は端末内の番号で守られています)",
        "set the clock of that device (the order of its records is kept by their numbers)",
    )
    found = (
        (back, "record.clock-back", Text("前の記録より前の時刻です", "is earlier than the record before it")),
        (
            ahead | written.isna(),
            "record.clock-ahead",
            Text("記録した時刻が未来です", "was written in the future"),
        ),
        (
            early,
            "record.before-it-happened",
            Text("行った日より前に記録されています", "was written before it happened"),
        ),
    )
    return [
        Problem(
            code,
            what,
            mend,
            Place(str(project.path), column=f"{row.device} #{row.sequence}", value=row.recorded_at),
            Severity.WARNING,
        )
        for doubtful, code, what in found
        for row in entries[doubtful].itertuples(index=False)
    ]


def _pesticides(project: Project) -> list[Problem]:
    """Applications without a registration number, or that no label covers or goes with."""
    kinds = ("operation", "trial", "harvest", "use_condition")
    read = {kind: project.journal.read(kind) for kind in kinds}
    mend = Text(
        "ラベルで確かめ、誤記なら kanpo records correct で訂正してください",
        "look at the label; correct what was written wrong with kanpo records correct",
    )
    return [
        Problem(
            code,
            Text(f"{spray['happened_at'][:10]} {why.ja}", f"{spray['happened_at'][:10]} {why.en}"),
            mend,
            Place(str(project.path)),
            Severity.WARNING,
            Text(f"(記録 {spray['record_id']})", f"(record {spray['record_id']})"),
        )
        for spray, code, why in pesticide_doubts(read, project_catalogue(project).herbs)
    ]


#: Every check on records; each looks at a project and says what it doubts.
CHECKS: tuple[Callable[[Project], list[Problem]], ...] = (_orphans, _clocks, _pesticides)


def look_through(project: Project) -> list[Problem]:
    """What is doubtful about the records of a project; empty when nothing is."""
    return [problem for check in CHECKS for problem in check(project)]
