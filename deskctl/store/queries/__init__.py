"""Answer the queries of the core with the documented JSON documents. Each module lists its queries in `ANSWERS`."""

from __future__ import annotations

from collections.abc import Sequence
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
    saved_views,
    shifts,
    sla,
)
from .contacts import contacts
from .messages import attachments, raw_messages
from .reader import Answers, Pages, Reader
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
    saved_views,
    search,
    shifts,
    sla,
    ticket_document,
    ticket_fields,
    ticket_list,
)
_ANSWERS: Answers = {query: answer for module in _MODULES for query, answer in module.ANSWERS.items()}
#: The lists that can be answered in pages.
_PAGES: dict[type[Query], Pages] = {
    query: pages for module in (contacts, delivery, intake, ticket_list) for query, pages in module.PAGES.items()
}


def answer(reader: Reader, query: Query) -> Any:
    """Return the JSON document that answers a query. Raises NotFound and UsageError."""
    respond = _ANSWERS.get(type(query))
    if respond is None:
        raise UsageError(_("the store has no answer to {type}", type=type(query).__name__))
    return respond(reader, _cleaned(query))


def keys(reader: Reader, query: Query) -> Sequence[int] | None:
    """Return the keys of the rows that `answer` returns, None if this query has no pages. Raises UsageError."""
    pages = _PAGES.get(type(query))
    return None if pages is None else pages.keys(reader, _cleaned(query))


def rows(reader: Reader, query: Query, some: Sequence[int]) -> list[Any]:
    """Return the rows with some of the keys, in this order."""
    return _PAGES[type(query)].rows(reader, _cleaned(query), some)


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
