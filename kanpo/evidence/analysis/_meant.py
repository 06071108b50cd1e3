"""A design from what people say: parts in their places, whatever option they were given by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from kanpo.errors import UsageError
from kanpo.evidence.analysis._design import Design, DesignKind
from kanpo.evidence.analysis._factor import Factor
from kanpo.evidence.analysis._projection import cells_of
from kanpo.locale import Text

_NEEDED: dict[str, tuple[str, ...]] = {
    "crd": ("treatments",),
    "rcbd": ("treatments", "block"),
    "latin": ("treatments", "row", "column"),
    "splitplot": ("block", "whole_plot", "sub_plot"),
    "stripplot": ("treatments", "block"),
    "augmented": ("treatments", "block"),
    "alpha": ("treatments", "block"),
    "multienv": ("treated", "environment"),
}
_OPTIONS = {
    "treatments": "--treatment",
    "treated": "--treatment",
    "block": "--block",
    "row": "--row",
    "column": "--column",
    "whole_plot": "--whole-plot",
    "sub_plot": "--sub-plot",
    "environment": "--environment",
}
#: Parts of the ground that a design makes use of.
_GROUND: dict[str, tuple[str, ...]] = {
    "crd": (),
    "rcbd": ("block",),
    "latin": ("block", "row", "column"),
    "splitplot": ("block",),
    "stripplot": ("block",),
    "augmented": ("block",),
    "alpha": ("replicate", "block"),
    "multienv": ("environment", "replicate", "block"),
}
#: Designs that stand in several environments when one is named.
_IN_SERIES = ("crd", "rcbd", "alpha", "splitplot")
#: Designs in which a complete replicate is a block.
_REPLICATE_IS_BLOCK = ("rcbd", "splitplot", "stripplot", "augmented")


@dataclass(slots=True)
class _Said:
    """What was said, still open to be put in its place."""

    treatments: list[str]
    blocks: list[str]
    replicate: str | None
    row: str | None
    column: str | None
    whole: list[str]
    sub: list[str]


def make_design(
    kind: DesignKind,
    *,
    treatments: Sequence[str] = (),
    blocks: Sequence[str] = (),
    replicate: str | None = None,
    row: str | None = None,
    column: str | None = None,
    whole_plot: str | Sequence[str] | None = None,
    sub_plot: str | Sequence[str] | None = None,
    environment: str | None = None,
    checks: Sequence[str] = (),
    additive: bool = False,
    fixed_environments: bool = False,
    covariates: Sequence[str] = (),
) -> Design:
    """A design from what was said, each part put in its place.

    Parameters
    ----------
    blocks : sequence of str
        One column; two for ``alpha`` (replicate, incomplete block) and ``latin`` (row, column).
    replicate : str, optional
        The block where the design has complete blocks and none is named.
    whole_plot, sub_plot : str or sequence of str, optional
        Factors of whole plots and sub-plots. Treatments that are neither fill what is not named;
        beside both they divide sub-plots further. See `settled` for a column of whole plots.
    environment : str, optional
        A trial in blocks, incomplete blocks or split-plots that has one is a ``multienv``.

    Raises
    ------
    UsageError
        A part of the design has no column, or a column plays two parts.
    """
    whole, sub = _listed(whole_plot), _listed(sub_plot)
    said = _Said(_distinct(treatments), _distinct(blocks), replicate, row, column, whole, sub)
    _place(kind, said)
    kind = "multienv" if environment is not None and kind in _IN_SERIES else kind
    design = Design(
        kind=kind,
        treatments=tuple(said.treatments),
        block=said.blocks[0] if said.blocks else None,
        replicate=said.replicate,
        row=said.row,
        column=said.column,
        whole_plot=tuple(said.whole),
        sub_plot=tuple(said.sub),
        environment=environment,
        checks=tuple(checks),
        additive=additive,
        fixed_environments=fixed_environments and kind == "multienv",
        covariates=tuple(covariates),
    )
    _check(design, len(said.blocks))
    return design


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _listed(names: str | Sequence[str] | None) -> list[str]:
    if names is None:
        return []
    return [names] if isinstance(names, str) else _distinct(names)


def _place(kind: DesignKind, said: _Said) -> None:
    _place_blocks(kind, said)
    if kind == "stripplot":
        _place_strips(said)
    elif kind in ("splitplot", "multienv"):
        _place_whole_plots(kind, said)
    else:
        said.whole, said.sub = [], []


def _place_blocks(kind: DesignKind, said: _Said) -> None:
    """Blocks and replicates by the part that they play in the design."""
    if kind in _REPLICATE_IS_BLOCK and not said.blocks and said.replicate is not None:
        said.blocks, said.replicate = [said.replicate], None
    if kind == "alpha" and said.replicate is None and len(said.blocks) == 2:
        said.replicate = said.blocks.pop(0)
    if said.replicate in said.blocks:
        if len(said.blocks) > 1 and said.replicate is not None:
            said.blocks.remove(said.replicate)
        else:
            said.replicate = None
    if kind == "latin":
        for part in ("row", "column"):
            if getattr(said, part) is None and said.blocks:
                setattr(said, part, said.blocks.pop(0))
        if not said.blocks and said.replicate not in (None, said.row, said.column):
            said.blocks = [str(said.replicate)]
        said.replicate = None


def _place_strips(said: _Said) -> None:
    """The two factors of a strip-plot, whether named as treatments, strips or plots."""
    strips = [name for name in (said.row, said.column) if name is not None]
    for more in (strips, [*said.whole, *said.sub]):
        if len(said.treatments) < 2:
            said.treatments = _distinct([*said.treatments, *more])
    said.sub = [name for name in said.sub if name not in said.treatments]
    said.row = said.column = None
    said.whole = []


def _place_whole_plots(kind: DesignKind, said: _Said) -> None:
    """Treatments that are named neither as whole plots nor as sub-plots."""
    left = [name for name in said.treatments if name not in (*said.whole, *said.sub)]
    if kind == "splitplot":
        if not said.whole and not said.sub and len(left) > 2:
            raise _which_plots(left)
        if not said.whole and left:
            said.whole = [left.pop(0)]
        if not said.sub:
            said.sub, left = left, []
    said.treatments = left


def _which_plots(names: Sequence[str]) -> UsageError:
    first, second, third = names[:3]
    return UsageError(
        "analysis.which-plots",
        Text(
            "因子が3つ以上あり、どれが主区・副区の処理か分かりません",
            "with three factors or more it is not clear which are whole-plot and which sub-plot factors",
        ),
        Text(
            f"--whole-plot と --sub-plot で指定してください(繰り返し可)。"
            f"副区をさらに分けた試験なら --whole-plot {first} --sub-plot {second} --treatment {third}",
            "name them with --whole-plot and --sub-plot (repeatable); for a split-split-plot "
            f"--whole-plot {first} --sub-plot {second} --treatment {third}",
        ),
    )


def _check(design: Design, blocks: int) -> None:
    needed = list(_NEEDED[design.kind])
    if design.kind == "splitplot" and len(design.treated) > 2:
        # Whole plots may be told apart by a column of their own.
        needed.remove("block")
    missing = [_OPTIONS[part] for part in needed if not getattr(design, part)]
    if design.kind == "stripplot" and len(design.treatments) != 2:
        missing = ["--treatment(2)"]
    if missing:
        raise incomplete(design.kind, missing)
    if blocks > 1:
        raise UsageError(
            "analysis.blocks",
            Text("--block は1つだけ指定してください", "give --block once"),
            Text("反復は --replicate で指定します", "the replicate of an alpha design is --replicate"),
        )
    played = [name for part in _GROUND[design.kind] if (name := getattr(design, part)) is not None]
    played += [name for name in (*design.treated, *design.covariates) if name != design.environment]
    twice = [name for name in dict.fromkeys(played) if played.count(name) > 1]
    if twice:
        raise UsageError(
            "analysis.column-twice",
            Text(f"列「{twice[0]}」が2つの役に使われています", f"column '{twice[0]}' plays two parts"),
            Text("役ごとに別の列を指定してください", "give each part a column of its own"),
        )


def incomplete(kind: str, missing: Sequence[str]) -> UsageError:
    """The error for parts of a design without a column."""
    names = " ".join(missing)
    return UsageError(
        "analysis.design-incomplete",
        Text(f"設計 {kind} には {names} が要ります", f"design {kind} needs {names}"),
        Text("その列の名前を指定してください", "say which column it is"),
    )


def settled(design: Design, factors: Mapping[str, Factor]) -> Design:
    """The design as the table shows it, where what was said can be understood in two ways.

    A whole-plot column within which another treatment never changes only tells whole plots apart;
    the treatments that never change are the whole-plot factors. A check that is no level may be
    several, with commas between them. Where an augmented design names none, the checks are the
    entries that stand in every block.

    Raises
    ------
    UsageError
        Blocks or replicates are needed to tell plots apart.
    """
    levels = {level for name in design.treated for level in factors[name].levels}
    checks = [part for check in design.checks for part in _parts(check, levels)]
    if design.kind == "augmented" and not checks:
        checks = _in_every_block(factors[design.treatments[0]], factors[str(design.block)])
    design = replace(design, checks=tuple(_distinct(checks)))
    if design.kind == "splitplot" and len(design.whole_plot) == 1 and len(design.treated) > 2:
        others = (*design.sub_plot, *design.treatments)
        plots = (*((design.block,) if design.block else ()), *design.whole_plot)
        still = tuple(name for name in others if _constant(name, plots, factors))
        moving = tuple(name for name in others if name not in still)
        if still and moving:
            return replace(
                design, whole_plot=still, sub_plot=moving, treatments=(), unit=design.whole_plot[0]
            )
    if design.kind == "splitplot" and design.block is None:
        raise incomplete(design.kind, ["--block"])
    if design.kind == "alpha" and design.replicate is None and design.block is not None:
        cells = cells_of((design.block, *design.treated), factors)
        if len(cells.levels) < len(cells.codes):
            raise incomplete(design.kind, ["--replicate"])
    return design


def _parts(name: str, levels: set[str]) -> list[str]:
    parts = [part.strip() for part in name.split(",")]
    return parts if name not in levels and levels.issuperset(parts) else [name]


def _in_every_block(entry: Factor, block: Factor) -> list[str]:
    """Entries that stand in every block; none where all do."""
    stands = np.zeros((len(entry.levels), len(block.levels)), dtype=np.bool_)
    stands[entry.codes, block.codes] = True
    found = [level for code, level in enumerate(entry.levels) if stands[code].all()]
    return found if len(found) < len(entry.levels) else []


def _constant(name: str, within: Sequence[str], factors: Mapping[str, Factor]) -> bool:
    """Whether a factor never changes within the cells of others, though it does between them."""
    outer, both = cells_of(tuple(within), factors), cells_of((*within, name), factors)
    return len(outer.levels) == len(both.levels) and len(np.unique(factors[name].codes)) > 1
