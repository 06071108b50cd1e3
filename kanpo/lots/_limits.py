"""Limits of a herb: the catalogue's, and the user's own laid over them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pandas as pd

from kanpo.errors import InputUnusable, KanpoError, Place, Problem
from kanpo.herbs import Catalogue, find_herb, load_catalogue
from kanpo.locale import Text
from kanpo.lots._analytes import Key, key_of
from kanpo.reading import normalise
from kanpo.schema import VOCABULARIES
from kanpo.tables import named, read_table

#: The herb whose limits hold for every herb that has none of its own for the same substance.
_EVERY_HERB = "*"
#: As `max`: nothing may be found.
_NOTHING = "not detected"
_NUMBER = re.compile(r"\d+(\.\d+)?")
#: Columns of a table of limits; `complete` says that a herb's rows are its whole monograph.
_COLUMNS = ("herb_id", "test", "analyte", "min", "max", "unit", "source", "confidence", "complete")
_WORDS = {
    **dict.fromkeys(("不検出", "検出しない", "検出されないこと", "検出せず", "nd", _NOTHING), _NOTHING),
}
_YES_NO = {
    **dict.fromkeys(("", "no", "0", "false", "いいえ", "×"), "no"),
    **dict.fromkeys(("yes", "1", "true", "はい", "○", "◯"), "yes"),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """What a test may give at least and at most, both included, in `unit`.

    With `undetected`, nothing may be found at all. `of_table` says whether it belongs to the table of
    the herb's monograph; one that does not is kept as a guard against what the table leaves out.
    """

    test: str
    analyte: str
    minimum: Decimal | None
    maximum: Decimal | None
    unit: str
    source: str
    confidence: str
    undetected: bool = False
    of_table: bool = True

    @property
    def key(self) -> Key:
        """What stands for the substance in comparisons."""
        return key_of(self.test, self.analyte) or (self.test, self.analyte)

    @property
    def to_confirm(self) -> bool:
        """Whether nobody has read it in its source: it never decides unseen."""
        return self.confidence == "low"

    @property
    def words(self) -> Text:
        """The limit in words, with its unit."""
        if self.undetected:
            return Text("検出されないこと", "not detected")
        least = None if self.minimum is None else f"{self.minimum} {self.unit}"
        most = None if self.maximum is None else f"{self.maximum} {self.unit}"
        ja = "、".join(filter(None, (least and f"{least} 以上", most and f"{most} 以下")))
        en = ", ".join(filter(None, (least and f"at least {least}", most and f"at most {most}")))
        return Text(ja, en)


@dataclass(frozen=True, slots=True)
class LimitTable:
    """The limits that a lot of a herb is held against.

    `complete`: somebody vouches that those `of_table` are all that the monograph asks for.
    """

    limits: tuple[Limit, ...]
    complete: bool

    @property
    def of_table(self) -> tuple[Limit, ...]:
        """The tests of the monograph, as far as they are known."""
        return tuple(limit for limit in self.limits if limit.of_table)


def limits_of(herb_id: str, own: pd.DataFrame | None = None) -> LimitTable:
    """The limits of a herb.

    Of several rows for one substance those of the strongest layer hold: the herb's own row of the
    user, the herb's own row of the catalogue, the user's default (``*``), the catalogue's default.
    Where the user marks the herb's rows as complete, they and the user's defaults are the table; the
    catalogue's rows of the herb fall away, and its defaults (arsenic, heavy metals, BHC, DDT) stay as
    guards beside it, so that what the table forgets is not thereby allowed.

    Parameters
    ----------
    herb_id : str
        Empty where the herb is not known: only defaults hold.
    own : DataFrame, optional
        What `read_limits` gave.
    """
    return _shipped_limits(herb_id) if own is None else _laid_over(herb_id, own)


@cache
def _shipped_limits(herb_id: str) -> LimitTable:
    return _laid_over(herb_id, None)


def _laid_over(herb_id: str, own: pd.DataFrame | None) -> LimitTable:
    catalogue = load_catalogue()
    shipped = _by_herb(catalogue.quality, herb_id)
    given = _by_herb(own, herb_id) if own is not None else {herb_id: [], _EVERY_HERB: []}
    marked = catalogue.monographs
    vouched = bool(((marked["herb_id"] == herb_id) & (marked["complete"] == "yes")).any())
    own_complete = any(row.get("complete") == "yes" for row in given[herb_id])
    layers = [shipped[_EVERY_HERB], given[_EVERY_HERB], shipped[herb_id], given[herb_id]]
    if own_complete:
        layers[2] = []
    chosen: dict[Key, list[Limit]] = {}
    for rank, rows in enumerate(layers):
        of_table = not (own_complete and rank == 0)
        layer: dict[Key, list[Limit]] = {}
        for row in rows:
            limit = _limit_of(row, of_table)
            layer.setdefault(limit.key, []).append(limit)
        chosen |= layer
    limits = sorted((limit for of_key in chosen.values() for limit in of_key), key=_place)
    return LimitTable(tuple(limits), own_complete or (vouched and not given[herb_id]))


def _by_herb(table: pd.DataFrame, herb_id: str) -> dict[str, list[dict[str, str]]]:
    rows = table.fillna("").to_dict("records")
    return {herb: [row for row in rows if row["herb_id"] == herb] for herb in (herb_id, _EVERY_HERB)}


def _limit_of(row: Mapping[str, str], of_table: bool) -> Limit:
    nothing = row["max"] == _NOTHING
    return Limit(
        row["test"],
        row["analyte"],
        Decimal(row["min"]) if row["min"] else None,
        Decimal(row["max"]) if row["max"] and not nothing else None,
        row["unit"],
        row["source"],
        row["confidence"],
        nothing,
        of_table,
    )


def _place(limit: Limit) -> tuple[int, str]:
    tests = list(VOCABULARIES["quality_test"].labels)
    return (tests.index(limit.test) if limit.test in tests else len(tests)), limit.analyte


def read_limits(path: Path, catalogue: Catalogue | None = None) -> pd.DataFrame:
    """Limits of the user's own, from a table with the columns of the catalogue's ``quality.csv``.

    Herbs and tests may be named in Japanese. With ``yes`` (はい, ○) in the column ``complete`` the
    user vouches that the rows of this herb are the whole table of its monograph.

    Raises
    ------
    InputUnusable
        It cannot be read, or a row has no limit or one that is no number; all places are said.
    """
    recognise = named(_COLUMNS)
    table = read_table(path, recognise=recognise)
    headers = table.positions(recognise)
    unusable = (
        "limits.unusable",
        Text("基準値の表を使えません", "the table of limits cannot be used"),
        Text(f"列: {', '.join(_COLUMNS)}", f"columns: {', '.join(_COLUMNS)}"),
        Place(path.name),
    )
    if not {"herb_id", "test", "unit"} <= set(headers) or not {"min", "max"} & set(headers):
        raise InputUnusable(*unusable)
    rows = [_plain(row, catalogue or load_catalogue()) for row in table.dicts(recognise)]
    problems = [problem for found in table.unusable.values() for problem in found]
    problems += [
        replace(problem, place=replace(problem.place, file=path.name, sheet=table.sheet, row=number))
        for number, row in zip(table.numbers, rows, strict=True)
        for problem in _row_problems(row)
    ]
    problems += _half_marked(dict(zip(table.numbers, rows, strict=True)), path.name)
    if problems or not rows:
        raise InputUnusable(*unusable, tuple(problems))
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _plain(row: Mapping[str, str], catalogue: Catalogue) -> dict[str, str]:
    """A row with keys in place of names, and numbers as digits; what is not known stays as written."""
    plain = {key: row.get(key, "").strip() for key in _COLUMNS}
    for key in ("herb_id", "min", "max", "confidence", "complete"):
        plain[key] = normalise(plain[key])
    if plain["herb_id"] and plain["herb_id"] != _EVERY_HERB:
        try:
            plain["herb_id"] = find_herb(catalogue, plain["herb_id"]).herb_id
        except KanpoError:
            plain["herb_id"] = f"{plain['herb_id']}?"
    plain["test"] = VOCABULARIES["quality_test"].key_of(normalise(plain["test"])) or plain["test"]
    plain["max"] = _WORDS.get(plain["max"].casefold(), plain["max"])
    plain["complete"] = _YES_NO.get(plain["complete"].casefold(), plain["complete"])
    plain["confidence"] = plain["confidence"].casefold()
    return plain


def _row_problems(row: Mapping[str, str]) -> Iterator[Problem]:
    code, what = "limits.row", Text("基準値として読めません", "is no limit")
    least, most = row["min"], row["max"]
    if not (row["herb_id"] and row["test"] and (least or most)) or not all(
        _NUMBER.fullmatch(bound) for bound in (least, most) if bound and bound != _NOTHING
    ):
        mend = Text(
            "herb_id と test、数値の min か max(または不検出)を入れてください",
            "enter herb_id, test, and a number as min or max (or not detected)",
        )
        yield Problem(code, what, mend, Place(column="min", value=least or most))
    elif least and most and (most == _NOTHING or Decimal(least) > Decimal(most)):
        mend = Text("min と max を確かめてください", "check min and max")
        yield Problem(code, what, mend, Place(column="min,max", value=f"{least}, {most}"))
    if row["herb_id"].endswith("?"):
        mend = Text("kanpo herbs list で一覧を見られます", "see kanpo herbs list")
        yield Problem(
            code,
            Text("知らない生薬です", "unknown herb"),
            mend,
            Place(column="herb_id", value=row["herb_id"][:-1]),
        )
    choices = (
        ("test", tuple(VOCABULARIES["quality_test"].labels)),
        ("confidence", ("", "high", "medium", "low")),
        ("complete", ("yes", "no")),
    )
    for column, words in choices:
        if row[column] and row[column] not in words:
            listed = ", ".join(filter(None, words))
            mend = Text(f"選べる値: {listed}", f"choose from: {listed}")
            yield Problem(code, what, mend, Place(column=column, value=row[column]))
    if row["herb_id"] == _EVERY_HERB and row["complete"] == "yes":
        mend = Text("complete は生薬ごとの行に書いてください", "say complete on the rows of a herb")
        yield Problem(code, what, mend, Place(column="complete", value="yes"))


def _half_marked(rows: Mapping[int, Mapping[str, str]], file: str) -> Iterator[Problem]:
    """A herb of which some rows are marked as complete and some are not: it is not clear what is."""
    for herb in dict.fromkeys(row["herb_id"] for row in rows.values()):
        marks = {number: row["complete"] for number, row in rows.items() if row["herb_id"] == herb}
        if len(set(marks.values())) > 1:
            unmarked = next(number for number, mark in marks.items() if mark != "yes")
            what = Text(
                "同じ生薬に complete が yes の行と、そうでない行があります",
                "some rows of this herb are marked complete and some are not",
            )
            mend = Text(
                "公定書の全項目なら、その生薬のすべての行を yes にしてください",
                "if they are the whole monograph, write yes on every row of the herb",
            )
            yield Problem("limits.half-complete", what, mend, Place(file, row=unmarked, column="complete"))
