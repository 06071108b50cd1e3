"""The catalogue as a value: herbs, and their requirements with the default rows filled in."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path

import pandas as pd

from kanpo.errors import InputUnusable, Place, Problem, UsageError, shown
from kanpo.herbs._check import (
    DEFAULT_HERB,
    FILES,
    OPTIONAL,
    CatalogueFiles,
    check_files,
    check_repeated,
    read_files,
)
from kanpo.herbs._check_works import check_assumption, check_cost, check_work
from kanpo.herbs._costs import Assumption, Cost, assumption_of_row, cost_of_row
from kanpo.herbs._requirement import Herb, Requirement
from kanpo.herbs._rows import herb_of_row, requirement_of_row
from kanpo.herbs._works import Work, work_of_row
from kanpo.locale import Text
from kanpo.reading import fold_kana
from kanpo.schema import FACTORS, VOCABULARIES

#: What a verdict rests on before anything else, and the words for it.
TOPICS = {
    "climate": Text("気候", "climate"),
    "drainage": Text("排水", "drainage"),
    "soil_texture": Text("土性", "texture"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Herbs and what they need.

    `requirements` has for each herb its own rows and the default rows of the factors that it has
    no row for, in the order of the factors. `digest` is a hash over all of it. `own` are the rows of
    the user's own that were laid over those shipped with kanpo, `own_herbs` the ids of herbs of the
    user's own or with facts of the user's own, and `unused` rows of the user's own, kept by an older
    kanpo, of factors that belong to workability now. `known_sites` are places known to grow a herb.
    """

    herbs: Mapping[str, Herb]
    requirements: Mapping[str, tuple[Requirement, ...]]
    quality: pd.DataFrame
    monographs: pd.DataFrame
    market: pd.DataFrame
    operations: pd.DataFrame
    sources: pd.DataFrame
    digest: str
    own: tuple[Requirement, ...] = ()
    own_herbs: tuple[str, ...] = ()
    works: tuple[Work, ...] = ()
    costs: tuple[Cost, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    known_sites: pd.DataFrame = field(default_factory=pd.DataFrame)
    unused: tuple[Requirement, ...] = ()

    def requirements_of(self, herb_id: str) -> tuple[Requirement, ...]:
        """What a herb needs, in the order of the factors.

        Raises
        ------
        KeyError
            There is no such herb.
        """
        return self.requirements[herb_id]

    def unsourced_topics(self, herb_id: str) -> tuple[str, ...]:
        """Which of climate, drainage and texture no row of a source (medium confidence or better) bears."""
        read = [row.factor for row in self.requirements_of(herb_id) if row.confidence != "low"]
        borne = {FACTORS[key].topic if FACTORS[key].topic == "climate" else key for key in read}
        return tuple(topic for topic in TOPICS if topic not in borne)

    def reference_only(self, herb_id: str) -> bool:
        """Whether a source is missing for climate, drainage or texture: such a herb has a range and no class.

        What was not read does not decide unseen; one row of a local agronomist for what is missing,
        with a confidence of medium or better, lifts it.
        """
        return bool(self.unsourced_topics(herb_id))

    def source_title(self, source_ids: str) -> str:
        """Titles of the sources that a row names (``a; b``)."""
        titles = dict(zip(self.sources["source_id"], self.sources["title"], strict=True))
        return "; ".join(titles.get(name.strip(), name.strip()) for name in source_ids.split(";"))


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """Load and check a catalogue; the one shipped with kanpo when no folder is given.

    Raises
    ------
    InputUnusable
        A file or row is wrong; all problems are in the error.
    """
    # A folder of the user's own may change while kanpo runs; what is shipped does not.
    return _shipped() if folder is None else _load(folder)


@cache
def _shipped() -> Catalogue:
    return _load(None)


def _load(folder: Path | None) -> Catalogue:
    catalogue, problems = _examined(folder)
    if catalogue is None:
        raise InputUnusable(
            "catalogue.unusable",
            Text(
                f"生薬目録に {len(problems)} 件の問題があります",
                f"the herb catalogue has {len(problems)} problems",
            ),
            Text("上の行を直してください(kanpo herbs check)", "mend the rows above (kanpo herbs check)"),
            Place(str(folder) if folder else None),
            tuple(problems),
        )
    return catalogue


def check_catalogue(folder: Path | None = None) -> list[Problem]:
    """Everything that is wrong with a catalogue; empty when it is in order."""
    return _examined(folder)[1]


def _examined(folder: Path | None) -> tuple[Catalogue | None, list[Problem]]:
    """The catalogue of a folder, or everything that is wrong with it."""
    read, problems = read_files(folder)
    problems = problems or check_files(read)
    if problems:
        return None, problems
    catalogue = _of_files(read)
    problems = _check_money(read, catalogue)
    if problems:
        return None, problems
    return replace(
        catalogue,
        works=tuple(work_of_row(row, number) for number, row in enumerate(read.tables["works"], 2)),
        costs=tuple(cost_of_row(row) for row in read.tables["costs"]),
        assumptions=tuple(assumption_of_row(row) for row in read.tables["assumptions"]),
    ), []


def _of_files(read: CatalogueFiles) -> Catalogue:
    herbs = {row["herb_id"]: herb_of_row(row) for row in read.tables["herbs"]}
    rows = [requirement_of_row(row, number) for number, row in enumerate(read.tables["requirements"], 2)]
    requirements = {herb_id: _resolved(herb_id, rows) for herb_id in herbs}
    tables = {
        name: pd.DataFrame(read.tables[name], columns=None if read.tables[name] else OPTIONAL.get(name))
        for name in (*FILES, "known_sites")
        if name not in ("herbs", "requirements")
    }
    digest = hashlib.sha256(json.dumps(read.tables, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    return Catalogue(herbs, requirements, **tables, digest=digest)


def _check_money(read: CatalogueFiles, catalogue: Catalogue) -> list[Problem]:
    """What is wrong with works, costs and assumptions, which look at what the herbs require."""
    sources = set(catalogue.sources["source_id"])
    keys = {row.get("key", "") for row in read.tables["assumptions"]}
    needs = catalogue.requirements
    problems: list[Problem] = []
    for row, place in read.numbered("works"):
        problems += check_work(row, place, needs, sources, keys)
    for row, place in read.numbered("costs"):
        problems += check_cost(row, place, needs, sources, keys)
    for row, place in read.numbered("assumptions"):
        problems += check_assumption(row, place)
    for name, columns in (
        ("works", ("work_id", "factor")),
        ("costs", ("cost_id",)),
        ("assumptions", ("key",)),
    ):
        if name not in read.shipped:
            problems += check_repeated(read.tables[name], f"{name}.csv", columns)
    return problems


def _resolved(herb_id: str, rows: list[Requirement]) -> tuple[Requirement, ...]:
    chosen = {row.factor: row for row in rows if row.herb_id == DEFAULT_HERB}
    chosen |= {row.factor: row for row in rows if row.herb_id == herb_id}
    return tuple(chosen[factor] for factor in FACTORS if factor in chosen)


def find_herb(catalogue: Catalogue, text: str) -> Herb:
    """The herb that somebody means by its id, crude drug, plant, species or Latin name.

    Two plants may give the same crude drug (当帰): its name means the one that stands first in the
    catalogue, the other is found by its plant (ホッカイトウキ) or id.

    Raises
    ------
    UsageError
        No herb has that name; the nearest is suggested.
    """
    wanted = fold_kana(text)
    names: dict[str, str] = {}
    for herb in catalogue.herbs.values():
        plants = herb.plant_ja.replace(")", "").split("(")
        drugs = (herb.crude_drug_ja, herb.latin_drug_name)
        for name in (herb.herb_id, herb.label.ja, herb.label.en, *plants, herb.species, *drugs):
            names.setdefault(fold_kana(name), herb.herb_id)
    if wanted and wanted in names:
        return catalogue.herbs[names[wanted]]
    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.5)
    hint = catalogue.herbs[names[near[0]]] if near else None
    shown_ja, shown_en = f"生薬「{shown(text)}」は目録にありません", f"there is no herb '{shown(text)}'"
    raise UsageError(
        "herb.unknown",
        Text(shown_ja, shown_en),
        Text(f"もしかして: {hint.herb_id}({hint.crude_drug_ja})", f"did you mean {hint.herb_id}?")
        if hint
        else Text("kanpo herbs list で一覧を見られます", "see kanpo herbs list"),
        Place(column="--herb"),
    )


def herb_table(catalogue: Catalogue) -> pd.DataFrame:
    """All herbs, one row each, with the columns of `Herb`."""
    names = [field.name for field in fields(Herb)]
    return pd.DataFrame(
        [[getattr(herb, name) for name in names] for herb in catalogue.herbs.values()], columns=names
    )


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


def work_table(catalogue: Catalogue) -> pd.DataFrame:
    """The works of a catalogue, one row each, in words of the current language."""
    land = VOCABULARIES["land_type"].labels
    return pd.DataFrame(
        [
            {
                "work_id": work.work_id,
                "work": str(work.label),
                "factor": str(FACTORS[work.factor].label),
                "effect": str(work.text),
                "land": _listed([str(land[key]) for key in work.land_types]),
                "herbs": _listed([_drug(catalogue, herb_id) for herb_id in work.herbs]),
                "yen": _range(work.money.yen_low, work.money.yen_high),
                "hours": _range(work.money.hours_low, work.money.hours_high),
                "per": str(_PER[work.per].format(unit=FACTORS[work.factor].label)),
                "confidence": work.confidence,
                "cost_confidence": work.cost_confidence,
                "source": work.source,
            }
            for work in catalogue.works
        ]
    )


#: What the amounts of a work are by.
_PER = {"10a": Text("10a", "10a"), "unit": Text("10a・{unit} 1.0", "10a and 1.0 of {unit}")}


def _drug(catalogue: Catalogue, herb_id: str) -> str:
    return str(catalogue.herbs[herb_id].label) if herb_id in catalogue.herbs else herb_id


def _listed(names: list[str]) -> str:
    return str(Text("、".join(names) or "すべて", ", ".join(names) or "all"))


def _range(low: float | None, high: float | None) -> str:
    """``10,000〜40,000``; a word where nobody has said it."""
    if low is None or high is None:
        return str(Text("尋ねる", "to be asked"))
    return str(Text(f"{low:,.10g}〜{high:,.10g}", f"{low:,.10g} to {high:,.10g}"))
