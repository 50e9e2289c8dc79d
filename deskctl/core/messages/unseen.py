"""What the author of a reply has not seen: customers' messages, their edits, and colleagues' replies."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta

from ...errors import ColleagueReplied, CustomerWrote
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

#: How long an agent counts as composing without a sign of life.
LEASE = timedelta(seconds=60)
#: How much of each unseen message goes into a refusal that is sent, in characters.
EXCERPT = 2000


def conversation(unit: Unit, ticket: int) -> list[MessageHead]:
    """The ticket's messages and those of the tickets merged into it, oldest first."""
    heads = list(Messages.of(unit).heads(ticket))
    for other in Tickets.of(unit).source.merged_into(ticket):
        heads += conversation(unit, other)
    return sorted(heads, key=lambda h: h.id)


def refuse_unseen(unit: Unit, heads: Sequence[MessageHead], command: Reply, actor: Actor) -> None:
    """Raises CustomerWrote and ColleagueReplied unless the author of the reply has seen all that people said.

    What the author knows is `command.known`, else what they were shown. Without either, everything there is now.
    """
    if command.force:
        _mark_all(unit, heads, actor)
        return
    missed = unseen(unit, heads, actor, _known(unit, heads, command, actor))
    if not missed:
        return
    hint = f"deskctl show {command.ticket}, then reply again; --force sends it as it is"
    edited = any(head.version for head in missed)
    if any(head.kind is MessageKind.IN for head in missed):
        what = "changed a message" if edited and all(head.version for head in missed) else "wrote"
        raise CustomerWrote(f"the customer {what} on ticket {command.ticket} since you last looked", hint)
    raise ColleagueReplied(f"{missed[-1].author} replied on ticket {command.ticket} since you last looked", hint)


def _mark_all(unit: Unit, heads: Sequence[MessageHead], actor: Actor) -> None:
    """Who answers all the same was told what they had not seen; they are not asked again."""
    before = recorded(unit, actor, heads)
    if actor.handle is not None and before is not None:
        for head in unseen(unit, heads, actor, before):
            Messages.of(unit).changes.seen[actor.handle, head.id] = head.version


def unseen(
    unit: Unit, heads: Sequence[MessageHead], actor: Actor, known: Mapping[int, int] | None
) -> list[MessageHead]:
    """The messages that `actor` does not know, or not in their present version; none where `known` is None.

    Customers' messages and the public replies of other agents count; automatic mail never does.
    """
    if known is None:
        return []
    return [head for head in _of_others(unit, heads, actor) if head.version > known.get(head.id, -1)]


def _of_others(unit: Unit, heads: Sequence[MessageHead], actor: Actor) -> list[MessageHead]:
    theirs = {head.id for head in customer_messages(heads)}
    return [
        head
        for head in heads
        if head.id in theirs
        or (head.kind is MessageKind.OUT and head.author in Agents.of(unit).agents and head.author != actor.handle)
    ]


def _known(unit: Unit, heads: Sequence[MessageHead], command: Reply, actor: Actor) -> Mapping[int, int] | None:
    if command.known is not None:
        return dict(command.known)
    if command.seen is not None:
        return {head.id: head.version for head in heads if head.id <= command.seen}
    return recorded(unit, actor, heads)


def recorded(unit: Unit, actor: Actor, heads: Sequence[MessageHead]) -> dict[int, int] | None:
    """The versions that an agent was shown of these messages; None when they were shown nothing."""
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
    """What an agent knows who answers a notification: what it showed and what they were shown before.

    An agent of whom nothing is on record knows the ticket as it was when the notification was written. None: that is
    not on record either.
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


def words_of(unit: Unit, missed: Collection[MessageHead]) -> str:
    """The unseen messages as text for their reader, oldest first."""
    texts = dict(Messages.of(unit).source.visible_texts([head.id for head in missed]))
    texts.update((message.id, message.visible_text) for message in Messages.of(unit).changes.messages)
    texts.update((number, message.visible_text) for number, message in Messages.of(unit).changes.edited.items())
    return "\n\n".join(_block(head, texts.get(head.id, "")) for head in missed)


def _block(head: MessageHead, text: str) -> str:
    return f"{head.author}:\n{visible_lines(text).strip()[:EXCERPT]}"


def mark_seen(unit: Unit, command: MarkSeen, actor: Actor) -> Steps:
    """Record what an agent was shown. No event: looking changes nothing."""
    yield from ()
    if actor.handle is not None:
        heads = conversation(unit, Tickets.of(unit).get(command.ticket).number)
        before = recorded(unit, actor, heads) or {}
        for message, version in _shown(heads, command):
            if version > before.get(message, -1):
                Messages.of(unit).changes.seen[actor.handle, message] = version
    return Outcome("seen", (command.ticket,))


def _shown(heads: Sequence[MessageHead], command: MarkSeen) -> Iterator[tuple[int, int]]:
    """The versions that were shown; without any, all messages up to `command.message` as they are."""
    there = {head.id: head.version for head in heads}
    if command.shown:
        yield from ((number, version) for number, version in command.shown if number in there)
    else:
        yield from ((number, version) for number, version in there.items() if number <= command.message)


def compose(unit: Unit, command: Compose, actor: Actor) -> Steps:
    """Begin, renew or end the lease of an agent who writes a reply. It informs others and stops nobody."""
    yield from ()
    ticket = Tickets.of(unit).get(command.ticket)
    if actor.handle is not None:
        lease = Lease(unit.now if command.state == "begin" else None, unit.now + LEASE)
        Messages.of(unit).changes.composing[ticket.number, actor.handle] = None if command.state == "end" else lease
    return Outcome("", (ticket.number,))


HANDLERS: dict[type[Command], Handler] = {MarkSeen: mark_seen, Compose: compose}
