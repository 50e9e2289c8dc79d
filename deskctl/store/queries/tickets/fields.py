"""Queries for declared ticket fields: declarations, values for people and scripts, and conditions in SQL."""

from __future__ import annotations

import contextlib
import operator
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, or_, select, tuple_

from ....core.kernel.settings import Settings
from ....core.tickets.field_conditions import FieldCondition, former_field, parse_condition, split_condition
from ....core.tickets.field_registry import declared_fields
from ....core.tickets.queries import ListFields
from ....core.values.field import Field, FieldType, FieldValue, is_number, key
from ....errors import UsageError
from ...encoding import clean
from ...tables import ticket_fields, tickets
from ..reader import Answers

if TYPE_CHECKING:
    from ....core.tickets.views import FieldRow, FieldsDocument, FieldText

_OPERATORS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def list_fields(connection: Connection, query: ListFields, settings: Settings) -> FieldsDocument:
    """Return the declared fields and, if wanted, the former ones."""
    declared = declared_fields(settings)
    fields = [_declaration(field, former=False) for field in declared.values()]
    if query.former:
        stored = sorted(connection.execute(select(ticket_fields.c.name).distinct()).scalars())
        fields += [_declaration(former_field(name), former=True) for name in stored if name not in declared]
    return {"fields": fields}


def _declaration(field: Field, *, former: bool) -> FieldRow:
    return {
        "name": field.name,
        "type": field.type.value,
        "label": field.title,
        "form": field.form,
        "values": [{"value": value, "label": field.value_label(value)} for value in field.values],
        "required_to_solve": field.required_to_solve,
        "former": former,
    }


def field_documents(values: Mapping[str, FieldValue], settings: Settings) -> dict[str, Any]:
    """Return the JSON values of a ticket by field, null for a declared field without a value."""
    declared = declared_fields(settings)
    former = {name: former_field(name) for name in values if name not in declared}
    return {
        name: field.read(values[name]) if name in values else None for name, field in {**declared, **former}.items()
    }


def field_texts(values: Mapping[str, FieldValue], settings: Settings) -> list[FieldText]:
    """Return the fields of a ticket that have a value, as people read them."""
    declared = declared_fields(settings)
    former = {name: former_field(name) for name in values if name not in declared}
    return [
        {"name": name, "label": field.title, "text": field.shown(values[name])}
        for name, field in {**declared, **former}.items()
        if name in values
    ]


def field_filters(connection: Connection, conditions: Sequence[str], settings: Settings) -> list[ColumnElement[bool]]:
    """Return SQL for conditions on fields. Raises UsageError."""
    declared = declared_fields(settings)
    found = []
    for text in conditions:
        name = split_condition(text)[0]
        former = {name: former_field(name)} if name not in declared and _is_stored(connection, name) else {}
        found.append(field_filter(parse_condition(declared, former, text)))
    return found


def value_filter(text: str, settings: Settings) -> ColumnElement[bool] | None:
    """Return SQL that finds the tickets with `text` as the value of a text, number or date field; None without one."""
    found = []
    for field in declared_fields(settings).values():
        if field.values or field.is_cleared_by(text):
            continue
        with contextlib.suppress(UsageError):
            found.append(field_filter(FieldCondition(field.name, "=", field.parse(text))))
    return or_(*found) if found else None


def _is_stored(connection: Connection, name: str) -> bool:
    query = select(ticket_fields.c.name).where(ticket_fields.c.name == clean(name)).limit(1)
    return connection.execute(query).first() is not None


def field_filter(condition: FieldCondition) -> ColumnElement[bool]:
    """Return SQL that finds the tickets through the index of keys, because the others may be many.

    Equality also finds values that were set while the field had another type.
    """
    named = select(ticket_fields.c.ticket).where(ticket_fields.c.name == condition.name)
    if condition.value is None:
        return tickets.c.number.not_in(named)
    kind, text = condition.value
    if condition.operator != "=":
        compare = _OPERATORS[condition.operator]
        same = named.where(ticket_fields.c.type == kind.value, compare(ticket_fields.c.key, condition.value.key))
        return tickets.c.number.in_(same)
    keys = [(each.value, key(each, text)) for each in FieldType if each is kind or _is_stored_form(each, text)]
    places = tuple_(ticket_fields.c.type, ticket_fields.c.key).in_(keys)
    return tickets.c.number.in_(named.where(places, ticket_fields.c.value == text))


def _is_stored_form(kind: FieldType, text: str) -> bool:
    """Return True if a value of this type can be stored as `text`."""
    return kind is not FieldType.NUMBER or is_number(text)


ANSWERS: Answers = {
    ListFields: lambda reader, query: list_fields(reader.connection, query, reader.settings),
}
