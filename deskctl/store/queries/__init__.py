"""Answer the queries of the core with the documented JSON documents. Each module lists its queries in `ANSWERS`."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from ...core.kernel.query import Query
from ...core.values import numbers
from ...errors import UsageError
from ...i18n import _
from ..encoding import clean
from . import (
    agents,
    completions,
    delivery,
    intake,
    notification_ids,
    operations,
    routing,
    shifts,
    sla,
)
from .contacts import contacts
from .messages import attachments, raw_messages
from .reader import Answers, Reader
from .search import search
from .tickets import fields as ticket_fields
from .tickets import queue, ticket_document, ticket_list

_MODULES = (
    agents,
    attachments,
    completions,
    contacts,
    intake,
    notification_ids,
    operations,
    delivery,
    queue,
    raw_messages,
    routing,
    search,
    shifts,
    sla,
    ticket_document,
    ticket_fields,
    ticket_list,
)
_ANSWERS: Answers = {query: answer for module in _MODULES for query, answer in module.ANSWERS.items()}


def answer(reader: Reader, query: Query) -> Any:
    """Return the JSON document that answers a query. Raises NotFound and UsageError."""
    respond = _ANSWERS.get(type(query))
    if respond is None:
        raise UsageError(_("the store has no answer to {type}", type=type(query).__name__))
    return respond(reader, _cleaned(query))


def _cleaned(query: Query) -> Query:
    """Return the query with its texts as the store keeps them, without characters that databases reject."""
    values = {field.name: getattr(query, field.name) for field in fields(query)}
    numbers.check(values.values())
    texts = {name: clean(value) for name, value in values.items() if isinstance(value, str)}
    lists = {
        name: tuple(clean(item) for item in value)
        for name, value in values.items()
        if isinstance(value, tuple) and all(isinstance(item, str) for item in value)
    }
    return replace(query, **texts, **lists)
