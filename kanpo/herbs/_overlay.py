"""The user's own requirements, laid over the shipped ones row by row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from kanpo.errors import InputUnusable, KanpoError, Place, Problem
from kanpo.herbs._catalogue import Catalogue, find_herb, load_catalogue
from kanpo.herbs._check import DEFAULT_HERB, check_own_row
from kanpo.herbs._curve import Row
from kanpo.herbs._own_herbs import OWN, read_dicts, read_own_herbs
from kanpo.herbs._own_works import read_own_works
from kanpo.herbs._requirement import Requirement
from kanpo.herbs._rows import herb_of_row, requirement_of_row
from kanpo.herbs._works import lay_over_works
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.schema import FACTORS
from kanpo.store import OwnCatalogue, Project, sha256_of

_NEEDED = ("herb_id", "factor")
#: What a folder of the user's own may hold.
_OWN_FILES = ("requirements", "herbs", "works")
_COLUMNS = (*_NEEDED, *"abcd", "kind", "classes", "weight", "knock_out", "source", "confidence", "note")
_OF_SOURCES = ("source_id", "title", "author", "year", "url", "note")


def read_overlay(path: Path) -> tuple[OwnCatalogue, list[Problem]]:
    """Read a folder with ``requirements.csv``, ``herbs.csv``, ``works.csv`` or ``sources.csv``, or one CSV.

    Only the rows that differ need to stand there. Herbs and factors may be named in Japanese. An empty
    kind follows from the factor, an empty weight and knock_out are those of the shipped row, an empty
    source is the file itself and an empty confidence ``low``. A herb that kanpo does not ship stands in
    ``herbs.csv``; what it has no row for it needs as the default rows say.

    Returns
    -------
    OwnCatalogue
        The rows that can be used.
    list of Problem
        What is wrong with the others, with file, row, column, value and mend.

    Raises
    ------
    InputUnusable
        No file, no text, without the columns herb_id and factor, or no row that can be used.
    """
    _check_folder(path)
    folder = path if path.is_dir() else path.parent
    named = f"{folder.name}/" if path.is_dir() else ""
    file = folder / "requirements.csv" if path.is_dir() else path
    shipped = load_catalogue()
    sources = _sources(file.with_name("sources.csv"))
    known = {*shipped.sources["source_id"], *(row["source_id"] for row in sources), OWN}
    herbs, problems = (
        read_own_herbs(folder / "herbs.csv", f"{named}herbs.csv", shipped, known)
        if path.is_dir()
        else ([], [])
    )
    content = (folder / "herbs.csv").read_bytes() if herbs else b""
    own = OwnCatalogue(f"{named}{file.name}", "", (), tuple(sources), herbs=tuple(herbs))
    works = folder / "works.csv" if path.is_dir() else None
    has_works = works is not None and works.is_file()
    if file.is_file() or not (herbs or has_works):
        written, rows, bad = _read_requirements(file, own, lay_over(shipped, own), known)
        content += written
        own, weightless = _without_weightless(replace(own, rows=rows), shipped)
        problems += [*bad, *weightless]
    if works is not None and has_works:
        written, good, bad = read_own_works(works, f"{named}works.csv", lay_over(shipped, own), known)
        content += written
        own = replace(own, works=tuple(good))
        problems += bad
    if not (own.rows or own.herbs or own.works):
        raise InputUnusable(
            "catalogue.no-rows",
            Text("使える行がありません", "no row can be used"),
            Text("上の行を直してください(何も変えていません)", "mend the rows above; nothing was changed"),
            # A folder may hold no requirements at all: what is wrong stands in the rows above.
            Place(own.file_name if file.is_file() else folder.name),
            tuple(problems),
        )
    return replace(own, sha256=sha256_of(content)), problems


def _check_folder(path: Path) -> None:
    """A folder has to hold one of the files that are read.

    Raises
    ------
    InputUnusable
        It holds none.
    """
    if path.is_dir() and not any((path / f"{name}.csv").is_file() for name in _OWN_FILES):
        raise InputUnusable(
            "catalogue.empty-folder",
            Text(
                f"フォルダに {'・'.join(_OWN_FILES)} の .csv がありません",
                f"the folder has no CSV of {', '.join(_OWN_FILES)}",
            ),
            Text(
                "どれか1つを置くか、要件の表(.csv)を直接指定してください",
                "put one of them there, or name a CSV of requirements itself",
            ),
            Place(str(path)),
        )


def _read_requirements(
    file: Path, own: OwnCatalogue, catalogue: Catalogue, sources: set[str]
) -> tuple[bytes, tuple[Row, ...], list[Problem]]:
    """The bytes of the file, its rows that can be used, and what is wrong with the others."""
    name = own.file_name
    content, written, problems = read_dicts(file, name, _COLUMNS)
    if not all(key in (written[0][1] if written else {}) for key in _NEEDED):
        raise InputUnusable(
            "catalogue.headers",
            Text(
                "列 herb_id と factor のある行がありません", "there is no row with columns herb_id and factor"
            ),
            Text("1行目に列名を、2行目から値を入れてください", "put column names first, then the rows"),
            Place(name),
        )
    rows: list[Row] = []
    seen: set[tuple[str, str]] = set()
    for number, given in written:
        row, found = _completed(given, catalogue, Place(name, row=number))
        found = found or list(check_own_row(row, Place(name, row=number), set(catalogue.herbs), sources))
        if not found and (row["herb_id"], row["factor"]) in seen:
            found = [_twice(row, Place(name, row=number))]
        seen.add((row["herb_id"], row["factor"]))
        problems += found
        if not found:
            rows.append(row | {"row": str(number)})
    return content, tuple(rows), problems


def lay_over(shipped: Catalogue, own: OwnCatalogue | None) -> Catalogue:
    """The catalogue with the user's own rows in place of the shipped ones.

    A row of herb ``*`` takes the place of the shipped default, not of a row that a herb has of its own.
    A herb that is not shipped starts from the shipped defaults. Rows that an older kanpo kept of factors
    that belong to workability now are left out and stand in `unused`.
    """
    if own is None:
        return shipped
    herbs = {row["herb_id"]: herb_of_row(row) for row in own.herbs}
    defaults = {
        row.factor: row
        for requirements in shipped.requirements.values()
        for row in requirements
        if row.herb_id == DEFAULT_HERB
    }
    needed: dict[str, tuple[Requirement, ...]] = dict.fromkeys(herbs, tuple(defaults.values())) | dict(
        shipped.requirements
    )
    rows = [
        replace(requirement_of_row(row, int(row["row"])), file=own.file_name)
        for row in sorted(own.rows, key=lambda row: row["herb_id"] != DEFAULT_HERB)
    ]
    unused = tuple(row for row in rows if FACTORS[row.factor].verdict == "workability")
    rows = [row for row in rows if row not in unused]
    resolved = {herb_id: _resolved(herb_id, requirements, rows) for herb_id, requirements in needed.items()}
    sources = [{"source_id": OWN, "title": "自分の行 (own row)"}, *own.sources]
    more = [part for part in (own.herbs, own.works) if part]
    told = json.dumps([own.rows, own.sources, *more], ensure_ascii=False, sort_keys=True)
    return replace(
        shipped,
        herbs=dict(shipped.herbs) | herbs,
        requirements=resolved,
        sources=pd.concat([shipped.sources, pd.DataFrame(sources)], ignore_index=True).fillna(""),
        digest=hashlib.sha256(f"{shipped.digest}{told}".encode()).hexdigest(),
        own=tuple(rows),
        own_herbs=tuple(herbs),
        works=lay_over_works(shipped.works, own.works, own.file_name.rsplit("/", 1)[0] + "/works.csv"),
        unused=unused,
    )


def project_catalogue(project: Project) -> Catalogue:
    """The catalogue that a project uses: the shipped one, with its own rows where it has some."""
    return lay_over(load_catalogue(), project.own_catalogue())


def catalogue_diff(catalogue: Catalogue) -> pd.DataFrame:
    """Own rows beside the shipped ones that they take the place of, in words of the current language.

    Columns herb_id, factor, shipped, shipped_weight, own, own_weight, knock_out (``shipped -> own``) and
    place (file and row). Where the shipped catalogue needs nothing, the first two are None and NaN.
    """
    shipped = load_catalogue()
    lines = []
    for row in catalogue.own:
        # A default is shown beside the shipped default, which any herb without a row of its own has.
        herbs = shipped.herbs if row.herb_id == DEFAULT_HERB else (row.herb_id,)
        rows = (one for herb in herbs for one in shipped.requirements.get(herb, ()))
        wanted = [one for one in rows if one.factor == row.factor]
        if row.herb_id == DEFAULT_HERB:
            wanted = [one for one in wanted if one.herb_id == DEFAULT_HERB]
        before = wanted[0] if wanted else None
        lines.append(
            {
                "herb_id": row.herb_id,
                "factor": row.factor,
                "shipped": str(before.text) if before else None,
                "shipped_weight": before.weight if before else float("nan"),
                "own": str(row.text),
                "own_weight": row.weight,
                "knock_out": f"{int(before.knock_out) if before else '-'} → {int(row.knock_out)}",
                "place": f"{row.file}:{row.row}",
            }
        )
    columns = ["herb_id", "factor", "shipped", "shipped_weight", "own", "own_weight", "knock_out", "place"]
    return pd.DataFrame(lines, columns=columns)


def _resolved(
    herb_id: str, shipped: tuple[Requirement, ...], own: list[Requirement]
) -> tuple[Requirement, ...]:
    chosen = {row.factor: row for row in shipped}
    for row in own:
        default = row.herb_id == DEFAULT_HERB
        stands = chosen.get(row.factor)
        if row.herb_id == herb_id or (default and (stands is None or stands.herb_id == DEFAULT_HERB)):
            chosen[row.factor] = row
    return tuple(chosen[factor] for factor in FACTORS if factor in chosen)


def _sources(file: Path) -> list[Row]:
    if not file.is_file():
        return []
    rows = read_dicts(file, file.name, _OF_SOURCES)[1]
    return [row for _, row in rows if row.get("source_id", "").strip()]


def _completed(given: Row, shipped: Catalogue, place: Place) -> tuple[Row, list[Problem]]:
    """A row with what follows from its factor and from the shipped row; or the problem with its herb."""
    row = {key: normalise(value) if key != "note" else value for key, value in given.items()}
    if row["herb_id"] != DEFAULT_HERB:
        try:
            row["herb_id"] = find_herb(shipped, row["herb_id"]).herb_id
        except KanpoError as error:
            there = replace(place, column="herb_id", value=given["herb_id"])
            return row, [Problem("catalogue.unknown-herb", error.what, error.mend, there)]
    labels = {normalise(factor.label.ja): key for key, factor in FACTORS.items()}
    row["factor"] = labels.get(row["factor"], row["factor"])
    before = _before(shipped, row["herb_id"], row["factor"])
    number = row["factor"] in FACTORS and FACTORS[row["factor"]].kind == "number"
    defaults = {
        "kind": "trapezoid" if number else "classes",
        "weight": f"{before.weight:g}" if before else "1",
        "knock_out": str(int(before.knock_out)) if before else "0",
        "source": OWN,
        "confidence": "low",
    }
    empty = dict.fromkeys("abcd", "") | {"classes": "", "note": ""}
    return empty | row | {key: row.get(key) or value for key, value in defaults.items()}, []


def _before(shipped: Catalogue, herb_id: str, factor: str) -> Requirement | None:
    herbs = shipped.herbs if herb_id == DEFAULT_HERB else (herb_id,)
    found = (row for herb in herbs for row in shipped.requirements_of(herb) if row.factor == factor)
    return next((row for row in found if herb_id in (row.herb_id, *herbs)), None)


def _twice(row: Row, place: Place) -> Problem:
    return Problem(
        "catalogue.repeated",
        Text("同じ生薬・要因の行が前にあります", "repeats an earlier row of the same herb and factor"),
        Text("どちらかを消してください", "remove one of them"),
        replace(place, column="herb_id,factor", value=f"{row['herb_id']},{row['factor']}"),
    )


def _without_weightless(own: OwnCatalogue, shipped: Catalogue) -> tuple[OwnCatalogue, list[Problem]]:
    """Leave out the rows of herbs whose weights would all be 0."""
    bad = set(_weightless(lay_over(shipped, own)))
    if not bad:
        return own, []
    zero = [row for row in own.rows if row["herb_id"] in bad | {DEFAULT_HERB} and float(row["weight"]) == 0]
    problems = [
        Problem(
            "catalogue.weights-zero",
            Text("この行で生薬の重みがすべて0になります", "makes all weights of a herb 0"),
            Text("1つは正の数にしてください", "make at least one positive"),
            Place(own.file_name, row=int(row["row"]), column="weight", value=row["weight"]),
        )
        for row in zero
    ]
    return replace(own, rows=tuple(row for row in own.rows if row not in zero)), problems


def _weightless(catalogue: Catalogue) -> Iterator[str]:
    for herb_id, rows in catalogue.requirements.items():
        if sum(row.weight for row in rows) <= 0:
            yield herb_id
