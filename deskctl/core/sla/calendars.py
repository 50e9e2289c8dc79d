"""Add, change and remove calendars."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from ...errors import NotFound, Refused, UsageError
from ...i18n import _
from ..calendars.commands import AddCalendar, ChangeCalendar, RemoveCalendar
from ..calendars.hours import parse_frames, parse_hours, plain
from ..calendars.model import ALWAYS, Calendar, SpecialDay, zone
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.feature import Restorer
from ..kernel.handler import By, Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.undo import Restore
from ..kernel.unit import Unit
from ..values.suggestions import did_you_mean
from .calendar_events import CalendarChanged, RestoreCalendar
from .policy_book import PolicyBook
from .recalculate import recalculate_all
from .repository import Sla

_NAME = re.compile(r"[\w][\w.-]{0,63}\Z")


def add(unit: Unit, command: AddCalendar, actor: Actor) -> Steps:
    book = Sla.of(unit).book
    name = checked_name(command.name)
    if name == ALWAYS:
        raise Refused(_("calendar {calendar} is built in and always open", calendar=ALWAYS), _("choose another name"))
    if book.calendar(name) is not None:
        raise Refused(
            _("calendar {calendar} already exists", calendar=name),
            _("deskctl calendar edit {calendar} changes it", calendar=name),
        )
    calendar = Calendar(
        name=name,
        timezone=zone(command.timezone).key,
        week=parse_hours(command.hours),
        days={**_public(command.public), **_special_days(command.days)},
        holidays=command.holidays,
        version=len(book.calendars.get(name, ())) + 1,
        since=unit.now,
    )
    Sla.of(unit).put_calendar(calendar)
    yield CalendarChanged(None, name, calendar.version, {"version": None})
    facts = {"calendar": name, "version": calendar.version, "days": len(calendar.days), "remarks": remarks(calendar)}
    return Outcome(_("calendar {calendar} added", calendar=name), facts=facts)


def change(unit: Unit, command: ChangeCalendar, actor: Actor) -> Steps:
    known = existing(Sla.of(unit).book, command.name)
    if known.name == ALWAYS:
        raise Refused(
            _("calendar {calendar} is built in and cannot be changed", calendar=ALWAYS),
            _("deskctl calendar add adds another one"),
        )
    forgotten = {_date(text) for text in command.forget}
    unknown = sorted(forgotten - set(known.days))
    if unknown:
        raise NotFound(
            _("{date} is not a special day in calendar {calendar}", date=unknown[0], calendar=known.name),
            _("see deskctl calendar show {calendar}", calendar=known.name),
        )
    if command.holidays is not None and _unmarked(known) and not set(known.holidays) <= set(command.holidays):
        again = " ".join(f"--holidays {name}" for name in known.holidays)
        raise Refused(
            _(
                "calendar {calendar} does not record which of its days are holidays of {countries}",
                calendar=known.name,
                countries=", ".join(known.holidays),
            ),
            _(
                "run deskctl calendar edit {calendar} {options} first, then this command again",
                calendar=known.name,
                options=again,
            ),
        )
    kept = known.days if command.holidays is None else _replaced(known, _public(command.public))
    special = _special_days(command.days)
    if both := sorted(forgotten & special.keys()):
        raise UsageError(_("{date} is in --day and in --forget", date=both[0]), _("give it in one of them"))
    days = {**kept, **special}
    wanted = replace(
        known,
        timezone=known.timezone if command.timezone is None else zone(command.timezone).key,
        week=known.week if command.hours is None else parse_hours(command.hours),
        days={day: special for day, special in days.items() if day not in forgotten},
        holidays=known.holidays if command.holidays is None else command.holidays,
    )
    if wanted == known:
        unchanged = {"calendar": known.name, "version": known.version}
        return Outcome(_("calendar {calendar} is unchanged", calendar=known.name), facts=unchanged)
    Sla.of(unit).put_calendar(replace(wanted, version=known.version + 1, since=unit.now))
    yield CalendarChanged(None, known.name, known.version + 1, {"version": known.version})
    yield from recalculate_all(unit)
    facts = {
        "calendar": known.name,
        "version": known.version + 1,
        "days": len(wanted.days),
        "remarks": remarks(wanted),
    }
    return Outcome(_("calendar {calendar} changed from now on", calendar=known.name), facts=facts)


def remove(unit: Unit, command: RemoveCalendar, actor: Actor) -> Steps:
    known = existing(Sla.of(unit).book, command.name)
    users = [policy.name for policy in Sla.of(unit).book.current_policies if policy.calendar == known.name]
    if known.name == ALWAYS:
        raise Refused(_("calendar {calendar} is built in and cannot be removed", calendar=ALWAYS))
    if users:
        raise Refused(
            _("calendar {calendar} is used by {policies}", calendar=known.name, policies=", ".join(users)),
            _(
                "run deskctl sla edit {policy} --calendar {always} first, then remove the calendar",
                policy=users[0],
                always=ALWAYS,
            ),
        )
    Sla.of(unit).remove_calendar(known.name)
    yield CalendarChanged(None, known.name, None, {"version": known.version})
    return Outcome(_("calendar {calendar} removed", calendar=known.name), facts={"calendar": known.name})


def restore(unit: Unit, past: RestoreCalendar) -> Iterator[Event | By]:
    """Undo a change: an earlier version becomes the newest one, or the calendar is removed."""
    book = Sla.of(unit).book
    current = book.calendar(past.calendar)
    version = None if current is None else current.version
    if past.version is None:
        Sla.of(unit).remove_calendar(past.calendar)
        yield CalendarChanged(None, past.calendar, None, {"version": version})
        return
    versions = book.calendars[past.calendar]
    former = next(calendar for calendar in versions if calendar.version == past.version)
    restored = replace(former, version=versions[-1].version + 1, since=unit.now)
    Sla.of(unit).put_calendar(restored)
    yield CalendarChanged(None, past.calendar, restored.version, {"version": version})
    yield from recalculate_all(unit)


def existing(book: PolicyBook, name: str) -> Calendar:
    """Return the calendar with a name, ignoring case. Raises NotFound."""
    found = book.calendar(name.strip().lower())
    if found is None:
        names = [calendar.name for calendar in book.current_calendars]
        raise NotFound(
            _('no calendar is called "{name}"{suggestion}', name=name, suggestion=did_you_mean(name, names)),
            _("calendars: {names}; deskctl calendar add adds one", names=", ".join(names)),
        )
    return found


def checked_name(text: str) -> str:
    """Return the name in lower case. Raises UsageError if it is not valid."""
    name = text.strip().lower()
    if not _NAME.match(name):
        raise UsageError(
            _('not a valid name: "{text}"', text=text), _("use letters, digits, dots, hyphens and underscores")
        )
    return name


def _special_days(days: Iterable[tuple[str, str, str]]) -> dict[date, SpecialDay]:
    """Parse special days. Raises UsageError, also for a date that is given twice with different hours."""
    found: dict[date, SpecialDay] = {}
    for when, name, hours in days:
        day, special = _day(when, name, hours)
        if found.setdefault(day, special).frames != special.frames:
            raise UsageError(_("--day: {date} is given twice with different hours", date=day), _("give each date once"))
        found[day] = special
    return found


def _public(days: Iterable[tuple[str, str]]) -> dict[date, SpecialDay]:
    """Return public holidays as special days that are closed. Raises UsageError."""
    return {day: special._replace(public=True) for day, special in (_day(when, name, "") for when, name in days)}


def _replaced(known: Calendar, public: Mapping[date, SpecialDay]) -> dict[date, SpecialDay]:
    """Return the special days of a calendar with other public holidays; the remaining special days stay."""
    special = {day: it for day, it in known.days.items() if not it.public}
    if _unmarked(known):
        special = {
            day: it for day, it in special.items() if day not in public or it._replace(public=True) != public[day]
        }
    return {**public, **special}


def _unmarked(known: Calendar) -> bool:
    """Return True if the calendar is of an older version, which does not know which of its days are public holidays."""
    return bool(known.holidays and known.days) and not any(special.public for special in known.days.values())


def _day(when: str, name: str, hours: str) -> tuple[date, SpecialDay]:
    words = " ".join(name.split())
    if not words.isprintable():
        raise UsageError(_("the name of {date} has unprintable characters", date=when), _("remove these characters"))
    frames = () if hours.strip().lower() in ("", "closed") else parse_frames(plain(hours).split())
    return _date(when), SpecialDay(words, frames)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(_('not a date: "{text}"', text=text), _("use YYYY-MM-DD")) from None


def remarks(calendar: Calendar) -> list[str]:
    """Return warnings about a calendar that is valid but probably a mistake."""
    found: list[str] = []
    if not any(calendar.week) and not any(day.frames for day in calendar.days.values()):
        found.append(_("calendar {calendar} is never open, so nothing is ever due in it", calendar=calendar.name))
    return found


HANDLERS: dict[type[Command], Handler] = {AddCalendar: add, ChangeCalendar: change, RemoveCalendar: remove}
RESTORERS: dict[type[Restore], Restorer] = {RestoreCalendar: restore}
