"""Make the pages that are derived from the code: help texts, data model, and example explanations.

``python docs/make_docs.py`` writes them; with ``--check`` it only tells whether they are up to date.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import click

from kanpo.cli._main import root
from kanpo.herbs import load_catalogue
from kanpo.locale import use_language
from kanpo.parcels import ingest_parcels
from kanpo.schema import document
from kanpo.sites import add_layer, compute_factors
from kanpo.store import Project
from kanpo.suitability import explain, score_parcels

_HERE = Path(__file__).parent
_DATA = _HERE.parent / "data"


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


def explanations() -> str:
    """A parcel by hand, and explanations of three of the sample: the best, one in the middle, one that is excluded or worst."""
    catalogue = load_catalogue()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["KANPO_CONFIG"] = folder
        with Project.create(Path(folder) / "sample.gpkg") as project:
            ingest_parcels(project, _DATA / "parcels.geojson", rejects=Path(folder) / "rejects.geojson")
            for name, kind in (
                ("elevation.tif", "dem"),
                ("soil.geojson", "polygons"),
                ("climate_mesh.csv", "mesh"),
            ):
                add_layer(project, _DATA / name, kind=kind)
            factors = compute_factors(project)
    parts = [
        # Written by hand, and held to the code by a test.
        (_HERE / "walkthrough.md").read_text(encoding="utf-8"),
        "# `kanpo explain` の例 / Examples",
        "",
        "見本(架空)の3筆について、`kanpo explain 筆ID --herb 生薬` が出すもの(`make docs`)。",
        "どの数字も、要因の値・出どころ・目録の行・重みまでたどれる。",
        "",
        "What `kanpo explain PARCEL --herb H` says of three parcels of the (made-up) sample.",
        "",
    ]
    for herb_id, position in (("shakuyaku", 0.1), ("kanzo", 0.5), ("ninjin", 1.0)):
        ranked = score_parcels(factors, catalogue, [herb_id]).frame(herb_id).sort_values("rank")
        parcel = ranked["parcel_id"].iloc[int(position * (len(ranked) - 1))]
        text = explain(factors, parcel, herb_id, catalogue).text()
        parts += [
            f"## {parcel} × {herb_id}",
            "",
            "```text",
            text.ja,
            "```",
            "",
            "```text",
            text.en,
            "```",
            "",
        ]
    return "\n".join(parts)


def main() -> int:
    """Write or check the pages."""
    pages = {
        _HERE / "commands.md": commands(),
        _HERE / "data-model.md": document(),
        _HERE / "explain.md": explanations(),
    }
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
