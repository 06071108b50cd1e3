"""``kanpo lots``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kanpo.cli._click import argument, group, option, subcommand
from kanpo.cli._discover import find_project
from kanpo.cli._number import Number
from kanpo.cli._options import (
    OutputPath,
    dry_run_option,
    limits_option,
    output_options,
    own_limits,
    project_option,
)
from kanpo.cli._present import say, show_json, show_table
from kanpo.cli.commands.lots_matrix import matrix
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.lots import LotFault, LotSprays, LotVerdict, TraceNode

_LABELS = {
    "lot_id": Text("ロット", "lot"),
    "herb_id": Text("生薬", "herb"),
    "made_kg": Text("できた量(kg)", "made (kg)"),
    "used_kg": Text("使った量(kg)", "used (kg)"),
    "left_kg": Text("残り(kg)", "left (kg)"),
    "customers": Text("出荷先", "customers"),
    "day": Text("日付", "date"),
    "step": Text("工程", "step"),
    "inputs": Text("使ったロット", "lots used"),
    "outputs": Text("できたロット", "lots made"),
    "in_kg": Text("投入(kg)", "in (kg)"),
    "out_kg": Text("産出(kg)", "out (kg)"),
    "loss_kg": Text("減り(kg)", "loss (kg)"),
    "gap_kg": Text("差(kg)", "gap (kg)"),
    "gap_percent": Text("差(%)", "gap (%)"),
    "fault": Text("注意", "fault"),
    "record_id": Text("記録ID", "record id"),
    "test": Text("試験", "test"),
    "analyte": Text("成分", "analyte"),
    "min": Text("下限", "least"),
    "max": Text("上限", "most"),
    "unit": Text("単位", "unit"),
    "n": Text("測定数", "n"),
    "mean": Text("平均", "mean"),
    "verdict": Text("判定", "verdict"),
    "reason": Text("理由", "reason"),
    "source": Text("出典", "source"),
    "confidence": Text("確かさ", "confidence"),
}


@group(
    "lots",
    help=Text(
        "ロットの一覧・由来と行き先・重さの収支・分析値の判定・ラベル。\n\n"
        "ロットは収穫(kanpo record harvest --lot-id)と工程(kanpo record lot_step)からできる。",
        "Lots: list, trace, mass balance, pharmacopoeia limits, labels.\n\n"
        "Lots are made by harvests (kanpo record harvest --lot-id) and steps (kanpo record lot_step).",
    ),
)
def lots() -> None:
    pass


@subcommand(
    lots,
    "list",
    help=Text(
        "ロットの一覧と残り、分析値の判定(測っていないものは、そう出る)。",
        "List the lots, what is left of them, and what their assays say (or that there are none).",
    ),
)
@limits_option
@project_option
@output_options
def list_lots(limits: Path | None, project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.lots import lot_table, read_book
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        table = lot_table(read_book(opened), own_limits(limits, opened))
    show_table(table, _LABELS, as_json=as_json, as_csv=as_csv)
    return 0


@subcommand(
    lots,
    "show",
    help=Text(
        "1つのロットの量と、関わる工程、分析値の判定、農薬の記録。",
        "One lot: its amounts, the steps it went through, what its assays say, and pesticides.",
    ),
)
@argument("lot")
@limits_option
@project_option
@output_options
def show(lot: str, limits: Path | None, project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.lots import check_lot, lot_table, read_book, sprays_behind, step_table
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        book, own = read_book(opened), own_limits(limits, opened)
    table = lot_table(book, own)
    chosen = table[table["lot_id"] == book.require(lot)]
    steps, sprays = step_table(book, [lot]), sprays_behind(book, lot)
    verdict = check_lot(book, lot, own)
    if as_json:
        checked = _verdict(verdict)
        facts = {**_rows(chosen)[0], **checked, "pesticides": _sprays(sprays), "steps": _rows(steps)}
        show_json(facts)
        return 0
    show_table(chosen, _LABELS, as_csv=as_csv)
    if not as_csv:
        click.echo()
        show_table(steps, _LABELS, empty=Text("工程の記録はありません", "no steps are recorded"))
        click.echo(f"\n{Text('分析', 'assays')}: {verdict.sentence}")
        click.echo(str(sprays.sentence))
    return 0


def _sprays(sprays: LotSprays) -> dict[str, Any]:
    return {
        "sentence": str(sprays.sentence),
        "records": list(sprays.record_ids),
        "active_ingredients": sprays.ingredients,
        "not_known": [str(what) for what in sprays.unknown],
        "no_record": list(sprays.unrecorded),
        "doubts": [{"code": code, "why": str(why)} for code, why in sprays.doubts],
    }


def _verdict(verdict: LotVerdict) -> dict[str, Any]:
    """What a verdict says, for programs; the tests are added by ``lots check``."""
    return {
        "verdict": verdict.verdict.value,
        "label": str(verdict.label),
        "sentence": str(verdict.sentence),
        "judged": verdict.judged,
        "tests_of_table": len(verdict.table),
        "complete": verdict.complete,
        "to_confirm": [str(test.name) for test in verdict.to_confirm],
    }


@subcommand(
    lots,
    "trace",
    help=Text(
        "ロットの由来(試験区・作業・種苗・筆・生産者)と行き先(包装ロット・出荷先)をたどる。",
        "Trace a lot back (plots, work, seed, parcel, grower) and forward (packed lots, customers).",
    ),
)
@argument("lot")
@project_option
@option("--json", "as_json", is_flag=True, help=Text("JSONで出す", "print JSON"))
def trace(lot: str, project: Path | None, as_json: bool) -> int:
    from kanpo.lots import read_book, trace_lot, trace_text
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        found = trace_lot(read_book(opened), lot)
    sets = {
        "plots": sorted("/".join(pair) for pair in found.plots),
        "parcels": sorted(found.parcels),
        "growers": sorted(found.growers),
        "seeds": sorted(found.seeds),
        "customers": sorted(found.customers),
        "lots_before": sorted(found.lots_before),
        "lots_after": sorted(found.lots_after),
    }
    if as_json:
        pesticides = {"pesticides": _sprays(found.sprays)}
        show_json(
            {"lot_id": lot, **sets, **pesticides, "back": _tree(found.back), "forward": _tree(found.forward)}
        )
        return 0
    click.echo(str(Text("■ 由来", "Back")))
    click.echo(str(trace_text(found.back)))
    click.echo(f"\n{Text('■ 行き先', 'Forward')}")
    click.echo(str(trace_text(found.forward)))
    click.echo(f"\n{found.sprays.sentence}")
    return 0


def _tree(node: TraceNode) -> dict[str, Any]:
    known = {"kind": node.kind, "key": node.key, "day": node.day, "kg": node.kg, "what": str(node.what)}
    children = [_tree(child) for child in node.children]
    return known | {"repeated": node.repeated, "children": children}


@subcommand(
    lots,
    "balance",
    help=Text(
        "工程ごとの重さの収支(投入=産出+減り)と、合わないところ。\n\n"
        "ロットを指定すると、その由来と行き先の工程だけを見る。",
        "Mass balance of each step (in = out + loss), and where it does not add up.\n\n"
        "With a lot: only the steps that it comes from or went into.",
    ),
)
@argument("lot", required=False)
@option(
    "--tolerance",
    type=Number(0, 100),
    default=2.0,
    show_default=True,
    help=Text("許す差(投入に対する%)", "gap that is allowed, % of what went in"),
)
@project_option
@output_options
def balance(lot: str | None, tolerance: float, project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.lots import find_faults, read_book, step_table
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        book = read_book(opened)
    wanted = None if lot is None else book.before(book.require(lot)) | book.after(lot)
    steps = step_table(book, wanted, tolerance / 100)
    faults = find_faults(book, wanted, tolerance / 100)
    if as_json:
        show_json({"steps": _rows(steps), "faults": [_fault(fault) for fault in faults]})
        return 0
    show_table(steps if as_csv else steps.drop(columns="record_id"), _LABELS, as_csv=as_csv)
    for fault in faults:
        say(f"{Text('注意', 'warning')}: {fault.day[:10]} {fault.what} [{fault.code}] {fault.record_id}")
    if not faults:
        say(Text("収支の合わないところはありません。", "everything adds up."))
    return 0


def _fault(fault: LotFault) -> dict[str, Any]:
    keys = ("code", "day", "record_id", "lot_id", "kg", "percent")
    return {key: getattr(fault, key) for key in keys} | {"what": str(fault.what)}


def _rows(frame: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return rows


@subcommand(
    lots,
    "check",
    help=Text(
        "ロットの分析値を、日局などの基準値と照らす。\n\n"
        "適合は、公定書の全項目の表(--limits の complete)をすべて測って基準内のときだけ。"
        "ほかは、測った項目は基準内・不適合・判定できず。測っていない項目を同じ文で言う。",
        "Compare the assays of a lot with the pharmacopoeia's limits.\n\n"
        "It passes only when every test of a table that you vouch for (complete in --limits) was made and "
        "passes. Else: what was tested is within its limits, fail, or not determined; what was not tested "
        "is named in the same sentence.",
    ),
)
@argument("lot")
@limits_option
@project_option
@output_options
def check(lot: str, limits: Path | None, project: Path | None, as_json: bool, as_csv: bool) -> int:
    from kanpo.lots import check_lot, read_book, verdict_table
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        verdict = check_lot(read_book(opened), lot, own_limits(limits, opened))
    table = verdict_table(verdict)
    if as_json:
        tests = [
            row | {"verdict": test.verdict.value, "to_confirm": test.to_confirm, "of_lot": test.of_lot}
            for row, test in zip(_rows(table), verdict.tests, strict=True)
        ]
        known = {"lot_id": lot, "herb_id": verdict.herb_id, **_verdict(verdict)}
        show_json(known | {"reason": str(verdict.reason), "recalled": verdict.recalled, "tests": tests})
        return 0
    show_table(table, _LABELS, as_csv=as_csv, empty=verdict.reason)
    say(Text(f"総合: {verdict.sentence.ja}", f"overall: {verdict.sentence.en}"))
    if verdict.recalled:
        say(
            Text(
                "確かさが high でない基準値は、公定書で確かめてから使ってください。",
                "limits whose confidence is not high: check them against the pharmacopoeia first.",
            )
        )
    return 0


@subcommand(
    lots,
    "label",
    help=Text(
        "ロットのラベルを1枚のHTMLに書く(QRコードと分析の判定入り、印刷用)。",
        "Write labels of lots with QR codes and what their assays say to one HTML file, to print.",
    ),
)
@argument("lot", nargs=-1, required=True)
@option(
    "--out",
    type=OutputPath,
    default=Path("labels.html"),
    show_default=True,
    help=Text("書き出すファイル", "file to write"),
)
@limits_option
@project_option
@dry_run_option
def label(lot: tuple[str, ...], out: Path, limits: Path | None, project: Path | None, dry_run: bool) -> int:
    from kanpo.lots import label_page, read_book, write_labels
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        book, project_id = read_book(opened), opened.meta["project_id"]
        own = own_limits(limits, opened)
    if dry_run:
        label_page(book, project_id, lot, own)
        say(Text(f"{len(lot)} 枚。予告だけです。", f"{len(lot)} labels; dry run: nothing was written."))
        return 0
    write_labels(out, book, project_id, lot, own)
    click.echo(str(out))
    return 0


lots.add_command(matrix)
