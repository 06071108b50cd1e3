"""Filled sheets: a list of pairs with a column for each judge, or one judge's square matrix."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kanpo.errors import Place, Problem
from kanpo.locale import Text
from kanpo.reading import normalise
from kanpo.weights._questions import factor_of, nearest_factor
from kanpo.weights._scale import read_judgement, written

#: Headers of the two columns of factors, machine keys before labels.
FIRST_HEADERS, SECOND_HEADERS = ("factor_a", "要因a", "factor a"), ("factor_b", "要因b", "factor b")
#: Headers of columns that belong to no judge.
_NO_JUDGE = frozenset((*FIRST_HEADERS, *SECOND_HEADERS, "no", "no.", "番号", "備考", "note"))
#: Above the header of a list of pairs stand a title and remarks at most.
_DEEPEST_HEADER = 20
#: The two halves of a matrix may be rounded: 1.5 and 0.67 are one judgement.
_ROUNDED = 0.02


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet as it was written: row numbers as their reader counts, and cells as text."""

    file: str
    sheet: str | None
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def place(self, row: int | None = None, column: str | None = None, value: object = None) -> Place:
        """A place in this sheet."""
        return Place(self.file, self.sheet, row, column=column, value=value)


@dataclass(frozen=True, slots=True)
class Judgement:
    """`first` is `value` times as important as `second`."""

    first: str
    second: str
    value: float
    place: Place


@dataclass(frozen=True, slots=True)
class Answers:
    """What one judge said in one sheet: each pair once. `items` are the factors that the sheet asks for."""

    judge: str
    place: Place
    items: tuple[str, ...]
    judgements: tuple[Judgement, ...]


def read_answers(
    grids: Sequence[Grid], allowed: Sequence[str]
) -> tuple[tuple[Answers, ...], tuple[Problem, ...]]:
    """The answers in the sheets of one file, and what could not be used.

    A cell or row with a problem is left out, the rest counts. A column that is blank throughout is
    no judge.

    Parameters
    ----------
    grids : sequence of Grid
        Sheets of one file; those that are neither a list of pairs nor a matrix are passed over.
    allowed : sequence of str
        Keys of the factors that may be compared.
    """
    problems: list[Problem] = []
    lists = [(grid, header) for grid in grids if (header := _pair_header(grid)) is not None]
    if lists:
        found = [a for grid, header in lists for a in _of_pairs(grid, header, allowed, problems)]
        return tuple(found), tuple(problems)
    found = []
    squares = [grid for grid in grids if _looks_square(grid)]
    for grid in squares:
        name = grid.sheet if len(squares) > 1 and grid.sheet else Path(grid.file).stem
        found += _of_matrix(grid, name, allowed, problems)
    if not squares:
        problems.append(
            Problem(
                "weights.no-table",
                Text("一対比較の表がありません", "there is no table of comparisons"),
                Text(
                    "kanpo weights template で作った表か、1行目と1列目に要因を並べた正方の表にしてください",
                    "use a table of kanpo weights template, or a square one with factors in row 1 and column 1",
                ),
                Place(grids[0].file if grids else None),
            )
        )
    return tuple(found), tuple(problems)


def _pair_header(grid: Grid) -> int | None:
    """Position of the row that heads a list of pairs."""
    for position, (_, cells) in enumerate(grid.rows[:_DEEPEST_HEADER]):
        if _columns(cells, FIRST_HEADERS) and _columns(cells, SECOND_HEADERS):
            return position
    return None


def _columns(cells: Sequence[str], names: Sequence[str]) -> list[int]:
    """Columns with one of these heads, in the order of the names."""
    plain = [normalise(cell).casefold() for cell in cells]
    return [plain.index(name) for name in names if name in plain]


def _cell(cells: Sequence[str], column: int) -> str:
    return cells[column].strip() if column < len(cells) else ""


def _of_pairs(grid: Grid, header: int, allowed: Sequence[str], problems: list[Problem]) -> Iterator[Answers]:
    head = grid.rows[header][1]
    sides = _columns(head, FIRST_HEADERS), _columns(head, SECOND_HEADERS)
    judges = _judge_columns(grid, header, problems)
    items: dict[str, None] = {}
    said: dict[int, list[Judgement]] = {column: [] for column in judges}
    for row, cells in grid.rows[header + 1 :]:
        if not any(cell.strip() for cell in cells):
            continue
        places = [_factor_place(grid, row, head, cells, side) for side in sides]
        keys = [_allowed(place, allowed, problems) for place in places]
        if None in keys:
            continue
        a, b = str(keys[0]), str(keys[1])
        if a == b:
            problems.append(_with_itself(places[1]))
            continue
        items |= {a: None, b: None}
        for column, judge in judges.items():
            value = _value(grid.place(row, judge, _cell(cells, column)), problems)
            if value is not None:
                said[column].append(Judgement(a, b, value, grid.place(row, judge, _cell(cells, column))))
    for column, judge in judges.items():
        if said[column]:
            settled = _settled(said[column], "weights.pair-twice", problems)
            yield Answers(judge, grid.place(column=judge), tuple(items), settled)


def _factor_place(
    grid: Grid, row: int, head: Sequence[str], cells: Sequence[str], side: Sequence[int]
) -> Place:
    """Where a factor of a row stands: its key, or its label where the key is blank."""
    column = next((column for column in side if _cell(cells, column)), side[0])
    return grid.place(row, head[column], _cell(cells, column))


def _judge_columns(grid: Grid, header: int, problems: list[Problem]) -> dict[int, str]:
    number, head = grid.rows[header]
    judges: dict[int, str] = {}
    for column, cell in enumerate(head):
        name = cell.strip()
        if not name or normalise(name).casefold() in _NO_JUDGE:
            continue
        if name in judges.values():
            problems.append(
                Problem(
                    "weights.judge-twice",
                    Text("同じ名前の評価者の列が2つあります", "two columns have the same judge"),
                    Text(
                        "右の列は数えていません。見出しを別の名前にしてください",
                        "the one on the right was left out; give it another name",
                    ),
                    grid.place(number, name),
                )
            )
            continue
        judges[column] = name
    return judges


def _looks_square(grid: Grid) -> bool:
    rows = [cells for _, cells in grid.rows if any(cell.strip() for cell in cells)]
    across = {normalise(cell) for cell in rows[0][1:] if cell.strip()} if rows else set()
    return bool(across & {normalise(cells[0]) for cells in rows[1:]})


def _of_matrix(grid: Grid, judge: str, allowed: Sequence[str], problems: list[Problem]) -> Iterator[Answers]:
    filled = [(row, cells) for row, cells in grid.rows if any(cell.strip() for cell in cells)]
    top, head = filled[0]
    across = {column: cell.strip() for column, cell in enumerate(head) if column and cell.strip()}
    down = {row: _cell(cells, 0) for row, cells in filled[1:]}
    plain = [sorted(map(normalise, names.values())) for names in (across, down)]
    if plain[0] != plain[1] or len(set(plain[0])) < len(plain[0]):
        problems.append(
            Problem(
                "weights.not-square",
                Text(
                    f"正方の表ではありません(横 {len(across)}、縦 {len(down)} 項目)",
                    f"is not square ({len(across)} items across, {len(down)} down)",
                ),
                Text(
                    "1行目と1列目に同じ要因を1度ずつ並べてください",
                    "put the same factors once into row 1 and once into column 1",
                ),
                grid.place(),
            )
        )
        return
    keys = {
        normalise(name): _allowed(grid.place(top, name, name), allowed, problems) for name in across.values()
    }
    said = []
    for row, cells in filled[1:]:
        a = keys[normalise(down[row])]
        for column, name in across.items():
            b, place = keys[normalise(name)], grid.place(row, name, _cell(cells, column))
            value = None if a is None or b is None else _value(place, problems)
            if value is None:
                continue
            if a == b and value != 1:
                problems.append(_with_itself(place))
            elif a != b:
                said.append(Judgement(str(a), str(b), value, place))
    items = tuple(key for key in keys.values() if key is not None)
    if said:
        settled = _settled(said, "weights.not-reciprocal", problems)
        yield Answers(judge, grid.place(), items, settled)


def _allowed(place: Place, allowed: Sequence[str], problems: list[Problem]) -> str | None:
    """The key of the factor written at a place; None, and a problem, if there is none."""
    key = factor_of(str(place.value))
    if key in allowed:
        return key
    if key is None:
        what = Text("知らない要因です", "is no known factor")
        problems.append(Problem("weights.factor-unknown", what, nearest_factor(str(place.value)), place))
    else:
        problems.append(
            Problem(
                "weights.factor-not-needed",
                Text("この生薬の要求条件にない要因です", "the herb needs nothing of this factor"),
                Text("この行を消すか、--herb を確かめてください", "remove it, or check --herb"),
                place,
            )
        )
    return None


def _value(place: Place, problems: list[Problem]) -> float | None:
    if not place.value:
        return None
    value, problem = read_judgement(str(place.value))
    if problem is not None:
        problems.append(Problem(problem.code, problem.what, problem.mend, place))
    return value


def _with_itself(place: Place) -> Problem:
    return Problem(
        "weights.with-itself",
        Text("同じ要因どうしの比較は 1 です", "a factor compared with itself is 1"),
        Text("1 にするか、空欄にしてください", "make it 1 or leave it blank"),
        place,
    )


def _settled(said: Sequence[Judgement], code: str, problems: list[Problem]) -> tuple[Judgement, ...]:
    """Each pair once: of two that agree the one of 1 or more, which is not rounded; neither of two that do not."""
    kept: dict[frozenset[str], Judgement] = {}
    torn: set[frozenset[str]] = set()
    for judgement in said:
        pair = frozenset((judgement.first, judgement.second))
        earlier = kept.setdefault(pair, judgement)
        same_way = earlier.first == judgement.first
        value = judgement.value if same_way else 1 / judgement.value
        if abs(math.log(value / earlier.value)) > _ROUNDED:
            torn.add(pair)
            expected = written(earlier.value if same_way else 1 / earlier.value)
            problems.append(_contradiction(code, judgement.place, earlier.place, expected))
        elif earlier.value < 1 <= judgement.value:
            kept[pair] = judgement
    return tuple(judgement for pair, judgement in kept.items() if pair not in torn)


def _contradiction(code: str, place: Place, earlier: Place, expected: str) -> Problem:
    reciprocal = code == "weights.not-reciprocal"
    return Problem(
        code,
        Text("向かいの値の逆数ではありません", "is not the reciprocal of its opposite")
        if reciprocal
        else Text("同じ組に違う値があります", "the same pair has another value"),
        Text(
            f"{earlier.row}行目に合わせるなら {expected}。この組は数えていません",
            f"to agree with row {earlier.row} it is {expected}; the pair was left out",
        ),
        place,
    )
