"""Who acts, and who may say that they are somebody."""

from __future__ import annotations

import pytest

from deskctl.core.callers import resolve
from deskctl.core.people import Agent
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
