"""The contract tests for automations."""

from __future__ import annotations

import inspect
import logging
import re
import time
from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from ...plugins import actions
from ...plugins.automation import AutomationType, Happening, Write
from ..automating import MemoryPluginContext
from .hostile import HUGE, OUTGOING


class AutomationContract:
    """Tests for the requirements of `deskctl.plugins.automation.AutomationType`.

    Provide `automation`, and the fixtures `happening` (an event to which the automation reacts) and `context` (the desk
    at that time, usually a `MemoryPluginContext` with the ticket of the event).
    """

    automation: ClassVar[AutomationType]

    @pytest.fixture
    def happening(self) -> Happening:
        pytest.fail(f"{type(self).__name__} must provide the fixture `happening`, an event for the automation")

    @pytest.fixture
    def context(self) -> MemoryPluginContext:
        pytest.fail(f"{type(self).__name__} must provide the fixture `context`, the desk at the time of the event")

    def test_description_is_valid(self) -> None:
        automation = self.automation
        valid = re.fullmatch(r"[a-z][a-z0-9_.-]*", automation.name)
        assert valid, f"not a name: {automation.name!r}; use lower-case letters and digits"
        assert automation.on, "`on` names no kinds of event"
        assert automation.seconds > 0
        assert not inspect.iscoroutinefunction(automation.run), "run is async, but the desk calls it in a thread"

    def test_event_gives_commands(self, happening: Happening, context: MemoryPluginContext) -> None:
        assert happening.kind in self.automation.on, f"`on` does not contain {happening.kind}"
        assert self.run(happening, context), "the automation gave no commands for the event"

    def test_repeated_run_gives_the_same_commands(self, happening: Happening, context: MemoryPluginContext) -> None:
        """The process can die during a run, and the desk then repeats it."""
        assert self.run(happening, context) == self.run(happening, context)

    @pytest.mark.parametrize("what", OUTGOING)
    def test_hostile_text_is_handled(self, what: str, happening: Happening, context: MemoryPluginContext) -> None:
        context.memory.say(OUTGOING[what])
        first = self.run(happening, context)
        assert self.run(happening, context) == first

    def test_large_message_is_handled_in_time(self, happening: Happening, context: MemoryPluginContext) -> None:
        context.memory.say(HUGE)
        start = time.monotonic()
        self.run(happening, context)
        elapsed = time.monotonic() - start
        assert elapsed < self.automation.seconds, f"took {elapsed:.1f} s, the limit is {self.automation.seconds:g} s"

    def test_unknown_and_missing_facts_are_accepted(self, happening: Happening, context: MemoryPluginContext) -> None:
        """A later version of the desk can give more facts, or fewer for some events."""
        first = self.run(happening, context)
        more = happening._replace(facts={**happening.facts, "a_fact_of_tomorrow": [{"x": 1}, None]})
        assert self.run(more, context) == first, "an unknown fact changed the commands"
        self.run(happening._replace(facts={}), context)

    def test_erased_ticket_gives_no_commands(self, happening: Happening, context: MemoryPluginContext) -> None:
        context.memory.tickets.clear()
        assert self.run(happening, context) == []
        assert self.run(happening._replace(ticket=None), context) == []

    def test_log_contains_no_message_text(
        self, happening: Happening, context: MemoryPluginContext, caplog: pytest.LogCaptureFixture
    ) -> None:
        context.memory.say("the secret word is xyzzy-plugh")
        with caplog.at_level(logging.DEBUG):
            self.run(happening, context)
        assert "xyzzy-plugh" not in caplog.text

    def run(self, happening: Happening, context: MemoryPluginContext) -> Sequence[Any]:
        """Return the commands of the automation. A `Write` becomes the word "Write", because it cannot be compared."""
        steps = list(self.automation.run(happening, context))
        known = (*(getattr(actions, name) for name in actions.__all__), Write)
        for step in steps:
            assert isinstance(step, known), f"{type(step).__name__} is not in deskctl.plugins.actions"
        return ["Write" if isinstance(step, Write) else step for step in steps]
