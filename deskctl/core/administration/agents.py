"""Setting up who works here: agents and teams."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from dataclasses import replace

from ...errors import NotFound, Refused, UsageError
from ..agents import commands as admin
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
from ..notifications import schedule as timing
from ..routing import configuration as routing_configuration
from ..values.dataclass_json import differing, with_fields
from ..values.suggestions import did_you_mean
from . import deactivation as leaving

_HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")
_ADDRESS = re.compile(r"[^@\s<>\"',;:\\]+@[^@\s<>\"',;:\\]+\Z")
_AGENT_FIELDS = ("name", "email", "login", "teams", "active", "signature", "seat", "reach")
_RESERVED = frozenset({"none", "agent", "team", "system", "all", "me"})


def add_agent(unit: Unit, command: admin.AddAgent, actor: Actor) -> Steps:
    handle = _handle(command.handle)
    if handle in Agents.of(unit).agents:
        raise Refused(f"there is an agent {handle} already", f"deskctl agent set {handle} changes it")
    if handle in Agents.of(unit).teams:
        raise Refused(f"a team is called {handle}", "agents and teams share their names; choose another")
    _check_login_is_free(unit, command.login, handle)
    yield from _ensure_teams(unit, command.teams)
    Agents.of(unit).put_agent(
        Agent(handle, _line(command.name), _address(command.email), frozenset(command.teams), command.login)
    )
    yield AgentChanged(None, handle, ("added",))
    return Outcome(f"agent {handle} is added", facts={"agent": handle, "teams": list(command.teams)})


def change_agent(unit: Unit, command: admin.ChangeAgent, actor: Actor) -> Steps:
    agent = Agents.of(unit).agents.get(command.handle)
    if agent is None:
        raise NotFound(
            f"no agent is called “{command.handle}”{did_you_mean(command.handle, Agents.of(unit).agents)}",
            "deskctl agent list shows them",
        )
    _check_login_is_free(unit, command.login, agent.handle)
    if both := sorted({*command.join} & {*command.leave}):
        raise UsageError(f"team {both[0]} stands in --join and in --leave", "give it in one of them")
    yield from _ensure_teams(unit, command.join)
    changed = replace(
        agent,
        name=agent.name if command.name is None else _line(command.name),
        email=agent.email if command.email is None else _address(command.email),
        login=agent.login if command.login is None else command.login or None,
        teams=(agent.teams | frozenset(command.join)) - frozenset(command.leave),
        active=agent.active if command.active is None else command.active,
        signature=agent.signature if command.signature is None else command.signature.strip(),
        seat=routing_configuration.changed_profile(agent.seat, command),
        reach=preferences.changed_preferences(unit.settings, agent.reach, command),
    )
    what = tuple(f for f in _AGENT_FIELDS if getattr(agent, f) != getattr(changed, f))
    back = (yield from _write_agent(unit, agent, changed, what)) if what else ()
    remarks = [
        *routing_configuration.agent_remarks(unit, changed),
        *preferences.remarks(unit.settings, changed, command),
        *leaving.policy_remarks(unit, changed),
    ]
    facts = {"agent": agent.handle, "remarks": remarks, "handed_back": list(back)}
    queued = f"; {len(back)} tickets of theirs are in the queue again" if len(back) > 1 else ""
    queued = f"; ticket {back[0]} is in the queue again" if len(back) == 1 else queued
    return Outcome(f"agent {agent.handle}: {_field_names(what)} changed{queued}", back, facts)


def _write_agent(
    unit: Unit, before: Agent, after: Agent, what: tuple[str, ...]
) -> Generator[Event, None, tuple[int, ...]]:
    """An agent is changed, with what follows; the tickets that are in the queue again."""
    Agents.of(unit).put_agent(after)
    yield AgentChanged(None, after.handle, what, differing(before, after, what))
    timing.reschedule(unit, before, after)
    yield from leaving.end_presence(unit, after)
    return (yield from leaving.unassign_tickets(unit, before, after))


def restore_agent(unit: Unit, past: RestoreAgent) -> Generator[Event, None, None]:
    """Undo `change_agent`. Raises Refused when the login is another agent's by now."""
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


def add_team(unit: Unit, command: admin.AddTeam, actor: Actor) -> Steps:
    if command.handle in Agents.of(unit).teams:
        return Outcome(f"there is a team {command.handle} already", facts={"team": command.handle})
    yield from _ensure_teams(unit, (command.handle,), command.name)
    return Outcome(f"team {command.handle} is added", facts={"team": command.handle})


def change_team(unit: Unit, command: admin.ChangeTeam, actor: Actor) -> Steps:
    team = Agents.of(unit).teams.get(command.handle)
    if team is None:
        raise NotFound(
            f"no team is called “{command.handle}”{did_you_mean(command.handle, Agents.of(unit).teams)}",
            "deskctl team list shows them",
        )
    changed = Team(
        team.handle,
        team.name if command.name is None else _line(command.name),
        team.signature if command.signature is None else command.signature.strip(),
        routing_configuration.changed_plan(team.plan, command),
    )
    what = tuple(f for f in ("name", "signature", "plan") if getattr(team, f) != getattr(changed, f))
    if what:
        Agents.of(unit).put_team(changed)
        yield TeamRedefined(None, team.handle, what, differing(team, changed, what))
    facts = {"team": team.handle, "remarks": list(routing_configuration.team_remarks(unit, changed))}
    return Outcome(f"team {team.handle}: {_field_names(what)} changed", facts=facts)


def _field_names(what: Iterable[str]) -> str:
    """Fields in the words of whoever set them."""
    words = {"seat": "what they can take", "reach": "how they are told things", "plan": "how its tickets are routed"}
    return ", ".join(words.get(field, field) for field in what) or "nothing"


def _ensure_teams(unit: Unit, handles: Iterable[str], name: str | None = None) -> Generator[Event, None, None]:
    for handle in handles:
        if handle not in Agents.of(unit).teams:
            if _handle(handle) in Agents.of(unit).agents:
                raise Refused(f"an agent is called {handle}", "agents and teams share their names; choose another")
            Agents.of(unit).put_team(Team(handle, _line(name or handle)))
            yield TeamCreated(None, handle)


def _handle(text: str) -> str:
    if not _HANDLE.match(text) or text in _RESERVED:
        raise UsageError(
            f"“{text}” cannot be a handle", "lower-case letters, digits, dot, dash and underscore; not a word like none"
        )
    return text


def _address(text: str) -> str:
    if not _ADDRESS.match(text) or not text.isprintable():
        raise UsageError(f"“{text}” is not a mail address", "as in anna@example.org")
    return text


def _line(text: str) -> str:
    clean = " ".join(text.split())
    if not clean or not clean.isprintable():
        raise UsageError("a name is one line of readable text")
    return clean


def _check_login_is_free(unit: Unit, login: str | None, handle: str) -> None:
    for agent in Agents.of(unit).agents.values():
        if login and agent.login == login and agent.handle != handle:
            raise Refused(f"the login {login} is {agent.handle}'s", f"deskctl agent set {agent.handle} --login ''")


HANDLERS: dict[type[Command], Handler] = {
    admin.AddAgent: add_agent,
    admin.ChangeAgent: change_agent,
    admin.AddTeam: add_team,
    admin.ChangeTeam: change_team,
}
RESTORERS: dict[type[Restore], Restorer] = {RestoreAgent: restore_agent, RestoreTeam: restore_team}
