"""Ways in which a file gets broken: in its bytes, and in what it says."""

from __future__ import annotations

import csv
import io
import json
import random
import sqlite3
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.parcels.fuzz import change_bytes, change_tree

#: What people and programs write where something else belongs.
CELLS = (
    "", " ", "-", "0", "-1", "1e308", "1e999", "nan", "inf", "12,5", "1,234.5", "１２３", "=1+1", "'", '"', '""', "\u202e",
    "2025-02-30", "2025/13/45", "令和99年99月99日", "0000-00-00", "9999-12-31", "10000-01-01", "45000", "1899-12-31",
    "24:61", "2025-04-01T25:00:00+99:00", "x" * 5000, "不明", "\x00", "\ud800", "\ufeff", "a\nb", "..", "../../x", "%s",
    "POLYGON((0 0))", "POINT EMPTY", "NaN", "True", "null", "[]", "{}", "🌿", "9" * 400, "1" + "0" * 30, "∞", "$x^{", "\\frac", "<script>", "½", "①", "٣", "²",
)  # fmt: skip
#: Statements that change a database behind the back of its maker.
STATEMENTS = (
    "UPDATE [{table}] SET [{column}] = ?",
    "UPDATE [{table}] SET [{column}] = ? WHERE rowid = (SELECT min(rowid) FROM [{table}])",
    "UPDATE [{table}] SET [{column}] = NULL",
    "DELETE FROM [{table}]",
    "DROP TABLE [{table}]",
    "ALTER TABLE [{table}] RENAME TO [other]",
    "ALTER TABLE [{table}] RENAME COLUMN [{column}] TO [other]",
    "ALTER TABLE [{table}] DROP COLUMN [{column}]",
    "ALTER TABLE [{table}] ADD COLUMN [added]",
    "CREATE VIEW [v{table}] AS SELECT * FROM [{table}]",
    "INSERT INTO [{table}] SELECT * FROM [{table}]",
    "PRAGMA user_version = 99999",
    "PRAGMA application_id = 1",
)


def mutate(chance: random.Random, path: Path) -> None:
    """Break a file (or one file of a folder) in place."""
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file())
        if files:
            mutate(chance, chance.choice(files))
        return
    content = path.read_bytes()
    if chance.random() < 0.04:
        path.write_bytes(
            chance.choice(
                [b"", b"\0", b"PK\x03\x04", b"\xff\xfe", b"<html>", b"%PDF-1.4", content[: len(content) // 2]]
            )
        )
        return
    if chance.random() < 0.65:
        how = _by_content(content)
        if how is not None:
            # What is broken already cannot be read to be broken once more.
            with suppress(Exception):
                how(chance, path)
                if chance.random() < 0.75:
                    return
    path.write_bytes(change_bytes(chance, path.read_bytes()))


def _by_content(content: bytes) -> Any:
    if content.startswith(b"SQLite format 3\0"):
        return _change_database
    if content.startswith(b"PK\x03\x04"):
        return _change_zip
    head = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if head in (b"{", b"["):
        return _change_json
    return None if b"\0" in content[:1000] else _change_table


def _change_json(chance: random.Random, path: Path) -> None:
    tree = json.loads(path.read_text(encoding="utf-8-sig"))
    for _ in range(chance.randint(1, 3)):
        tree = change_tree(chance, tree)
    path.write_bytes(json.dumps(tree, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _change_table(chance: random.Random, path: Path) -> None:
    text = path.read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    for _ in range(chance.randint(1, 4)):
        _change_rows(chance, rows)
    out = io.StringIO()
    csv.writer(out, delimiter=chance.choice(",,,,\t;")).writerows(rows)
    encoding = chance.choice(["utf-8", "utf-8-sig", "cp932", "utf-16"])
    path.write_bytes(out.getvalue().encode(encoding, "replace" if encoding == "cp932" else "surrogatepass"))


def _change_rows(chance: random.Random, rows: list[list[str]]) -> None:
    if not rows:
        rows.append([""])
    at = chance.choice([0, chance.randrange(len(rows))])
    row = rows[at]
    kind = chance.randrange(9)
    column = chance.randrange(max(len(row), 1))
    if kind <= 3 and row:
        row[column] = chance.choice(CELLS)
    elif kind == 4 and row:
        for other in rows:
            if column < len(other):
                del other[column]
    elif kind == 5 and row:
        for other in rows:
            other.insert(column, other[column] if column < len(other) else "")
    elif kind == 6:
        rows.insert(at, list(chance.choice(rows)))
    elif kind == 7:
        del rows[at]
    else:
        value = chance.choice(CELLS)
        for other in rows[1:]:
            if column < len(other):
                other[column] = value


def _change_zip(chance: random.Random, path: Path) -> None:
    """Another content of one member, a member less or twice, a lock, another packing, a wrong sum."""
    with zipfile.ZipFile(path) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist() if not info.is_dir()]
    kind, at = chance.randrange(8), chance.randrange(len(members))
    name, content = members[at]
    if kind <= 3:
        inner = path.with_name("inner.part")
        inner.write_bytes(content)
        try:
            if _by_content(content) in (_change_json, _change_database):
                mutate(chance, inner)
                content = inner.read_bytes()
            elif chance.random() < 0.5 and b"<v>" in content:
                parts = content.split(b"<v>")
                number = chance.randrange(1, len(parts))
                parts[number] = (
                    chance.choice(CELLS).encode("utf-8", "replace")
                    + parts[number][parts[number].find(b"<") :]
                )
                content = b"<v>".join(parts)
            else:
                content = change_bytes(chance, content)
        finally:
            inner.unlink(missing_ok=True)
        members[at] = (name, content)
    elif kind == 4:
        del members[at]
    elif kind == 5:
        members[at] = (
            chance.choice(["../x", "", "x" * 300, name.upper(), "日本.csv", "a/b/c.geojson"]),
            content,
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name or "x"), content, zipfile.ZIP_DEFLATED)
    packed = bytearray(out.getvalue())
    if kind >= 6:
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            place = packed.find(mark)
            if place >= 0:
                # The flags (locked), the way of packing, or the sum.
                packed[place + offset + chance.choice([0, 2, 8])] ^= chance.choice([1, 8, 99])
    path.write_bytes(bytes(packed))


def _change_database(chance: random.Random, path: Path) -> None:
    with sqlite3.connect(path) as connection:
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        for _ in range(chance.randint(1, 3)):
            table = chance.choice(tables)
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info([{table}])")]
            if not columns:
                continue
            statement = chance.choice(STATEMENTS).format(table=table, column=chance.choice(columns))
            value = chance.choice([*CELLS[:30], b"\0\1\2", 2**62, -1, 1e300, None, "GP"])
            with suppress(sqlite3.Error, UnicodeError):
                connection.execute(statement, (value,) if "?" in statement else ())
    connection.close()
    for tail in ("-journal", "-wal", "-shm"):
        Path(f"{path}{tail}").unlink(missing_ok=True)
