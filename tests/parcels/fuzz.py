"""Files broken on purpose, thousands of them: ``python -m tests.parcels.fuzz --files 10000``.

Each mutated file must be answered with a report or one clear error, in less than two seconds, and
no wrong parcel may be accepted: what is stored lies in Japan, is valid, has an id of its own, and
nothing is lost (read = stored + pins + rejected + repeated).
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import shapely

from kanpo.crs import JAPAN_BOX
from kanpo.errors import KanpoError
from kanpo.parcels import read_parcels
from tests.parcels.made_up import collection, feature

_SECONDS = 2.0
_TEXTS = [
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b'"',
    b"null",
    b"NaN",
    b"1e999",
    b"-",
    b"\\",
    b"\xff",
    b"\x00",
    b"\xe3\x81",
]
_VALUES: list[Any] = [None, "", [], {}, True, -1, 0, 1e300, "139.8", [[]], "\u202e", "x" * 5000, 2**70]


def change_bytes(chance: random.Random, text: bytes) -> bytes:
    """Cut, copy, flip or insert somewhere."""
    for _ in range(chance.randint(1, 4)):
        at, end = sorted(chance.randrange(len(text) + 1) for _ in range(2))
        end = min(end, at + 200)
        kind = chance.randrange(5)
        if kind == 0:
            text = text[:at] + text[end:]
        elif kind == 1:
            text = text[:at] + text[at:end] * 2 + text[end:]
        elif kind == 2 and at < len(text):
            text = text[:at] + bytes([text[at] ^ (1 << chance.randrange(8))]) + text[at + 1 :]
        elif kind == 3:
            text = text[:at] + chance.choice(_TEXTS) + text[at:]
        else:
            text = text[: max(at, 1)]
        if not text:
            return b"{"
    return text


def change_tree(chance: random.Random, value: Any, depth: int = 0) -> Any:
    """The same tree with something in it replaced, doubled or dropped."""
    if not isinstance(value, list | dict) or not value or (depth > 1 and chance.random() < 0.15):
        return chance.choice(_VALUES)
    if isinstance(value, list):
        copy = list(value)
        at = chance.randrange(len(copy))
        kind = chance.randrange(4)
        if kind == 0:
            del copy[at]
        elif kind == 1:
            copy.insert(at, copy[at])
        elif kind == 2:
            copy[at] = copy[at][::-1] if isinstance(copy[at], list) else chance.choice(_VALUES)
        else:
            copy[at] = change_tree(chance, copy[at], depth + 1)
        return copy
    changed = dict(value)
    key = chance.choice(list(changed))
    if chance.random() < 0.15:
        del changed[key]
    else:
        changed[key] = change_tree(chance, changed[key], depth + 1)
    return changed


def mutated(chance: random.Random) -> bytes:
    """One broken file."""
    tree = json.loads(collection([feature(i) for i in range(chance.randint(1, 6))]))
    for _ in range(chance.randint(0, 3)):
        tree = change_tree(chance, tree)
    indent = chance.choice([None, None, 1])
    text = json.dumps(tree, ensure_ascii=False, indent=indent).encode("utf-8", "surrogatepass")
    return change_bytes(chance, text) if chance.random() < 0.6 else text


def check(path: Path) -> str:
    """Read one file, make sure of the promises, and tell how it was answered.

    Raises
    ------
    AssertionError
        A promise was broken.
    """
    start = time.perf_counter()
    seen: set[str] = set()
    try:
        with read_parcels(path) as reader:
            for chunk in reader:
                kept = len(chunk.frame) + len(chunk.pins)
                assert chunk.read == kept + len(chunk.rejects) + chunk.duplicates, "a feature was lost"
                ids, shapes = list(chunk.frame["parcel_id"]), chunk.frame.geometry.array
                assert not seen & set(ids) and len(set(ids)) == len(ids), "an id was taken twice"
                seen |= set(ids)
                bounds = shapely.bounds(shapes)
                west, south, east, north = JAPAN_BOX
                inside = (bounds >= [west, south, west, south]).all() and (
                    bounds <= [east, north, east, north]
                ).all()
                assert inside and shapely.is_valid(shapes).all(), "a wrong shape was stored"
                assert set(chunk.frame.geom_type) <= {"Polygon", "MultiPolygon"}
        answer = "read"
    except KanpoError as error:
        answer = error.code if error.text().ja and error.text().en else ""
    assert answer, "an error without words"
    assert time.perf_counter() - start < _SECONDS, "took too long"
    return answer


def run(files: int, seed: int, folder: Path) -> Counter[str]:
    """Check `files` mutated files; a broken promise leaves the file in `folder`."""
    chance = random.Random(seed)
    answers: Counter[str] = Counter()
    path = folder / "fuzz.geojson"
    for number in range(files):
        path.write_bytes(mutated(chance))
        try:
            answers[check(path)] += 1
        except Exception as error:
            raise AssertionError(
                f"file {number} of seed {seed}: {error!r}\n{path.read_bytes()[:3000]!r}"
            ) from error
    return answers


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        answers = run(chosen.files, chosen.seed, Path(folder))
    print(f"{chosen.files:,} files, 0 broken promises, {time.perf_counter() - start:.0f} s")
    for answer, count in answers.most_common():
        print(f"  {answer}: {count:,}")


if __name__ == "__main__":
    main()
