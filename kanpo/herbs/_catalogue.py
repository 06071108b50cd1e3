"""The catalogue as a value: herbs, and their requirements with the default rows filled in."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import pandas as pd

from kanpo.errors import InputUnusable, Place, UsageError
from kanpo.herbs._check import DEFAULT_HERB, Row, check_files, classes_of, corners_of, read_files
from kanpo.herbs._requirement import Herb, Requirement
from kanpo.locale import Text
from kanpo.schema import FACTORS, normalise


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Herbs and what they need.

    `requirements` has for each herb its own rows and the default rows of the factors that it has
    no row for, in the order of the factors. `digest` is a hash over all of it.
    """

    herbs: Mapping[str, Herb]
    requirements: Mapping[str, tuple[Requirement, ...]]
    quality: pd.DataFrame
    market: pd.DataFrame
    operations: pd.DataFrame
    sources: pd.DataFrame
    digest: str

    def requirements_of(self, herb_id: str) -> tuple[Requirement, ...]:
        """What a herb needs, in the order of the factors.

        Raises
        ------
        KeyError
            There is no such herb.
        """
        return self.requirements[herb_id]

    def source_title(self, source_ids: str) -> str:
        """Titles of the sources that a row names (``a; b``)."""
        titles = dict(zip(self.sources["source_id"], self.sources["title"], strict=True))
        return "; ".join(titles.get(name.strip(), name.strip()) for name in source_ids.split(";"))


@cache
def load_catalogue(folder: Path | None = None) -> Catalogue:
    """Load and check a catalogue; the one shipped with kanpo when no folder is given.

    Raises
    ------
    InputUnusable
        A file or row is wrong; all problems are in the error.
    """
    read, problems = read_files(folder)
    problems = problems or check_files(read)
    if problems:
        raise InputUnusable(
            "catalogue.unusable",
            Text(f"生薬目録に {len(problems)} 件の問題があります", f"the herb catalogue has {len(problems)} problems"),
            Text("上の行を直してください(kanpo herbs check)", "mend the rows above (kanpo herbs check)"),
            Place(str(folder) if folder else None),
            tuple(problems),
        )
    herbs = {row["herb_id"]: _herb(row) for row in read.tables["herbs"]}
    rows = [_requirement(row, number) for number, row in enumerate(read.tables["requirements"], 2)]
    requirements = {herb_id: _resolved(herb_id, rows) for herb_id in herbs}
    tables = {name: pd.DataFrame(read.tables[name]) for name in ("quality", "market", "operations", "sources")}
    digest = hashlib.sha256(json.dumps(read.tables, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    return Catalogue(herbs, requirements, **tables, digest=digest)


def _herb(row: Row) -> Herb:
    values: dict[str, object] = {}
    for field in fields(Herb):
        text = row.get(field.name, "")
        if field.type == "int":
            values[field.name] = int(text or 1)
        elif "float" in str(field.type):
            values[field.name] = float(text) if text else None
        else:
            values[field.name] = text
    return Herb(**values)  # type: ignore[arg-type]


def _requirement(row: Row, number: int) -> Requirement:
    trapezoid = row["kind"] == "trapezoid"
    return Requirement(
        herb_id=row["herb_id"],
        factor=row["factor"],
        kind="trapezoid" if trapezoid else "classes",
        corners=corners_of(row) if trapezoid else (None, None, None, None),
        classes={} if trapezoid else classes_of(row),
        weight=float(row["weight"]),
        knock_out=row["knock_out"] == "1",
        source=row["source"],
        confidence=row["confidence"],
        note=row.get("note", ""),
        row=number,
    )


def _resolved(herb_id: str, rows: list[Requirement]) -> tuple[Requirement, ...]:
    chosen = {row.factor: row for row in rows if row.herb_id == DEFAULT_HERB}
    chosen |= {row.factor: row for row in rows if row.herb_id == herb_id}
    return tuple(chosen[factor] for factor in FACTORS if factor in chosen)


def find_herb(catalogue: Catalogue, text: str) -> Herb:
    """The herb that somebody means by its id, crude drug, plant, species or Latin name.

    Raises
    ------
    UsageError
        No herb has that name (the nearest is suggested), or several have.
    """
    wanted = normalise(text).casefold()
    names: dict[str, set[str]] = {}
    for herb in catalogue.herbs.values():
        plants = herb.plant_ja.replace(")", "").split("(")
        for name in (herb.herb_id, herb.crude_drug_ja, *plants, herb.species, herb.latin_drug_name, herb.label.ja):
            names.setdefault(normalise(name).casefold(), set()).add(herb.herb_id)
    if wanted in catalogue.herbs:
        return catalogue.herbs[wanted]
    found = sorted(names.get(wanted, ()))
    if len(found) == 1:
        return catalogue.herbs[found[0]]
    place = Place(column="--herb", value=text)
    if found:
        choices = "、".join(f"{key}({catalogue.herbs[key].plant_ja})" for key in found)
        raise UsageError(
            "herb.ambiguous",
            Text("その名の生薬が複数あります", "several herbs have that name"),
            Text(f"どれかを選んでください: {choices}", f"choose one of {', '.join(found)}"),
            place,
        )
    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.5)
    hint = sorted(names[near[0]])[0] if near else None
    raise UsageError(
        "herb.unknown",
        Text("目録にない生薬です", "is not in the herb catalogue"),
        Text(f"もしかして: {hint}({catalogue.herbs[hint].label.ja})", f"did you mean {hint}?")
        if hint
        else Text("kanpo herbs list で一覧を見られます", "see kanpo herbs list"),
        place,
    )


def herb_table(catalogue: Catalogue) -> pd.DataFrame:
    """All herbs, one row each, with the columns of `Herb`."""
    names = [field.name for field in fields(Herb)]
    return pd.DataFrame([[getattr(herb, name) for name in names] for herb in catalogue.herbs.values()], columns=names)


def requirement_table(catalogue: Catalogue, herb_id: str) -> pd.DataFrame:
    """What a herb needs, one row per factor, in words of the current language."""
    return pd.DataFrame(
        [
            {
                "factor": str(FACTORS[row.factor].label),
                "requirement": str(row.text),
                "weight": row.weight,
                "knock_out": row.knock_out,
                "confidence": row.confidence,
                "source": row.source,
            }
            for row in catalogue.requirements_of(herb_id)
        ]
    )
