"""The agent that a command or query acts as: the named one, the one with the caller's login, or the only one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...errors import Refused, UsageError
from ...i18n import _
from ..kernel.actor import Actor
from ..values.suggestions import did_you_mean
from .model import Agent

#: Returns True if an agent's login is the caller's account.
IsCaller = Callable[[str], bool]


def default_agent(
    agents: Iterable[Agent], *, login: str | None, trusted: bool = True, is_caller: IsCaller | None = None
) -> Agent | None:
    """Return the agent that a caller acts as when no agent is named; None if it is ambiguous.

    `login` is the caller's account, None for a uid without an account. `is_caller` compares an agent's login with the
    caller; the default compares the names. A `trusted` caller (the desk's owner, root) acts as the desk's only agent,
    unless that agent has a login.
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

    `claim` is the handle that the caller gave, `login` the caller's account (None: the uid has no account). `trusted`
    callers (the desk's owner, root) may name any agent, other callers only the agent with their login. `is_caller` is
    the same as for `default_agent`. If `needed`, the actor must be an agent; otherwise a trusted caller without an
    agent acts as the system user. Raises UsageError and Refused.
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
            raise UsageError(
                _("more than one agent has your login; pass --as AGENT"),
                _("the agents are {agents}", agents=", ".join(mine)),
            )
        raise _no_agent(login)
    if not needed:
        return Actor.user(login or "unknown")
    if not active:
        raise UsageError(
            _("this desk has no agents yet"), _("add one: deskctl agent add HANDLE --name NAME --email ADDRESS")
        )
    raise UsageError(
        _("no agent given; pass --as AGENT or set DESKCTL_AGENT"),
        _("the agents are {agents}", agents=", ".join(sorted(active))),
    )


def _claimed(active: dict[str, Agent], claim: str, login: str | None, trusted: bool, same: IsCaller) -> Actor:
    agent = active.get(claim)
    mine = agent is not None and _has_login(agent, login, same)
    if not trusted and not mine:
        if not any(_has_login(other, login, same) for other in active.values()):
            raise _no_agent(login)
        raise Refused(
            _("{login} may not act as {agent}", login=str(login), agent=claim),
            _(
                "the desk's owner can run: deskctl agent set {agent} --login {login}",
                agent=claim,
                login=str(login),
            ),
        )
    if agent is None:
        raise UsageError(
            _('no agent is called "{agent}"{suggestion}', agent=claim, suggestion=did_you_mean(claim, active)),
            _("the agents are {agents}", agents=", ".join(sorted(active)))
            if active
            else _("there are no agents; deskctl agent add adds one"),
        )
    return Actor.agent(claim)


def _has_login(agent: Agent, login: str | None, same: IsCaller) -> bool:
    """Return True if the caller has the agent's login; False if the caller has no account or the agent no login."""
    return login is not None and agent.login is not None and same(agent.login)


def _no_agent(login: str | None) -> Refused:
    if login is None:
        return Refused(
            _("your uid has no account on this machine, so you are not an agent"),
            _("use an account that exists on this machine"),
        )
    return Refused(
        _("no agent has the login {login}", login=login),
        _("the desk's owner can run: deskctl agent set HANDLE --login {login}", login=login),
    )
