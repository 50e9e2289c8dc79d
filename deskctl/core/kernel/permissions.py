"""Permissions: which callers may use which command, query, call and plugin request.

This module is the only place that says so. What is not listed here is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ...errors import Refused


class Audience(StrEnum):
    """The callers that something is for."""

    OWNER = "owner"
    """The desk's owner and root."""
    AGENT = "agent"
    """Agents, and the owner and root."""
    INGEST = "ingest"
    """The users in `[desk] ingest_users`, and the owner and root."""
    DESK = "desk"
    """The desk itself; no caller."""


class Kind(StrEnum):
    """The ways to ask a desk for something."""

    COMMAND = "command"
    QUERY = "query"
    CALL = "call"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Rights:
    """The roles of a caller. `owner`: the desk's owner or root. `agent`: the handle of the agent who they are by
    their login. `ingest`: listed in `[desk] ingest_users`."""

    owner: bool = False
    agent: str | None = None
    ingest: bool = False

    def include(self, audience: Audience) -> bool:
        """Return whether the caller belongs to the audience."""
        if audience is Audience.DESK:
            return False
        return (
            self.owner
            or (audience is Audience.AGENT and self.agent is not None)
            or (audience is Audience.INGEST and self.ingest)
        )


_AGENT, _OWNER, _DESK = Audience.AGENT, Audience.OWNER, Audience.DESK

#: Audience by the name of a command (`core.commands`).
COMMANDS: Mapping[str, Audience] = {
    # tickets
    "Create": _AGENT,
    "Take": _AGENT,
    "Next": _AGENT,
    "Assign": _AGENT,
    "Reply": _AGENT,
    "Note": _AGENT,
    "Escalate": _AGENT,
    "Tag": _AGENT,
    "Set": _AGENT,
    "Solve": _AGENT,
    "Close": _AGENT,
    "Reopen": _AGENT,
    "Merge": _AGENT,
    "Split": _AGENT,
    "MarkSpam": _AGENT,
    "UnmarkSpam": _AGENT,
    "Undo": _AGENT,
    "ListCommands": _AGENT,
    "MarkSeen": _AGENT,
    "Compose": _AGENT,
    "Promise": _AGENT,
    "AskApproval": _AGENT,
    "Approve": _AGENT,
    "Deny": _AGENT,
    # contacts
    "SetContact": _AGENT,
    "MergeContacts": _AGENT,
    "UnmergeContact": _AGENT,
    "IssueLink": _AGENT,
    "ExportContact": _AGENT,
    "EraseContact": _AGENT,
    "Block": _AGENT,
    # calendars and service levels
    "AddCalendar": _AGENT,
    "ChangeCalendar": _AGENT,
    "RemoveCalendar": _AGENT,
    "AddPolicy": _AGENT,
    "ChangePolicy": _AGENT,
    "AddStep": _AGENT,
    "MovePolicy": _AGENT,
    "RemovePolicy": _AGENT,
    # routing and shifts
    "SetPresence": _AGENT,
    "RunRoutes": _AGENT,
    "AddShift": _AGENT,
    "TakeOff": _AGENT,
    "RemoveShift": _AGENT,
    "HandOver": _AGENT,
    "ReadHandovers": _AGENT,
    # mail
    "RetryIntake": _AGENT,
    "DropIntake": _AGENT,
    "RetryOutbox": _AGENT,
    "CancelOutbox": _AGENT,
    # people who work here
    "AddAgent": _OWNER,
    "ChangeAgent": _OWNER,
    "AddTeam": _OWNER,
    "ChangeTeam": _OWNER,
    # the desk's own
    "Receive": _DESK,
    "Quarantine": _DESK,
    "SettleDelivery": _DESK,
    "FireTimer": _DESK,
    "Tell": _DESK,
    "SettleCallback": _DESK,
    "Acknowledge": _DESK,
    "Reread": _DESK,
    "Answer": _DESK,
    "TakeStep": _DESK,
    "KeepClocks": _DESK,
    "WithdrawApproval": _DESK,
}

#: Audience by the name of a query (`core.queries`).
QUERIES: Mapping[str, Audience] = {
    "ListTickets": _AGENT,
    "CountTickets": _AGENT,
    "CheckNames": _AGENT,
    "ShowTicket": _AGENT,
    "Seen": _AGENT,
    "SearchMessages": _AGENT,
    "SearchContacts": _AGENT,
    "GetAttachment": _AGENT,
    "Completions": _AGENT,
    "ListContacts": _AGENT,
    "CountContacts": _AGENT,
    "FindContact": _AGENT,
    "ShowContact": _AGENT,
    "ContactEvents": _AGENT,
    "ListCalendars": _AGENT,
    "ShowCalendar": _AGENT,
    "CheckCalendar": _AGENT,
    "ListPolicies": _AGENT,
    "ShowPolicy": _AGENT,
    "TestPolicies": _AGENT,
    "ListDue": _AGENT,
    "ExplainClocks": _AGENT,
    "ExplainRoute": _AGENT,
    "ListShifts": _AGENT,
    "ShowShifts": _AGENT,
    "FindGaps": _AGENT,
    "ListHandovers": _AGENT,
    "PlanStaffing": _AGENT,
    "ShowQueue": _AGENT,
    "ListAgents": _AGENT,
    "ListTeams": _AGENT,
    "ListBlocks": _AGENT,
    "ListInbox": _AGENT,
    "ShowInbox": _AGENT,
    "ListOutbox": _AGENT,
    "ShowOutbox": _AGENT,
    "StoreStatus": _AGENT,
    "DeskHealth": _AGENT,
    # the desk's own
    "Journalled": _DESK,
    "RawMessages": _DESK,
    "WithoutSecrets": _DESK,
}

#: Audience of a plugin's request by `RequestType.who`.
REQUESTS: Mapping[str, Audience] = {"agent": _AGENT, "owner": _OWNER}

_TABLES = {Kind.COMMAND: COMMANDS, Kind.QUERY: QUERIES, Kind.REQUEST: REQUESTS}


def audience(kind: Kind, name: str) -> Audience:
    """Return the audience of a command or query by its name, of a plugin's request by its `who`.

    What is not listed is for the desk itself. Calls have their audience in `desk.calls`.
    """
    return _TABLES[kind].get(name, Audience.DESK)


def check(audience: Audience, kind: Kind, name: str, rights: Rights, login: str, *, account: bool = True) -> None:
    """Raise Refused unless the caller belongs to the audience. `kind` and `name` are for the message.

    `login` is the caller's name for the message; `account` is False if their uid has no account.
    """
    if rights.include(audience):
        return
    if not account:
        raise Refused(f"{login} has no account on this machine and may do nothing", "use an account that exists")
    if audience is Audience.INGEST:
        raise Refused(
            f"{login} may not hand in mail",
            f'the desk\'s owner can add it to the configuration: ingest_users = ["{login}"]',
        )
    if rights.agent is None:
        raise Refused(
            f"{login} may not use this desk: no agent has the login {login}",
            f"the desk's owner can run: deskctl agent set HANDLE --login {login}",
        )
    if audience is Audience.OWNER:
        raise Refused(f"{rights.agent} may not do this: it is for the desk's owner", "ask the desk's owner to do it")
    raise Refused(f"{rights.agent} may not use the {kind} {name}", "only the desk itself uses it")
