"""The design that the options of ``kanpo analyze`` ask for: which column plays which part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kanpo.cli._present import say
from kanpo.errors import UsageError
from kanpo.locale import Text

if TYPE_CHECKING:
    from kanpo.evidence import Design

KINDS = ("crd", "rcbd", "latin", "splitplot", "stripplot", "augmented", "alpha", "multienv")
Columns = Mapping[str, Sequence[str | None]]
#: Options that name a column, and those that name several.
_ONE = ("replicate", "row", "column")
_SEVERAL = ("treatments", "blocks", "whole_plot", "sub_plot", "environment", "covariates")


def columns_asked(asked: Mapping[str, Any]) -> list[str]:
    """Every column that an option names."""
    return [*(asked[key] for key in _ONE if asked[key]), *(name for key in _SEVERAL for name in asked[key])]


def design_asked(
    kind: str | None, asked: Mapping[str, Any], table: Columns | None
) -> tuple[Design | None, Columns | None]:
    """The design of the options, and the table, wider by a column where several make the environment.

    Raises
    ------
    UsageError
        Columns are named but no design, or they do not make that design.
    """
    from kanpo.evidence import make_design

    place, table = _environment(each(asked["environment"], table), table)
    parts: dict[str, Any] = {key: asked[key] for key in _ONE}
    parts |= {key: each(asked[key], table) for key in ("blocks", "whole_plot", "sub_plot")}
    parts["environment"] = place
    if kind is None:
        if asked["additive"] or asked["fixed_environments"] or asked["treatments"] or any(parts.values()):
            raise design_missing()
        return None, table
    if kind == "alpha" and not parts["replicate"] and len(asked["blocks"]) == 1 and table is not None:
        parts["replicate"] = _replicate_of(list(table))
    chosen = make_design(
        kind,  # type: ignore[arg-type]
        treatments=each(asked["treatments"], table),
        checks=asked["checks"],
        additive=asked["additive"],
        fixed_environments=asked["fixed_environments"],
        covariates=each(asked["covariates"], table),
        **parts,
    )
    _say_unused(chosen, parts)
    if chosen.kind != kind:
        say(
            Text(
                "注意: --environment があるので、設計 multienv として解析します。",
                "note: with --environment this is analysed as design multienv.",
            )
        )
    return chosen, table


def single(names: Sequence[str]) -> list[str]:
    """Names of columns, also those that stand together with commas between them."""
    return [part.strip() for name in names for part in name.split(",")]


def each(names: tuple[str, ...], table: Columns | None) -> tuple[str, ...]:
    """Columns named one by one, or several at once by commas where no column is called so."""
    headers = {header.strip() for header in table or ()}
    found: list[str] = []
    for name in names:
        parts = [part.strip() for part in name.split(",")]
        found += parts if name.strip() not in headers and headers.issuperset(parts) else [name]
    return tuple(found)


def _environment(names: tuple[str, ...], table: Columns | None) -> tuple[str | None, Columns | None]:
    """The column of environments; of several (years, places) every combination is one."""
    if len(names) < 2 or table is None:
        return (names[0] if names else None), table
    from kanpo.evidence import crossed

    wider, name = crossed(table, names)
    return name, wider


def design_missing() -> UsageError:
    """That a table needs a design."""
    return UsageError(
        "analysis.design-missing",
        Text("試験設計が指定されていません", "no design was given"),
        Text(f"--design {'|'.join(KINDS)}", f"give --design {'|'.join(KINDS)}"),
    )


def _replicate_of(headers: Sequence[str]) -> str | None:
    """A column that is called a replicate, for an alpha design that names only its incomplete blocks."""
    names = ("replicate", "rep", "replication", "反復")
    return next((header for header in headers if header.strip().casefold() in names), None)


def _say_unused(design: Design, parts: Mapping[str, Any]) -> None:
    """Options that the design has no use for are pointed out, not silently left out."""
    places = Text(
        "年次・場所が複数なら --design multienv です。", " For several environments take --design multienv."
    )
    for key, value in parts.items():
        named = [value] if isinstance(value, str) else value or ()
        if any(name not in design.factors for name in named):
            name = f"--{key.replace('_', '-').removesuffix('s')}"
            more = places if key == "environment" else Text("", "")
            say(
                Text(
                    f"注意: {name} は設計 {design.kind} では使いません。{more.ja}",
                    f"note: {name} is not used by design {design.kind}.{more.en}",
                )
            )
