"""Tables from outside and to outside: the one reader of CSV and workbooks, and the one writer.

In comes a path, out comes a `Table` of text with the row numbers that a spreadsheet shows, or the
`Sheet`s as they are written; what a file is, is told by its content. Out go CSV and workbooks that
people can read and print, in which no text is a formula.
"""

from kanpo.tables._book import put, save_workbook, set_up_page, write_book, write_workbook
from kanpo.tables._bounds import LARGEST_TABLE, check_ending, check_file, check_rectangle, nothing_written
from kanpo.tables._csv import csv_dicts, csv_rows, csv_text, guarded, not_collecting, write_csv
from kanpo.tables._form import FormColumn, form_workbook
from kanpo.tables._header import (
    EXAMPLE,
    LOOKED_AT,
    NOTE,
    TOTAL,
    Recognise,
    find_header,
    heading_text,
    joined_label,
    named,
    spelled,
)
from kanpo.tables._sheet import (
    MOST_BLANK_ROWS,
    MOST_COLUMNS,
    Cell,
    Row,
    Sheet,
    Unusable,
    cell_of,
    column_letter,
    has_gaiji,
    is_blank,
    is_excel_error,
    plain_name,
    plain_of,
    text_of,
)
from kanpo.tables._table import Table, chosen_sheets, read_sheets, read_table, sheets_of, table_of
from kanpo.tables._workbook import WORKBOOKS, is_workbook

__all__ = [
    "EXAMPLE",
    "LARGEST_TABLE",
    "LOOKED_AT",
    "MOST_BLANK_ROWS",
    "MOST_COLUMNS",
    "NOTE",
    "TOTAL",
    "WORKBOOKS",
    "Cell",
    "FormColumn",
    "Recognise",
    "Row",
    "Sheet",
    "Table",
    "Unusable",
    "cell_of",
    "check_ending",
    "check_file",
    "check_rectangle",
    "chosen_sheets",
    "column_letter",
    "csv_dicts",
    "csv_rows",
    "csv_text",
    "find_header",
    "form_workbook",
    "guarded",
    "has_gaiji",
    "heading_text",
    "is_blank",
    "is_excel_error",
    "is_workbook",
    "joined_label",
    "named",
    "not_collecting",
    "nothing_written",
    "plain_name",
    "plain_of",
    "put",
    "read_sheets",
    "read_table",
    "save_workbook",
    "set_up_page",
    "sheets_of",
    "spelled",
    "table_of",
    "text_of",
    "write_book",
    "write_csv",
    "write_workbook",
]
