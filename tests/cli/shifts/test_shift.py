"""Shifts, staffing and the queue: the examples of the how-to page, and the views."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest

from deskctl.cli.commands.shifts import rota_view, staffing_view
from deskctl.cli.width import width
from deskctl.core.shifts.commands import HandOver
from tests.cli.shell import ROOT, NewDesk, Shell

PAGE = (ROOT / "docs" / "how-to" / "shifts.md").read_text()


@pytest.fixture
def seoul(new_desk: NewDesk) -> Shell:
    """Return a desk in Seoul on each store that only the commands of the test use."""
    made = new_desk()
    config = made.folder / "config.toml"
    config.write_text(re.sub(r'timezone = ".*"', 'timezone = "Asia/Seoul"', config.read_text()))
    return made


def examples() -> Iterator[tuple[str, list[str]]]:
    """Yield the commands of the page with the lines that they print; `…` stands for more lines."""
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *printed = example.splitlines()
            yield command, printed


def test_examples_of_the_shifts_page_work(seoul: Shell) -> None:
    for command, printed in examples():
        out = seoul(*shlex.split(command)[1:]).out.splitlines()
        wanted = [line for line in printed if line != "…"]
        assert out[: len(wanted)] == wanted, command
        assert len(out) == len(wanted) or "…" in printed, command


def test_transcript_of_shifts_works(desk: Shell) -> None:
    dry = desk("shift", "add", "agent1", "--hours", "mon-fri 09:00-18:00", "--dry-run").out
    assert dry.startswith("dry run: shift ")
    assert not desk("shift", "list", "--json").rows
    desk("shift", "add", "agent1", "--hours", "mon-fri 09:00-18:00", "--timezone", "Asia/Seoul")
    week = desk("shift", "show", "--week", "2027-03-01", "--timezone", "Asia/Seoul", "--json").row
    (person,) = week["people"]
    assert [len(day["shifts"]) for day in person["days"]] == [1, 1, 1, 1, 1, 0, 0]
    assert desk("shift", "show", "--week", "--now", "2027-03-01 01:00+00:00", "--json").row["there"] == ["agent1"]
    gaps = desk("shift", "gaps", "--next", "14d", "--now", "2027-03-01 00:00+00:00", "--json").row
    assert gaps["open"] == 14 * 86400
    assert gaps["covered"] == 10 * 9 * 3600
    desk("shift", "handover", "-m", "Tell them.")
    assert desk("shift", "handover", "list", "--json").row["text"] == "Tell them."
    hours = desk("staffing", "--team", "support", "--target", "80%/20s", "--aht", "6m", "--json").row["hours"]
    assert len(hours) == 168
    desk("new", "--from", "ana@example.org", "--subject", "Late", "-m", "x")
    desk("new", "--from", "ana@example.org", "--subject", "Urgent", "-m", "x")
    desk("set", "2", "priority=urgent")
    assert [row["number"] for row in desk("queue", "--json").rows] == [2, 1]
    desk("take", "1")
    assert [row["number"] for row in desk("queue", "--mine", "--json").rows] == [1]
    assert [row["number"] for row in desk("--json").rows] == [1]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        ("shift add nobody --hours 'mon 09:00-18:00'", 3, "no agent is called"),
        ("shift add agent1 --hours 'mon 09:00-18:00; tue 22:00-06:00; wed 05:00-09:00'", 2, "overlap"),
        ("shift add agent1 --hours 'mon 09:00-18:00' --timezone Asia/Seol", 2, "Asia/Seoul"),
        ("shift add agent1 --hours 'mon 09:00-18:00' --from 2027-03-02 --until 2027-03-01", 2, "cannot begin"),
        ("shift remove 99", 3, "deskctl shift list"),
        ("shift off agent1 --from tomorrow", 2, "not a date"),
        ("shift gaps --team supprt", 3, "did you mean support"),
        ("shift gaps --next 90w", 2, "is too long"),
        ("shift show --week 2027-02-30", 2, "not a date"),
        ("shift handover -m ' '", 2, "is empty"),
        ("staffing --target 80%/20s --channel email", 2, "--aht 6m"),
        ("staffing --target 0.5%/20s", 2, "between 1% and 99%"),
        ("staffing --target 80%/0s", 2, "--target"),
        ("staffing --target 80%/20s --aht 1000000h", 2, "too long"),
        ("shift gaps --calendar 24x7 --hours 'mon 09:00-10:00'", 2, "use one of them"),
        ("staffing --target 101%/20s --aht 6m", 2, "between 1% and 99%"),
        ("staffing --target 80%/20s --aht 6m --shrinkage 100%", 2, "not a share"),
        ("staffing --target 80%/20s --aht 6m --channel fax", 3, "no channel"),
        ("queue --team 지원", 3, "no team is called"),
    ],
)
def test_invalid_shift_input_is_explained(local_desk: Shell, words: str, code: int, says: str) -> None:
    assert says in local_desk(*shlex.split(words), code=code).err


def _day(date: str, *shifts: tuple[str, str], off: bool = False) -> dict[str, object]:
    return {"date": date, "shifts": [{"from": a, "to": b} for a, b in shifts], "off": off}


def test_week_fits_the_terminal_with_korean_names() -> None:
    days = [f"2027-03-{n:02}" for n in range(1, 8)]
    office = [_day(d, (f"{d}T09:30:00+09:00", f"{d}T18:30:00+09:00")) for d in days]
    night = [_day(d, (f"{d}T22:00:00+09:00", "2027-03-09T06:00:00+09:00"), off=False) for d in days]
    night[2] = _day(days[2], off=True)
    people = [
        {"agent": "minsu", "name": "김민수와아주긴이름의상담원", "days": office},
        {"agent": "ana", "name": "Ana", "days": night},
    ]
    note = {"id": 1, "team": None, "author": "ana", "text": "긴 메모 " * 40, "at": "2027-03-01T00:00:00Z"}
    document = {
        "week": "2027-03-01", "timezone": "Asia/Seoul", "team": "support", "now": "2027-03-02T10:00:00+09:00",
        "people": people, "there": ["minsu"], "next": {"agent": "ana", "at": "2027-03-02T22:00:00+09:00"},
        "handovers": [note],
    }  # fmt: skip
    lines: list[str] = []
    for columns in (80, 120, 200):
        lines = rota_view.render_week(document, columns, color=False).splitlines()
        assert max(map(width, lines)) <= columns
        heads = next(line for line in lines if "Mon 1" in line)
        place = width(heads[: heads.index("Wed 3")])
        ana = next(line for line in lines if line.startswith("Ana"))
        assert width(ana[: ana.index("off")]) == place
    assert "Next: Ana, Tue 2 22:00" in lines
    later = rota_view.render_week({**document, "week": "2027-05-31"}, 120, color=False).splitlines()
    assert "Next: Ana, Tue 2027-03-02 22:00" in later


def test_missing_agents_are_red() -> None:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    hours = [
        {"weekday": day, "hour": h, "arrivals": 0.0, "load": 0.0, "needed": 0, "on_shift": 0, "spare": 0, "level": 1.0}
        for day in names
        for h in range(24)
    ]
    hours[9].update(arrivals=60.0, load=6.0, needed=9, on_shift=2, spare=-7, level=0.0)
    document = {
        "team": "support", "channel": None, "timezone": "Asia/Seoul", "share": 0.8, "within": 20, "aht": 360,
        "aht_from": "as given", "shrinkage": 0.3, "at_once": 1, "history": None, "missing": 7, "most": 9,
        "hours": hours, "remarks": ["too little history: no request has arrived yet"],
    }  # fmt: skip
    drawn = staffing_view.render_staffing(document, 80, color=False)
    assert "09:00-10:00  9/2    ·" in drawn
    assert "most on Mon 09:00: 9 needed, 2 on shift" in drawn
    assert max(map(width, drawn.splitlines())) <= 80
    assert "\x1b[31m9/2" in staffing_view.render_staffing(document, 80, color=True)
    arrivals = rota_view.render_arrivals(document, color=False).splitlines()
    assert arrivals[1].split() == ["arrivals", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert arrivals[2:] == ["09:00-10:00  60     ·      ·      ·      ·      ·      ·"]
    assert max(map(width, arrivals)) <= 80


def test_history_text_describes_the_averages() -> None:
    known = {"since": "2027-03-01T00:00:00Z", "until": "2027-03-01T04:00:00Z", "weeks": 0.0, "arrivals": 1}
    assert rota_view.history_text(known) == "averages of 4 hours until 2027-03-01: 1 request"


@pytest.mark.parametrize(
    "words", ["--team support --target 80%/20s", "--channel phone --target 90%/30s --shrinkage 30%"]
)
def test_staffing_states_its_assumptions_on_a_new_desk(local_desk: Shell, words: str) -> None:
    said = local_desk("staffing", *words.split()).err
    assert "note: the handling time is not known and assumed to be 6 min; set it with --aht\n" in said
    assert "note: no agent has a shift" in said
    assert "note: no agent has a shift" in local_desk("shift", "gaps").err
    chat = local_desk("staffing", *["--channel", "chat", "--target", "80%/1m", "--aht", "8m", "--at-once", "3"])
    assert "note: this desk has no channel of type chat" in chat.err


def test_handover_list_marks_only_printed_notes_as_read(local_desk: Shell) -> None:
    with local_desk.open() as desk:
        for number in range(25):
            desk.execute(HandOver(f"note {number}"), agent="agent2")
    shown = local_desk("shift", "handover", "list", "--limit", "1", "--json").rows
    assert [row["text"] for row in shown] == [f"note {number}" for number in reversed(range(25))]
    assert len(local_desk("shift", "handover", "list", "--limit", "1", "--json").rows) == 1


def test_shift_list_notes_shifts_of_deactivated_agents(local_desk: Shell) -> None:
    local_desk("shift", "add", "agent2", "--hours", "mon 09:00-18:00")
    assert local_desk("shift", "list").err == ""
    local_desk("agent", "set", "agent2", "--inactive")
    listed = local_desk("shift", "list", "--agent", "agent2")
    assert listed.out.startswith("1\tagent2\tmon 09:00-18:00")
    assert listed.err == "note: agent2 is deactivated; remove the shifts with deskctl shift remove NUMBER\n"
