"""Set the fields with special rules: priority, status, team, language, callback, subject and requester."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from datetime import datetime
from zoneinfo import ZoneInfo

from ...errors import UsageError
from ...i18n import _
from ..agents import targets
from ..contacts.identity import address_key, contact_for, person_addresses, person_contacts, primary_contact
from ..contacts.repository import Contacts
from ..kernel.event import Event
from ..kernel.unit import Unit
from ..messages.channels import Channels
from ..values import phone
from ..values.moments import format_moment, future_moment
from ..values.suggestions import did_you_mean
from .assignment import change_team
from .events import (
    CallbackChanged,
    LanguageChanged,
    PriorityChanged,
    RequesterChanged,
    SubjectChanged,
)
from .model import Status, Ticket, parse_priority
from .repository import Tickets
from .status import change_status

#: The values of `callback` that cancel the callback.
_NO_CALL = ("", "none", "done")
LONGEST_SUBJECT = 500  # characters
_MAIL = re.compile(r"[^\s<>,;:\"]+@[^\s<>,;:\"]+")


def _set_priority(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, None]:
    priority = parse_priority(value)
    if priority is not ticket.priority:
        yield PriorityChanged(ticket.number, ticket.priority, priority)


def _set_status(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, None]:
    settable = {"open": Status.OPEN, "pending": Status.PENDING, "hold": Status.HOLD}
    if value not in settable:
        verb = {"solved": "solve", "closed": "close", "merged": "merge"}.get(value)
        if verb:
            hint = _("use deskctl {verb} {number}", verb=verb, number=ticket.number)
        else:
            hint = _("use one of {values}", values=", ".join(settable))
        suggestion = did_you_mean(value, settable)
        raise UsageError(_('cannot set the status to "{value}"{suggestion}', value=value, suggestion=suggestion), hint)
    yield from change_status(ticket, settable[value])


def _set_team(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, None]:
    yield from change_team(ticket, targets.resolve(unit, f"team:{value}").handle)


def _set_language(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, None]:
    if not (2 <= len(value) <= 3 and value.isascii() and value.isalpha()):
        raise UsageError(_('not a language: "{value}"', value=value), _("use a two-letter code such as ko or en"))
    if value.lower() != ticket.language:
        yield LanguageChanged(ticket.number, ticket.language, value.lower())


def _set_callback(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, str | None]:
    wanted = None if value.strip().lower() in _NO_CALL else callback_moment(unit, value)
    if wanted != ticket.callback_at:
        yield CallbackChanged(ticket.number, ticket.callback_at, wanted)
    return None if wanted is None else format_moment(wanted, ZoneInfo(unit.settings.timezone))


def callback_moment(unit: Unit, value: str) -> datetime:
    """Return the time of a callback in the future. Raises UsageError."""
    return future_moment(value, unit.now, ZoneInfo(unit.settings.timezone))


def _set_subject(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, None]:
    subject = " ".join(value.split())
    if not subject:
        raise UsageError(_("the subject is empty"), _('write it as subject="Invoice 4711"'))
    if len(subject) > LONGEST_SUBJECT:
        raise UsageError(
            _("the subject has {count} characters", count=len(subject)),
            _("use at most {limit}", limit=LONGEST_SUBJECT),
        )
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
    """Return the contact of an address or a number; create one for a new email address or phone number."""
    digits = value.removeprefix("#")
    if digits.isascii() and digits.isdecimal() and len(digits) < 19 and (value.startswith("#") or len(digits) < 7):
        return primary_contact(unit, int(digits)).id
    channel = unit.settings.of(Channels).channel(ticket.channel)
    kinds = dict.fromkeys((channel.kind if channel else "email", "email", "phone"))
    for kind in kinds:
        identity = Contacts.of(unit).identity(address_key(kind, value))
        if identity is not None:
            return primary_contact(unit, identity.contact).id
    if _MAIL.fullmatch(value) and not unit.settings.of(Channels).owns(value):
        return contact_for(unit, "email", value, None).id
    if phone.normalised(value) is not None:
        return contact_for(unit, "phone", value, None).id
    hint = _("use an email address, a phone number or a contact number, for example requester=#7")
    raise UsageError(_('not a customer: "{value}"', value=value), hint)


#: Sets a field, and returns the value to show if it differs from the given one.
Setter = Callable[[Unit, Ticket, str], Generator[Event, None, str | None]]
#: The fields of `field_registry.SPECIAL`, except those that other features set.
SETTERS: dict[str, Setter] = {
    "priority": _set_priority,
    "status": _set_status,
    "team": _set_team,
    "language": _set_language,
    "callback": _set_callback,
    "subject": _set_subject,
    "requester": _set_requester,
}
