"""Convert the dataclasses of the core to rows, and rows back to objects, with one explicit line for each field.

`*_COLUMNS` name the values of a `*_values` tuple, in order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from ..core.automations.jobs import Job
from ..core.contacts.model import Contact, Identity
from ..core.delivery.model import OutboxEntry, OutboxKind, OutboxState
from ..core.event_kinds import restore
from ..core.kernel.actor import Actor
from ..core.kernel.records import CommandRecord, RecordedEvent
from ..core.kernel.timers import Timer, TimerKind
from ..core.messages.model import Choice, Envelope, FileRef, MessageKind
from ..core.messages.thread import Message, MessageHead, Trust
from ..core.tickets.model import Priority, Status, Ticket
from ..core.values.field import FieldType, FieldValue
from .documents import addresses, addresses_json, deliveries, deliveries_json, shown, shown_json
from .encoding import clean, from_json, maybe_clean, to_json
from .moments import from_micros, maybe_from_micros, maybe_to_micros, to_micros

#: A row of SQLAlchemy; the tables define its columns.
AnyRow = Any

# --- tickets --------------------------------------------------------------------------------------

TICKET_COLUMNS = (
    "subject channel contact created_at updated_at queue_at status priority team assignee language "
    "waiting_since solved_at merged_into follows spam token callback_at due_at tier approval waits declined former "
    "open_since number"
)


def ticket_values(ticket: Ticket) -> tuple[Any, ...]:
    """Return the values of a row. The number is the last one, because UPDATE needs its key there."""
    return (
        clean(ticket.subject),
        ticket.channel,
        ticket.contact,
        to_micros(ticket.created_at),
        to_micros(ticket.updated_at),
        to_micros(ticket.queue_at),
        ticket.status.value,
        int(ticket.priority),
        ticket.team,
        ticket.assignee,
        maybe_clean(ticket.language),
        maybe_to_micros(ticket.waiting_since),
        maybe_to_micros(ticket.solved_at),
        ticket.merged_into,
        ticket.follows,
        ticket.spam,
        ticket.token,
        maybe_to_micros(ticket.callback_at),
        maybe_to_micros(ticket.due_at),
        ticket.tier,
        ticket.approval,
        ticket.waits,
        ticket.declined,
        ticket.former,
        maybe_to_micros(ticket.open_since),
        ticket.number,
    )


def ticket(
    row: AnyRow, followers: Iterable[str], tags: Iterable[str], fields: Mapping[str, FieldValue] | None = None
) -> Ticket:
    return Ticket(
        number=row.number,
        subject=row.subject,
        channel=row.channel,
        contact=row.contact,
        created_at=from_micros(row.created_at),
        updated_at=from_micros(row.updated_at),
        queue_at=from_micros(row.queue_at),
        status=Status(row.status),
        priority=Priority(row.priority),
        team=row.team,
        assignee=row.assignee,
        followers=frozenset(followers),
        tags=frozenset(tags),
        language=row.language,
        waiting_since=maybe_from_micros(row.waiting_since),
        solved_at=maybe_from_micros(row.solved_at),
        merged_into=row.merged_into,
        follows=row.follows,
        spam=row.spam,
        token=row.token,
        callback_at=maybe_from_micros(row.callback_at),
        due_at=maybe_from_micros(row.due_at),
        tier=row.tier,
        approval=row.approval,
        waits=row.waits,
        declined=row.declined,
        former=row.former,
        open_since=maybe_from_micros(row.open_since),
        fields=fields or {},
    )


FIELD_COLUMNS = "ticket name type value key"


def field_values(ticket: int, name: str, value: FieldValue) -> tuple[Any, ...]:
    return (ticket, name, value.type.value, clean(value.text), clean(value.key))


def field(row: AnyRow) -> FieldValue:
    return FieldValue(FieldType(row.type), row.value)


# --- people ---------------------------------------------------------------------------------------

CONTACT_COLUMNS = "id name created_at language org tier timezone merged_into parted erased_at"
IDENTITY_COLUMNS = "id kind address contact"


def contact_values(contact: Contact) -> tuple[Any, ...]:
    return (
        contact.id,
        maybe_clean(contact.name),
        to_micros(contact.created_at),
        maybe_clean(contact.language),
        maybe_clean(contact.org),
        maybe_clean(contact.tier),
        contact.timezone,
        contact.merged_into,
        contact.parted,
        maybe_to_micros(contact.erased_at),
    )


def contact(row: AnyRow) -> Contact:
    return Contact(
        id=row.id,
        name=row.name,
        created_at=from_micros(row.created_at),
        language=row.language,
        org=row.org,
        tier=row.tier,
        timezone=row.timezone,
        merged_into=row.merged_into,
        parted=row.parted,
        erased_at=maybe_from_micros(row.erased_at),
    )


def identity(row: AnyRow) -> Identity:
    return Identity(row.kind, row.address, row.contact, row.bounced)


# --- messages -------------------------------------------------------------------------------------

MESSAGE_COLUMNS = (
    "id ticket kind channel author contact sent_at created_at message_id in_reply_to references digest reply_to to cc "
    "automatic verified withdrawn raw_sha256 headers subject text visible_text choices bcc lists trust may_answer"
)


def message_values(message: Message) -> tuple[Any, ...]:
    return (
        message.id,
        message.ticket,
        message.kind.value,
        message.channel,
        maybe_clean(message.author),
        message.contact,
        to_micros(message.sent_at),
        to_micros(message.created_at),
        maybe_clean(message.message_id),
        maybe_clean(message.in_reply_to),
        to_json(message.references),
        message.digest,
        addresses_json(message.reply_to),
        to_json(message.to),
        to_json(message.cc),
        maybe_clean(message.automatic),
        message.verified,
        message.withdrawn,
        message.raw_sha256,
        to_json(dict(message.headers)),
        clean(message.subject),
        clean(message.text),
        None if message.visible_text == message.text else clean(message.visible_text),
        choices_json(message.choices),
        addresses_json(message.bcc),
        addresses_json(message.lists),
        None if message.trust is None else message.trust.value,
        message.may_answer,
    )


def choices_json(choices: Iterable[Choice]) -> str | None:
    """Return a JSON list; None for no choices, the usual case."""
    kept = [[clean(choice.key), clean(choice.label)] for choice in choices]
    return to_json(kept) if kept else None


def choices(kept: str | None) -> tuple[Choice, ...]:
    return tuple(Choice(key, label) for key, label in from_json(kept)) if kept else ()


def message_head(row: AnyRow) -> MessageHead:
    return MessageHead(
        id=row.id,
        ticket=row.ticket,
        kind=MessageKind(row.kind),
        channel=row.channel,
        author=row.author,
        sent_at=from_micros(row.sent_at),
        message_id=row.message_id,
        digest=row.digest,
        subject=row.subject,
        references=tuple(from_json(row.references)),
        reply_to=addresses(row.reply_to),
        to=tuple(from_json(row.to)),
        cc=tuple(from_json(row.cc)),
        bcc=addresses(row.bcc),
        lists=addresses(row.lists),
        trust=None if row.trust is None else Trust(row.trust),
        automatic=row.automatic,
        may_answer=row.may_answer if row.may_answer is not None else row.automatic is None,
        verified=row.verified,
        headers=from_json(row.headers),
        choices=choices(row.choices),
        version=row.version,
        contact=row.contact,
    )


# --- history --------------------------------------------------------------------------------------

COMMAND_COLUMNS = "id name actor at undoable undone invocation"
EVENT_COLUMNS = "id command ticket kind actor at facts contact kept"


def command_values(record: CommandRecord) -> tuple[Any, ...]:
    actor, at = clean(str(record.actor)), to_micros(record.at)
    return (record.id, record.name, actor, at, record.undoable, record.undone, record.invocation)


def command(row: AnyRow) -> CommandRecord:
    at = from_micros(row.at)
    return CommandRecord(row.id, row.name, Actor(row.actor), at, row.undoable, row.undone, row.invocation)


def event_values(recorded: RecordedEvent) -> tuple[Any, ...]:
    event = recorded.event
    return (
        recorded.id,
        recorded.command,
        event.ticket,
        event.kind,
        clean(str(recorded.actor)),
        to_micros(recorded.at),
        to_json(event.facts()),
        getattr(event, "contact", None) if event.ticket is None else None,
        None if (kept := getattr(event, "kept", None)) is None else to_json(kept),
    )


def event(row: AnyRow) -> RecordedEvent:
    kept = None if row.kept is None else from_json(row.kept)
    happened = restore(row.kind, row.ticket, from_json(row.facts), kept)
    return RecordedEvent(row.id, row.command, Actor(row.actor), from_micros(row.at), happened)


# --- outbox and timers ----------------------------------------------------------------------------

OUTBOX_COLUMNS = (
    "id kind channel message_id state attempts created_at due_at sent_at last_error ticket message sender_name "
    "sender_address reply_to to cc bcc in_reply_to references language automatic files headers subject text choices "
    "agent shown deliveries"
)
#: Columns that can change after the entry is queued; the id comes last, because UPDATE needs its key there.
OUTBOX_CHANGES = "state attempts due_at sent_at last_error deliveries"


def outbox_values(entry: OutboxEntry) -> tuple[Any, ...]:
    return (
        entry.id,
        entry.kind.value,
        entry.channel,
        entry.message_id,
        entry.state.value,
        entry.attempts,
        to_micros(entry.created_at),
        maybe_to_micros(entry.due_at),
        maybe_to_micros(entry.sent_at),
        maybe_clean(entry.last_error),
        entry.ticket,
        entry.message,
        maybe_clean(entry.sender_name),
        maybe_clean(entry.sender_address),
        maybe_clean(entry.reply_to),
        to_json(entry.to),
        to_json(entry.cc),
        to_json(entry.bcc),
        maybe_clean(entry.in_reply_to),
        to_json(entry.references),
        maybe_clean(entry.language),
        entry.automatic,
        to_json([[f.filename, f.content_type, f.size, f.sha256] for f in entry.files]),
        to_json(dict(entry.headers)),
        clean(entry.subject),
        clean(entry.text),
        choices_json(entry.choices),
        entry.agent,
        shown_json(entry.shown),
        deliveries_json(entry.deliveries),
    )


def outbox_changes(entry: OutboxEntry) -> tuple[Any, ...]:
    return (
        entry.state.value,
        entry.attempts,
        maybe_to_micros(entry.due_at),
        maybe_to_micros(entry.sent_at),
        maybe_clean(entry.last_error),
        deliveries_json(entry.deliveries),
        entry.id,
    )


def outbox_entry(row: AnyRow) -> OutboxEntry:
    return OutboxEntry(
        id=row.id,
        kind=OutboxKind(row.kind),
        channel=row.channel,
        message_id=row.message_id,
        to=tuple(from_json(row.to)),
        subject=row.subject,
        text=row.text,
        created_at=from_micros(row.created_at),
        due_at=maybe_from_micros(row.due_at),
        ticket=row.ticket,
        message=row.message,
        sender_name=row.sender_name,
        sender_address=row.sender_address,
        reply_to=row.reply_to,
        cc=tuple(from_json(row.cc)),
        bcc=tuple(from_json(row.bcc)),
        in_reply_to=row.in_reply_to,
        references=tuple(from_json(row.references)),
        language=row.language,
        automatic=row.automatic,
        files=tuple(FileRef(*f) for f in from_json(row.files)),
        headers=from_json(row.headers),
        choices=choices(row.choices),
        state=OutboxState(row.state),
        attempts=row.attempts,
        last_error=row.last_error,
        sent_at=maybe_from_micros(row.sent_at),
        agent=row.agent,
        shown=shown(row.shown),
        deliveries=deliveries(row.deliveries),
    )


JOB_COLUMNS = "id automation event state due_at attempts depth"


def job_values(job: Job) -> tuple[Any, ...]:
    return job.id, job.automation, job.event, "waiting", to_micros(job.due_at), 0, job.depth


TIMER_COLUMNS = "id kind due_at key ticket"


def timer_values(timer: Timer) -> tuple[Any, ...]:
    return (timer.id, str(timer.kind), to_micros(timer.due_at), timer.key, timer.ticket)


def timer(row: AnyRow) -> Timer:
    return Timer(row.id, TimerKind(row.kind), from_micros(row.due_at), row.key, row.ticket)


# --- intake ---------------------------------------------------------------------------------------


def envelope_json(envelope: Envelope) -> str:
    """Return the document without the time of receipt, which has its own column."""
    return to_json(
        {
            "via": envelope.via,
            "sender": envelope.sender,
            "recipients": list(envelope.recipients),
            "size": envelope.size,
            "extra": dict(envelope.extra),
        }
    )


def envelope(text: str, received_at: datetime) -> Envelope:
    kept = from_json(text)
    return Envelope(
        via=kept["via"],
        received_at=received_at,
        sender=kept["sender"],
        recipients=tuple(kept["recipients"]),
        size=kept["size"],
        extra=kept["extra"],
    )
