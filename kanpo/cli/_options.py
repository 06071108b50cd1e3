"""Options that many commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kanpo.cli._click import option
from kanpo.cli._paths import InputPath, OutputFolder, OutputPath, PagePath, PathType, Written
from kanpo.errors import UsageError
from kanpo.locale import Text

__all__ = [
    "InputPath",
    "OutputFolder",
    "OutputPath",
    "PagePath",
    "PathType",
    "Written",
    "assume_option",
    "audience_option",
    "date_option",
    "dry_run_option",
    "limits_option",
    "mapping",
    "output_options",
    "own_limits",
    "pairs",
    "project_option",
    "what_if_option",
]

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.store import Project


def project_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--project``: the project file, when it is not the one found by walking up."""
    decorated: Callable[..., Any] = option(
        "--project",
        type=InputPath,
        metavar="FILE.gpkg",
        help=Text(
            "プロジェクトのファイル(省略時は KANPO_PROJECT、次に今のフォルダから上へ探す)",
            "project file (default: KANPO_PROJECT, then searched upwards from the current folder)",
        ),
    )(function)
    return decorated


def limits_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--limits``: limits of the user's own, laid over those of the catalogue."""
    decorated: Callable[..., Any] = option(
        "--limits",
        type=InputPath,
        metavar="FILE.csv",
        help=Text(
            "自前の基準値の表(列: herb_id, test, analyte, min, max, unit, source, confidence, complete)",
            "limits of your own (columns herb_id, test, analyte, min, max, unit, source, confidence, complete)",
        ),
    )(function)
    return decorated


def own_limits(path: Path | None, project: Project) -> pd.DataFrame | None:
    """The limits that the user gave, or None.

    Raises
    ------
    InputUnusable
        The file cannot be used.
    """
    from kanpo.herbs import project_catalogue
    from kanpo.lots import read_limits

    return None if path is None else read_limits(path, project_catalogue(project))


def output_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--json`` and ``--csv``: for programs instead of people."""
    function = option("--json", "as_json", is_flag=True, help=Text("JSONで出す", "print JSON"))(function)
    decorated: Callable[..., Any] = option(
        "--csv", "as_csv", is_flag=True, help=Text("CSVで出す", "print CSV")
    )(function)
    return decorated


def dry_run_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--dry-run``: say what would be done, change nothing."""
    decorated: Callable[..., Any] = option(
        "--dry-run",
        is_flag=True,
        help=Text("何も変えず、結果の予告だけを出す", "change nothing, only say what would be done"),
    )(function)
    return decorated


def audience_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--audience``: for whom an output is made."""
    decorated: Callable[..., Any] = option(
        "--audience",
        type=click.Choice(["public", "partner", "office"]),
        default="public",
        show_default=True,
        help=Text(
            "見せる相手(public 一般・partner 連携先・office 庁内)", "for whom (public, partner, office)"
        ),
    )(function)
    return decorated


def date_option(*, every: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``--date``: which day counts where a trait was observed on several; `every`: also each by itself."""
    last = "|all" if every else ""
    decorate: Callable[[Callable[..., Any]], Callable[..., Any]] = option(
        "--date",
        "when",
        default="last",
        show_default=True,
        metavar=f"DAY|last|first|mean{last}",
        help=Text(
            "何日も観察した項目は、どの日の値を使うか(last 区ごとの最後の日・first 最初の日・mean 平均"
            + ("・all 日ごとに" if every else "")
            + "。日はカンマで並べられる)。収穫は、日を指定しなければ足し合わせる",
            "which day of a trait observed on several (last or first of each plot, mean"
            + (", all: each by itself" if every else "")
            + "; days by commas); harvests add up unless a day is named",
        ),
    )
    return decorate


def what_if_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--what-if``: a value of a factor that is assumed, and not stored."""
    decorated: Callable[..., Any] = option(
        "--what-if",
        multiple=True,
        metavar="FACTOR=VALUE",
        help=Text(
            "もしこの要因がこの値だったら(何度でも。例 soil_ph=6.2、排水=良)。保存しない",
            "as if this factor had this value (repeatable, for example soil_ph=6.2); nothing is stored",
        ),
    )(function)
    return decorated


def assume_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--assume``: narrower intervals under an assumption; nothing is stored."""
    decorated: Callable[..., Any] = option(
        "--assume",
        type=click.Choice(["neighbours"]),
        help=Text(
            "分からない要因は周りの筆の値の範囲にあると仮定して、幅を狭める。保存しない",
            "assume that unknown factors lie in the range of the parcels around; nothing is stored",
        ),
    )(function)
    return decorated


def mapping(words: tuple[str, ...], example: str, name: str = "--map") -> dict[str, str] | None:
    """What ``--map KEY=COLUMN`` or an option like it, given several times, says; None when it was not given.

    Raises
    ------
    UsageError
        A word has no ``=``.
    """
    return dict(pairs(words, name, example)) or None


def pairs(
    words: tuple[str, ...], option_name: str, example: str = "幅員=3m以上"
) -> tuple[tuple[str, str], ...]:
    """What an option KEY=VALUE, given several times, says, in order.

    Raises
    ------
    UsageError
        A word has no ``=``.
    """
    for word in words:
        if "=" not in word:
            raise UsageError(
                "usage.mapping",
                Text(
                    f"{option_name} {word} は「項目=列」の形ではありません",
                    f"{option_name} {word} is not of the form key=column",
                ),
                Text(f"例: {option_name} {example}", f"for example: {option_name} {example}"),
            )
    found = [word.partition("=") for word in words]
    return tuple((key, value) for key, _, value in found)
