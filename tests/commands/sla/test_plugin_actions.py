"""Actions of plugins in SLA steps: validation, changes, faults, and plugins that are removed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deskctl.bootstrap import load
from deskctl.core.actions.model import ActionSettings
from deskctl.core.contacts.commands import EraseContact
from deskctl.core.kernel.timer_command import FireTimer
from deskctl.core.search.queries import Completions
from deskctl.core.sla import commands as lv
from deskctl.core.sla.queries import ListPolicies, ShowPolicy
from deskctl.core.tickets.commands import Tag
from deskctl.desk.plugin_actions import PluginActions
from deskctl.errors import DeskctlError, NotFound, UsageError
from deskctl.plugins.manager import Plugins
from tests.commands.desk import SETTINGS, StoredDesk
from tests.daemon.running import make_desk

PAGER = """
from dataclasses import dataclass
from deskctl.plugins import ActionType, Apply, Refused, RunJob, UsageError, hookimpl

@dataclass(frozen=True)
class Settings:
    rotas: tuple[str, ...] = ("day", "night")

def parse(value, context):
    if value not in context.config.rotas:
        raise UsageError(f'no rota is called "{value}"', f"rotas: {', '.join(context.config.rotas)}")
    return value.upper()

def page(call, context):
    assert call.at == context.now()
    note = f"{call.cause}: {call.reason}; {call.ticket.number} {call.ticket.priority} {sorted(call.ticket.tags)}"
    return [Apply("tag", "+paged"), Apply("note", f"Paged {call.value}, {note}"), RunJob()]

def rogue(call, context):
    yield Apply("tag", "+half")
    match call.value:
        case "raise":
            raise RuntimeError("secret words")
        case "exit":
            raise SystemExit(4)
        case "refuse":
            raise Refused("no one is on call", "fill the rota")
        case "text":
            yield "tag=+x"
        case "unknown":
            yield Apply("tags", "+x")
        case "other":
            yield Apply("pager.page", "day")
        case "nobody":
            yield Apply("assign", "nobody")
        case "empty":
            yield Apply("note", " ")
        case "job":
            yield RunJob()

def fail(value, context):
    raise KeyError(value)

@hookimpl
def deskctl_config():
    return Settings

@hookimpl
def deskctl_actions():
    return [
        ActionType("page", page, parse, values=lambda context: context.config.rotas, job=lambda job, context: [],
                   form="ROTA", description="pages a rota"),
        ActionType("rogue", rogue),
        ActionType("unfit", page, parse=fail, values=lambda context: 1 / 0),
    ]
"""


class PagerDesk(StoredDesk):
    """A desk that has loaded the plugin `pager`, with an SLA policy for an answer within four hours."""

    def __init__(self, url: str, folder: Path) -> None:
        config, plugins = load(folder / "config.toml")
        assert isinstance(plugins, Plugins)
        self.plugins = plugins
        actions = ActionSettings(PluginActions(config, plugins))
        super().__init__(url, SETTINGS.with_features(actions))

    def step(self, *then: str) -> None:
        self.do(lv.AddStep("gold", "breach", then), "user:root")

    def breach(self) -> int:
        """Return a new ticket whose first response is overdue, after the steps of the breach have run."""
        ticket = int(self.mail().facts["number"])
        self.later(hours=5)
        for timer in self.store.timers.due(100):
            self.do(FireTimer(timer.id), "system:clock")
        return ticket

    def events(self, ticket: int, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.show(ticket)["events"] if event["kind"] == kind]

    def notes(self, ticket: int) -> list[str]:
        return [row["text"] for row in self.show(ticket)["messages"] if row["kind"] == "note"]

    def failures(self, ticket: int) -> list[str]:
        return [event["why"] for event in self.events(ticket, "step_failed")]


@pytest.fixture
def pager(desk_url: str, tmp_path: Path) -> Iterator[PagerDesk]:
    table = '[plugins.pager]\nrotas = ["day", "late"]\n'
    folder = make_desk(tmp_path / "folder", f"sqlite:///{tmp_path / 'unused.db'}", table, {"pager": PAGER})
    desk = PagerDesk(desk_url, folder)
    desk.do(lv.AddPolicy("gold", "", "24x7", (("first_response", "4h"),)), "user:root")
    yield desk
    desk.close()


def test_action_changes_the_ticket_as_its_plugin(pager: PagerDesk) -> None:
    pager.step("pager.page=day", "priority=urgent")
    ticket = pager.breach()
    shown = pager.show(ticket)
    assert (shown["tags"], shown["priority"]) == (["paged"], "urgent")
    assert pager.notes(ticket) == [f"Paged DAY, sla: overdue: first response; {ticket} normal []"]
    [ran] = pager.events(ticket, "action_run")
    assert (ran["by"], ran["action"], ran["value"], ran["cause"]) == ("system:pager", "pager.page", "day", "sla")
    assert {event["by"] for event in (*pager.events(ticket, "tagged"), *pager.events(ticket, "note_added"))} == {
        "system:pager"
    }
    assert [event["by"] for event in pager.events(ticket, "priority_changed")] == ["system:sla"]


def test_each_run_has_one_job_and_an_id_of_its_own(pager: PagerDesk) -> None:
    pager.step("pager.page=day", "pager.page=late")
    ticket = pager.breach()
    runs = pager.events(ticket, "action_run")
    assert [run["job"] for run in runs] == [True, True]
    assert len({run["run"] for run in runs}) == 2
    assert [(job["automation"], job["ticket"]) for job in pager.store.jobs.rows()] == [("pager.page", ticket)] * 2


@pytest.mark.parametrize(
    ("then", "what", "hint"),
    [
        ("pager.page=night", '--then: no rota is called "night"', "rotas: day, late"),
        ("pager.pages=day", '--then: no action is called "pager.pages" (did you mean pager.page?)', "actions: notify"),
        ("page=day", '--then: no action is called "page"', "pager.page"),
        ("pager.page=", '--then: not an action: "pager.page="', "pager.page"),
    ],
)
def test_wrong_value_is_refused_when_the_step_is_added(pager: PagerDesk, then: str, what: str, hint: str) -> None:
    with pytest.raises((UsageError, NotFound)) as caught:
        pager.step(then)
    assert caught.value.what.startswith(what)
    assert hint in caught.value.hint
    assert pager.store.ask(ShowPolicy("gold"))["steps"] == []


def test_fault_in_the_check_names_the_plugin(pager: PagerDesk, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(DeskctlError, match="the plugin pager failed: KeyError"):
        pager.step("pager.unfit=x")
    assert "the plugin pager failed in `parse` of the action pager.unfit" in caplog.text


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("raise", "the plugin pager failed: RuntimeError"),
        ("exit", "the plugin pager failed: SystemExit"),
        ("refuse", "no one is on call; fill the rota"),
        ("text", "the action pager.rogue returned a str"),
        ("unknown", "applies an unknown action: 'tags' (did you mean tag?)"),
        ("other", "applies an unknown action: 'pager.page'"),
        ("nobody", 'no agent or team is called "nobody"'),
        ("empty", "applies note without a value"),
        ("job", "the action pager.rogue has no job"),
    ],
)
def test_action_that_fails_is_reported_and_does_not_affect_the_others(pager: PagerDesk, value: str, why: str) -> None:
    pager.step("tag=+first", f"pager.rogue={value}", "pager.page=day")
    ticket = pager.breach()
    assert pager.show(ticket)["tags"] == ["first", "paged"], "the other actions ran, and no change of the faulty one"
    [failed] = pager.events(ticket, "step_failed")
    assert failed["action"] == "pager.rogue"
    assert why in failed["why"]
    assert [event["action"] for event in pager.events(ticket, "action_run")] == ["pager.page"]
    assert "secret words" not in str(pager.show(ticket))


def test_traceback_of_a_faulty_action_is_logged(pager: PagerDesk, caplog: pytest.LogCaptureFixture) -> None:
    pager.step("pager.rogue=raise")
    pager.breach()
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.getMessage() == "the plugin pager failed in `run` of the action pager.rogue"
    assert record.exc_info is not None
    assert isinstance(record.exc_info[1], RuntimeError)


def test_step_of_a_removed_plugin_stays_and_is_reported(pager: PagerDesk) -> None:
    pager.step("pager.page=day", "tag=+late")
    assert pager.store.ask(ShowPolicy("gold"))["problems"] == []
    pager.plugins.disable("pager", "it was removed")
    [row] = pager.store.ask(ListPolicies())
    assert row["steps"] == [{"at": "breach", "then": ["pager.page=day", "tag=+late"]}]
    hint = "install or enable the plugin pager, or remove the step; see deskctl plugin list"
    assert row["problems"] == [f"the step at breach cannot run: no plugin provides the action pager.page ({hint})"]
    ticket = pager.breach()
    assert pager.failures(ticket) == [f"no plugin provides the action pager.page; {hint}"]
    assert pager.show(ticket)["tags"] == ["late"]
    changed = pager.do(lv.ChangePolicy("gold", forget_steps=("breach",)), "user:root")
    assert changed.facts["remarks"] == []


def test_completion_offers_actions_and_their_values(pager: PagerDesk) -> None:
    def complete(prefix: str) -> list[str]:
        words: list[str] = pager.store.ask(Completions("action", prefix))
        return words

    assert complete("pager.p") == ["pager.page="]
    assert complete("pager.page=") == ["pager.page=day", "pager.page=late"]
    assert complete("pager.page=l") == ["pager.page=late"]
    assert complete("pager.unfit=") == [], "completion reports no faults"
    assert complete("pager.gone=") == []
    assert complete("escalate=n") == ["escalate=next"]
    assert complete("assign=agent") == ["assign=agent1", "assign=agent2"]
    assert complete("assign=team:") == ["assign=team:leads", "assign=team:support"]
    assert complete("priority=u") == ["priority=urgent"]
    assert complete("no") == ["notify=", "note="]
    ticket = int(pager.mail().facts["number"])
    pager.do(Tag(ticket, ("late",)))
    assert complete("tag=") == ["tag=+late", "tag=-late"]
    assert complete("tag=-") == ["tag=-late"]


def test_erase_removes_the_reason_of_a_failure(pager: PagerDesk) -> None:
    pager.step("pager.rogue=refuse")
    ticket = pager.breach()
    assert pager.failures(ticket) == ["no one is on call; fill the rota"]
    pager.do(EraseContact(pager.show(ticket)["contact"]["id"]), "user:root")
    assert pager.failures(ticket) == [""]
