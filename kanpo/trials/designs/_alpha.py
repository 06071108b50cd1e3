"""Alpha designs: resolvable incomplete blocks for any number of entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np

from kanpo.trials.designs._shuffle import Shuffle

#: Rows that the search for a generating array picks from, and how often it starts anew.
_CANDIDATES = 3_000
_STARTS = 20


def generating_array(blocks: int, size: int, replicates: int) -> np.ndarray:
    """The array from which an alpha design grows.

    The four series of Patterson & Williams (1976, Biometrika 63: 83-92) for 2 to 4 replicates where
    they exist; else an array found by a bounded search, with the smallest bound on how often two
    entries meet in a block that the search can reach. The search does not depend on any seed.

    Parameters
    ----------
    blocks : int
        Blocks in one replicate (s), at least 2.
    size : int
        Entries in a block (k).
    replicates : int
        Replicates (r).

    Returns
    -------
    ndarray of int, shape (size, replicates)
        Residues modulo `blocks`; the first column is zero.
    """
    series = _published(blocks, size, replicates)
    if series is not None:
        return series
    return next(
        array
        for bound in range(1, replicates + 1)
        if (array := _search(blocks, size, replicates, bound)) is not None
    )


def alpha_blocks(entries: int, size: int, replicates: int) -> list[list[list[int]]]:
    """Replicates of blocks of entries 0 … entries - 1; blocks hold `size` entries or one less.

    Where `size` does not divide the number of entries, surplus entries of the last row of the array
    are left out: they never share a block, so no block loses more than one (Patterson & Williams).
    """
    blocks = -(-entries // size)
    array = generating_array(blocks, size, replicates)
    found = []
    for residues in array.T:
        members = (residues[:, None] + np.arange(blocks)) % blocks + blocks * np.arange(size)[:, None]
        found.append([[int(entry) for entry in block if entry < entries] for block in members.T])
    return found


def concurrences(blocks: Iterable[Sequence[object]], entries: int) -> dict[int, int]:
    """How many pairs of entries stand together in how many blocks."""
    met: Counter[frozenset[object]] = Counter(
        frozenset(pair) for block in blocks for pair in combinations(block, 2)
    )
    often = Counter(met.values())
    never = entries * (entries - 1) // 2 - len(met)
    return dict(sorted((often | ({0: never} if never else {})).items()))


def _published(blocks: int, size: int, replicates: int) -> np.ndarray | None:
    row = np.arange(size)
    zero = np.zeros(size, dtype=int)
    halves = row // 2 + np.where(row % 2, (blocks + 1) // 2, 0)
    odd = blocks % 2 == 1
    if size > blocks:
        return None
    if replicates == 2:
        columns = [zero, row]
    elif replicates == 3 and odd:
        columns = [zero, row, -row]
    elif replicates == 3 and size < blocks:
        columns = [zero, row, halves]
    elif replicates == 4 and odd and blocks % 3:
        columns = [zero, row, -row, halves]
    else:
        return None
    return np.column_stack(columns) % blocks


def _search(blocks: int, size: int, replicates: int, bound: int) -> np.ndarray | None:
    """Rows of which any two have no difference (modulo `blocks`) more than `bound` times.

    Of the arrays found, the one in which differences come back least (least sum of squares).
    """
    if bound == 1 and max(size, replicates) > blocks:
        return None
    shuffle = Shuffle([blocks, size, replicates])
    rows = _candidates(blocks, replicates, shuffle)
    best: tuple[int, np.ndarray] | None = None
    for _ in range(_STARTS):
        left, cost = rows, 0
        chosen = [np.zeros(replicates, dtype=int)]
        costs = np.zeros(len(rows), dtype=int)
        while len(chosen) < size:
            differences = np.sort((left - chosen[-1]) % blocks, axis=1)
            seldom = ~(differences[:, bound:] == differences[:, :-bound]).any(axis=1)
            costs = costs + (differences[:, :, None] == differences[:, None, :]).sum(axis=(1, 2))
            left, costs = left[seldom], costs[seldom]
            if not len(left):
                break
            cheapest = np.flatnonzero(costs == costs.min())
            index = cheapest[shuffle.below(len(cheapest))]
            chosen.append(left[index])
            cost += int(costs[index])
        if len(chosen) == size and (best is None or cost < best[0]):
            best = cost, np.array(chosen)
    return None if best is None else best[1]


def _candidates(blocks: int, replicates: int, shuffle: Shuffle) -> np.ndarray:
    """Rows to choose from: all that begin with zero, or a random part where they are very many."""
    free = replicates - 1
    if blocks**free <= _CANDIDATES:
        rest = np.indices((blocks,) * free).reshape(free, -1).T
    else:
        rest = np.array([[shuffle.below(blocks) for _ in range(free)] for _ in range(_CANDIDATES)])
    return np.column_stack([np.zeros(len(rest), dtype=int), rest])
