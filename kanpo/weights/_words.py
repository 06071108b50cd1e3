"""Comparisons in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kanpo.locale import Text
from kanpo.schema import FACTORS
from kanpo.weights._scale import written

if TYPE_CHECKING:
    from kanpo.weights._comparisons import Triple
    from kanpo.weights._group import Dispute
    from kanpo.weights._priorities import Misfit


def label_of(item: str) -> Text:
    """The label of a factor; any other item as it is."""
    return FACTORS[item].label if item in FACTORS else Text.same(item)


def labels_of(items: Sequence[str]) -> Text:
    """Several labels in a row."""
    labels = [label_of(item) for item in items]
    return Text("・".join(label.ja for label in labels), ", ".join(label.en for label in labels))


def triple_text(triple: Triple) -> Text:
    """A contradiction as one would say it: if so and so, then this should be that, but it was said to be."""
    a, b, c = (label_of(item) for item in (triple.first, triple.second, triple.third))
    ab, bc, ac = (written(value) for value in (triple.first_second, triple.second_third, triple.first_third))
    implied, factor = written(triple.implied), written(triple.factor)
    return Text(
        f"「{a.ja}」は「{b.ja}」の {ab} 倍、「{b.ja}」は「{c.ja}」の {bc} 倍なら、"
        f"「{a.ja}」は「{c.ja}」の {implied} 倍のはずですが、{ac} 倍とされています({factor} 倍の食い違い)",
        f"{a.en} is {ab} x {b.en} and {b.en} is {bc} x {c.en}, "
        f"so {a.en} should be {implied} x {c.en}, but was judged {ac} x (off by a factor of {factor})",
    )


def misfit_text(misfit: Misfit) -> Text:
    """A judgement that the weights do not bear out."""
    a, b = label_of(misfit.first), label_of(misfit.second)
    judged, weighed, factor = written(misfit.judged), written(misfit.weighed), written(misfit.factor)
    return Text(
        f"「{a.ja}」は「{b.ja}」の {judged} 倍とされていますが、ほかの答えも合わせた重みでは {weighed} 倍です({factor} 倍の差)",
        f"{a.en} was judged {judged} x {b.en}, but all answers together make it {weighed} x (off by a factor of {factor})",
    )


def dispute_text(dispute: Dispute) -> Text:
    """Who sees a pair lowest and who highest."""
    a, b = label_of(dispute.first), label_of(dispute.second)
    low, high = written(dispute.low), written(dispute.high)
    return Text(
        f"「{a.ja}」は「{b.ja}」の何倍か: {dispute.low_judge} {low} 倍、{dispute.high_judge} {high} 倍",
        f"{a.en} against {b.en}: {dispute.low_judge} {low} x, {dispute.high_judge} {high} x",
    )
