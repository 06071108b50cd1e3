"""``kanpo compare years`` and ``stability``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kanpo.cli._click import command
from kanpo.cli._compare_options import (
    UNITS,
    long_options,
    read_file,
)
from kanpo.cli._options import output_options
from kanpo.cli._present import say, say_problems, show_table
from kanpo.cli.commands.compare import Files, file_options, with_short_p
from kanpo.errors import UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    import pandas as pd

    from kanpo.compare import Below

_LABELS = {
    "trait": Text("項目", "trait"),
    "unit": Text("単位", "unit"),
    "from_year": Text("前", "from"),
    "to_year": Text("後", "to"),
    "n_from": Text("前の点数", "n from"),
    "n_to": Text("後の点数", "n to"),
    "mean_from": Text("前の平均", "mean from"),
    "mean_to": Text("後の平均", "mean to"),
    "change": Text("変化", "change"),
    "lower": Text("下限", "lower"),
    "upper": Text("上限", "upper"),
    "percent": Text("%", "percent"),
    "below_from": Text("前の限界未満", "below limit, from"),
    "below_to": Text("後の限界未満", "below limit, to"),
    "mean": Text("平均", "mean"),
    "slope": Text("傾き", "slope"),
    "slope_se": Text("標準誤差", "se"),
    "slope_p": Text("傾き1とのp", "p of slope 1"),
    "deviation_ms": Text("ずれの分散", "deviation ms"),
    "r2": Text("決定係数", "r²"),
    "ecovalence": Text("エコバレンス", "ecovalence"),
    "shukla": Text("安定分散(Shukla)", "Shukla's variance"),
}
_UNIT_LABELS = {
    "parcel": Text("筆", "parcel"),
    "grower": Text("生産者", "grower"),
    "treatment": Text("処理", "treatment"),
    "strain": Text("系統", "strain"),
    "herb": Text("生薬", "herb"),
    "trial": Text("試験", "trial"),
}


def _values(
    file: Path | None,
    year: str,
    unit: str,
    value: str,
    trait_column: str | None,
    only: tuple[str, ...],
    herb: str | None,
    by: str,
    when: str,
    assays: bool,
    below: Below,
    sheet: str | None,
    project: Path | None,
) -> tuple[pd.DataFrame, bool]:
    """Values in long form, and whether some could not be read."""
    problems: tuple[Any, ...] = ()
    if file is not None:
        from kanpo.compare import long_table

        values, problems = long_table(
            read_file(file, sheet, names=[year, unit, value, trait_column]),
            year=year,
            unit=unit,
            value=value,
            trait=trait_column,
            below=below,
        )
        say_problems(problems)
    else:
        values = _of_project(project, herb, by, below if assays else None, when, only)
    known = list(dict.fromkeys(values["trait"]))
    if values.empty:
        raise UsageError(
            "compare.no-trait",
            Text("比べられる値がまだありません", "there are no values to compare yet"),
            Text(
                "収穫・観測(--assays なら分析値 assay)を kanpo records import で入れてください",
                "enter harvests and observations (for --assays: assays) with kanpo records import",
            ),
        )
    if only:
        wanted = {trait for name in only for trait in _meant(name, known)}
        values = values[values["trait"].isin(wanted)]
    _say_below(values, below)
    return values[values["value"].notna()], bool(problems)


def _meant(name: str, known: Sequence[str]) -> list[str]:
    """The traits that a name means; a component may be named without its unit."""
    from kanpo.evidence import find_trait

    component = [trait for trait in known if trait.startswith(f"{name} (")]
    return component or [find_trait(name, known, Text("この表", "the table"))]


def _of_project(
    project: Path | None, herb: str | None, by: str, below: Below | None, written: str, only: Sequence[str]
) -> pd.DataFrame:
    """Values of the project's trials, or of its assays where `below` says what those below a limit count as.

    Which days values rest on is said for the traits that are asked for.
    """
    from kanpo.cli._discover import find_project
    from kanpo.evidence import component_values, plot_values, read_when, values_by_year, with_strain
    from kanpo.herbs import find_herb, project_catalogue
    from kanpo.parcels import carried_over
    from kanpo.store import Project

    with Project.open(find_project(project)) as opened:
        herb_id = find_herb(project_catalogue(opened), herb).herb_id if herb else None
        if below is not None:
            found = component_values(opened, herb_id=herb_id, below=below)
        else:
            found = with_strain(
                plot_values(opened, herb_id=herb_id, when=read_when(written, every=False)), opened
            )
            _say_days(found, only)
        if by == "parcel":
            found = carried_over(found, opened)
    values = values_by_year(found, UNITS[by])
    apart, label = len(found) - len(values), _UNIT_LABELS[by]
    if apart:
        say(
            Text(
                f"{apart:,} 個の値は、{label.ja}か年が空か、いくつか混ざったロットなので、入れていません。",
                f"{apart:,} values are left out: {label.en} or year is blank, or the lot is a mixture of several.",
            )
        )
    return values


def _say_below(values: pd.DataFrame, below: Below) -> None:
    """That values below a limit were there, and as what they count."""
    count = int(values["below"].sum()) if "below" in values else 0
    how = {
        "half": Text("限界の半分の値", "half the limit"),
        "zero": Text("0", "0"),
        "limit": Text("限界の値", "the limit itself"),
        "leave-out": Text("欠測", "missing"),
    }[below]
    if count:
        say(
            Text(
                f"限界未満(<0.05 など)の値が {count:,} 個あり、{how.ja}として扱いました(--below で変えられます)。",
                f"{count:,} values were below a limit (<0.05) and count as {how.en} (--below chooses).",
            )
        )


def _say_days(values: pd.DataFrame, only: Sequence[str]) -> None:
    """Of traits observed on several days, which day counts."""
    from kanpo.evidence import day_notes, trait_label

    known = list(dict.fromkeys(values["trait"]))
    for trait in [trait for name in only if known for trait in _meant(name, known)] or known:
        label = trait_label(trait)
        for note in day_notes(values, trait):
            say(Text(f"{label.ja}: {note.ja}", f"{label.en}: {note.en}"))


def _title_of(trait: str) -> Text:
    """A trait of a project in words, a column of a table as it is headed."""
    from kanpo.evidence import YIELD_TRAITS, trait_label
    from kanpo.schema import TRAITS

    return trait_label(trait) if trait in TRAITS or trait in YIELD_TRAITS else Text.same(trait)


def _source_title(source: dict[str, Any], what: Text) -> Text:
    of = source["file"].name if source["file"] is not None else source["herb"] or ""
    trials = Text(f"{of}の試験" if of else "試験", f"trials of {of}" if of else "trials")
    named = Text.same(of) if source["file"] is not None else trials
    return Text(f"{named.ja}: {what.ja}", f"{named.en}: {what.en}")


@command(
    "years",
    help=Text(
        "年から年への変化を、単位(筆・系統・生産者)ごとに 95% 区間とともに出す。\n\n"
        "1値1行の表(年・単位・値の列)か、ファイルを省いてプロジェクトの試験(--assays なら分析値)から。\n"
        "区間は同じ年の繰り返し(試験区)から。単位が空の行は、両方の年にある単位の平均の変化。",
        "Change from each year to the next, for each unit (parcel, strain, grower), with 95 % intervals.\n\n"
        "From a table with a row for each value, or, without a file, from the project's trials (with --assays "
        "its assays, each traced through its lot). Intervals come "
        "from repeats within a year. A row with a blank unit is the mean change of the units in both years.",
    ),
)
@long_options
@file_options
@output_options
def years(files: Files, as_json: bool, as_csv: bool, **source: Any) -> int:
    from kanpo.compare import year_changes, year_picture, year_words
    from kanpo.reports import Part

    values, odd = _values(**source)
    table = year_changes(values)
    files.write_table(table, _LABELS)
    nothing = Text("2年続けて値のある単位がありません", "no unit has values in two years")
    shown = table
    if not (as_json or as_csv):
        below = [] if table[["below_from", "below_to"]].to_numpy().any() else ["below_from", "below_to"]
        shown = table.drop(columns=["n_from", "n_to", *below])
        shown["trait"] = [str(_title_of(trait)) for trait in shown["trait"]]
    show_table(shown, _LABELS, as_json=as_json, as_csv=as_csv, empty=nothing)
    alone = int((table["lower"].isna() & (table["unit"] != "")).sum())
    if alone:
        say(
            Text(
                f"{alone:,} 件は繰り返しのない年があり、区間を出せません(-)。",
                f"{alone:,} changes have no interval: a year has a single value.",
            )
        )
    pictures, parts = [], []
    for trait, rows in values.groupby("trait", sort=False):
        word, together = str(_title_of(str(trait))), str(Text("(全体の平均)", "(mean of all)"))
        changes = table[table["trait"] == trait].assign(trait=word).round({"percent": 1})
        listed = changes.assign(unit=changes["unit"].where(changes["unit"] != "", together))
        picture = year_picture(rows.assign(trait=word))
        pictures.append(picture)
        caption = Text(
            f"値 {len(rows)} 個の年ごとの平均。縦線は95 %信頼区間(その年の値が2つ以上あるとき)。",
            f"Means of {len(rows)} values by year; bars: 95 % intervals where a year has two values or more.",
        )
        parts.append(
            Part(
                _title_of(str(trait)),
                year_words(changes),
                [(picture, caption)] if len(changes) else [],
                [(Text("年から年への変化", "Change from year to year"), listed, _LABELS)],
            )
        )
    files.write_pictures(pictures)
    files.write_report(_source_title(source, Text("年ごとの変化", "change from year to year")), parts)
    return 1 if odd else 0


@command(
    "stability",
    help=Text(
        "年や場所が変わっても値が安定しているか: Finlay-Wilkinson の傾きと Shukla の安定分散。\n\n"
        "傾き 1 は平均なみ、1 より小さいと環境に左右されにくい。安定分散は小さいほど安定。\n"
        "3つ以上の単位と3つ以上の環境にそろった値が要る。",
        "Stability over years and places: Finlay-Wilkinson regression and Shukla's stability variance.\n\n"
        "A slope of 1 is average, below 1 less sensitive to the environment; a smaller variance is more stable. "
        "Needs at least three units with values in the same three environments.",
    ),
)
@long_options
@file_options
@output_options
def stability_command(files: Files, as_json: bool, as_csv: bool, **source: Any) -> int:
    import pandas as pd

    from kanpo.compare import stability, stability_picture, stability_words
    from kanpo.reports import Part

    values, odd = _values(**source)
    found = {trait: stability(group) for trait, group in values.groupby("trait", sort=False)}
    table = pd.concat([one.table.assign(trait=trait) for trait, one in found.items()], ignore_index=True)
    table = table[["trait", *(key for key in table.columns if key != "trait")]]
    files.write_table(table, _LABELS)
    shown = table
    if not (as_json or as_csv):
        shown = with_short_p(table.drop(columns=["ecovalence", "r2"]))
        shown["trait"] = [str(_title_of(trait)) for trait in shown["trait"]]
    show_table(shown, _LABELS, as_json=as_json, as_csv=as_csv)
    for trait, one in found.items():
        say(
            Text(
                f"{trait}: 単位 {len(one.table)}、環境 {len(one.environments)}。"
                + (f"値のそろわないものは除きました: {'、'.join(one.left_out[:10])}" if one.left_out else ""),
                f"{trait}: {len(one.table)} units, {len(one.environments)} environments. "
                + (f"Left out, not complete: {', '.join(one.left_out[:10])}" if one.left_out else ""),
            )
        )
    pictures, parts = [], []
    for name, one in found.items():
        trait = str(name)
        picture = stability_picture(values[values["trait"] == trait], one, str(_title_of(trait)))
        pictures.append(picture)
        caption = Text(
            f"点は単位と環境ごとの平均({len(one.table)} 単位、{len(one.environments)} 環境)。右ほど良い環境。"
            "線は Finlay-Wilkinson の回帰、b は傾き。",
            f"Means of {len(one.table)} units in {len(one.environments)} environments, the good ones to the right. "
            "Lines: regression of Finlay and Wilkinson, b its slope.",
        )
        shown_of = one.table.drop(columns=["r2"])
        parts.append(
            Part(
                _title_of(trait),
                stability_words(str(_title_of(trait)), one),
                [(picture, caption)],
                [(Text("単位ごとの安定性", "Stability of each unit"), shown_of, _LABELS)],
            )
        )
    files.write_pictures(pictures)
    files.write_report(_source_title(source, Text("安定性", "stability")), parts)
    return 1 if odd else 0
