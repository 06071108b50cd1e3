"""Published tables come out again."""

from __future__ import annotations

import json

import pytest

from kanpo.evidence import Analysis, analyse, make_design
from tests.evidence.plots import CASES, case, columns


def rows_of(found: Analysis) -> dict[tuple[str, str], tuple[float, ...]]:
    return {(r.stratum, r.term): (r.df, r.sum_sq, r.mean_sq, r.F, r.p) for r in found.anova}


def published(name: str) -> dict[str, object]:
    return json.loads((CASES / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "trait", "found"),
    [
        ("crd_plantgrowth", "weight", make_design("crd", treatments=["group"])),
        ("rcbd_npk", "yield", make_design("rcbd", treatments=["N", "P", "K"], blocks=["block"])),
    ],
)
def test_tables_of_r(name: str, trait: str, found: object) -> None:
    result = analyse(case(name), found, trait)  # type: ignore[arg-type]
    expected = published(name)["anova"]
    assert [row.term for row in result.anova] == [row["term"] for row in expected]
    for row, want in zip(result.to_dict()["anova"], expected, strict=True):
        for key in ("df", "sum_sq", "mean_sq", "F", "p"):
            assert row[key] == (None if want[key] is None else pytest.approx(want[key], rel=1e-6)), key


def test_tukey_of_r() -> None:
    result = analyse(case("crd_plantgrowth"), make_design("crd", treatments=["group"]), "weight")
    expected = published("crd_plantgrowth")["tukey"]
    for row, want in zip(result.to_dict()["pairs"], expected, strict=True):
        assert row["pair"] == want["pair"]
        for key in ("diff", "lower", "upper", "p_adj"):
            assert row[key] == pytest.approx(want[key], abs=1e-6)
    assert list(result.means["letters"]) == ["ab", "b", "a"]


def test_a_confounded_interaction_is_named_and_left_out() -> None:
    design = make_design("rcbd", treatments=["N", "P", "K"], blocks=["block"])
    result = analyse(case("rcbd_npk"), design, "yield")
    assert any("'N:P:K' is wholly confounded" in note.en for note in result.notes)
    assert any("'N:P:K' is wholly confounded" in text.en for text in result.sentences)
    assert "N:P:K" not in set(result.means["term"])


def test_split_plot_of_yates() -> None:
    """Strata, tests and mean squares; means with the standard errors and df that emmeans prints."""
    design = make_design("splitplot", whole_plot="V", sub_plot="N", blocks=["B"])
    result = analyse(case("splitplot_oats"), design, "Y")
    rows = rows_of(result)
    assert list(rows) == [
        ("B", "Residuals"),
        ("B:V", "V"),
        ("B:V", "Residuals"),
        ("Within", "N"),
        ("Within", "V:N"),
        ("Within", "Residuals"),
    ]
    assert rows[("B", "Residuals")][:2] == pytest.approx((5, 15875.28), abs=0.01)
    assert rows[("B:V", "V")] == pytest.approx((2, 1786.4, 893.2, 1.485, 0.272), rel=2e-3)
    assert rows[("B:V", "Residuals")][:3] == pytest.approx((10, 6013.3, 601.33), rel=1e-4)
    assert rows[("Within", "N")][:4] == pytest.approx((3, 20020.5, 6673.5, 37.686), rel=1e-4)
    assert rows[("Within", "V:N")] == pytest.approx((6, 321.75, 53.625, 0.303, 0.932), rel=2e-3)
    assert rows[("Within", "Residuals")][:3] == pytest.approx((45, 7968.75, 177.083), rel=1e-5)
    components = {one.term: one.variance for one in result.variance}
    assert components == pytest.approx({"B": 214.477, "B:V": 106.062, "Residual": 177.083}, rel=1e-5)
    means = result.means.set_index(["term", "level"])
    assert tuple(means.loc[("N", "0.0cwt"), ["mean", "se", "df"]]) == pytest.approx(
        (79.4, 7.17, 6.79), rel=1e-3
    )
    assert tuple(means.loc[("V", "Marvellous"), ["mean", "se", "df"]]) == pytest.approx(
        (109.8, 7.80, 8.87), rel=1e-3
    )
    pairs = result.pairs.set_index(["term", "pair"])
    assert pairs.loc[("N", "0.2cwt-0.0cwt"), "se"] == pytest.approx((2 * 177.0833 / 18) ** 0.5, rel=1e-6)
    assert pairs.loc[("V", "Victory-Marvellous"), "se"] == pytest.approx((2 * 601.3306 / 24) ** 0.5, rel=1e-6)


def test_strip_plot_of_gomez() -> None:
    design = make_design("stripplot", treatments=["gen", "nitro"], blocks=["rep"])
    rows = rows_of(analyse(case("stripplot_rice"), design, "yield"))
    expected = {
        ("rep", "Residuals"): (2, 9220962, 4610481),
        ("rep:gen", "gen"): (5, 57100201, 11420040, 7.653, 0.00337),
        ("rep:gen", "Residuals"): (10, 14922619, 1492262),
        ("rep:nitro", "nitro"): (2, 50676061, 25338031, 34.07, 0.00307),
        ("rep:nitro", "Residuals"): (4, 2974908, 743727),
        ("Within", "gen:nitro"): (10, 23877979, 2387798, 5.801, 0.000427),
        ("Within", "Residuals"): (20, 8232917, 411646),
    }
    assert list(rows) == list(expected)
    for key, want in expected.items():
        assert rows[key][:3] == pytest.approx(want[:3], abs=0.5)
        assert rows[key][3 : len(want)] == pytest.approx(want[3:], rel=2e-3)


def test_alpha_design_of_john_and_williams() -> None:
    design = make_design("alpha", treatments=["gen"], replicate="rep", blocks=["block"])
    result = analyse(case("alpha_oats"), design, "yield", ddf="satterthwaite")
    components = {one.term: one.variance for one in result.variance}
    assert components == pytest.approx({"rep:block": 0.06194, "Residual": 0.08523}, abs=6e-6)
    rows = rows_of(result)
    assert rows[("REML", "rep")][:4] == pytest.approx((2, 1.57, 0.7851, 9.2123), rel=1e-3)
    means = result.means.set_index("level")["mean"]
    published = {"G01": 5.146433, "G02": 4.517265, "G03": 3.537934, "G04": 4.528828, "G06": 4.575394}
    for level, value in published.items():
        assert means[level] - means["G01"] == pytest.approx(value - published["G01"], abs=2e-6)
    assert result.powers[0].se_difference ** 2 == pytest.approx(0.07010875, rel=2e-6)


def test_the_replicate_of_an_alpha_design_may_be_the_first_block() -> None:
    one = make_design("alpha", treatments=["gen"], blocks=["rep", "block"])
    assert one == make_design("alpha", treatments=["gen"], replicate="rep", blocks=["block"])


def test_random_replicates_and_blocks_of_burgueno() -> None:
    design = make_design("multienv", treatments=["gen"], environment="rep", blocks=["block"])
    result = analyse(case("blocks_maize"), design, "yield")
    components = {one.term: one.variance for one in result.variance}
    assert components == pytest.approx({"rep": 200900, "rep:block": 86900, "Residual": 133200}, rel=6e-4)
    assert any("rep:gen" in note.en for note in result.notes), "one plot each: said to be dropped"


def test_augmented_design_of_agricolae() -> None:
    """Blocks unadjusted and adjusted, treatments adjusted, checks: as DAU.test prints them."""
    table = {
        "block": ["I"] * 7 + ["II"] * 6 + ["III"] * 7,
        "trt": list("ABCDgklABCDeiABCDfhj"),
        "y": [83, 77, 78, 78, 70, 75, 74, 79, 81, 81, 91, 79, 78, 92, 79, 87, 81, 89, 96, 82],
    }
    design = make_design("augmented", treatments=["trt"], blocks=["block"], checks=["A"])
    result = analyse(columns(table), design, "y")
    rows = rows_of(result)
    assert rows[("Within", "block")][:2] == pytest.approx((2, 360.07), abs=0.005)
    assert rows[("Within", "trt")] == pytest.approx((11, 285.10, 25.918, 0.9609, 0.5499), rel=2e-4)
    assert rows[("Within", "Residuals")][:3] == pytest.approx((6, 161.83, 26.972), rel=2e-4)
    adjusted = {row.term: row for row in result.adjusted}
    assert adjusted["block"].sum_sq == pytest.approx(69.50, abs=0.005)
    assert (adjusted["block"].F, adjusted["block"].p) == pytest.approx((1.2884, 0.3424), rel=2e-4)
    parts = {row.term: row for row in result.parts}
    assert (parts["trt: checks"].df, parts["trt: checks"].sum_sq) == pytest.approx((3, 52.92), abs=0.005)
    assert sum(row.sum_sq for row in result.parts) == pytest.approx(285.0952, abs=1e-4)
    plain = {row.term.removeprefix("trt: "): (row.df, round(row.sum_sq, 1)) for row in result.plain_parts}
    assert plain == {"checks": (3, 52.9), "checks vs new": (1, 16.9), "new": (7, 505.9)}
    assert len(result.pairs[result.pairs["method"] == "Dunnett"]) == 11
