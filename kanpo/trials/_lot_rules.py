"""What records of lots refer to, and what cannot be: unknown lots, cycles, use before they exist."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

from kanpo.errors import Place, Problem, Severity
from kanpo.locale import Text
from kanpo.schema import CheckedRecord, portions_of
from kanpo.store import Project
from kanpo.trials._reference import unknown_reference
from kanpo.trials._step import MAY_HAVE_NO_OUTPUT, StepMasses, weigh_step

_LOT, _SAMPLE = Text("ロット", "lot"), Text("試料", "sample")
_KINDS = ("lot", "harvest", "lot_step", "sample", "assay")
#: Signs that part lots in a list; a name with one of them could not be written there.
_RESERVED = "=;＝；、\n"


class LotRules:
    """Lots and samples of a project, looked up once for all rows of a file."""

    def __init__(self, project: Project, records: Sequence[CheckedRecord]) -> None:
        self._made: dict[str, str] = {}
        self._samples: set[str] = set()
        #: The lots that a step uses, by the id of its record, and the steps that make a lot.
        self._steps: dict[str, set[str]] = {}
        self._makers: dict[str, set[str]] = {}
        if not any(record.kind in _KINDS for record in records):
            return
        for kind in ("lot", "harvest", "lot_step"):
            for row in project.journal.read(kind).to_dict("records"):
                self._note_made(kind, row, str(row["happened_at"]))
                if kind == "lot_step":
                    self._note_step(str(row["record_id"]), row)
        self._samples = set(project.journal.read("sample")["sample_id"])
        # A file may name a lot in a row above the one that makes it.
        for record in records:
            self._note_made(record.kind, record.body, record.happened_at)
            if record.kind == "sample":
                self._samples.add(str(record.body["sample_id"]))

    def _note_made(self, kind: str, body: Mapping[str, object], day: str) -> None:
        for lot in _makes(kind, body):
            self._made[lot] = min(self._made.get(lot, day), day)

    def check(self, record: CheckedRecord) -> list[Problem]:
        """The problems of one record; those that only warn leave it in."""
        body = record.body
        match record.kind:
            case "lot" | "harvest":
                return _check_name("lot_id", body.get("lot_id"))
            case "lot_step":
                return self._check_step(record)
            case "sample":
                where = ("lot_id", "plot_code", "parcel_id")
                return [*self._check_lot(record), *_check_some(body, where, "lot_id")]
            case "assay":
                problems = [*self._check_lot(record), *_check_some(body, ("lot_id", "sample_id"), "lot_id")]
                sample = body.get("sample_id")
                if sample is not None and sample not in self._samples:
                    near = difflib.get_close_matches(str(sample), self._samples, n=1)
                    problems.append(unknown_reference("sample_id", sample, _SAMPLE, near))
                return problems
        return []

    def remember(self, record: CheckedRecord) -> None:
        """Later rows are checked against this step too."""
        if record.kind == "lot_step":
            self._note_step(f"row {record.row}", record.body)

    def _note_step(self, name: str, body: Mapping[str, object]) -> None:
        self._steps[name], outputs = _ends(body)
        for lot in outputs:
            self._makers.setdefault(lot, set()).add(name)

    def _check_lot(self, record: CheckedRecord) -> list[Problem]:
        lot = record.body.get("lot_id")
        if lot is None:
            return []
        if lot not in self._made:
            return [self._unknown("lot_id", str(lot))]
        if record.happened_at[:10] >= self._made[str(lot)][:10]:
            return []
        return [_too_early(record, str(lot), self._made[str(lot)], Severity.WARNING)]

    def _check_step(self, record: CheckedRecord) -> list[Problem]:
        body = record.body
        masses = StepMasses.of(body)
        problems = [
            self._unknown("inputs", portion.lot_id)
            for portion in masses.inputs
            if portion.lot_id not in self._made
        ]
        for portion in masses.outputs:
            problems += _check_name("outputs", portion.lot_id)
        if not masses.outputs and masses.step not in MAY_HAVE_NO_OUTPUT:
            problems.append(_missing("outputs", Text("できたロットがありません", "no lot is made")))
        if masses.step == "shipping" and "customer_code" not in body:
            problems.append(_missing("customer_code", Text("出荷先がありません", "no customer")))
        if problems:
            return problems
        for portion in masses.inputs:
            if record.happened_at[:10] < self._made[portion.lot_id][:10]:
                problems.append(
                    _too_early(record, portion.lot_id, self._made[portion.lot_id], Severity.REJECT)
                )
        problems += self._check_cycle(record, masses)
        problems += [
            Problem(
                found.code,
                found.what,
                Text(
                    "秤量と減りを確かめてください(記録は残しました)", "check the weights and the loss (kept)"
                ),
                Place(column="outputs", value=body.get("outputs")),
                Severity.WARNING,
            )
            for found in weigh_step(masses)
        ]
        return problems

    def _check_cycle(self, record: CheckedRecord, masses: StepMasses) -> list[Problem]:
        """No lot may come from itself; only storage gives back the lot that went in."""
        inputs, outputs = _ends(record.body)
        origins = self._origins(inputs - outputs if masses.step == "storage" else inputs, record.supersedes)
        return [
            Problem(
                "lot.cycle",
                Text(f"「{lot}」が自分自身からできることになります", f"'{lot}' would be made from itself"),
                Text("できたロットには新しい番号を付けてください", "give what is made a lot of its own"),
                Place(column="outputs", value=lot),
            )
            for lot in sorted(outputs & origins)
        ]

    def _origins(self, lots: set[str], without: str | None) -> set[str]:
        """These lots, and all that they were made from."""
        found, waiting = set(lots), list(lots)
        while waiting:
            for step in self._makers.get(waiting.pop(), set()) - {without}:
                new = self._steps[step] - found
                waiting += new
                found |= new
        return found

    def _unknown(self, column: str, lot: str) -> Problem:
        near = difflib.get_close_matches(lot, self._made, n=1, cutoff=0.5)
        return unknown_reference(column, lot, _LOT, near)


def _makes(kind: str, body: Mapping[str, object]) -> Iterator[str]:
    if kind in ("lot", "harvest") and isinstance(body.get("lot_id"), str):
        yield str(body["lot_id"])
    elif kind == "lot_step":
        yield from (portion.lot_id for portion in portions_of(body.get("outputs")))


def _ends(body: Mapping[str, object]) -> tuple[set[str], set[str]]:
    inputs = {portion.lot_id for portion in portions_of(body.get("inputs"))}
    return inputs, {portion.lot_id for portion in portions_of(body.get("outputs"))}


def _check_name(column: str, name: object) -> list[Problem]:
    if not isinstance(name, str) or not set(name) & set(_RESERVED):
        return []
    what = Text("ロット番号に使えない文字があります", "a lot's name holds a sign that it must not")
    mend = Text("= ; 、 と改行を除いてください", "leave out = ; and line breaks")
    return [Problem("lot.name", what, mend, Place(column=column, value=name))]


def _check_some(body: Mapping[str, object], keys: Sequence[str], column: str) -> list[Problem]:
    if any(body.get(key) for key in keys):
        return []
    return [_missing(column, Text("何から採ったのか分かりません", "it is not said what it was taken from"))]


def _missing(column: str, what: Text) -> Problem:
    return Problem("value.missing", what, Text("値を入れてください", "enter a value"), Place(column=column))


def _too_early(record: CheckedRecord, lot: str, made: str, severity: Severity) -> Problem:
    return Problem(
        "lot.before-it-exists",
        Text(
            f"ロット「{lot}」ができた日({made[:10]})より前です", f"lot '{lot}' was only made on {made[:10]}"
        ),
        Text(
            "日付を確かめ、元の記録の日付が違うならそちらを先に訂正してください",
            "check the date; if that of the lot is wrong, correct that record first",
        ),
        Place(column="happened_at", value=record.happened_at),
        severity,
    )
