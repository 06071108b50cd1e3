"""Latin squares, each equally likely."""

from __future__ import annotations

from kanpo.trials.designs._shuffle import Shuffle


def latin_square(order: int, shuffle: Shuffle) -> list[list[int]]:
    """A random Latin square: each of 0 … order - 1 once in every row and in every column.

    Rows, columns and letters of the cyclic square are permuted, then the chain of Jacobson &
    Matthews (1996, J. Combin. Designs 4: 405-437) visits order³ squares; its limit is uniform over
    all squares, which permuting alone is not from order 4 on.
    """
    rows, columns, letters = (shuffle.order(order) for _ in range(3))
    cube = [[[0] * order for _ in range(order)] for _ in range(order)]
    for r in range(order):
        for c in range(order):
            cube[r][c][letters[(rows[r] + columns[c]) % order]] = 1
    improper: tuple[int, int, int] | None = None
    proper = 0
    # Counting squares, not steps: the first square after a fixed number of steps is not uniform.
    while order > 1 and proper < order**3:
        improper = _step(cube, improper, order, shuffle)
        proper += improper is None
    return [[cell.index(1) for cell in row] for row in cube]


def _step(
    cube: list[list[list[int]]], improper: tuple[int, int, int] | None, order: int, shuffle: Shuffle
) -> tuple[int, int, int] | None:
    """One move of the chain; the cell that became -1, if one did."""
    if improper is None:
        while True:
            r, c, s = (shuffle.below(order) for _ in range(3))
            if cube[r][c][s] == 0:
                break
    else:
        r, c, s = improper
    r2 = _one_of([i for i in range(order) if cube[i][c][s] == 1], shuffle)
    c2 = _one_of([i for i in range(order) if cube[r][i][s] == 1], shuffle)
    s2 = _one_of([i for i in range(order) if cube[r][c][i] == 1], shuffle)
    for x, y, z in ((r, c, s), (r, c2, s2), (r2, c, s2), (r2, c2, s)):
        cube[x][y][z] += 1
    for x, y, z in ((r, c, s2), (r, c2, s), (r2, c, s), (r2, c2, s2)):
        cube[x][y][z] -= 1
    return (r2, c2, s2) if cube[r2][c2][s2] < 0 else None


def _one_of(choices: list[int], shuffle: Shuffle) -> int:
    return choices[shuffle.below(len(choices))]
