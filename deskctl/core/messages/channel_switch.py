"""Continue a ticket on another channel, with the conversation so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from ...safe import visible, visible_lines
from ..contacts.repository import Contacts
from ..delivery.model import OutboxEntry
from ..delivery.routes import customer_messages, referable_messages
from ..kernel.unit import Unit
from ..tickets.model import Ticket
from ..tickets.repository import Tickets
from .channels import ChannelInfo
from .customer_texts import customer_language, phrase, subject
from .matching import sent_by_desk
from .model import FileRef, MessageKind
from .repository import Messages
from .thread import MessageHead

#: The maximum number of quoted messages (the newest), and of characters of each.
MOST_MESSAGES = 20
MOST_CHARACTERS = 600
#: The maximum total size, in bytes, of the earlier files that are sent again. Relays accept 10 MB and more.
MOST_BYTES = 7_000_000


def with_thread(
    unit: Unit, ticket: Ticket, channel: ChannelInfo, heads: Sequence[MessageHead], entry: OutboxEntry
) -> OutboxEntry:
    """Return the reply as it is sent. The first one on a channel names the ticket; by mail it quotes the thread."""
    past = public_messages(heads)
    if not past or any(head.kind is not MessageKind.NOTE for head in referable_messages(unit.settings, channel, heads)):
        return entry
    language = customer_language(unit, ticket.language)
    if channel.conversational:
        about = phrase(language, "about", number=ticket.number, subject=subject(language, ticket))
        return replace(entry, text=f"{about}\n\n{entry.text}")
    past = past[-MOST_MESSAGES:]
    files = Messages.of(unit).source.files_of([head.id for head in past])
    earlier_files = _newest_files(files, sum(file.size for file in entry.files))
    quoted = _thread(unit, past, files, language)
    text = f"{entry.text.rstrip()}\n\n{phrase(language, 'so_far')}\n\n{quoted}\n"
    return replace(entry, text=text, files=(*entry.files, *earlier_files))


def public_messages(heads: Sequence[MessageHead]) -> list[MessageHead]:
    """Return the messages between customer and desk: no notes, no mail of strangers, no automatic mail but answers."""
    received = [head for head in customer_messages(heads) if head.verified]
    sent = [head for head in heads if head.kind is MessageKind.OUT or _is_answer(head)]
    return sorted([*received, *sent], key=lambda head: head.id)


def _is_answer(head: MessageHead) -> bool:
    """Return True for an automatic answer of the desk, which is not only an acknowledgement."""
    return sent_by_desk(head) and (bool(head.choices) or head.automatic == "answer")


def _newest_files(files: Sequence[tuple[int, FileRef]], taken: int) -> tuple[FileRef, ...]:
    """Return the newest files whose total size fits, in their order."""
    found: list[FileRef] = []
    for _, file in reversed(files):
        if taken + file.size <= MOST_BYTES:
            taken += file.size
            found.insert(0, file)
    return tuple(found)


def _thread(unit: Unit, past: Sequence[MessageHead], files: Sequence[tuple[int, FileRef]], language: str) -> str:
    texts = dict(Messages.of(unit).source.visible_texts([head.id for head in past]))
    texts.update((message.id, message.visible_text) for message in Messages.of(unit).changes.messages)
    zone = ZoneInfo(unit.settings.timezone)
    blocks = []
    for head in past:
        names = [phrase(language, "files", name=visible(file.filename)) for number, file in files if number == head.id]
        quoted = visible_lines(texts.get(head.id, "")).strip()
        if len(quoted) > MOST_CHARACTERS:
            quoted = f"{quoted[:MOST_CHARACTERS].rstrip()} …"
        lines = [f"{_moment(head.sent_at, zone)}, {_speaker(unit, head)}:", *quoted.splitlines(), *names]
        blocks.append("\n".join(f"> {line}".rstrip() for line in lines))
    return "\n>\n".join(blocks)


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _speaker(unit: Unit, head: MessageHead) -> str:
    """Return the author's name for a customer: the desk for agents, the contact's name for a chat address."""
    if head.kind is not MessageKind.IN:
        return visible(unit.settings.name)
    name = Contacts.of(unit).get(Tickets.of(unit).get(head.ticket).contact).name
    return visible(str(name or head.author))
