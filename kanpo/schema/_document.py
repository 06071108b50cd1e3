"""The page of the data model, made from the schema."""

from __future__ import annotations

from collections.abc import Iterable

from kanpo.schema._computed import FACTOR_VALUES, REGISTER_LINKS, SCORES, STAMPS
from kanpo.schema._field import Field, Kind, Table
from kanpo.schema._imported import (
    BATCHES,
    BOUNDARIES,
    FORMER_PARCELS,
    LAYERS,
    LINEAGE,
    ORIGINALS,
    PARCELS,
    REGISTER,
    STATEMENTS,
)
from kanpo.schema._recorded import JOURNAL, OUTLINES, PEOPLE, RECORD_KINDS
from kanpo.schema._traits import TRAITS
from kanpo.schema._vocabulary import VOCABULARIES

#: Every table of a project, in the order in which data walks through.
TABLES: tuple[Table, ...] = (
    *(PARCELS, FORMER_PARCELS, LINEAGE, REGISTER, STATEMENTS, BOUNDARIES, BATCHES, LAYERS, ORIGINALS),
    *(JOURNAL, OUTLINES, *RECORD_KINDS.values(), PEOPLE),
    *(REGISTER_LINKS, FACTOR_VALUES, SCORES, STAMPS),
)

_KINDS = {
    Kind.IMPORTED: "取込データ / imported",
    Kind.RECORDED: "記録 / recorded",
    Kind.COMPUTED: "計算結果 / computed",
}


def document() -> str:
    """The whole data model as Markdown: tables, fields, closed lists and traits."""
    parts = [
        "# データ項目一覧 / Data model",
        "",
        "この頁は `kanpo/schema` から作られる(`make docs`)。公開範囲は、その列を見られる一番広い相手。",
        "",
        "This page is made from `kanpo/schema` (`make docs`). Privacy is the widest audience that may see a field.",
        "",
    ]
    for kind in Kind:
        parts += [f"## {_KINDS[kind]}", ""]
        for table in TABLES:
            if table.kind is kind:
                parts += _table(table)
    parts += ["## 選択肢 / Closed lists", ""]
    for vocabulary in VOCABULARIES.values():
        choices = "、".join(f"`{key}` {label.ja} / {label.en}" for key, label in vocabulary.labels.items())
        parts.append(f"- **{vocabulary.key}**: {choices}")
    parts += ["", "## 調査項目 / Traits", "", *_rows(("key", "ja", "en", "unit", "usual range", "method"))]
    for trait in TRAITS.values():
        usual = "" if trait.minimum is None else f"{trait.minimum:g} - {trait.maximum:g}"
        method = f"{trait.method.ja} / {trait.method.en}"
        parts.append(_row((f"`{trait.key}`", trait.label.ja, trait.label.en, trait.unit, usual, method)))
    return "\n".join(parts) + "\n"


def _table(table: Table) -> list[str]:
    lines = [f"### {table.label.ja} / {table.label.en} (`{table.name}`)", ""]
    if table.note.ja:
        lines += [f"{table.note.ja} / {table.note.en}", ""]
    if table.outline:
        lines += ["形(ポリゴン)を持つ。 / Has an outline (polygon).", ""]
    lines += _rows(("key", "ja", "en", "type", "unit", "range or list", "required", "privacy"))
    return [*lines, *(_field(field) for field in table.fields), ""]


def _field(field: Field) -> str:
    if field.vocabulary:
        bounds = f"list `{field.vocabulary}`"
    elif field.minimum is not None or field.maximum is not None:
        bounds = f"{'' if field.minimum is None else f'{field.minimum:g}'} - "
        bounds += "" if field.maximum is None else f"{field.maximum:g}"
    else:
        bounds = ""
    required = "○" if field.required else ""
    privacy = field.privacy.name.lower()
    return _row(
        (f"`{field.key}`", field.label.ja, field.label.en, field.type, field.unit, bounds, required, privacy)
    )


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _rows(header: tuple[str, ...]) -> list[str]:
    return [_row(header), _row("---" for _ in header)]
