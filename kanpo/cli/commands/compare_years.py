"""``kanpo compare years`` and ``stability``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kanpo.cli._click import command
from kanpo.cli._compare_options import UNITS, long_options, out_option
from kanpo.cli._options import output_options
from kanpo.cli._present import say, say_problems, show_table
from kanpo.cli.commands.compare import check_files, with_short_p, write_table
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
    sheet: str | None,
    project: Path | None,
) -> tuple[pd.DataFrame, bool]:
    """Values in long form, and whether some could not be read."""
    from kanpo.evidence import find_trait

    problems: tuple[Any, ...] = ()
    if file is not None:
        from kanpo.compare import long_table, read_table

        values, problems = long_table(
            read_table(file, sheet), year=year, unit=unit, value=value, trait=trait_column
        )
        say_problems(problems)
    else:
        values = _of_project(project, herb, by, when, only)
    known = list(dict.fromkeys(values["trait"]))
    if values.empty:
        raise UsageError(
            "compare.no-trait",
            Text("試験の値がまだありません", "there are no values of trials yet"),
            Text("観察か収穫を記録してください", "record observations or harvests"),
        )
    wanted = [find_trait(trait, known, Text("この表", "the table")) for trait in only]
    return (values[values["trait"].isin(wanted)] if wanted else values), bool(problems)


def _of_project(
    project: Path | None, herb: str | None, by: str, written: str, only: tuple[str, ...]
) -> pd.DataFrame:
    """Values of the project's trials; which days they rest on is said for the traits that are asked for."""
    from kanpo.cli._discover import find_project
    from kanpo.evidence import day_notes, find_trait, plot_values, read_when, trait_label, values_by_year
    from kanpo.herbs import find_herb, load_catalogue
    from kanpo.store import Project

    herb_id = find_herb(load_catalogue(), herb).herb_id if herb else None
    with Project.open(find_project(project)) as opened:
        values = plot_values(opened, herb_id=herb_id, when=read_when(written, every=False))
    known = list(dict.fromkeys(values["trait"]))
    where = Text("試験の記録", "the trials")
    for trait in [find_trait(one, known, where) for one in only if known] or known:
        label = trait_label(trait)
        for note in day_notes(values, trait):
            say(Text(f"{label.ja}: {note.ja}", f"{label.en}: {note.en}"))
    return values_by_year(values, UNITS[by])


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
@out_option
@output_options
def years(out: Path | None, as_json: bool, as_csv: bool, **source: Any) -> int:
    from kanpo.compare import year_changes

    check_files([out])
    values, odd = _values(**source)
    table = year_changes(values)
    write_table(out, table, _LABELS)
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
@out_option
@output_options
def stability_command(out: Path | None, as_json: bool, as_csv: bool, **source: Any) -> int:
    import pandas as pd

    from kanpo.compare import stability

    check_files([out])
    values, odd = _values(**source)
    found = {trait: stability(group) for trait, group in values.groupby("trait", sort=False)}
    table = pd.concat([one.table.assign(trait=trait) for trait, one in found.items()], ignore_index=True)
    table = table[["trait", *(key for key in table.columns if key != "trait")]]
    write_table(out, table, _LABELS)
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
    return 1 if odd else 0
