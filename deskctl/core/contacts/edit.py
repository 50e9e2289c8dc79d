"""Customers: what is known of them, and who turned out to be one."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from ...errors import Refused, UsageError
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.feature import Restorer
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.undo import Restore
from ..kernel.unit import Unit
from ..tickets.fields import parse_tag
from ..tickets.model import ACTIVE
from ..tickets.repository import Tickets
from ..values.dataclass_json import differing, with_fields
from ..values.suggestions import did_you_mean
from . import commands as c
from .events import ContactChanged, ContactMerged, ContactUnmerged, RestoreContact, UndoContactMerge, UndoContactUnmerge
from .identity import combined_contact, person_contacts, primary_contact
from .model import Contact
from .repository import Contacts

#: A change of these may change what the customer was promised.
_SLA_FIELDS = ("tier", "org")
_MAX_NAME_LENGTH = 200  # characters of a name


def set_fields(unit: Unit, command: c.SetContact, actor: Actor) -> Steps:
    contact = active_contact(unit, command.contact)
    before = combined_contact(unit, contact.id)
    values: dict[str, str | None] = {}
    for name, value in command.values:
        if name not in _PARSERS:
            raise UsageError(
                f"a contact has no field “{name}” to set{did_you_mean(name, _PARSERS)}", f"the fields are {_FIELDS}"
            )
        values[name] = _PARSERS[name](value) if value.strip() and value.strip().lower() != "none" else None
    changes: dict[str, Any] = values
    changed = replace(contact, **changes)
    what = tuple(f for f in _PARSERS if getattr(contact, f) != getattr(changed, f))
    if what:
        Contacts.of(unit).put(changed)
        yield ContactChanged(None, contact.id, what, differing(contact, changed, what))
        yield from _record_on_tickets(unit, person_contacts(unit, contact.id), before)
    said = ", ".join(f"{name} is {values[name] or 'none'}" for name in values)
    return Outcome(f"contact {contact.id}: {said}", facts={"contact": contact.id, "changed": list(what)})


def active_contact(unit: Unit, number: int) -> Contact:
    """The contact, if anything may still be done with it. Raises NotFound and Refused."""
    contact = Contacts.of(unit).get(number)
    if contact.merged_into is not None:
        root = primary_contact(unit, number).id
        raise Refused(f"contact {number} was merged into {root}", f"name {root} instead")
    if contact.erased_at is not None:
        raise Refused(f"contact {number} was erased")
    return contact


def merge(unit: Unit, command: c.MergeContacts, actor: Actor) -> Steps:
    """Both keep what is theirs; `other` only points. Into a merged contact means into whom that is now."""
    if command.contact == command.other:
        raise Refused("a contact cannot be merged with itself")
    Contacts.of(unit).lock()
    into, other = primary_contact(unit, command.contact), Contacts.of(unit).get(command.other)
    for contact in (into, other):
        if contact.erased_at is not None:
            raise Refused(f"contact {contact.id} was erased")
    if primary_contact(unit, other.id).id == into.id:
        if other.id == into.id:
            raise Refused(
                f"contact {command.contact} is part of contact {other.id}: that would be a circle",
                f"deskctl contact unmerge {command.contact} parts them first",
            )
        raise Refused(f"contact {other.id} is part of contact {into.id} already")
    if other.merged_into is not None:
        raise Refused(
            f"contact {other.id} was merged into {other.merged_into}",
            f"deskctl contact merge {into.id} {primary_contact(unit, other.id).id} takes both; "
            f"deskctl contact unmerge {other.id} parts them first",
        )
    yield from merge_into(unit, other, into, "agent")
    return Outcome(
        f"contact {other.id} is merged into contact {into.id}", facts={"contact": into.id, "merged": other.id}
    )


def merge_into(unit: Unit, other: Contact, into: Contact, how: str) -> Generator[Event, None, None]:
    """`other` points to `into`; both live until now. Open tickets hear of what that changes for them."""
    sides = [(person_contacts(unit, each.id), combined_contact(unit, each.id)) for each in (other, into)]
    Contacts.of(unit).put(replace(other, merged_into=into.id, parted=False))
    yield ContactMerged(None, other.id, into.id, how)
    for numbers, before in sides:
        yield from _record_on_tickets(unit, numbers, before)


def unmerge(unit: Unit, command: c.UnmergeContact, actor: Actor) -> Steps:
    Contacts.of(unit).lock()
    contact = Contacts.of(unit).get(command.contact)
    into = contact.merged_into
    if into is None:
        merged = [n for n in person_contacts(unit, contact.id) if n != contact.id]
        hint = f"deskctl contact unmerge {merged[0]} parts them" if merged else ""
        raise Refused(f"contact {contact.id} was not merged into another one", hint)
    yield from detach(unit, contact)
    return Outcome(f"contact {contact.id} is separate again", facts={"contact": contact.id, "from": into})


def detach(unit: Unit, contact: Contact) -> Generator[Event, None, None]:
    """Take the pointer away; no machine sets it again."""
    into = int(contact.merged_into or 0)
    before = combined_contact(unit, contact.id)
    Contacts.of(unit).put(replace(contact, merged_into=None, parted=True))
    yield ContactUnmerged(None, contact.id, into)
    for number in (contact.id, into):
        yield from _record_on_tickets(unit, person_contacts(unit, number), before)


def restore_fields(unit: Unit, past: RestoreContact) -> Generator[Event, None, None]:
    """Undo a change of fields."""
    contact = Contacts.of(unit).get(past.contact)
    before = combined_contact(unit, contact.id)
    restored = with_fields(contact, past.fields)
    Contacts.of(unit).put(restored)
    what = tuple(past.fields)
    yield ContactChanged(None, contact.id, what, differing(contact, restored, what))
    yield from _record_on_tickets(unit, person_contacts(unit, contact.id), before)


def undo_merge(unit: Unit, past: UndoContactMerge) -> Generator[Event, None, None]:
    """Undo a merge."""
    Contacts.of(unit).lock()
    yield from detach(unit, Contacts.of(unit).get(past.contact))


def undo_unmerge(unit: Unit, past: UndoContactUnmerge) -> Generator[Event, None, None]:
    """Undo an unmerge."""
    Contacts.of(unit).lock()
    yield from merge_into(unit, Contacts.of(unit).get(past.contact), Contacts.of(unit).get(past.into), "agent")


def _record_on_tickets(unit: Unit, contacts: Sequence[int], before: Contact) -> Generator[Event, None, None]:
    """The open tickets of these contacts, who are one person, hear of another tier or organisation."""
    after = combined_contact(unit, contacts[0])
    what = tuple(f for f in _SLA_FIELDS if getattr(before, f) != getattr(after, f))
    if not what:
        return
    numbers = set(Contacts.of(unit).source.active_tickets_of(contacts))
    numbers |= {t.number for t in Tickets.of(unit).changes.tickets.values() if t.contact in contacts}
    Tickets.of(unit).load(numbers)
    for ticket in sorted(numbers):
        if Tickets.of(unit).get(ticket).status in ACTIVE:
            yield ContactChanged(ticket, after.id, what)


def _line(value: str) -> str:
    text = " ".join(value.split())
    if not text.isprintable() or len(text) > _MAX_NAME_LENGTH:
        raise UsageError(f"a name is one line of readable text, at most {_MAX_NAME_LENGTH} characters")
    return text


def _language(value: str) -> str:
    if not (2 <= len(value) <= 3 and value.isascii() and value.isalpha()):
        raise UsageError(f"“{value}” is not a language", "two letters, as in ko or en")
    return value.lower()


def _tier(value: str) -> str:
    try:
        return parse_tag(value)
    except UsageError:
        raise UsageError(f"“{value}” cannot be a tier", "a tier is one word, as in vip") from None


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        names = available_timezones()
        raise UsageError(
            f"there is no time zone “{value}”{did_you_mean(value, names)}", "as in Asia/Seoul or Europe/Berlin"
        ) from None
    return value


_PARSERS: dict[str, Callable[[str], str]] = {
    "name": _line,
    "tier": _tier,
    "org": _line,
    "language": _language,
    "timezone": _timezone,
}
_FIELDS = ", ".join(_PARSERS)

HANDLERS: dict[type[Command], Handler] = {c.SetContact: set_fields, c.MergeContacts: merge, c.UnmergeContact: unmerge}
RESTORERS: dict[type[Restore], Restorer] = {
    RestoreContact: restore_fields,
    UndoContactMerge: undo_merge,
    UndoContactUnmerge: undo_unmerge,
}
