"""Who acts, and who may say that they are somebody."""

from __future__ import annotations

import pytest

from deskctl.core.agents.caller import resolve
from deskctl.core.agents.model import Agent
from deskctl.errors import Refused, UsageError

ANA = Agent("ana", "Ana", "ana@acme.test", login="alima")
BEN = Agent("ben", "Ben", "ben@acme.test")


def test_the_system_user_is_their_agent() -> None:
    assert resolve([ANA, BEN], claim=None, login="alima", trusted=False, needed=True) == "agent:ana"


def test_a_trusted_caller_may_be_anybody_others_only_themselves() -> None:
    assert resolve([ANA, BEN], claim="ben", login="root", trusted=True, needed=True) == "agent:ben"
    assert resolve([ANA, BEN], claim="ana", login="alima", trusted=False, needed=True) == "agent:ana"
    with pytest.raises(Refused):
        resolve([ANA, BEN], claim="ben", login="alima", trusted=False, needed=True)


def test_the_only_agent_is_meant_by_whoever_may_be_anybody() -> None:
    assert resolve([BEN], claim=None, login="root", trusted=True, needed=True) == "agent:ben"
    with pytest.raises(Refused):
        resolve([BEN], claim=None, login="mallory", trusted=False, needed=True)


def test_nobody_in_particular_is_told_who_there_is() -> None:
    with pytest.raises(UsageError) as caught:
        resolve([ANA, BEN], claim=None, login="root", trusted=True, needed=True)
    assert "ana, ben" in caught.value.hint


def test_a_wrong_name_is_told_who_was_meant() -> None:
    with pytest.raises(UsageError, match="did you mean ben"):
        resolve([ANA, BEN], claim="bem", login="root", trusted=True, needed=True)


def test_what_needs_no_agent_is_done_by_the_system_user() -> None:
    assert resolve([ANA, BEN], claim=None, login="root", trusted=True, needed=False) == "user:root"


def test_who_left_acts_no_more() -> None:
    gone = Agent("gone", "Gone", "gone@acme.test", login="gone", active=False)
    with pytest.raises(UsageError):
        resolve([gone], claim="gone", login="gone", trusted=True, needed=True)


NOBODYS = Agent("nobodys", "No Login", "none@acme.test")


@pytest.mark.parametrize("agents", [[NOBODYS], [NOBODYS, ANA], [ANA, BEN, NOBODYS]])
@pytest.mark.parametrize("claim", [None, "nobodys", "ana", "unknown"])
@pytest.mark.parametrize("needed", [False, True])
def test_a_caller_without_an_account_is_no_agent(agents: list[Agent], claim: str | None, needed: bool) -> None:
    with pytest.raises(Refused, match="no account"):
        resolve(agents, claim=claim, login=None, trusted=False, needed=needed, is_caller=lambda _: True)


def test_a_stranger_may_neither_work_nor_look_and_learns_no_names() -> None:
    for claim in (None, "ana", "unknown"):
        for needed in (False, True):
            with pytest.raises(Refused, match="no agent has the login mallory") as caught:
                resolve([ANA, NOBODYS], claim=claim, login="mallory", trusted=False, needed=needed)
            assert "ana" not in caught.value.what + caught.value.hint.replace("handle", "")


def test_logins_are_compared_as_the_caller_says() -> None:
    """Two names of one account are one person; the name of an account that is gone is nobody."""

    def same(login: str) -> bool:
        return login in ("toor", "root")

    toor = Agent("ana", "Ana", "ana@acme.test", login="toor")
    assert resolve([toor, BEN], claim=None, login="root", trusted=False, needed=True, is_caller=same) == "agent:ana"
    with pytest.raises(Refused):
        resolve([ANA], claim="ana", login="alima", trusted=False, needed=True, is_caller=lambda _: False)


def test_one_of_several_agents_with_ones_login_must_be_named() -> None:
    second = Agent("ana2", "Ana", "ana2@acme.test", login="alima")
    with pytest.raises(UsageError, match="more than one agent"):
        resolve([ANA, second], claim=None, login="alima", trusted=False, needed=True)
    assert resolve([ANA, second], claim="ana2", login="alima", trusted=False, needed=True) == "agent:ana2"
