"""Days are days in the project's zone: what was written elsewhere, or in UTC, is brought there."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kanpo.errors import Place, UsageError
from kanpo.locale import Text

#: Where projects are that say nothing else.
DEFAULT_ZONE = "Asia/Tokyo"
_OFFSET = re.compile(r"T.*(Z|[+-]\d{2}:?\d{2}(:\d{2})?)\Z")


@lru_cache(maxsize=8)
def zone_of(name: str) -> ZoneInfo:
    """The zone of that name.

    Raises
    ------
    UsageError
        There is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            "zone.unknown",
            Text("知らない時間帯です", "unknown time zone"),
            Text("Asia/Tokyo のように書いてください", "write it as in Asia/Tokyo"),
            Place(column="zone", value=name),
        ) from None


def bring_home(moment: str, zone: str = DEFAULT_ZONE) -> str:
    """A day, or a moment in ISO 8601, as the clock of the zone shows it.

    What has no offset is taken as the clock of the zone and stays as it is, and so does what is no
    moment.

    Raises
    ------
    ValueError
        The moment lies outside the calendar.
    """
    if _OFFSET.search(moment) is None:
        return moment
    try:
        return datetime.fromisoformat(moment).astimezone(zone_of(zone)).isoformat()
    except OverflowError as error:
        raise ValueError(moment) from error


def day_of(moment: str, zone: str = DEFAULT_ZONE) -> str:
    """The day of a stored moment in the zone, ISO 8601."""
    try:
        return bring_home(moment, zone)[:10]
    except ValueError:
        return moment[:10]


def today_in(zone: str = DEFAULT_ZONE) -> date:
    """The day that it is in the zone now."""
    return datetime.now(UTC).astimezone(zone_of(zone)).date()
