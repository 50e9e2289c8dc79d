"""Calendars and service levels at the command line: the how-to page as it stands, and answers to wrong input."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli import shell
from tests.cli.shell import ROOT, Shell

PAGE = (ROOT / "docs" / "how-to" / "service-levels.md").read_text()
GOLD = (
    "sla add gold --when contact.tier:vip --calendar 24x7 --first-response urgent=15m --first-response high=1h "
    "--first-response normal=4h --next-response normal=8h --resolution normal=3d --update normal=1d "
    "--warn 70% --warn 30m"
)


@pytest.fixture
def seoul(store_url: str, tmp_path: Path, zygote: str) -> Iterator[Shell]:
    """A desk on each store, and nobody but this command at work."""
    made = shell.make(tmp_path / "acme", store=None if store_url.startswith("sqlite:") else store_url)
    made.zygote = zygote
    yield made
    made.stop()


def examples() -> Iterator[tuple[str, list[str]]]:
    """Commands of the page with the lines that they print; `…` is more of them."""
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *printed = example.splitlines()
            yield command, printed


def test_the_page_on_service_levels_is_true(seoul: Shell) -> None:
    config = seoul.folder / "config.toml"
    config.write_text(re.sub(r'timezone = ".*"', 'timezone = "Asia/Seoul"', config.read_text()))
    for command, printed in examples():
        out = seoul(*shlex.split(command)[1:]).out.splitlines()
        wanted = [line for line in printed if line != "…"]
        assert out[: len(wanted)] == wanted, command
        assert len(out) == len(wanted) or "…" in printed, command


def test_the_transcript_of_service_levels_works_as_typed(desk: Shell) -> None:
    hours = "mon-fri 09:00-12:00 13:00-18:00"
    desk("calendar", "add", "seoul", "--timezone", "Asia/Seoul", "--hours", hours, "--holidays", "KR")
    february = desk("calendar", "show", "seoul", "--month", "2027-02", "--json").row["month_days"]
    assert [day["date"] for day in february if day["name"]] == [f"2027-02-0{n}" for n in (6, 7, 8, 9)]
    checked = desk("calendar", "check", "seoul", "2026-12-24 17:50", "+2h", "--json").row
    assert checked["due"] == "2026-12-28T10:50:00+09:00"
    assert desk("calendar", "check", "seoul", "2026-12-24 17:50", "2026-12-28 10:00", "--json").row["working"] == 4200
    desk(*GOLD.split())
    desk("sla", "step", "gold", "--at", "90%", "--then", "notify=lead")
    desk("sla", "step", "gold", "--at", "breach", "--then", "priority=urgent", "--then", "escalate=senior")
    assert [row["name"] for row in desk("sla", "list", "--json").rows] == ["gold"]
    number = desk("new", "--from", "ana@example.org", "--subject", "x", "-m", "y", "--json").row["facts"]["number"]
    assert desk("sla", "test", str(number), code=1).out.startswith(f"ticket {number}: no policy\n")
    contact = desk.show(number)["contact"]["id"]
    desk("contact", "set", str(contact), "tier=vip")
    clocks = {row["metric"]: row for row in desk("explain", str(number), "--sla", "--json").rows}
    assert set(clocks) == {"first_response", "resolution"}
    keys = {"metric", "instance", "due", "state", "fulfilled_at", "breached_at", "segments"}
    assert keys <= set(clocks["resolution"])
    assert [segment["state"] for segment in clocks["resolution"]["segments"]] == ["counted"]
    later = desk("explain", str(number), "--sla", "--now", "+5h", "--json").rows
    assert [row["state"] for row in later] == ["breached", "running"]
    assert desk("sla", "due", "--within", "5h", "--json").row["metric"] == "first_response"
    assert desk("sla", "due", "--within", "2h", "--exit-code", code=1).out == ""
    desk("promise", str(number), "tomorrow 15:00")
    assert desk("promise", str(number), "yesterday", code=2).err
    assert [row["metric"] for row in desk("explain", str(number), "--sla", "--json").rows][-1] == "promise"
    assert desk("list", "--sla", "running", "--json").row["due_at"] is not None
    assert desk("list", "--sla", "breached", "--json").out == ""
    kinds = [row["kind"] for row in desk("log", str(number), "--json").rows]
    assert kinds.count("activate") == 3
    desk("sla", "move", "gold", "1")
    desk("sla", "edit", "gold", "--update", "normal=", "--no-warn", "--forget-step", "90%")
    shown = desk("sla", "show", "gold", "--json").row
    assert ("update" in shown["targets"], shown["warnings"]) == (False, [])
    assert [step["at"] for step in shown["steps"]] == ["breach"]
    desk("sla", "remove", "gold")
    left = {row["metric"]: row["state"] for row in desk("explain", str(number), "--sla", "--json").rows}
    assert left == {"first_response": "paused", "resolution": "paused", "promise": "running"}


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ('calendar add x --hours "mon 09:00-12:00 11:00-13:00"', 2, "overlap"),
        ('calendar add x --hours "mon 10:00-10:00"', 2, "is empty"),
        ("calendar add x --hours 24x7 --timezone Asia/Soul", 2, "did you mean Asia/Seoul?"),
        ('calendar add x --hours "mon 09:00-12:00" --holidays XX', 2, "no holidays are known of “XX”"),
        ("calendar add 24x7 --hours 24x7", 4, "there already"),
        ("calendar check seul today +1h", 3, "no calendar “seul”"),
        ("calendar check 24x7 today +1y", 2, "“+1y” is no moment"),
        ("calendar show 24x7 --month 2027-13", 2, "“2027-13” is no month"),
        ("calendar import 24x7 nothing.ics", 2, "nothing.ics cannot be read"),
        ("sla add x --first-response 1h --when contact.teir:vip", 2, "did you mean contact.tier?"),
        ("sla add x --first-response 1h --when status:open", 2, "status changes all the time"),
        ("sla add x --first-response 1h --calendar seul", 3, "no calendar “seul”"),
        ("sla add x --first-response urgnt=1h", 2, "did you mean urgent?"),
        ("sla add x --first-response 1x", 2, "--first-response: “1x” is no length of time"),
        ("sla add x", 2, "promises nothing"),
        ("sla step x --at 90% --then notify=lead", 3, "no policy “x”"),
        ("explain 42 --sla", 3, "no ticket 42"),
    ],
)
def test_wrong_input_gets_a_clear_answer(alone: Shell, command: str, code: int, said: str) -> None:
    assert said in alone(*shlex.split(command), code=code).err


def test_what_is_probably_not_meant_is_said(alone: Shell) -> None:
    alone("calendar", "add", "never", "--hours", "closed")
    never = alone("calendar", "check", "never", "today", "+1h", code=1).out
    assert never.startswith("never: never is not open for 1h")
    alone("calendar", "add", "office", "--hours", "mon-fri 09:00-17:00")
    assert "write 8h for one of its days" in alone("sla", "add", "a", "--calendar", "office", "--resolution", "1d").err
    assert "a can never match" not in alone("sla", "list").err
    shadowed = alone("sla", "add", "b", "--when", "tag:vip", "--first-response", "15m", "--warn", "30m").err
    assert "b can never match: a stands before it" in shadowed
    assert "30m before the end is before the start of first_response" in shadowed
    assert "is not open" in alone("sla", "add", "c", "--calendar", "never", "--resolution", "1h").err
    alone("sla", "step", "a", "--at", "breach", "--then", "notify=agent2")
    alone("agent", "set", "agent2", "--inactive")
    assert "names agent2, who has left" in alone("sla", "list").err
    assert "agent2 has left" in alone("sla", "step", "a", "--at", "80%", "--then", "notify=agent2", code=4).err
    assert "is that of a" in alone("calendar", "remove", "office", code=4).err


def test_days_off_come_from_a_calendar_file(alone: Shell) -> None:
    alone("calendar", "add", "office", "--hours", "mon-fri 09:00-17:00")
    events = (
        "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20270215\r\nDTEND;VALUE=DATE:20270217\r\nSUMMARY:워크숍\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20260210\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Founders\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nUID:3\r\nDTSTART:20270218T100000Z\r\nSUMMARY:Lunch\r\nEND:VEVENT\r\n"
    )
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n"
    (alone.folder / "extra.ics").write_bytes(text.encode())
    alone("calendar", "import", "office", "extra.ics")
    month = json.loads(alone("calendar", "show", "office", "--month", "2027-02", "--json").out)["month_days"]
    named = {day["date"]: day["name"] for day in month if day["name"]}
    assert named == {"2027-02-10": "Founders", "2027-02-15": "워크숍", "2027-02-16": "워크숍"}
    (alone.folder / "mail.ics").write_text("Dear all,")
    assert "is no iCalendar file" in alone("calendar", "import", "office", "mail.ics", code=2).err
