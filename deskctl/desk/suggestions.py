"""What plugins offer to an agent who looks at a ticket, and the words of what is taken."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from deskctl.core.people import Actor
from deskctl.core.queries.tickets import ShowTicket
from deskctl.desk import calls
from deskctl.desk.components import Components
from deskctl.desk.plugin_context import Context
from deskctl.desk.plugin_requests import call_plugin, failed
from deskctl.desk.ports import names
from deskctl.desk.requests import Inserted, SuggestionRow
from deskctl.errors import DeskctlError, NotFound
from deskctl.plugins import suggestion
from deskctl.plugins.manager import Owned

log = logging.getLogger("deskctl.plugins")

#: Suggestions of one call at most.
MOST = 50


def suggest(components: Components, params: Mapping[str, Any], viewer: Actor) -> list[SuggestionRow]:
    """`suggest`: the best of all plugins' for a ticket, best first; a plugin that fails is named in the log.

    Raises NotFound for a ticket that is not there.
    """
    calls.only(params, "ticket", "limit")
    ticket, limit = calls.parameter(params, "ticket", int), calls.parameter({"limit": 5, **params}, "limit", int)

    document = components.store.ask(ShowTicket(ticket), viewer)
    found: list[SuggestionRow] = []
    for owned in list(components.plugins.suggestions.values()):
        try:
            found += components.store.read_with_connection(
                lambda c: _offered(components, owned, document, limit, viewer, c)  # noqa: B023
            )
        except DeskctlError as error:
            log.warning("%s: no suggestions for ticket %d", error.what, ticket, exc_info=error.__cause__)
    return sorted(found, key=lambda row: -row["score"])[: max(0, min(limit, MOST))]


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


def insert(components: Components, params: Mapping[str, Any], viewer: Actor) -> Inserted:
    """`insert`: the words of a suggestion, for a reply to a customer.

    Raises NotFound for a reference that nobody knows, Refused for what customers may not see.
    """
    calls.only(params, "reference", "ticket")
    reference = calls.parameter(params, "reference", str)
    kind, colon, _ = reference.partition(":")
    owned = components.plugins.suggestions.get(kind) if colon else None
    if owned is None:
        known = names(f"{name}:…" for name in components.plugins.suggestions)
        raise NotFound(f"nothing is called {reference}", f"what can be inserted begins with {known}")

    def work(connection: Any) -> Inserted:
        if params.get("ticket") is not None:
            components.store.ask_on(connection, ShowTicket(calls.parameter(params, "ticket", int)), viewer)
        context = Context(components, owned.plugin, connection, lambda: viewer)
        given: object = call_plugin(components, owned.plugin, lambda: owned.type.insert(reference, context))
        if isinstance(given, suggestion.Words):
            return {"reference": reference, "title": given.title, "text": given.text}
        if isinstance(given, str):
            return {"reference": reference, "title": "", "text": given}
        raise failed(owned.plugin, TypeError(f"insert gave a {type(given).__name__}, not Words"))

    return components.store.read_with_connection(work)


def _row(plugin: str, item: object) -> SuggestionRow:
    if not isinstance(item, suggestion.Suggestion):
        raise failed(plugin, TypeError(f"suggest gave a {type(item).__name__}, not Suggestions"))
    return {
        "reference": item.reference,
        "title": item.title,
        "snippet": item.snippet,
        "score": float(item.score),
        "public": item.public,
        "plugin": plugin,
    }
