"""A ticket goes on on another channel: what was said so far goes along, so that nobody has to explain it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from ...safe import visible, visible_lines
from ..contacts.repository import Contacts
from ..delivery.model import OutboxEntry
from ..delivery.routes import customer_messages, referable_messages
from ..kernel.settings import ChannelInfo
from ..kernel.unit import Unit
from ..tickets.model import Ticket
from ..tickets.repository import Tickets
from .customer_texts import phrase, spoken, subject
from .matching import ours
from .model import FileRef, MessageKind
from .repository import Messages
from .thread import MessageHead

#: What is quoted: so many messages, the newest, and so many characters of each.
MOST_MESSAGES = 20
MOST_CHARACTERS = 600
#: Bytes of files from before that go along; relays take 10 MB and more.
MOST_BYTES = 7_000_000


def with_thread(
    unit: Unit, ticket: Ticket, channel: ChannelInfo, heads: Sequence[MessageHead], entry: OutboxEntry
) -> OutboxEntry:
    """The reply as it leaves. The first one on a kind of channel says what it is about, by mail with the thread."""
    past = public(heads)
    if not past or any(head.kind is not MessageKind.NOTE for head in referable_messages(unit.settings, channel, heads)):
        return entry
    language = spoken(unit, ticket.language)
    if channel.conversational:
        about = phrase(language, "about", number=ticket.number, subject=subject(language, ticket))
        return replace(entry, text=f"{about}\n\n{entry.text}")
    past = past[-MOST_MESSAGES:]
    files = Messages.of(unit).source.files_of([head.id for head in past])
    along = _fitting(files, sum(file.size for file in entry.files))
    quoted = _thread(unit, past, files, language)
    text = f"{entry.text.rstrip()}\n\n{phrase(language, 'so_far')}\n\n{quoted}\n"
    return replace(entry, text=text, files=(*entry.files, *along))


def public(heads: Sequence[MessageHead]) -> list[MessageHead]:
    """What customer and desk said to each other: no notes, no machine's words but answers, nothing from strangers."""
    theirs = [head for head in customer_messages(heads) if head.verified]
    mine = [head for head in heads if head.kind is MessageKind.OUT or _answers(head)]
    return sorted([*theirs, *mine], key=lambda head: head.id)


def _answers(head: MessageHead) -> bool:
    """Whether it is a machine's answer of ours, not a mere receipt."""
    return ours(head) and (bool(head.choices) or head.automatic == "answer")


def _fitting(files: Sequence[tuple[int, FileRef]], taken: int) -> tuple[FileRef, ...]:
    """The newest files that are not too large together, in their order."""
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
        said = visible_lines(texts.get(head.id, "")).strip()
        if len(said) > MOST_CHARACTERS:
            said = f"{said[:MOST_CHARACTERS].rstrip()} …"
        lines = [f"{_moment(head.sent_at, zone)}, {_speaker(unit, head)}:", *said.splitlines(), *names]
        blocks.append("\n".join(f"> {line}".rstrip() for line in lines))
    return "\n>\n".join(blocks)


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _speaker(unit: Unit, head: MessageHead) -> str:
    """Agents are the desk to a customer; a chat's address says nothing, so its owner's name stands for it."""
    if head.kind is not MessageKind.IN:
        return visible(unit.settings.name)
    name = Contacts.of(unit).get(Tickets.of(unit).get(head.ticket).contact).name
    return visible(str(name or head.author))
