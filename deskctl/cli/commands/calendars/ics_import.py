"""Days on which a calendar's hours do not hold: public holidays by country and region, and files of other calendars."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ....core.values.suggestions import did_you_mean
from ....errors import UsageError
from .ics_timezones import day_of, is_all_day, zone_of_event, zone_of_file

#: How many years ahead holidays are copied into a calendar, this one and the one before included.
YEARS = 12
#: An event that repeats more often before these years begin, or has more to say, is no day off.
_MOST = 50_000
#: What a rule for days may say (RFC 5545, 3.3.10); times of day, which some add to it, say nothing of days.
_PARTS = frozenset(
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
_TIMES = frozenset(("BYHOUR", "BYMINUTE", "BYSECOND"))
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
#: Properties that say which days an event has.
_READ = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
#: After so many years the weekdays of all dates are the same again.
_CYCLE = 400


#: The zone of an event, if it has one, and that of its file.
_Zones = tuple[tzinfo | None, tzinfo]


class Imported(NamedTuple):
    """What a file had: dates, names and hours ("" is closed), and what whoever imports it should know."""

    days: tuple[tuple[str, str, str], ...]
    remarks: tuple[str, ...]


class _Unfit(ValueError):
    """A property of an event that means no days."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name}: {why}")


def holidays(names: Iterable[str], this_year: int, language: str | None = None) -> tuple[tuple[str, str], ...]:
    """Dates and names of the public holidays of countries and regions (`KR`, `DE:BY`), substitute holidays included.
    Raises UsageError."""
    found: dict[str, str] = {}
    for name in names:
        for day, title in _of(name, _within_reach(this_year), language):
            found[day.isoformat()] = found.get(day.isoformat(), title)
    return tuple(sorted(found.items()))


def _within_reach(this_year: int) -> range:
    return range(this_year - 1, this_year + YEARS - 1)


def _of(name: str, years: range, language: str | None) -> Iterator[tuple[date, str]]:
    import holidays as library

    country, colon, region = name.strip().upper().partition(":")
    known = library.list_supported_countries(include_aliases=False)
    if country not in known:
        near = did_you_mean(country, known)
        raise UsageError(f"no holidays are known of “{name}”{near}", "two letters of a country, as in KR, US or DE:BY")
    regions = known[country]
    if colon and region not in {r.upper() for r in regions}:
        listed = ", ".join(regions) or "none"
        raise UsageError(f"{country} has no region “{region}”{did_you_mean(region, regions)}", f"there is {listed}")
    exact = next((r for r in regions if r.upper() == region), None) if colon else None
    dates = library.country_holidays(country, subdiv=exact, years=years, language=language)
    yield from sorted(dates.items())


def imported(path: str, this_year: int, timezone: str = "UTC") -> Imported:
    """All-day events of an iCalendar file (RFC 5545), for the years that holidays are copied for.

    Moments in UTC mean days in the zone that the file names, else in `timezone` (IANA), that of the calendar. Raises
    UsageError for what is no such file, for an event that cannot be read, and when there is no day in it.
    """
    found: dict[str, str] = {}
    cancelled = outside = 0
    years = _within_reach(this_year)
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
            named = f"“{title}”" if title else f"the event {event.get('UID', 'without a name')}"
            raise UsageError(f"{path}: {named}: {error}", "mend the event in the file, or take it out") from error
        if closed is None:
            continue  # an appointment closes no day
        outside += not closed
        for day in closed:
            found.setdefault(day.isoformat(), title or "closed")
    remarks = [f"{name} is not a time zone; moments in UTC count in {timezone}" for name in sorted(unknown)]
    if cancelled:
        remarks.append(f"cancelled events are no days off: {cancelled} left out")
    if outside:
        remarks.append(f"days off are taken in for {years[0]} to {years[-1]}: {outside} before or after them left out")
    if not found:
        raise UsageError(f"{path} holds no day off", "; ".join(("days off are all-day events", *remarks)))
    return Imported(tuple((day, title, "") for day, title in sorted(found.items())), tuple(remarks))


def _events(path: str, home: tzinfo) -> tuple[list[tuple[Any, tzinfo]], set[str]]:
    """The events of a file, each with the time zone that its calendar names, else `home`; and names of zones that
    are not known. Raises UsageError."""
    from icalendar import Calendar

    try:
        raw = Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    text = _decoded(raw)
    if text is None:
        raise UsageError(f"{path} is written in letters that are not known", "save it as UTF-8")
    try:
        calendars = Calendar.from_ical(text, multiple=True)
        if not calendars:
            raise ValueError("it does not end with END:VCALENDAR")
        zones = [zone_of_file(parsed) for parsed in calendars]
        events = [
            (event, zone or home)
            for parsed, (zone, _) in zip(calendars, zones, strict=True)
            for event in parsed.walk("VEVENT")
        ]
        return events, {unknown for zone, unknown in zones if unknown is not None}
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        hint = "".join(f"{error}".splitlines()[:1])
        raise UsageError(f"{path} is no iCalendar file", hint) from error


def _decoded(raw: bytes) -> str | None:
    """UTF-8, as it should be; or what Windows writes in Korea. Lines are unfolded first: some fold within a letter."""
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
    """In one line, without what no terminal shows."""
    texts = _listed(event.get("SUMMARY"))
    shown = "".join(letter if letter.isprintable() else " " for letter in str(texts[0] if texts else ""))
    return " ".join(shown.split())


def _moved(events: Iterable[tuple[Any, tzinfo]]) -> defaultdict[str, set[date]]:
    """By event: the days of its rule that events of their own replace, or cancel."""
    moved: defaultdict[str, set[date]] = defaultdict(set)
    for event, home in events:
        start = next(map(_value, _listed(event.get("DTSTART"))), None)
        local = zone_of_event(event, start, home) if isinstance(start, datetime) else None
        for replaced in _listed(event.get("RECURRENCE-ID")):
            if isinstance(day := _value(replaced), date):
                moved[str(event.get("UID", ""))].add(day_of(day, local, home))
    return moved


def _days_off(event: Any, moved: set[date], years: range, home: tzinfo) -> list[date] | None:
    """The days of an event, those of its rules that were moved left out; None for one that is not all day.
    Raises _Unfit."""
    _sound(event, "DTSTART")
    start = _only(event, "DTSTART")
    if start is None:
        return None
    if isinstance(start, datetime) and not is_all_day(event, start, home):
        return None
    _sound(event, *_READ)
    zones = (zone_of_event(event, start, home) if isinstance(start, datetime) else None), home
    first = day_of(start, *zones)
    rules = _listed(event.get("RRULE"))
    found = {day for rule in rules for day in _repeated(rule, first, zones, years)} if rules else {first}
    found.update(_dates(event, "RDATE", zones))
    found.difference_update(_dates(event, "EXDATE", zones))
    if event.get("RECURRENCE-ID") is None:
        found -= moved
    return list(_closed(sorted(found), _length(event, first, zones), years))


def _sound(event: Any, *names: str) -> None:
    """Raises _Unfit for properties that could not be read."""
    for name, why in event.errors:
        if name in names:
            raise _Unfit(name, f"{event[name]} cannot be read ({why})")


def _length(event: Any, first: date, zones: _Zones) -> int:
    """In days; an event without an end is one day long. Raises _Unfit."""
    end, duration = _only(event, "DTEND"), _only(event, "DURATION", timedelta)
    if end is not None:
        return max((day_of(end, *zones) - first).days, 1)
    return 1 if duration is None else max(duration.days, 1)


def _closed(starts: Iterable[date], length: int, years: range) -> Iterator[date]:
    """The days of an event that lie in these years."""
    first, last = date(years[0], 1, 1).toordinal(), date(years[-1], 12, 31).toordinal()
    for start in starts:
        begin = start.toordinal()
        for ordinal in range(max(begin, first), min(begin + length - 1, last) + 1):
            yield date.fromordinal(ordinal)


def _repeated(rule: Any, first: date, zones: _Zones, years: range) -> Iterator[date]:
    """The days of a rule, until the years are over. Raises _Unfit."""
    from dateutil.rrule import rrulestr

    parts = _checked(rule)
    if first.year > years[-1]:
        return
    until = min((day_of(day, *zones) for day in parts.pop("UNTIL", ())), default=date.max)
    text = type(rule)({name: value for name, value in parts.items() if name not in _TIMES}).to_ical().decode()
    # A rule that never comes true is tried until the year 9999, which takes seconds: it is tried where that is near.
    ahead = max(0, (date.max.year - 1 - years[-1]) // _CYCLE * _CYCLE)
    last = min(until, date(years[-1], 12, 31))
    try:
        moments = rrulestr(text, dtstart=datetime(first.year + ahead, first.month, first.day))  # noqa: DTZ001 - no zone
        for number, moment in enumerate(moments):
            day = moment.date().replace(year=moment.year - ahead)
            if day > last:
                return
            if number >= _MOST:
                raise _Unfit("RRULE", f"{text} gives more than {_MOST} days before it is over")
            yield day
    except _Unfit:
        raise
    except (ValueError, TypeError, OverflowError) as error:
        raise _Unfit("RRULE", f"{text} is no rule ({error})") from error


def _checked(rule: Any) -> dict[str, Any]:
    """The parts of a rule for days, each a list. Raises _Unfit."""
    if not isinstance(rule, dict):
        raise _Unfit("RRULE", f"{rule} is no rule")
    parts = {str(name).upper(): value if isinstance(value, list) else [value] for name, value in rule.items()}
    text = rule.to_ical().decode()  # type: ignore[attr-defined]
    if unknown := sorted(parts.keys() - _PARTS - _TIMES):
        raise _Unfit("RRULE", f"{text}: {unknown[0]} is not known")
    if [str(name).upper() in _FREQUENCIES for name in parts.get("FREQ", ())] != [True]:
        raise _Unfit("RRULE", f"{text}: days repeat {', '.join(_FREQUENCIES[:-1])} or {_FREQUENCIES[-1]}")
    if any(not isinstance(every, int) or every < 1 for every in parts.get("INTERVAL", ())):
        raise _Unfit("RRULE", f"{text}: INTERVAL is 1 or more")
    return parts


def _dates(event: Any, name: str, zones: _Zones) -> Iterator[date]:
    """Those that an event lists. Raises _Unfit."""
    for listed in _listed(event.get(name)):
        for each in getattr(listed, "dts", [listed]):
            day = _value(each)
            yield day_of(day[0] if isinstance(day, tuple) else day, *zones)  # of a period, where it begins


def _only(event: Any, name: str, kind: type = date) -> Any:
    """The date or the length that a property has, of which there is one or none. Raises _Unfit."""
    values = _listed(event.get(name))
    if not values:
        return None
    if len(values) > 1:
        raise _Unfit(name, "there is more than one")
    value = _value(values[0])
    if not isinstance(value, kind):
        raise _Unfit(name, f"{_ical(values[0])} is no {'date' if kind is date else 'length of time'}")
    return value


def _value(parsed: Any) -> Any:
    """None for what could not be read."""
    try:
        return parsed.dt
    except (AttributeError, ValueError):
        return None


def _ical(value: Any) -> str:
    return value.to_ical().decode(errors="replace") if hasattr(value, "to_ical") else str(value)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
