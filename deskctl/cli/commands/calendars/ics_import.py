"""Read days off from iCalendar files (RFC 5545)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ....errors import UsageError
from ...messages import _, _n
from .ics_timezones import day_of, is_all_day, zone_of_event, zone_of_file
from .public_holidays import covered_years

#: The maximum number of repetitions of an event; an event with more is an error.
_MAX_REPETITIONS = 50_000
#: The parts of a rule that define days (RFC 5545, 3.3.10).
_DAY_PARTS = frozenset(
    (
        "FREQ",
        "INTERVAL",
        "COUNT",
        "UNTIL",
        "BYMONTH",
        "BYMONTHDAY",
        "BYDAY",
        "BYWEEKNO",
        "BYYEARDAY",
        "BYSETPOS",
        "WKST",
    )
)
#: The parts of a rule that define times of day. They are ignored.
_TIME_PARTS = frozenset(("BYHOUR", "BYMINUTE", "BYSECOND"))
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
#: Properties that define the days of an event.
_DAY_PROPERTIES = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
#: The number of years after which dates fall on the same weekdays again.
_WEEKDAY_CYCLE = 400


#: The time zone of an event, None without one, and the time zone of its file.
_Zones = tuple[tzinfo | None, tzinfo]


class DaysOff(NamedTuple):
    """The days off in a file, each with date, name and hours ("" means closed), and remarks for the user."""

    days: tuple[tuple[str, str, str], ...]
    remarks: tuple[str, ...]


class _InvalidProperty(ValueError):
    """A property of an event that does not define days."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")


def read_days_off(path: str, this_year: int, timezone: str = "UTC") -> DaysOff:
    """Return the all-day events of an iCalendar file in the years that calendars get public holidays for.

    Times in UTC count as days in the time zone that the file names, else in `timezone` (IANA), that of the calendar.
    Raises UsageError if the file is not an iCalendar file, if an event cannot be read, or if there are no days off.
    """
    found: dict[str, str] = {}
    cancelled = outside = 0
    years = covered_years(this_year)
    events, unknown = _events(path, ZoneInfo(timezone))
    moved = _moved(events)
    for event, home in events:
        title = _title(event)
        if str(event.get("STATUS", "")).strip().upper() == "CANCELLED":
            cancelled += 1
            continue
        try:
            closed = _days_off(event, moved[str(event.get("UID", ""))], years, home)
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            raise UsageError(
                _(
                    '{file}: event "{event}": {reason}',
                    file=path,
                    event=title or event.get("UID", "?"),
                    reason=error,
                ),
                _("correct the event in the file, or remove it"),
            ) from error
        if closed is None:
            continue  # an appointment, not a day off
        outside += not closed
        for day in closed:
            found.setdefault(day.isoformat(), title or "closed")
    remarks = [
        _("not a time zone: {name}; times in UTC count in {timezone}", name=name, timezone=timezone)
        for name in sorted(unknown)
    ]
    if cancelled:
        remarks.append(_n("skipped {n} cancelled event", "skipped {n} cancelled events", cancelled))
    if outside:
        first, last = years[0], years[-1]
        remarks.append(
            _n(
                "skipped {n} event outside the years {first} to {last}",
                "skipped {n} events outside the years {first} to {last}",
                outside,
                first=first,
                last=last,
            )
        )
    if not found:
        hints = (_("only all-day events are imported"), *remarks)
        raise UsageError(_("{file} contains no days off", file=path), "; ".join(hints))
    return DaysOff(tuple((day, title, "") for day, title in sorted(found.items())), tuple(remarks))


def _events(path: str, home: tzinfo) -> tuple[list[tuple[Any, tzinfo]], set[str]]:
    """Return the events of a file and the names of unknown time zones.

    Each event comes with the time zone that its calendar names, else `home`. Raises UsageError.
    """
    from icalendar import Calendar

    try:
        raw = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(_("cannot read {file}: {reason}", file=path, reason=reason)) from error
    text = _decoded(raw)
    if text is None:
        raise UsageError(_("unknown text encoding in {file}", file=path), _("save the file as UTF-8"))
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        if not calendars:
            raise ValueError("END:VCALENDAR is missing")
        zones = [zone_of_file(parsed) for parsed in calendars]
        events = [
            (event, zone or home)
            for parsed, (zone, _) in zip(calendars, zones, strict=True)
            for event in parsed.walk("VEVENT")
        ]
        return events, {unknown for zone, unknown in zones if unknown is not None}
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        hint = "".join(f"{error}".splitlines()[:1])
        raise UsageError(_("not an iCalendar file: {file}", file=path), hint) from error


def _decoded(raw: bytes) -> str | None:
    """Decode UTF-8, UTF-16 or CP949 (Korean Windows), or return None.

    Unfold lines first, because some programs fold them within a multi-byte character.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        raw, encodings = re.sub(rb"\r?\n[ \t]", b"", raw), ["utf-8-sig", "cp949"]
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _title(event: Any) -> str:
    """Return the title of an event on one line, without unprintable characters."""
    texts = _listed(event.get("SUMMARY"))
    shown = "".join(letter if letter.isprintable() else " " for letter in str(texts[0] if texts else ""))
    return " ".join(shown.split())


def _moved(events: Iterable[tuple[Any, tzinfo]]) -> defaultdict[str, set[date]]:
    """Return for each event (by UID) the repetitions that other events replace or cancel."""
    moved: defaultdict[str, set[date]] = defaultdict(set)
    for event, home in events:
        start = next(map(_value, _listed(event.get("DTSTART"))), None)
        local = zone_of_event(event, start, home) if isinstance(start, datetime) else None
        for replaced in _listed(event.get("RECURRENCE-ID")):
            if isinstance(day := _value(replaced), date):
                moved[str(event.get("UID", ""))].add(day_of(day, local, home))
    return moved


def _days_off(event: Any, moved: set[date], years: range, home: tzinfo) -> list[date] | None:
    """Return the days of an event without its moved repetitions; None for an event that is not all-day.

    Raises _InvalidProperty.
    """
    _check_readable(event, "DTSTART")
    start = _only(event, "DTSTART")
    if start is None:
        return None
    if isinstance(start, datetime) and not is_all_day(event, start, home):
        return None
    _check_readable(event, *_DAY_PROPERTIES)
    zones = (zone_of_event(event, start, home) if isinstance(start, datetime) else None), home
    first = day_of(start, *zones)
    rules = _listed(event.get("RRULE"))
    found = {day for rule in rules for day in _repeated(rule, first, zones, years)} if rules else {first}
    found.update(_dates(event, "RDATE", zones))
    found.difference_update(_dates(event, "EXDATE", zones))
    if event.get("RECURRENCE-ID") is None:
        found -= moved
    return list(_closed(sorted(found), _length(event, first, zones), years))


def _check_readable(event: Any, *names: str) -> None:
    """Raise _InvalidProperty if the parser could not read one of these properties."""
    for name, why in event.errors:
        if name in names:
            raise _InvalidProperty(name, _("cannot read {value} ({reason})", value=event[name], reason=why))


def _length(event: Any, first: date, zones: _Zones) -> int:
    """Return the length of an event in days; 1 without an end. Raises _InvalidProperty."""
    end, duration = _only(event, "DTEND"), _only(event, "DURATION", timedelta)
    if end is not None:
        return max((day_of(end, *zones) - first).days, 1)
    return 1 if duration is None else max(duration.days, 1)


def _closed(starts: Iterable[date], length: int, years: range) -> Iterator[date]:
    """Yield the days in these years of an event with these start days."""
    first, last = date(years[0], 1, 1).toordinal(), date(years[-1], 12, 31).toordinal()
    for start in starts:
        begin = start.toordinal()
        for ordinal in range(max(begin, first), min(begin + length - 1, last) + 1):
            yield date.fromordinal(ordinal)


def _repeated(rule: Any, first: date, zones: _Zones, years: range) -> Iterator[date]:
    """Yield the days of a rule until the end of the years. Raises _InvalidProperty."""
    from dateutil.rrule import rrulestr

    parts = _checked(rule)
    if first.year > years[-1]:
        return
    until = min((day_of(day, *zones) for day in parts.pop("UNTIL", ())), default=date.max)
    text = type(rule)({name: value for name, value in parts.items() if name not in _TIME_PARTS}).to_ical().decode()
    # dateutil evaluates a rule that never matches until the year 9999, which takes seconds. Move the start close to it.
    ahead = max(0, (date.max.year - 1 - years[-1]) // _WEEKDAY_CYCLE * _WEEKDAY_CYCLE)
    last = min(until, date(years[-1], 12, 31))
    try:
        moments = rrulestr(text, dtstart=datetime(first.year + ahead, first.month, first.day))  # noqa: DTZ001 - no zone
        for number, moment in enumerate(moments):
            day = moment.date().replace(year=moment.year - ahead)
            if day > last:
                return
            if number >= _MAX_REPETITIONS:
                reason = _("{rule} has more than {limit} repetitions", rule=text, limit=_MAX_REPETITIONS)
                raise _InvalidProperty("RRULE", reason)
            yield day
    except _InvalidProperty:
        raise
    except (ValueError, TypeError, OverflowError) as error:
        reason = _("not a recurrence rule: {rule} ({reason})", rule=text, reason=error)
        raise _InvalidProperty("RRULE", reason) from error


def _checked(rule: Any) -> dict[str, Any]:
    """Return the parts of a recurrence rule, each a list. Raises _InvalidProperty."""
    if not isinstance(rule, dict):
        raise _InvalidProperty("RRULE", _("not a recurrence rule: {rule}", rule=rule))
    parts = {str(name).upper(): value if isinstance(value, list) else [value] for name, value in rule.items()}
    text = rule.to_ical().decode()  # type: ignore[attr-defined]
    if unknown := sorted(parts.keys() - _DAY_PARTS - _TIME_PARTS):
        raise _InvalidProperty("RRULE", _("{rule}: unknown part {part}", rule=text, part=unknown[0]))
    if [str(name).upper() in _FREQUENCIES for name in parts.get("FREQ", ())] != [True]:
        allowed = ", ".join(_FREQUENCIES)
        raise _InvalidProperty("RRULE", _("{rule}: FREQ must be one of {allowed}", rule=text, allowed=allowed))
    if any(not isinstance(every, int) or every < 1 for every in parts.get("INTERVAL", ())):
        raise _InvalidProperty("RRULE", _("{rule}: INTERVAL must be at least 1", rule=text))
    return parts


def _dates(event: Any, name: str, zones: _Zones) -> Iterator[date]:
    """Yield the dates that a property of an event lists. Raises _InvalidProperty."""
    for listed in _listed(event.get(name)):
        for each in getattr(listed, "dts", [listed]):
            day = _value(each)
            yield day_of(day[0] if isinstance(day, tuple) else day, *zones)  # the start of a period


def _only(event: Any, name: str, kind: type = date) -> Any:
    """Return the single value of a property, of type `kind`, or None. Raises _InvalidProperty."""
    values = _listed(event.get(name))
    if not values:
        return None
    if len(values) > 1:
        raise _InvalidProperty(name, _("given more than once"))
    value = _value(values[0])
    if not isinstance(value, kind):
        written = _ical(values[0])
        reason = (
            _("not a date: {value}", value=written) if kind is date else _("not a duration: {value}", value=written)
        )
        raise _InvalidProperty(name, reason)
    return value


def _value(parsed: Any) -> Any:
    """Return the Python value of a parsed property, None if it could not be read."""
    try:
        return parsed.dt
    except (AttributeError, ValueError):
        return None


def _ical(value: Any) -> str:
    return value.to_ical().decode(errors="replace") if hasattr(value, "to_ical") else str(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
