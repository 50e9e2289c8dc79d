"""The agent that a caller acts as, and the agents that a caller may name."""

from __future__ import annotations

import pytest

from deskctl.core.agents.caller import resolve
from deskctl.core.agents.model import Agent
from deskctl.errors import Refused, UsageError

ANA = Agent("ana", "Ana", "ana@acme.test", login="alima")
BEN = Agent("ben", "Ben", "ben@acme.test")


def test_caller_acts_as_the_agent_with_their_login() -> None:
    assert resolve([ANA, BEN], claim=None, login="alima", trusted=False, needed=True) == "agent:ana"


def test_only_a_trusted_caller_may_name_any_agent() -> None:
    assert resolve([ANA, BEN], claim="ben", login="root", trusted=True, needed=True) == "agent:ben"
    assert resolve([ANA, BEN], claim="ana", login="alima", trusted=False, needed=True) == "agent:ana"
    with pytest.raises(Refused):
        resolve([ANA, BEN], claim="ben", login="alima", trusted=False, needed=True)


def test_trusted_caller_acts_as_the_only_agent() -> None:
    assert resolve([BEN], claim=None, login="root", trusted=True, needed=True) == "agent:ben"
    with pytest.raises(Refused):
        resolve([BEN], claim=None, login="mallory", trusted=False, needed=True)


def test_error_without_an_agent_lists_the_agents() -> None:
    with pytest.raises(UsageError) as caught:
        resolve([ANA, BEN], claim=None, login="root", trusted=True, needed=True)
    assert "ana, ben" in caught.value.hint


def test_unknown_agent_gets_a_suggestion() -> None:
    with pytest.raises(UsageError, match="did you mean ben"):
        resolve([ANA, BEN], claim="bem", login="root", trusted=True, needed=True)


def test_command_without_an_agent_acts_as_the_system_user() -> None:
    assert resolve([ANA, BEN], claim=None, login="root", trusted=True, needed=False) == "user:root"


def test_inactive_agent_cannot_act() -> None:
    inactive = Agent("inactive", "Inactive", "inactive@acme.test", login="inactive", active=False)
    with pytest.raises(UsageError):
        resolve([inactive], claim="inactive", login="inactive", trusted=True, needed=True)


WITHOUT_LOGIN = Agent("nologin", "No Login", "none@acme.test")


@pytest.mark.parametrize("agents", [[WITHOUT_LOGIN], [WITHOUT_LOGIN, ANA], [ANA, BEN, WITHOUT_LOGIN]])
@pytest.mark.parametrize("claim", [None, "nologin", "ana", "unknown"])
@pytest.mark.parametrize("needed", [False, True])
def test_caller_without_an_account_is_refused(agents: list[Agent], claim: str | None, needed: bool) -> None:
    with pytest.raises(Refused, match="no account"):
        resolve(agents, claim=claim, login=None, trusted=False, needed=needed, is_caller=lambda _: True)


def test_caller_without_an_agent_is_refused_and_learns_no_names() -> None:
    for claim in (None, "ana", "unknown"):
        for needed in (False, True):
            with pytest.raises(Refused, match="no agent has the login mallory") as caught:
                resolve([ANA, WITHOUT_LOGIN], claim=claim, login="mallory", trusted=False, needed=needed)
            assert "ana" not in caught.value.what + caught.value.hint.replace("handle", "")


def test_logins_are_compared_with_is_caller() -> None:
    """Two names of one account are the same caller; the name of a deleted account matches no caller."""

    def same(login: str) -> bool:
        return login in ("toor", "root")

    toor = Agent("ana", "Ana", "ana@acme.test", login="toor")
    assert resolve([toor, BEN], claim=None, login="root", trusted=False, needed=True, is_caller=same) == "agent:ana"
    with pytest.raises(Refused):
        resolve([ANA], claim="ana", login="alima", trusted=False, needed=True, is_caller=lambda _: False)


def test_agent_must_be_named_if_several_have_the_login() -> None:
    second = Agent("ana2", "Ana", "ana2@acme.test", login="alima")
    with pytest.raises(UsageError, match="more than one agent"):
        resolve([ANA, second], claim=None, login="alima", trusted=False, needed=True)
    assert resolve([ANA, second], claim="ana2", login="alima", trusted=False, needed=True) == "agent:ana2"
