"""Labels to print: the lot in a QR code that works without a network, and in words."""

from __future__ import annotations

import binascii
import html
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from string import Template

import pandas as pd

from kanpo.errors import InputUnusable, Place
from kanpo.files import replacing
from kanpo.locale import Text
from kanpo.lots._assays import check_lot
from kanpo.lots._balance import made_kg
from kanpo.lots._book import LotBook
from kanpo.pages import PAGE_END, page_start

_FORM, _KIND = "KP1", "L"


def lot_code(project_id: str, lot_id: str) -> str:
    """What the QR code of a lot says: ``KP1:<project>:L:<lot>:<check>``, nothing personal and no address.

    <project> is the last six signs of the project's id, <check> the CRC-16 (CCITT polynomial,
    initial value 0) of all that stands before its colon, as UTF-8, in four hexadecimal digits. It
    finds every mistyped byte and every burst of up to 16 bits.
    """
    content = f"{_FORM}:{project_id[-6:]}:{_KIND}:{lot_id}"
    return f"{content}:{check_sign(content)}"


def read_lot_code(code: str, project_id: str) -> str:
    """The lot of a code.

    Raises
    ------
    InputUnusable
        It is no code of a lot, it was misread, or it belongs to another project.
    """
    content, _, check = code.strip().rpartition(":")
    parts = content.split(":", 3)
    place = Place(value=code)
    again = Text("もう一度読み取るか、番号を手で入れてください", "read it again, or type the lot")
    if len(parts) != 4 or (parts[0], parts[2]) != (_FORM, _KIND):
        raise InputUnusable(
            "lot.code", Text("ロットの符号ではありません", "is no code of a lot"), again, place
        )
    if check.upper() != check_sign(content):
        what = Text("読み違いがあります(検査符号が合いません)", "was misread: the check does not fit")
        raise InputUnusable("lot.code-misread", what, again, place)
    if parts[1] != project_id[-6:]:
        what = Text("別のプロジェクトのロットです", "is a lot of another project")
        mend = Text(
            "そのプロジェクトのファイルを --project で選んでください", "choose that project with --project"
        )
        raise InputUnusable("lot.code-elsewhere", what, mend, place)
    return parts[3]


def check_sign(content: str) -> str:
    """What guards a code against misreading: CRC-16 (CCITT polynomial, initial value 0), four signs."""
    return f"{binascii.crc_hqx(content.encode(), 0):04X}"


def label_page(
    book: LotBook, project_id: str, lot_ids: Sequence[str], limits: pd.DataFrame | None = None
) -> str:
    """A page of labels, 86 x 50 mm each, to print on A4; it asks for nothing from elsewhere.

    Parameters
    ----------
    limits : DataFrame, optional
        Limits of the user's own, for the verdict on the label; see `kanpo.lots.limits_of`.

    Raises
    ------
    UsageError
        There is no such lot.
    """
    labels = "\n".join(_label(book, project_id, book.require(lot), limits) for lot in lot_ids)
    title = html.escape(f"{Text('ロット札', 'lot labels')}: {', '.join(lot_ids)}")
    return _template("label.html").substitute(title=title, labels=labels, begin=page_start(), end=PAGE_END)


def write_labels(
    path: Path, book: LotBook, project_id: str, lot_ids: Sequence[str], limits: pd.DataFrame | None = None
) -> None:
    """Write a page of labels, all or nothing; see `label_page`.

    Raises
    ------
    UsageError
        There is no such lot.
    EnvironmentFailure
        The file cannot be written.
    """
    page = label_page(book, project_id, lot_ids, limits)
    with replacing(path) as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")


def _label(book: LotBook, project_id: str, lot_id: str, limits: pd.DataFrame | None) -> str:
    import segno

    code = lot_code(project_id, lot_id)
    made = made_kg(book, lot_id)
    steps, harvests = book.made_by(lot_id), book.harvests_into(lot_id)
    days = [step.day[:10] for step in steps] + [harvest.day[:10] for harvest in harvests]
    declared = book.declared.get(lot_id)
    if not days and declared is not None:
        days = [declared.day[:10]]
    grown = sorted({h.day[:10] for lot in book.before(lot_id) for h in book.harvests_into(lot)})
    # A damp or torn label must still be read: a quarter of the code may be lost (level Q).
    # Without a size of its own the picture is scaled to its place, not cut off there.
    picture = segno.make(code, error="q", micro=False).svg_inline(border=4, omitsize=True)
    words = {
        "lot": lot_id,
        "code": code,
        "herb": "、".join(str(book.herb_labels.get(herb, herb)) for herb in sorted(book.herbs_of(lot_id))),
        "mass": "" if made is None else f"{Text('重さ', 'weight')} {made:g} kg",
        "day": f"{Text('作成日', 'made on')} {min(days)}" if days else "",
        "origin": f"{Text('収穫日', 'harvested on')} {_span(grown)}" if grown else "",
        "verdict": f"{Text('分析', 'assays')} {check_lot(book, lot_id, limits).label}",
    }
    safe = {key: html.escape(value) for key, value in words.items()}
    return _template("one_label.html").substitute(safe, qr=picture)


def _span(days: Sequence[str]) -> str:
    first, last = days[0], days[-1]
    if first == last:
        return first
    # Within a year the month and day are enough, and fit on the line.
    return f"{first} - {last[5:] if first[:4] == last[:4] else last}"


def _template(name: str) -> Template:
    return Template(files("kanpo.lots").joinpath("page", name).read_text(encoding="utf-8"))
