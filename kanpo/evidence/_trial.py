"""A recorded trial as a table of plots, and the design that was recorded with it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from kanpo.errors import InputUnusable, Place, UsageError
from kanpo.evidence._days import LAST, When, day_notes
from kanpo.evidence._plot_values import trial_plot_values
from kanpo.evidence._traits import find_trait, trait_label
from kanpo.evidence.analysis import Analysis, DdfMethod, Design, analyse_traits, make_design
from kanpo.locale import Text
from kanpo.store import Project

#: Fields of a plot that can play a part in a design, besides its code.
_PARTS = (
    "treatment",
    "replicate",
    "block",
    "main_treatment",
    "sub_treatment",
    "plot_row",
    "plot_column",
    "area_m2",
)
#: Traits of one run of ``all``; more are asked for by name.
_MOST_TRAITS = 20
#: Plots whose areas differ by more than this factor are worth a word.
_UNEQUAL = 1.1


def analyse_trial(
    project: Project,
    trial_codes: Sequence[str],
    traits: Sequence[str],
    design: Design | None = None,
    when: When = LAST,
    *,
    ddf: DdfMethod = "kenward-roger",
) -> list[Analysis]:
    """Analyse traits of a recorded trial, or of several together as environments.

    Parameters
    ----------
    trial_codes : sequence of str
        One trial, or several with common treatments; then each trial is an environment.
    traits : sequence of str
        Traits observed on plots, or yields (``yield_dry_kg_per_10a`` …), by key or name (`find_trait`);
        ``all`` stands for every one with values that differ, up to 20.
    design : Design, optional
        Instead of the recorded one. Its columns are those of `plot_table`; covariates are traits.
    when : When
        Which day counts where a trait was observed on several; with ``all`` each round of observing is
        analysed and its first day stands behind the trait.
    ddf : str
        See `analyse`.

    Raises
    ------
    UsageError
        There is no such trial, trait or day; or all rounds of several trials are asked for.
    InputUnusable
        The recorded design is no experiment (a demonstration), or its plots do not tell its parts.
    """
    if when.rule == "all" and (len(trial_codes) > 1 or (design is not None and design.covariates)):
        raise _rounds_of_several()
    table, values = _table_and_values(project, trial_codes, when)
    wanted = _wanted(traits, table, values)
    chosen = design or recorded_design(project, trial_codes, table)
    if chosen.covariates:
        chosen = replace(chosen, covariates=tuple(_wanted(chosen.covariates, table, values)))
    columns = {str(key): [_cell(value) for value in table[key]] for key in table.columns}
    results = analyse_traits(columns, chosen, wanted, ddf=ddf, first_row=1)
    undecided = values.groupby("column")["undecided"].sum()
    return [
        replace(
            result,
            notes=(
                *day_notes(values[values["column"] == result.trait], _trait_of(result.trait)),
                *result.notes,
                *_unequal(table),
                *_left_out(int(sum(undecided.get(one, 0) for one in (result.trait, *chosen.covariates)))),
            ),
        )
        for result in results
    ]


def plot_table(project: Project, trial_codes: Sequence[str], when: When = LAST) -> pd.DataFrame:
    """Every plot of some trials with its parts in the design and a column for each trait.

    Returns
    -------
    DataFrame
        ``trial_code``, ``plot_code``, the parts that are recorded, then one column for each trait
        or yield (NaN where not measured or not decided): values of the day that `when` chooses, sums
        of harvests. Where `when` takes all rounds, columns are called ``trait@day``.
    """
    return _table_and_values(project, trial_codes, when)[0]


def _table_and_values(
    project: Project, trial_codes: Sequence[str], when: When
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table of plots, and the values it was made from with the `column` of each."""
    trials = project.journal.read("trial")
    known = list(trials["trial_code"])
    for code in trial_codes:
        if code not in known:
            raise _unknown_trial(code, known)
    plots = project.journal.read("plot")
    plots = plots[plots["trial_code"].isin(trial_codes)]
    parts = [key for key in _PARTS if key in plots.columns and plots[key].notna().any()]
    table = plots[["trial_code", "plot_code", *parts]].drop_duplicates(
        ["trial_code", "plot_code"], keep="last"
    )
    values = trial_plot_values(project, plots, when)
    values["column"] = values["trait"].where(values["round"] == "", values["trait"] + "@" + values["round"])
    wide = values.pivot_table(index=["trial_code", "plot_code"], columns="column", values="value")
    return table.merge(wide.reset_index(), on=["trial_code", "plot_code"], how="left"), values


def _trait_of(column: str) -> str:
    return column.partition("@")[0]


def _wanted(traits: Sequence[str], table: pd.DataFrame, values: pd.DataFrame) -> list[str]:
    """The columns that are asked for; a trait of several rounds has several."""
    columns = [str(key) for key in table.columns if key in set(values["column"])]
    known = list(dict.fromkeys(map(_trait_of, columns)))
    chosen: list[str] = []
    for words in traits:
        if words == "all":
            moving = [key for key in columns if table[key].nunique() > 1]
            if len(moving) > _MOST_TRAITS:
                raise _too_many(moving)
            chosen += moving
        else:
            trait = find_trait(words, known, Text("この試験", "this trial"))
            chosen += [column for column in columns if _trait_of(column) == trait]
    return list(dict.fromkeys(chosen)) or [_none_at_all(known)]


def recorded_design(project: Project, trial_codes: Sequence[str], table: pd.DataFrame) -> Design:
    """The design that was recorded with a trial; several trials are environments of one series.

    Raises
    ------
    InputUnusable
        It is a demonstration or of another kind, or the plots lack what it needs.
    """
    trials = project.journal.read("trial").drop_duplicates("trial_code", keep="last").set_index("trial_code")
    block = "replicate" if "replicate" in table.columns else None
    checks = _checks(trials.loc[list(trial_codes)])
    if len(trial_codes) > 1:
        blocks = [block] if block else []
        return make_design(
            "multienv", treatments=["treatment"], environment="trial_code", blocks=blocks, checks=checks
        )
    kind = trials.loc[trial_codes[0], "design"]
    incomplete = ["block"] if "block" in table.columns else []
    whole = [block] if block else []
    if kind == "crd":
        return make_design("crd", treatments=["treatment"], checks=checks)
    if kind == "rcbd":
        return make_design("rcbd", treatments=["treatment"], blocks=whole, checks=checks)
    if kind == "latin":
        return make_design(
            "latin", treatments=["treatment"], row="plot_row", column="plot_column", checks=checks
        )
    if kind == "augmented":
        return make_design("augmented", treatments=["treatment"], blocks=incomplete or whole, checks=checks)
    if kind == "alpha":
        return make_design(
            "alpha", treatments=["treatment"], replicate=block, blocks=incomplete, checks=checks
        )
    if kind in ("splitplot", "stripplot") and {"main_treatment", "sub_treatment"} <= set(table.columns):
        parts = ["main_treatment", "sub_treatment"]
        return make_design(kind, treatments=parts, blocks=whole, checks=checks)
    raise _no_design(str(kind), trial_codes[0])


def _checks(trials: pd.DataFrame) -> list[str]:
    if "checks" not in trials.columns:
        return []
    named = [name.strip() for text in trials["checks"].dropna() for name in str(text).split(";")]
    return list(dict.fromkeys(name for name in named if name))


def _unequal(table: pd.DataFrame) -> list[Text]:
    areas = pd.to_numeric(table["area_m2"]).dropna() if "area_m2" in table else pd.Series(dtype=float)
    if areas.empty or areas.max() <= _UNEQUAL * areas.min():
        return []
    return [
        Text(
            f"試験区の面積がそろっていません({areas.min():.4g}から {areas.max():.4g} m2)。小さい区の値ほど不確かですが、"
            "同じ重みで計算しています。",
            f"Plots differ in area ({areas.min():.4g} to {areas.max():.4g} m2): values of small plots are less "
            "certain, but all have the same weight here.",
        )
    ]


def _left_out(undecided: int) -> list[Text]:
    if not undecided:
        return []
    return [
        Text(
            f"食い違ったままの値が {undecided} 個あり、入れていません。決めるには kanpo records conflicts",
            f"{undecided} values contradict each other and are left out; decide with kanpo records conflicts.",
        )
    ]


def _cell(value: object) -> str | None:
    if value is None or value != value:
        return None
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return repr(float(value)) if isinstance(value, float) else str(value)


def _unknown_trial(code: str, known: Sequence[str]) -> UsageError:
    near = difflib.get_close_matches(code, known, n=1, cutoff=0.5)
    return UsageError(
        "trial.unknown",
        Text(f"試験「{code}」はありません", f"there is no trial '{code}'"),
        Text(f"もしかして「{near[0]}」ですか", f"did you mean '{near[0]}'?")
        if near
        else Text(
            f"登録済み: {'、'.join(sorted(known)) or 'なし'}", f"known: {', '.join(sorted(known)) or 'none'}"
        ),
    )


def _rounds_of_several() -> UsageError:
    return UsageError(
        "analysis.rounds-of-several",
        Text(
            "--date all は1つの試験で、共変量なしのときだけ使えます",
            "--date all is for a single trial without covariates",
        ),
        Text(
            "試験を1つにするか、--date に各試験の日をカンマで並べてください",
            "name one trial, or give a day of each trial, separated by commas",
        ),
    )


def _too_many(columns: Sequence[str]) -> UsageError:
    names = ", ".join(columns[:_MOST_TRAITS])
    return UsageError(
        "analysis.too-many-traits",
        Text(
            f"項目が {len(columns)} あり、一度に解析できる {_MOST_TRAITS} を超えます",
            f"{len(columns)} traits are more than the {_MOST_TRAITS} of one run",
        ),
        Text(f"--trait で選んでください: {names} …", f"choose with --trait: {names} …"),
    )


def _none_at_all(known: Sequence[str]) -> str:
    names = [f"{trait_label(trait)}({trait})" for trait in known]
    raise UsageError(
        "analysis.unknown-trait",
        Text(
            "この試験に、区によって違う値の項目がありません", "no trait of this trial differs between plots"
        ),
        Text(f"ある項目: {'、'.join(names) or 'なし'}", f"traits: {', '.join(names) or 'none'}"),
    )


def _no_design(kind: str, code: str) -> InputUnusable:
    return InputUnusable(
        "analysis.no-design",
        Text(
            f"記録された設計({kind})は、無作為化と反復のある試験として検定できません",
            f"the recorded design ({kind}) is no randomised, replicated trial that could be tested",
        ),
        Text(
            f"平均は kanpo trials summary {code} で見られます。試験だったなら --design で設計を指定してください",
            f"see kanpo trials summary {code} for means; if it was an experiment, give its --design",
        ),
        Place(column="design", value=kind),
    )
