"""``kanpo compare years`` and ``stability``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kanpo.cli._click import argument, command, option
from kanpo.cli._options import PathType, output_options, project_option
from kanpo.cli._present import say, say_problems, show_table
from kanpo.cli.commands.compare import Files, file_options, sheet_option, with_short_p
from kanpo.errors import UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    import pandas as pd

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
    "mean": Text("平均", "mean"),
    "slope": Text("傾き", "slope"),
    "slope_se": Text("標準誤差", "se"),
    "slope_p": Text("傾き1とのp", "p of slope 1"),
    "deviation_ms": Text("ずれの分散", "deviation ms"),
    "r2": Text("決定係数", "r²"),
    "ecovalence": Text("エコバレンス", "ecovalence"),
    "shukla": Text("安定分散(Shukla)", "Shukla's variance"),
}
_UNITS = {
    "parcel": "parcel_id",
    "grower": "grower_code",
    "treatment": "treatment",
    "herb": "herb_id",
    "trial": "trial_code",
}


def long_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Where values by year come from: a file with columns, or the project's trials."""
    for decorate in (
        project_option,
        sheet_option,
        option(
            "--by",
            type=click.Choice(list(_UNITS)),
            default="parcel",
            show_default=True,
            help=Text("プロジェクトの試験で比べる単位", "what is followed in the project's trials"),
        ),
        option("--herb", help=Text("生薬(プロジェクトの試験)", "herb (project's trials)")),
        option(
            "--trait",
            "only",
            multiple=True,
            help=Text(
                "この項目だけ(何度でも。例 yield_dry_kg_per_10a)",
                "only this trait (repeatable, yield_dry_kg_per_10a)",
            ),
        ),
        option("--trait-column", metavar="COL", help=Text("項目名の列", "column of the traits")),
        option(
            "--value",
            default="value",
            show_default=True,
            metavar="COL",
            help=Text("値の列", "column of the values"),
        ),
        option(
            "--unit",
            default="unit",
            show_default=True,
            metavar="COL",
            help=Text("単位(筆・系統・生産者)の列", "column of the units"),
        ),
        option(
            "--year",
            default="year",
            show_default=True,
            metavar="COL",
            help=Text("年(または環境)の列", "column of the years (or environments)"),
        ),
        argument("file", type=PathType, required=False),
    ):
        function = decorate(function)
    return function


def _values(
    file: Path | None,
    year: str,
    unit: str,
    value: str,
    trait_column: str | None,
    only: tuple[str, ...],
    herb: str | None,
    by: str,
    sheet: str | None,
    project: Path | None,
) -> tuple[pd.DataFrame, bool]:
    """Values in long form, and whether some could not be read."""
    problems: tuple[Any, ...] = ()
    if file is not None:
        from kanpo.compare import long_table, read_table

        values, problems = long_table(
            read_table(file, sheet), year=year, unit=unit, value=value, trait=trait_column
        )
        say_problems(problems)
    else:
        values = _of_project(project, herb, by)
    known = list(dict.fromkeys(values["trait"]))
    unknown = [trait for trait in only if trait not in known]
    if unknown or values.empty:
        raise UsageError(
            "compare.no-trait",
            Text(f"項目「{unknown[0]}」の値がありません", f"there are no values of '{unknown[0]}'")
            if unknown
            else Text("試験の値がまだありません", "there are no values of trials yet"),
            Text(f"ある項目: {'、'.join(known) or 'なし'}", f"traits: {', '.join(known) or 'none'}"),
        )
    return (values[values["trait"].isin(only)] if only else values), bool(problems)


def _of_project(project: Path | None, herb: str | None, by: str) -> pd.DataFrame:
    from kanpo.cli._discover import find_project
    from kanpo.evidence import plot_values, values_by_year
    from kanpo.herbs import find_herb, load_catalogue
    from kanpo.store import Project

    herb_id = find_herb(load_catalogue(), herb).herb_id if herb else None
    with Project.open(find_project(project)) as opened:
        return values_by_year(plot_values(opened, herb_id=herb_id), _UNITS[by])


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
        "1値1行の表(年・単位・値の列)か、ファイルを省いてプロジェクトの試験から。\n"
        "区間は同じ年の繰り返し(試験区)から。単位が空の行は、両方の年にある単位の平均の変化。",
        "Change from each year to the next, for each unit (parcel, strain, grower), with 95 % intervals.\n\n"
        "From a table with a row for each value, or, without a file, from the project's trials. Intervals come "
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
    shown = table if as_json or as_csv else table.drop(columns=["n_from", "n_to"])
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
    shown = table if as_json or as_csv else with_short_p(table.drop(columns=["ecovalence", "r2"]))
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
