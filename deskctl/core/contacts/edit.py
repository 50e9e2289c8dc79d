"""Change the fields of contacts; merge and unmerge contacts."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from ...errors import Refused, UsageError
from ...i18n import _, joined
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.feature import Restorer
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.undo import Restore
from ..kernel.unit import Unit
from ..tickets.model import ACTIVE
from ..tickets.repository import Tickets
from ..tickets.tags import parse_tag
from ..values.dataclass_json import differing, with_fields
from ..values.suggestions import did_you_mean
from .commands import MergeContacts, SetContact, UnmergeContact
from .events import ContactChanged, ContactMerged, ContactUnmerged, RestoreContact, UndoContactMerge, UndoContactUnmerge
from .identity import combined_contact, person_contacts, primary_contact
from .model import Contact
from .repository import Contacts

#: The fields that SLA policies can depend on.
_SLA_FIELDS = ("tier", "org")
_MAX_NAME_LENGTH = 200  # characters


def set_fields(unit: Unit, command: SetContact, actor: Actor) -> Steps:
    contact = active_contact(unit, command.contact)
    before = combined_contact(unit, contact.id)
    values: dict[str, str | None] = {}
    for name, value in command.values:
        if name not in _PARSERS:
            raise UsageError(
                _('a contact has no field "{name}"{suggestion}', name=name, suggestion=did_you_mean(name, _PARSERS)),
                _("the fields are {fields}", fields=_FIELDS),
            )
        values[name] = _PARSERS[name](value) if value.strip() and value.strip().lower() != "none" else None
    changes: dict[str, Any] = values
    changed = replace(contact, **changes)
    what = tuple(f for f in _PARSERS if getattr(contact, f) != getattr(changed, f))
    if what:
        Contacts.of(unit).put(changed)
        yield ContactChanged(None, contact.id, what, differing(contact, changed, what))
        yield from _record_on_tickets(unit, person_contacts(unit, contact.id), before)
    fields = [_("{field} is {value}", field=name, value=value or _("none")) for name, value in values.items()]
    return Outcome(
        _("contact {contact}: {fields}", contact=contact.id, fields=joined(", ", fields)),
        facts={"contact": contact.id, "changed": list(what)},
    )


def active_contact(unit: Unit, number: int) -> Contact:
    """Return a contact that is neither merged into another one nor erased. Raises NotFound and Refused."""
    contact = Contacts.of(unit).get(number)
    if contact.merged_into is not None:
        root = primary_contact(unit, number).id
        raise Refused(
            _("contact {contact} was merged into contact {into}", contact=number, into=root),
            _("use contact {into} instead", into=root),
        )
    if contact.erased_at is not None:
        raise Refused(_("contact {contact} was erased", contact=number))
    return contact


def merge(unit: Unit, command: MergeContacts, actor: Actor) -> Steps:
    """Merge `other` into a contact, or into the contact that this one was merged into.

    Both keep their data, and `other` refers to the contact.
    """
    if command.contact == command.other:
        raise Refused(_("a contact cannot be merged with itself"))
    Contacts.of(unit).lock()
    into, other = primary_contact(unit, command.contact), Contacts.of(unit).get(command.other)
    for contact in (into, other):
        if contact.erased_at is not None:
            raise Refused(_("contact {contact} was erased", contact=contact.id))
    if primary_contact(unit, other.id).id == into.id:
        if other.id == into.id:
            raise Refused(
                _(
                    "contact {contact} is already merged into contact {into}, so the merge would be circular",
                    contact=command.contact,
                    into=other.id,
                ),
                _("deskctl contact unmerge {contact} separates them first", contact=command.contact),
            )
        raise Refused(_("contact {contact} is already merged into contact {into}", contact=other.id, into=into.id))
    if other.merged_into is not None:
        raise Refused(
            _("contact {contact} was merged into contact {into}", contact=other.id, into=other.merged_into),
            _(
                "deskctl contact merge {into} {primary} merges both; "
                "deskctl contact unmerge {contact} separates them first",
                into=into.id,
                primary=primary_contact(unit, other.id).id,
                contact=other.id,
            ),
        )
    yield from merge_into(unit, other, into, "agent")
    return Outcome(
        _("contact {contact} merged into contact {into}", contact=other.id, into=into.id),
        facts={"contact": into.id, "merged": other.id},
    )


def merge_into(unit: Unit, other: Contact, into: Contact, how: str) -> Generator[Event, None, None]:
    """Merge `other` into `into`; neither is merged yet. Record the change on open tickets."""
    sides = [(person_contacts(unit, each.id), combined_contact(unit, each.id)) for each in (other, into)]
    Contacts.of(unit).put(replace(other, merged_into=into.id, parted=False))
    yield ContactMerged(None, other.id, into.id, how)
    for numbers, before in sides:
        yield from _record_on_tickets(unit, numbers, before)


def unmerge(unit: Unit, command: UnmergeContact, actor: Actor) -> Steps:
    Contacts.of(unit).lock()
    contact = Contacts.of(unit).get(command.contact)
    into = contact.merged_into
    if into is None:
        merged = [n for n in person_contacts(unit, contact.id) if n != contact.id]
        hint = _("deskctl contact unmerge {contact} separates them", contact=merged[0]) if merged else ""
        raise Refused(_("contact {contact} was not merged into another one", contact=contact.id), hint)
    yield from detach(unit, contact)
    return Outcome(
        _("contact {contact} is separate again", contact=contact.id), facts={"contact": contact.id, "from": into}
    )


def detach(unit: Unit, contact: Contact) -> Generator[Event, None, None]:
    """Separate a contact from the one that it was merged into; no channel merges them again."""
    into = int(contact.merged_into or 0)
    before = combined_contact(unit, contact.id)
    Contacts.of(unit).put(replace(contact, merged_into=None, parted=True))
    yield ContactUnmerged(None, contact.id, into)
    for number in (contact.id, into):
        yield from _record_on_tickets(unit, person_contacts(unit, number), before)


def restore_fields(unit: Unit, past: RestoreContact) -> Generator[Event, None, None]:
    """Undo `set_fields`."""
    contact = Contacts.of(unit).get(past.contact)
    before = combined_contact(unit, contact.id)
    restored = with_fields(contact, past.fields)
    Contacts.of(unit).put(restored)
    what = tuple(past.fields)
    yield ContactChanged(None, contact.id, what, differing(contact, restored, what))
    yield from _record_on_tickets(unit, person_contacts(unit, contact.id), before)


def undo_merge(unit: Unit, past: UndoContactMerge) -> Generator[Event, None, None]:
    """Undo a merge of contacts."""
    Contacts.of(unit).lock()
    yield from detach(unit, Contacts.of(unit).get(past.contact))


def undo_unmerge(unit: Unit, past: UndoContactUnmerge) -> Generator[Event, None, None]:
    """Undo an unmerge."""
    Contacts.of(unit).lock()
    yield from merge_into(unit, Contacts.of(unit).get(past.contact), Contacts.of(unit).get(past.into), "agent")


def _record_on_tickets(unit: Unit, contacts: Sequence[int], before: Contact) -> Generator[Event, None, None]:
    """Yield an event on each open ticket of a person's contacts if the tier or the organisation changed."""
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
        raise UsageError(
            _("a name must be one line of printable text with at most {length} characters", length=_MAX_NAME_LENGTH)
        )
    return text


def _language(value: str) -> str:
    if not (2 <= len(value) <= 3 and value.isascii() and value.isalpha()):
        raise UsageError(_('not a language: "{value}"', value=value), _("use two letters, for example ko or en"))
    return value.lower()


def _tier(value: str) -> str:
    try:
        return parse_tag(value)
    except UsageError:
        raise UsageError(_('not a tier: "{value}"', value=value), _("use one word, for example vip")) from None


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        names = available_timezones()
        raise UsageError(
            _('no time zone is called "{value}"{suggestion}', value=value, suggestion=did_you_mean(value, names)),
            _("use a name such as Asia/Seoul or Europe/Berlin"),
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

HANDLERS: dict[type[Command], Handler] = {SetContact: set_fields, MergeContacts: merge, UnmergeContact: unmerge}
RESTORERS: dict[type[Restore], Restorer] = {
    RestoreContact: restore_fields,
    UndoContactMerge: undo_merge,
    UndoContactUnmerge: undo_unmerge,
}
