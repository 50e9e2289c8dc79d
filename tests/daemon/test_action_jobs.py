"""The jobs of plugin actions: after the commit, at least once, with the same id each time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from deskctl.bootstrap import open_desk
from deskctl.core.sla.commands import AddPolicy, AddStep
from deskctl.core.tickets.commands import Create
from deskctl.core.tickets.queries import ShowTicket
from tests.daemon.running import add_agent, command, make_desk, running

WaitUntil = Callable[..., Any]

#: Appends the id of each job to a file. It fails until the file `mended` exists, and waits while `wait` exists.
PAGER = """
import time
from pathlib import Path
from deskctl.plugins import ActionType, Apply, RunJob, hookimpl
from deskctl.plugins.actions import Tag

HERE = Path(__file__).parent

def page(job, context):
    with (HERE / "pages").open("a") as file:
        file.write(f"{job.id} {job.value} {job.ticket} {job.cause} {job.reason}\\n")
    if not (HERE / "mended").exists():
        raise ValueError("the line is busy")
    while (HERE / "wait").exists():
        time.sleep(0.01)
    return [Tag(job.ticket, add=("paged",))]

@hookimpl
def deskctl_actions():
    return [ActionType("page", lambda call, context: [Apply("tag", "+late"), RunJob()], job=page, form="ROTA",
                       description="pages a rota")]
"""


def test_job_of_an_action_runs_until_it_succeeds_with_one_id(
    tmp_path: Path, desk_url: str, wait_until: WaitUntil
) -> None:
    folder = make_desk(tmp_path / "desk", desk_url, "", {"pager": PAGER})
    plugins = folder / "plugins"

    def pages() -> list[str]:
        return (plugins / "pages").read_text().splitlines() if (plugins / "pages").exists() else []

    with closing(open_desk(folder / "config.toml")) as alone:  # rules are checked and listed without a daemon too
        alone.execute(AddPolicy("fast", "", "24x7", (("first_response", "1s"),)))
        alone.execute(AddStep("fast", "breach", ("pager.page=night",)))
    assert "pager.page=ROTA: pages a rota" in command(folder, "plugin", "show", "pager").stdout
    with running(folder) as daemon:
        add_agent(daemon)
        with closing(daemon.desk()) as desk:
            ticket = int(desk.execute(Create("bob@example.org", "Printer", "It burns."), agent="ana").facts["number"])
            wait_until(lambda: [job["last_error"] for job in desk.call("jobs")] == ["ValueError: the line is busy"], 30)
            assert desk.ask(ShowTicket(ticket))["tags"] == ["late"], "the changes of the transaction stay"
            assert "the plugin pager failed over job" in daemon.log
            (plugins / "mended").touch()
            (plugins / "wait").touch()
            desk.call("job_retry", job=desk.call("jobs")[0]["id"])
            wait_until(lambda: len(pages()) == 2, 20, "the job runs again")
        daemon.kill()
    (plugins / "wait").unlink()
    with running(folder) as daemon, closing(daemon.desk()) as desk:
        wait_until(lambda: desk.call("jobs") == [], 30, "the job of the killed daemon has ended")
        assert desk.ask(ShowTicket(ticket))["tags"] == ["late", "paged"]
        [ran] = [event for event in desk.ask(ShowTicket(ticket))["events"] if event["kind"] == "action_run"]
    assert pages() == [f"{ran['run']} night {ticket} sla overdue: first response"] * 3
    shown = command(folder, "log", str(ticket)).stdout
    assert "\tsystem:pager\taction_run\taction=pager.page value=night " in shown


def test_job_of_a_removed_plugin_waits_and_doctor_reports_its_step(
    tmp_path: Path, desk_url: str, wait_until: WaitUntil
) -> None:
    folder = make_desk(tmp_path / "desk", desk_url, "", {"pager": PAGER})
    with closing(open_desk(folder / "config.toml")) as alone:
        alone.execute(AddPolicy("fast", "", "24x7", (("first_response", "1s"),)))
        alone.execute(AddStep("fast", "breach", ("pager.page=night", "tag=+second")))
    with running(folder) as daemon:
        add_agent(daemon)
        with closing(daemon.desk()) as desk:
            desk.execute(Create("bob@example.org", "Printer", "It burns."), agent="ana")
            wait_until(lambda: any(job["last_error"] for job in desk.call("jobs")), 30, "the job failed")
    (folder / "plugins" / "pager.py").unlink()
    with running(folder) as daemon, closing(daemon.desk()) as desk:
        second = int(desk.execute(Create("bob@example.org", "Lamp", "It burns."), agent="ana").facts["number"])
        wait_until(lambda: "second" in desk.ask(ShowTicket(second))["tags"], 30, "the rest of the step has run")
        [failed] = [event for event in desk.ask(ShowTicket(second))["events"] if event["kind"] == "step_failed"]
        assert failed["why"].startswith("no plugin provides the action pager.page; install or enable the plugin pager")
        [job] = desk.call("jobs")
        assert (job["automation"], job["state"]) == ("pager.page", "waiting")
    doctor = command(folder, "doctor", "--offline").stdout
    assert "policy fast uses the action pager.page, which no plugin provides" in doctor
    assert "no plugin provides the action pager.page" in command(folder, "sla", "show", "fast").stderr
