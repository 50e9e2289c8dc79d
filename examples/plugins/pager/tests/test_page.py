"""Alarms of the action, its errors, and a desk with an SLA step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alert_service import AlertService
from deskctl.plugins import Apply, DeskctlError, RunJob, Secret, UsageError
from deskctl.testing.automating import (
    MemoryPluginContext,
    action_call,
    action_job,
    action_ticket,
    ticket_document,
)
from deskctl.testing.desk import TemporaryDesk
from deskctl.testing.settings import problems

from deskctl_pager.config import PagerConfig
from deskctl_pager.page import parse, run, send


def context(url: str = "http://127.0.0.1:9/", **settings: Any) -> MemoryPluginContext:
    config = PagerConfig(url=url, services=("network",), **settings)
    return MemoryPluginContext(ticket_document(7, "It burns."), config=config)


def test_run_notes_the_reason_and_starts_the_job() -> None:
    changes = [Apply("note", "Paged network: overdue: first response"), RunJob()]
    assigned = action_call("network", action_ticket(assignee="ana"))
    assert list(run(action_call("network"), context())) == changes
    assert list(run(assigned, context())) == changes
    assert list(run(assigned, context(skip_assigned=True))) == []


def test_alarm_has_the_token_and_no_text_of_the_customer(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("s3cret\n")
    secret.chmod(0o600)
    with AlertService() as service:
        send(action_job("network", ticket=7), context(service.url, token=Secret("file", str(secret))))
    [alert] = service.alerts.values()
    assert alert == {
        "service": "network",
        "summary": "ticket 7: overdue: first response",
        "source": "ticket 7",
        "authorization": "Bearer s3cret",
    }


def test_errors_of_the_service_are_raised() -> None:
    with AlertService() as service:
        service.status = 500
        with pytest.raises(DeskctlError, match="status 500"):
            send(action_job("network"), context(service.url))
    with pytest.raises(DeskctlError, match="cannot reach"):
        send(action_job("network"), context(service.url))


def test_action_without_configuration_is_refused() -> None:
    with pytest.raises(UsageError, match="not configured"):
        parse("network", MemoryPluginContext())


@pytest.mark.parametrize(
    ("toml", "wrong"),
    [
        ('url = "ftp://x"\nservices = ["a"]', "url: must begin with https:// or http://"),
        ('url = "https://x"\nservices = []', "services: needs the names of services"),
    ],
)
def test_invalid_configuration_is_reported_with_its_key(toml: str, wrong: str) -> None:
    assert problems(PagerConfig, toml) == [wrong]


def test_sla_step_of_a_desk_pages_once(desk: TemporaryDesk) -> None:
    with AlertService() as service:
        desk.load("pager", "deskctl_pager")
        desk.configure(f'[plugins.pager]\nurl = "{service.url}"\nservices = ["network"]\n')
        desk.run("sla", "add", "fast", "--first-response", "1s")
        desk.run("sla", "step", "fast", "--at", "breach", "--then", "pager.page=network")
        desk.run("sla", "step", "fast", "--at", "breach", "--then", "pager.page=coffee", code=2)
        with desk.daemon():
            desk.run("--as", "agent1", "new", "--from", "ana@example.org", "-m", "It burns.")
            desk.wait_until(lambda: desk.ticket(1)["tags"] == ["paged"], "the job has tagged the ticket")
        assert [alert["service"] for alert in service.alerts.values()] == ["network"]
        assert service.requests == 1
    [run_] = [event for event in desk.ticket(1)["events"] if event["kind"] == "action_run"]
    assert (run_["by"], run_["action"], run_["value"]) == ("system:pager", "pager.page", "network")
    assert list(service.alerts) == [run_["run"]]
