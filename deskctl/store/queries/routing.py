"""Queries for routing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from ...core.agents.model import Team
from ...core.agents.repository import Agents
from ...core.agents.routing_profile import RoutingPlan
from ...core.kernel.settings import Settings
from ...core.kernel.unit import Unit
from ...core.routing import explanation
from ...core.routing.events import Routed
from ...core.routing.queries import ExplainRoute
from ...core.routing.team_state import router_for
from ...errors import NotFound
from ...i18n import _
from .. import rows
from ..engine import Database
from ..moments import rfc3339
from ..routing import waiting_rows
from ..sla import PolicyBookCache
from ..source import DatabaseSource
from ..tables import events, tickets
from .parameters import moment
from .reader import Answers

if TYPE_CHECKING:
    from ...core.routing.views import RouteDecision, RouteDocument

#: The number of decisions that are shown, newest first.
SHOWN = 10


def explain(connection: Connection, query: ExplainRoute, settings: Settings, database: Database) -> RouteDocument:
    """Explain the routing of a ticket. Raises NotFound and UsageError."""
    asked = select(tickets).where(tickets.c.number == query.ticket)
    row = connection.execute(asked).one_or_none() if 0 < query.ticket < 2**63 else None
    if row is None:
        raise NotFound(_("no ticket {number}", number=query.ticket), _("see deskctl list --all"))
    now = moment(query.now, settings)
    unit = Unit(DatabaseSource(connection, database.ids(connection), PolicyBookCache()), settings, now)
    team = Agents.of(unit).teams.get(row.team or "")
    made = select(events).where(events.c.ticket == query.ticket, events.c.kind == Routed.kind)
    recorded = connection.execute(made.order_by(events.c.id.desc()).limit(SHOWN))
    decisions = [explanation.recorded_decision(rows.event(event)) for event in recorded]
    would = _hypothetical(unit, team, connection, row)
    plan = team.plan if team is not None else RoutingPlan()
    return {
        "ticket": row.number,
        "status": row.status,
        "team": row.team,
        "strategy": plan.strategy.value,
        "assignee": row.assignee,
        "queue_at": rfc3339(row.queue_at),
        "decisions": decisions,
        "would": would,
        "said": explanation.describe(plan, row.channel, decisions, would, settings.timezone),
    }


def _hypothetical(unit: Unit, team: Team | None, connection: Connection, row: Any) -> RouteDecision | None:
    waits = row.assignee is None and row.status in ("new", "open")
    if team is None or not team.plan.routed or not waits:
        return None
    router = router_for(unit, team)
    [ticket] = waiting_rows(connection, [row])
    return explanation.hypothetical_decision(router, ticket, router.decide(ticket))


ANSWERS: Answers = {
    ExplainRoute: lambda reader, query: explain(reader.connection, query, reader.settings, reader.database),
}
