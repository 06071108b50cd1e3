"""Analyse the traits of a trial: the one way from a table of plots to results."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from kanpo.errors import InputUnusable, Place, UsageError
from kanpo.evidence.analysis._assumptions import RankTest, check_assumptions, rank_test
from kanpo.evidence.analysis._augmented import augmented_parts
from kanpo.evidence.analysis._compare import (
    MEAN_COLUMNS,
    PAIR_COLUMNS,
    Compared,
    compare,
    difference_error,
)
from kanpo.evidence.analysis._design import Design, Term, term_name
from kanpo.evidence.analysis._factor import Factor
from kanpo.evidence.analysis._fit import RESIDUALS, Fit, Prepared, Row, fit, prepare
from kanpo.evidence.analysis._margins import Margin, margin_of
from kanpo.evidence.analysis._names import design_label, factor_label, trait_words
from kanpo.evidence.analysis._notes import notes_of
from kanpo.evidence.analysis._outcome import Analysis, Component, Effect, Field
from kanpo.evidence.analysis._power import Power, power_of
from kanpo.evidence.analysis._sheet import Columns, find_column, read_sheet
from kanpo.evidence.analysis._table import PlotTable, read_plots
from kanpo.evidence.analysis._words import (
    assumption_sentences,
    check_sentences,
    effect_sentences,
    rank_sentence,
)
from kanpo.locale import Text

#: Residual degrees of freedom below which residuals tell nothing of their distribution.
_FEWEST_RESIDUALS = 4


def analyse(
    columns: Columns, design: Design, trait: str, *, file: str | None = None, first_row: int = 2
) -> Analysis:
    """Analyse one trait of a trial.

    Parameters
    ----------
    columns : mapping
        Header to cells as written, one cell for each plot.
    design : Design
        See `make_design`; its columns are looked up by name.
    trait : str
        The column of values.
    file, first_row
        For messages.

    Raises
    ------
    UsageError
        A column or a check is not there; the nearest is named.
    InputUnusable
        The trait is text, or there is nothing to compare.
    """
    return analyse_traits(columns, design, [trait], file=file, first_row=first_row)[0]


def analyse_traits(
    columns: Columns, design: Design, traits: Sequence[str], *, file: str | None = None, first_row: int = 2
) -> list[Analysis]:
    """Analyse several traits; what depends on the plots only is worked out once.

    Raises
    ------
    UsageError, InputUnusable
        As `analyse`.
    """
    named = _with_headers(columns, design)
    sheet = read_sheet(columns, named, file=file, first_row=first_row)
    ready: dict[tuple[bytes, ...], tuple[Prepared, list[Margin]]] = {}
    results = []
    for trait in traits:
        header = find_column(columns, trait)
        if header in named.factors:
            raise UsageError(
                "analysis.column-twice",
                Text(f"列「{header}」が2つの役に使われています", f"column '{header}' plays two parts"),
                Text("値の列を --trait に指定してください", "name the column of values with --trait"),
            )
        table = read_plots(sheet, header)
        _check_levels(named, table, file)
        if table.below.any():
            results.append(_by_ranks(named, table))
            continue
        key = tuple(factor.codes.tobytes() for factor in table.factors.values())
        if key not in ready:
            prepared = prepare(named, table.factors)
            ready[key] = (
                prepared,
                [margin_of(prepared.model, t, prepared.nuisance) for t in _terms(prepared)],
            )
        results.append(_analysed(*ready[key], table))
    return results


def _with_headers(columns: Columns, design: Design) -> Design:
    """The design with the headers as they stand in the table."""
    parts = ("block", "replicate", "row", "column", "whole_plot", "sub_plot", "environment")
    needed = design.factors
    found = {name: find_column(columns, name) for name in needed}
    changed = {part: found.get(getattr(design, part), getattr(design, part)) for part in parts}
    treatments = tuple(found.get(name, name) for name in design.treatments)
    return replace(design, treatments=treatments, **changed)


def _terms(prepared: Prepared) -> list[Term]:
    """The treatment terms whose means are of use: those that are in the model at all."""
    parts = prepared.model.parts[1:]
    return [part.term for part in parts if part.term not in prepared.nuisance and part.df]


def _check_levels(design: Design, table: PlotTable, file: str | None) -> None:
    """At least two treatments (and environments), and checks that exist."""
    compared = [*design.treated, *([design.environment] if design.environment else [])]
    for name in compared:
        factor = table.factors[name]
        if len(factor.levels) < 2:
            alone = factor.levels[0]
            raise InputUnusable(
                "analysis.one-level",
                Text(
                    f"列「{name}」の水準が「{alone}」だけなので、比べるものがありません",
                    f"column '{name}' has only the level '{alone}': there is nothing to compare",
                ),
                Text(
                    "--design rcbd にして環境を外してください"
                    if name == design.environment
                    else "処理の列を確かめてください",
                    "use --design rcbd without an environment"
                    if name == design.environment
                    else "check the column of treatments",
                ),
                Place(file, column=name),
            )
    known = [level for name in design.treated for level in table.factors[name].levels]
    for check in design.checks:
        if check not in known:
            near = difflib.get_close_matches(check, known, n=1, cutoff=0.4)
            raise UsageError(
                "analysis.unknown-check",
                Text(f"標準「{check}」という処理はありません", f"there is no treatment '{check}'"),
                Text(f"もしかして「{near[0]}」ですか", f"did you mean '{near[0]}'?")
                if near
                else Text(f"処理: {'、'.join(known[:20])}", f"treatments: {', '.join(known[:20])}"),
            )


def _analysed(prepared: Prepared, margins: list[Margin], table: PlotTable) -> Analysis:
    design, y = prepared.design, table.y
    fitted = fit(prepared, y)
    error, df_error = _last_error(fitted)
    compared, powers = _compared(prepared, margins, fitted, y, error)
    means, pairs = _tables(compared) if compared else (_plain_means(prepared, y), _empty(PAIR_COLUMNS))
    ranks = _rank(design, table.factors, y)
    checks = None if fitted.exact or _too_few(fitted) else check_assumptions(prepared, fitted, y, table.names)
    studentised = np.full(len(y), np.nan) if checks is None else checks.studentised
    parts: tuple[Row, ...] = ()
    if design.kind == "augmented" and not fitted.exact:
        parts = augmented_parts(prepared, y, error, df_error)
    sentences = [_summary(prepared, table), *_nothing_varies(fitted, y)]
    if fitted.rows:
        treated = [part.term for part in prepared.model.parts[1:] if part.term not in prepared.nuisance]
        sentences += effect_sentences(fitted.rows, means, powers, treated)
        sentences += check_sentences(pairs, design.checks)
    if checks is not None:
        sentences += assumption_sentences(checks, ranks)
    return Analysis(
        design=design,
        trait=table.trait,
        plots=len(y),
        missing=table.missing,
        rejected=table.rejected,
        anova=fitted.rows,
        adjusted=fitted.adjusted,
        parts=parts,
        means=means,
        pairs=pairs,
        variance=_variance(prepared, fitted),
        effects=_effects(fitted, len(y), prepared),
        cv=_cv(fitted, float(y.mean())),
        powers=tuple(powers),
        assumptions=checks,
        ranks=ranks,
        residuals=pd.DataFrame(
            {
                "plot": table.names,
                "value": y,
                "fitted": fitted.fitted,
                "residual": fitted.residuals,
                "studentised": studentised,
            }
        ),
        levels=_levels(table),
        field=_field(table, studentised),
        notes=notes_of(prepared, fitted, table, any(one.skipped for one in compared)),
        sentences=tuple(sentences),
        problems=table.problems,
    )


def _by_ranks(design: Design, table: PlotTable) -> Analysis:
    """All that may be said when values lie below the limit of measurement."""
    known = np.where(table.below, np.nan, table.y)
    ranks = _rank(design, table.factors, known, table.below)
    return Analysis(
        design=design,
        trait=table.trait,
        plots=len(table.y),
        missing=table.missing,
        rejected=table.rejected,
        anova=(),
        adjusted=(),
        parts=(),
        means=_empty(MEAN_COLUMNS),
        pairs=_empty(PAIR_COLUMNS),
        variance=(),
        effects=(),
        cv={},
        powers=(),
        assumptions=None,
        ranks=ranks,
        residuals=_empty(("plot", "value", "fitted", "residual", "studentised")),
        levels=_levels(table).iloc[:0],
        field=None,
        notes=(),
        sentences=tuple(rank_sentence(ranks, int(table.below.sum()), len(table.y))),
        problems=table.problems,
    )


def _too_few(fitted: Fit) -> bool:
    """Whether the residuals are too few to judge the assumptions by."""
    return bool(fitted.errors) and fitted.errors[-1][2] < _FEWEST_RESIDUALS


def _empty(columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame({key: [] for key in columns})


def _last_error(fitted: Fit) -> tuple[float, float]:
    if fitted.errors:
        return fitted.errors[-1][1], fitted.errors[-1][2]
    return (np.nan, np.nan) if fitted.reml is None else (fitted.reml.sigma2, np.nan)


def _compared(
    prepared: Prepared, margins: list[Margin], fitted: Fit, y: npt.NDArray[np.float64], error: float
) -> tuple[list[Compared], list[Power]]:
    if fitted.estimator is None:
        return [], []
    compared, powers = [], []
    for margin in margins:
        checks = prepared.design.checks if len(margin.term) == 1 else ()
        checks = tuple(check for check in checks if check in margin.levels)
        compared.append(compare(margin, fitted.estimator, float(np.sqrt(error)), checks))
        se, df = difference_error(margin, fitted.estimator)
        if len(margin.term) == 1 and se > 0 and df >= 1:
            powers.append(power_of(term_name(margin.term), se, df, float(y.mean())))
    return compared, powers


def _tables(compared: list[Compared]) -> tuple[pd.DataFrame, pd.DataFrame]:
    means = pd.concat([one.means for one in compared], ignore_index=True)
    filled = [one.pairs for one in compared if len(one.pairs)]
    return means, pd.concat(filled, ignore_index=True) if filled else _empty(PAIR_COLUMNS)


def _plain_means(prepared: Prepared, y: npt.NDArray[np.float64]) -> pd.DataFrame:
    """Means of the values as they are, without errors, where no error can be had."""
    tables = []
    for name in prepared.design.treated:
        factor = prepared.model.factors[name]
        counts = np.bincount(factor.codes)
        table = _empty(MEAN_COLUMNS).reindex(range(len(counts)))
        table["term"], table["level"], table["n"] = name, list(factor.levels), counts
        table["mean"] = np.bincount(factor.codes, y) / counts
        table["letters"] = ""
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _rank(
    design: Design,
    factors: Mapping[str, Factor],
    y: npt.NDArray[np.float64],
    below: npt.NDArray[np.bool_] | None = None,
) -> RankTest | None:
    if len(design.treated) != 1:
        return None
    block = factors.get(design.block) if design.block else None
    return rank_test(design.kind, factors[design.treated[0]], block, y, below)


def _variance(prepared: Prepared, fitted: Fit) -> tuple[Component, ...]:
    if fitted.reml is not None:
        pairs = zip(fitted.reml.random.terms, fitted.reml.ratios * fitted.reml.sigma2, strict=True)
        found = [(term_name(term), float(value)) for term, value in pairs]
        found.append(("Residual", fitted.reml.sigma2))
    else:
        found = [("Residual", error) for name, error, _ in fitted.errors if not fitted.exact]
    return tuple(Component(name, value, float(np.sqrt(value))) for name, value in found)


def _effects(fitted: Fit, plots: int, prepared: Prepared) -> tuple[Effect, ...]:
    """Partial eta squared and omega squared of each tested term (Olejnik and Algina 2003)."""
    ground = {term_name(term) for term in prepared.nuisance}
    effects = []
    for row in fitted.rows:
        if row.term == RESIDUALS or row.term in ground or row.F != row.F:
            continue
        eta = row.df * row.F / (row.df * row.F + row.df_error)
        omega = row.df * (row.F - 1) / (row.df * (row.F - 1) + plots)
        effects.append(Effect(row.stratum, row.term, eta, max(omega, 0.0)))
    return tuple(effects)


def _cv(fitted: Fit, mean: float) -> dict[str, float]:
    if not mean or fitted.exact:
        return {}
    found = {name: 100 * float(np.sqrt(error)) / abs(mean) for name, error, df in fitted.errors if df > 0}
    if fitted.reml is not None and not fitted.errors:
        found = {"Residual": 100 * float(np.sqrt(fitted.reml.sigma2)) / abs(mean)}
    return found


def _field(table: PlotTable, studentised: npt.NDArray[np.float64]) -> Field | None:
    """The plan, where every plot has a place of its own."""
    if table.rows is None or table.columns is None or not np.isfinite(studentised).any():
        return None
    places = set(zip(table.rows.tolist(), table.columns.tolist(), strict=True))
    rows, columns = np.unique(table.rows), np.unique(table.columns)
    if len(places) < len(table.rows) or len(rows) * len(columns) > 20 * len(table.rows):
        return None
    grid = np.full((len(rows), len(columns)), np.nan)
    grid[np.searchsorted(rows, table.rows), np.searchsorted(columns, table.columns)] = studentised
    return Field(tuple(rows.tolist()), tuple(columns.tolist()), grid)


def _levels(table: PlotTable) -> pd.DataFrame:
    return pd.DataFrame(
        {name: [factor.levels[code] for code in factor.codes] for name, factor in table.factors.items()},
        dtype=object,
    )


def _summary(prepared: Prepared, table: PlotTable) -> Text:
    counts = [(name, len(table.factors[name].levels)) for name in prepared.design.factors]
    ja = "、".join(f"{factor_label(name).ja} {count} 水準" for name, count in counts)
    en = ", ".join(f"{name} ({count} levels)" for name, count in counts)
    trait, design = trait_words(table.trait), design_label(prepared.design.kind)
    return Text(
        f"{trait.ja}を {len(table.y)} 区の値で解析しました({design.ja}: {ja})。",
        f"{trait.en} analysed on {len(table.y)} plots ({design.en}: {en}).",
    )


def _nothing_varies(fitted: Fit, y: npt.NDArray[np.float64]) -> list[Text]:
    if not fitted.exact:
        return []
    if not fitted.rows and np.ptp(y) == 0:
        return [
            Text(
                "値がすべて同じなので、検定するものがありません。",
                "All values are equal: there is nothing to test.",
            )
        ]
    if fitted.errors and fitted.errors[-1][2] > 0:
        return [
            Text(
                "同じ処理の区の値が完全に一致していて、誤差がありません。入力(平均値を写していないか)を確かめてください。",
                "Plots of a treatment agree exactly: there is no error. Check whether averages were entered.",
            )
        ]
    return [
        Text(
            "誤差を測る反復がないので、差は検定できません。処理ごとの値だけを示します。",
            "There are no replicates to measure the error by: differences cannot be tested; "
            "only the values are shown.",
        )
    ]
