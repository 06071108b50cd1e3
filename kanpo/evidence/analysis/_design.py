"""What a trial's design says about its model: fixed terms, strata, random terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, get_args

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
        One column, or several for a factorial. In ``splitplot`` factors of parts of the sub-plots
        (split-split-plot).
    block, replicate, row, column, environment : str, optional
        Columns. In ``alpha`` and ``multienv``, `replicate` is the complete replicate and `block` the
        incomplete block.
    whole_plot, sub_plot : tuple of str
        Factors of whole plots and of sub-plots; in ``stripplot`` of plots that divide the crossings
        of the strips.
    unit : str, optional
        A column that only tells the whole plots of a block apart.
    fixed_environments : bool
        Conclusions are about these environments only, not about others like them.
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
    whole_plot: tuple[str, ...] = ()
    sub_plot: tuple[str, ...] = ()
    environment: str | None = None
    checks: tuple[str, ...] = ()
    additive: bool = False
    unit: str | None = None
    fixed_environments: bool = False
    covariates: tuple[str, ...] = ()

    @property
    def factors(self) -> tuple[str, ...]:
        """The columns that the model uses, blocks before treatments, each once."""
        terms = (*self.errors, *self.random, *self.nuisance, *self.effects)
        return tuple(dict.fromkeys(name for term in terms for name in term))

    @property
    def treated(self) -> tuple[str, ...]:
        """The treatment factors, in the order of the table."""
        if self.kind == "stripplot":
            return (*self.treatments, *self.sub_plot)
        place = (self.environment,) if self.environment and self.fixed_environments else ()
        return (*place, *self.whole_plot, *self.sub_plot, *self.treatments)

    @property
    def one_model(self) -> bool:
        """Whether all tests come from a mixed model, not from strata."""
        return self.kind == "alpha" or (self.kind == "multienv" and not self.fixed_environments)

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
            return _without_empty((self._block, self._whole, self._sub))
        if self.kind == "stripplot":
            strips = tuple((*self._block, name) for name in self.treatments)
            crossings = ((*self._block, *self.treatments),) if self.sub_plot else ()
            return (self._block, *strips, *crossings)
        if self.kind == "multienv" and self.fixed_environments:
            return self._ground
        return ()

    @property
    def random(self) -> tuple[Term, ...]:
        """Random terms of the mixed model; every one begins with the same factor."""
        if self.kind == "alpha":
            return ((*_named(self.replicate), *self._block),)
        if self.kind == "multienv" and not self.fixed_environments:
            place = _named(self.environment)
            return (place, *((*place, *term) for term in self.effects), *self._ground)
        return self.errors

    @property
    def _block(self) -> Term:
        return _named(self.block)

    @property
    def _whole(self) -> Term:
        """Whole plots."""
        return (*self._block, *(_named(self.unit) or self.whole_plot))

    @property
    def _sub(self) -> Term:
        """Sub-plots, where they are divided further."""
        return (*self._whole, *self.sub_plot) if self.treatments else ()

    @property
    def _ground(self) -> tuple[Term, ...]:
        """Replicates and blocks within environments, and whole plots in them."""
        inner = [_named(self.replicate), self._block, self.whole_plot]
        reached: Term = _named(self.environment)
        terms: list[Term] = []
        for step in inner:
            reached = (*reached, *step)
            terms += [reached] if step else []
        # Whole plots without blocks are the cells of environments and treatments.
        return tuple(terms) if self.replicate or self.block else ()


def _named(name: str | None) -> Term:
    return () if name is None else (name,)


def _without_empty(terms: Sequence[Term]) -> tuple[Term, ...]:
    return tuple(term for term in dict.fromkeys(terms) if term)


def term_name(term: Term) -> str:
    """A term as R writes it: ``block:variety``."""
    return ":".join(term)
