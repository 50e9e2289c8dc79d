"""The contract tests for actions detect faulty actions."""

from __future__ import annotations

import pytest

from tests.unit.plugins.faulty import failed_tests

COMMON = """
import pathlib, random, socket, tempfile
import pytest
from deskctl.plugins import ActionType, Apply, RunJob, UsageError
from deskctl.plugins.actions import Note
from deskctl.plugins.queries import ShowTicket
from deskctl.testing.contract import ActionContract

pytest_plugins = ["deskctl.testing.pytest_plugin"]
SENT = {}

def parse(value, context):
    if value not in ("day", "night"):
        raise UsageError(f"no rota {value}")
    return value

def run(call, context):
    return [Apply("note", call.value), RunJob()]

def job(job, context):
    SENT[job.id] = job.value
    return []

class Common(ActionContract):
    accepted = ("day", "night")
    refused = ("noon",)

    def effects(self):
        return list(SENT)
"""

ONE = """
def make():
    given = {"run": run, "parse": parse, "job": job, "values": lambda c: ["day"], "description": "pages a rota"}
    return ActionType("page", **{**given, **dict(%(definition)s)})

class Test%(number)d(Common):
    action = make()

    @pytest.fixture(autouse=True)
    def empty(self):
        SENT.clear()
"""

CHANGES, EFFECTS = "test_run_returns_changes", "test_run_has_no_effects_of_its_own"
REPEAT, JOB = "test_repeated_job_has_one_effect", "test_job_returns_commands"
VALUE = "test_refused_values_raise_an_error_with_the_value"
FAULTS: dict[str, tuple[set[str], str]] = {
    "is correct": (set(), ""),
    "has no job and is correct": (set(), 'run=lambda c, x: [Apply("tag", "+x")], job=None'),
    "accepts every value": ({VALUE}, "parse=lambda v, c: v"),
    "refuses without the value": (
        {VALUE},
        "parse=lambda v, c: v if v in ('day', 'night') else parse('a value', c)",
    ),
    "fails with a strange value": ({"test_hostile_value_is_accepted_or_refused"}, "parse=lambda v, c: int(v)"),
    "refuses the values that it completes": (
        {"test_completed_values_are_accepted"},
        "values=lambda c: ['day', 'dawn']",
    ),
    "returns another type": ({CHANGES}, 'run=lambda c, x: ["tag=+x"]'),
    "applies an unknown action": ({CHANGES}, 'run=lambda c, x: [Apply("tags", "+x")]'),
    "applies an empty value": ({CHANGES}, 'run=lambda c, x: [Apply("note", " ")]'),
    "does nothing": ({CHANGES}, "run=lambda c, x: []"),
    "has no job to run": ({CHANGES}, "job=None"),
    "is random": (
        {"test_repeated_run_gives_the_same_changes"},
        'run=lambda c, x: [Apply("note", str(random.random()))]',
    ),
    "writes a file in the transaction": (
        {EFFECTS},
        'run=lambda c, x: [Apply("note", str(pathlib.Path(tempfile.gettempdir(), "x.tmp").write_text("x")))]',
    ),
    "connects in the transaction": (
        {EFFECTS},
        'run=lambda c, x: [Apply("note", str(socket.socket().connect_ex(("127.0.0.1", 9))))]',
    ),
    "repeats its effect": ({REPEAT}, "job=lambda j, c: SENT.update({random.random(): 1}) or []"),
    "has one effect only": ({"test_two_jobs_have_two_effects"}, "job=lambda j, c: SENT.update({1: 1}) or []"),
    "returns text from its job": ({JOB}, "job=lambda j, c: ['note']"),
    "assumes that the ticket exists": (
        {"test_job_of_an_erased_ticket_returns_no_commands"},
        "job=lambda j, c: c.desk.ask(ShowTicket(j.ticket)) and job(j, c)",
    ),
    "notes on an erased ticket": (
        {"test_job_of_an_erased_ticket_returns_no_commands"},
        "job=lambda j, c: [*job(j, c), Note(j.ticket, 'done')]",
    ),
    "logs the subject": (
        {"test_log_contains_no_ticket_text"},
        "run=lambda c, x: x.log.info(c.ticket.subject) or run(c, x)",
    ),
    "has no description": ({"test_description_is_valid"}, "description=''"),
}


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Run the contract for all faulty actions at once. Return the failed tests by fault."""
    file = tmp_path_factory.mktemp("broken") / "test_broken.py"
    parts = [ONE % {"number": n, "definition": definition} for n, (_, definition) in enumerate(FAULTS.values())]
    file.write_text(COMMON + "".join(parts))
    return failed_tests(file, {fault: tests for fault, (tests, _) in FAULTS.items()})


@pytest.mark.parametrize("fault", FAULTS)
def test_contract_detects_an_action_that(fault: str, failed: dict[str, set[str]]) -> None:
    expected, _ = FAULTS[fault]
    assert expected <= failed[fault] if expected else not failed[fault]
