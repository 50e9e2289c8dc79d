"""Routing: the examples of the how-to page, and a backlog that a daemon distributes."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.cli.shell import ROOT, NewDesk, Shell
from tests.servers.waiting import wait_until

PAGE = (ROOT / "docs" / "how-to" / "routing.md").read_text()


@pytest.fixture
def stored_desk(new_desk: NewDesk) -> Shell:
    """Return a desk on each store that only the commands of the test use."""
    return new_desk()


def examples() -> Iterator[tuple[str, list[str]]]:
    """Yield the commands of the page with the lines that they print; `…` stands for more lines."""
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *printed = example.splitlines()
            yield command, printed


def test_examples_of_the_routing_page_work(stored_desk: Shell) -> None:
    for command, printed in examples():
        out = stored_desk(*shlex.split(command)[1:]).out.splitlines()
        wanted = [line for line in printed if line != "…"]
        assert out[: len(wanted)] == wanted, command
        assert len(out) == len(wanted) or "…" in printed, command


def test_backlog_is_distributed_when_agents_come_online(desk: Shell) -> None:
    desk("team", "set", "support", "--route", "round_robin", "--cap-per-tick", "2", "--tick", "2s")
    for number in range(6):
        desk("new", "--from", f"c{number}@example.org", "--subject", "환불", "--team", "support", "-m", "문의")

    def owners() -> Counter[str | None]:
        return Counter(row["assignee"] for row in desk.tickets())

    assert desk("route", "explain", "1", "--json").row["would"]["why"] == "offline"
    desk("agent", "online", "agent1")
    assert owners()["agent1"] >= 2
    desk("agent", "online", "agent2")
    assert owners()["agent2"] >= 2
    decision = desk("route", "explain", "1", "--json").row["decisions"][0]
    assert (decision["agent"], decision["candidates"][0]) == ("agent1", {"agent": "agent1", "score": None})
    if desk.daemon is None:
        return  # no one is there to look at the clock
    wait_until(lambda: owners()[None] == 0, what="everything is given out")
    assert max(owners().values()) <= 4


def test_routing_errors_have_messages_and_exit_codes(desk: Shell) -> None:
    desk("new", "--from", "c@example.org", "--subject", "Refund", "--team", "support", "-m", "x")
    for words, code, said in (
        ("team set support --route fastest", 2, "use one of manual"),
        ("team set support --tiers a,b,a", 2, "a is listed twice"),
        ("team set nobody --route skill", 3, "no team"),
        ("agent set agent1 --capacity email=0", 2, "exclude the agent"),
        ("agent online nobody", 3, "no agent"),
        ("agent away --until yesterday", 2, "not a time"),
        ("route run", 4, "manually"),
        ("route explain 99", 3, "no ticket 99"),
        ("approve 1", 4, "no open request for approval"),
        ("escalate 1 --to seniorr --reason x", 3, "did you mean senior"),
        ("escalate 1 --to senior --for approval --reason x", 2, "--to and --for exclude each other"),
    ):
        assert said in desk(*words.split(), code=code).err, words
    desk("escalate", "1", "--for", "approval", "--reason", "환불 한도 초과")
    assert "your own" in desk("approve", "1", code=4).err
    assert "higher tier" in desk("--as", "agent2", "deny", "1", "--reason", "no", code=4).err
    desk("agent", "set", "agent2", "--tier", "senior")
    assert desk("--as", "agent2", "approve", "1", "--dry-run", "--json").row["facts"]["granted"] is True
    desk("--as", "agent2", "deny", "1", "--reason", "no")
    assert "no open request for approval" in desk("--as", "agent2", "deny", "1", "--reason", "no", code=4).err
