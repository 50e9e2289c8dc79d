"""What a transaction reads of conversations; part of `source`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select, text, tuple_

from ..core.messages.conversations import ConversationKey, LastMessage
from ..core.messages.model import FileRef
from ..core.messages.thread import MessageHead
from . import rows
from .encoding import clean
from .tables import anew, attachments, messages, tickets
from .tables.messages import OFFERS

#: As many values as one statement is given; both engines allow far more.
_MOST = 1000
_LARGEST = 2**63 - 1

HEAD = (
    messages.c.id,
    messages.c.ticket,
    messages.c.kind,
    messages.c.channel,
    messages.c.author,
    messages.c.sent_at,
    messages.c.message_id,
    messages.c.digest,
    messages.c.subject,
    messages.c.references,
    messages.c.reply_to,
    messages.c.to,
    messages.c.cc,
    messages.c.bcc,
    messages.c.lists,
    messages.c.trust,
    messages.c.automatic,
    messages.c.may_answer,
    messages.c.verified,
    messages.c.headers,
    messages.c.choices,
    messages.c.version,
    messages.c.contact,
)


class TalkSource:
    """The part of `core.ports.Source` that is about conversations."""

    _connection: Connection

    def last_messages(self, keys: Collection[ConversationKey]) -> Iterable[LastMessage]:
        contacts_of: defaultdict[str, list[int]] = defaultdict(list)
        for key in keys:
            contacts_of[key.channel].append(key.contact)
        found: list[LastMessage] = []
        for channel, those in contacts_of.items():
            last = (
                select(func.max(messages.c.id))
                .where(
                    messages.c.ticket == tickets.c.number,
                    messages.c.channel == channel,
                    messages.c.kind != "note",
                    messages.c.withdrawn.is_(False),
                )
                .scalar_subquery()
            )
            for some in portions(those):
                living = tickets.c.contact.in_(some), tickets.c.status.not_in(("closed", "merged"))
                rows = self._connection.execute(select(tickets.c.contact, tickets.c.number, last).where(*living))
                found += [
                    LastMessage(ConversationKey(channel, c), number, said)
                    for c, number, said in rows
                    if said is not None
                ]
        return found

    def offers(self, tickets: Collection[int]) -> Iterable[MessageHead]:
        newest: dict[int, MessageHead] = {}
        for some in portions(valid(tickets)):
            query = select(*HEAD).where(text(OFFERS), messages.c.ticket.in_(some), messages.c.withdrawn.is_(False))
            for row in self._connection.execute(query.order_by(messages.c.id)):
                newest[row.ticket] = rows.message_head(row)
        return newest.values()

    def new_ticket_requests(self, keys: Collection[tuple[str, str]]) -> Collection[tuple[str, str]]:
        asked = {(clean(channel), clean(address)): (channel, address) for channel, address in keys}
        return {
            asked[row.channel, row.address]
            for some in portions(list(asked))
            for row in self._connection.execute(select(anew).where(tuple_(anew.c.channel, anew.c.address).in_(some)))
        }

    def visible_texts(self, ids: Collection[int]) -> Mapping[int, str]:
        words = func.coalesce(messages.c.visible_text, messages.c.text).label("said")
        query = select(messages.c.id, words).where(messages.c.id.in_(valid(ids)))
        return {row.id: row.said for row in self._connection.execute(query)}

    def files_of(self, ids: Collection[int]) -> Sequence[tuple[int, FileRef]]:
        query = select(attachments).where(attachments.c.message.in_(valid(ids)), attachments.c.inline.is_(False))
        return [
            (row.message, FileRef(row.filename, row.content_type, row.size, row.sha256))
            for row in self._connection.execute(query.order_by(attachments.c.id))
        ]


def valid(numbers: Collection[int]) -> list[int]:
    """Those that can be ids at all; the drivers refuse larger ones instead of not finding them."""
    return [n for n in numbers if 0 < n <= _LARGEST]


def portions(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _MOST):
        yield values[start : start + _MOST]
