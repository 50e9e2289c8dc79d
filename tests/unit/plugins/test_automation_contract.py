"""The contract of automations finds the faults it is there to find."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

COMMON = """
import dataclasses, random
import pytest
from deskctl.plugins import NotFound
from deskctl.plugins.actions import Tag
from deskctl.plugins.automation import AutomationType
from deskctl.plugins.queries import ShowTicket
from deskctl.testing.automating import MemoryPluginContext, happened, ticket_document
from deskctl.testing.contract import AutomationContract

pytest_plugins = ["deskctl.testing.pytest_plugin"]

def sound(happening, context):
    try:
        ticket = context.desk.ask(ShowTicket(happening.ticket)) if happening.ticket else None
    except NotFound:
        ticket = None
    return [Tag(ticket["number"], add=("seen",))] if ticket and ticket["messages"][0]["text"] else []

class Common(AutomationContract):
    @pytest.fixture
    def happening(self):
        return happened()

    @pytest.fixture
    def context(self):
        return MemoryPluginContext(ticket_document(1, "It burns."))
"""

ONE = """
%(definition)s

class Test%(number)d(Common):
    automation = AutomationType(name="tagger", on=frozenset({"message_received"}), run=run)
"""

TWICE = "test_asked_twice_it_gives_the_same_commands"
FACTS = "test_facts_that_are_new_or_missing_change_nothing"
GONE = "test_a_ticket_that_is_gone_is_left_alone"
TRUSTS = """
def run(happening, context):
    context.desk.ask(ShowTicket(happening.ticket))
    return sound(happening, context)
"""
TELLS = """
def run(happening, context):
    for ticket in context.memory.tickets.values():
        context.log.info("%s", ticket["subject"])
    return sound(happening, context)
"""
FAULTS: dict[str, tuple[set[str], str]] = {
    "is sound": (set(), "run = sound"),
    "guesses": ({TWICE}, "def run(h, c):\n    return [Tag(1, add=(f'x{random.random()}',))]"),
    "needs every fact": ({FACTS}, "def run(h, c):\n    h.facts['message']\n    return sound(h, c)"),
    "chokes on new facts": ({FACTS}, "def run(h, c):\n    return sound(h, c) if len(h.facts) < 5 else []"),
    "trusts that the ticket is there": ({GONE}, TRUSTS),
    "is async": ({"test_it_is_described_as_the_desk_needs_it"}, "async def run(h, c):\n    return []"),
    "answers with something else": ({"test_it_does_something"}, "def run(h, c):\n    return ['tag 1 seen']"),
    "does nothing": ({"test_it_does_something"}, "def run(h, c):\n    return []"),
    "tells the log": ({"test_it_logs_nothing_that_people_wrote"}, TELLS),
}


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """By fault: the promises that its automation breaks. One run for all of them."""
    file = tmp_path_factory.mktemp("broken") / "test_broken.py"
    parts = [ONE % {"number": n, "definition": definition} for n, (_, definition) in enumerate(FAULTS.values())]
    file.write_text(COMMON + "".join(parts))
    options = ["-q", "-p", "no:cacheprovider", "--tb=no", "-rf", f"--rootdir={file.parent}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, file],
        cwd=file.parent,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    found: dict[str, set[str]] = {fault: set() for fault in FAULTS}
    for number, promise in re.findall(r"^FAILED .*::Test(\d+)::(\w+)", done.stdout, re.MULTILINE):
        found[list(FAULTS)[int(number)]].add(promise)
    return found


@pytest.mark.parametrize("fault", FAULTS)
def test_the_contract_judges_an_automation_that(fault: str, failed: dict[str, set[str]]) -> None:
    promises, _ = FAULTS[fault]
    assert promises <= failed[fault] if promises else not failed[fault]
