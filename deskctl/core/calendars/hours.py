"""Parse and format business hours: `mon-fri 09:00-12:00 13:00-18:00; sat 10:00-14:00`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ...errors import UsageError
from ...i18n import _
from ..values.suggestions import did_you_mean
from .model import DAY, WEEKDAYS, Frame

EXAMPLE = "mon-fri 09:00-12:00 13:00-18:00; sat 10:00-14:00"

_TIME = re.compile(r"(\d{1,2}):(\d{2})\Z")
_DASH = "[-‐‑–—~〜]"
_FRAME = rf"\d{{1,2}}:\d{{2}}\s*{_DASH}\s*\d{{1,2}}:\d{{2}}"
_FRAMES_AT_END = re.compile(rf"(?:\A|(?<=\s)){_FRAME}(?:[\s,]+{_FRAME})*\s*\Z")
#: Text that looks like a time: a clock time anywhere, also "9시"; at the end "9-12", "9 to 12", "9am" or "09-".
_LIKE_A_TIME = re.compile(
    r"(?<!\d)\d{1,2}[:：]\d{2}(?!\d)"
    r"|(?<!\d)\d{1,2}\s*시(?=\W|\d|반|까지|부터|\Z)"
    rf"|(?<!\d)(?<!{_DASH})\d{{1,2}}\s*(?:{_DASH}|to\b)(?:\s*\d{{1,2}})?\W*\Z"
    r"|(?<!\d)\d{1,2}\s*[ap]\.?m\b\W*\Z",
    re.IGNORECASE,
)
_NAMES = {
    **{name: n for n, name in enumerate(WEEKDAYS)},
    **{
        name: n for n, name in enumerate(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"))
    },
    **{name: n for n, name in enumerate("월화수목금토일")},
}
_GROUPS = {
    "daily": range(7),
    "everyday": range(7),
    "매일": range(7),
    "weekdays": range(5),
    "평일": range(5),
    "weekend": range(5, 7),
    "주말": range(5, 7),
}


def parse_hours(text: str) -> tuple[tuple[Frame, ...], ...]:
    """Parse hours and return the frames of each weekday, Monday first.

    `24x7` is always, `closed` never; days that are not named are closed. Raises UsageError for unknown days, empty or
    backward frames, overlaps, and days named twice.
    """
    if text.strip().lower() in ("24x7", "24/7", "always"):
        return ((Frame(0, DAY),),) * 7
    if text.strip().lower() == "closed":
        return ((),) * 7
    week: list[tuple[Frame, ...] | None] = [None] * 7
    for part in filter(None, (p.strip() for p in plain(text).split(";"))):
        named, frames = _part(part)
        for day in named:
            if week[day] is not None:
                raise UsageError(
                    _("hours: {day} is named twice", day=WEEKDAYS[day]),
                    _('name each day once, for example "{example}"', example=EXAMPLE),
                )
            week[day] = frames
    if not any(week):
        raise UsageError(
            _("hours: no day is open"), _('use for example "{example}"; 24x7 is always open', example=EXAMPLE)
        )
    return tuple(frames or () for frames in week)


def plain(text: str) -> str:
    """Return the text with all kinds of dashes replaced by a hyphen, without spaces around it."""
    return re.sub(rf"\s*{_DASH}\s*", "-", text)


def split_named(text: str, option: str = "") -> tuple[str, str]:
    """Split "Founding day 09:00 – 12:00" into the name and the hours at the end, normalised; "" without hours.

    Raises UsageError if the name still contains something like hours, because the whole day would be closed. `option`
    prefixes the error.
    """
    found = _FRAMES_AT_END.search(text)
    name = text if found is None else text[: found.start()]
    if _LIKE_A_TIME.search(name):
        raise UsageError(
            _('{option}: cannot parse the hours in "{text}"', option=option, text=text)
            if option
            else _('cannot parse the hours in "{text}"', text=text),
            _("write them at the end, for example Half day 09:00-12:00"),
        )
    return " ".join(name.split()), "" if found is None else " ".join(plain(found[0]).replace(",", " ").split())


def _part(part: str) -> tuple[list[int], tuple[Frame, ...]]:
    words = part.replace(",", " , ").split()
    days: list[str] = []
    while words and not words[0][0].isdigit() and words[0].lower() != "closed":
        days.append(words.pop(0))
    if not days:
        raise UsageError(_('hours: no day in "{part}"', part=part), _('use for example "{example}"', example=EXAMPLE))
    named = [day for word in " ".join(days).replace(",", " ").split() for day in days_named(word)]
    listed = [word for word in words if word != ","]
    if not listed:
        raise UsageError(
            _('hours: no time in "{part}"', part=part),
            _("use for example mon-fri 09:00-18:00; leave out closed days"),
        )
    return named, () if [w.lower() for w in listed] == ["closed"] else parse_frames(listed)


def days_named(word: str) -> list[int]:
    lower = word.lower()
    if lower in _GROUPS:
        return list(_GROUPS[lower])
    first, dash, last = lower.partition("-")
    if not dash:
        return [_weekday(lower)]
    start, end = _weekday(first), _weekday(last)
    return [(start + n) % 7 for n in range((end - start) % 7 + 1)]  # sat-tue includes the weekend


def _weekday(word: str) -> int:
    known = _NAMES.get(word, _NAMES.get(word.removesuffix("요일")))
    if known is None:
        raise UsageError(
            _('hours: not a day: "{word}"{suggestion}', word=word, suggestion=did_you_mean(word, _NAMES)),
            _("use mon, tue, wed, thu, fri, sat or sun"),
        )
    return known


def parse_frames(words: Sequence[str]) -> tuple[Frame, ...]:
    """Parse the frames of a day; return them sorted, adjacent ones merged. Raises UsageError."""
    frames = sorted(_frame(word) for word in words)
    for one, other in pairwise(frames):
        if other.start < one.end:
            raise UsageError(
                _("hours: {first} and {second} overlap", first=format_frame(one), second=format_frame(other)),
                _("end each range before the next begins"),
            )
    merged: list[Frame] = []
    for frame in frames:
        if merged and merged[-1].end == frame.start:
            merged[-1] = Frame(merged[-1].start, frame.end)
        else:
            merged.append(frame)
    return tuple(merged)


def _frame(word: str) -> Frame:
    start, dash, end = word.partition("-")
    if not dash:
        raise UsageError(_('hours: not a time range: "{word}"', word=word), _("use for example 09:00-18:00"))
    frame = Frame(seconds_of(start), seconds_of(end))
    if frame.start >= frame.end:
        raise UsageError(
            _("hours: {range} is empty", range=word)
            if frame.start == frame.end
            else _("hours: {range} ends before it starts", range=word),
            _(
                "write midnight as 24:00; after midnight, give hours of the next day, "
                "for example fri 22:00-24:00; sat 00:00-02:00"
            ),
        )
    return frame


def seconds_of(text: str) -> int:
    found = _TIME.match(text)
    seconds = int(found[1]) * 3600 + int(found[2]) * 60 if found and int(found[2]) < 60 else DAY + 1
    if seconds > DAY:
        raise UsageError(_('hours: not a time of day: "{text}"', text=text), _("use a time from 00:00 to 24:00"))
    return seconds


def format_frame(frame: Frame) -> str:
    """Format a frame, for example `09:00-12:00`."""
    return "-".join(f"{t // 3600:02}:{t % 3600 // 60:02}" for t in frame)


def format_week(week: Sequence[Sequence[Frame]]) -> str:
    """Return the shortest text that `parse_hours` reads as this week."""
    if all(tuple(frames) == (Frame(0, DAY),) for frames in week):
        return "24x7"
    if not any(week):
        return "closed"
    parts: list[str] = []
    day = 0
    while day < 7:
        last = day
        while last < 6 and week[last + 1] == week[day]:
            last += 1
        if week[day]:
            names = WEEKDAYS[day] if last == day else f"{WEEKDAYS[day]}-{WEEKDAYS[last]}"
            parts.append(" ".join((names, *map(format_frame, week[day]))))
        day = last + 1
    return "; ".join(parts)
