"""The contract tests for automations detect faulty automations."""

from __future__ import annotations

import pytest

from tests.unit.plugins.faulty import failed_tests

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

REPEAT = "test_repeated_run_gives_the_same_commands"
FACTS = "test_unknown_and_missing_facts_are_accepted"
ERASED = "test_erased_ticket_gives_no_commands"
NO_CHECK = """
def run(happening, context):
    context.desk.ask(ShowTicket(happening.ticket))
    return sound(happening, context)
"""
LOGS = """
def run(happening, context):
    for ticket in context.memory.tickets.values():
        context.log.info("%s", ticket["subject"])
    return sound(happening, context)
"""
FAULTS: dict[str, tuple[set[str], str]] = {
    "is correct": (set(), "run = sound"),
    "is random": ({REPEAT}, "def run(h, c):\n    return [Tag(1, add=(f'x{random.random()}',))]"),
    "requires all facts": ({FACTS}, "def run(h, c):\n    h.facts['message']\n    return sound(h, c)"),
    "fails with unknown facts": ({FACTS}, "def run(h, c):\n    return sound(h, c) if len(h.facts) < 5 else []"),
    "assumes that the ticket exists": ({ERASED}, NO_CHECK),
    "is async": ({"test_description_is_valid"}, "async def run(h, c):\n    return []"),
    "returns another type": ({"test_event_gives_commands"}, "def run(h, c):\n    return ['tag 1 seen']"),
    "returns no commands": ({"test_event_gives_commands"}, "def run(h, c):\n    return []"),
    "logs message text": ({"test_log_contains_no_message_text"}, LOGS),
}


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Run the contract for all faulty automations at once. Return the failed tests by fault."""
    file = tmp_path_factory.mktemp("broken") / "test_broken.py"
    parts = [ONE % {"number": n, "definition": definition} for n, (_, definition) in enumerate(FAULTS.values())]
    file.write_text(COMMON + "".join(parts))
    return failed_tests(file, {fault: tests for fault, (tests, _) in FAULTS.items()})


@pytest.mark.parametrize("fault", FAULTS)
def test_contract_detects_an_automation_that(fault: str, failed: dict[str, set[str]]) -> None:
    expected, _ = FAULTS[fault]
    assert expected <= failed[fault] if expected else not failed[fault]
