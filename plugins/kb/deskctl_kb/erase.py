"""Erasure of a person's data: missed questions, and the link from the contact to uses of articles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import delete, select, update

from deskctl.plugins import ErasedPerson, PluginContext

from .tables import missed, uses

#: The maximum number of values in one statement.
_BATCH = 900


def erase(person: ErasedPerson, context: PluginContext) -> None:
    """Delete missed questions of the person's tickets and searches that name the person; keep uses as counts."""
    connection = context.connection
    for batch in _batches(person.tickets):
        connection.execute(delete(missed).where(missed.c.ticket.in_(batch)))
    searches = connection.execute(select(missed.c.id, missed.c.query).where(missed.c.query.is_not(None)))
    for batch in _batches([row.id for row in searches.all() if person.is_mentioned(row.query)]):
        connection.execute(delete(missed).where(missed.c.id.in_(batch)))
    for batch in _batches(person.contacts):
        connection.execute(update(uses).where(uses.c.contact.in_(batch)).values(contact=None))


def _batches(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]
