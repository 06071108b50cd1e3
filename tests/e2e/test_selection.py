"""The same conditions choose the same parcels in every command, and change nothing else."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from .conftest import Kanpo

CONDITIONS = [
    (),
    ("--with-cultivated",),
    ("--status", "cultivated"),
    ("--status", "A", "--land-type", "畑"),
    ("--owner-intention", "bank", "--farm-zone", "青地"),
    ("--settlement", "{settlement}", "--min-area", 400, "--max-area", 2000),
    ("--decision", "採用", "--decision", "候補"),
    ("--status", "unknown"),
]


@pytest.fixture(scope="module")
def project(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("chosen") / "a.gpkg"
    shutil.copy(next(demo_folder.glob("*.gpkg")), path)
    return path


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda words: " ".join(map(str, words)) or "nothing")
def test_every_command_means_the_same_parcels(
    kanpo: Kanpo, project: Path, condition: tuple[object, ...]
) -> None:
    at = ("--project", project)
    listed = json.loads(kanpo("parcels", "list", *at, "--limit", 1, "--json").out)
    words = [str(word).format(settlement=listed[0]["settlement"]) for word in condition]

    if "--decision" in words:
        for row, said in zip(
            json.loads(kanpo("parcels", "list", *at, "--limit", 3, "--json").out),
            ("candidate", "selected", "rejected"),
            strict=True,
        ):
            recorded = kanpo("record", "decision", *at, "--parcel-id", row["parcel_id"], "--decision", said)
            assert recorded.code == 0, recorded.err

    def rows(*command: object) -> list[dict[str, object]]:
        said = kanpo(*command, *at, *words, "--json")
        assert said.code == 0, said.err
        return list(json.loads(said.out))

    def ids(found: list[dict[str, object]]) -> set[object]:
        return {row["parcel_id"] for row in found}

    meant = ids(rows("parcels", "list", "--limit", 100_000))
    assert meant, "the sample has such parcels"
    herb = ("--herb", "芍薬")
    assert ids(rows("ranking", *herb, "--top", 100_000)) == meant
    assert ids(rows("score", *herb, "--top", 100_000, "--dry-run")) == meant
    assert ids(rows("robust", *herb, "--top", 0, "--draws", 1)) == meant
    blocks = rows("blocks", *herb, "--min-block-area", 0, "--limit", 100_000)
    assert {name for row in blocks for name in str(row["parcel_ids"]).split(";")} == meant
    assert ids(rows("visits", "plan", *herb, "--budget", 40)) <= meant
    assert ids(rows("trials", "suggest", *herb, "--budget", 5, "--any-road")) <= meant
    drawn = kanpo("map", *at, *words, "--out", "地図.html", "--no-background", "--force")
    assert drawn.code == 0 and re.search(rf"[((]{len(meant):,} 筆", drawn.err)
    whole = {row["parcel_id"]: row for row in json.loads(kanpo("ranking", *herb, *at, "--status", "all",
                                                                "--top", 100_000, "--json").out)}  # fmt: skip
    for row in rows("ranking", *herb, "--top", 50):
        for key in ("rank", "score", "lower", "upper", "class_lower", "certainty"):
            assert row[key] == whole[row["parcel_id"]][key], "a choice changes no score and no rank among all"


def test_what_was_left_out_and_what_is_not_known_is_said(kanpo: Kanpo, project: Path) -> None:
    said = kanpo("ranking", "--project", project, "--herb", "芍薬", "--top", 3)
    assert "耕作中の" in said.err and "--with-cultivated" in said.err and "分からない" in said.err
    table = json.loads(
        kanpo("ranking", "--project", project, "--herb", "芍薬", "--status", "B", "--json").out
    )
    # Among the chosen: by rank among all, and within one rank by what the place takes.
    orders, ranks = ([row[key] for row in table] for key in ("order", "rank"))
    assert orders[0] == 1 and orders == sorted(orders) and ranks == sorted(ranks)


def test_a_settlement_that_is_not_there_is_answered_with_the_near_ones(kanpo: Kanpo, project: Path) -> None:
    name = json.loads(kanpo("parcels", "list", "--project", project, "--limit", 1, "--json").out)[0][
        "settlement"
    ]
    for command in (("parcels", "list"), ("ranking", "--herb", "芍薬"), ("blocks",), ("map",)):
        said = kanpo(*command, "--project", project, "--settlement", name + "町")
        assert said.code == 2 and name in said.err, command
    assert kanpo("ranking", "--project", project, "--parcel", "x", "--status", "A").code == 2
    said = kanpo("map", "--project", project, "--min-area", 9e6, "--out", "無.html")
    assert said.code == 2 and not Path("無.html").exists()
