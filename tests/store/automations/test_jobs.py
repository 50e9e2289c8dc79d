"""Jobs of plugins are written with their event, claimed by one daemon, and deleted with their result."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from deskctl.core import features as dispatch
from deskctl.core.agents.model import Agent
from deskctl.core.agents.repository import Agents
from deskctl.core.automations.jobs import MAX_DEPTH, MAX_TRIES, retry_delay
from deskctl.core.automations.settings import AutomationSettings
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.unit import Unit
from deskctl.core.messages.commands import Note
from deskctl.core.tickets.commands import Create
from deskctl.core.undo.commands import Undo
from deskctl.errors import NotFound
from deskctl.store import Store
from tests.store.build import Clock, change_ticket, lose_instances

ANA = Actor.agent("ana")
WANTED = {"kb.answer": frozenset({"ticket_created"}), "bot.note": frozenset({"note_added", "ticket_created"})}
ALL = list(WANTED)


@pytest.fixture
def subscribed(store: Store) -> Store:
    """Return a store with automations that subscribe to events."""
    return _subscribed(store)


def _subscribed(store: Store) -> Store:
    store.settings = store.settings.with_features(AutomationSettings(WANTED))
    store.transaction(lambda unit: Agents.of(unit).put_agent(Agent("ana", "Ana", "ana@acme.test", frozenset())))
    return store


def _do(store: Store, command: Any, actor: Actor = ANA, depth: int = 0) -> dict[str, Any]:
    def work(unit: Unit) -> dict[str, Any]:
        unit.job_depth = depth
        return dispatch.execute(unit, command, actor).facts

    return store.transaction(work)


def _jobs(store: Store) -> list[tuple[str, str]]:
    return [(row["automation"], row["kind"]) for row in store.jobs.rows()]


def test_each_automation_gets_each_subscribed_event_once(subscribed: Store) -> None:
    number = _do(subscribed, Create("bob@example.org", "Printer", "It burns."))["number"]
    assert _jobs(subscribed) == [("bot.note", "ticket_created"), ("kb.answer", "ticket_created")]
    jobs = subscribed.jobs.claim(9, ALL)
    assert [(job.automation, job.kind, job.ticket, job.actor, job.tries) for job in jobs] == [
        ("bot.note", "ticket_created", number, "agent:ana", 1),
        ("kb.answer", "ticket_created", number, "agent:ana", 1),
    ]
    assert jobs[0].facts["channel"] == "manual"
    assert subscribed.jobs.claim(9, ALL) == []


def test_no_job_for_own_undone_spam_or_endless_events(subscribed: Store) -> None:
    number = _do(subscribed, Create("bob@example.org", "Printer", "It burns."))["number"]
    jobs = _jobs(subscribed)
    _do(subscribed, Note(number, "by myself"), Actor.system("bot"))
    _do(subscribed, Note(number, "too deep"), Actor.system("kb"), depth=MAX_DEPTH)
    assert _jobs(subscribed) == jobs
    _do(subscribed, Note(number, "by another"), Actor.system("kb"), depth=MAX_DEPTH - 1)
    assert _jobs(subscribed) == [*jobs, ("bot.note", "note_added")]
    _do(subscribed, Note(number, "no"))
    jobs = _jobs(subscribed)
    _do(subscribed, Undo())
    subscribed.transaction(lambda unit: change_ticket(unit, number, spam=True))
    _do(subscribed, Note(number, "on spam"))
    assert _jobs(subscribed) == jobs


def test_automation_gets_no_job_for_an_event_that_it_does_not_want(subscribed: Store) -> None:
    wanted = {"bot.note": lambda recorded: recorded.event.facts()["channel"] != "manual"}
    subscribed.settings = subscribed.settings.with_features(AutomationSettings(WANTED, wanted))
    _do(subscribed, Create("bob@example.org", "Printer", "It burns."))
    assert _jobs(subscribed) == [("kb.answer", "ticket_created")]


def test_jobs_for_several_tickets_are_claimed_together(subscribed: Store) -> None:
    numbers = [_do(subscribed, Create("bob@example.org", f"Printer {n}", "It burns."))["number"] for n in range(3)]
    _do(subscribed, Note(numbers[0], "again"))
    assert [job.automation for job in subscribed.jobs.claim(9, ["kb.answer"], together=["bot.note"])] == ["kb.answer"]
    first = subscribed.jobs.claim(9, ["bot.note"], together=["bot.note"])
    assert [(job.kind, job.ticket) for job in first] == [("ticket_created", number) for number in numbers]
    rest = subscribed.jobs.claim(9, ["bot.note"], together=["bot.note"])
    assert [(job.kind, job.ticket) for job in rest] == [("note_added", numbers[0])]


def test_job_that_was_tried_before_is_claimed_alone(subscribed: Store) -> None:
    for number in range(3):
        _do(subscribed, Create("bob@example.org", f"Printer {number}", "It burns."))
    taken = [job.id for job in subscribed.jobs.claim(9, ["kb.answer"], together=["kb.answer"])]
    subscribed.jobs.recover()  # the daemon died
    again = [[job.id for job in subscribed.jobs.claim(9, ["kb.answer"], together=["kb.answer"])] for _ in taken]
    assert again == [[number] for number in taken]


def test_results_of_several_jobs_are_written_together(subscribed: Store) -> None:
    for number in range(3):
        _do(subscribed, Create("bob@example.org", f"Printer {number}", "It burns."))
    taken = [job.id for job in subscribed.jobs.claim(9, ["kb.answer"], together=["kb.answer"])]
    assert subscribed.with_connection(lambda unit, connection: subscribed.jobs.finish(connection, taken)) == set(taken)
    assert subscribed.with_connection(lambda unit, connection: subscribed.jobs.finish(connection, taken)) == set()
    assert {automation for automation, _ in _jobs(subscribed)} == {"bot.note"}


def test_job_is_deleted_with_its_result_or_stays(subscribed: Store) -> None:
    _do(subscribed, Create("bob@example.org", "Printer", "It burns."))
    [job] = subscribed.jobs.claim(1, ["kb.answer"])

    def work(unit: Unit, connection: Any) -> bool:
        return bool(subscribed.jobs.finish(connection, [job.id]))

    assert subscribed.with_connection(work, dry_run=True)
    assert subscribed.with_connection(work)
    assert not subscribed.with_connection(work), "it was done"
    assert _jobs(subscribed) == [("bot.note", "ticket_created")]


def test_failed_job_is_retried_with_growing_delay_and_then_fails(subscribed: Store, clock: Clock) -> None:
    _do(subscribed, Create("bob@example.org", "Printer", "It burns."))
    waits = []
    for tries in range(1, MAX_TRIES + 1):
        [job] = subscribed.jobs.claim(1, ["kb.answer"])
        assert job.tries == tries
        later = retry_delay(job.tries)
        subscribed.jobs.put_back(job.id, "no idea", None if later is None else clock.now + later)
        assert subscribed.jobs.claim(1, ["kb.answer"]) == []
        if later is not None:
            assert subscribed.jobs.next_due(["kb.answer"]) == clock.now + later
            waits.append(later)
            clock.advance(seconds=later.total_seconds())
    assert waits == sorted(waits)
    assert waits[0] >= timedelta(seconds=10)
    failed = subscribed.jobs.rows()[-1]
    assert (failed["state"], failed["last_error"], failed["attempts"]) == ("failed", "no idea", MAX_TRIES)
    subscribed.jobs.retry(failed["id"])
    assert [job.tries for job in subscribed.jobs.claim(1, ["kb.answer"])] == [1]
    with pytest.raises(NotFound):
        subscribed.jobs.drop(failed["id"])  # it runs
    [other] = [row for row in subscribed.jobs.rows() if row["state"] == "waiting"]
    subscribed.jobs.drop(other["id"])
    assert subscribed.jobs.next_due(ALL) is None


def test_failure_not_caused_by_the_plugin_is_not_counted(subscribed: Store, clock: Clock) -> None:
    _do(subscribed, Create("bob@example.org", "Printer", "It burns."))
    [job] = subscribed.jobs.claim(1, ["kb.answer"])
    subscribed.jobs.put_back(job.id, "the disk is full", clock.now, counted=False)
    assert [job.tries for job in subscribed.jobs.claim(1, ["kb.answer"])] == [1]


def test_jobs_of_ended_daemon_are_retried_a_limited_number_of_times(reopen: Callable[..., Store]) -> None:
    store = _subscribed(reopen())
    _do(store, Create("bob@example.org", "Printer", "It burns."))
    for tries in range(1, MAX_TRIES + 1):
        store.jobs.recover()
        assert [job.tries for job in store.jobs.claim(1, ["kb.answer"])] == [tries]
        store.jobs.recover(started=False)  # a running daemon keeps its own claims
        assert store.jobs.rows()[1]["state"] == "running"
    store.jobs.recover()
    assert (store.jobs.rows()[1]["state"], store.jobs.rows()[1]["attempts"]) == ("failed", MAX_TRIES)


def test_daemon_cannot_finish_a_job_of_another_daemon(
    reopen: Callable[..., Store], clock: Clock, desk_url: str
) -> None:
    if desk_url.startswith("sqlite"):
        pytest.skip("a desk on SQLite has one daemon")
    one, two = _subscribed(reopen("one")), reopen("two")
    _do(one, Create("bob@example.org", "Printer", "It burns."))
    [job] = one.jobs.claim(1, ["kb.answer"])
    assert two.jobs.claim(1, ["kb.answer"]) == []
    two.jobs.recover()
    assert two.jobs.claim(1, ["kb.answer"]) == []
    clock.advance(hours=2)
    two.jobs.recover(started=False)
    assert two.jobs.claim(1, ["kb.answer"]) == [], "it lives"
    lose_instances(desk_url)
    two.jobs.recover(started=False)
    assert [taken.id for taken in two.jobs.claim(1, ["kb.answer"])] == [job.id]
    assert not one.with_connection(lambda unit, connection: one.jobs.finish(connection, [job.id]))
    assert two.with_connection(lambda unit, connection: two.jobs.finish(connection, [job.id]))
