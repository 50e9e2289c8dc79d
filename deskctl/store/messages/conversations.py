"""Read conversations in a transaction; part of `source`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select, text, tuple_

from ...core.messages.conversations import ConversationKey, LastMessage
from ...core.messages.model import FileRef
from ...core.messages.thread import MessageHead
from .. import rows
from ..encoding import clean
from ..tables import anew, attachments, messages, tickets
from ..tables.messages import OFFERS

#: Values in one statement; both databases allow many more.
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


class ConversationSource:
    """The part of `DatabaseSource` for conversations."""

    _connection: Connection

    def last_messages(self, keys: Collection[ConversationKey]) -> Iterable[LastMessage]:
        contacts_of: defaultdict[str, list[int]] = defaultdict(list)
        for key in keys:
            contacts_of[key.channel].append(key.contact)
        found: list[LastMessage] = []
        for channel, contacts in contacts_of.items():
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
            for some in batches(contacts):
                unfinished = tickets.c.contact.in_(some), tickets.c.status.not_in(("closed", "merged"))
                rows = self._connection.execute(select(tickets.c.contact, tickets.c.number, last).where(*unfinished))
                found += [
                    LastMessage(ConversationKey(channel, c), number, message)
                    for c, number, message in rows
                    if message is not None
                ]
        return found

    def offers(self, tickets: Collection[int]) -> Iterable[MessageHead]:
        newest: dict[int, MessageHead] = {}
        for some in batches(valid_ids(tickets)):
            query = select(*HEAD).where(text(OFFERS), messages.c.ticket.in_(some), messages.c.withdrawn.is_(False))
            for row in self._connection.execute(query.order_by(messages.c.id)):
                newest[row.ticket] = rows.message_head(row)
        return newest.values()

    def new_ticket_requests(self, keys: Collection[tuple[str, str]]) -> Collection[tuple[str, str]]:
        asked = {(clean(channel), clean(address)): (channel, address) for channel, address in keys}
        return {
            asked[row.channel, row.address]
            for some in batches(list(asked))
            for row in self._connection.execute(select(anew).where(tuple_(anew.c.channel, anew.c.address).in_(some)))
        }

    def visible_texts(self, ids: Collection[int]) -> Mapping[int, str]:
        words = func.coalesce(messages.c.visible_text, messages.c.text).label("said")
        query = select(messages.c.id, words).where(messages.c.id.in_(valid_ids(ids)))
        return {row.id: row.said for row in self._connection.execute(query)}

    def files_of(self, ids: Collection[int]) -> Sequence[tuple[int, FileRef]]:
        query = select(attachments).where(attachments.c.message.in_(valid_ids(ids)), attachments.c.inline.is_(False))
        return [
            (row.message, FileRef(row.filename, row.content_type, row.size, row.sha256))
            for row in self._connection.execute(query.order_by(attachments.c.id))
        ]


def valid_ids(numbers: Collection[int]) -> list[int]:
    """Return the numbers that can be ids; the drivers raise an error for larger ones."""
    return [n for n in numbers if 0 < n <= _LARGEST]


def batches(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield the values in batches of one statement each."""
    for start in range(0, len(values), _MOST):
        yield values[start : start + _MOST]
