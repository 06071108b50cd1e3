"""A trial on paper: the field sheet that is printed, and the workbook it is typed into afterwards."""

from kanpo.exchange.sheets._form import sheet_form
from kanpo.exchange.sheets._page import field_sheet, sheet_id, write_field_sheet

__all__ = ["field_sheet", "sheet_form", "sheet_id", "write_field_sheet"]
