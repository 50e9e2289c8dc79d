"""Warnings about SLA policies that cannot work, on each store."""

from __future__ import annotations

import pytest

from deskctl.core.sla import commands as lv
from deskctl.errors import DeskctlError
from tests.commands.desk import StoredDesk
from tests.commands.sla.test_clocks import gold

__all__ = ["gold"]


def remarks(desk: StoredDesk, command: lv.AddPolicy | lv.ChangePolicy) -> list[str]:
    return [str(remark) for remark in desk.do(command, "user:root").facts["remarks"]]


def test_policies_that_can_never_match_produce_a_warning(desk: StoredDesk) -> None:
    target = (("resolution", "1d"),)
    desk.do(lv.AddPolicy("high", "priority:>=high contact.tier:*", "24x7", target), "user:root")
    shadowed = remarks(desk, lv.AddPolicy("urgent", "contact.tier:vip priority:urgent", "24x7", target))
    assert shadowed == ["urgent can never match: high comes before it and matches all of its tickets"]
    assert remarks(desk, lv.AddPolicy("normal", "contact.tier:vip priority:>=normal", "24x7", target)) == []
    for when in (
        "tag:x -tag:x",
        "team:support team:leads",
        "priority:low priority:>low",
        "contact.org:none contact.org:*",
    ):
        name = f"never{abs(hash(when))}"
        assert any(
            "exclude each other" in remark for remark in remarks(desk, lv.AddPolicy(name, when, "24x7", target))
        ), when
    assert remarks(desk, lv.AddPolicy("two", "tag:a tag:b -tag:c", "24x7", target)) == []
    [unknown] = remarks(desk, lv.AddPolicy("slip", "team:suport", "24x7", target))
    assert unknown == "no team is called suport yet (did you mean support?)"


def test_target_that_is_never_due_produces_a_warning(desk: StoredDesk) -> None:
    [never] = remarks(desk, lv.AddPolicy("gone", "", "24x7", (("first_response", "999999w"),)))
    assert "never due" in never


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("team=team:support", "give the name of a team, without a prefix"),
        ("notify=foo:agent1", 'does not accept "foo:"'),
        ("notify=team:agent1", 'no team is called "agent1"'),
        ("escalate=agent:senior", 'no agent is called "senior"'),
        ("escalate=tier:leads", 'no tier is called "leads"'),
        ("assign=tier:lead", 'does not accept "tier:"'),
        ("notify=tier:owner", 'no tier is called "owner"'),
    ],
)
def test_step_that_can_only_fail_is_refused(gold: StoredDesk, then: str, words: str) -> None:
    with pytest.raises(DeskctlError) as raised:
        gold.do(lv.AddStep("gold", "90%", (then,)), "user:root")
    assert words in f"{raised.value.what} {raised.value.hint}"
