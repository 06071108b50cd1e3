"""The file of a phone, whole and damaged, through the one way into the journal."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from kanpo.errors import InputUnusable
from kanpo.exchange import import_records, originals_folder, photos_folder, read_phone_file
from kanpo.store import Project
from kanpo.tables import read_table

_NUMBERS = itertools.count(1)


def _jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), (90, 120, 60)).save(out, "JPEG")
    return out.getvalue()


JPEG = _jpeg()


def new_record_id() -> str:
    """A UUID of version 7 that was not given before."""
    return f"01990000-0000-7000-8000-{next(_NUMBERS):012x}"


def record(
    plot: str = "T60-101", trait: str = "plant_height_cm", value: str = "40", **more: str
) -> dict[str, str]:
    return {
        "record_id": new_record_id(),
        "happened_at": "2026-06-01T09:00:00.123+09:00",
        "actor": "佐藤",
        "trial_code": "T60",
        "plot_code": plot,
        "trait": trait,
        "value": value,
    } | more


def phone_text(
    project6: str, records: list[dict[str, str]], photos: list[dict[str, str]] | None = None
) -> str:
    """As the page writes it."""
    photos = photos or []
    head = {"kanpo": "phone", "form": 1, "trial": "T60", "project": project6, "device": "abc"}
    start = json.dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1]
    lines = [
        ",".join("\n" + json.dumps(e, ensure_ascii=False, separators=(",", ":")) for e in part)
        for part in (records, photos)
    ]
    end = json.dumps({"records": len(records), "photos": len(photos)}, separators=(",", ":"))
    return f'{start},"records":[{lines[0]}\n],"photos":[{lines[1]}\n],"end":{end}}}\n'


def written(
    path: Path, project: Project, *records: dict[str, str], photos: list[dict[str, str]] | None = None
) -> Path:
    text = phone_text(project.meta["project_id"][-6:], list(records), photos)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def test_rows_and_the_original_byte_for_byte(field_project: Project, tmp_path: Path) -> None:
    path = written(tmp_path / "T60.kanpo.json", field_project, record(), record("T60-102", "病害程度", "少"))
    result = import_records(field_project, path)
    assert (result.report.stored, result.rejects) == (2, None)
    kept = originals_folder(field_project) / f"{hashlib.sha256(path.read_bytes()).hexdigest()}.json"
    assert result.original == kept and kept.read_bytes() == path.read_bytes()
    rows = field_project.journal.read("observation")
    last = rows.iloc[-1]
    assert (last["value"], last["actor"], last["happened_at"][:19]) == (1.0, "佐藤", "2026-06-01T09:00:00")


def test_a_renamed_file_is_recognised_by_its_content(field_project: Project, tmp_path: Path) -> None:
    path = written(tmp_path / "届いたもの.txt", field_project, record())
    assert import_records(field_project, path).report.stored == 1


def test_a_dry_run_keeps_nothing(field_project: Project, tmp_path: Path) -> None:
    path = written(tmp_path / "T60.kanpo.json", field_project, record())
    assert import_records(field_project, path, dry_run=True).report.read == 1
    assert not originals_folder(field_project).exists()
    assert import_records(field_project, path).report.stored == 1


def test_bad_rows_come_back_and_can_be_mended(field_project: Project, tmp_path: Path) -> None:
    path = written(
        tmp_path / "T60.kanpo.json", field_project, record(), record("T60-1O2"), record(value="多い")
    )
    result = import_records(field_project, path)
    assert result.report.stored == 1 and result.rejects is not None
    assert "もしかして「T60-102」" in "".join(p.mend.ja for p in result.report.problems)
    sent_back = read_table(result.rejects)
    assert len(sent_back.rows) == 2 and sent_back.headers[0] == "record_id"
    text = result.rejects.read_text(encoding="utf-8-sig").replace("T60-1O2", "T60-102").replace("多い", "50")
    result.rejects.write_text(text, encoding="utf-8-sig")
    assert import_records(field_project, result.rejects).report.stored == 2
    assert import_records(field_project, path).report.repeated == 1


def test_corrections_follow_what_they_correct_in_any_order(field_project: Project, tmp_path: Path) -> None:
    first = record(value="40")
    second = record(value="41", supersedes=first["record_id"], reason="打ち直し")
    third = record(value="42", supersedes=second["record_id"], reason="打ち直し")
    lost = record(value="43", supersedes=new_record_id(), reason="打ち直し")
    path = written(tmp_path / "a.kanpo.json", field_project, third, lost, second, first)
    report = import_records(field_project, path).report
    assert (report.stored, report.rejected) == (3, {3})
    frame = field_project.journal.read("observation")
    assert list(frame[frame["record_id"] == third["record_id"]]["value"]) == [42.0]
    assert not {first["record_id"], second["record_id"]} & set(frame["record_id"])


def test_records_that_correct_each_other_correct_nothing(field_project: Project, tmp_path: Path) -> None:
    one, two = record(), record(value="41")
    one |= {"supersedes": two["record_id"], "reason": "x"}
    two |= {"supersedes": one["record_id"], "reason": "x"}
    report = import_records(field_project, written(tmp_path / "a.json", field_project, one, two)).report
    assert (report.stored, len(report.rejected)) == (0, 2)


def test_another_projects_file_is_refused(field_project: Project, tmp_path: Path) -> None:
    path = tmp_path / "T60.kanpo.json"
    path.write_text(phone_text("ffffff", [record()]), encoding="utf-8")
    with pytest.raises(InputUnusable) as error:
        import_records(field_project, path)
    assert error.value.code == "phone.other-project"


def test_a_photo_that_was_changed_is_said_and_its_record_kept(field_project: Project, tmp_path: Path) -> None:
    good, bad = (record(trait="photo", value=f"{n}.jpg") for n in range(2))
    text = base64.b64encode(JPEG).decode()
    photos = [
        {"record_id": good["record_id"], "sha256": hashlib.sha256(JPEG).hexdigest(), "base64": text},
        {"record_id": bad["record_id"], "sha256": "0" * 64, "base64": text},
        {"record_id": "../../evil", "sha256": "", "base64": text},
    ]
    result = import_records(
        field_project, written(tmp_path / "a.json", field_project, good, bad, photos=photos)
    )
    assert (result.report.stored, result.photos) == (2, 1)
    assert [path.name for path in photos_folder(field_project).iterdir()] == [f"{good['record_id']}.jpg"]
    assert [p.code for p in result.report.problems].count("phone.photo-damaged") == 2


@pytest.mark.parametrize(
    "content",
    [
        '{"kanpo":"phone"',
        '{"kanpo":"phone","form":1,"records":[\n',
        '{"kanpo":"phone","form":9,"records":[\n],"photos":[\n],"end":{}}',
    ],
)
def test_what_holds_no_record_is_refused(field_project: Project, tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.kanpo.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputUnusable):
        import_records(field_project, path)


RECORDS = [record(f"T60-10{n}", value=str(n)) for n in range(1, 8)]
WHOLE = phone_text(
    "abcdef", RECORDS, [{"record_id": RECORDS[0]["record_id"], "base64": "/9j/" * 40}]
).encode()


@given(st.integers(min_value=0, max_value=len(WHOLE) - 1))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_of_a_file_that_was_cut_all_whole_records_are_read_and_the_cut_is_said(
    tmp_path: Path, cut: int
) -> None:
    path = tmp_path / "cut.kanpo.json"
    path.write_bytes(WHOLE[:cut])
    whole = [
        r for r in RECORDS if json.dumps(r, ensure_ascii=False, separators=(",", ":")).encode() in WHOLE[:cut]
    ]
    if not whole:
        with pytest.raises(InputUnusable):
            read_phone_file(path)
        return
    handed = read_phone_file(path)
    assert [row[0] for row in handed.rows] == [r["record_id"] for r in whole]
    complete = WHOLE[:cut].rstrip() == WHOLE.rstrip()
    assert ("phone.cut" in {p.code for p in handed.problems}) is not complete


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nonsense_is_refused_by_name(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "x.kanpo.json"
    path.write_bytes(b'{"kanpo":"phone","form":1,"records":[\n' + tail)
    with pytest.raises(InputUnusable, match=r"\[phone\."):
        read_phone_file(path)
