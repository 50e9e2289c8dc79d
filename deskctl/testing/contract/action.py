"""The contract tests for actions."""

from __future__ import annotations

import dataclasses
import inspect
import logging
import re
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import pytest

from ...core.actions.registry import ACTIONS
from ...plugins import ActionType, Apply, DeskctlError, RunJob, actions
from ...plugins.automation import Write
from ..automating import MemoryPluginContext, action_call, action_job, action_ticket, ticket_document
from .hostile import HUGE, OUTGOING, TEXTS
from .watching import watched


class ActionContract:
    """Tests for the requirements of `deskctl.plugins.ActionType`.

    Provide `action` and some `accepted` values. `refused` are values that `parse` must refuse, () if it accepts any
    text. Override the fixture `context` if the action needs a configuration. For an action with a job, provide
    `effects`.
    """

    action: ClassVar[ActionType]
    accepted: ClassVar[tuple[str, ...]]
    refused: ClassVar[tuple[str, ...]] = ()

    @pytest.fixture
    def context(self) -> MemoryPluginContext:
        return MemoryPluginContext(ticket_document(1, "It burns."))

    def effects(self) -> Sequence[object]:
        """Return what the jobs did on the other side, which detects repetitions by `ActionJob.id`."""
        pytest.fail(f"{type(self).__name__} must provide `effects`, what the jobs did on the other side")

    def test_description_is_valid(self) -> None:
        action = self.action
        valid = re.fullmatch(r"[a-z][a-z0-9_-]*", action.name)
        assert valid, f"not a name: {action.name!r}; use lower-case letters and digits"
        assert self.accepted, "`accepted` has no value"
        assert action.description, "the action has no description"
        assert action.form, "the action has no form"
        assert action.seconds > 0
        for function in (action.run, action.parse, action.values, action.job):
            assert not inspect.iscoroutinefunction(function), "a function is async, but the desk calls it in a thread"

    def test_accepted_values_are_accepted(self, context: MemoryPluginContext) -> None:
        for value in self.accepted:
            self.parse(value, context)

    def test_refused_values_raise_an_error_with_the_value(self, context: MemoryPluginContext) -> None:
        if not self.refused:
            pytest.skip("declared: refused = (), the action accepts any text")
        for value in self.refused:
            with pytest.raises(DeskctlError) as caught:
                self.parse(value, context)
            assert value in f"{caught.value.what} {caught.value.hint}", "the error does not name the value"

    @pytest.mark.parametrize("what", [name for name, text in TEXTS.items() if text.strip()])
    def test_hostile_value_is_accepted_or_refused(self, what: str, context: MemoryPluginContext) -> None:
        try:
            value = self.parse(TEXTS[what].strip(), context)
        except DeskctlError as error:
            assert str(error), "refused without a message"
        else:
            self.run(value, context)

    def test_completed_values_are_accepted(self, context: MemoryPluginContext) -> None:
        if self.action.values is None:
            pytest.skip("declared: values = None, the action completes no values")
        for value in self.action.values(context):
            self.parse(value, context)

    def test_run_returns_changes(self, context: MemoryPluginContext) -> None:
        for value in self.accepted:
            assert self.run(self.parse(value, context), context), f"the action does nothing for {value}"

    def test_run_has_no_effects_of_its_own(self, context: MemoryPluginContext) -> None:
        """It runs inside a transaction, which may be repeated or rolled back."""
        self.run(self.parse(self.accepted[0], context), context)  # imports
        with watched() as seen:
            for value in self.accepted:
                self.run(self.parse(value, context), context)
        assert seen == [], "the action uses the network, a subprocess or a file; do that in its job"

    def test_repeated_run_gives_the_same_changes(self, context: MemoryPluginContext) -> None:
        for value in self.accepted:
            parsed = self.parse(value, context)
            assert self.run(parsed, context) == self.run(parsed, context)

    @pytest.mark.parametrize("what", OUTGOING)
    def test_hostile_ticket_is_handled(self, what: str, context: MemoryPluginContext) -> None:
        subject = " ".join(OUTGOING[what].split())[:200]
        self.run(self.parse(self.accepted[0], context), context, subject=subject, tags=frozenset({subject}))

    def test_log_contains_no_ticket_text(self, context: MemoryPluginContext, caplog: pytest.LogCaptureFixture) -> None:
        context.memory.say("the secret word is xyzzy-plugh")
        with caplog.at_level(logging.DEBUG):
            for value in self.accepted:
                self.run(self.parse(value, context), context, subject="the secret word is xyzzy-plugh")
                if self.action.job is not None:
                    self.work(value, context)
        assert "xyzzy-plugh" not in caplog.text

    def test_job_returns_commands(self, context: MemoryPluginContext) -> None:
        self.has_job_or_skip()
        context.memory.say(HUGE)
        self.work(self.accepted[0], context)

    def test_repeated_job_has_one_effect(self, context: MemoryPluginContext) -> None:
        """The process can die after the work, and the desk then repeats the job with the same id."""
        self.has_job_or_skip()
        before = len(self.effects())
        self.work(self.accepted[0], context)
        first = len(self.effects())
        assert first > before, "the job has no effect"
        self.work(self.accepted[0], context)
        assert len(self.effects()) == first, "the repeated job has a second effect: pass on the id of the job"

    def test_two_jobs_have_two_effects(self, context: MemoryPluginContext) -> None:
        self.has_job_or_skip()
        before = len(self.effects())
        self.work(self.accepted[0], context, id="1" * 32)
        first = len(self.effects()) - before
        self.work(self.accepted[0], context, id="2" * 32)
        assert len(self.effects()) - before == 2 * first, "another job of the same action has no effect"

    def test_job_of_an_erased_ticket_returns_no_commands(self, context: MemoryPluginContext) -> None:
        self.has_job_or_skip()
        context.memory.tickets.clear()
        assert self.work(self.accepted[0], context) == []

    def has_job_or_skip(self) -> None:
        if self.action.job is None:
            pytest.skip("declared: job = None, the action has no job")

    def parse(self, value: str, context: MemoryPluginContext) -> Any:
        return self.action.parse(value, context)

    def run(self, value: Any, context: MemoryPluginContext, **ticket: Any) -> list[Apply | RunJob]:
        """Return the changes of a run, after checking that the desk can make them."""
        changes = list(self.action.run(action_call(value, action_ticket(**ticket)), context))
        for change in changes:
            assert isinstance(change, (Apply, RunJob)), f"{type(change).__name__} is not Apply or RunJob"
            if isinstance(change, Apply):
                assert change.action in ACTIONS, f"{change.action} is not an action of deskctl"
                assert change.value.strip(), f"{change.action} has no value"
            else:
                assert self.action.job is not None, "run returns RunJob, but the action has no job"
        return changes

    def work(self, value: str, context: MemoryPluginContext, **fields: Any) -> list[Any]:
        """Run the job and return its commands. A `Write` becomes the word "Write", because it cannot be compared."""
        assert self.action.job is not None
        job = dataclasses.replace(action_job(self.parse(value, context)), **fields)
        steps: Iterable[Any] = list(self.action.job(job, context))
        known = (*(getattr(actions, name) for name in actions.__all__), Write)
        for step in steps:
            assert isinstance(step, known), f"{type(step).__name__} is not in deskctl.plugins.actions"
        return ["Write" if isinstance(step, Write) else step for step in steps]
