"""What can be wrong with one row of a register, and how to mend it."""

from __future__ import annotations

from kanpo.errors import Problem, Severity
from kanpo.locale import Text
from kanpo.reading import Area


def _warn(code: str, what: Text, mend: Text) -> Problem:
    return Problem(code, what, mend, severity=Severity.WARNING)


def row_too_long() -> Problem:
    """Cells to the right of the header."""
    return Problem(
        "table.row-too-long",
        Text(
            "見出しより右にもセルがあり、列がずれているおそれがあります",
            "has cells beyond the header; its columns may be shifted",
        ),
        Text(
            '1,234 のような値は "1,234" と引用符で囲んでください',
            'put values such as 1,234 into quotes: "1,234"',
        ),
    )


def formula_without_value() -> Problem:
    """A formula without a value."""
    return Problem(
        "table.formula",
        Text("計算されていない数式です", "is a formula that was never calculated"),
        Text(
            "Excelで開いて保存し直すか、値で貼り付けてください",
            "open and save it in Excel, or paste the value",
        ),
    )


def excel_error() -> Problem:
    """#N/A and its like."""
    return _warn(
        "table.excel-error",
        Text("Excelのエラー値です", "is an error value of Excel"),
        Text(
            "空欄として取り込みます。値がわかれば入れてください", "left blank; enter the value if you know it"
        ),
    )


def merged_over_rows() -> Problem:
    """One cell for several lots."""
    return Problem(
        "table.merged-value",
        Text(
            "複数の行で結合されたセルで、1筆ごとの値がわかりません",
            "is merged over rows, so that each lot's value is unknown",
        ),
        Text("結合を解除し、1筆ごとに入れてください", "unmerge the cells and enter each lot's own value"),
    )


def no_settlement() -> Problem:
    """No 大字."""
    return Problem(
        "table.settlement-missing",
        Text("大字がありません", "has no settlement"),
        Text(
            "上の行と同じでも、行ごとに大字を入れてください",
            "enter it in every row, also where it is the same",
        ),
    )


def no_lot() -> Problem:
    """No 地番."""
    return Problem(
        "table.lot-missing",
        Text("地番がありません", "has no lot number"),
        Text(
            "地番を入れてください。筆でない行は消してください", "enter it, or remove the row if it is no lot"
        ),
    )


def area_zero() -> Problem:
    """An area of 0."""
    return _warn(
        "table.area-zero",
        Text("面積が0です", "the area is 0"),
        Text("空欄として取り込みます。面積を確かめてください", "left blank; check the area"),
    )


def area_as_date() -> Problem:
    """An area that became a date."""
    return Problem(
        "table.area-as-date",
        Text("面積が日付になっています", "the area has become a date"),
        Text("列を数値の書式にして打ち直してください", "format the column as a number and type it again"),
    )


def other_unit(found: Area, header: str) -> Problem:
    """A unit in the cell that is not the header's."""
    return _warn(
        "table.area-other-unit",
        Text(
            f"見出しの単位({header})とセルの単位({found.unit})が違うので、セルの単位を使いました",
            f"its unit {found.unit} is not the header's {header}; the cell's was taken",
        ),
        Text("違うときはセルの単位を直してください", "mend the unit in the cell if that is wrong"),
    )


def id_rounded() -> Problem:
    """An id that a spreadsheet changed."""
    return Problem(
        "table.id-rounded",
        Text(
            "筆IDがExcelで丸められたか、日付になっています",
            "the id was rounded or made a date by a spreadsheet",
        ),
        Text(
            "列を文字列の書式にして、元の番号を入れ直してください",
            "make the column text and enter the id again",
        ),
    )


def own_code() -> Problem:
    """A code that offices use in their own ways."""
    return _warn(
        "table.own-code",
        Text("数字だけでは何の区分か決められません", "is a code whose meaning is not certain"),
        Text("1号・2号のように書いてください。空欄として取り込みます", "write 1号 or 2号; left blank"),
    )
