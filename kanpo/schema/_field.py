"""What a field and a table are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Literal

from kanpo.locale import Text
from kanpo.schema._vocabulary import VOCABULARIES, Vocabulary

Stored = Literal["text", "integer", "number", "boolean", "date", "timestamp", "json", "geometry", "blob"]
#: ``masses``: lots with their kg; ``measured``: a number, or the limit it is below; ``npk``: fertiliser;
#: ``amount``: a number of 0 or more as people write amounts, kanji too.
FieldType = Stored | Literal["masses", "measured", "npk", "amount"]


class Privacy(IntEnum):
    """Who may see a field at most; a field that says nothing is for the office only."""

    PUBLIC = 0
    PARTNER = 1
    OFFICE = 2
    PERSONAL = 3


class Audience(StrEnum):
    """For whom an output is made."""

    PUBLIC = "public"
    PARTNER = "partner"
    OFFICE = "office"

    @property
    def label(self) -> Text:
        """The audience in words."""
        return _AUDIENCE_LABELS[self]

    def may_see(self, privacy: Privacy) -> bool:
        """Whether this audience may see a field of that privacy; nobody sees personal data."""
        return (
            privacy <= {"public": Privacy.PUBLIC, "partner": Privacy.PARTNER, "office": Privacy.OFFICE}[self]
        )


_AUDIENCE_LABELS = {
    Audience.PUBLIC: Text("一般公開", "public"),
    Audience.PARTNER: Text("連携先", "partners"),
    Audience.OFFICE: Text("庁内", "office"),
}


class Kind(StrEnum):
    """The three kinds of data; every table belongs to exactly one."""

    IMPORTED = "imported"
    RECORDED = "recorded"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a table or one entry of a record.

    Numbers are in `unit`; `minimum` and `maximum` are bounds of what can be true, both included.
    `vocabulary` names a closed list of `VOCABULARIES`. `references` names the table whose key
    stands here. `by_kanpo` tells that kanpo writes it beside what a person says, and nobody types it.
    """

    key: str
    label: Text
    type: FieldType = "text"
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    vocabulary: str | None = None
    required: bool = False
    privacy: Privacy = Privacy.OFFICE
    references: str | None = None
    note: Text = Text("", "")
    by_kanpo: bool = False

    @property
    def choices(self) -> Vocabulary | None:
        """The closed list of this field, if it has one."""
        return VOCABULARIES[self.vocabulary] if self.vocabulary else None

    @property
    def header(self) -> Text:
        """The label with its unit, as a column header."""
        if not self.unit or self.unit == "-":
            return self.label
        return Text(f"{self.label.ja}({self.unit})", f"{self.label.en} ({self.unit})")


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or a kind of record with the view that shows it.

    `key` names one row (``observation``), `name` the table or view in the project file
    (``observations``). `outline` tells that a row has a geometry, `by_kanpo` that kanpo writes such
    records itself and nobody types them. `about` are the fields that say what a record is about: two
    that are about the same say the same or contradict each other, on one day where `once_a_day`, else
    whenever; and a correction is about what it corrects.
    """

    key: str
    name: str
    label: Text
    kind: Kind
    fields: tuple[Field, ...]
    outline: bool = False
    by_kanpo: bool = False
    note: Text = Text("", "")
    about: tuple[str, ...] = ()
    once_a_day: bool = False

    def field(self, key: str) -> Field:
        """The field of that key.

        Raises
        ------
        KeyError
            There is none.
        """
        for field in self.fields:
            if field.key == key:
                return field
        raise KeyError(key)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all fields, in order."""
        return tuple(field.key for field in self.fields)

    def visible_to(self, audience: Audience) -> tuple[Field, ...]:
        """The fields that an audience may see."""
        return tuple(field for field in self.fields if audience.may_see(field.privacy))
