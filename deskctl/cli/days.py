"""Days on which a calendar's hours do not hold: public holidays by country and region, and files of other calendars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from ..core.suggest import did_you_mean
from ..errors import UsageError

#: Date, name, hours ("" is closed).
Days = tuple[tuple[str, str, str], ...]
#: How many years ahead holidays are copied into a calendar, this one and the one before included.
YEARS = 12


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


def imported(path: str) -> Days:
    """All-day events of an iCalendar file (RFC 5545); those that repeat, for the years that holidays are copied for.

    Raises UsageError for what is no such file, and when there is no day in it.
    """
    from icalendar import Calendar

    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    try:
        parsed = Calendar.from_ical(raw)
        events = list(parsed.walk("VEVENT"))
    except (ValueError, IndexError, KeyError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no iCalendar file", f"{error}".splitlines()[0] if f"{error}" else "") from error
    found: dict[str, str] = {}
    for event in events:
        start = event.get("DTSTART")
        if start is None or isinstance(start.dt, datetime):
            continue  # an appointment closes no day
        title = " ".join(str(event.get("SUMMARY", "")).split()) or "closed"
        length = _length(event, start.dt)
        for first in _repeated(event, start.dt):
            for number in range(length):
                found.setdefault((first + timedelta(days=number)).isoformat(), title)
    if not found:
        raise UsageError(f"{path} holds no all-day event", "days off are all-day events")
    return tuple((day, title, "") for day, title in sorted(found.items()))


def _length(event: Any, start: date) -> int:
    """In days; an event without an end is one day long."""
    end = event.get("DTEND")
    if end is not None and not isinstance(end.dt, datetime):
        length: int = (end.dt - start).days
        return max(length, 1)
    duration = event.get("DURATION")
    days: int = 1 if duration is None else duration.dt.days
    return max(days, 1)


def _repeated(event: Any, start: date) -> Iterator[date]:
    """The first days of an event: one, or with RRULE as many as the rule gives within the years to come."""
    rule = event.get("RRULE")
    if rule is None:
        yield start
        return
    from dateutil.rrule import rrulestr

    last = datetime(max(start.year, date.today().year) + YEARS, 1, 1)  # noqa: DTZ001,DTZ011 - dates have no zone
    excluded = {d.dt for dates in _listed(event.get("EXDATE")) for d in dates.dts}
    text = rule.to_ical().decode()
    for moment in rrulestr(text, dtstart=datetime(start.year, start.month, start.day)):  # noqa: DTZ001 - the same
        if moment > last:
            return
        if moment.date() not in excluded:
            yield moment.date()


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
