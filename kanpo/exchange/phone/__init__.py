"""A page for the phone that works without a network, and the file that comes back from it.

In comes a trial, out goes one HTML file; in comes what the phone handed over, out go rows of
observations and photos.
"""

from kanpo.exchange.phone._handed import HandedOver, HandedPhoto, is_phone_file, read_phone_file
from kanpo.exchange.phone._page import phone_page, write_phone_page

__all__ = [
    "HandedOver",
    "HandedPhoto",
    "is_phone_file",
    "phone_page",
    "read_phone_file",
    "write_phone_page",
]
