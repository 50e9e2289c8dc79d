"""An agent's answer to a notification, by mail: a public reply, a note, or what its first lines ask for."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ...errors import ColleagueReplied, CustomerWrote, DeskctlError, Refused
from ..agents.model import Agent
from ..agents.repository import Agents
from ..delivery.model import OutboxEntry, OutboxKind
from ..delivery.repository import Outbox
from ..kernel.actor import Actor
from ..kernel.event import Event
from ..kernel.handler import By, Steps, acting
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..messages import unseen
from ..messages.commands import Reply
from ..messages.events import NoteAdded
from ..messages.matching import follow_merges
from ..messages.model import InboundMessage, MessageKind, sent
from ..messages.reply import reply
from ..messages.repository import Messages
from ..messages.thread import Message
from ..notifications.commands import NotifyAgent
from ..notifications.notify import notify_agent
from ..tickets import commands as c
from ..tickets.assignment import assign
from ..tickets.status import close, solve
from . import agent_verification as agentproof
from .commands import Receive

_INTAKE = Actor.system("intake")
_DIRECTIVE = re.compile(r"#(note|solve|close|assign)\b[ \t]*(\S*)[ \t]*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Directives:
    """What the first lines ask for (`verb`, argument), and the text that follows them."""

    asked: tuple[tuple[str, str], ...]
    text: str

    @property
    def note(self) -> bool:
        return any(verb == "note" for verb, _ in self.asked)


def answered(unit: Unit, message: InboundMessage) -> tuple[Agent, OutboxEntry] | None:
    """The agent and the notification that a mail answers.

    Two things have to fit: the notification's Message-ID, 128 random bits that only its recipient got, and the
    agent's own address, the one that it was sent to. A sender line alone proves nothing.
    """
    sender = (message.sender or "").lower()
    agent = next((a for a in Agents.of(unit).agents.values() if a.active and a.email.lower() == sender), None)
    if agent is None:
        return None
    for message_id in dict.fromkeys((*message.in_reply_to, *reversed(message.references))):
        entry = Outbox.of(unit).sent(message_id)
        if (
            entry is not None
            and entry.kind is OutboxKind.NOTIFICATION
            and entry.ticket is not None
            and sender in map(str.lower, entry.to)
        ):
            return agent, entry
    return None


def directives(text: str) -> Directives:
    """Read `#note`, `#solve`, `#close` and `#assign NAME` off the first lines, one a line."""
    lines = text.strip().splitlines()
    asked = []
    while lines and (found := _DIRECTIVE.match(lines[0].strip())):
        asked.append((found[1].lower(), found[2]))
        lines.pop(0)
    return Directives(tuple(asked), "\n".join(lines).strip())


def perform(unit: Unit, command: Receive, agent: Agent, entry: OutboxEntry) -> Iterator[Event | By]:
    """Do as the agent says, in their name. What cannot be done becomes a note, and the agent is told why.

    Nothing is sent unless all lines of the notification are gone from the mail.

    The one message that the mail becomes has the next free id when this is called.
    """
    actor = Actor.agent(agent.handle)
    own = agentproof.own_words(unit, command.message, agent, entry)
    said = directives(own.text)
    ticket = follow_merges(unit, int(entry.ticket or 0))[0].number
    before = len(Messages.of(unit).changes.messages)
    try:
        if said.text and not said.note:
            if not own.certain:
                raise Refused(
                    "your answer still contains words of the notification, which the customer must not get",
                    f"it is a note now; write above the quoted text, or use deskctl reply {ticket}",
                )
            after = "solved" if any(verb == "solve" for verb, _ in said.asked) else "pending"
            known = unseen.known_from(unit, actor, unseen.conversation(unit, ticket), entry.shown)
            answer = Reply(ticket, said.text, status=after, files=_files(command.message), known=pairs(known))
            yield from acting(reply(unit, answer, actor), actor)
        elif said.asked:
            yield from _noted(unit, command, ticket, said.text or command.message.visible_text, actor)
        else:
            raise Refused(
                "your mail has no words of its own beside those of the notification",
                f"it is a note now; write above the quoted text, or use deskctl reply {ticket}",
            )
        for verb, argument in said.asked:
            yield from acting(_directive(unit, ticket, verb, argument, actor), actor)
    except DeskctlError as refused:
        if len(Messages.of(unit).changes.messages) == before:
            yield from _noted(unit, command, ticket, command.message.visible_text, actor)
        yield from acting(notify_agent(unit, _refusal(unit, agent, ticket, entry, refused), actor), actor)
    else:
        Messages.of(unit).changes.accepted[entry.id, agentproof.content(command.message)] = (
            Messages.of(unit).changes.messages[before].id
        )
    made = Messages.of(unit).changes.messages[before]
    Messages.of(unit).changes.messages[before] = _with_files(made, command)


def not_accepted(unit: Unit, command: Receive, agent: Agent, entry: OutboxEntry, why: str) -> Iterator[Event | By]:
    """Keep a mail as a note that is not accepted as the agent's answer, and tell the agent."""
    ticket = follow_merges(unit, int(entry.ticket or 0))[0].number
    channel = unit.settings.channel(command.channel)
    doubted = channel is not None and agentproof.forged(channel, command)
    before = len(Messages.of(unit).changes.messages)
    if doubted:
        remark = f"A mail from {command.message.sender} was not accepted as the answer of {agent.name}: {why}.\n\n"
        message = command.message
        message = replace(message, text=remark + message.text, visible_text=remark + message.visible_text)
        command = replace(command, message=message)
    actor = _INTAKE if doubted else Actor.agent(agent.handle)
    yield from _noted(unit, command, ticket, command.message.visible_text, actor)
    what = f"a mail in your name became a note: {why}"
    yield from acting(notify_agent(unit, NotifyAgent(agent.handle, "refused", ticket, what), actor), actor)
    Messages.of(unit).changes.messages[before] = _with_files(Messages.of(unit).changes.messages[before], command)


def said_before(unit: Unit, agent: Agent, entry: OutboxEntry) -> Steps:
    """NotifyAgent an agent whose mail says what was accepted already that it was not accepted again."""
    actor = Actor.agent(agent.handle)
    ticket = follow_merges(unit, int(entry.ticket or 0))[0].number
    what = "a mail in your name says the same as an earlier one, and was not accepted again"
    return (yield from acting(notify_agent(unit, NotifyAgent(agent.handle, "refused", ticket, what), actor), actor))


def pairs(known: Mapping[int, int] | None) -> tuple[tuple[int, int], ...] | None:
    return None if known is None else tuple(known.items())


def _refusal(unit: Unit, agent: Agent, ticket: int, entry: OutboxEntry, refused: DeskctlError) -> NotifyAgent:
    """What the agent is told; with the words that they had not seen."""
    what = f"{refused.what}\n{refused.hint}".strip()
    if not isinstance(refused, (CustomerWrote, ColleagueReplied)):
        return NotifyAgent(agent.handle, "refused", ticket, what)
    actor, heads = Actor.agent(agent.handle), unseen.conversation(unit, ticket)
    missed = unseen.unseen(unit, heads, actor, unseen.known_from(unit, actor, heads, entry.shown))
    detail = f"{refused.what}\n\n{unseen.unseen_text(unit, missed)}"
    return NotifyAgent(agent.handle, "refused", ticket, detail, shows=tuple(head.id for head in missed))


def _directive(unit: Unit, ticket: int, verb: str, argument: str, actor: Actor) -> Steps:
    if verb == "assign":
        return assign(unit, c.Assign(ticket, argument or str(actor.handle)), actor)
    if verb == "close":
        return close(unit, c.Close(ticket), actor)
    return solve(unit, c.Solve(ticket), actor) if verb == "solve" else _nothing()


def _files(message: InboundMessage) -> tuple[tuple[str, str, str], ...]:
    """What the agent attached goes along to the customer; pictures of their signature do not."""
    return tuple(
        (f.filename or "file", f.content_type, b64encode(f.content).decode()) for f in message.files if not f.inline
    )


def _nothing() -> Steps:
    yield from ()
    return Outcome("")


def _noted(unit: Unit, command: Receive, ticket: int, text: str, actor: Actor) -> Iterator[By]:
    note = Message(
        id=unit.source.next_id("messages"),
        ticket=ticket,
        kind=MessageKind.NOTE,
        channel=command.channel,
        author=actor.handle or str(actor),
        sent_at=sent(command.message.sent_at, command.envelope.received_at),
        created_at=unit.now,
        subject=command.message.subject,
        text=command.message.text or text,
        visible_text=text,
    )
    Messages.of(unit).add(note)
    yield By(NoteAdded(ticket, note.id), actor)


def _with_files(made: Message, command: Receive) -> Message:
    """The mail's raw bytes and attachments belong to what it became; its id tells it when it comes again."""
    files = made.files or command.message.files
    if made.kind is MessageKind.NOTE:
        return replace(
            made,
            files=files,
            raw_sha256=command.raw_sha256,
            message_id=command.message.message_id,
            digest=command.message.digest,
        )
    return replace(made, raw_sha256=command.raw_sha256, digest=command.message.digest)
