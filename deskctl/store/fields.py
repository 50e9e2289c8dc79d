"""Read and write the values of declared ticket fields."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from ..core.tickets.model import Ticket
from ..core.values.field import FieldType, FieldValue
from . import rows
from .statements import delete, insert, on_conflict_update
from .tables import ticket_fields

#: The types whose values are erased with the data of a person.
PERSONAL = tuple(kind.value for kind in FieldType if kind.is_personal)
_NO_FIELDS: Mapping[str, FieldValue] = {}


def fields_of(connection: Connection, numbers: Collection[int]) -> dict[int, dict[str, FieldValue]]:
    """Return the values of these tickets, by ticket and name. Tickets without values are left out."""
    found: dict[int, dict[str, FieldValue]] = {}
    for row in connection.execute(_of_tickets(), {"tickets": list(numbers)}):
        found.setdefault(row.ticket, {})[row.name] = rows.field(row)
    return found


@cache
def _of_tickets() -> Select[Any]:
    wanted = ticket_fields.c.ticket.in_(bindparam("tickets", expanding=True))
    return select(ticket_fields).where(wanted).order_by(ticket_fields.c.name)


def write_fields(connection: Connection, changed: Iterable[Ticket], before: Mapping[int, Ticket]) -> None:
    """Write the values of tickets that differ from those that were loaded."""
    gone: list[tuple[int, str]] = []
    new = []
    for ticket in changed:
        known = before[ticket.number].fields if ticket.number in before else _NO_FIELDS
        gone += [(ticket.number, name) for name in sorted(known.keys() - ticket.fields.keys())]
        values = sorted(ticket.fields.items())
        new += [rows.field_values(ticket.number, name, value) for name, value in values if known.get(name) != value]
    delete(connection, ticket_fields, gone, "ticket name")
    conflict = on_conflict_update("ticket, name", ["type", "value", "key"])
    insert(connection, ticket_fields, new, rows.FIELD_COLUMNS, conflict)


def erase_fields(connection: Connection, numbers: Iterable[int]) -> None:
    """Delete the values of these tickets that can identify a person. Choices and truth values stay for counts."""
    wanted = [(number, kind) for number in sorted(numbers) for kind in PERSONAL]
    delete(connection, ticket_fields, wanted, "ticket type")
