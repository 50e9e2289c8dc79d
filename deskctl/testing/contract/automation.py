"""The tests that every automation passes."""

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
    """Each test is a promise of `deskctl.plugins.automation.AutomationType`.

    To be brought: `automation`, and the fixtures `happening` (something that the automation acts on) and `context`
    (the desk as it is then, usually a `MemoryPluginContext` with the ticket of the happening).
    """

    automation: ClassVar[AutomationType]

    @pytest.fixture
    def happening(self) -> Happening:
        pytest.fail(f"{type(self).__name__} must bring the fixture `happening`, which the automation acts on")

    @pytest.fixture
    def context(self) -> MemoryPluginContext:
        pytest.fail(f"{type(self).__name__} must bring the fixture `context`: the desk when it happened")

    def test_it_is_described_as_the_desk_needs_it(self) -> None:
        about = self.automation
        assert re.fullmatch(r"[a-z][a-z0-9_.-]*", about.name), f"{about.name!r} is no name: small letters and digits"
        assert about.on, "it wants to hear of nothing"
        assert about.seconds > 0
        assert not inspect.iscoroutinefunction(about.run), "run is async; the desk calls it in a thread of its own"

    def test_it_does_something(self, happening: Happening, context: MemoryPluginContext) -> None:
        assert happening.kind in self.automation.on, f"it does not want to hear of {happening.kind}"
        assert self.run(happening, context), "it made nothing of what it should act on"

    def test_asked_twice_it_gives_the_same_commands(self, happening: Happening, context: MemoryPluginContext) -> None:
        """A run may end with the process, after which the desk asks again."""
        assert self.run(happening, context) == self.run(happening, context)

    @pytest.mark.parametrize("what", OUTGOING)
    def test_hostile_text_is_only_text(self, what: str, happening: Happening, context: MemoryPluginContext) -> None:
        context.memory.say(OUTGOING[what])
        first = self.run(happening, context)
        assert self.run(happening, context) == first

    def test_ten_megabytes_are_read_in_time(self, happening: Happening, context: MemoryPluginContext) -> None:
        context.memory.say(HUGE)
        began = time.monotonic()
        self.run(happening, context)
        took = time.monotonic() - began
        assert took < self.automation.seconds, f"it took {took:.1f} s, and has {self.automation.seconds:g} s"

    def test_facts_that_are_new_or_missing_change_nothing(
        self, happening: Happening, context: MemoryPluginContext
    ) -> None:
        """A later version of the desk may say more, and about some happenings less."""
        first = self.run(happening, context)
        more = happening._replace(facts={**happening.facts, "a_fact_of_tomorrow": [{"x": 1}, None]})
        assert self.run(more, context) == first, "an unknown fact changed what it does"
        self.run(happening._replace(facts={}), context)

    def test_a_ticket_that_is_gone_is_left_alone(self, happening: Happening, context: MemoryPluginContext) -> None:
        context.memory.tickets.clear()
        assert self.run(happening, context) == []
        assert self.run(happening._replace(ticket=None), context) == []

    def test_it_logs_nothing_that_people_wrote(
        self, happening: Happening, context: MemoryPluginContext, caplog: pytest.LogCaptureFixture
    ) -> None:
        context.memory.say("the secret word is xyzzy-plugh")
        with caplog.at_level(logging.DEBUG):
            self.run(happening, context)
        assert "xyzzy-plugh" not in caplog.text

    def run(self, happening: Happening, context: MemoryPluginContext) -> Sequence[Any]:
        """What the automation answers with: commands of `deskctl.plugins.actions`, and a `Write` as the word "Write":
        what it would do cannot be compared."""
        answer = list(self.automation.run(happening, context))
        known = (*(getattr(actions, name) for name in actions.__all__), Write)
        for each in answer:
            assert isinstance(each, known), f"{type(each).__name__} is none of deskctl.plugins.actions"
        return ["Write" if isinstance(each, Write) else each for each in answer]
