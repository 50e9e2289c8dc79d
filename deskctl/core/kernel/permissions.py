"""Permissions: the audiences of commands, queries, calls and plugin requests, and the check of a caller.

Each command and query declares its audience with its class (`class Take(Command, audience=Audience.AGENT)`), each call
in `desk.calls`, and a plugin request with `RequestType.who`. Without a declaration it is for the desk itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from ...dataclass import dataclass
from ...errors import Refused
from ...i18n import _


class Audience(StrEnum):
    """A group of callers."""

    OWNER = "owner"
    """The desk's owner and root."""
    AGENT = "agent"
    """Agents, and the owner and root."""
    INGEST = "ingest"
    """The users in `[desk] ingest_users`, and the owner and root."""
    DESK = "desk"
    """The desk itself; no caller."""


class Kind(StrEnum):
    """The kinds of requests to a desk."""

    COMMAND = "command"
    QUERY = "query"
    CALL = "call"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Rights:
    """The roles of a caller.

    `owner`: the owner of the desk or root. `agent`: the handle of the agent with the caller's login. `ingest`: listed
    in `[desk] ingest_users`.
    """

    owner: bool = False
    agent: str | None = None
    ingest: bool = False

    def include(self, audience: Audience) -> bool:
        """Return True if the caller belongs to the audience."""
        if audience is Audience.DESK:
            return False
        return (
            self.owner
            or (audience is Audience.AGENT and self.agent is not None)
            or (audience is Audience.INGEST and self.ingest)
        )


#: The audience of a plugin's request by `RequestType.who`. Other values are for the desk itself.
REQUESTS: Mapping[str, Audience] = {"agent": Audience.AGENT, "owner": Audience.OWNER}


def check(audience: Audience, kind: Kind, name: str, rights: Rights, login: str, *, account: bool = True) -> None:
    """Raise Refused unless the caller belongs to the audience. `kind` and `name` are for the message.

    `login` is the caller's name for the message; `account` is False if their uid has no account.
    """
    if rights.include(audience):
        return
    if not account:
        raise Refused(
            _("{login} has no account on this machine and cannot use the desk", login=login),
            _("use an existing account"),
        )
    if audience is Audience.INGEST:
        raise Refused(
            _("{login} may not hand in mail", login=login),
            _('the desk\'s owner can add it to the configuration: ingest_users = ["{login}"]', login=login),
        )
    if rights.agent is None:
        raise Refused(
            _("{login} may not use this desk: no agent has the login {login}", login=login),
            _("the desk's owner can run: deskctl agent set HANDLE --login {login}", login=login),
        )
    if audience is Audience.OWNER:
        raise Refused(
            _("{agent} may not do this: only the desk's owner may", agent=rights.agent),
            _("ask the desk's owner to do it"),
        )
    raise Refused(
        _("{agent} may not use the {kind} {name}", agent=rights.agent, kind=str(kind), name=name),
        _("only the desk itself uses it"),
    )
