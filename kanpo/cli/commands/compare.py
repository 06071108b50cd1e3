"""``kanpo compare``: tables of samples, panels, years and curves; each subcommand loads when called."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kanpo.cli._click import group
from kanpo.cli._present import say
from kanpo.locale import Text

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.compare import Picture

_HERE = "kanpo.cli.commands"
_LAZY = {
    "groups": (
        f"{_HERE}.compare_matrix:groups",
        Text("成分ごとに群を比べる(差・検定・FDR)", "compare groups, component by component"),
    ),
    "pca": (f"{_HERE}.compare_matrix:pca", Text("主成分分析", "principal components")),
    "panel": (
        f"{_HERE}.compare_panel:panel",
        Text("味・香りの評価者が一致しているか", "do the assessors of a panel agree"),
    ),
    "correlate": (
        f"{_HERE}.compare_panel:correlate",
        Text("評価の点と成分の関係", "which components go with the scores of a panel"),
    ),
    "years": (f"{_HERE}.compare_years:years", Text("年ごとの変化", "change from year to year")),
    "stability": (
        f"{_HERE}.compare_years:stability_command",
        Text("年や場所が変わっても安定しているか", "stability over years and places"),
    ),
    "drying": (f"{_HERE}.compare_curves:drying", Text("乾燥曲線", "drying curves")),
    "storage": (f"{_HERE}.compare_curves:storage", Text("貯蔵中の減り方", "loss in storage")),
    "degree-days": (
        f"{_HERE}.compare_curves:degree_days_command",
        Text("収穫までの日数と積算温度", "days to harvest against growing degree days"),
    ),
}


@group(
    "compare",
    help=Text(
        "試料の表を比べる(成分・味・年次・乾燥)。プロジェクトは要らない。",
        "Compare tables of samples (components, taste, years, drying); no project is needed.",
    ),
    lazy=_LAZY,
)
def compare() -> None:
    pass


def write_table(out: Path | None, table: pd.DataFrame, labels: dict[str, Text]) -> None:
    """Write a table under its labels, where a file was asked for."""
    if out is None:
        return
    from kanpo.exchange import export_table

    export_table(out, table.rename(columns={key: str(text) for key, text in labels.items()}))
    say(Text(f"書き出しました: {out}({len(table):,} 行)", f"written: {out} ({len(table):,} rows)"))


def check_files(tables: Sequence[Path | None], svg: Path | None = None) -> None:
    """See before anything is computed that what was asked for can be written.

    Raises
    ------
    UsageError
        A table ends in neither ``.csv`` nor ``.xlsx``, or a picture not in ``.svg``.
    """
    from kanpo.errors import Place, UsageError
    from kanpo.exchange import table_file

    for path in tables:
        if path is not None:
            table_file(path)
    if svg is not None and svg.suffix.lower() != ".svg":
        raise UsageError(
            "compare.picture",
            Text("図は .svg で書き出します", "pictures are written as .svg"),
            Text(f"例: --svg {svg.stem}.svg", f"for example --svg {svg.stem}.svg"),
            Place(str(svg)),
        )


def write_picture(path: Path, picture: Picture) -> None:
    """Write a picture as SVG."""
    picture.write(path)
    say(Text(f"図を書き出しました: {path}", f"picture written: {path}"))


def with_short_p(table: pd.DataFrame) -> pd.DataFrame:
    """The same table with p and q to two figures: three decimals would make 0.000 of most."""
    short = table.copy()
    for key in ("p", "q"):
        if key in short:
            short[key] = [None if value != value else f"{value:.2g}" for value in short[key]]
    return short
