"""Quiet hours, for example `22:00-07:00` or `mon-fri 20:00-08:00; sat-sun`."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise

from ...errors import UsageError
from ...i18n import _
from ..calendars import hours
from ..calendars.business_hours import BusinessHours
from ..calendars.model import DAY, Calendar, Frame

EXAMPLE = "22:00-07:00; sat-sun"
_MOMENT = timedelta(microseconds=1)
Week = tuple[tuple[Frame, ...], ...]


def parse_quiet(text: str) -> Week:
    """Parse quiet hours and return the frames of each weekday, Monday first.

    Days without hours are quiet all day; hours without days apply every day. Hours that end before they start continue
    into the next day. Raises UsageError, also for a day after hours (a comma separates days and does not start a new
    part), and if the whole week would be quiet.
    """
    quiet: list[list[Frame]] = [[] for _day in range(7)]
    for part in filter(None, (p.strip() for p in hours.plain(text).replace(",", " ").split(";"))):
        words = part.split()
        late = next((word for before, word in pairwise(words) if before[0].isdigit() and not word[0].isdigit()), None)
        if late is not None:
            raise UsageError(
                _("quiet hours: day {day} comes after an hour", day=late),
                _('start a new part with a semicolon, for example "{example}"', example=EXAMPLE),
            )
        named = [word for word in words if not word[0].isdigit()]
        frames = [word for word in words if word[0].isdigit()]
        for day in [day for word in named for day in hours.days_named(word)] or range(7):
            for frame in frames or ["00:00-24:00"]:
                _add(quiet, day, frame)
    week = tuple(_merged(frames) for frames in quiet)
    if not any(week):
        raise UsageError(
            _('quiet hours: no hours in "{text}"', text=text),
            _('use for example "{example}"; none removes them', example=EXAMPLE),
        )
    if all(frames == (Frame(0, DAY),) for frames in week):
        raise UsageError(
            _("quiet hours: the whole week would be quiet"), _('use for example "{example}"', example=EXAMPLE)
        )
    return week


def _add(quiet: list[list[Frame]], day: int, word: str) -> None:
    first, dash, last = word.partition("-")
    if not dash:
        raise UsageError(
            _('quiet hours: not a time range: "{word}"', word=word), _('use for example "{example}"', example=EXAMPLE)
        )
    start, end = hours.seconds_of(first), hours.seconds_of(last)
    if start == end:
        raise UsageError(
            _("quiet hours: {range} is empty", range=word), _("give whole days without hours, for example sat-sun")
        )
    if start < end:
        quiet[day].append(Frame(start, end))
        return
    quiet[day].append(Frame(start, DAY))
    if end:
        quiet[(day + 1) % 7].append(Frame(0, end))


def _merged(frames: list[Frame]) -> tuple[Frame, ...]:
    merged: list[Frame] = []
    for frame in sorted(frames):
        if frame.start == frame.end:
            continue
        if merged and frame.start <= merged[-1].end:
            merged[-1] = Frame(merged[-1].start, max(merged[-1].end, frame.end))
        else:
            merged.append(frame)
    return tuple(merged)


def _others(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """Return the rest of a day outside the frames."""
    edges = [0, *(edge for frame in frames for edge in frame), DAY]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple(Frame(start, end) for start, end in pairs if start < end)


@lru_cache(maxsize=1024)
def _loud(quiet: str, timezone: str) -> BusinessHours:
    return BusinessHours(Calendar("quiet", timezone, tuple(_others(frames) for frames in parse_quiet(quiet))))


def quiet_until(quiet: str, timezone: str, now: datetime) -> datetime | None:
    """Return the end of the quiet hours at the moment `now`; None outside of quiet hours."""
    if not quiet:
        return None
    loud = _loud(quiet, timezone)
    if loud.is_open(now):
        return None
    after = loud.add(now, _MOMENT)
    return None if after is None else after - _MOMENT
