"""PhenoApps Field Book: a trial out to the device, and both styles of its export back in.

Facts about its files were read in its source (commit c15e1e8d, 2026-08).
"""

from kanpo.exchange.fieldbook._read import is_field_book, read_field_book
from kanpo.exchange.fieldbook._write import FieldBookFiles, trait_document, write_field_book

__all__ = [
    "FieldBookFiles",
    "is_field_book",
    "read_field_book",
    "trait_document",
    "write_field_book",
]
