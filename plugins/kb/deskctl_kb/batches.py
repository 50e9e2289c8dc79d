"""Handle several events in one call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from deskctl.plugins import Happening, PluginContext, Write
from deskctl.plugins.queries import ShowTickets

from .events import opens_ticket
from .missed_questions import has_articles, record_missed


def run_many(happenings: Sequence[Happening], context: PluginContext) -> Iterable[Iterable[Write]]:
    """Return the writes for several events. A first message needs no document while there is no article."""
    if has_articles(context.connection):
        return _write_all(happenings, context)
    missed = {h.id: h.ticket for h in happenings if h.kind == "message_received" and opens_ticket(h.facts)}
    others = iter(_write_all([h for h in happenings if h.id not in missed], context))
    return [_record(missed[h.id]) if h.id in missed else next(others) for h in happenings]


def _record(ticket: int | None) -> list[Write]:
    return [] if ticket is None else [Write(record_missed(ticket))]


def _write_all(happenings: Sequence[Happening], context: PluginContext) -> list[list[Write]]:
    if not happenings:
        return []
    from .first_answer import writes_for

    numbers = tuple(h.ticket for h in happenings if h.ticket is not None)
    documents = {document["number"]: document for document in context.desk.ask(ShowTickets(numbers))}
    return [writes_for(h, documents[h.ticket], context) if h.ticket in documents else [] for h in happenings]
