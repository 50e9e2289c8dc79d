"""Times in queries: days, months, and times relative to now.

A value is a period: `created:2026-11-20` is the whole day, `created:>2026-11-20` is after it. `now` and `now-7d` are
periods of no length.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple

from ...dataclass import dataclass
from ...errors import UsageError
from ...i18n import _
from ..values.durations import parse_duration
from ..values.moments import YEARS, parse_moment

EXAMPLES: Final = '2026-11-20, 2026-11, today, yesterday, now-7d or "2026-11-20 10:00"'

_RELATIVE = re.compile(r"now(?:(?P<sign>[+-])(?P<length>\w+))?")
_DATE = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?", re.ASCII)
_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1, "오늘": 0, "어제": -1, "내일": 1}
#: The length of a period that is a time of day: people write minutes.
_MINUTE = timedelta(minutes=1)


class Bounds(NamedTuple):
    """The first moment of a period and the first one after it, in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """A period as a person writes it, with the time zone of its days."""

    text: str
    zone: tzinfo

    def bounds(self, now: datetime) -> Bounds:
        """Return the bounds at `now` (aware). Raises UsageError."""
        wanted = unicodedata.normalize("NFKC", self.text).casefold().strip()
        try:
            if (relative := _RELATIVE.fullmatch(wanted)) is not None:
                moment = _relative(relative, now)
                return Bounds(moment, moment)
            days = _days(wanted, now, self.zone)
            if days is not None:
                first, after = days
                return Bounds(_midnight(first, self.zone), _midnight(after, self.zone))
        except (ValueError, OverflowError):
            raise self._refused() from None
        moment = self._moment(now)
        is_exact = moment.second or moment.microsecond
        return Bounds(moment, moment if is_exact else moment + _MINUTE)

    def _moment(self, now: datetime) -> datetime:
        try:
            return parse_moment(self.text, now, self.zone)
        except UsageError:
            raise self._refused() from None

    def _refused(self) -> UsageError:
        return UsageError(_('not a time: "{text}"', text=self.text), _("use for example {examples}", examples=EXAMPLES))


def _relative(found: re.Match[str], now: datetime) -> datetime:
    moment = now.astimezone(UTC)
    if found["length"] is None:
        return moment
    length = parse_duration(found["length"])
    moment = moment + length if found["sign"] == "+" else moment - length
    if moment.year not in YEARS:
        raise ValueError("out of range")
    return moment


def _days(wanted: str, now: datetime, zone: tzinfo) -> tuple[date, date] | None:
    """Return the first day and the day after the last one. Raises ValueError and OverflowError."""
    if wanted in _DAYS:
        first = now.astimezone(zone).date() + timedelta(_DAYS[wanted])
        return first, first + timedelta(1)
    found = _DATE.fullmatch(wanted)
    if found is None:
        return None
    year, month = int(found[1]), int(found[2])
    if year not in YEARS:
        raise ValueError("out of range")
    if found[3] is not None:
        first = date(year, month, int(found[3]))
        return first, first + timedelta(1)
    first = date(year, month, 1)
    return first, first + timedelta(calendar.monthrange(year, month)[1])


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
