"""What the user was asked for and has answered: the newest record of each assumption."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from kanpo.herbs import Assumption, Catalogue, note_text
from kanpo.store import Project


@dataclass(frozen=True, slots=True)
class Answer:
    """An assumption as it was answered: least and most, from where, and the record that says it."""

    low: float
    high: float
    source: str = ""
    record_id: str = ""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Answers by key and herb; the herb is None for those that hold for every herb."""

    answers: Mapping[tuple[str, str | None], Answer] = field(default_factory=dict)

    def of(self, key: str, herb_id: str) -> Answer | None:
        """The answer for a herb: its own, else that for every herb; None where nobody has been asked."""
        return self.answers.get((key, herb_id)) or self.answers.get((key, None))


#: What differs from drug to drug so much that one figure for all of them is none: never asked for all herbs.
OF_ONE_HERB = ("price_yen_per_kg", "yield_dry_kg_per_10a")


def read_assumptions_kept(project: Project) -> Assumptions:
    """The assumptions of a project. Of several records of one key and herb the newest counts."""
    frame = project.journal.read("assumption")
    answers = {}
    for row in frame.sort_values(["happened_at", "recorded_at"], kind="stable").to_dict("records"):
        herb_id = row["herb_id"] if isinstance(row["herb_id"], str) else None
        source = row["source"] if isinstance(row["source"], str) else ""
        low = float(row["low"])
        high = low if pd.isna(row["high"]) else float(row["high"])
        answers[row["key"], herb_id] = Answer(low, high, source, row["record_id"])
    return Assumptions(answers)


def assumption_table(catalogue: Catalogue, kept: Assumptions) -> pd.DataFrame:
    """Every assumption of the catalogue with what was answered, those not asked yet included.

    Columns key, herb_id (None: every herb), label, low, high (NaN where not asked yet), unit, least and
    most (what it can be), purpose, source, note. An assumption for each herb has a row for every herb
    and one for all of them.
    """
    rows = []
    for assumption in catalogue.assumptions:
        herbs: list[str | None] = [None]
        answered = {herb_id for key, herb_id in kept.answers if key == assumption.key}
        herbs += [herb_id for herb_id in catalogue.herbs if assumption.scope == "herb" or herb_id in answered]
        rows += [_row(assumption, herb_id, kept) for herb_id in herbs]
    return pd.DataFrame(rows)


def _row(assumption: Assumption, herb_id: str | None, kept: Assumptions) -> dict[str, object]:
    answer = kept.answers.get((assumption.key, herb_id))
    return {
        "key": assumption.key,
        "herb_id": herb_id,
        "label": str(assumption.label),
        "low": answer.low if answer else float("nan"),
        "high": answer.high if answer else float("nan"),
        "unit": assumption.unit,
        "least": assumption.low,
        "most": assumption.high,
        "purpose": str(assumption.purpose),
        "source": answer.source if answer else "",
        "note": str(note_text(assumption.note)),
    }
