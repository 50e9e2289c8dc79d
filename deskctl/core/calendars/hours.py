"""Hours as people write them: `mon-fri 09:00-12:00 13:00-18:00; sat 10:00-14:00`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from ...errors import UsageError
from ..values.suggestions import did_you_mean
from .model import DAY, WEEKDAYS, Frame

EXAMPLE = "mon-fri 09:00-12:00 13:00-18:00; sat 10:00-14:00"

_TIME = re.compile(r"(\d{1,2}):(\d{2})\Z")
_DASH = "[-‐‑–—~〜]"
_FRAME = rf"\d{{1,2}}:\d{{2}}\s*{_DASH}\s*\d{{1,2}}:\d{{2}}"
_FRAMES_AT_END = re.compile(rf"(?:\A|(?<=\s)){_FRAME}(?:[\s,]+{_FRAME})*\s*\Z")
#: A clock time anywhere, also "9시"; at the end "9-12", "9 to 12", "9am" and an open "09-".
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
    """The frames of each weekday, Monday first. `24x7` is always, `closed` never; days that are not named are closed.

    Raises UsageError for unknown days, empty or backward frames, overlaps, and days named twice.
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
                raise UsageError(f"hours: {WEEKDAYS[day]} is named twice", f"name each day once, as in {EXAMPLE!r}")
            week[day] = frames
    if not any(week):
        raise UsageError("hours: no day is open", f"as in {EXAMPLE!r}; 24x7 is always")
    return tuple(frames or () for frames in week)


def plain(text: str) -> str:
    """With the dashes that word processors make of a hyphen as one, and none of the blanks around it."""
    return re.sub(rf"\s*{_DASH}\s*", "-", text)


def split_named(text: str, where: str = "") -> tuple[str, str]:
    """A day's name, and its hours: the frames at the end of "Founding day 09:00 – 12:00", plain; "" without any.

    Raises UsageError for a name that still says something of hours: it would be a whole day off. `where` is named.
    """
    found = _FRAMES_AT_END.search(text)
    name = text if found is None else text[: found.start()]
    if _LIKE_A_TIME.search(name):
        place = f"{where}: " if where else ""
        raise UsageError(f"{place}“{text}” says hours that cannot be read", "at the end, as in Half day 09:00-12:00")
    return " ".join(name.split()), "" if found is None else " ".join(plain(found[0]).replace(",", " ").split())


def _part(part: str) -> tuple[list[int], tuple[Frame, ...]]:
    words = part.replace(",", " , ").split()
    days: list[str] = []
    while words and not words[0][0].isdigit() and words[0].lower() != "closed":
        days.append(words.pop(0))
    if not days:
        raise UsageError(f"hours: “{part}” names no day", f"as in {EXAMPLE!r}")
    named = [day for word in " ".join(days).replace(",", " ").split() for day in days_named(word)]
    listed = [word for word in words if word != ","]
    if not listed:
        raise UsageError(f"hours: “{part}” names no time", "as in mon-fri 09:00-18:00; leave closed days out")
    return named, () if [w.lower() for w in listed] == ["closed"] else parse_frames(listed)


def days_named(word: str) -> list[int]:
    lower = word.lower()
    if lower in _GROUPS:
        return list(_GROUPS[lower])
    first, dash, last = lower.partition("-")
    if not dash:
        return [_weekday(lower)]
    start, end = _weekday(first), _weekday(last)
    return [(start + n) % 7 for n in range((end - start) % 7 + 1)]  # sat-tue goes over the weekend


def _weekday(word: str) -> int:
    known = _NAMES.get(word, _NAMES.get(word.removesuffix("요일")))
    if known is None:
        raise UsageError(f"hours: there is no day “{word}”{did_you_mean(word, _NAMES)}", "mon tue wed thu fri sat sun")
    return known


def parse_frames(words: Sequence[str]) -> tuple[Frame, ...]:
    """Frames of one day, sorted; those that touch become one. Raises UsageError."""
    frames = sorted(_frame(word) for word in words)
    for one, other in pairwise(frames):
        if other.start < one.end:
            raise UsageError(f"hours: {shown(one)} and {shown(other)} overlap", "let each frame end before the next")
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
        raise UsageError(f"hours: “{word}” is no frame of time", "as in 09:00-18:00")
    frame = Frame(seconds_of(start), seconds_of(end))
    if frame.start >= frame.end:
        what = "is empty" if frame.start == frame.end else "ends before it starts"
        hint = "until midnight is 24:00; past it, name the next day's hours, as in fri 22:00-24:00; sat 00:00-02:00"
        raise UsageError(f"hours: {word} {what}", hint)
    return frame


def seconds_of(text: str) -> int:
    found = _TIME.match(text)
    seconds = int(found[1]) * 3600 + int(found[2]) * 60 if found and int(found[2]) < 60 else DAY + 1
    if seconds > DAY:
        raise UsageError(f"hours: “{text}” is no time of day", "from 00:00 to 24:00")
    return seconds


def shown(frame: Frame) -> str:
    """`09:00-12:00`."""
    return "-".join(f"{t // 3600:02}:{t % 3600 // 60:02}" for t in frame)


def written(week: Sequence[Sequence[Frame]]) -> str:
    """The shortest text that `parse_hours` reads as this week."""
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
            parts.append(" ".join((names, *map(shown, week[day]))))
        day = last + 1
    return "; ".join(parts)
