"""What a search answers: messages with the piece of text that was found, and contacts."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, select

from ...core.search.queries import SearchContacts, SearchMessages
from ...core.search.views import ContactHit, MessageHit, SearchAnswer
from ...errors import UsageError
from ...i18n import _
from ..moments import rfc3339
from ..search import contacts as contact_index
from ..search import rebuild
from ..search.candidates import RANKED, Wanted, best, newest, these
from ..search.excerpts import Readable, snippet
from ..search.index import words_of
from ..search.tokens import Phrase, phrases
from ..tables import contacts, identities, tickets
from .reader import Answers
from .search_people import Somebody, all_messages, contacts_at_phone, one_each, somebody, tickets_named, tickets_of

#: More words than this are a pasted text, not a search.
_MOST_WORDS = 64
#: Said to the driver directly: it is asked for many a message of one search.
_FILES = {
    "sqlite": "SELECT filename FROM attachments WHERE message = ? ORDER BY id",
    "postgresql": "SELECT filename FROM attachments WHERE message = %s ORDER BY id",
}


def search_messages(connection: Connection, query: SearchMessages) -> SearchAnswer:
    """Find messages that hold the words. Tickets that are named by their number come first; the address or telephone
    number of a person stands for all tickets of the person.

    Raises UsageError; Unavailable while the index is being built.
    """
    rebuild.require(connection)
    if query.limit <= 0:
        raise UsageError(_("not a limit: {limit}", limit=query.limit))
    wanted = Wanted(_asked(query.text), query.spam, query.notes)
    named = _named(connection, query, wanted)
    theirs, tickets_ = _of_people(connection, query, wanted)
    before = {hit["number"] for hit in named} | {hit["number"] for hit in theirs} | tickets_
    if query.rank:
        numbers, capped = best(connection, wanted)
        rows = these(connection, numbers)
    else:
        capped, rows = False, newest(connection, wanted)
    said = _hits(connection, wanted, _others(rows, before), query.limit)
    if not query.rank:
        theirs = sorted([*theirs, *said], key=lambda hit: -hit["message"])
        said = []
    first = {hit["message"] for hit in named}
    hits = [*named, *(hit for hit in (*theirs, *said) if hit["message"] not in first)]
    return {"hits": hits[: query.limit], "ranked": RANKED if capped else None}


def _others(rows: Generator[Row[Any]], tickets_: Collection[int]) -> Generator[Row[Any]]:
    """Those rows that are not of these tickets."""
    with closing(rows):
        for row in rows:
            if row.ticket not in tickets_:
                yield row


def _named(connection: Connection, query: SearchMessages, wanted: Wanted) -> list[MessageHit]:
    """The tickets whose numbers are among the words: `#42`. Spam is found, too: it was asked for by its number."""
    named = tickets_named(query.text.split())
    rows = one_each(connection, named, (), replace(wanted, spam=True), query.limit) if named else None
    found = _hits(connection, replace(wanted, phrases=()), rows, query.limit) if rows is not None else []
    return sorted(found, key=lambda hit: named.index(hit["number"]) if hit["number"] in named else len(named))


def _of_people(connection: Connection, query: SearchMessages, wanted: Wanted) -> tuple[list[MessageHit], set[int]]:
    """What is found by the addresses and telephone numbers among the words, and the tickets of those people."""
    people: list[Somebody] = []
    rest: list[str] = []
    whole = somebody(connection, query.text) if any(c.isdecimal() for c in query.text) and " " in query.text else None
    for part in () if whole else query.text.split():
        found = somebody(connection, part)
        if found is None:
            rest.append(part)
        else:
            people.append(found)
    people += [whole] if whole else []
    if not people:
        return [], set()
    updated = [tickets_of(connection, one) for one in people]
    common = set.intersection(*map(set, updated))
    numbers = sorted(common, key=lambda number: (updated[0][number], number), reverse=True)
    others = replace(wanted, phrases=phrases(" ".join(rest)))
    if others.phrases:
        rows = all_messages(connection, numbers, others)
    else:
        rows = one_each(connection, numbers, people, others, query.limit)
    return _hits(connection, others, rows, query.limit), common


def search_contacts(connection: Connection, query: SearchContacts) -> list[ContactHit]:
    """Newest first. Raises UsageError; Unavailable while the index is being built."""
    rebuild.require(connection)
    _asked(query.text)
    at_phone = contacts_at_phone(connection, query.text)
    near = contact_index.found(connection, query.text, query.limit)
    found = list(dict.fromkeys([*at_phone, *near]))[: query.limit]
    numbers, names = _living_contacts(connection, found)
    reached = select(identities.c.contact, identities.c.address).where(identities.c.contact.in_(numbers))
    addresses: dict[int, list[str]] = {}
    for number, address in connection.execute(reached.order_by(identities.c.id)):
        addresses.setdefault(number, []).append(address)
    return [{"id": number, "name": names[number], "addresses": addresses.get(number, [])} for number in numbers]


def _living_contacts(connection: Connection, numbers: Sequence[int]) -> tuple[list[int], dict[int, str | None]]:
    """Where these contacts were merged, those that they went into, each once; and the names."""
    names: dict[int, str | None] = {}
    into: dict[int, int | None] = {}
    asked = list(numbers)
    while asked:
        query = select(contacts.c.id, contacts.c.name, contacts.c.merged_into).where(contacts.c.id.in_(asked))
        for row in connection.execute(query):
            names[row.id], into[row.id] = row.name, row.merged_into
        asked = [number for number in into.values() if number is not None and number not in into]
    living: dict[int, None] = {}
    for number in numbers:
        last, passed = number, set[int]()
        while (following := into.get(last)) is not None and last not in passed:
            passed.add(last)
            last = following
        living[last] = None
    return list(living), names


def _asked(text: str) -> list[Phrase]:
    found = phrases(text)
    if not found:
        raise UsageError(
            _("no word to search for in {text}", text=repr(text)), _("words consist of letters and digits")
        )
    if len(found) > _MOST_WORDS:
        raise UsageError(
            _("too many words: {count}", count=len(found)),
            _("use at most {maximum}", maximum=_MOST_WORDS),
        )
    return found


def _hits(connection: Connection, wanted: Wanted, rows: Generator[Row[Any]], limit: int) -> list[MessageHit]:
    """The first `limit` hits among the rows.

    A message that only repeats the words, in its subject or in what it quotes, gives way to the message of its ticket
    that says them, and to the first that repeats them: else one long thread would fill the list.
    """
    living = _Living(connection)
    found: dict[int, tuple[int, str, Row[Any]]] = {}  # by message, in the order of the rows
    repeating: dict[int, int | None] = {}  # by living ticket: the message that gives way; None: nothing may
    for row in rows:
        seen = _seen(connection, wanted.phrases, row)
        if seen is None:
            continue
        own, shown = seen
        ticket = living.number(row.ticket, row.merged_into)
        if not own and ticket in repeating:
            continue
        if own and (other := repeating.get(ticket)) is not None:
            del found[other]
        repeating[ticket] = None if own else row.id
        found[row.id] = (ticket, shown, row)
        if len(found) == limit:
            break
    rows.close()  # the rest is not asked for
    subjects = living.subjects({ticket for ticket, _, row in found.values() if row.merged_into is not None})
    return [
        {
            "number": ticket,
            "subject": subjects.get(ticket, row.titled),
            "message": row.id,
            "snippet": shown,
            "at": rfc3339(row.sent_at),
        }
        for ticket, shown, row in found.values()
    ]


def _seen(connection: Connection, wanted: Sequence[Phrase], row: Row[Any]) -> tuple[bool, str] | None:
    """Whether the message itself says one of the words, and what is shown of it.

    None when a word is in none of its texts: the index may be behind, what is shown must be true.
    """
    own = Readable(row.text if row.visible_text is None else row.visible_text)
    missing = [phrase for phrase in wanted if own.first(phrase) is None]
    if not missing:
        return True, snippet(own, wanted)
    said = len(missing) < len(wanted)
    whole = own if row.visible_text is None else Readable(row.text)
    words = words_of(row.id, row.titled, row.subject, (), "")
    subject = Readable(words.subject)
    missing = [p for p in missing if subject.first(p) is None and (whole is own or whole.first(p) is None)]
    if said and not missing:
        return True, snippet(own, wanted)
    files = Readable("\n".join(_files(connection, row.id)))
    if any(files.first(phrase) is None for phrase in missing):
        return None
    if said:
        return True, snippet(own, wanted)
    if any(files.first(phrase) is not None for phrase in wanted):
        return True, snippet(files, wanted)
    if any(whole.first(phrase) is not None for phrase in wanted):
        return False, snippet(whole, wanted)
    return False, " · ".join(filter(None, (snippet(Readable(row.subject or row.titled), wanted), snippet(own, ()))))


def _files(connection: Connection, message: int) -> Sequence[str]:
    return connection.exec_driver_sql(_FILES[connection.dialect.name], (message,)).scalars().all()


class _Living:
    """Which ticket a merged one lives on in."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._into: dict[int, int] = {}

    def number(self, ticket: int, merged_into: int | None) -> int:
        passed = set()
        while merged_into is not None and ticket not in passed:
            passed.add(ticket)
            ticket = merged_into
            if ticket not in self._into:
                query = select(tickets.c.merged_into).where(tickets.c.number == ticket)
                self._into[ticket] = self._connection.execute(query).scalar_one() or 0
            merged_into = self._into[ticket] or None
        return ticket

    def subjects(self, numbers: Iterable[int]) -> dict[int, str]:
        asked = sorted(numbers)
        query = select(tickets.c.number, tickets.c.subject).where(tickets.c.number.in_(asked))
        return {row.number: row.subject for row in self._connection.execute(query)} if asked else {}


ANSWERS: Answers = {
    SearchMessages: lambda reader, query: search_messages(reader.connection, query),
    SearchContacts: lambda reader, query: search_contacts(reader.connection, query),
}
