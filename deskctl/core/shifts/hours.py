"""Hours of a shift: those of a calendar, and past midnight, for example `mon-fri 22:00-06:00`."""

from __future__ import annotations

import re
from itertools import pairwise

from ...errors import UsageError
from ...i18n import _
from ..calendars import hours as calendar_hours
from ..calendars.hours import parse_hours
from ..calendars.model import DAY, WEEKDAYS, Frame
from .model import Week

_FRAME = re.compile(r"(\d{1,2}):(\d{2})\s*[-‐‑–—~〜]\s*(\d{1,2}):(\d{2})")
_WEEK = 7 * DAY


def parse_shift(text: str) -> Week:
    """Parse the hours of a shift and return the frames of each weekday, Monday first.

    A frame that continues past midnight ends after 24:00 of its day. Raises UsageError as for a calendar's hours, and
    if a night overlaps the frame of the next morning.
    """
    week: list[tuple[Frame, ...]] = [()] * 7
    parse_hours(_FRAME.sub(_until_midnight, text))  # raises for days named twice and other mistakes
    for part in filter(None, (p.strip() for p in text.split(";"))):
        ends = [_morning(found) for found in _FRAME.finditer(part)]
        past = max(ends, default=0)
        for day, frames in enumerate(parse_hours(_FRAME.sub(_until_midnight, part))):
            if frames:
                late = frames[-1]
                long = late.end == DAY and past
                week[day] = (*frames[:-1], Frame(late.start, DAY + past)) if long else frames
    _check(week)
    if not any(week):
        raise UsageError(_("hours: the shift has no working hours"), _("use for example mon-fri 09:00-18:00"))
    return tuple(week)


def _morning(found: re.Match[str]) -> int:
    """Return the end of a night frame in seconds after midnight; 0 for a frame of one day."""
    return _seconds(found[3], found[4]) if _backward(found) else 0


def _backward(found: re.Match[str]) -> bool:
    return _seconds(found[3], found[4]) < _seconds(found[1], found[2])


def _until_midnight(found: re.Match[str]) -> str:
    return f"{found[1]}:{found[2]}-24:00" if _backward(found) else found[0]


def _seconds(hours: str, minutes: str) -> int:
    return int(hours) * 3600 + int(minutes) * 60


def _check(week: list[tuple[Frame, ...]]) -> None:
    spans = sorted((d * DAY + f.start, d * DAY + f.end, d) for d, frames in enumerate(week) for f in frames)
    if not spans:
        return
    first = (spans[0][0] + _WEEK, spans[0][1] + _WEEK, spans[0][2])
    for one, other in pairwise([*spans, first]):
        if other[0] < one[1]:
            raise UsageError(
                _("hours: the shifts of {day} and {next} overlap", day=WEEKDAYS[one[2]], next=WEEKDAYS[other[2]]),
                _("end each before the next begins"),
            )


def format_frame(frame: Frame) -> str:
    """Format a frame, for example `22:00-06:00`; the end of a night is a time of the next day."""
    return calendar_hours.format_frame(Frame(frame.start, frame.end if frame.end <= DAY else frame.end - DAY))


def format_week(week: Week) -> str:
    """Return the shortest text that `parse_shift` reads as this week."""
    return _PAST.sub(lambda found: f"-{int(found[1]) - 24:02}:{found[2]}", calendar_hours.format_week(week))


#: An end after 24:00.
_PAST = re.compile(r"-(?!24:00)(2[4-9]|[34]\d):(\d{2})")
