"""Add and change agents and teams."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from dataclasses import replace

from ...errors import NotFound, Refused, UsageError
from ...i18n import _, _n, _p, joined
from ..agents.commands import AddAgent, AddTeam, ChangeAgent, ChangeTeam
from ..agents.events import AgentChanged, RestoreAgent, RestoreTeam, TeamCreated, TeamRedefined
from ..agents.model import Agent, Team
from ..agents.repository import Agents
from ..kernel.actor import Actor
from ..kernel.command import Command
from ..kernel.event import Event
from ..kernel.feature import Restorer
from ..kernel.handler import Handler, Steps
from ..kernel.outcome import Outcome
from ..kernel.undo import Restore
from ..kernel.unit import Unit
from ..notifications import preferences
from ..notifications.schedule import reschedule
from ..routing import configuration
from ..values.dataclass_json import differing, with_fields
from ..values.suggestions import did_you_mean
from .deactivation import PORTION, end_presence, policy_remarks, unassign_tickets

_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")
_ADDRESS = re.compile(r"[^@\s<>\"',;:\\]+@[^@\s<>\"',;:\\]+\Z")
_AGENT_FIELDS = ("name", "email", "login", "teams", "active", "signature", "seat", "reach")
_RESERVED = frozenset({"none", "agent", "team", "system", "all", "me"})
_FIELD_NAMES = {
    "name": _p("field", "name"),
    "email": _p("field", "email"),
    "login": _p("field", "login"),
    "teams": _p("field", "teams"),
    "active": _p("field", "active"),
    "signature": _p("field", "signature"),
    "seat": _p("field", "routing profile"),
    "reach": _p("field", "notification preferences"),
    "plan": _p("field", "routing plan"),
}


def add_agent(unit: Unit, command: AddAgent, actor: Actor) -> Steps:
    handle = _handle(command.handle)
    if handle in Agents.of(unit).agents:
        raise Refused(
            _("agent {agent} already exists", agent=handle), _("deskctl agent set {agent} changes it", agent=handle)
        )
    if handle in Agents.of(unit).teams:
        raise Refused(
            _("a team is already called {name}", name=handle),
            _("agents and teams cannot have the same name; choose another one"),
        )
    _check_login_is_free(unit, command.login, handle)
    yield from _ensure_teams(unit, command.teams)
    Agents.of(unit).put_agent(
        Agent(handle, _line(command.name), _address(command.email), frozenset(command.teams), command.login)
    )
    yield AgentChanged(None, handle, ("added",))
    return Outcome(_("agent {agent} added", agent=handle), facts={"agent": handle, "teams": list(command.teams)})


def change_agent(unit: Unit, command: ChangeAgent, actor: Actor) -> Steps:
    agent = Agents.of(unit).agents.get(command.handle)
    if agent is None:
        raise NotFound(
            _(
                'no agent is called "{agent}"{suggestion}',
                agent=command.handle,
                suggestion=did_you_mean(command.handle, Agents.of(unit).agents),
            ),
            _("deskctl agent list shows the agents"),
        )
    _check_login_is_free(unit, command.login, agent.handle)
    if both := sorted({*command.join} & {*command.leave}):
        raise UsageError(
            _("team {team} is given with both --join and --leave", team=both[0]), _("give it with one of them only")
        )
    yield from _ensure_teams(unit, command.join)
    changed = replace(
        agent,
        name=agent.name if command.name is None else _line(command.name),
        email=agent.email if command.email is None else _address(command.email),
        login=agent.login if command.login is None else command.login or None,
        teams=(agent.teams | frozenset(command.join)) - frozenset(command.leave),
        active=agent.active if command.active is None else command.active,
        signature=agent.signature if command.signature is None else command.signature.strip(),
        seat=configuration.changed_profile(agent.seat, command),
        reach=preferences.changed_preferences(unit.settings, agent.reach, command),
    )
    what = tuple(f for f in _AGENT_FIELDS if getattr(agent, f) != getattr(changed, f))
    back = (yield from _write_agent(unit, agent, changed, what)) if what else ()
    remarks = [
        *configuration.agent_remarks(unit, changed),
        *preferences.remarks(unit.settings, changed, command),
        *policy_remarks(unit, changed),
    ]
    facts = {"agent": agent.handle, "remarks": remarks, "handed_back": list(back)}
    return Outcome(_change_summary(agent.handle, what, back), back, facts)


def _change_summary(agent: str, what: tuple[str, ...], queued: tuple[int, ...]) -> str:
    """Return the confirmation of a change of an agent's fields; `queued` are the tickets now back in the queue."""
    if not what:
        return _("agent {agent} is unchanged", agent=agent)
    fields = _field_names(what)
    if not queued:
        return _("agent {agent}: {fields} changed", agent=agent, fields=fields)
    if len(queued) == PORTION:
        return _(
            "agent {agent}: {fields} changed; the tickets of {agent} go back to the queue", agent=agent, fields=fields
        )
    if len(queued) == 1:
        return _(
            "agent {agent}: {fields} changed; ticket {number} is back in the queue",
            agent=agent,
            fields=fields,
            number=queued[0],
        )
    return _n(
        "agent {agent}: {fields} changed; {n} ticket is back in the queue",
        "agent {agent}: {fields} changed; {n} tickets are back in the queue",
        len(queued),
        agent=agent,
        fields=fields,
    )


def _write_agent(
    unit: Unit, before: Agent, after: Agent, what: tuple[str, ...]
) -> Generator[Event, None, tuple[int, ...]]:
    """Write a changed agent and the consequences of the change. Return the tickets that are back in the queue."""
    if (before.active and not after.active) or before.teams - after.teams:
        unit.ensure_invocation()  # tickets may be unassigned in several commands
    Agents.of(unit).put_agent(after)
    yield AgentChanged(None, after.handle, what, differing(before, after, what))
    reschedule(unit, before, after)
    yield from end_presence(unit, after)
    return (yield from unassign_tickets(unit, before, after))


def restore_agent(unit: Unit, past: RestoreAgent) -> Generator[Event, None, None]:
    """Undo `change_agent`. Raises Refused if another agent has the login now."""
    agent = Agents.of(unit).agents[past.agent]
    restored = with_fields(agent, past.fields)
    if restored.login != agent.login:
        _check_login_is_free(unit, restored.login, agent.handle)
    yield from _write_agent(unit, agent, restored, tuple(past.fields))


def restore_team(unit: Unit, past: RestoreTeam) -> Generator[Event, None, None]:
    """Undo `change_team`."""
    team = Agents.of(unit).teams[past.team]
    restored = with_fields(team, past.fields)
    Agents.of(unit).put_team(restored)
    yield TeamRedefined(None, team.handle, tuple(past.fields), differing(team, restored, past.fields))


def add_team(unit: Unit, command: AddTeam, actor: Actor) -> Steps:
    if command.handle in Agents.of(unit).teams:
        return Outcome(_("team {team} already exists", team=command.handle), facts={"team": command.handle})
    yield from _ensure_teams(unit, (command.handle,), command.name)
    return Outcome(_("team {team} added", team=command.handle), facts={"team": command.handle})


def change_team(unit: Unit, command: ChangeTeam, actor: Actor) -> Steps:
    team = Agents.of(unit).teams.get(command.handle)
    if team is None:
        raise NotFound(
            _(
                'no team is called "{team}"{suggestion}',
                team=command.handle,
                suggestion=did_you_mean(command.handle, Agents.of(unit).teams),
            ),
            _("deskctl team list shows the teams"),
        )
    changed = Team(
        team.handle,
        team.name if command.name is None else _line(command.name),
        team.signature if command.signature is None else command.signature.strip(),
        configuration.changed_plan(team.plan, command),
    )
    what = tuple(f for f in ("name", "signature", "plan") if getattr(team, f) != getattr(changed, f))
    if what:
        Agents.of(unit).put_team(changed)
        yield TeamRedefined(None, team.handle, what, differing(team, changed, what))
    facts = {"team": team.handle, "remarks": list(configuration.team_remarks(unit, changed))}
    if not what:
        return Outcome(_("team {team} is unchanged", team=team.handle), facts=facts)
    return Outcome(_("team {team}: {fields} changed", team=team.handle, fields=_field_names(what)), facts=facts)


def _field_names(what: Iterable[str]) -> str:
    """Return the names of fields as users read them."""
    return joined(", ", (_FIELD_NAMES[field] for field in what))


def _ensure_teams(unit: Unit, handles: Iterable[str], name: str | None = None) -> Generator[Event, None, None]:
    for handle in handles:
        if handle not in Agents.of(unit).teams:
            if _handle(handle) in Agents.of(unit).agents:
                raise Refused(
                    _("an agent is already called {name}", name=handle),
                    _("agents and teams cannot have the same name; choose another one"),
                )
            Agents.of(unit).put_team(Team(handle, _line(name or handle)))
            yield TeamCreated(None, handle)


def _handle(text: str) -> str:
    if not _HANDLE.match(text) or text in _RESERVED:
        raise UsageError(
            _('not a valid handle: "{handle}"', handle=text),
            _("use lower-case letters, digits, dots, dashes and underscores; some words such as none are reserved"),
        )
    return text


def _address(text: str) -> str:
    if not _ADDRESS.match(text) or not text.isprintable():
        raise UsageError(
            _('not a mail address: "{address}"', address=text), _("use an address such as anna@example.org")
        )
    return text


def _line(text: str) -> str:
    clean = " ".join(text.split())
    if not clean or not clean.isprintable():
        raise UsageError(_("a name must be one line of printable text"))
    return clean


def _check_login_is_free(unit: Unit, login: str | None, handle: str) -> None:
    for agent in Agents.of(unit).agents.values():
        if login and agent.login == login and agent.handle != handle:
            raise Refused(
                _("agent {agent} already has the login {login}", agent=agent.handle, login=login),
                _("deskctl agent set {agent} --login '' removes it there", agent=agent.handle),
            )


HANDLERS: dict[type[Command], Handler] = {
    AddAgent: add_agent,
    ChangeAgent: change_agent,
    AddTeam: add_team,
    ChangeTeam: change_team,
}
RESTORERS: dict[type[Restore], Restorer] = {RestoreAgent: restore_agent, RestoreTeam: restore_team}
