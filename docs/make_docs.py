"""Make the pages that are derived from the code: the commands' help texts and the data model.

``python docs/make_docs.py`` writes them; with ``--check`` it only tells whether they are up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kanpo.cli._main import root
from kanpo.locale import use_language
from kanpo.schema import document

_HERE = Path(__file__).parent


def commands() -> str:
    """Help of every command, in Japanese and English."""
    parts = [
        "# コマンド一覧 / Commands",
        "",
        "この頁は `kanpo … --help` から作られる(`make docs`)。 / Made from `kanpo … --help`.",
        "",
    ]
    for path, found in _walk(root(), "kanpo"):
        parts += [f"## {path}", ""]
        for language in ("ja", "en"):
            with use_language(language):
                context = click.Context(found, info_name=path, terminal_width=100, max_content_width=100)
                parts += ["```text", found.get_help(context).rstrip(), "```", ""]
    return "\n".join(parts)


def _walk(found: click.Command, path: str) -> list[tuple[str, click.Command]]:
    entries = [(path, found)]
    if isinstance(found, click.Group):
        context = click.Context(found, info_name=path)
        for name in found.list_commands(context):
            child = found.get_command(context, name)
            assert child is not None
            entries += _walk(child, f"{path} {name}")
    return entries


def main() -> int:
    """Write or check the pages."""
    pages = {_HERE / "commands.md": commands(), _HERE / "data-model.md": document()}
    old = [
        path for path, text in pages.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        for path in old:
            print(f"docs/{path.name} is not up to date: run make docs", file=sys.stderr)
        return 1 if old else 0
    for path in old:
        path.write_text(pages[path], encoding="utf-8", newline="\n")
        print(f"written: docs/{path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
