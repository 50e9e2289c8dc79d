"""Search messages, with an excerpt of each, and contacts."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, select

from ....core.kernel.settings import Settings
from ....core.search.queries import SearchContacts, SearchMessages
from ....core.values.tokens import Phrase, phrases
from ....errors import UsageError
from ....i18n import _
from ...moments import rfc3339
from ...search import contacts as contact_index
from ...search import rebuild
from ...search.candidates import (
    RANKED,
    Candidate,
    Wanted,
    best,
    newest,
    rows_of,
)
from ...search.excerpts import Readable, snippet
from ...search.index import words_of
from ...tables import contacts, identities, tickets
from ..reader import Answers
from ..sla import as_of
from ..tickets.fields import field_filters, value_filter
from .people import (
    SearchedPerson,
    all_messages,
    contacts_at_phone,
    find_person,
    one_per_ticket,
    ticket_numbers,
    tickets_of,
)

if TYPE_CHECKING:
    from ....core.query_language.search_text import SearchText
    from ....core.search.views import ContactHit, MessageHit, SearchAnswer

#: A longer text was probably pasted by mistake.
_MOST_WORDS = 64
#: Sent directly to the driver, because a search runs it for many messages.
_FILES = {
    "sqlite": "SELECT filename FROM attachments WHERE message = ? ORDER BY id",
    "postgresql": "SELECT filename FROM attachments WHERE message = %s ORDER BY id",
}


def search_messages(connection: Connection, query: SearchMessages, settings: Settings) -> SearchAnswer:
    """Find messages that contain the words.

    Tickets named by their number come first, then tickets with the text as the value of a field. The address or
    telephone number of a person selects all tickets of the person.

    Raises UsageError, and Unavailable while the index is being built.
    """
    rebuild.require(connection)
    if query.limit <= 0:
        raise UsageError(_("not a limit: {limit}", limit=query.limit))
    query, filters = _with_conditions(connection, query, settings)
    limited = _tickets_with(connection, filters) if filters else None
    wanted = Wanted(_parsed(query.text), query.spam, query.notes, limited)
    named = _number_hits(connection, query, wanted)
    by_number = {hit["number"] for hit in named}
    by_field = _field_hits(connection, query, replace(wanted, phrases=()), settings)
    named += [hit for hit in by_field if hit["number"] not in by_number]
    by_person, tickets_ = _person_hits(connection, query, wanted)
    before = {hit["number"] for hit in named} | {hit["number"] for hit in by_person} | tickets_
    if query.rank:
        numbers, capped = best(connection, wanted)
        rows = rows_of(connection, numbers)
    else:
        capped, rows = False, newest(connection, wanted)
    by_words = _hits(connection, wanted, _others(rows, before) if before else rows, query.limit)
    if not query.rank:
        by_person = sorted([*by_person, *by_words], key=lambda hit: -hit["message"])
        by_words = []
    first = {hit["message"] for hit in named}
    hits = [*named, *(hit for hit in (*by_person, *by_words) if hit["message"] not in first)]
    return {"hits": hits[: query.limit], "ranked": RANKED if capped else None}


def _split(text: str, settings: Settings) -> SearchText | None:
    """Return the words and the conditions of a search; None if it certainly has no conditions."""
    if ":" not in text:
        return None
    from ....core.query_language.fields import query_fields
    from ....core.query_language.search_text import split_search

    return split_search(text, query_fields(settings))


def _with_conditions(
    connection: Connection, query: SearchMessages, settings: Settings
) -> tuple[SearchMessages, list[ColumnElement[bool]]]:
    """Return the search without its conditions, and the conditions on tickets. Raises UsageError."""
    filters = field_filters(connection, query.fields, settings)
    split = _split(query.text, settings)
    if split is None or not split.query:
        return query, filters
    if not split.words:
        raise UsageError(
            _("the search has conditions, but no words"),
            _("deskctl list '{query}' lists the tickets", query=split.query),
        )
    from ..tickets.ticket_list import searched_tickets

    searched = searched_tickets(connection, split.query, settings, datetime.now(UTC))
    filters.append(searched.clause)
    return replace(query, text=split.words, spam=query.spam or searched.by_spam), filters


def _others(rows: Generator[Candidate], tickets_: Collection[int]) -> Generator[Candidate]:
    """Yield the rows that do not belong to these tickets."""
    with closing(rows):
        for row in rows:
            if row.ticket not in tickets_:
                yield row


def _number_hits(connection: Connection, query: SearchMessages, wanted: Wanted) -> list[MessageHit]:
    """Return the tickets whose numbers are among the words (`#42`), including spam, because the number was given."""
    named = ticket_numbers(query.text.split())
    rows = one_per_ticket(connection, named, (), replace(wanted, spam=True), query.limit) if named else None
    found = _hits(connection, replace(wanted, phrases=()), rows, query.limit) if rows is not None else []
    return sorted(found, key=lambda hit: named.index(hit["number"]) if hit["number"] in named else len(named))


def _field_hits(connection: Connection, query: SearchMessages, wanted: Wanted, settings: Settings) -> list[MessageHit]:
    """Return the newest message of each ticket that has the text as the value of a field."""
    condition = value_filter(query.text.strip().strip('"'), settings)
    if condition is None:
        return []
    found = select(tickets.c.number).where(condition).order_by(tickets.c.updated_at.desc(), tickets.c.number.desc())
    numbers = [number for number in connection.execute(found).scalars() if wanted.has(number)]
    return _hits(connection, wanted, one_per_ticket(connection, numbers, (), wanted, query.limit), query.limit)


def _tickets_with(connection: Connection, filters: Sequence[ColumnElement[bool]]) -> frozenset[int]:
    """Return the tickets that meet the conditions, and those that were merged into them."""
    numbers = select(tickets.c.number).where(*filters)
    found = set(connection.execute(numbers, as_of(datetime.now(UTC))).scalars())
    merged = select(tickets.c.number, tickets.c.merged_into).where(tickets.c.merged_into.is_not(None))
    sources: dict[int, list[int]] = {}
    for number, into in connection.execute(merged):
        sources.setdefault(into, []).append(number)
    new = list(found)
    while new:
        new = [number for into in new for number in sources.get(into, ()) if number not in found]
        found.update(new)
    return frozenset(found)


def _person_hits(connection: Connection, query: SearchMessages, wanted: Wanted) -> tuple[list[MessageHit], set[int]]:
    """Return the hits for addresses and telephone numbers among the words, and the tickets of those people."""
    people: list[SearchedPerson] = []
    rest: list[str] = []
    whole = (
        find_person(connection, query.text) if any(c.isdecimal() for c in query.text) and " " in query.text else None
    )
    for part in () if whole else query.text.split():
        found = find_person(connection, part)
        if found is None:
            rest.append(part)
        else:
            people.append(found)
    people += [whole] if whole else []
    if not people:
        return [], set()
    updated = [tickets_of(connection, one) for one in people]
    common = set.intersection(*map(set, updated))
    numbers = sorted(filter(wanted.has, common), key=lambda number: (updated[0][number], number), reverse=True)
    others = replace(wanted, phrases=phrases(" ".join(rest)))
    if others.phrases:
        rows = all_messages(connection, numbers, others)
    else:
        rows = one_per_ticket(connection, numbers, people, others, query.limit)
    return _hits(connection, others, rows, query.limit), common


def search_contacts(connection: Connection, query: SearchContacts, settings: Settings) -> list[ContactHit]:
    """Return contacts, the newest first; conditions on tickets do not apply to them.

    Raises UsageError, and Unavailable while the index is being built.
    """
    rebuild.require(connection)
    split = _split(query.text, settings)
    if split is not None and split.words:
        query = replace(query, text=split.words)
    _parsed(query.text)
    at_phone = contacts_at_phone(connection, query.text)
    near = contact_index.find(connection, query.text, query.limit)
    found = list(dict.fromkeys([*at_phone, *near]))[: query.limit]
    numbers, names = _merge_targets(connection, found)
    reached = select(identities.c.contact, identities.c.address).where(identities.c.contact.in_(numbers))
    addresses: dict[int, list[str]] = {}
    for number, address in connection.execute(reached.order_by(identities.c.id)):
        addresses.setdefault(number, []).append(address)
    return [{"id": number, "name": names[number], "addresses": addresses.get(number, [])} for number in numbers]


def _merge_targets(connection: Connection, numbers: Sequence[int]) -> tuple[list[int], dict[int, str | None]]:
    """Return the contacts into which these were merged, without duplicates, and the names."""
    names: dict[int, str | None] = {}
    into: dict[int, int | None] = {}
    asked = list(numbers)
    while asked:
        query = select(contacts.c.id, contacts.c.name, contacts.c.merged_into).where(contacts.c.id.in_(asked))
        for row in connection.execute(query):
            names[row.id], into[row.id] = row.name, row.merged_into
        asked = [number for number in into.values() if number is not None and number not in into]
    targets: dict[int, None] = {}
    for number in numbers:
        last, passed = number, set[int]()
        while (following := into.get(last)) is not None and last not in passed:
            passed.add(last)
            last = following
        targets[last] = None
    return list(targets), names


def _parsed(text: str) -> list[Phrase]:
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


def _hits(connection: Connection, wanted: Wanted, rows: Generator[Candidate], limit: int) -> list[MessageHit]:
    """Return the first `limit` hits among the rows.

    If only the subject or quoted text of a message contains the words, it yields to a message of the same ticket whose
    own text contains them, or to the first such message. Otherwise one long thread would fill the list.
    """
    targets = _MergeTargets(connection)
    found: dict[int, tuple[int, str, Candidate]] = {}  # by message, in the order of the rows
    repeating: dict[int, int | None] = {}  # by target ticket: the message that a better one replaces; None: none
    for row in rows:
        if not wanted.has(row.ticket):
            continue
        seen = _excerpt(connection, wanted.phrases, row)
        if seen is None:
            continue
        in_own_text, shown = seen
        number, ticket = row.id, row.ticket
        if (merged_into := row.merged_into) is not None:
            ticket = targets.number(ticket, merged_into)
        if not in_own_text and ticket in repeating:
            continue
        if in_own_text and (other := repeating.get(ticket)) is not None:
            del found[other]
        repeating[ticket] = None if in_own_text else number
        found[number] = (ticket, shown, row)
        if len(found) == limit:
            break
    rows.close()  # stop fetching
    subjects = targets.subjects({ticket for ticket, _, row in found.values() if row.merged_into is not None})
    return [
        {
            "number": ticket,
            "subject": subjects.get(ticket, row.titled),
            "message": number,
            "snippet": shown,
            "at": rfc3339(row.sent_at),
        }
        for number, (ticket, shown, row) in found.items()
    ]


def _excerpt(connection: Connection, wanted: Sequence[Phrase], row: Candidate) -> tuple[bool, str] | None:
    """Return True if the message's own text contains one of the words, and the excerpt.

    Return None if a word is in none of its texts: the index can be out of date, but the result must be correct.
    """
    visible = Readable(row.text if row.visible_text is None else row.visible_text)
    missing = [phrase for phrase in wanted if visible.first(phrase) is None]
    if not missing:
        return True, snippet(visible, wanted)
    partly = len(missing) < len(wanted)
    whole = visible if row.visible_text is None else Readable(row.text)
    words = words_of(row.id, row.titled, row.subject, (), "")
    subject = Readable(words.subject)
    missing = [p for p in missing if subject.first(p) is None and (whole is visible or whole.first(p) is None)]
    if partly and not missing:
        return True, snippet(visible, wanted)
    files = Readable("\n".join(_files(connection, row.id)) if row.has_files else "")
    if any(files.first(phrase) is None for phrase in missing):
        return None
    if partly:
        return True, snippet(visible, wanted)
    if any(files.first(phrase) is not None for phrase in wanted):
        return True, snippet(files, wanted)
    if any(whole.first(phrase) is not None for phrase in wanted):
        return False, snippet(whole, wanted)
    return False, " · ".join(filter(None, (snippet(Readable(row.subject or row.titled), wanted), snippet(visible, ()))))


def _files(connection: Connection, message: int) -> Sequence[str]:
    return connection.exec_driver_sql(_FILES[connection.dialect.name], (message,)).scalars().all()


class _MergeTargets:
    """The tickets into which merged tickets were merged."""

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
        if not asked:
            return {}
        query = select(tickets.c.number, tickets.c.subject).where(tickets.c.number.in_(asked))
        return {row.number: row.subject for row in self._connection.execute(query)}


ANSWERS: Answers = {
    SearchMessages: lambda reader, query: search_messages(reader.connection, query, reader.settings),
    SearchContacts: lambda reader, query: search_contacts(reader.connection, query, reader.settings),
}
