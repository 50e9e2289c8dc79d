"""Public replies: recipients, threading and the status afterwards."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from ...errors import UsageError
from ...i18n import _
from ..agents.repository import Agents
from ..delivery import routes
from ..delivery.events import Continued
from ..delivery.model import OutboxEntry, OutboxKind
from ..delivery.repository import Outbox
from ..delivery.routes import customer_messages
from ..delivery.settings import DeliverySettings
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.unit import Unit
from ..tickets.events import WaitingChanged
from ..tickets.model import Status, Ticket
from ..tickets.repository import Tickets
from ..tickets.status import change_status, editable_ticket, require_fields
from ..values.suggestions import did_you_mean
from .channel_switch import with_thread
from .channels import ChannelInfo
from .commands import Reply
from .events import ReplyAdded
from .matching import SENT_TO
from .model import FileRef, IncomingFile, MessageKind
from .recipients import RecipientRequest, Recipients, decide
from .reply_context import correspondence
from .repository import Messages
from .subjects import numbered
from .thread import Message, MessageHead, Trust
from .unseen import refuse_unseen

#: The maximum number of References, so that the folded header stays well under 998 octets a line (RFC 5322, 2.1.1).
#: The first one is kept because some clients thread by it.
MAX_REFERENCES = 20
_ADDRESSES = re.compile(r"[^\s<>,;:\"]+@[^\s<>,;:\"]+")
_AFTER = {s.value: s for s in (Status.PENDING, Status.OPEN, Status.HOLD, Status.SOLVED)}


def reply(unit: Unit, command: Reply, actor: Actor) -> Steps:
    """Send a reply. Raises CustomerWrote and ColleagueReplied for unseen messages, Refused if nothing can be sent.

    A reply without the requester fulfils no clock; the status and the waiting time stay unless a status is given.
    """
    ticket = editable_ticket(unit, command.ticket)
    if not command.text.strip():
        raise UsageError(_("the text is empty"), _("give it with -m TEXT, a file or standard input"))
    after = _after(command.status)
    if after is Status.SOLVED and ticket.status is not Status.SOLVED:
        require_fields(unit, ticket)
    talk = correspondence(unit, ticket)
    heads = talk.heads
    channel = routes.reply_channel(unit.settings, ticket.number, ticket.channel, heads, command.via)
    recipients = decide(talk, channel, _recipient_request(command))
    refuse_unseen(unit, heads, command, actor)
    entry = _entry(unit, ticket, channel, heads, recipients, command, actor)
    message = _message(unit, entry, command, actor, aside=recipients.aside)
    new_here = not routes.has_messages_on(heads, channel) and ticket.channel != channel.name
    Outbox.of(unit).add(with_thread(unit, ticket, channel, heads, replace(entry, message=message.id)))
    Messages.of(unit).add(message)
    if not recipients.aside:
        Tickets.of(unit).add_participants(ticket.number, (*entry.to, *entry.cc))
    yield ReplyAdded(ticket.number, message.id, entry.id, command.inserted, recipients.aside)
    if new_here:
        yield Continued(ticket.number, message.id, channel.name)
    if after is not None or not recipients.aside:
        yield from change_status(ticket, after or Status.PENDING)
    waiting = Tickets.of(unit).get(ticket.number).waiting_since
    if waiting is not None and not recipients.aside:
        yield WaitingChanged(ticket.number, waiting, None)
    facts = {
        "message": message.id,
        "outbox": entry.id,
        "message_id": entry.message_id,
        "to": list(entry.to),
        "cc": list(entry.cc),
        "bcc": list(entry.bcc),
        "why": recipients.why,
        "warnings": list(recipients.warnings),
        "new": list(recipients.new),
        "aside": recipients.aside,
        "mail": channel.kind == "email",
        "channel": channel.name,
        "undo_seconds": 0.0 if command.at_once else unit.settings.of(DeliverySettings).undo_window.total_seconds(),
    }
    return Outcome(
        _("the reply to {recipients} is in the outbox", recipients=recipient_list(entry)), (ticket.number,), facts
    )


def recipient_list(entry: OutboxEntry) -> str:
    """Return `ana@example.org, cc ben@example.org, bcc eve@example.org`."""
    copies = [f"{name} {', '.join(there)}" for name, there in (("cc", entry.cc), ("bcc", entry.bcc)) if there]
    return ", ".join([*entry.to, *copies])


def _after(name: str | None) -> Status | None:
    """Return the status that the author names, or None. Raises UsageError."""
    after = None if name is None else _AFTER.get(name)
    if name is not None and after is None:
        raise UsageError(
            _(
                'a reply cannot set the status "{status}"{suggestion}',
                status=name,
                suggestion=did_you_mean(name, _AFTER),
            ),
            _("use one of {values}", values=", ".join(_AFTER)),
        )
    return after


def _recipient_request(command: Reply) -> RecipientRequest:
    to = (command.to,) if isinstance(command.to, str) else command.to or ()
    return RecipientRequest(to, command.cc, command.bcc, command.no_cc, command.accept_recipients)


def _entry(
    unit: Unit,
    ticket: Ticket,
    channel: ChannelInfo,
    heads: Sequence[MessageHead],
    recipients: Recipients,
    command: Reply,
    actor: Actor,
) -> OutboxEntry:
    """Return the outbox entry. Its Message-ID has 128 random bits at the channel's own domain."""
    previous = recipients.answers
    references = _references(previous)
    due = unit.now if command.at_once else unit.now + unit.settings.of(DeliverySettings).undo_window
    sender = address_in_use(channel, heads)
    return OutboxEntry(
        id=unit.source.next_id("outbox"),
        kind=OutboxKind.REPLY,
        channel=channel.name,
        message_id=new_message_id(unit, channel),
        to=recipients.to,
        subject=reply_subject(ticket),
        text=_with_signature(unit, ticket, command.text, actor),
        created_at=unit.now,
        due_at=due,
        ticket=ticket.number,
        sender_name=sender_name(unit, channel, actor.handle),
        sender_address=sender,
        reply_to=return_address(channel, ticket, sender),
        cc=recipients.cc,
        bcc=recipients.bcc,
        in_reply_to=previous.message_id if previous else None,
        references=references,
        language=ticket.language,
        files=tuple(FileRef(f.filename or "file", f.content_type, len(f.content), _sha256(f)) for f in _files(command)),
        headers=dict(previous.headers) if previous else {},
    )


def _references(previous: MessageHead | None) -> tuple[str, ...]:
    if previous is None or previous.message_id is None:
        return ()
    chain = list(dict.fromkeys((*previous.references, previous.message_id)))
    return tuple(chain if len(chain) <= MAX_REFERENCES else chain[:1] + chain[-(MAX_REFERENCES - 1) :])


def new_message_id(unit: Unit, channel: ChannelInfo) -> str:
    """Return a new Message-ID at the channel's domain."""
    domain = (channel.address or "").rpartition("@")[2] or "deskctl.invalid"
    return f"<{unit.source.token()}@{domain}>"


def reply_subject(ticket: Ticket) -> str:
    """Return `Re: Printer [#42]`, with one `Re:` and the ticket's own number only."""
    return numbered(ticket.subject, ticket.number)


def sender_name(unit: Unit, channel: ChannelInfo, handle: str | None) -> str:
    """Return the sender name for the customer: the desk, or the agent at the desk."""
    agent = Agents.of(unit).agents[handle].name if handle in Agents.of(unit).agents else unit.settings.name
    return channel.sender_name.replace("{agent}", agent).replace("{desk}", unit.settings.name)


def address_in_use(channel: ChannelInfo, heads: Sequence[MessageHead]) -> str | None:
    """Return the channel's address to which the newest message of a participant was delivered, or else written.

    It is the channel's own address if none is known, as after a blind copy.
    """
    addresses = {address.lower(): address for address in (channel.address, *channel.aliases) if address}
    received = [h for h in heads if h.verified and (h.kind is MessageKind.IN or h.trust is Trust.FIRST)]
    for head in reversed(received or customer_messages(heads)):
        delivered = [a for name in SENT_TO for a in _ADDRESSES.findall(head.headers.get(name, ""))]
        for address in (*delivered, *head.to, *head.cc):
            local, _, domain = address.lower().rpartition("@")
            found = addresses.get(f"{local}@{domain}") or addresses.get(f"{local.partition('+')[0]}@{domain}")
            if found:
                return found
    return channel.address


def return_address(channel: ChannelInfo, ticket: Ticket, address: str | None = None) -> str | None:
    """Return the Reply-To address with the ticket's token, which works in clients that drop the thread, or None.

    `address` is the channel's own by default.
    """
    address = address or channel.address
    if not channel.plus or address is None or ticket.token is None:
        return None
    local, _, domain = address.rpartition("@")
    return f"{local}+{ticket.token}@{domain}"


def _with_signature(unit: Unit, ticket: Ticket, text: str, actor: Actor) -> str:
    """Return the text with the signature of the agent, or else of the team."""
    agent = Agents.of(unit).agents.get(actor.handle or "")
    team = Agents.of(unit).teams.get(ticket.team or "")
    signature = (agent.signature if agent else "") or (team.signature if team else "")
    name = agent.name if agent else unit.settings.name
    signature = signature.replace("{agent}", name).replace("{desk}", unit.settings.name).strip()
    return f"{text.rstrip()}\n\n-- \n{signature}\n" if signature else text


def _files(command: Reply) -> tuple[IncomingFile, ...]:
    """Return the attachments. Raises UsageError for invalid base64."""
    try:
        return tuple(IncomingFile(name, kind, b64decode(data, validate=True)) for name, kind, data in command.files)
    except ValueError:
        raise UsageError(_("an attachment is damaged"), _("try again")) from None


def _sha256(file: IncomingFile) -> str:
    return sha256(file.content).hexdigest()


def _message(unit: Unit, entry: OutboxEntry, command: Reply, actor: Actor, *, aside: bool) -> Message:
    assert entry.ticket is not None
    return Message(
        id=unit.source.next_id("messages"),
        ticket=entry.ticket,
        kind=MessageKind.OUT,
        channel=entry.channel,
        author=actor.handle or str(actor),
        sent_at=unit.now,
        created_at=unit.now,
        subject=entry.subject,
        text=entry.text,
        visible_text=command.text,
        message_id=entry.message_id,
        in_reply_to=entry.in_reply_to,
        references=entry.references,
        to=entry.to,
        cc=entry.cc,
        bcc=entry.bcc,
        trust=Trust.WITHOUT_REQUESTER if aside else None,
        files=_files(command),
    )


HANDLERS: dict[type[Command], Handler] = {Reply: reply}
