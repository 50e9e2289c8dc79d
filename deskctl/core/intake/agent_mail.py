"""Mail from an agent that answers a notification: it becomes a public reply or a note, and its directives apply."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ...dataclass import dataclass
from ...errors import ColleagueReplied, CustomerWrote, DeskctlError, Refused
from ...i18n import _, translate
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
from ..messages.channels import Channels
from ..messages.commands import Reply
from ..messages.events import NoteAdded
from ..messages.matching import follow_merges
from ..messages.model import InboundMessage, MessageKind, sent
from ..messages.reply import reply
from ..messages.repository import Messages
from ..messages.thread import Message
from ..notifications.commands import NotifyAgent
from ..notifications.notify import notify_agent
from ..notifications.texts import language
from ..tickets import commands as ticket_commands
from ..tickets.assignment import assign
from ..tickets.status import close, solve
from . import agent_verification
from .commands import Receive

_INTAKE = Actor.system("intake")
_DIRECTIVE = re.compile(r"#(note|solve|close|assign)\b[ \t]*(\S*)[ \t]*\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Directives:
    """The directives (verb, argument) in the first lines of a mail, and the text after them."""

    requests: tuple[tuple[str, str], ...]
    text: str

    @property
    def note(self) -> bool:
        return any(verb == "note" for verb, _argument in self.requests)


def answered_notification(unit: Unit, message: InboundMessage) -> tuple[Agent, OutboxEntry] | None:
    """Return the agent and the notification that a mail answers; None if it answers no notification.

    The mail must refer to the Message-ID of the notification (128 random bits that only the recipient received) and
    come from the address to which the notification was sent. The sender address alone proves nothing.
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


def parse_directives(text: str) -> Directives:
    """Parse `#note`, `#solve`, `#close` and `#assign NAME` in the first lines; each line has at most one directive."""
    lines = text.strip().splitlines()
    requests = []
    while lines and (found := _DIRECTIVE.match(lines[0].strip())):
        requests.append((found[1].lower(), found[2]))
        lines.pop(0)
    return Directives(tuple(requests), "\n".join(lines).strip())


def apply_answer(unit: Unit, command: Receive, agent: Agent, entry: OutboxEntry) -> Iterator[Event | By]:
    """Send the mail as a reply or add it as a note, and apply its directives, in the name of the agent.

    If the mail is refused, it becomes a note and the agent is notified of the reason. A reply is sent only if no line
    of the notification is left in it. The mail becomes exactly one message, which gets the next free id.
    """
    actor = Actor.agent(agent.handle)
    stripped = agent_verification.without_notification(unit, command.message, agent, entry)
    parsed = parse_directives(stripped.text)
    ticket = follow_merges(unit, int(entry.ticket or 0))[0].number
    before = len(Messages.of(unit).changes.messages)
    try:
        if parsed.text and not parsed.note:
            if not stripped.certain:
                raise Refused(
                    _("your answer contains text of the notification that the customer must not see"),
                    _("it became a note; write above the quoted text, or use deskctl reply {ticket}", ticket=ticket),
                )
            after = "solved" if any(verb == "solve" for verb, _argument in parsed.requests) else "pending"
            known = unseen.known_from(unit, actor, unseen.conversation(unit, ticket), entry.shown)
            answer = Reply(ticket, parsed.text, status=after, files=_attachments(command.message), known=_pairs(known))
            yield from acting(reply(unit, answer, actor), actor)
        elif parsed.requests:
            yield from _add_note(unit, command, ticket, parsed.text or command.message.visible_text, actor)
        else:
            raise Refused(
                _("your mail contains no text except that of the notification"),
                _("it became a note; write above the quoted text, or use deskctl reply {ticket}", ticket=ticket),
            )
        for verb, argument in parsed.requests:
            yield from acting(_apply_directive(unit, ticket, verb, argument, actor), actor)
    except DeskctlError as refused:
        if len(Messages.of(unit).changes.messages) == before:
            yield from _add_note(unit, command, ticket, command.message.visible_text, actor)
        yield from acting(notify_agent(unit, _refusal_notification(unit, agent, ticket, entry, refused), actor), actor)
    else:
        Messages.of(unit).changes.accepted[entry.id, agent_verification.content_digest(command.message)] = (
            Messages.of(unit).changes.messages[before].id
        )
    message = Messages.of(unit).changes.messages[before]
    Messages.of(unit).changes.messages[before] = _with_files(message, command)


def reject(unit: Unit, command: Receive, agent: Agent, entry: OutboxEntry, reason: str) -> Iterator[Event | By]:
    """Keep a mail that is not accepted as the agent's answer as a note, and notify the agent."""
    ticket = follow_merges(unit, int(entry.ticket or 0))[0].number
    channel = unit.settings.of(Channels).channel(command.channel)
    forged = channel is not None and agent_verification.is_forged(channel, command)
    before = len(Messages.of(unit).changes.messages)
    if forged:
        words = _(
            "A mail from {sender} was not accepted as an answer by {agent}: {reason}.",
            sender=command.message.sender,
            agent=agent.name,
            reason=reason,
        )
        remark = f"{translate(words, language(unit))}\n\n"
        message = command.message
        message = replace(message, text=remark + message.text, visible_text=remark + message.visible_text)
        command = replace(command, message=message)
    actor = _INTAKE if forged else Actor.agent(agent.handle)
    yield from _add_note(unit, command, ticket, command.message.visible_text, actor)
    detail = translate(_("a mail from your address became a note: {reason}", reason=reason), language(unit))
    yield from acting(notify_agent(unit, NotifyAgent(agent.handle, "refused", ticket, detail), actor), actor)
    Messages.of(unit).changes.messages[before] = _with_files(Messages.of(unit).changes.messages[before], command)


def notify_duplicate(unit: Unit, agent: Agent, entry: OutboxEntry) -> Steps:
    """Notify an agent that a mail was not accepted because an earlier mail had the same content."""
    actor = Actor.agent(agent.handle)
    ticket = follow_merges(unit, int(entry.ticket or 0))[0].number
    detail = translate(
        _("a mail from your address was not accepted: an earlier mail has the same content"), language(unit)
    )
    return (yield from acting(notify_agent(unit, NotifyAgent(agent.handle, "refused", ticket, detail), actor), actor))


def _pairs(known: Mapping[int, int] | None) -> tuple[tuple[int, int], ...] | None:
    return None if known is None else tuple(known.items())


def _refusal_notification(
    unit: Unit, agent: Agent, ticket: int, entry: OutboxEntry, refused: DeskctlError
) -> NotifyAgent:
    """Return the notification of a refusal; it quotes the messages that the agent has not seen."""
    what, hint = (translate(text, language(unit)) for text in (refused.what, refused.hint))
    detail = f"{what}\n{hint}".strip()
    if not isinstance(refused, (CustomerWrote, ColleagueReplied)):
        return NotifyAgent(agent.handle, "refused", ticket, detail)
    actor, heads = Actor.agent(agent.handle), unseen.conversation(unit, ticket)
    missed = unseen.unseen(unit, heads, actor, unseen.known_from(unit, actor, heads, entry.shown))
    detail = f"{what}\n\n{unseen.unseen_text(unit, missed)}"
    return NotifyAgent(agent.handle, "refused", ticket, detail, shows=tuple(head.id for head in missed))


def _apply_directive(unit: Unit, ticket: int, verb: str, argument: str, actor: Actor) -> Steps:
    if verb == "assign":
        return assign(unit, ticket_commands.Assign(ticket, argument or str(actor.handle)), actor)
    if verb == "close":
        return close(unit, ticket_commands.Close(ticket), actor)
    return solve(unit, ticket_commands.Solve(ticket), actor) if verb == "solve" else _no_action()


def _attachments(message: InboundMessage) -> tuple[tuple[str, str, str], ...]:
    """Return the attachments to send to the customer, without inline files such as pictures in a signature."""
    return tuple(
        (f.filename or "file", f.content_type, b64encode(f.content).decode()) for f in message.files if not f.inline
    )


def _no_action() -> Steps:
    yield from ()
    return Outcome("")


def _add_note(unit: Unit, command: Receive, ticket: int, text: str, actor: Actor) -> Iterator[By]:
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


def _with_files(message: Message, command: Receive) -> Message:
    """Return the reply or note with the attachments, the raw bytes and the digest of the mail.

    The digest, and for a note the Message-ID, identify the mail if it is received again.
    """
    files = message.files or command.message.files
    if message.kind is MessageKind.NOTE:
        return replace(
            message,
            files=files,
            raw_sha256=command.raw_sha256,
            message_id=command.message.message_id,
            digest=command.message.digest,
        )
    return replace(message, raw_sha256=command.raw_sha256, digest=command.message.digest)
