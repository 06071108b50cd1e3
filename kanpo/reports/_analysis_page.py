"""The report of an analysis: sentences first, then pictures, then tables, on one page that runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from kanpo.evidence import Analysis, Design
from kanpo.locale import Text, language
from kanpo.reports._covariate_picture import covariate_figures
from kanpo.reports._names import Names, names_of
from kanpo.reports._page import headed, page, pictured, said, section, tabled, write_page
from kanpo.reports._pictures import figures_of
from kanpo.reports._tables import (
    ANALYSIS_LABELS,
    PAIRS_TITLE,
    analysis_tables,
    measures,
    printed,
    probability_text,
)

#: Comparisons shown at once; the rest unfolds.
_MOST_PAIRS = 30
_KINDS = {
    "crd": Text("完全無作為化法", "completely randomised"),
    "rcbd": Text("乱塊法", "randomised complete blocks"),
    "latin": Text("ラテン方格", "Latin square"),
    "splitplot": Text("分割区法", "split-plot"),
    "stripplot": Text("細条区法", "strip-plot"),
    "augmented": Text("増補計画", "augmented blocks"),
    "alpha": Text("アルファ計画(不完備ブロック)", "alpha (incomplete blocks)"),
    "multienv": Text("年次・場所をまたぐ試験", "several environments"),
}
_PARTS = {
    "whole_plot": Text("主区", "whole plot"),
    "sub_plot": Text("副区", "sub-plot"),
    "unit": Text("主区を見分ける列", "column of whole plots"),
    "environment": Text("環境", "environment"),
    "replicate": Text("反復", "replicate"),
    "block": Text("ブロック", "block"),
    "row": Text("行", "row"),
    "column": Text("列", "column"),
}


def analysis_page(
    results: Sequence[Analysis], source: str, made: str | None = None, *, recorded: bool = False
) -> str:
    """The report as one HTML page in the current language; nothing in it is fetched or runs.

    Parameters
    ----------
    results : sequence of Analysis
        One for each trait.
    source : str
        The trials or the file that were analysed.
    made : str, optional
        Day that the page says it was made; today by default.
    recorded : bool
        Whether they are recorded trials: their columns and traits are then called by their words. Those
        of a person's table stay as they are.
    """
    named = [(result, names_of(result, recorded=recorded)) for result in results]
    parts = [_section(result, names) for result, names in named]
    if len(named) > 1:
        parts.insert(0, _overview(named))
    return page(Text(f"{source} の解析", f"Analysis of {source}"), parts, made)


def write_analysis_page(
    path: Path,
    results: Sequence[Analysis],
    source: str,
    made: str | None = None,
    *,
    recorded: bool = False,
) -> None:
    """Write the report, all or nothing.

    Raises
    ------
    EnvironmentFailure
        The file cannot be written.
    """
    write_page(path, analysis_page(results, source, made, recorded=recorded))


def _overview(named: Sequence[tuple[Analysis, Names]]) -> str:
    """All traits in one table: what was tested, with its probability."""
    rows = []
    for found, names in named:
        treated = set(map(str, found.means["term"]))
        tested = [row for row in found.adjusted or found.anova if row.term in treated]
        for row in tested:
            told = (
                str(names.trait(found.trait)),
                found.plots,
                str(names.of(row.term)),
                probability_text(row.p),
            )
            rows.append(told)
        if not tested:
            rows.append((str(names.trait(found.trait)), found.plots, "", "-"))
    table = pd.DataFrame(rows, columns=["trait", "n", "term", "p"])
    tests = tabled(Text("検定", "Tests"), table, ANALYSIS_LABELS)
    return section(Text("項目の一覧", "All traits"), tests, short=True)


def _section(found: Analysis, names: Names) -> str:
    tables = [_table(title, table, names) for title, table in analysis_tables(found)]
    word = names.trait(found.trait)
    return section(
        word,
        said(found.sentences),
        pictured([*figures_of(found, names), *covariate_figures(found, names)]),
        *tables,
        headed(Text("精度", "Precision"), measures(found, names.of)),
        headed(Text("注", "Notes"), [names.noted(note) for note in found.notes]),
        headed(
            Text("除いた行・気を付ける行", "Rows left out or doubtful"),
            [problem.text() for problem in found.problems],
        ),
        beside="" if str(word) == found.trait else found.trait,
        under=_design_words(found.design, names),
    )


def _design_words(design: Design, names: Names) -> str:
    parts = [f"{_KINDS[design.kind]}({design.kind})" if language() == "ja" else str(_KINDS[design.kind])]
    # Which column plays which part: those of a person's table as they are headed.
    called = names.of if names.recorded else Text.same
    played = [(Text("処理", "treatment"), called(name)) for name in design.treatments]
    for part, words in _PARTS.items():
        columns = getattr(design, part) or ()
        played += [(words, called(name)) for name in ([columns] if isinstance(columns, str) else columns)]
    played += [(Text("共変量", "covariate"), called(name)) for name in design.covariates]
    # A column that is called as the part that it plays need not be told twice.
    parts += [str(words) if str(words) == str(name) else f"{words}: {name}" for words, name in played]
    parts += [f"{Text('標準', 'check')}: {name}" for name in design.checks]
    return str(Text("設計: ", "Design: ")) + str(Text("、", "; ")).join(parts)


def _table(title: Text, table: pd.DataFrame, names: Names) -> str:
    shown = printed(table, names.of)
    most = _MOST_PAIRS if title is PAIRS_TITLE else None
    return tabled(title, shown, ANALYSIS_LABELS, most=most)
