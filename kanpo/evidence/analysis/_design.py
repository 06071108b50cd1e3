"""What a trial's design says about its model: fixed terms, strata, random terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, get_args

from kanpo.errors import UsageError
from kanpo.locale import Text

DesignKind = Literal["crd", "rcbd", "latin", "splitplot", "stripplot", "augmented", "alpha", "multienv"]
#: Every design that has a model here.
DESIGNS: tuple[DesignKind, ...] = get_args(DesignKind)

#: A term of a model: the factors whose combinations it tells apart.
Term = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Design:
    """A design and the columns that play its parts.

    Attributes
    ----------
    kind : str
        One of `DESIGNS`.
    treatments : tuple of str
        One column, or several for a factorial.
    block, replicate, row, column, whole_plot, sub_plot, environment : str, optional
        Columns. In ``alpha``, `replicate` is the complete replicate and `block` the incomplete block.
    checks : tuple of str
        Levels of the treatment that are checks (standards).
    additive : bool
        A factorial without its interactions.
    covariates : tuple of str
        Columns of numbers that enter before the treatments, each with one slope.
    """

    kind: DesignKind
    treatments: tuple[str, ...] = ()
    block: str | None = None
    replicate: str | None = None
    row: str | None = None
    column: str | None = None
    whole_plot: str | None = None
    sub_plot: str | None = None
    environment: str | None = None
    checks: tuple[str, ...] = ()
    additive: bool = False
    covariates: tuple[str, ...] = ()

    @property
    def factors(self) -> tuple[str, ...]:
        """The columns that the model uses, blocks before treatments, each once."""
        terms = (*self.errors, *self.random, *self.nuisance, *self.effects)
        return tuple(dict.fromkeys(name for term in terms for name in term))

    @property
    def treated(self) -> tuple[str, ...]:
        """The treatment factors, in the order of the table."""
        if self.kind == "splitplot":
            parts = (self.whole_plot, self.sub_plot)
            return tuple(part for part in parts if part is not None)
        return self.treatments

    @property
    def nuisance(self) -> tuple[Term, ...]:
        """Fixed terms of the ground: blocks, rows, columns, replicates."""
        if self.kind == "latin":
            square = () if self.block is None else (self.block,)
            return tuple(
                term for term in (square, (*square, self.row or ""), (*square, self.column or "")) if term
            )
        named = {"rcbd": self.block, "augmented": self.block, "alpha": self.replicate}.get(self.kind)
        return () if named is None else ((named,),)

    @property
    def effects(self) -> tuple[Term, ...]:
        """Terms of the treatments: main effects, then interactions."""
        highest = 1 if self.additive else len(self.treated)
        return tuple(term for size in range(1, highest + 1) for term in combinations(self.treated, size))

    @property
    def fixed(self) -> tuple[Term, ...]:
        """Fixed terms in the order in which they enter: ground, covariates, treatments."""
        return (*self.nuisance, *((name,) for name in self.covariates), *self.effects)

    @property
    def errors(self) -> tuple[Term, ...]:
        """Terms that make error strata above that within plots."""
        if self.kind == "splitplot":
            return ((self.block or "",), (self.block or "", self.whole_plot or ""))
        if self.kind == "stripplot":
            return ((self.block or "",), *((self.block or "", name) for name in self.treatments))
        return ()

    @property
    def random(self) -> tuple[Term, ...]:
        """Random terms of the mixed model; every one begins with the same factor."""
        if self.kind == "alpha":
            return ((self.replicate or "", self.block or ""),)
        if self.kind == "multienv":
            place = self.environment or ""
            inner = () if self.block is None else ((place, self.block),)
            return ((place,), (place, *self.treatments), *inner)
        return self.errors


def term_name(term: Term) -> str:
    """A term as R writes it: ``block:variety``."""
    return ":".join(term)


_NEEDED: dict[str, tuple[str, ...]] = {
    "crd": ("treatments",),
    "rcbd": ("treatments", "block"),
    "latin": ("treatments", "row", "column"),
    "splitplot": ("block", "whole_plot", "sub_plot"),
    "stripplot": ("treatments", "block"),
    "augmented": ("treatments", "block"),
    "alpha": ("treatments", "replicate", "block"),
    "multienv": ("treatments", "environment"),
}
_OPTIONS = {
    "treatments": "--treatment",
    "block": "--block",
    "replicate": "--replicate",
    "row": "--row",
    "column": "--column",
    "whole_plot": "--whole-plot",
    "sub_plot": "--sub-plot",
    "environment": "--environment",
}


def make_design(
    kind: DesignKind,
    *,
    treatments: Sequence[str] = (),
    blocks: Sequence[str] = (),
    replicate: str | None = None,
    row: str | None = None,
    column: str | None = None,
    whole_plot: str | None = None,
    sub_plot: str | None = None,
    environment: str | None = None,
    checks: Sequence[str] = (),
    additive: bool = False,
    covariates: Sequence[str] = (),
) -> Design:
    """A design from what was said, with what can be understood in more than one way put in its place.

    Parameters
    ----------
    blocks : sequence of str
        One column; for ``alpha`` also two: the replicate, then the incomplete block.

    Raises
    ------
    UsageError
        A part of the design has no column, or a column plays two parts.
    """
    named = list(treatments)
    if kind == "splitplot":
        left = [name for name in named if name not in (whole_plot, sub_plot)]
        whole_plot = whole_plot or (left.pop(0) if left else None)
        sub_plot = sub_plot or (left.pop(0) if left else None)
        named = left
    if kind == "stripplot" and not named:
        pairs = ((row, column), (whole_plot, sub_plot))
        named = next(([a, b] for a, b in pairs if a and b), [])
        row = column = whole_plot = sub_plot = None
    if kind == "alpha" and replicate is None and len(blocks) == 2:
        replicate, blocks = blocks[0], blocks[1:]
    design = Design(
        kind=kind,
        treatments=tuple(named),
        block=blocks[0] if blocks else None,
        replicate=replicate,
        row=row,
        column=column,
        whole_plot=whole_plot,
        sub_plot=sub_plot,
        environment=environment,
        checks=tuple(checks),
        additive=additive,
        covariates=tuple(covariates),
    )
    _check(design, len(blocks))
    return design


def _check(design: Design, blocks: int) -> None:
    missing = [_OPTIONS[part] for part in _NEEDED[design.kind] if not getattr(design, part)]
    if design.kind == "stripplot" and len(design.treatments) != 2:
        missing = ["--treatment(2)"]
    if missing:
        names = " ".join(missing)
        raise UsageError(
            "analysis.design-incomplete",
            Text(f"設計 {design.kind} には {names} が要ります", f"design {design.kind} needs {names}"),
            Text("その列の名前を指定してください", "say which column it is"),
        )
    if blocks > 1:
        raise UsageError(
            "analysis.blocks",
            Text("--block は1つだけ指定してください", "give --block once"),
            Text("反復は --replicate で指定します", "the replicate of an alpha design is --replicate"),
        )
    parts = [getattr(design, part) for part in _NEEDED[design.kind] if part != "treatments"]
    played = [*parts, *design.treatments, *design.covariates]
    twice = [name for name in dict.fromkeys(played) if played.count(name) > 1]
    if twice:
        raise UsageError(
            "analysis.column-twice",
            Text(f"列「{twice[0]}」が2つの役に使われています", f"column '{twice[0]}' plays two parts"),
            Text("役ごとに別の列を指定してください", "give each part a column of its own"),
        )
