"""A recorded trial as a table of plots, and the design that was recorded with it."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from kanpo.errors import InputUnusable, Place, UsageError
from kanpo.evidence._summary import trial_plot_values
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
#: Plots whose areas differ by more than this factor are worth a word.
_UNEQUAL = 1.1


def analyse_trial(
    project: Project,
    trial_codes: Sequence[str],
    traits: Sequence[str],
    design: Design | None = None,
    *,
    ddf: DdfMethod = "kenward-roger",
) -> list[Analysis]:
    """Analyse traits of a recorded trial, or of several together as environments.

    Parameters
    ----------
    trial_codes : sequence of str
        One trial, or several with common treatments; then each trial is an environment.
    traits : sequence of str
        Traits observed on plots, or yields (``yield_dry_kg_per_10a`` …).
    design : Design, optional
        Instead of the recorded one. Its columns are those of `plot_table`; covariates are traits.
    ddf : str
        See `analyse`.

    Raises
    ------
    UsageError
        There is no such trial or trait.
    InputUnusable
        The recorded design is no experiment (a demonstration), or its plots do not tell its parts.
    """
    table, undecided = _table_and_undecided(project, trial_codes)
    chosen = design or recorded_design(project, trial_codes, table)
    missing = [trait for trait in (*traits, *chosen.covariates) if trait not in table.columns]
    if missing:
        raise _unknown_trait(missing[0], [key for key in table.columns if key not in _PARTS])
    columns = {str(key): [_cell(value) for value in table[key]] for key in table.columns}
    results = analyse_traits(columns, chosen, traits, ddf=ddf, first_row=1)
    return [
        replace(
            result,
            notes=(
                *result.notes,
                *_unequal(table),
                *_left_out(sum(undecided.get(one, 0) for one in (result.trait, *chosen.covariates))),
            ),
        )
        for result in results
    ]


def plot_table(project: Project, trial_codes: Sequence[str]) -> pd.DataFrame:
    """Every plot of some trials with its parts in the design and a column for each trait.

    Returns
    -------
    DataFrame
        ``trial_code``, ``plot_code``, the parts that are recorded, then one column for each trait
        or yield (NaN where not measured or not decided): means of observations, sums of harvests.
    """
    return _table_and_undecided(project, trial_codes)[0]


def _table_and_undecided(project: Project, trial_codes: Sequence[str]) -> tuple[pd.DataFrame, dict[str, int]]:
    """The table of plots, and how many values of each trait are left out as nobody has decided them."""
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
    values = trial_plot_values(project, plots)
    wide = values.pivot_table(index=["trial_code", "plot_code"], columns="trait", values="value")
    undecided = {
        str(trait): int(count) for trait, count in values.groupby("trait")["undecided"].sum().items()
    }
    return table.merge(wide.reset_index(), on=["trial_code", "plot_code"], how="left"), undecided


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


def _unknown_trait(trait: str, known: Sequence[str]) -> UsageError:
    names = [name for name in known if name not in ("trial_code", "plot_code")]
    near = difflib.get_close_matches(trait, names, n=1, cutoff=0.5)
    return UsageError(
        "analysis.unknown-trait",
        Text(
            f"この試験に「{trait}」の値はありません",
            f"there are no values of '{trait}' in this trial",
        ),
        Text(f"もしかして「{near[0]}」ですか", f"did you mean '{near[0]}'?")
        if near
        else Text(f"ある項目: {'、'.join(names) or 'なし'}", f"traits: {', '.join(names) or 'none'}"),
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
