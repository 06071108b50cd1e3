"""What a photo says of itself: read for the record, and taken out of copies that leave."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from datetime import datetime

#: Tags of EXIF 2.3 that are kept: orientation, camera, moment and position.
_ORIENTATION, _MAKE, _MODEL, _EXIF, _GPS = 0x0112, 0x010F, 0x0110, 0x8769, 0x8825
_TAKEN, _OFFSET = 0x9003, 0x9011
#: Segments without which the picture looks another: JFIF, colour profile, Adobe's transform.
_KEPT_SEGMENTS = (0xE0, 0xE2, 0xEE)


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """When, where (degrees) and with what a photo was taken, as it says itself; None where it does not."""

    taken_at: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    camera: str | None = None


def read_photo_facts(content: bytes) -> PhotoFacts | None:
    """What a JPEG says of itself; None where it is no picture that can be opened."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=("JPEG",)) as picture:
            exif = picture.getexif()
            inner, gps = exif.get_ifd(_EXIF), exif.get_ifd(_GPS)
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        struct.error,
        Image.DecompressionBombError,
    ):
        return None
    camera = " ".join(str(exif[tag]).strip("\0 ") for tag in (_MAKE, _MODEL) if exif.get(tag))
    return PhotoFacts(
        _moment(inner.get(_TAKEN), inner.get(_OFFSET)),
        _degrees(gps.get(2), gps.get(1), "S"),
        _degrees(gps.get(4), gps.get(3), "W"),
        "".join(letter for letter in camera if letter.isprintable())[:80] or None,
    )


def _moment(written: object, offset: object) -> str | None:
    try:
        moment = datetime.strptime(str(written).strip("\0 "), "%Y:%m:%d %H:%M:%S").isoformat()
        return datetime.fromisoformat(f"{moment}{str(offset).strip()}").isoformat() if offset else moment
    except ValueError:
        return None


def _degrees(parts: object, side: object, negative: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)  # type: ignore[attr-defined]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not 0 <= value <= 180:
        return None
    return round(-value if str(side).startswith(negative) else value, 7)


def strip_photo(content: bytes) -> bytes:
    """The same picture without what it says of itself; which way is up stays.

    Segments are taken out between the pixels, which are left as they are.
    """
    if not content.startswith(b"\xff\xd8"):
        return content
    out, at = bytearray(b"\xff\xd8"), 2
    turned = _orientation(content)
    if turned not in (None, 1):
        # The smallest EXIF there is: one tag.
        tiff = b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHIHH", _ORIENTATION, 3, 1, turned, 0) + b"\0\0\0\0"
        body = b"Exif\0\0" + tiff
        out += b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == 0xDA or length < 2:
            break
        metadata = 0xE0 <= marker <= 0xEF or marker == 0xFE
        if not metadata or marker in _KEPT_SEGMENTS:
            out += content[at : at + 2 + length]
        at += 2 + length
    end = content.rfind(b"\xff\xd9")
    # Some cameras put a second picture behind the end of the first.
    out += content[at : end + 2 if end >= at else len(content)]
    return bytes(out)


def _orientation(content: bytes) -> int | None:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=("JPEG",)) as picture:
            found = picture.getexif().get(_ORIENTATION)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, struct.error):
        return None
    return found if isinstance(found, int) and 1 <= found <= 8 else None
