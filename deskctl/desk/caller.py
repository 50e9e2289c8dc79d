"""Callers of the desk: the system user, the rights, and the agent or user that they act as."""

from __future__ import annotations

import os
import pwd
import time
from collections.abc import Collection, Iterable, Sequence

from deskctl.core.agents import caller as callers
from deskctl.core.agents.model import Agent
from deskctl.core.kernel import permissions
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.permissions import Audience, Kind, Rights
from deskctl.dataclass import dataclass

#: Seconds for which the uid of a login is cached, because a lookup may ask a directory server.
_REMEMBER = 5.0
_uids: dict[str, tuple[float, int | None]] = {}


def login_of(uid: int) -> str | None:
    """Return the account name of a uid, None if it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None


def uid_of(login: str) -> int | None:
    """Return the uid of an account, None if there is no such account."""
    now = time.monotonic()
    known = _uids.get(login)
    if known is not None and now - known[0] < _REMEMBER:
        return known[1]
    try:
        uid: int | None = pwd.getpwnam(login).pw_uid
    except (KeyError, ValueError):  # ValueError: a NUL in the name
        uid = None
    if len(_uids) > 1000:
        _uids.clear()
    _uids[login] = now, uid
    return uid


@dataclass(frozen=True, slots=True)
class Caller:
    """A system user who sends requests. `login` is None if the uid has no account. `trusted`: the owner of the desk or
    root, who may act as any agent.
    """

    uid: int
    login: str | None
    trusted: bool

    @classmethod
    def of(cls, uid: int, owners: Collection[int]) -> Caller:
        """Return the caller with this uid. `owners` are the uids that own the desk, besides root."""
        return cls(uid, login_of(uid), uid == 0 or uid in owners)

    @classmethod
    def of_this_process(cls, owners: Collection[int]) -> Caller:
        """Return the user who runs this process."""
        return cls.of(os.geteuid(), owners)

    @property
    def name(self) -> str:
        """The name for messages and the audit log."""
        return self.login or f"uid-{self.uid}"

    def is_login(self, login: str) -> bool:
        """Return True if `login` is an account with the caller's uid."""
        return self.login is not None and uid_of(login) == self.uid

    def rights(self, agents: Iterable[Agent], ingest_users: Iterable[str]) -> Rights:
        """Return the rights of the caller at a desk with these agents and `[desk] ingest_users`."""
        mine = next((a.handle for a in agents if a.active and a.login is not None and self.is_login(a.login)), None)
        return Rights(self.trusted, mine, any(self.is_login(login) for login in ingest_users))

    def check(
        self, audience: Audience, kind: Kind, name: str, agents: Iterable[Agent], ingest_users: Iterable[str]
    ) -> None:
        """Raise Refused unless the caller belongs to the audience. `kind` and `name` as in `permissions.check`."""
        rights = self.rights(agents, ingest_users)
        permissions.check(audience, kind, name, rights, self.name, account=self.login is not None)

    def actor(self, agents: Iterable[Agent], claim: str | None, *, needed: bool) -> Actor:
        """Return the actor that the caller acts as; see `caller.resolve`. Raises UsageError and Refused."""
        login = self.login or (self.name if self.trusted else None)
        return callers.resolve(
            agents, claim=claim, login=login, trusted=self.trusted, needed=needed, is_caller=self.is_login
        )

    def aliases(self, agents: Iterable[Agent], claim: str | None) -> list[Actor]:
        """Return further actors that the caller acted as before a change of the agents.

        The desk's owner acts as the only active agent without a login, otherwise as a user. A deactivation of one of
        two agents, or of the only one, changes that.
        """
        if claim is not None or not self.trusted:
            return []
        agents = list(agents)
        active = [agent for agent in agents if agent.active]
        if not active:
            return [Actor.agent(agent.handle) for agent in agents if agent.login is None]
        if len(active) == 1 and active[0].login is None:
            return [Actor.user(self.name)]
        return []

    def viewer(self, audience: Audience, agents: Sequence[Agent], claim: str | None) -> Actor:
        """Return the actor of a query or call for this audience. Raises UsageError and Refused."""
        if audience is Audience.INGEST and claim is None:
            return Actor.user(self.name)  # a mail server is not an agent
        return self.actor(agents, claim, needed=False)

    def agent(self, agents: Iterable[Agent]) -> Agent | None:
        """Return the default agent of the caller, None if there is none."""
        return callers.default_agent(agents, login=self.login, trusted=self.trusted, is_caller=self.is_login)
