"""``kanpo status``."""

from __future__ import annotations

from pathlib import Path

from kanpo.cli._click import command, option
from kanpo.cli._discover import find_project, notes_on
from kanpo.cli._options import project_option
from kanpo.cli._present import labels_of, say, show_json, show_table
from kanpo.locale import Text


@command(
    "status",
    help=Text(
        "プロジェクトに何が入っているか、計算結果が古くないかを示す。",
        "Show what the project holds, and whether its computed data are stale.",
    ),
)
@project_option
@option("--json", "as_json", is_flag=True, help=Text("JSONで出す", "print JSON"))
def status(project: Path | None, as_json: bool) -> int:
    from kanpo.schema import BATCHES, RECORD_KINDS
    from kanpo.store import Project
    from kanpo.suitability import freshness

    path = find_project(project)
    with Project.open(path) as opened:
        batches = opened.imported.batches()
        counts = {kind: len(opened.journal.read(kind)) for kind in RECORD_KINDS}
        seal, news = opened.journal.seal(), freshness(opened)
        parcels, layers = len(opened.imported.parcel_ids()), opened.imported.layer_table()
    for note in notes_on(path):
        say(note)
    if as_json:
        show_json(
            {
                "project": str(path),
                "parcels": parcels,
                "layers": list(layers["layer_id"]),
                "records": counts,
                "seal": str(seal),
                "computed": [
                    {
                        "product": n.product,
                        "computed_at": n.computed_at,
                        "changed": list(n.changed),
                        "weights_file": n.panel.file_name if n.panel else None,
                    }
                    for n in news
                ],
            }
        )
        return 0
    say(Text(f"プロジェクト: {path}", f"project: {path}"))
    say(Text(f"筆: {parcels:,}", f"parcels: {parcels:,}"))
    shown = [
        "file_name",
        "source",
        "read",
        "stored",
        "updated",
        "unchanged",
        "repaired",
        "rejected",
        "imported_at",
    ]
    if not batches.empty:
        show_table(batches[shown], labels_of(BATCHES))
    names = "、".join(layers["layer_id"]), ", ".join(layers["layer_id"])
    say(Text(f"主題図: {names[0] or 'なし'}", f"layers: {names[1] or 'none'}"))
    kept = {kind: count for kind, count in counts.items() if count}
    ja = "、".join(f"{RECORD_KINDS[kind].label.ja} {count}" for kind, count in kept.items())
    en = ", ".join(f"{RECORD_KINDS[kind].label.en} {count}" for kind, count in kept.items())
    say(Text(f"記録: {ja or 'なし'}(封印 {seal})", f"records: {en or 'none'} (seal {seal})"))
    for line in news:
        say(line.text())
    return 0
