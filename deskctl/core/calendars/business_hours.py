"""Business hours arithmetic: add working time to a moment, measure working time between moments.

Open intervals are computed for a whole year, in UTC, with the working time before each. Then both operations are a
binary search, however far away the result is.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta

from ...dataclass import dataclass
from .model import BEGINNING, DAY, Calendar, zone
from .time_zones import offset_periods

#: A moment that is not reached within this number of years counts as never.
HORIZON_YEARS = 100
_MICRO = timedelta(microseconds=1)
_SECOND = 1_000_000
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_FIRST_DAY, _LAST_DAY = (day.toordinal() - _EPOCH_DAY for day in (date.min, date.max))
#: The last microsecond that `datetime` supports.
_LAST = (datetime.max.replace(tzinfo=UTC) - BEGINNING) // _MICRO


@dataclass(frozen=True, slots=True)
class _Year:
    """The open intervals of a year in UTC, in microseconds since 1970.

    `before[i]` is the working time before the i-th interval.
    """

    starts: list[int]
    ends: list[int]
    before: list[int]
    total: int


class BusinessHours:
    """Business hours arithmetic with one version of a calendar. Instances cache results, so keep them."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._zone = zone(calendar.timezone)
        self._always = calendar.is_always_open
        self._years: dict[int, _Year] = {}
        self._last_own = max(calendar.days, default=date.min)
        week = sum(frame.end - frame.start for frames in calendar.week for frame in frames)
        special = sum(frame.end - frame.start for day in calendar.days.values() for frame in day.frames)
        #: An upper limit of the working time within the horizon, including days on which clocks are set back.
        self._most = (HORIZON_YEARS * (53 * week + 4 * DAY) + special) * _SECOND

    def add(self, start: datetime, working: timedelta) -> datetime | None:
        """Return the first moment at which `working` time has passed since `start` (aware); the result is UTC.

        None if the calendar is not open for that long within a hundred years, or before the year 10000.
        Laws: between(start, add(start, d)) == d, and add(s, between(s, e)) is the earliest moment of equal measure.
        """
        at, left = micros(start), working // _MICRO
        if left <= 0:
            return moment(at)
        if left > self._most:
            return None
        if self._always:
            return _moment_or_none(at + left) if left < HORIZON_YEARS * 366 * DAY * _SECOND else None
        first = (BEGINNING + at * _MICRO).year
        left += self._open_before(first, at)
        for number in range(first, min(first + HORIZON_YEARS, date.max.year + 1)):
            if number > self._last_own.year + 1 and not any(self.calendar.week):
                return None
            year = self._year(number)
            if left <= year.total:
                return _moment_or_none(_open_time_reached(year, left))
            left -= year.total
        return None

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Return the working time between two moments (aware); zero if `end` is not after `start`."""
        one, other = micros(start), micros(end)
        if other <= one:
            return timedelta()
        if self._always:
            return (other - one) * _MICRO
        first, last = (BEGINNING + one * _MICRO).year, (BEGINNING + other * _MICRO).year
        whole = sum(self._year(number).total for number in range(first, last))
        return (whole + self._open_before(last, other) - self._open_before(first, one)) * _MICRO

    def is_open(self, at: datetime) -> bool:
        when = micros(at)
        year = self._year((BEGINNING + when * _MICRO).year)
        place = bisect_right(year.starts, when) - 1
        return place >= 0 and when < year.ends[place]

    def _open_before(self, number: int, at: int) -> int:
        """Return the open microseconds of a year before a moment in it."""
        year = self._year(number)
        place = bisect_right(year.starts, at) - 1
        return 0 if place < 0 else year.before[place] + min(at, year.ends[place]) - year.starts[place]

    def _year(self, number: int) -> _Year:
        if number not in self._years:
            self._years[number] = self._compute_year(number)
        return self._years[number]

    def _compute_year(self, number: int) -> _Year:
        """Compute a year: for each period with a constant offset, move the frames of its dates back by the offset."""
        starts: list[int] = []
        ends: list[int] = []
        for begin, end, offset in offset_periods(self._zone, number):
            first, last = max((begin + offset) // DAY, _FIRST_DAY), min((end + offset - 1) // DAY, _LAST_DAY)
            for day in range(first, last + 1):
                midnight = day * DAY - offset
                for frame in self.calendar.frames(date.fromordinal(_EPOCH_DAY + day)):
                    opens, closes = max(midnight + frame.start, begin), min(midnight + frame.end, end)
                    if opens >= closes:
                        continue
                    if ends and ends[-1] == opens:
                        ends[-1] = closes
                    else:
                        starts.append(opens)
                        ends.append(closes)
        before, total = [], 0
        for opens, closes in zip(starts, ends, strict=True):
            before.append(total * _SECOND)
            total += closes - opens
        return _Year([s * _SECOND for s in starts], [e * _SECOND for e in ends], before, total * _SECOND)

    def __repr__(self) -> str:
        return f"<opening hours of {self.calendar.name}, version {self.calendar.version}>"


def _open_time_reached(year: _Year, left: int) -> int:
    """Return the earliest moment at which `left` microseconds (above 0, at most the total) are open since the year
    began.
    """
    place = bisect_right(year.before, left - 1) - 1
    return year.starts[place] + left - year.before[place]


def _moment_or_none(at: int) -> datetime | None:
    """Return the moment; None after the year 9999."""
    return moment(at) if at <= _LAST else None


def micros(at: datetime) -> int:
    """Return the microseconds since 1970."""
    return (at - BEGINNING) // _MICRO


def moment(at: int) -> datetime:
    return BEGINNING + at * _MICRO
