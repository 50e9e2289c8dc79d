"""Suggestions of plugins for the reply to a ticket, and the texts of suggestions."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from deskctl.core.kernel.actor import Actor
from deskctl.core.tickets.queries import ShowTicket
from deskctl.desk.components import Components
from deskctl.desk.plugin_context import Context
from deskctl.desk.plugin_requests import call_plugin, plugin_error
from deskctl.desk.ports import names
from deskctl.errors import DeskctlError, NotFound
from deskctl.i18n import _
from deskctl.plugins import suggestion
from deskctl.plugins.manager import Owned

if TYPE_CHECKING:
    from deskctl.desk.call_documents import Inserted, SuggestionRow

log = logging.getLogger("deskctl.plugins")

#: The maximum number of suggestions of one call.
MAX_SUGGESTIONS = 50


def suggest(components: Components, ticket: int, limit: int, viewer: Actor) -> list[SuggestionRow]:
    """Return the best suggestions of all plugins for a ticket, best first. A plugin that fails is logged.

    Raises NotFound if there is no such ticket.
    """
    document = components.store.ask(ShowTicket(ticket), viewer)
    found: list[SuggestionRow] = []
    for owned in list(components.plugins.suggestions.values()):
        try:
            found += components.store.read_with_connection(
                lambda c: _offered(components, owned, document, limit, viewer, c)  # noqa: B023
            )
        except DeskctlError as error:
            log.warning("%s: no suggestions for ticket %d", error.what, ticket, exc_info=error.__cause__)
    return sorted(found, key=lambda row: -row["score"])[: max(0, min(limit, MAX_SUGGESTIONS))]


def _offered(
    components: Components,
    owned: Owned[suggestion.SuggestionType],
    document: Any,
    limit: int,
    viewer: Actor,
    connection: Any,
) -> list[SuggestionRow]:
    context = Context(components, owned.plugin, connection, lambda: viewer)
    return call_plugin(
        components,
        owned.plugin,
        lambda: [_row(owned.plugin, item) for item in owned.type.suggest(document, context, limit)],
    )


def insert(components: Components, reference: str, ticket: int | None, viewer: Actor) -> Inserted:
    """Return the text of a suggestion for a reply to a customer.

    Raises NotFound for an unknown reference, Refused for text that customers must not see.
    """
    kind, colon, _rest = reference.partition(":")
    owned = components.plugins.suggestions.get(kind) if colon else None
    if owned is None:
        known = names(f"{name}:…" for name in components.plugins.suggestions)
        raise NotFound(
            _("no suggestion {reference}", reference=reference),
            _("references begin with {known}", known=known),
        )

    def work(connection: Any) -> Inserted:
        if ticket is not None:
            components.store.ask_on(connection, ShowTicket(ticket), viewer)
        context = Context(components, owned.plugin, connection, lambda: viewer)
        text: object = call_plugin(components, owned.plugin, lambda: owned.type.insert(reference, context))
        if isinstance(text, suggestion.Words):
            return {"reference": reference, "title": text.title, "text": text.text}
        if isinstance(text, str):
            return {"reference": reference, "title": "", "text": text}
        raise plugin_error(owned.plugin, TypeError(f"insert returned a {type(text).__name__}, not Words"))

    return components.store.read_with_connection(work)


def _row(plugin: str, item: object) -> SuggestionRow:
    if not isinstance(item, suggestion.Suggestion):
        raise plugin_error(plugin, TypeError(f"suggest returned a {type(item).__name__}, not Suggestion objects"))
    return {
        "reference": item.reference,
        "title": item.title,
        "snippet": item.snippet,
        "score": float(item.score),
        "public": item.public,
        "plugin": plugin,
    }
