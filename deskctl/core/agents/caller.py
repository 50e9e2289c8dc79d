"""Who acts: a named agent, the agent behind a system user, or the only agent there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...errors import Refused, UsageError
from ..kernel.actor import Actor
from ..values.suggestions import did_you_mean
from .model import Agent

#: Returns whether an agent's login is the caller's account.
IsCaller = Callable[[str], bool]


def default_agent(
    agents: Iterable[Agent], *, login: str | None, trusted: bool = True, is_caller: IsCaller | None = None
) -> Agent | None:
    """Return the agent that a caller is when none is named; None when that is open.

    `login` is the caller's account, None for a uid without one. `is_caller` compares an agent's login with the
    caller, by name if not given. A `trusted` caller (the desk's owner, root) is the only agent there is, unless
    that agent has the login of someone else.
    """
    same = is_caller or (lambda name: name == login)
    active = [agent for agent in agents if agent.active]
    mine = [agent for agent in active if _has_login(agent, login, same)]
    if len(mine) == 1:
        return mine[0]
    return active[0] if trusted and len(active) == 1 and active[0].login is None else None


def resolve(
    agents: Iterable[Agent],
    *,
    claim: str | None,
    login: str | None,
    trusted: bool,
    needed: bool,
    is_caller: IsCaller | None = None,
) -> Actor:
    """Return the actor of a command or query.

    `claim` is the handle that the caller gave, `login` the caller's account (None: the uid has none). `trusted`
    callers (the desk's owner, root) may name any agent, others only the agent whose login they are; `is_caller` as in
    `default_agent`. `needed`: only an agent will do; otherwise a trusted caller without an agent acts as the system
    user. Raises UsageError and Refused.
    """
    same = is_caller or (lambda name: name == login)
    active = {agent.handle: agent for agent in agents if agent.active}
    if claim is not None:
        return _claimed(active, claim, login, trusted, same)
    found = default_agent(active.values(), login=login, trusted=trusted, is_caller=same)
    if found is not None:
        return Actor.agent(found.handle)
    if not trusted:
        mine = sorted(agent.handle for agent in active.values() if _has_login(agent, login, same))
        if mine:
            raise UsageError("more than one agent has your login; pass --as AGENT", f"the agents are {', '.join(mine)}")
        raise _no_agent(login)
    if not needed:
        return Actor.user(login or "unknown")
    if not active:
        raise UsageError("this desk has no agents yet", "deskctl agent add HANDLE --name NAME --email ADDRESS")
    raise UsageError(
        "no agent given; pass --as AGENT or set DESKCTL_AGENT", f"the agents are {', '.join(sorted(active))}"
    )


def _claimed(active: dict[str, Agent], claim: str, login: str | None, trusted: bool, same: IsCaller) -> Actor:
    agent = active.get(claim)
    mine = agent is not None and _has_login(agent, login, same)
    if not trusted and not mine:
        if not any(_has_login(other, login, same) for other in active.values()):
            raise _no_agent(login)
        raise Refused(
            f"{login} may not act as {claim}", f"the desk's owner can run: deskctl agent set {claim} --login {login}"
        )
    if agent is None:
        raise UsageError(
            f"no agent is called “{claim}”{did_you_mean(claim, active)}",
            f"the agents are {', '.join(sorted(active)) or 'none yet: deskctl agent add'}",
        )
    return Actor.agent(claim)


def _has_login(agent: Agent, login: str | None, same: IsCaller) -> bool:
    """A caller without an account is never an agent, and an agent without a login is never a caller."""
    return login is not None and agent.login is not None and same(agent.login)


def _no_agent(login: str | None) -> Refused:
    if login is None:
        return Refused("your uid has no account on this machine, so you are no agent", "use an account that exists")
    return Refused(
        f"no agent has the login {login}", f"the desk's owner can run: deskctl agent set HANDLE --login {login}"
    )
