"""Parse and format times in English and Korean: "tomorrow 10:00", "+2h", "내일 10시", "2026-12-24 17:50"."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from ...errors import UsageError
from ...i18n import _

EXAMPLES = '"+2h", "17:50", "tomorrow 10:00", "fri 9am", "2026-12-24 17:50", "내일 10:00" or "2시간 뒤"'

#: The years of accepted moments. The limit leaves room for calculations, because `datetime` ends with the year 9999.
YEARS = range(1970, 9001)
#: The maximum number of years between now and a time in the future.
AHEAD_YEARS = 100

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_UNITS = {
    **_SECONDS,
    **dict.fromkeys(("sec", "secs", "second", "seconds", "초"), 1),
    **dict.fromkeys(("min", "mins", "minute", "minutes", "분"), 60),
    **dict.fromkeys(("hr", "hrs", "hour", "hours", "시간"), 3600),
    **dict.fromkeys(("day", "days", "일"), 86400),
    **dict.fromkeys(("week", "weeks", "주", "주일"), 604800),
}
_PART = rf"(\d{{1,6}})\s*({'|'.join(sorted(_UNITS, key=len, reverse=True))})(?![a-z])"
_AHEAD = re.compile(rf"(?:(?P<sign>\+|in )\s*)?(?P<parts>(?:{_PART}\s*)+)(?P<after> ?(?:뒤에?|후에?|later|from now))?")

_DAYS = {"today": 0, "오늘": 0, "tomorrow": 1, "내일": 1, "모레": 2, "내일모레": 2}
_WEEKDAYS = {
    name: weekday
    for weekday, names in enumerate(
        (
            "monday mon 월요일",
            "tuesday tue 화요일",
            "wednesday wed 수요일",
            "thursday thu 목요일",
            "friday fri 금요일",
            "saturday sat 토요일",
            "sunday sun 일요일",
        )
    )
    for name in names.split()
}
_NAMED = "|".join(sorted({*_DAYS, *_WEEKDAYS}, key=len, reverse=True))
_NEXT_WEEK = r"(?P<week>next week |다음 ?주 ?)?"
_DAY = (
    rf"(?:{_NEXT_WEEK}(?:on )?(?P<named>{_NAMED})"
    r"|(?P<year>\d{4})[-./](?P<month>\d{1,2})[-./](?P<day>\d{1,2})\.?"
    r"|(?:(?P<kyear>\d{4})년 ?)?(?P<kmonth>\d{1,2})월 ?(?P<kday>\d{1,2})일)에?"
)
_TIME = (
    r"(?:(?:at )?(?P<half>오전|오후|아침|저녁|밤)? ?"
    r"(?:(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?"
    r"|(?P<khour>\d{1,2})시(?: ?(?P<kminute>\d{1,2})분| ?(?P<khalf>반))?"
    r"|(?P<bare>\d{1,2})(?= ?[ap]m))(?: ?(?P<meridiem>[ap]m))?에?"
    r"|(?:at )?(?P<noon>noon|정오)에?)"
)
_DAY_TIME = re.compile(rf"{_DAY}(?:(?: |t)?{_TIME})?")
_TIME_DAY = re.compile(rf"{_TIME}(?: {_DAY})?")
_LATE = ("오후", "저녁", "밤", "pm")


def parse_moment(text: str, now: datetime, zone: tzinfo, *, day_at: time | None = None) -> datetime:
    """Return the time in `text` in UTC, relative to `now` (aware); clock times are in `zone`.

    A clock time without a day is the next such time. A weekday is the next one on which the time is in the future;
    "next week" begins on Monday. "+1d" is 24 hours. If the clocks skip a local time, the result has the same distance
    from midnight; if they show it twice, the first one counts. `day_at` is the time of a day without a clock time;
    None: a clock time is required.
    Times in the past are accepted; `ahead` refuses them. Raises UsageError.
    """
    wanted = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    try:
        found = _elapsed(wanted, now) or _exact(wanted, zone) or _on_the_calendar(wanted, now, zone, day_at)
        if found is not None:
            moment = found.astimezone(UTC)
            if moment.year in YEARS:
                return moment
            raise UsageError(
                _("“{text}” is too far away", text=text),
                _(
                    "use a year from {first} to {last}, for example {examples}",
                    first=YEARS[0],
                    last=YEARS[-1],
                    examples=EXAMPLES,
                ),
            )
    except (ValueError, OverflowError):
        pass
    raise UsageError(_("not a time: “{text}”", text=text), _("use for example {examples}", examples=EXAMPLES))


def future_moment(text: str, now: datetime, zone: tzinfo, *, day_at: time | None = None) -> datetime:
    """Parse a time in the future. Raises UsageError, also for a time in the past or too far ahead."""
    found = parse_moment(text, now, zone, day_at=day_at)
    if found <= now:
        raise UsageError(
            _("“{text}” is in the past: {time}", text=text, time=format_moment(found, zone)),
            _("use a time in the future, for example {examples}", examples=EXAMPLES),
        )
    if found.year - now.year > AHEAD_YEARS:
        raise UsageError(
            _("“{text}” is too far away", text=text),
            _("use a time within {years} years, for example {examples}", years=AHEAD_YEARS, examples=EXAMPLES),
        )
    return found


def format_moment(moment: datetime, zone: tzinfo) -> str:
    """Return the local time of an aware time, such as `2026-12-24 17:50 KST`."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def _elapsed(wanted: str, now: datetime) -> datetime | None:
    """Parse "+2h", "1h30m", "in 3 days" and "2시간 뒤".

    "3일" without a sign is rejected, because it may be a day of the month.
    """
    match = _AHEAD.fullmatch(wanted)
    if match is None or not (match["sign"] or match["after"] or wanted.isascii()):
        return None
    seconds = sum(int(count) * _UNITS[unit] for count, unit in re.findall(_PART, match["parts"]))
    return now.astimezone(UTC) + timedelta(seconds=seconds)


def _exact(wanted: str, zone: tzinfo) -> datetime | None:
    """Parse RFC 3339, with its own offset or in `zone`."""
    if not re.match(r"\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}", wanted) or wanted[11:13] == "24":
        return None
    try:
        found = datetime.fromisoformat(wanted.upper())
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)


def _on_the_calendar(wanted: str, now: datetime, zone: tzinfo, day_at: time | None) -> datetime | None:
    match = _DAY_TIME.fullmatch(wanted) or _TIME_DAY.fullmatch(wanted)
    if match is None:
        return None
    clock = _clock(match)
    if clock is None and day_at is not None:
        clock = _since_midnight(day_at)
    if clock is None:
        raise UsageError(
            _("“{text}” has a day, but no time", text=wanted), _("use for example {examples}", examples=EXAMPLES)
        )
    today = now.astimezone(zone).date()
    match (match["named"], match["year"] or match["kmonth"]):
        case (None, None):
            return _next(today, clock, now, zone, every=1)
        case (None, _):
            return _date(match, today, clock, now, zone)
        case (name, _) if name in _DAYS:
            return None if match["week"] else _at(today + timedelta(days=_DAYS[name]), clock, zone)
        case (name, _):
            monday = today - timedelta(days=today.weekday())
            if match["week"]:
                return _at(monday + timedelta(days=7 + _WEEKDAYS[name]), clock, zone)
            return _next(today + timedelta(days=(_WEEKDAYS[name] - today.weekday()) % 7), clock, now, zone, every=7)


def _date(match: re.Match[str], today: date, clock: timedelta, now: datetime, zone: tzinfo) -> datetime:
    """Parse a date; "12월 24일" without a year is the next such date."""
    if match["year"]:
        return _at(date(int(match["year"]), int(match["month"]), int(match["day"])), clock, zone)
    month, day = int(match["kmonth"]), int(match["kday"])
    if match["kyear"]:
        return _at(date(int(match["kyear"]), month, day), clock, zone)
    for year in range(today.year, today.year + 9):  # 29 February may be eight years away
        try:
            found = _at(date(year, month, day), clock, zone)
        except ValueError:
            continue
        if found > now:
            return found
    raise ValueError("there is no such day")


def _clock(match: re.Match[str]) -> timedelta | None:
    """Parse a time of day; None if the text has none. Raises ValueError for an invalid time."""
    if match["noon"]:
        return timedelta(hours=12)
    digits = match["hour"] or match["khour"] or match["bare"]
    if digits is None:
        return None
    hour = int(digits)
    minute = 30 if match["khalf"] else int(match["minute"] or match["kminute"] or 0)
    second = int(match["second"] or 0)
    meridiem = match["meridiem"]
    half = meridiem or match["half"]
    if half and (1 if meridiem else 0) <= hour <= 12:
        hour = hour % 12 + (12 if half in _LATE else 0)
    elif (half and (meridiem or half not in _LATE)) or hour > 24 or (hour == 24 and (minute or second)):
        raise ValueError("no such hour")
    if minute > 59 or second > 59:
        raise ValueError("no such minute")
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)


def _next(first: date, clock: timedelta, now: datetime, zone: tzinfo, *, every: int) -> datetime:
    """Return the time on the day `first`, or `every` days later if it has passed."""
    found = _at(first, clock, zone)
    return found if found > now else _at(first + timedelta(days=every), clock, zone)


def _at(day: date, clock: timedelta, zone: tzinfo) -> datetime:
    """Return a time on a day; 24:00 is midnight at its end."""
    return (datetime.combine(day, time()) + clock).replace(tzinfo=zone)
