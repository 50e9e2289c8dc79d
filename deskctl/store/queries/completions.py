"""Queries for shell completion."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import Connection, select, text

from ...core.actions.registry import known_actions
from ...core.agents.routing_profile import TIERS
from ...core.calendars.model import ALWAYS
from ...core.kernel.settings import Settings
from ...core.messages.channels import BUILT_IN, Channels
from ...core.search.queries import Completions
from ...errors import UsageError
from ...i18n import _
from ..documents import plan, seat
from ..saved_views import stored_views
from ..tables import agents, calendars, contacts, sla_policies, teams, ticket_tags, tickets
from ..tables.tickets import ACTIVE
from .reader import Answers

#: The maximum number of tickets or contacts to offer, newest first.
_RECENT = 5000


def complete(connection: Connection, settings: Settings, query: Completions) -> list[str]:
    """Return the words of a kind that start with the prefix. Raises UsageError for an unknown kind."""
    action, mark, typed = query.prefix.partition("=")
    if query.kind == "query":
        words: Iterable[str] = _query_words(connection, settings, query.prefix)
    elif query.kind == "action" and mark:
        words = (f"{action}={value}" for value in _action_values(connection, settings, action, typed))
    else:
        words = names_of_kind(connection, settings, query.kind)
    return [word for word in words if word.startswith(query.prefix)][: query.limit]


def _query_words(connection: Connection, settings: Settings, typed: str) -> Iterator[str]:
    """Yield the fields of the query language, or the values of the field that has been typed."""
    from ...core.query_language.fields import query_fields

    if typed.startswith("@"):
        yield from (f"@{view}" for view in stored_views(connection))
        return
    fields = query_fields(settings)
    name, mark, value = typed.partition(":")
    if not mark:
        yield from (f"{each}:" for each in fields)
    elif (field := fields.get(name.lower())) is not None:
        sign = value[: len(value) - len(value.lstrip("<>="))]
        kind = field.names or (name if name in ("tag", "contact") else None)
        values = names_of_kind(connection, settings, kind) if kind else field.values
        yield from (f"{name}:{sign}{each}" for each in values)
        if field.optional and not sign:
            yield from (f"{name}:none", f"{name}:*")


def _action_values(connection: Connection, settings: Settings, name: str, typed: str) -> Iterator[str]:
    """Yield the values of an action. The value may start with a kind, such as `team:`."""
    action = known_actions(settings).get(name)
    if action is None:
        return
    typed_kind, mark, _name = typed.rpartition(":")
    prefix = f"{typed_kind}:" if mark and typed_kind in action.values.names else ""
    for kind in (typed_kind,) if prefix else action.values.names:
        for word in names_of_kind(connection, settings, kind):
            yield from (f"{prefix}{sign}{word}" for sign in action.values.signs)
    yield from action.values.words()


def names_of_kind(connection: Connection, settings: Settings, kind: str) -> Collection[str]:
    """Return the names of a kind of `Completions`. Raises UsageError for an unknown kind."""
    match kind:
        case "ticket":
            newest = (
                select(tickets.c.number)
                .where(text(ACTIVE))
                .order_by(tickets.c.updated_at.desc(), tickets.c.number.desc())
            )
            return [str(number) for number in connection.execute(newest.limit(_RECENT)).scalars()]
        case "agent":
            return sorted(connection.execute(select(agents.c.handle).where(agents.c.active)).scalars())
        case "team":
            return sorted(connection.execute(select(teams.c.handle)).scalars())
        case "tag":
            return sorted(connection.execute(select(ticket_tags.c.tag).distinct()).scalars())
        case "contact":
            newest = select(contacts.c.id).where(contacts.c.merged_into.is_(None), contacts.c.erased_at.is_(None))
            recent = newest.order_by(contacts.c.id.desc()).limit(_RECENT)
            return [str(number) for number in connection.execute(recent).scalars()]
        case "view":
            return list(stored_views(connection))
        case "calendar":
            known = connection.execute(select(calendars.c.name).where(~calendars.c.removed).distinct()).scalars()
            return sorted({ALWAYS, *known})
        case "policy":
            ordered = select(sla_policies.c.name).where(sla_policies.c.position.is_not(None)).distinct()
            return sorted(connection.execute(ordered).scalars())
        case "tier":
            plans = connection.execute(select(teams.c.plan)).scalars()
            return sorted({*TIERS, *(tier for stored in plans for tier in plan(stored).tiers)})
        case "skill":
            seats = connection.execute(select(agents.c.seat).where(agents.c.active)).scalars()
            return sorted({skill for stored in seats for skill in seat(stored).skills})
        case "action":
            return [f"{name}=" for name in known_actions(settings)]
        case "channel":
            return sorted({*settings.of(Channels).channels, *BUILT_IN})
    raise UsageError(_('unknown kind of completion: "{kind}"', kind=kind))


ANSWERS: Answers = {
    Completions: lambda reader, query: complete(reader.connection, reader.settings, query),
}
