"""Who acts: an agent named outright, the agent behind a system user, or the only agent there is."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import Refused, UsageError
from .people import Actor, Agent
from .suggest import did_you_mean


def default_agent(agents: Iterable[Agent], *, login: str | None) -> Agent | None:
    """Who the system user `login` is when nobody is named; None when that cannot be told."""
    active = [agent for agent in agents if agent.active]
    mine = [agent for agent in active if login is not None and agent.login == login]
    if len(mine) == 1:
        return mine[0]
    return active[0] if len(active) == 1 and active[0].login in (None, login) else None


def resolve(agents: Iterable[Agent], *, claim: str | None, login: str | None, trusted: bool, needed: bool) -> Actor:
    """The actor of a command.

    `claim` is the handle that the caller gave, `login` the caller's system user. `trusted` callers (the desk's
    owner, root) may name any agent, others only the agent whose login they are. `needed`: only an agent will do;
    otherwise a caller who is nobody acts as the system user. Raises UsageError and Refused.
    """
    active = {agent.handle: agent for agent in agents if agent.active}
    if claim is not None:
        return _claimed(active, claim, login, trusted)
    found = default_agent(active.values(), login=login)
    if found is not None and (trusted or found.login == login):
        return Actor.agent(found.handle)
    if not needed:
        return Actor.user(login or "unknown")
    if not active:
        raise UsageError("this desk has no agents yet", "deskctl agent add HANDLE --name NAME --email ADDRESS")
    if not trusted:
        raise Refused(
            f"no agent has the login {login}",
            f"the desk's owner can say: deskctl agent set HANDLE --login {login}",
        )
    raise UsageError(
        "say which agent you are: --as AGENT or DESKCTL_AGENT", f"the agents are {', '.join(sorted(active))}"
    )


def _claimed(active: dict[str, Agent], claim: str, login: str | None, trusted: bool) -> Actor:
    agent = active.get(claim)
    if agent is None:
        raise UsageError(
            f"no agent is called “{claim}”{did_you_mean(claim, active)}",
            f"the agents are {', '.join(sorted(active)) or 'none yet: deskctl agent add'}",
        )
    if not trusted and agent.login != login:
        raise Refused(
            f"{login} may not act as {claim}", f"the desk's owner can say: deskctl agent set {claim} --login {login}"
        )
    return Actor.agent(claim)
