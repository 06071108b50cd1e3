"""``kanpo weights``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kanpo.cli._click import argument, group, option, subcommand
from kanpo.cli._discover import catalogue_here
from kanpo.cli._number import Whole
from kanpo.cli._options import InputPath, OutputPath, Written, dry_run_option, output_options
from kanpo.cli._present import say, say_problems, show_json, show_table
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.weights import Panel, Priorities

#: More factors than this tire whoever compares them (Saaty and Ozdemir 2003: seven plus or minus two).
_MANY_FACTORS = 9
_LABELS = {
    "factor": Text("キー", "key"),
    "label": Text("要因", "factor"),
    "weight": Text("重み", "weight"),
    "lowest": Text("最低の人", "lowest"),
    "highest": Text("最高の人", "highest"),
    "judge": Text("評価者", "judge"),
    "factors": Text("要因数", "factors"),
    "pairs": Text("答えた組", "pairs"),
    "missing": Text("空欄の組", "blank"),
    "lambda_max": Text("λmax", "lambda max"),
    "consistency_index": Text("整合度CI", "CI"),
    "consistency_ratio": Text("整合比CR", "CR"),
    "distance": Text("全体との差(倍)", "apart (x)"),
}


@group(
    "weights",
    help=Text(
        "専門家の一対比較(AHP)から要因の重みを決める。\n\n"
        "template で表を作って配り、judge で集計し、kanpo score --weights で使う。",
        "Weights of factors from an expert panel's pairwise comparisons (AHP).\n\n"
        "Make the sheet with template, work it out with judge, use it with kanpo score --weights.",
    ),
)
def weights() -> None:
    pass


@subcommand(
    weights,
    "template",
    help=Text(
        "専門家が記入する表(Excel か CSV)を作る。\n\n"
        "例: kanpo weights template --herb 当帰 --factor 土性 --factor 排水 --factor 土壌pH(H2O) --out 比較.xlsx",
        "Make the sheet (Excel or CSV) that experts fill in.\n\n"
        "Example: kanpo weights template --herb toki --factor soil_texture --factor drainage --factor soil_ph "
        "--out compare.xlsx",
    ),
)
@option("--herb", help=Text("生薬(その要求条件にある要因を比べる)", "herb whose factors are compared"))
@option(
    "--factor",
    "factors",
    multiple=True,
    help=Text("比べる要因(何度でも。5〜9個が答えやすい)", "factor to compare, repeatable (5 to 9 are best)"),
)
@option(
    "--judge",
    "judges",
    multiple=True,
    help=Text("評価者の列の見出し(何度でも)", "head of a judge's column, repeatable"),
)
@option(
    "--out", type=OutputPath, required=True, help=Text("書き出すファイル", "file to write (.xlsx or .csv)")
)
@dry_run_option
def template(
    herb: str | None, factors: tuple[str, ...], judges: tuple[str, ...], out: Path, dry_run: bool
) -> int:
    from kanpo.exchange import judgement_template
    from kanpo.herbs import find_herb
    from kanpo.weights import factors_to_compare, questions

    catalogue = catalogue_here()
    herb_id = find_herb(catalogue, herb).herb_id if herb else None
    chosen = factors_to_compare(catalogue, herb_id, factors)
    pairs = questions(chosen)
    path = judgement_template(out, pairs, judges, dry_run=dry_run)
    say(
        Text(
            f"{len(chosen)} 要因、{len(pairs)} 組。全部でなくても、上から {len(chosen)} 組より多く答えれば計算できます。",
            f"{len(chosen)} factors, {len(pairs)} pairs; answering more than the first {len(chosen)} is enough.",
        )
    )
    if len(chosen) > _MANY_FACTORS:
        say(
            Text(
                f"注意: 要因が多いと答えるのが大変です。--factor で {_MANY_FACTORS} 個までに絞ることを勧めます。",
                f"note: so many factors are hard to compare; choose up to {_MANY_FACTORS} with --factor.",
            )
        )
    click.echo(str(path))
    return 0


@subcommand(
    weights,
    "judge",
    help=Text(
        "記入済みの表から、評価者ごとと全体の重み、整合性、食い違いを出す。\n\n"
        "表はいくつでもよい。正方の行列のCSV(1行目と1列目が要因)も読む。空欄があってもよい。",
        "Work out weights, consistency and differences, for each judge and for the group.\n\n"
        "Takes any number of filled sheets, also square matrices in CSV; blanks are allowed.",
    ),
)
@argument("files", nargs=-1, required=True, type=InputPath, metavar="FILE…")
@option("--herb", help=Text("生薬(省略時は全部の生薬に使う重み)", "herb (default: weights for every herb)"))
@option("--out", type=Written(".csv"), help=Text("全体の重みを書くCSV", "CSV for the group's weights"))
@option(
    "--most",
    type=Whole(0),
    default=3,
    show_default=True,
    help=Text("食い違いをいくつまで挙げるか", "how many contradictions to list"),
)
@dry_run_option
@output_options
def judge(
    files: tuple[Path, ...],
    herb: str | None,
    out: Path | None,
    most: int,
    dry_run: bool,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.errors import Severity
    from kanpo.exchange import read_judgements, write_weights
    from kanpo.herbs import find_herb
    from kanpo.weights import panel_of

    catalogue = catalogue_here()
    herb_id = find_herb(catalogue, herb).herb_id if herb else None
    panel = panel_of(*read_judgements(files, catalogue, herb_id))
    result = panel.weights(herb_id or "*")
    if as_json:
        show_json(_described(panel, herb_id or "*", most))
    elif as_csv:
        show_table(result, as_csv=True)
    else:
        _show(panel, most)
    say_problems(panel.problems)
    if out is not None:
        path = write_weights(out, result, files, dry_run=dry_run)
        done = (
            Text("重みを書くはずです", "would write")
            if dry_run
            else Text("重みを書きました", "weights written")
        )
        say(
            Text(
                f"{done.ja}: {path}(使うには kanpo score --weights {path})",
                f"{done.en}: {path} (use it with kanpo score --weights {path})",
            )
        )
    return 1 if any(problem.severity is Severity.REJECT for problem in panel.problems) else 0


def _show(panel: Panel, most: int) -> None:
    """Weights, judges, contradictions and disputes for a person."""
    from kanpo.weights import CONSISTENT

    show_table(panel.table(), _LABELS)
    click.echo()
    show_table(panel.judge_table(), _LABELS)
    for one in panel.judges:
        _list(
            Text(f"{one.name} の答えの食い違い(大きい順):", f"contradictions of {one.name}, worst first:"),
            [triple.text() for triple in one.priorities.comparisons.triples()[:most]],
        )
        _list(
            Text(
                f"{one.name} の答えで、ほかの答えと合わないもの(大きい順):",
                f"answers of {one.name} that do not fit the rest, worst first:",
            ),
            [misfit.text() for misfit in one.priorities.misfits()[:most]]
            if one.priorities.consistency_ratio > CONSISTENT
            else [],
        )
    _list(
        Text("評価者の意見が分かれる組(大きい順):", "pairs that judges dispute, most first:"),
        [dispute.text() for dispute in panel.disputes[:most]],
    )


def _list(head: Text, lines: list[Text]) -> None:
    if lines:
        click.echo("\n" + str(head))
    for line in lines:
        click.echo(str(Text("  ・", "  - ")) + str(line))


def _described(panel: Panel, herb_id: str, most: int) -> dict[str, Any]:
    """Everything as plain values, for JSON."""
    return {
        "herb_id": herb_id,
        "group": _numbers(panel.group, most),
        "judges": [
            {"judge": one.name, "file": one.file, "distance": one.distance, **_numbers(one.priorities, most)}
            for one in panel.judges
        ],
        "disputes": [
            {
                "factors": [d.first, d.second],
                "low": d.low,
                "low_judge": d.low_judge,
                "high": d.high,
                "high_judge": d.high_judge,
            }
            for d in panel.disputes[:most]
        ],
        "problems": [
            {"code": problem.code, "severity": problem.severity.value, "text": str(problem.text())}
            for problem in panel.problems
        ],
    }


def _numbers(found: Priorities, most: int) -> dict[str, Any]:
    return {
        "weights": found.by_item,
        "lambda_max": found.lambda_max,
        "consistency_index": found.consistency_index,
        "consistency_ratio": found.consistency_ratio,
        "missing": found.comparisons.missing,
        "contradictions": [
            {
                "factors": [t.first, t.second, t.third],
                "judged": [t.first_second, t.second_third, t.first_third],
                "implied": t.implied,
                "off_by": t.factor,
            }
            for t in found.comparisons.triples()[:most]
        ],
        "misfits": [
            {"factors": [m.first, m.second], "judged": m.judged, "weighed": m.weighed, "off_by": m.factor}
            for m in found.misfits()[:most]
        ],
    }
