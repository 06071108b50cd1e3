"""In every design and in both languages the sentences agree with the tables, whether or not a difference shows."""

from __future__ import annotations

import re

import numpy as np
import pytest

from kanpo.evidence import Analysis, Design, analyse, make_design
from kanpo.evidence.analysis._names import factor_label
from tests.evidence.plots import columns

LEVELS = np.array(["標準", "早植え", "密植", "堆肥"])


def _crossed(**levels: object) -> dict[str, np.ndarray]:
    grids = np.meshgrid(*(np.asarray(value) for value in levels.values()), indexing="ij")
    return {key: grid.ravel() for key, grid in zip(levels, grids, strict=True)}


def _augmented() -> dict[str, np.ndarray]:
    rows = [(b, name) for b in range(5) for name in ("標準", "早植え", f"新{2 * b}", f"新{2 * b + 1}")]
    return {"block": np.array([b for b, _ in rows]), "t": np.array([name for _, name in rows])}


def _alpha() -> dict[str, np.ndarray]:
    names = np.array(["標準", "早植え", *(f"系{n}" for n in range(10))])
    rng = np.random.default_rng(5)
    rows = [
        (rep, f"{rep}-{at // 3}", names[entry])
        for rep in range(3)
        for at, entry in enumerate(rng.permutation(12))
    ]
    return {
        key: np.array(column)
        for key, column in zip(("rep", "block", "t"), zip(*rows, strict=True), strict=True)
    }


def _square() -> dict[str, np.ndarray]:
    row, column = np.divmod(np.arange(16), 4)
    return {"r": row, "c": column, "t": LEVELS[(row + column) % 4]}


def _made(kind: str) -> tuple[dict[str, np.ndarray], Design]:
    one, two = {"treatments": ["t"], "checks": ["標準"]}, {"treatments": ["t", "s"], "checks": ["標準"]}
    crossed = _crossed(block=range(4), t=LEVELS[:3], s=["無", "有"])
    return {
        "crd": lambda: (_crossed(rep=range(5), t=LEVELS), make_design("crd", **one)),
        "rcbd": lambda: (_crossed(block=range(5), t=LEVELS), make_design("rcbd", blocks=["block"], **one)),
        "latin": lambda: (_square(), make_design("latin", row="r", column="c", **one)),
        "splitplot": lambda: (crossed, make_design("splitplot", blocks=["block"], **two)),
        "stripplot": lambda: (crossed, make_design("stripplot", blocks=["block"], **two)),
        "augmented": lambda: (_augmented(), make_design("augmented", blocks=["block"], **one)),
        "alpha": lambda: (_alpha(), make_design("alpha", replicate="rep", blocks=["block"], **one)),
        "multienv": lambda: (
            _crossed(year=["2024", "2025", "2026"], block=range(3), t=LEVELS),
            make_design("multienv", environment="year", blocks=["block"], **one),
        ),
    }[kind]()


def _analysed(kind: str, effect: float, seed: int) -> Analysis:
    table, design = _made(kind)
    y = 50 + effect * (table["t"] == "早植え") + np.random.default_rng(seed).normal(size=len(table["t"]))
    return analyse(columns({**table, "y": y}), design, "y")


KINDS = ("crd", "rcbd", "latin", "splitplot", "stripplot", "augmented", "alpha", "multienv")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("effect", "seed"), [(0.0, 1), (2.0, 2), (9.0, 3)])
def test_every_term_is_said_as_its_p_has_it(kind: str, effect: float, seed: int) -> None:
    found = _analysed(kind, effect, seed)
    ja, en = " ".join(t.ja for t in found.sentences), " ".join(t.en for t in found.sentences)
    tested = [row for row in found.anova if set(row.term.split(":")) <= {"t", "s"} and row.p == row.p]
    assert tested
    for row in tested:
        at = f"F({row.df:.0f}, {f'{row.df_error:.1f}'.removesuffix('.0')}) = {row.F:.3g}"
        name, sure = factor_label(row.term).ja, row.p < 0.05
        both = ":" in row.term
        shown = "の交互作用が認められます" if both else "の水準の間に差が認められます"
        nothing = "の交互作用は示されませんでした" if both else "の水準の間に差は示されませんでした"
        assert f"「{name}」{shown if sure else nothing}({at}" in ja
        assert f"「{name}」{nothing if sure else shown}" not in ja
        says = re.search(rf"[^.]*'{row.term}'[^.]*\({re.escape(at)}", en)
        assert says and ("significant" in says[0]) == sure
    if effect == 9.0 and kind != "augmented":
        assert next(row for row in tested if row.term == "t").p < 0.05


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("effect", "seed"), [(0.0, 1), (9.0, 3), (-9.0, 4)])
def test_the_check_is_compared_as_dunnett_has_it(kind: str, effect: float, seed: int) -> None:
    found = _analysed(kind, effect, seed)
    (ja,) = [t.ja for t in found.sentences if "Dunnett" in t.ja]
    (en,) = [t.en for t in found.sentences if "Dunnett" in t.en]
    pairs = found.pairs[found.pairs["method"] == "Dunnett"]
    sure = pairs["p_adj"] < 0.05
    higher = list(pairs.loc[sure & (pairs["diff"] > 0), "level"])
    lower = list(pairs.loc[sure & (pairs["diff"] < 0), "level"])
    assert f"大きいもの: {'、'.join(higher) or 'なし'}。" in ja
    assert f"小さいもの: {'、'.join(lower) or 'なし'}。" in ja
    assert ja.endswith(f"差を示せないもの: {int((~sure).sum())}。")
    assert f"higher: {', '.join(higher) or 'none'}; lower: {', '.join(lower) or 'none'};" in en
    assert ja.startswith("「標準」を基準に"), "a check that is called 標準 is not 標準 標準"


@pytest.mark.parametrize("kind", KINDS)
def test_the_greatest_mean_is_named_only_where_a_difference_shows(kind: str) -> None:
    for effect, seed in ((0.0, 1), (9.0, 3)):
        found = _analysed(kind, effect, seed)
        row = next(row for row in found.anova if row.term == "t")
        ja = " ".join(text.ja for text in found.sentences)
        means = found.means[found.means["term"] == "t"].sort_values("mean", ascending=False)
        top = means.iloc[0]
        assert (f"平均が最も大きいのは「{top['level']}」({top['mean']:.4g})です。" in ja) == (row.p < 0.05)


def test_words_of_recorded_columns_are_japanese_in_japanese() -> None:
    assert factor_label("main_treatment:sub_treatment").ja == "主区の処理×副区の処理"
    assert factor_label("main_treatment:sub_treatment").en == "main_treatment:sub_treatment"
    assert factor_label("品種").ja == "品種"
