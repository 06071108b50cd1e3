"""The usual pictures of a comparison of samples: volcano, scores of principal components, correlations."""

from __future__ import annotations

import numpy as np

from kanpo.compare._groups import GroupComparison
from kanpo.compare._panel import Agreement, PanelCorrelation
from kanpo.compare._pca import PrincipalComponents
from kanpo.compare._picture import COLOURS, GREY, Picture, Series
from kanpo.locale import Text

#: Components that are named in a volcano picture, from the smallest p.
_NAMED = 12
#: Rows of a picture with a row for each sample or component.
_MOST_ROWS = 40
#: A p of 0 (beyond double precision) is drawn here.
_LEAST_P = 1e-300


def volcano(found: GroupComparison, group: str, against: str, *, rate: float = 0.05) -> Picture:
    """Fold change across, −log10 p up, of one pair of groups; what has q ≤ `rate` in colour.

    Components without a fold change or a p are not drawn.
    """
    pair = found.pairs[(found.pairs["group"] == group) & (found.pairs["against"] == against)]
    pair = pair[pair["p"].notna() & pair["log2_fold_change"].notna()]
    x = pair["log2_fold_change"].to_numpy(dtype=float)
    y = -np.log10(np.maximum(pair["p"].to_numpy(dtype=float), _LEAST_P))
    sure, name = pair["q"].to_numpy() <= rate, pair["component"].to_numpy()
    kinds = (
        (Text(f"{group} で多い", f"more in {group}"), sure & (x > 0), COLOURS[1]),
        (Text(f"{group} で少ない", f"less in {group}"), sure & (x <= 0), COLOURS[0]),
        (Text("差があるとは言えない", "no difference shown"), ~sure, GREY),
    )
    series = []
    for label, of, colour in kinds:
        labels = [str(one) if at < _NAMED and colour != GREY else "" for at, one in enumerate(name)]
        chosen, names = np.array(labels, dtype=object)[of], [str(one) for one in name[of]]
        series.append(Series(f"{label} ({of.sum():,})", x[of], y[of], colour, list(chosen), names=names))
    title = Text(f"{group} / {against}(q ≤ {rate:g})", f"{group} / {against} (q ≤ {rate:g})")
    change = Text("log2(平均の比)", "log2 fold change")
    more, less, rest = (int(of.sum()) for _, of, _ in kinds)
    told = Text(
        f"{group} で多い成分 {more}、少ない成分 {less}、差があるとは言えない成分 {rest}。",
        f"{more} components more in {group}, {less} less, {rest} without a difference shown.",
    )
    return Picture(str(title), str(change), "−log10 p", series, up=(0.0,), told=str(told))


def score_picture(found: PrincipalComponents, groups: np.ndarray) -> Picture:
    """Samples by their first two principal components, coloured by group (n,)."""
    second = found.scores.shape[1] > 1
    x, y = found.scores[:, 0], found.scores[:, 1] if second else np.zeros(len(found.scores))
    few = len(found.samples) <= 40
    series = []
    for number, group in enumerate(dict.fromkeys(groups)):
        of = groups == group
        names = [name for name, here in zip(found.samples, of, strict=True) if here]
        colour, label = COLOURS[number % len(COLOURS)], f"{group} ({of.sum():,})" if str(group) else ""
        series.append(Series(label, x[of], y[of], colour, names if few else (), names=names))
    share = found.explained
    axes = [f"PC{at + 1} ({value:.1%})" for at, value in enumerate([*share[:2], 0.0][:2])]
    title = Text("主成分得点", "scores of principal components")
    told = Text(f"{len(x)} 試料の得点。", f"scores of {len(x)} samples.")
    return Picture(str(title), axes[0], axes[1], series, across=(0.0,), up=(0.0,), told=str(told))


def rank_picture(found: Agreement) -> Picture:
    """Samples of a panel by their mean rank, the highest above."""
    shown = found.ranks.head(_MOST_ROWS)
    y = np.arange(len(shown), 0, -1, dtype=float)
    x = shown["mean_rank"].to_numpy(dtype=float)
    names = list(zip(y, map(str, shown["sample"]), strict=True))
    told = [f"{name} {rank:.2f}" for name, rank in zip(shown["sample"], x, strict=True)][:10]
    title = Text(f"平均順位(W = {found.w:.2f})", f"mean ranks (W = {found.w:.2f})")
    words = Text("平均順位(大きいほど高い点)", "mean rank (greater is a higher score)")
    one = Series("", x, y, COLOURS[0], names=[f"{rank:.2f}" for rank in x])
    return Picture(str(title), str(words), "", [one], y_names=names, told=", ".join(told))


def correlation_picture(found: PanelCorrelation, *, rate: float = 0.05) -> Picture:
    """Rank correlations with their intervals, the smallest p above; what has q ≤ `rate` in colour."""
    shown = found.table[found.table["rho"].notna()].head(_MOST_ROWS)
    y = np.arange(len(shown), 0, -1, dtype=float)
    several = shown["score"].nunique() > 1
    names = [f"{r.score}: {r.component}" if several else str(r.component) for r in shown.itertuples()]
    sure = shown["q"].to_numpy(dtype=float) <= rate
    series = []
    for label, of, colour in (
        (f"q ≤ {rate:g}", sure, COLOURS[1]),
        (f"q > {rate:g}", ~sure, COLOURS[6]),
    ):
        rows = shown[of]
        told = [
            f"{name}: {rho:.2f}"
            for name, rho in zip(np.array(names, dtype=object)[of], rows["rho"], strict=True)
        ]
        spans = rows[["lower", "upper"]].to_numpy(dtype=float)
        x = rows["rho"].to_numpy(dtype=float)
        series.append(Series(f"{label} ({of.sum()})", x, y[of], colour, names=told, across=spans))
    title = Text("評価と成分の順位相関", "rank correlations of scores and components")
    told = [f"{name} {rho:.2f}" for name, rho in zip(names, shown["rho"], strict=True)][:10]
    return Picture(
        str(title), str(Text("順位相関(横線は95 %区間)", "rank correlation (bars: 95 % interval)")), "",
        series, up=(0.0,), y_names=list(zip(y, names, strict=True)), told=", ".join(told),
    )  # fmt: skip
