"""What the knowledge base keeps of a person, gone: questions that found nothing, and who was shown what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import delete, select, update

from deskctl.plugins import ErasedPerson, PluginContext

from .tables import missed, uses

#: Values in one statement.
_MOST = 900


def erase(person: ErasedPerson, context: PluginContext) -> None:
    """Delete the questions of the person's tickets and the searches that name the person; uses stay as counts."""
    connection = context.connection
    for some in _portions(person.tickets):
        connection.execute(delete(missed).where(missed.c.ticket.in_(some)))
    asked = connection.execute(select(missed.c.id, missed.c.query).where(missed.c.query.is_not(None)))
    for some in _portions([row.id for row in asked.all() if person.is_mentioned(row.query)]):
        connection.execute(delete(missed).where(missed.c.id.in_(some)))
    for some in _portions(person.contacts):
        connection.execute(update(uses).where(uses.c.contact.in_(some)).values(contact=None))


def _portions(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), _MOST):
        yield values[start : start + _MOST]
