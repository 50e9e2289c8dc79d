"""Return words for shell completion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
from ..tables import agents, calendars, contacts, sla_policies, teams, ticket_tags, tickets
from ..tables.tickets import ACTIVE
from .reader import Answers

#: Tickets and contacts that are offered at most, the most recent first.
_RECENT = 5000


def complete(connection: Connection, settings: Settings, query: Completions) -> list[str]:
    """Return the words of a kind that begin with the prefix. Raises UsageError for an unknown kind."""
    action, sign, begun = query.prefix.partition("=")
    if query.kind == "action" and sign:
        words: Iterable[str] = (f"{action}={value}" for value in _action_values(connection, settings, action, begun))
    else:
        words = _words(connection, settings, query.kind)
    return [word for word in words if word.startswith(query.prefix)][: query.limit]


def _action_values(connection: Connection, settings: Settings, name: str, begun: str) -> Iterator[str]:
    """Yield values of an action; a kind of names may be given as prefix (`team:`)."""
    action = known_actions(settings).get(name)
    if action is None:
        return
    kind, sign, _name = begun.rpartition(":")
    prefix = f"{kind}:" if sign and kind in action.values.names else ""
    for names in (kind,) if prefix else action.values.names:
        for word in _words(connection, settings, names):
            yield from (f"{prefix}{sign}{word}" for sign in action.values.signs)
    yield from action.values.words()


def _words(connection: Connection, settings: Settings, kind: str) -> Iterable[str]:
    match kind:
        case "ticket":
            newest = (
                select(tickets.c.number)
                .where(text(ACTIVE))
                .order_by(tickets.c.updated_at.desc(), tickets.c.number.desc())
            )
            return map(str, connection.execute(newest.limit(_RECENT)).scalars())
        case "agent":
            return sorted(connection.execute(select(agents.c.handle).where(agents.c.active)).scalars())
        case "team":
            return sorted(connection.execute(select(teams.c.handle)).scalars())
        case "tag":
            return sorted(connection.execute(select(ticket_tags.c.tag).distinct()).scalars())
        case "contact":
            newest = select(contacts.c.id).where(contacts.c.merged_into.is_(None), contacts.c.erased_at.is_(None))
            return map(str, connection.execute(newest.order_by(contacts.c.id.desc()).limit(_RECENT)).scalars())
        case "calendar":
            known = connection.execute(select(calendars.c.name).where(~calendars.c.removed).distinct()).scalars()
            return sorted({ALWAYS, *known})
        case "policy":
            placed = select(sla_policies.c.name).where(sla_policies.c.position.is_not(None)).distinct()
            return sorted(connection.execute(placed).scalars())
        case "tier":
            own = (tier for kept in connection.execute(select(teams.c.plan)).scalars() for tier in plan(kept).tiers)
            return sorted({*TIERS, *own})
        case "skill":
            seats = connection.execute(select(agents.c.seat).where(agents.c.active)).scalars()
            return sorted({skill for kept in seats for skill in seat(kept).skills})
        case "action":
            return [f"{name}=" for name in known_actions(settings)]
        case "channel":
            return sorted({*settings.of(Channels).channels, *BUILT_IN})
    raise UsageError(_("cannot complete a {kind}", kind=kind))


ANSWERS: Answers = {
    Completions: lambda reader, query: complete(reader.connection, reader.settings, query),
}
