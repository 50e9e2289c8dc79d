"""Spam, as decided by agents, blocked senders and relays. It gets no answer, and its content is deleted later."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from ...errors import NotFound, Refused, UsageError
from ...i18n import _
from ..contacts.repository import Contacts
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.timers import Timer, TimerKind
from ..kernel.unit import Unit
from ..tickets.events import MarkedSpam, SpamPurged, UnmarkedSpam, WaitingChanged
from ..tickets.model import Status, Ticket
from ..tickets.repository import Tickets
from .blocked_senders import is_listed, pattern_of
from .channels import Channels
from .commands import Block, MarkSpam, UnmarkSpam
from .events import SenderBlocked
from .model import InboundMessage, MessageKind
from .repository import Messages
from .settings import MessageSettings

#: Deletes the contents of spam.
PURGE_SPAM: Final = TimerKind("purge_spam")


_PATTERN = re.compile(r"(?:[^@\s]+)?@[^@\s]+\.?[^@\s]*\Z")


def spam_verdict(unit: Unit, message: InboundMessage) -> str | None:
    """Return the reason why a message is spam, or None."""
    if message.sender and Messages.of(unit).is_blocked(message.sender):
        return "blocked sender"
    return message.spam


def purge_key(ticket: int) -> str:
    """Return the key of the purge timer of a ticket."""
    return f"{PURGE_SPAM}:{ticket}"


def set_purge_timer(unit: Unit, ticket: int) -> datetime:
    """Set the timer that deletes the content of a spam ticket. Return its due time."""
    due = unit.now + unit.settings.of(MessageSettings).keep_spam
    unit.set_timer(Timer(unit.source.next_id("timers"), PURGE_SPAM, due, purge_key(ticket), ticket))
    return due


def mark(unit: Unit, command: MarkSpam, actor: Actor) -> Steps:
    """Close a ticket as spam, and block its sender if asked."""
    ticket = Tickets.of(unit).get(command.ticket)
    number = (ticket.number,)
    if ticket.status is Status.MERGED:
        raise Refused(
            _("ticket {number} was merged into {other}", number=ticket.number, other=ticket.merged_into),
            _("name {number} instead", number=ticket.merged_into),
        )
    place, pattern = (None, None) if command.block is None else _first_address(unit, ticket.contact, command.block)
    if not ticket.spam:
        if ticket.waiting_since is not None:
            yield WaitingChanged(ticket.number, ticket.waiting_since, None)
        yield MarkedSpam(ticket.number, ticket.status)
    if pattern is not None and not is_listed(unit, pattern):
        Messages.of(unit).block(pattern, True)
        yield SenderBlocked(ticket.number, True, place, pattern.startswith("@"))
    if pattern:
        summary = _("ticket {number} is spam, {pattern} is blocked", number=ticket.number, pattern=pattern)
    else:
        summary = _("ticket {number} is spam", number=ticket.number)
    return Outcome(summary, number, {"blocked": pattern})


def unmark(unit: Unit, command: UnmarkSpam, actor: Actor) -> Steps:
    """Remove the spam mark, and unblock the sender."""
    ticket = Tickets.of(unit).get(command.ticket)
    if not ticket.spam:
        return Outcome(_("ticket {number} is not spam", number=ticket.number), (ticket.number,))
    for place in range(len(Contacts.of(unit).addresses(ticket.contact))):
        for domain in (False, True):
            pattern = pattern_of(unit, ticket.contact, place, domain)
            if is_listed(unit, pattern):
                Messages.of(unit).block(pattern, False)
                yield SenderBlocked(ticket.number, False, place, domain)
    yield UnmarkedSpam(ticket.number, Status.OPEN if ticket.assignee else Status.NEW)
    since = _waiting_since(unit, ticket)
    if since is not None:
        yield WaitingChanged(ticket.number, None, since)
    return Outcome(_("ticket {number} is not spam and is open again", number=ticket.number), (ticket.number,))


def _waiting_since(unit: Unit, ticket: Ticket) -> datetime | None:
    """Return the time of the oldest unanswered message. Its Date counts only within the life of the ticket."""
    since = None
    for head in Messages.of(unit).heads(ticket.number):
        if head.kind is MessageKind.OUT:
            since = None
        elif head.kind is MessageKind.IN and head.automatic is None and since is None:
            since = max(ticket.created_at, min(head.sent_at, unit.now))
    return since


def _first_address(unit: Unit, contact: int, block: str) -> tuple[int, str]:
    """Return the position of the contact's first email address, and the pattern that blocks it."""
    if block not in ("sender", "domain"):
        raise UsageError(_('cannot block "{value}"', value=block), _("use sender or domain"))
    places = (n for n, identity in enumerate(Contacts.of(unit).addresses(contact)) if "@" in identity.address)
    place = next(places, None)
    if place is None:
        raise Refused(_("the customer has no email address to block"))
    pattern = pattern_of(unit, contact, place, block == "domain")
    if unit.settings.of(Channels).owns(pattern):
        raise Refused(_("{pattern} is the desk's own address", pattern=pattern))
    return place, pattern


def block(unit: Unit, command: Block, actor: Actor) -> Steps:
    """Block or unblock a pattern."""
    pattern = command.pattern.strip().lower()
    if not _PATTERN.match(pattern):
        raise UsageError(
            _('cannot block "{value}"', value=command.pattern),
            _("use an address, or a domain such as @example.org"),
        )
    if unit.settings.of(Channels).owns(pattern):
        raise Refused(_("{pattern} is the desk's own address", pattern=pattern))
    known = is_listed(unit, pattern)
    if not command.blocked and not known:
        raise NotFound(
            _("{pattern} is not blocked", pattern=pattern),
            _("deskctl block list shows the blocked senders"),
        )
    if known is not command.blocked:
        Messages.of(unit).block(pattern, command.blocked)
        yield SenderBlocked(None, command.blocked, kept={"pattern": pattern})
    if command.blocked:
        summary = _("{pattern} is blocked", pattern=pattern)
    else:
        summary = _("{pattern} is no longer blocked", pattern=pattern)
    return Outcome(summary, facts={"pattern": pattern})


def schedule_purge(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """Delete the content of spam later, unless the mark is removed before."""
    yield from ()
    if isinstance(event, MarkedSpam) and event.ticket is not None:
        set_purge_timer(unit, event.ticket)
    elif isinstance(event, UnmarkedSpam) and event.ticket is not None:
        unit.drop_timer(purge_key(event.ticket))


def purge(unit: Unit, timer: Timer) -> Steps:
    """Handle a purge timer: delete the content of a ticket that is still spam."""
    ticket = None if timer.ticket is None else Tickets.of(unit).find(timer.ticket)
    if ticket is None or not ticket.spam:
        return Outcome(_("nothing is due"))
    Messages.of(unit).changes.purged.add(ticket.number)
    yield SpamPurged(ticket.number)
    return Outcome(_("deleted the content of ticket {number}", number=ticket.number), (ticket.number,))


HANDLERS: dict[type[Command], Handler] = {MarkSpam: mark, UnmarkSpam: unmark, Block: block}
