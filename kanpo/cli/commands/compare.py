"""``kanpo compare``: tables of samples, panels, years and curves; each subcommand loads when called."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kanpo.cli._click import group, option
from kanpo.cli._options import OutputPath, PagePath, Written
from kanpo.cli._present import say
from kanpo.locale import Text

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.compare import Picture
    from kanpo.reports import Part

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


def file_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--out``, ``--svg``, ``--png`` and ``--report``, handed on as one `Files`, looked at before anything runs."""

    @functools.wraps(function)
    def with_files(
        *args: Any, out: Path | None, svg: Path | None, png: Path | None, report: Path | None, **settings: Any
    ) -> Any:
        check_files([out], png)
        return function(*args, files=Files(out, svg, png, report), **settings)

    decorated: Callable[..., Any] = with_files
    for name, kind, metavar, words in (
        (
            "--report",
            PagePath,
            "OUT.html",
            Text(
                "文章・図・表を1つのHTMLに書く(印刷できる)",
                "write sentences, pictures and tables as one page",
            ),
        ),
        (
            "--png",
            Written(".png"),
            "FILE.png",
            Text(
                "図を書き出すファイル(.png、kanpo[pictures] が要る)",
                "file for the picture (.png; needs kanpo[pictures])",
            ),
        ),
        (
            "--svg",
            Written(".svg"),
            "FILE.svg",
            Text("図を書き出すファイル(.svg)", "file for the picture (.svg)"),
        ),
        (
            "--out",
            OutputPath,
            "FILE",
            Text("全部の表を書き出すファイル(.csv .xlsx)", "file for the whole table (.csv or .xlsx)"),
        ),
    ):
        decorated = option(name, type=kind, metavar=metavar, help=words)(decorated)
    return decorated


@dataclass(frozen=True, slots=True)
class Files:
    """What a comparison is asked to write beside what it shows."""

    out: Path | None
    svg: Path | None
    png: Path | None
    report: Path | None

    def write_table(self, table: pd.DataFrame, labels: dict[str, Text]) -> None:
        """The whole table."""
        write_table(self.out, table, labels)

    def write_pictures(self, pictures: Sequence[Picture]) -> None:
        """The pictures: the first under the name given, others with a number after it."""
        from kanpo.files import check_targets

        numbered = [
            (path.with_stem(f"{path.stem}-{number}") if number > 1 else path, picture)
            for number, picture in enumerate(pictures, 1)
            for path in (self.svg, self.png)
            if path is not None
        ]
        check_targets(path for path, _ in numbered)
        for path, picture in numbered:
            write_picture(path, picture)

    def write_report(self, title: Text, parts: Sequence[Part]) -> None:
        """The page."""
        if self.report is not None:
            from kanpo.reports import write_comparison_page

            write_comparison_page(self.report, title, parts)
            say(Text(f"報告を書きました: {self.report}", f"report written: {self.report}"))


def write_table(out: Path | None, table: pd.DataFrame, labels: dict[str, Text]) -> None:
    """Write a table under its labels, where a file was asked for."""
    if out is None:
        return
    from kanpo.exchange import export_table

    export_table(out, table.rename(columns={key: str(text) for key, text in labels.items()}))
    say(Text(f"書き出しました: {out}({len(table):,} 行)", f"written: {out} ({len(table):,} rows)"))


def check_files(tables: Sequence[Path | None], png: Path | None = None) -> None:
    """See before anything is computed that what was asked for can be written.

    Raises
    ------
    UsageError
        A table ends in neither ``.csv`` nor ``.xlsx``.
    EnvironmentFailure
        A PNG is asked for without matplotlib.
    """
    from kanpo.exchange import table_file

    for path in tables:
        if path is not None:
            table_file(path)
    if png is not None:
        from kanpo.maps import picture_file

        picture_file(png)


def write_picture(path: Path, picture: Picture) -> None:
    """Write a picture, as SVG or PNG by its name."""
    if path.suffix.lower() == ".png":
        from kanpo.maps import write_chart

        if write_chart(picture, path).font is None:
            say(
                Text(
                    "日本語の書体が見つからないので、日本語は□になります。Noto Sans CJK JP などを入れてください。",
                    "No font with Japanese letters was found: they show as boxes. Install Noto Sans CJK JP, for instance.",
                )
            )
    else:
        picture.write(path)
    say(Text(f"図を書き出しました: {path}", f"picture written: {path}"))


def with_short_p(table: pd.DataFrame) -> pd.DataFrame:
    """The same table with p and q to two figures: three decimals would make 0.000 of most."""
    short = table.copy()
    for key in ("p", "q"):
        if key in short:
            short[key] = [None if value != value else f"{value:.2g}" for value in short[key]]
    return short
