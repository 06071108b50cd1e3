"""``kanpo evidence``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kanpo.cli._click import group, option, subcommand
from kanpo.cli._discover import catalogue_of, find_project
from kanpo.cli._evidence_text import (
    EVIDENCE_LABELS,
    calibration_json,
    say_about,
    say_learned,
    show_calibration,
    show_moves,
    spoken,
)
from kanpo.cli._number import Number, Whole
from kanpo.cli._options import (
    OutputFolder,
    OutputPath,
    date_option,
    dry_run_option,
    output_options,
    project_option,
)
from kanpo.cli._present import say, show_json, show_table
from kanpo.cli.commands.compare import Files, file_options
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.evidence import Calibration
    from kanpo.herbs import Catalogue
    from kanpo.reports import Part

_EXPECTED_LABELS = {
    "rank": Text("順位", "rank"),
    "parcel_id": Text("筆ID", "parcel id"),
    "settlement": Text("大字", "settlement"),
    "lot_number": Text("地番", "lot number"),
    "expected": Text("期待収量(最良を1とした比)", "expected yield (1: best possible)"),
    "low": Text("低く見て", "low"),
    "high": Text("高く見て", "high"),
}
_TRAIT = "yield_dry_kg_per_10a"


@group("evidence", help=Text("試験が予測(適地度)に何を教えるか。", "What the trials say about the scores."))
def evidence() -> None:
    pass


@subcommand(
    evidence,
    "calibrate",
    help=Text(
        "試験の筆の収量(や品質)を、予測していた適地度と比べる。適地度は当たっていたか。\n\n"
        "試験を記録したときに記録簿へ書き添えた予測を使い、収穫より前に書かれたかを記録簿の順番で確かめる。\n"
        "予測のない筆は保存してある適地度を使い、計算が試験の始まりより前か「後からの計算」かを示す。\n"
        "どちらかは筆ごとに出す。外れを最もよく説明する要因も出す。",
        "Hold yields (or quality) of trial parcels against the suitability that was predicted.\n\n"
        "Uses the prediction that the journal kept with the trial, and checks in the journal that it was written "
        "before the harvest; where there is none, the stored score, and its stamp tells whether it was computed "
        "before the trial or after the fact. Says which, parcel by parcel. Names the factors that go with the "
        "misfit.",
    ),
)
@option("--herb", required=True, help=Text("生薬", "herb"))
@option(
    "--trait",
    default=_TRAIT,
    show_default=True,
    help=Text("項目(収量・調査項目)", "trait (a yield or observation)"),
)
@date_option(every=False)
@option(
    "--sites",
    type=Whole(0, 500),
    default=6,
    show_default=True,
    help=Text("報告に書く来季の候補の筆数(0 で省く)", "parcels for next season in the report (0: leave out)"),
)
@option(
    "--definition",
    help=Text(
        "どの定義で計算した予測を見るか(省略時は筆の多い方。定義の違う予測は混ぜない)",
        "predictions of which definition (default: that of most parcels; two are never mixed)",
    ),
)
@project_option
@file_options
@output_options
def calibrate(
    herb: str,
    trait: str,
    when: str,
    sites: int,
    definition: str | None,
    project: Path | None,
    files: Files,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.evidence import calibrate_project, day_notes, read_when, trial_values
    from kanpo.herbs import find_herb
    from kanpo.store import Project

    chosen = read_when(when, every=False)
    path = find_project(project)
    catalogue = catalogue_of(path)
    known = find_herb(catalogue, herb)
    with Project.open(path) as opened:
        found = calibrate_project(opened, catalogue, known.herb_id, trait, chosen, definition=definition)
        notes = day_notes(trial_values(opened, known.herb_id, when=chosen), found.trait)
    files.write_table(spoken(found), EVIDENCE_LABELS)
    if as_json:
        show_json(calibration_json(found))
    elif as_csv:
        show_table(found.parcels, EVIDENCE_LABELS, as_csv=True)
    else:
        show_calibration(found)
    say_about(found)
    for note in notes:
        say(note)
    files.write_pictures([found.picture()])
    if files.report is not None:
        title = Text(f"{known.label.ja}: 試験が語ること", f"{known.label.en}: what the trials say")
        files.write_report(title, _parts(found, path, catalogue, sites))
    return 0


def _parts(found: Calibration, path: Path, catalogue: Catalogue, sites: int) -> list[Part]:
    """Calibration, proposal and sites for next season; a part that there is not enough for says so."""
    from kanpo.cli.commands.trials_suggest import left_out_words
    from kanpo.errors import InputUnusable
    from kanpo.evidence import learn_project, trait_label
    from kanpo.plan import suggest_for_project
    from kanpo.reports import Part, calibration_part, proposal_part, suggestion_part
    from kanpo.store import Project

    herb_id, trait = found.herb_id, found.trait
    parts = [calibration_part(found, trait_label(trait))]
    try:
        with Project.open(path) as opened:
            parts.append(proposal_part(learn_project(opened, catalogue, herb_id, trait)))
    except InputUnusable as error:
        parts.append(Part(Text("目録を直す提案", "A proposal for the catalogue"), [error.what, error.mend]))
    if sites:
        chosen, *_ = suggest_for_project(path, catalogue, [herb_id], budget=sites, trait=trait)
        parts.append(suggestion_part(chosen, left_out_words(chosen)))
    return parts


@subcommand(
    evidence,
    "keep",
    help=Text(
        "今の適地度を予測として記録簿に残す。あとで「当たっていたか」を確かめるため。\n\n"
        "試験を作るときには自動で残る。これは、予測のない試験(適地度より先に作った、古い版で作った)のため。\n"
        "--herb と --top を付けると、試験のない筆も上位から残す(場所を決める日に)。",
        "Keep the present scores in the journal as predictions, to be checked against harvests later.\n\n"
        "New trials do this by themselves; this is for trials that have none (made before the scores, or with an "
        "older kanpo). With --herb and --top the best parcels are kept whether they have a trial or not: for the "
        "day of a decision.",
    ),
)
@option("--herb", help=Text("生薬(省略時は試験のある全部)", "herb (default: all that have trials)"))
@option(
    "--top",
    type=Whole(1, 5000),
    help=Text("上位何筆かも残す(--herb が要る)", "also the best N parcels (needs --herb)"),
)
@project_option
@dry_run_option
def keep(herb: str | None, top: int | None, project: Path | None, dry_run: bool) -> int:
    from kanpo.errors import UsageError
    from kanpo.herbs import find_herb
    from kanpo.store import Project
    from kanpo.trials import keep_predictions

    if top is not None and herb is None:
        raise UsageError(
            "evidence.keep-herb",
            Text("--top には --herb が要ります", "--top needs --herb"),
            Text("例: kanpo evidence keep --herb 当帰 --top 100", "for example: --herb toki --top 100"),
        )
    path = find_project(project)
    herb_id = find_herb(catalogue_of(path), herb).herb_id if herb else None
    with Project.open(path, write=not dry_run) as opened:
        count, unknown = keep_predictions(opened, herb_id, best=top or 0, dry_run=dry_run)
        seal = opened.journal.seal()
    say(
        Text(
            f"予測を {count:,} 件、記録簿に残しました。封印 {seal} を外の人に渡しておくと、日付も証明できます。",
            f"{count:,} predictions kept in the journal. Give the seal {seal} to somebody outside to prove the day.",
        )
        if not dry_run
        else Text(
            f"予測 {count:,} 件を残せます。予告だけです。何も変えていません。",
            f"{count:,} predictions would be kept. dry run: nothing was changed.",
        )
    )
    if unknown:
        say(
            Text(
                f"注意: 適地度のない試験: {'、'.join(unknown[:10])}(kanpo score を先に)",
                f"note: trials without a score: {', '.join(unknown[:10])} (run kanpo score first)",
            )
        )
    return 0


@subcommand(
    evidence,
    "reestimate",
    help=Text(
        "試験から、要求条件の境と重みを推定し直す。試験が少なければ、目録からほとんど動かない。\n\n"
        "--out のフォルダに、kanpo herbs use が読む形(requirements.csv)で提案を書く。使うかどうかは人が決める。",
        "Estimate bounds and weights anew from trials, held to the catalogue: few trials move little.\n\n"
        "--out writes a folder that kanpo herbs use takes (requirements.csv). A person accepts it by using it.",
    ),
)
@option("--herb", required=True, help=Text("生薬", "herb"))
@option("--trait", default=_TRAIT, show_default=True, help=Text("項目", "trait"))
@option(
    "--strength",
    type=Number(0.1, 10),
    default=1.0,
    show_default=True,
    help=Text("目録をどれだけ信じるか(2なら2倍)", "how sure of the catalogue (2: twice as sure)"),
)
@option(
    "--out", type=OutputFolder, metavar="FOLDER", help=Text("提案を書くフォルダ", "folder for the proposal")
)
@option(
    "--yields",
    type=OutputPath,
    metavar="FILE",
    help=Text(
        "試験から期待される収量の順に全筆を書くファイル(.csv .xlsx)",
        "all parcels by the yield expected (.csv or .xlsx)",
    ),
)
@project_option
@dry_run_option
@output_options
def reestimate(
    herb: str,
    trait: str,
    strength: float,
    out: Path | None,
    yields: Path | None,
    project: Path | None,
    dry_run: bool,
    as_json: bool,
    as_csv: bool,
) -> int:
    from kanpo.evidence import expected_yields, learn_project, moves, proposed_rows, write_proposal
    from kanpo.exchange import export_table, table_file
    from kanpo.herbs import find_herb
    from kanpo.schema import FACTORS
    from kanpo.store import Project
    from kanpo.suitability import project_sites

    if yields is not None:
        table_file(yields)

    path = find_project(project)
    catalogue = catalogue_of(path)
    herb_id = find_herb(catalogue, herb).herb_id
    with Project.open(path) as opened:
        found = learn_project(opened, catalogue, herb_id, trait, strength=strength)
        own = opened.own_catalogue()
        expected = expected_yields(found, *project_sites(opened)) if yields else None
    rows = proposed_rows(found)
    table = moves(found)
    if as_json or as_csv:
        show_table(table, EVIDENCE_LABELS, as_json=as_json, as_csv=as_csv)
    else:
        show_moves(table)
    before = {row.factor: row for row in found.response.requirements}
    for row in rows:
        one, label = before[row.factor], FACTORS[row.factor].label
        say(
            Text(
                f"{label.ja}: {one.text.ja}(重み {one.weight:g})→ {row.text.ja}(重み {row.weight:.3g})",
                f"{label.en}: {one.text.en} (weight {one.weight:g}) -> {row.text.en} (weight {row.weight:.3g})",
            )
        )
    say_learned(found, table, len(rows))
    if yields is not None and expected is not None and not dry_run:
        export_table(yields, expected.rename(columns={k: str(text) for k, text in _EXPECTED_LABELS.items()}))
        say(Text(f"期待収量の順に書きました: {yields}", f"parcels by expected yield: {yields}"))
    if out is not None and not dry_run:
        written = write_proposal(out, rows, found, herb_id=herb_id, trait=trait, own=own)
        say(
            Text(
                f"提案を書きました: {out}({written} 行)。見るには kanpo herbs use {out} --dry-run、使うには kanpo herbs use {out}。",
                f"proposal written: {out} ({written} rows). Look: kanpo herbs use {out} --dry-run; accept: kanpo herbs use {out}.",
            )
        )
    return 0
