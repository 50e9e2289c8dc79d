"""Spam: kept apart, never answered, forgotten in time. Agents, blocked senders and a relay's verdict say what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from ...errors import NotFound, Refused, UsageError
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
from .commands import Block, MarkSpam, UnmarkSpam
from .events import SenderBlocked
from .model import InboundMessage, MessageKind
from .repository import Messages

_PATTERN = re.compile(r"(?:[^@\s]+)?@[^@\s]+\.?[^@\s]*\Z")


def verdict(unit: Unit, message: InboundMessage) -> str | None:
    """Why a message is spam, None when it is not."""
    if message.sender and Messages.of(unit).is_blocked(message.sender):
        return "blocked sender"
    return message.spam


def purge_key(ticket: int) -> str:
    return f"{TimerKind.PURGE_SPAM}:{ticket}"


def forget_later(unit: Unit, ticket: int) -> datetime:
    """Set the timer that purges a spam ticket's words; when it is due."""
    due = unit.now + unit.settings.keep_spam
    unit.set_timer(Timer(unit.source.next_id("timers"), TimerKind.PURGE_SPAM, due, purge_key(ticket), ticket))
    return due


def mark(unit: Unit, command: MarkSpam, actor: Actor) -> Steps:
    ticket = Tickets.of(unit).get(command.ticket)
    number = (ticket.number,)
    if ticket.status is Status.MERGED:
        raise Refused(f"ticket {ticket.number} was merged into {ticket.merged_into}", f"name {ticket.merged_into}")
    place, pattern = (None, None) if command.block is None else _first(unit, ticket.contact, command.block)
    if not ticket.spam:
        if ticket.waiting_since is not None:
            yield WaitingChanged(ticket.number, ticket.waiting_since, None)
        yield MarkedSpam(ticket.number, ticket.status)
    if pattern is not None and not is_listed(unit, pattern):
        Messages.of(unit).block(pattern, True)
        yield SenderBlocked(ticket.number, True, place, pattern.startswith("@"))
    blocked = f", {pattern} is blocked" if pattern else ""
    return Outcome(f"ticket {ticket.number} is spam{blocked}", number, {"blocked": pattern})


def unmark(unit: Unit, command: UnmarkSpam, actor: Actor) -> Steps:
    ticket = Tickets.of(unit).get(command.ticket)
    if not ticket.spam:
        return Outcome(f"ticket {ticket.number} is no spam", (ticket.number,))
    for place, _ in enumerate(Contacts.of(unit).addresses(ticket.contact)):
        for domain in (False, True):
            pattern = pattern_of(unit, ticket.contact, place, domain)
            if is_listed(unit, pattern):
                Messages.of(unit).block(pattern, False)
                yield SenderBlocked(ticket.number, False, place, domain)
    yield UnmarkedSpam(ticket.number, Status.OPEN if ticket.assignee else Status.NEW)
    since = _waits_since(unit, ticket)
    if since is not None:
        yield WaitingChanged(ticket.number, None, since)
    return Outcome(f"ticket {ticket.number} is no spam and open again", (ticket.number,))


def _waits_since(unit: Unit, ticket: Ticket) -> datetime | None:
    """Since when nobody has answered; the moment that a mail names is its sender's claim."""
    since = None
    for head in Messages.of(unit).heads(ticket.number):
        if head.kind is MessageKind.OUT:
            since = None
        elif head.kind is MessageKind.IN and head.automatic is None and since is None:
            since = max(ticket.created_at, min(head.sent_at, unit.now))
    return since


def _first(unit: Unit, contact: int, block: str) -> tuple[int, str]:
    """The contact's first mail address: its place among theirs, and what blocks it."""
    if block not in ("sender", "domain"):
        raise UsageError(f"“{block}” cannot be blocked", "sender or domain")
    places = (n for n, identity in enumerate(Contacts.of(unit).addresses(contact)) if "@" in identity.address)
    place = next(places, None)
    if place is None:
        raise Refused("this customer has no mail address to block")
    pattern = pattern_of(unit, contact, place, block == "domain")
    if unit.settings.owns(pattern):
        raise Refused(f"{pattern} is the desk's own address")
    return place, pattern


def block(unit: Unit, command: Block, actor: Actor) -> Steps:
    pattern = command.pattern.strip().lower()
    if not _PATTERN.match(pattern):
        raise UsageError(f"“{command.pattern}” cannot be blocked", "an address, or a domain as in @example.org")
    if unit.settings.owns(pattern):
        raise Refused(f"{pattern} is the desk's own address")
    known = is_listed(unit, pattern)
    if not command.blocked and not known:
        raise NotFound(f"{pattern} is not blocked", "deskctl block list shows what is")
    if known is not command.blocked:
        Messages.of(unit).block(pattern, command.blocked)
        yield SenderBlocked(None, command.blocked, kept={"pattern": pattern})
    return Outcome(f"{pattern} is {'blocked' if command.blocked else 'no longer blocked'}", facts={"pattern": pattern})


def schedule_purge(unit: Unit, event: Event, actor: Actor, cause: Command) -> Iterator[Command]:
    """A reaction: delete the content of spam later, unless the mark is removed before."""
    yield from ()
    if isinstance(event, MarkedSpam) and event.ticket is not None:
        forget_later(unit, event.ticket)
    elif isinstance(event, UnmarkedSpam) and event.ticket is not None:
        unit.drop_timer(purge_key(event.ticket))


def purge(unit: Unit, timer: Timer) -> Steps:
    """Handle a purge timer: delete the content of a ticket that is still spam."""
    ticket = None if timer.ticket is None else Tickets.of(unit).find(timer.ticket)
    if ticket is None or not ticket.spam:
        return Outcome("nothing is due")
    Messages.of(unit).changes.purged.add(ticket.number)
    yield SpamPurged(ticket.number)
    return Outcome(f"deleted the content of ticket {ticket.number}", (ticket.number,))


HANDLERS: dict[type[Command], Handler] = {MarkSpam: mark, UnmarkSpam: unmark, Block: block}
