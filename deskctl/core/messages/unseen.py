"""Messages that the author of a reply has not seen: of customers, with their changes, and of other agents."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta

from ...errors import ColleagueReplied, CustomerWrote
from ...i18n import _
from ...safe import visible_lines
from ..agents.repository import Agents
from ..delivery.model import NotificationContent
from ..delivery.routes import customer_messages
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..tickets.repository import Tickets
from .commands import Reply
from .model import MessageKind
from .repository import Messages
from .seen_commands import Compose, MarkSeen
from .thread import Lease, MessageHead

#: The time for which an agent counts as composing without a renewal.
LEASE = timedelta(seconds=60)
#: The maximum number of characters of each unseen message in a refusal by mail.
EXCERPT = 2000


def conversation(unit: Unit, ticket: int) -> list[MessageHead]:
    """Return the messages of the ticket and of the tickets merged into it, oldest first."""
    heads = list(Messages.of(unit).heads(ticket))
    for other in Tickets.of(unit).merged_into(ticket):
        heads += conversation(unit, other)
    return sorted(heads, key=lambda h: h.id)


def refuse_unseen(unit: Unit, heads: Sequence[MessageHead], command: Reply, actor: Actor) -> None:
    """Raise CustomerWrote or ColleagueReplied unless the author of the reply has seen all messages of people.

    The author knows `command.known`, or else the messages that they were shown; without either, all present messages.
    """
    if command.force:
        _mark_all(unit, heads, actor)
        return
    missed = unseen(unit, heads, actor, _known(unit, heads, command, actor))
    if not missed:
        return
    number = command.ticket
    hint = _("run deskctl show {number}, then reply again; --force sends the reply unchanged", number=number)
    edited = any(head.version for head in missed)
    if any(head.kind is MessageKind.IN for head in missed):
        if edited and all(head.version for head in missed):
            what = _("the customer changed a message on ticket {number} since you last looked", number=number)
        else:
            what = _("the customer wrote on ticket {number} since you last looked", number=number)
        raise CustomerWrote(what, hint)
    author = missed[-1].author
    raise ColleagueReplied(
        _("{agent} replied on ticket {number} since you last looked", agent=author, number=number), hint
    )


def _mark_all(unit: Unit, heads: Sequence[MessageHead], actor: Actor) -> None:
    """Mark all messages as seen for an agent who replies with `force`, so that they are not refused again."""
    before = recorded(unit, actor, heads)
    if actor.handle is not None and before is not None:
        for head in unseen(unit, heads, actor, before):
            Messages.of(unit).changes.seen[actor.handle, head.id] = head.version


def unseen(
    unit: Unit, heads: Sequence[MessageHead], actor: Actor, known: Mapping[int, int] | None
) -> list[MessageHead]:
    """Return the messages that `actor` does not know in their present version; none if `known` is None.

    Customers' messages and public replies of other agents count; automatic mail does not.
    """
    if known is None:
        return []
    return [head for head in _of_others(unit, heads, actor) if head.version > known.get(head.id, -1)]


def _of_others(unit: Unit, heads: Sequence[MessageHead], actor: Actor) -> list[MessageHead]:
    received = {head.id for head in customer_messages(heads)}
    return [
        head
        for head in heads
        if head.id in received
        or (head.kind is MessageKind.OUT and head.author in Agents.of(unit).agents and head.author != actor.handle)
    ]


def _known(unit: Unit, heads: Sequence[MessageHead], command: Reply, actor: Actor) -> Mapping[int, int] | None:
    if command.known is not None:
        return dict(command.known)
    if command.seen is not None:
        return {head.id: head.version for head in heads if head.id <= command.seen}
    return recorded(unit, actor, heads)


def recorded(unit: Unit, actor: Actor, heads: Sequence[MessageHead]) -> dict[int, int] | None:
    """Return the versions of these messages that an agent was shown, or None if they were shown none."""
    if actor.handle is None:
        return None
    ids = [head.id for head in heads]
    found = dict(Messages.of(unit).source.seen(actor.handle, ids))
    found.update(
        (n, v) for (agent, n), v in Messages.of(unit).changes.seen.items() if agent == actor.handle and n in set(ids)
    )
    return found or None


def known_from(
    unit: Unit, actor: Actor, heads: Sequence[MessageHead], shown: NotificationContent | None
) -> dict[int, int] | None:
    """Return the messages that an agent who answers a notification knows: those in it and those shown before.

    Without a record, the agent knows the ticket as of the notification. None: that is not recorded either.
    """
    before = recorded(unit, actor, heads)
    if shown is None:
        return before
    known = before
    if known is None:
        then = (head.id for head in heads if head.id <= shown.top and head.ticket in shown.tickets)
        known = dict.fromkeys(then, 0) | dict(shown.edited)
    for message, version in shown.messages:
        known[message] = max(version, known.get(message, 0))
    return known


def unseen_text(unit: Unit, missed: Collection[MessageHead]) -> str:
    """Return the unseen messages as text, oldest first."""
    texts = dict(Messages.of(unit).source.visible_texts([head.id for head in missed]))
    texts.update((message.id, message.visible_text) for message in Messages.of(unit).changes.messages)
    texts.update((number, message.visible_text) for number, message in Messages.of(unit).changes.edited.items())
    return "\n\n".join(_block(head, texts.get(head.id, "")) for head in missed)


def _block(head: MessageHead, text: str) -> str:
    return f"{head.author}:\n{visible_lines(text).strip()[:EXCERPT]}"


def mark_seen(unit: Unit, command: MarkSeen, actor: Actor) -> Steps:
    """Record the messages that an agent was shown. This leaves no event."""
    yield from ()
    if actor.handle is not None:
        heads = conversation(unit, Tickets.of(unit).get(command.ticket).number)
        before = recorded(unit, actor, heads) or {}
        for message, version in _shown(heads, command):
            if version > before.get(message, -1):
                Messages.of(unit).changes.seen[actor.handle, message] = version
    return Outcome(_("seen"), (command.ticket,))


def _shown(heads: Sequence[MessageHead], command: MarkSeen) -> Iterator[tuple[int, int]]:
    """Return the shown versions; without any, all messages up to `command.message` in their present version."""
    there = {head.id: head.version for head in heads}
    if command.shown:
        yield from ((number, version) for number, version in command.shown if number in there)
    else:
        yield from ((number, version) for number, version in there.items() if number <= command.message)


def compose(unit: Unit, command: Compose, actor: Actor) -> Steps:
    """Begin, renew or end the lease of an agent who writes a reply. It informs others and blocks no one."""
    yield from ()
    ticket = Tickets.of(unit).get(command.ticket)
    if actor.handle is not None:
        lease = Lease(unit.now if command.state == "begin" else None, unit.now + LEASE)
        Messages.of(unit).changes.composing[ticket.number, actor.handle] = None if command.state == "end" else lease
    return Outcome("", (ticket.number,))


HANDLERS: dict[type[Command], Handler] = {MarkSeen: mark_seen, Compose: compose}
