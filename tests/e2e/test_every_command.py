"""What holds for every command: no crash, dry runs that write nothing, JSON and CSV that can be read, CP932 consoles."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from kanpo.cli import main
from kanpo.cli._main import root
from tests.climate.made_up import station_text
from tests.e2e.conftest import SAMPLE, digest

DAY = ("--date", "2026-06-01")
PLOT = ("--trial-code", "TK-2025", "--plot-code", "P01")
#: The words of every command after its name, in an order in which each finds what it needs. ``@kind``
#: stands for the id of the last record of a kind.
WALK: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("doctor", ()),
    ("status", ()),
    ("init", ("new.gpkg",)),
    ("demo", ("again",)),
    ("ingest", ("parcels.geojson",)),
    ("layers list", ()),
    ("layers show", ("soil",)),
    ("layers add", ("soil.geojson", "--id", "soil2")),
    ("layers remove", ("soil2",)),
    (
        "score",
        (
            "--herb",
            "芍薬",
        ),
    ),
    ("explain", ("069001736", "--herb", "芍薬")),
    ("costs", ("--herb", "芍薬", "--limit", "5")),
    ("assumptions template", ("--herb", "当帰", "--out", "assumptions.xlsx")),
    ("assumptions import", ("answers.csv",)),
    ("assumptions list", ()),
    (
        "weights template",
        ("--herb", "当帰", "--factor", "土性", "--factor", "排水", "--factor", "日照", "--out", "w.csv"),
    ),
    ("weights judge", ("judged.csv", "--out", "weights.csv")),
    ("robust", ("--herb", "当帰", "--draws", "50")),
    (
        "ranking",
        (
            "--herb",
            "当帰",
        ),
    ),
    ("climate add", ("station.csv",)),
    ("climate stations", ()),
    ("climate years", ("当帰",)),
    ("climate scenario", ("当帰", "芍薬")),
    (
        "blocks",
        (
            "--herb",
            "当帰",
        ),
    ),
    ("visits plan", ("--budget", "3", "--herb", "当帰")),
    ("map", ("--out", "map.html")),
    ("picture", ("scores", "p.svg", "--herb", "当帰")),
    ("parcels list", ()),
    ("parcels find", ("栃ノ窪沢",)),
    ("parcels show", ("069001736",)),
    ("parcels export", ("parcels.csv",)),
    ("parcels links", ()),
    ("parcels lineage", ("069001736",)),
    ("parcels overlaps", ()),
    ("parcels history", ()),
    ("parcels settlements", ()),
    ("herbs list", ()),
    ("herbs show", ("当帰",)),
    ("herbs check", ()),
    ("herbs works", ()),
    ("herbs validate", ()),
    ("herbs use", ("own",)),
    ("herbs diff", ()),
    ("growers add", ("G99", "--name", "架空 太郎")),
    ("growers import", ("growers.csv",)),
    ("growers list", ()),
    (
        "trials create",
        ("NEW-1", "--herb", "当帰", "--parcel", "069001736", "--treatments", "甲,乙", "--plot-size", "2x5"),
    ),
    (
        "trials design",
        ("NEW-2", "--herb", "芍薬", "--parcel", "069000690", "--treatments", "甲,乙", "--plots", "6"),
    ),
    ("trials list", ()),
    ("trials summary", ("TK-2024",)),
    ("trials suggest", ("--budget", "2", "--herb", "当帰")),
    ("trials phone", ("TK-2025", "--out", "phone.html")),
    ("trials sheet", ("TK-2025", "--out", "sheet.html")),
    ("trials fieldbook", ("TK-2025", "--out", "book.csv")),
    ("analyze", ("TK-2024", "--trait", "yield_dry_kg_per_10a")),
    ("record visit", ("--parcel-id", "069001736", "--drainage", "良", *DAY)),
    ("record grower", ("--grower-code", "G77", *DAY)),
    ("record trial", ("--trial-code", "R-1", "--herb-id", "toki", "--parcel-id", "069001736", *DAY)),
    ("record plot", ("--trial-code", "R-1", "--plot-code", "R1", "--treatment", "甲", *DAY)),
    (
        "record observation",
        ("--trial-code", "R-1", "--plot-code", "R1", "--trait", "草丈", "--value", "31", *DAY),
    ),
    ("record operation", ("--trial-code", "R-1", "--operation", "除草", *DAY)),
    (
        "record harvest",
        ("--trial-code", "R-1", "--plot-code", "R1", "--fresh-kg", "12", "--lot-id", "L1", *DAY),
    ),
    ("record decision", ("--parcel-id", "069001736", "--decision", "候補", *DAY)),
    (
        "record link_decision",
        ("--register-id", "069001736", "--parcel-id", "069001736", "--note", "same", *DAY),
    ),
    ("record lot", ("--lot-id", "L2", "--herb-id", "toki", "--mass-kg", "5", *DAY)),
    ("record lot_step", ("--step", "乾燥", "--inputs", "L1=12", "--outputs", "D1=4", *DAY)),
    ("record sample", ("--sample-id", "S1", "--lot-id", "D1", *DAY)),
    ("record assay", ("--lot-id", "D1", "--test", "extract", "--measured", "41", "--unit", "%", *DAY)),
    ("record matrix", ("--matrix-id", "M0", "--sample-column", "試料", "--sha256", "0" * 64, *DAY)),
    ("record use_condition", ("--registration-number", "12345", "--herb-id", "toki", *DAY)),
    ("record weather", ("--station", "鶴岡", "--tmean-c", "20.5", *DAY)),
    ("record assumption", ("--key", "労賃", "--low", "1300", *DAY)),
    ("records list", ("observation",)),
    ("records show", ("@observation",)),
    ("records template", ("visit", "visit.csv")),
    ("records import", ("trials/visits.csv",)),
    ("records doubtful", ()),
    ("records correct", ("@observation", "--set", "value=33", "--reason", "読み違い")),
    ("records conflicts", ()),
    ("records missing", ("--trial", "TK-2025")),
    ("records withdraw", ("@weather", "--reason", "別の地点")),
    ("records resolve", ("x", "--keep", "y", "--reason", "z")),
    ("traits", ()),
    ("lots list", ()),
    ("lots show", ("D1",)),
    ("lots trace", ("D1",)),
    ("lots balance", ("D1",)),
    ("lots check", ("D1",)),
    ("lots label", ("D1", "--out", "label.html")),
    ("lots matrix import", ("matrix.csv", "--id", "M1")),
    ("lots matrix list", ()),
    ("lots matrix show", ("M1",)),
    ("lots matrix export", ("M1", "m.csv")),
    ("evidence keep", ()),
    ("evidence calibrate", ("--herb", "当帰")),
    ("evidence reestimate", ("--herb", "当帰", "--out", "proposal")),
    ("compare groups", ("matrix.csv", "--group", "産地")),
    ("compare pca", ("matrix.csv",)),
    ("compare panel", ("panel.csv",)),
    ("compare correlate", ("panel.csv", "matrix.csv")),
    ("compare years", ("years.csv", "--year", "年", "--unit", "系統", "--value", "収量")),
    ("compare stability", ("years.csv", "--year", "年", "--unit", "系統", "--value", "収量")),
    ("compare drying", ("drying.csv", "--time", "時間", "--value", "重さ", "--equilibrium", "20")),
    ("compare storage", ("drying.csv", "--time", "時間", "--value", "重さ")),
    ("compare degree-days", ("weather.csv", "periods.csv", "--mean", "mean")),
    ("verify", ()),
    ("edits list", ()),
    ("edits accept", ("--reason", "x")),
    ("edits undo", ()),
    ("backup", ("--out", "b.backup")),
    ("restore", ("b.backup", "--to", "restored.gpkg")),
    ("merge", ("colleague.gpkg",)),
    ("archive", ("a.zip",)),
)
#: What ends with another code than 0 or 1, and why.
OTHER = {
    "records resolve": "there is no such contradiction",
    "evidence calibrate": "the sample has too few trials",
    "evidence reestimate": "the sample has too few trials",
}


def leaves(command: click.Command, path: str = "") -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from leaves(child, f"{path} {name}".strip())
    else:
        yield path, command


COMMANDS = dict(leaves(root()))


def has(name: str, flag: str) -> bool:
    return any(flag in option.opts for option in COMMANDS[name].params)


class Console:
    """Runs a command as on a Japanese Windows console whose output is redirected: CP932 and nothing else."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch

    def run(self, *words: str) -> tuple[int, str, str]:
        streams = [io.TextIOWrapper(io.BytesIO(), encoding="cp932", newline="") for _ in range(2)]
        self._monkeypatch.setattr(sys, "stdout", streams[0])
        self._monkeypatch.setattr(sys, "stderr", streams[1])
        try:
            code = main(list(words))
        finally:
            self._monkeypatch.undo()
        texts = []
        for stream in streams:
            stream.flush()
            texts.append(stream.buffer.getvalue().decode("cp932"))  # type: ignore[attr-defined]
        return code, texts[0], texts[1]


@pytest.fixture(scope="module")
def folder(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    here = tmp_path_factory.mktemp("every")
    for name in ("sample.gpkg", "sample.people.sqlite"):
        shutil.copy(demo_folder / name, here / name)
    shutil.copy(demo_folder / "sample.gpkg", here / "colleague.gpkg")
    for name in ("parcels.geojson", "soil.geojson", "growers.csv"):
        shutil.copy(SAMPLE / name, here / name)
    shutil.copytree(SAMPLE / "trials", here / "trials")
    (here / "own").mkdir()
    tables = {
        "own/requirements.csv": "herb_id,factor,a,b,c,d\n当帰,土壌pH(H2O),5,5.8,6.5,7\n",
        "own/herbs.csv": "herb_id,crude_drug_ja\nshikon,紫根\n",
        "answers.csv": "key,low,high,source\nyears_of_use,5,,\n1年に通う回数,三十,40,聞き取り\n",
        "judged.csv": "要因A,要因B,甲\n傾斜,排水,1/3\n傾斜,日照,3\n排水,日照,5\n",
        "matrix.csv": "sample_id,産地,a,b\n" + "".join(f"S{n},{'鶴岡奈良'[2 * (n % 2) :][:2]},{n * 1.7 % 5:.2f},{n * 2.3 % 7:.2f}\n" for n in range(10)),
        "panel.csv": "sample_id,甲,乙,丙\n" + "".join(f"S{n},{n * 3 % 7},{n * 5 % 8},{n}\n" for n in range(10)),
        "years.csv": "年,系統,収量\n" + "".join(f"{2020 + y},{s},{100 + 7 * y + 3 * k + (y * k) % 5}\n" for y in range(4) for k, s in enumerate("甲乙丙")),
        "drying.csv": "時間,重さ\n" + "".join(f"{t},{20 + 80 * 0.8**t:.2f}\n" for t in range(8)),
        "weather.csv": "date,mean\n" + "".join(f"2025-04-{d:02},{8 + d % 9}\n" for d in range(1, 31)),
        "station.csv": station_text(1995, 2004),
        "periods.csv": "unit,start,end\nA,2025-04-01,2025-04-25\nB,2025-04-03,2025-04-30\n",
    }  # fmt: skip
    for name, text in tables.items():
        (here / name).write_text(text, encoding="utf-8")
    return here


def files(folder: Path) -> dict[str, str]:
    """Every file with its hash, but for SQLite's own beside an open project."""
    return {
        str(path.relative_to(folder)): digest(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-journal", "-wal", "-shm"))
    }


def test_the_walk_goes_to_every_command() -> None:
    assert {name for name, _ in WALK} == COMMANDS.keys()


def test_every_command_keeps_the_promises_of_all(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    console = Console(pytest.MonkeyPatch())
    monkeypatch.chdir(folder)
    monkeypatch.setenv("KANPO_CONFIG", str(tmp_path))
    monkeypatch.setenv("KANPO_PROJECT", str(folder / "sample.gpkg"))
    faults: list[str] = []

    def last(kind: str) -> str:
        _, out, _ = console.run("records", "list", kind, "--json")
        return str([{"record_id": "none"}, *json.loads(out)][-1]["record_id"])

    def blame(name: str, what: str) -> None:
        faults.append(f"{name}: {what}")

    for name, words in WALK:
        line = [*name.split(), *(last(word[1:]) if word.startswith("@") else word for word in words)]
        if has(name, "--dry-run"):
            before = files(folder)
            code, _, err = console.run(*line, "--dry-run")
            changed = {path for path, kept in files(folder).items() if before.get(path) != kept}
            if changed:
                blame(name, f"a dry run wrote {changed}")
            if code not in (0, 1) and name not in OTHER:
                blame(name, f"dry run ended with {code}: {err[-300:]}")
        code, out, err = console.run(*line)
        if "Traceback" in out + err or code == 70 or ((code not in (0, 1)) != (name in OTHER)):
            blame(name, f"ended with {code}: {err[-300:]}")
        if name in OTHER:
            continue
        again = line if not has(name, "--dry-run") else [*line, "--dry-run"]
        for flag, read in READERS.items():
            if has(name, flag):
                _, out, err = console.run(*again, flag)
                try:
                    read(out)
                except (ValueError, AssertionError) as error:
                    blame(name, f"{flag}: {error}: {out[:200]!r} {err[-200:]}")
    assert not faults, "\n".join(faults)


def _json(text: str) -> None:
    def refuse(word: str) -> float:
        raise ValueError(f"{word} is no JSON")

    json.loads(text, parse_constant=refuse)


def _csv(text: str) -> None:
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert rows and all(rows[0]), "no header"
    assert {len(row) for row in rows} == {len(rows[0])}, "rows of several lengths"


READERS: dict[str, Callable[[str], None]] = {"--json": _json, "--csv": _csv}
