"""What a ticket is marked with: tags, and the fields that `set` knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from ...errors import UsageError
from ..agents import targets
from ..agents.routing_profile import SKILL_TAG
from ..contacts.identity import address_key, contact_for, person_addresses, person_contacts, primary_contact
from ..contacts.repository import Contacts
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..values import phone
from ..values.moments import ahead, shown
from ..values.suggestions import did_you_mean
from . import commands as c
from .events import (
    CallbackChanged,
    LanguageChanged,
    PriorityChanged,
    RequesterChanged,
    SubjectChanged,
    Tagged,
    TeamChanged,
)
from .model import Status, Ticket, parse_priority
from .repository import Tickets
from .status import to_status, workable

#: What says that nobody need call any more.
_NO_CALL = ("", "none", "done")
LONGEST_SUBJECT = 500  # characters
_MAIL = re.compile(r"[^\s<>,;:\"]+@[^\s<>,;:\"]+")


def tag(unit: Unit, command: c.Tag, actor: Actor) -> Steps:
    ticket = Tickets.of(unit).get(command.ticket)
    if both := sorted({parse_tag(t) for t in command.add} & {parse_tag(t) for t in command.remove}):
        raise UsageError(f"tag {both[0]} is both added and removed", "give it once")
    added = tuple(sorted({parse_tag(t) for t in command.add} - ticket.tags))
    removed = tuple(sorted({parse_tag(t) for t in command.remove} & ticket.tags))
    if added or removed:
        yield Tagged(ticket.number, added, removed)
    now = ", ".join(sorted(Tickets.of(unit).get(ticket.number).tags)) or "none"
    return Outcome(f"tags of ticket {ticket.number}: {now}", (ticket.number,))


def parse_tag(text: str) -> str:
    """Raises UsageError."""
    tag = text.strip().lower()
    if tag.startswith(SKILL_TAG) and tag != SKILL_TAG:
        return SKILL_TAG + parse_tag(tag.removeprefix(SKILL_TAG))
    if not tag or any(ch.isspace() or ch in ',:"()' or not ch.isprintable() for ch in tag):
        raise UsageError(f"“{text}” cannot be a tag", "a tag is one word without blanks, commas, colons or quotes")
    return tag


def set_(unit: Unit, command: c.Set, actor: Actor, more: Mapping[str, Setter] | None = None) -> Steps:
    """Set fields. `more`: the fields that other features declare."""
    setters = {**SETTERS, **(more or {})}
    ticket = workable(unit, command.ticket)
    done = []
    for name, value in command.values:
        if name not in setters:
            raise UsageError(
                f"there is no field “{name}” to set{did_you_mean(name, setters)}",
                f"the fields are {', '.join(sorted(setters))}",
            )
        resolved = yield from setters[name](unit, Tickets.of(unit).get(ticket.number), value)
        done.append(f"{name} is {resolved or ' '.join(value.split())}")
    return Outcome(f"ticket {ticket.number}: {', '.join(done)}", (ticket.number,))


def _set_priority(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, None]:
    priority = parse_priority(value)
    if priority is not ticket.priority:
        yield PriorityChanged(ticket.number, ticket.priority, priority)


def _set_status(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, None]:
    settable = {"open": Status.OPEN, "pending": Status.PENDING, "hold": Status.HOLD}
    if value not in settable:
        verb = {"solved": "solve", "closed": "close", "merged": "merge"}.get(value)
        hint = f"deskctl {verb} {ticket.number}" if verb else f"one of {', '.join(settable)}"
        raise UsageError(f"status cannot be set to “{value}”{did_you_mean(value, settable)}", hint)
    yield from to_status(ticket, settable[value])


def _set_team(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, None]:
    team = targets.resolve(unit, f"team:{value}").handle
    if team != ticket.team:
        yield TeamChanged(ticket.number, ticket.team, team)


def _set_language(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, None]:
    if not (2 <= len(value) <= 3 and value.isascii() and value.isalpha()):
        raise UsageError(f"“{value}” is not a language", "two letters, as in ko or en")
    if value.lower() != ticket.language:
        yield LanguageChanged(ticket.number, ticket.language, value.lower())


def _set_callback(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, str | None]:
    wanted = None if value.strip().lower() in _NO_CALL else callback_moment(unit, value)
    if wanted != ticket.callback_at:
        yield CallbackChanged(ticket.number, ticket.callback_at, wanted)
    return None if wanted is None else shown(wanted, ZoneInfo(unit.settings.timezone))


def callback_moment(unit: Unit, value: str) -> datetime:
    """Raises UsageError."""
    return ahead(value, unit.now, ZoneInfo(unit.settings.timezone))


def _set_subject(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, None]:
    subject = " ".join(value.split())
    if not subject:
        raise UsageError("the subject is empty", 'write it as subject="Invoice 4711"')
    if len(subject) > LONGEST_SUBJECT:
        raise UsageError(f"the subject has {len(subject)} characters", f"at most {LONGEST_SUBJECT}")
    if subject != ticket.subject:
        yield SubjectChanged(ticket.number, {"old": ticket.subject, "new": subject})


def _set_requester(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, None]:
    contact = _requester(unit, ticket, value.strip())
    before = person_contacts(unit, ticket.contact)
    if contact in before:
        return
    addresses = [identity.address for identity in person_addresses(unit, contact) if identity.kind == "email"]
    Tickets.of(unit).add_participants(ticket.number, addresses)
    yield RequesterChanged(ticket.number, ticket.contact, contact)


def _requester(unit: Unit, ticket: Ticket, value: str) -> int:
    """The contact that an address or a number names; a new one for a mail address or a number to call that is new."""
    digits = value.removeprefix("#")
    if digits.isascii() and digits.isdecimal() and len(digits) < 19 and (value.startswith("#") or len(digits) < 7):
        return primary_contact(unit, int(digits)).id
    channel = unit.settings.channel(ticket.channel)
    kinds = dict.fromkeys((channel.kind if channel else "email", "email", "phone"))
    for kind in kinds:
        identity = Contacts.of(unit).identity(address_key(kind, value))
        if identity is not None:
            return primary_contact(unit, identity.contact).id
    if _MAIL.fullmatch(value) and not unit.settings.owns(value):
        return contact_for(unit, "email", value, None).id
    if phone.normalised(value) is not None:
        return contact_for(unit, "phone", value, None).id
    hint = "write a mail address, a telephone number, or a contact's number as in requester=#7"
    raise UsageError(f"“{value}” is not a customer", hint)


#: The value as it is shown, where that is not as it was written.
Setter = Callable[[Unit, Ticket, str], Generator[Event, None, str | None]]
SETTERS: dict[str, Setter] = {
    "priority": _set_priority,
    "status": _set_status,
    "team": _set_team,
    "language": _set_language,
    "callback": _set_callback,
    "subject": _set_subject,
    "requester": _set_requester,
}

HANDLERS: dict[type[Command], Handler] = {c.Tag: tag}
