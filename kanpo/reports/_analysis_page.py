"""The report of an analysis: sentences first, then pictures, then tables, on one page that runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from string import Template

import pandas as pd
from markupsafe import escape

from kanpo.evidence import Analysis, Design
from kanpo.files import replacing
from kanpo.locale import Text, language
from kanpo.reports._covariate_picture import covariate_figures
from kanpo.reports._pictures import Figure, figures_of
from kanpo.reports._tables import ANALYSIS_LABELS, PAIRS_TITLE, analysis_tables, measures, printed

#: Comparisons shown at once; the rest unfolds, up to as many as a page bears.
_MOST_PAIRS, _MOST_UNFOLDED = 30, 2_000
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


def analysis_page(results: Sequence[Analysis], source: str, made: str | None = None) -> str:
    """The report as one HTML page in the current language; nothing in it is fetched or runs.

    Parameters
    ----------
    results : sequence of Analysis
        One for each trait.
    source : str
        The trials or the file that were analysed.
    made : str, optional
        Day that the page says it was made; today by default.
    """
    made = made or date.today().isoformat()
    page = files("kanpo.reports").joinpath("page")
    return Template(page.joinpath("analysis.html").read_text(encoding="utf-8")).substitute(
        language=language(),
        title=_html(Text(f"{source} の解析", f"Analysis of {source}")),
        made=_html(Text(f"作成日 {made}", f"made on {made}")),
        style=page.joinpath("analysis.css").read_text(encoding="utf-8"),
        sections="\n".join(_section(result) for result in results),
    )


def write_analysis_page(
    path: Path, results: Sequence[Analysis], source: str, made: str | None = None
) -> None:
    """Write the report, all or nothing.

    Raises
    ------
    EnvironmentFailure
        The file cannot be written.
    """
    page = analysis_page(results, source, made)
    with replacing(path) as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")


def _html(text: object) -> str:
    """Text that stays text."""
    return str(escape(str(text)))


def _section(found: Analysis) -> str:
    pictures = "\n".join(_figure(figure) for figure in (*figures_of(found), *covariate_figures(found)))
    return "\n".join(
        (
            f"<section>\n<h2>{_html(found.trait)}</h2>",
            f'<p class="design">{_html(_design_words(found.design))}</p>',
            _list("said", found.sentences),
            f'<div class="pictures">\n{pictures}\n</div>' if pictures else "",
            *(_table(title, table) for title, table in analysis_tables(found)),
            _headed(Text("精度", "Precision"), measures(found)),
            _headed(Text("注", "Notes"), found.notes),
            _headed(
                Text("除いた行・気を付ける行", "Rows left out or doubtful"),
                [p.text() for p in found.problems],
            ),
            "</section>",
        )
    )


def _design_words(design: Design) -> str:
    parts = [f"{_KINDS[design.kind]}({design.kind})" if language() == "ja" else str(_KINDS[design.kind])]
    played = [(Text("処理", "treatment"), name) for name in design.treatments]
    for part, words in _PARTS.items():
        named = getattr(design, part) or ()
        played += [(words, name) for name in ([named] if isinstance(named, str) else named)]
    played += [(Text("共変量", "covariate"), name) for name in design.covariates]
    played += [(Text("標準", "check"), name) for name in design.checks]
    parts += [f"{words}: {name}" for words, name in played]
    return str(Text("設計: ", "Design: ")) + str(Text("、", "; ")).join(parts)


def _figure(figure: Figure) -> str:
    caption = f"<b>{_html(figure.title)}</b>{_html(figure.caption)}"
    return f"<figure><figcaption>{caption}</figcaption>{figure.svg}</figure>"


def _list(name: str, lines: Sequence[object]) -> str:
    return f'<ul class="{name}">' + "".join(f"<li>{_html(line)}</li>" for line in lines) + "</ul>"


def _headed(title: Text, lines: Sequence[object]) -> str:
    return f"<h3>{_html(title)}</h3>\n{_list('notes', lines)}" if lines else ""


def _table(title: Text, table: pd.DataFrame) -> str:
    head = f"<h3>{_html(title)}</h3>\n"
    if title is not PAIRS_TITLE or len(table) <= _MOST_PAIRS:
        return head + _rows(table)
    rest = table.iloc[_MOST_PAIRS:_MOST_UNFOLDED]
    more = Text(f"ほか {len(rest)} 組", f"{len(rest)} more")
    beyond = len(table) - _MOST_UNFOLDED
    if beyond > 0:
        more = Text(
            f"{more.ja}(さらに {beyond} 組は --json にあります)",
            f"{more.en} (another {beyond} are in --json)",
        )
    return (
        f"{head}{_rows(table.head(_MOST_PAIRS))}\n"
        f"<details><summary>{_html(more)}</summary>{_rows(rest)}</details>"
    )


def _rows(table: pd.DataFrame) -> str:
    kinds = [' class="number"' if table[key].dtype.kind in "fiu" else "" for key in table]
    labels = [str(ANALYSIS_LABELS.get(str(key), key)) for key in table]
    head = "".join(f"<th{kind}>{_html(label)}</th>" for kind, label in zip(kinds, labels, strict=True))
    lines = [
        "<tr>"
        + "".join(f"<td{kind}>{_html(cell)}</td>" for kind, cell in zip(kinds, row, strict=True))
        + "</tr>"
        for row in printed(table).itertuples(index=False, name=None)
    ]
    body = "\n".join(lines)
    return f'<div class="wide" tabindex="0"><table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'
