"""What stands in the README of an archive."""

from __future__ import annotations

from collections.abc import Sequence

from kanpo.schema import Table

_START = """# kanpo の保存用アーカイブ / kanpo archive

kanpo がなくても読めます。CSV は UTF-8(BOM付き)なので Excel でそのまま開けます。
庁内用です。氏名・電話(名簿ファイル)と、取り込んだファイルのうち kanpo が知らない列は入っていません。

Can be read without kanpo. CSV files are UTF-8 with a byte order mark. For the office only; the
people file, and columns of imported files that kanpo does not know, are not in it.

## 確かめ方 / How to check it

- `manifest.json` に全ファイルの SHA-256 と封印(seal)があります。地図などに印字された封印と見比べてください。
- `journal.jsonl` は1行が1件の記録です。項目の順は {columns}。
- ハッシュは、前の記録のハッシュ(最初は 0 が 64 個)、改行、`previous` より前の11項目を空白なしの JSON にしたもの、をつないだ UTF-8 の SHA-256 です。
- 封印は、端末ごとの最後の記録を「端末:番号:ハッシュ」として端末の順に改行でつないだものの SHA-256 です(初めの 12 桁と件数を印字)。
- zip 全体の封印は、`manifest.json` のバイト列の SHA-256 です(初めの 12 桁と記録の件数を印字)。
- kanpo があれば `kanpo verify このファイル.zip` で全部確かめられ、`kanpo restore このファイル.zip` で戻せます。

`manifest.json` holds the SHA-256 of every file and the seal; compare it with a printed one. Each line
of `journal.jsonl` is a record. Its hash is the SHA-256 of the hash before (64 zeros at first), a line
feed, and the eleven items before `previous` as JSON without blanks. The seal is the SHA-256 of
"device:number:hash" of the last record of each device, sorted, joined by line feeds. The seal of the whole
archive is the SHA-256 of `manifest.json`.

## ファイル / Files

| ファイル / file | 内容 / content |
|---|---|
| `manifest.json` | 全ファイルのハッシュと封印 / hashes of all files and the seal |
| `journal.jsonl` | 全記録(訂正前・取消を含む)、ハッシュの計算に使った通りの形 / all records as they were hashed |
| `outlines.geojson` | 記録した時の筆・試験区の形。`outline` はハッシュ / shapes that records were made on |
| `tables.jsonl` | 取り込んだ表の全部の行。`kanpo restore` がここからプロジェクトを作り直す / every row of the imported tables, from which `kanpo restore` makes the project again |
| `originals/` | 受け取ったままのファイル。名前は SHA-256、元の名前は `layers.csv` / files as received, named by hash |
| `imported_files/` | 記録を取り込んだ元のファイル(スマートフォン・Excel など)。名前は SHA-256 / files that records were imported from |
| `photos/` | 写真。名前は記録の `value` / photos, named as their records say |
"""

_RECORD = """
`records/` の CSV には、訂正された記録も取消も入っています。`state` 列の意味: standing 今の値、
superseded 訂正・取消された値、withdrawal 取消の記録。`supersedes` は訂正した相手の記録ID。

The files in `records/` hold corrected records and withdrawals too (`state`).

## 列 / Columns
"""


def archive_readme(tables: Sequence[tuple[str, Table]]) -> str:
    """The text, in both languages, that explains every file and column of an archive.

    Parameters
    ----------
    tables : sequence of (file name, Table)
        The CSV files, each with the table of the schema that it shows.
    """
    columns = "record_id, kind, device, sequence, actor, happened_at, recorded_at, supersedes, reason, outline, body, previous, hash"
    files = [f"| `{name}` | {table.label.ja} / {table.label.en} |" for name, table in tables]
    parts = [_START.format(columns=columns) + "\n".join(files), _RECORD.rstrip()]
    for name, table in tables:
        lines = [f"\n### {name}\n"]
        for field in table.fields:
            unit = f" [{field.unit}]" if field.unit and field.unit != "-" else ""
            lines.append(f"- `{field.key}`{unit}: {field.label.ja} / {field.label.en}")
        parts.append("\n".join(lines))
    return "\n".join(parts) + "\n"
