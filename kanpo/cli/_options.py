"""Options that many commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kanpo.cli._click import option
from kanpo.errors import UsageError
from kanpo.locale import Text

PathType = click.Path(path_type=Path)


def project_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--project``: the project file, when it is not the one found by walking up."""
    decorated: Callable[..., Any] = option(
        "--project",
        type=PathType,
        metavar="FILE.gpkg",
        help=Text(
            "プロジェクトのファイル(省略時は KANPO_PROJECT、次に今のフォルダから上へ探す)",
            "project file (default: KANPO_PROJECT, then searched upwards from the current folder)",
        ),
    )(function)
    return decorated


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


def mapping(words: tuple[str, ...], example: str) -> dict[str, str] | None:
    """What ``--map KEY=COLUMN``, given several times, says; None when it was not given.

    Raises
    ------
    UsageError
        A word has no ``=``.
    """
    return dict(pairs(words, "--map", example)) or None


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
