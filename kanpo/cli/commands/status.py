"""``kanpo status``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kanpo.cli._click import command, option
from kanpo.cli._discover import find_project, wal_note
from kanpo.cli._options import project_option
from kanpo.cli._present import labels_of, say, show_json, show_table
from kanpo.errors import Problem
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.lots import Verdict
    from kanpo.suitability import Freshness

#: Columns of an import that are shown.
_SHOWN = [
    *("file_name", "source", "read", "stored", "updated", "unchanged", "repaired", "rejected"),
    "imported_at",
]


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
    from kanpo.lots import count_verdicts, read_book
    from kanpo.schema import BATCHES, RECORD_KINDS
    from kanpo.store import Project, list_edits
    from kanpo.suitability import freshness
    from kanpo.trials import find_conflicts

    path = find_project(project)
    edited = list_edits(path)
    with Project.open(path) as opened:
        batches = opened.imported.batches()
        counts = {kind: len(opened.journal.read(kind)) for kind in RECORD_KINDS}
        seal, news = opened.journal.seal(), freshness(opened)
        clashes = find_conflicts(opened)["conflict"].nunique()
        lots = count_verdicts(read_book(opened))
        parcels, layers = len(opened.imported.parcel_ids()), opened.imported.layer_table()
    note = wal_note(path)
    if note is not None:
        say(note)
    if as_json:
        computed = [_plain(each) for each in news]
        show_json(
            {
                "project": str(path),
                "parcels": parcels,
                "layers": list(layers["layer_id"]),
                "records": counts,
                "lots": {verdict.value: count for verdict, count in lots.items()},
                "seal": str(seal),
                "edited": len(edited),
                "conflicts": int(clashes),
                "computed": computed,
            }
        )
        return 0
    say(Text(f"プロジェクト: {path}", f"project: {path}"))
    say(Text(f"筆: {parcels:,}", f"parcels: {parcels:,}"))
    if not batches.empty:
        show_table(batches[_SHOWN], labels_of(BATCHES))
    names = "、".join(layers["layer_id"]), ", ".join(layers["layer_id"])
    say(Text(f"主題図: {names[0] or 'なし'}", f"layers: {names[1] or 'none'}"))
    kept = {kind: count for kind, count in counts.items() if count}
    ja = "、".join(f"{RECORD_KINDS[kind].label.ja} {count}" for kind, count in kept.items())
    en = ", ".join(f"{RECORD_KINDS[kind].label.en} {count}" for kind, count in kept.items())
    say(Text(f"記録: {ja or 'なし'}(封印 {seal})", f"records: {en or 'none'} (seal {seal})"))
    _say_clashes(int(clashes))
    _say_lots(lots)
    for line in news:
        say(line.text())
    _say_edits(edited)
    return 0


def _plain(news: Freshness) -> dict[str, object]:
    return {
        "product": news.product,
        "computed_at": news.computed_at,
        "changed": list(news.changed),
        "weights_file": news.panel.file_name if news.panel else None,
    }


def _say_clashes(clashes: int) -> None:
    if clashes:
        say(
            Text(
                f"食い違う値: {clashes} 組 → kanpo records conflicts",
                f"contradictions: {clashes} -> kanpo records conflicts",
            )
        )


def _say_edits(edited: list[Problem]) -> None:
    if not edited:
        return
    count, first = len(edited), edited[0].what
    say(
        Text(
            f"注意: kanpo の外で編集されたところがあります({count:,} か所、例: {first.ja})。"
            "kanpo edits list で見て、取り込むなら kanpo edits accept --reason 理由、戻すなら kanpo edits undo",
            f"warning: edited beside kanpo ({count:,} places, such as: {first.en}). See kanpo edits list; "
            "take it in with kanpo edits accept --reason WHY, or bring back what was: kanpo edits undo",
        )
    )


def _say_lots(lots: dict[Verdict, int]) -> None:
    of_kind = [(verdict.label, count) for verdict, count in lots.items() if count]
    if of_kind:
        ja = "、".join(f"{label.ja} {count}" for label, count in of_kind)
        en = ", ".join(f"{label.en} {count}" for label, count in of_kind)
        say(Text(f"ロット: {sum(lots.values())}({ja})", f"lots: {sum(lots.values())} ({en})"))
