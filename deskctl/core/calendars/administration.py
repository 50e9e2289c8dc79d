"""Adding, changing and removing calendars."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from ...errors import NotFound, Refused, UsageError
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.feature import Restorer
from ..kernel.handler import By, Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.undo import Restore
from ..kernel.unit import Unit
from ..sla import recalculate as keeping
from ..sla.policy_book import PolicyBook
from ..values.suggestions import did_you_mean
from .commands import AddCalendar, ChangeCalendar, RemoveCalendar
from .events import CalendarChanged, RestoreCalendar
from .hours import parse_frames, parse_hours, plain
from .model import ALWAYS, Calendar, Day, zone

_NAME = re.compile(r"[\w][\w.-]{0,63}\Z")


def add(unit: Unit, command: AddCalendar, actor: Actor) -> Steps:
    book = unit.levels.book
    name = checked_name(command.name)
    if name == ALWAYS:
        raise Refused(f"the calendar {ALWAYS} is there already, and always open", "choose another name")
    if book.calendar(name) is not None:
        raise Refused(f"there is a calendar {name} already", f"deskctl calendar edit {name} changes it")
    calendar = Calendar(
        name=name,
        timezone=zone(command.timezone).key,
        week=parse_hours(command.hours),
        days={**_public(command.public), **_own(command.days)},
        holidays=command.holidays,
        version=len(book.calendars.get(name, ())) + 1,
        since=unit.now,
    )
    unit.levels.put_calendar(calendar)
    yield CalendarChanged(None, name, calendar.version, {"version": None})
    facts = {"calendar": name, "version": calendar.version, "days": len(calendar.days), "remarks": remarks(calendar)}
    return Outcome(f"calendar {name} is added", facts=facts)


def change(unit: Unit, command: ChangeCalendar, actor: Actor) -> Steps:
    known = existing(unit.levels.book, command.name)
    if known.name == ALWAYS:
        raise Refused(f"{ALWAYS} is always open and stays so", "deskctl calendar add makes another one")
    forgotten = {_date(text) for text in command.forget}
    unknown = sorted(forgotten - set(known.days))
    if unknown:
        raise NotFound(f"{unknown[0]} is an ordinary day in {known.name}", f"deskctl calendar show {known.name}")
    if command.holidays is not None and _unmarked(known) and not set(known.holidays) <= set(command.holidays):
        again = " ".join(f"--holidays {name}" for name in known.holidays)
        raise Refused(
            f"{known.name} does not know which of its days are holidays of {', '.join(known.holidays)}",
            f"deskctl calendar edit {known.name} {again} makes it know; then do this again",
        )
    kept = known.days if command.holidays is None else _replaced(known, _public(command.public))
    own = _own(command.days)
    if both := sorted(forgotten & own.keys()):
        raise UsageError(f"{both[0]} stands in --day and in --forget", "give it in one of them")
    days = {**kept, **own}
    wanted = replace(
        known,
        timezone=known.timezone if command.timezone is None else zone(command.timezone).key,
        week=known.week if command.hours is None else parse_hours(command.hours),
        days={day: own for day, own in days.items() if day not in forgotten},
        holidays=known.holidays if command.holidays is None else command.holidays,
    )
    if wanted == known:
        return Outcome(
            f"calendar {known.name} is that already", facts={"calendar": known.name, "version": known.version}
        )
    unit.levels.put_calendar(replace(wanted, version=known.version + 1, since=unit.now))
    yield CalendarChanged(None, known.name, known.version + 1, {"version": known.version})
    yield from keeping.recalculate_all(unit)
    facts = {
        "calendar": known.name,
        "version": known.version + 1,
        "days": len(wanted.days),
        "remarks": remarks(wanted),
    }
    return Outcome(f"calendar {known.name} is changed from now on", facts=facts)


def remove(unit: Unit, command: RemoveCalendar, actor: Actor) -> Steps:
    known = existing(unit.levels.book, command.name)
    users = [policy.name for policy in unit.levels.book.current_policies if policy.calendar == known.name]
    if known.name == ALWAYS:
        raise Refused(f"{ALWAYS} cannot be removed")
    if users:
        raise Refused(
            f"calendar {known.name} is that of {', '.join(users)}",
            f"deskctl sla edit {users[0]} --calendar {ALWAYS}, then remove it",
        )
    unit.levels.remove_calendar(known.name)
    yield CalendarChanged(None, known.name, None, {"version": known.version})
    return Outcome(f"calendar {known.name} is removed", facts={"calendar": known.name})


def restore(unit: Unit, past: RestoreCalendar) -> Iterator[Event | By]:
    """Undo a change: an earlier version becomes the newest one, or the calendar is removed."""
    book = unit.levels.book
    current = book.calendar(past.calendar)
    version = None if current is None else current.version
    if past.version is None:
        unit.levels.remove_calendar(past.calendar)
        yield CalendarChanged(None, past.calendar, None, {"version": version})
        return
    versions = book.calendars[past.calendar]
    former = next(calendar for calendar in versions if calendar.version == past.version)
    restored = replace(former, version=versions[-1].version + 1, since=unit.now)
    unit.levels.put_calendar(restored)
    yield CalendarChanged(None, past.calendar, restored.version, {"version": version})
    yield from keeping.recalculate_all(unit)


def existing(book: PolicyBook, name: str) -> Calendar:
    """By its name, in whatever letters it was typed. Raises NotFound."""
    found = book.calendar(name.strip().lower())
    if found is None:
        names = [calendar.name for calendar in book.current_calendars]
        raise NotFound(
            f"there is no calendar “{name}”{did_you_mean(name, names)}",
            f"there is {', '.join(names)}; deskctl calendar add makes one",
        )
    return found


def checked_name(text: str) -> str:
    """Raises UsageError."""
    name = text.strip().lower()
    if not _NAME.match(name):
        raise UsageError(f"“{text}” cannot be a name", "letters, digits, dot, dash and underscore")
    return name


def _own(days: Iterable[tuple[str, str, str]]) -> dict[date, Day]:
    """Days with their names and hours. Raises UsageError, also for a date that is given twice with different hours."""
    found: dict[date, Day] = {}
    for when, name, hours in days:
        day, own = _day(when, name, hours)
        if found.setdefault(day, own).frames != own.frames:
            raise UsageError(f"--day: {day} is given twice with different hours", "give each date once")
        found[day] = own
    return found


def _public(days: Iterable[tuple[str, str]]) -> dict[date, Day]:
    """Holidays as days that are closed. Raises UsageError."""
    return {day: own._replace(public=True) for day, own in (_day(when, name, "") for when, name in days)}


def _replaced(known: Calendar, public: Mapping[date, Day]) -> dict[date, Day]:
    """The days of a calendar with other public holidays; a day of its own stays what it is."""
    own = {day: it for day, it in known.days.items() if not it.public}
    if _unmarked(known):
        own = {day: it for day, it in own.items() if day not in public or it._replace(public=True) != public[day]}
    return {**public, **own}


def _unmarked(known: Calendar) -> bool:
    """Whether it is of old, and does not know which of its days are public holidays."""
    return bool(known.holidays and known.days) and not any(own.public for own in known.days.values())


def _day(when: str, name: str, hours: str) -> tuple[date, Day]:
    words = " ".join(name.split())
    if not words.isprintable():
        raise UsageError(f"the name of {when} has characters that cannot be shown", "write it without them")
    frames = () if hours.strip().lower() in ("", "closed") else parse_frames(plain(hours).split())
    return _date(when), Day(words, frames)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"“{text}” is no date", "as in 2027-05-06") from None


def remarks(calendar: Calendar) -> list[str]:
    """What whoever set it up should know."""
    found: list[str] = []
    if not any(calendar.week) and not any(day.frames for day in calendar.days.values()):
        found.append(f"{calendar.name} is never open: nothing is ever due in it")
    return found


HANDLERS: dict[type[Command], Handler] = {AddCalendar: add, ChangeCalendar: change, RemoveCalendar: remove}
RESTORERS: dict[type[Restore], Restorer] = {RestoreCalendar: restore}
