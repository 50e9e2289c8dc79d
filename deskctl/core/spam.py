"""Spam: kept apart, never answered, forgotten in time. Agents, blocked senders and a relay's verdict say what it is."""

from __future__ import annotations

import re
from datetime import datetime

from ..errors import NotFound, Refused, UsageError
from .commands import Command
from .commands.admin import Block
from .commands.tickets import MarkSpam, UnmarkSpam
from .events import MarkedSpam, SenderBlocked, UnmarkedSpam
from .handling import Handler, Said, Steps
from .messages import InboundMessage
from .people import Actor
from .tickets import Status
from .timers import Timer, TimerKind
from .unit import Unit

_PATTERN = re.compile(r"(?:[^@\s]+)?@[^@\s]+\.?[^@\s]*\Z")


def verdict(unit: Unit, message: InboundMessage) -> str | None:
    """Why a message is spam, None when it is not."""
    if message.sender and unit.is_blocked(message.sender):
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
    ticket = unit.ticket(command.ticket)
    number = (ticket.number,)
    if ticket.status is Status.MERGED:
        raise Refused(f"ticket {ticket.number} was merged into {ticket.merged_into}", f"name {ticket.merged_into}")
    pattern = None if command.block is None else _pattern(unit, ticket.contact, command.block)
    if not ticket.spam:
        yield MarkedSpam(ticket.number, ticket.status)
    if pattern is not None and not unit.is_blocked(pattern):
        unit.block(pattern, True)
        yield SenderBlocked(ticket.number, True)
    blocked = f", {pattern} is blocked" if pattern else ""
    return Said(f"ticket {ticket.number} is spam{blocked}", number, {"blocked": pattern})


def unmark(unit: Unit, command: UnmarkSpam, actor: Actor) -> Steps:
    ticket = unit.ticket(command.ticket)
    if not ticket.spam:
        return Said(f"ticket {ticket.number} is no spam", (ticket.number,))
    for identity in unit.addresses_of(ticket.contact):
        for pattern in (identity.address, "@" + identity.address.rpartition("@")[2]):
            if pattern in unit.source.blocks():
                unit.block(pattern, False)
                yield SenderBlocked(ticket.number, False)
    yield UnmarkedSpam(ticket.number, Status.OPEN if ticket.assignee else Status.NEW)
    return Said(f"ticket {ticket.number} is no spam and open again", (ticket.number,))


def _pattern(unit: Unit, contact: int, block: str) -> str:
    addresses = [i.address for i in unit.addresses_of(contact) if "@" in i.address]
    if not addresses:
        raise Refused("this customer has no mail address to block")
    if block not in ("sender", "domain"):
        raise UsageError(f"“{block}” cannot be blocked", "sender or domain")
    address = addresses[0].lower()
    return address if block == "sender" else "@" + address.rpartition("@")[2]


def block(unit: Unit, command: Block, actor: Actor) -> Steps:
    pattern = command.pattern.strip().lower()
    if not _PATTERN.match(pattern):
        raise UsageError(f"“{command.pattern}” cannot be blocked", "an address, or a domain as in @example.org")
    if pattern in unit.settings.own_addresses:
        raise Refused(f"{pattern} is the desk's own address")
    known = pattern in unit.source.blocks()
    if not command.blocked and not known:
        raise NotFound(f"{pattern} is not blocked", "deskctl block list shows what is")
    if known is not command.blocked:
        unit.block(pattern, command.blocked)
        yield SenderBlocked(None, command.blocked)
    return Said(f"{pattern} is {'blocked' if command.blocked else 'no longer blocked'}", facts={"pattern": pattern})


HANDLERS: dict[type[Command], Handler] = {MarkSpam: mark, UnmarkSpam: unmark, Block: block}
