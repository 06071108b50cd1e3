"""Every command that reads a table reads it in every form, and to the same result."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from kanpo.cli import main
from kanpo.cli._main import root
from kanpo.cli._paths import InputPath
from tests.climate.made_up import station_text
from tests.e2e.conftest import SAMPLE
from tests.tables.forms import FORMS, Rows

#: Files that are no table, and why they are read elsewhere.
NO_TABLES = {
    "demo --data": "a folder",
    "climate scenario --future": "as --past",
    "blocks --barrier": "a layer of lines",
    "map --logo": "a picture",
    "herbs check --folder": "a folder of a whole catalogue in the form in which kanpo ships its own",
}
#: Arguments that are tables though their type does not say so.
MORE = {"analyze targets"}
#: Forms that cannot be told of a file that has titles of its own, or is no header over rows.
_SHAPES = (
    "title",
    "row20",
    "left",
    "again",
    "notes",
    "note",
    "totals",
    "stacked",
    "sheets",
    "wide",
    "hidden",
    "quoted",
)
#: Readers that five commands share are tried in every form by one of them.
_FEW = ("utf8.csv", "numbers.xlsx", "old.xls", "utf16.txt")


@dataclass(frozen=True)
class Door:
    """A table, and the words of a command that reads it (``@`` stands for the file, ``$`` for a companion)."""

    words: str
    rows: Rows
    leaves_out: tuple[str, ...] = ()
    only: tuple[str, ...] = tuple(FORMS)
    name: str = "表"
    companion: str = ""

    @property
    def forms(self) -> tuple[str, ...]:
        return tuple(form for form in self.only if not form.startswith(self.leaves_out))


def lines(content: str) -> Rows:
    return [line.split(",") for line in content.splitlines()]


MATRIX = [["sample", "group", "a", "b"], *[[f"s{i}", "x" if i < 5 else "y", f"{1 + i * 0.1:.2f}", f"{2 - i * i * 0.05:.2f}"] for i in range(10)]]  # fmt: skip
PANEL = [
    ["sample", "甲", "乙", "丙"],
    *[[f"s{n}", str(n * 3 % 7), str(n * 5 % 8), str(n)] for n in range(10)],
]
YEARS = [["年", "系統", "収量"], *[[str(2020 + y), s, str(100 + 7 * y + 3 * k + (y * k) % 5)] for y in range(4) for k, s in enumerate("甲乙丙")]]  # fmt: skip
CURVE = [["time", "value"], *[[str(t), f"{20 + 80 * 0.8**t:.2f}"] for t in range(8)]]
WEATHER = [["date", "mean"], *[[f"2025-04-{d:02}", str(8 + d % 9)] for d in range(1, 31)]]
PERIODS = [["unit", "start", "end"], ["A", "2025-04-01", "2025-04-25"], ["B", "2025-04-03", "2025-04-30"]]
LIMITS = [["herb_id", "test", "analyte", "min", "max", "unit", "source", "confidence"], ["toki", "extract", "希エタノールエキス", "36", "", "%", "自社", "high"], ["芍薬", "total_ash", "灰分", "", "6.5", "%", "自社", "high"]]  # fmt: skip
MODEL = [["mesh_code", *[f"{y}-{m:02}-{d:02}" for y in range(2000, 2020) for m in range(1, 13) for d in range(1, 32) if d <= (31, 29 if y % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[m - 1]]]]  # fmt: skip
MODEL.append(["58390618", *[str(n % 25) for n in range(len(MODEL[0]) - 1)]])

DOORS: dict[str, Door] = {
    "ingest files": Door("ingest @ --dry-run", [["大字", "地番", "地目", "面積", "遊休農地区分"], ["架空沢", "501", "田", "1200", "1"], ["架空沢", "502", "畑", "800", "1"]]),
    "layers add files": Door("layers add @ --id mesh --dry-run", lines((SAMPLE / "climate_mesh.csv").read_text(encoding="utf-8-sig"))[:40], ("totals",)),
    "score --weights": Door("score --herb toki --weights @ --dry-run", [["herb_id", "factor", "weight"], ["toki", "soil_ph", "2"], ["toki", "drainage", "3"]]),
    "assumptions import file": Door("assumptions import @ --dry-run", [["key", "low", "high", "source"], ["years_of_use", "5", "", ""], ["trips_per_year", "30", "40", "聞き取り"]]),
    "weights judge files": Door("weights judge @ --json", [["要因A", "要因B", "甲"], ["傾斜", "排水", "1/3"], ["傾斜", "日照", "3"], ["排水", "日照", "5"]], ("hidden",)),
    "climate add files": Door("climate add @ --dry-run", lines(station_text(1995, 2004)), _SHAPES),
    "climate scenario --scenarios": Door("climate scenario toki --scenarios @", [["scenario_id", "degrees", "source", "confidence"], ["plus2", "2", "聞き取り", "low"], ["plus4", "4", "聞き取り", "low"]]),
    "climate scenario --past": Door("climate scenario toki --past @ --future $", MODEL, ("old", "misnamed-old", "stacked"), name="TMP_mea_2000", companion="TMP_mea_2080.csv"),
    "herbs use folder": Door("herbs use @ --dry-run", [["herb_id", "factor", "a", "b", "c", "d"], ["shakuyaku", "soil_ph", "4.5", "5.5", "6.5", "7.5"]]),
    "growers import file": Door("growers import @ --dry-run", [["grower_code", "name", "phone", "note"], ["G77", "山田", "0235-00-0000", "x"], ["G78", "佐藤", "0236-00-0000", "y"]]),
    "lots list --limits": Door("lots list --limits @ --json", LIMITS),
    "lots show --limits": Door("lots show L1 --limits @", LIMITS, only=_FEW),
    "lots check --limits": Door("lots check L1 --limits @", LIMITS, only=_FEW),
    "lots label --limits": Door("lots label L1 --limits @ --out label.html --dry-run", LIMITS, only=_FEW),
    "records doubtful --limits": Door("records doubtful --limits @", LIMITS, only=_FEW),
    "verify --limits": Door("verify --limits @", LIMITS, only=_FEW),
    "lots matrix import file": Door("lots matrix import @ --id M9 --dry-run", [["sample", "a", "b"], ["S1", "1.0", "2"], ["S2", "1.1", "3"]]),
    "analyze targets": Door("analyze @ --design rcbd --treatment treat --block block --trait yield --json", [["treat", "block", "yield"], *[[t, str(b), f"{10 + i + b * 0.3 + (0.1 if (i + b) % 2 else 0):.1f}"] for i, t in enumerate("ABC") for b in range(1, 5)]]),
    "records import file": Door("records import @ --dry-run", [["plot_code", "trait", "value", "happened_at"], ["TK-2024-101", "plant_height_cm", "35", "2024-07-01"], ["TK-2024-102", "plant_height_cm", "36.5", "2024-07-01"]]),
    "compare groups file": Door("compare groups @ --group group --json", MATRIX),
    "compare pca file": Door("compare pca @ --json", MATRIX),
    "compare panel file": Door("compare panel @ --json", PANEL),
    "compare correlate panel_file": Door("compare correlate @ $ --json", PANEL, companion="matrix.csv"),
    "compare correlate matrix_file": Door("compare correlate $ @ --json", MATRIX, companion="panel.csv"),
    "compare years file": Door("compare years @ --year 年 --unit 系統 --value 収量 --json", YEARS),
    "compare stability file": Door("compare stability @ --year 年 --unit 系統 --value 収量 --json", YEARS),
    "compare drying file": Door("compare drying @ --equilibrium 20 --json", CURVE),
    "compare storage file": Door("compare storage @ --json", CURVE),
    "compare degree-days weather_file": Door("compare degree-days @ $ --mean mean --json", WEATHER, companion="periods.csv"),
    "compare degree-days periods_file": Door("compare degree-days $ @ --mean mean --json", PERIODS, companion="weather.csv"),
}  # fmt: skip


def arguments(command: click.Command, path: str = "") -> Iterator[str]:
    """Every parameter of every command that is a file to read."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from arguments(child, f"{path} {name}".strip())
        return
    for param in command.params:
        shown = param.opts[0] if isinstance(param, click.Option) else param.name
        if (param.type is InputPath and param.name != "project") or f"{path} {shown}" in MORE:
            yield f"{path} {shown}"


def test_every_argument_that_may_be_a_table_is_named() -> None:
    assert set(arguments(root())) == DOORS.keys() | NO_TABLES.keys()


@pytest.fixture(scope="module")
def folder(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    here = tmp_path_factory.mktemp("doors")
    for name in ("sample.gpkg", "sample.people.sqlite"):
        shutil.copy(demo_folder / name, here / name)
    for name, rows in {"matrix.csv": MATRIX, "panel.csv": PANEL, "weather.csv": WEATHER, "periods.csv": PERIODS}.items():  # fmt: skip
        FORMS["utf8.csv"](here / name, rows)
    head, row = MODEL
    later = [head[0], *[str(int(day[:4]) + 80) + day[4:] for day in head[1:]]]
    FORMS["utf8.csv"](here / "TMP_mea_2080.csv", [later, [row[0], *[str(int(cell) + 2) for cell in row[1:]]]])
    (here / "station.csv").write_text(station_text(1995, 2004), encoding="utf-8")
    for words in (
        ["climate", "add", "station.csv"],
        ["record", "lot", "--lot-id", "L1", "--herb-id", "toki", "--mass-kg", "5", "--date", "2025-01-01"],
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(here)
            patch.setenv("KANPO_CONFIG", str(here))
            patch.setenv("KANPO_PROJECT", str(here / "sample.gpkg"))
            assert main(words) == 0
    return here


@pytest.mark.slow
@pytest.mark.parametrize("argument", DOORS)
def test_every_form_is_read_to_the_same_result(
    argument: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    door = DOORS[argument]
    monkeypatch.chdir(folder)
    monkeypatch.setenv("KANPO_CONFIG", str(folder))
    monkeypatch.setenv("KANPO_PROJECT", str(folder / "sample.gpkg"))
    monkeypatch.setenv("KANPO_LANG", "en")
    found: dict[str, tuple[int, str]] = {}
    for form in door.forms:
        file = f"{door.name}.{form}"
        FORMS[form](folder / file, door.rows)
        capsys.readouterr()
        code = main([word.replace("@", file).replace("$", door.companion) for word in door.words.split()])
        captured = capsys.readouterr()
        found[form] = code, said(captured.out + captured.err, file)
        (folder / file).unlink()
    first = found[door.forms[0]]
    assert first[0] == 0, first[1]
    different = {form: result for form, result in found.items() if result != first}
    if different:
        pytest.fail(f"{list(different)}: {differences(first, next(iter(different.values())))}")


def said(words: str, file: str) -> str:
    """What a command said, without the name of the file, its sheet, its rows and what was left out at its end."""
    kept = [
        line for line in words.splitlines() if not re.search(r"row of totals|is a note and|is hidden", line)
    ]
    plain = (
        unicodedata.normalize("NFKC", "\n".join(kept)).replace(file, "FILE").replace(Path(file).stem, "FILE")
    )
    plain = re.sub(r"FILE, sheet \[[^\]]*\]", "FILE", plain)
    return re.sub(r"(\brow |sha-?256\W+|FILE:)\w+|-{3,}| +", " ", plain, flags=re.IGNORECASE)


def differences(first: tuple[int, str], other: tuple[int, str]) -> str:
    """The lines of two results that only one of them has."""
    one, two = first[1].splitlines(), other[1].splitlines()
    gone, new = [line for line in one if line not in two], [line for line in two if line not in one]
    return f"{first[0]} {gone[:5]} / {other[0]} {new[:5]}"
