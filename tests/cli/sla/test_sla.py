"""Calendars and SLA policies: the examples of the how-to page, and errors for invalid input."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import pytest

from tests.cli.shell import ROOT, NewDesk, Shell

PAGE = (ROOT / "docs" / "how-to" / "sla-policies.md").read_text()
GOLD = (
    "sla add gold --when contact.tier:vip --calendar 24x7 --first-response urgent=15m --first-response high=1h "
    "--first-response normal=4h --next-response normal=8h --resolution normal=3d --update normal=1d "
    "--warn 70% --warn 30m"
)


@pytest.fixture
def seoul(new_desk: NewDesk) -> Shell:
    """Return a desk on each store that only the commands of the test use."""
    return new_desk()


def examples() -> Iterator[tuple[str, list[str]]]:
    """Yield the commands of the page with the lines that they print; `…` stands for more lines."""
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *printed = example.splitlines()
            yield command, printed


def test_examples_of_the_sla_page_work(seoul: Shell) -> None:
    config = seoul.folder / "config.toml"
    config.write_text(re.sub(r'timezone = ".*"', 'timezone = "Asia/Seoul"', config.read_text()))
    for command, printed in examples():
        out = seoul(*shlex.split(command)[1:]).out.splitlines()
        wanted = [line for line in printed if line != "…"]
        assert out[: len(wanted)] == wanted, command
        assert len(out) == len(wanted) or "…" in printed, command


def test_transcript_of_service_levels_works(desk: Shell) -> None:
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
        ('calendar add x --hours "mon 09:00-12:00" --holidays XX', 2, 'no public holidays for "XX"'),
        ("calendar add 24x7 --hours 24x7", 4, "is built in"),
        ("calendar check seul today +1h", 3, 'no calendar is called "seul"'),
        ("calendar check 24x7 today +1y", 2, "not a time: “+1y”"),
        ('calendar check 24x7 "2026-12-24 17:50" "2026-12-24 17:49"', 2, 'is before "2026-12-24 17:50"'),
        ('calendar check 24x7 "9999-12-31 12:00" +1h', 2, "“9999-12-31 12:00” is too far away"),
        ("calendar check 24x7 0001-06-01 9999-06-01", 2, "“0001-06-01” is too far away"),
        ("calendar show 24x7 --month 2027-13", 2, 'not a month: "2027-13"'),
        ('calendar add x --hours 24x7 --timezone ""', 2, "--timezone is empty"),
        ("calendar add x --hours 24x7 --timezone Asia", 2, "Asia/Aden, Asia/Almaty"),
        ("calendar add x --hours 24x7 --holidays none --holidays KR", 2, "another --holidays exclude each other"),
        (
            'calendar add x --hours 24x7 --day 2027-05-06 "Half 9-12"',
            2,
            'cannot parse the hours in "Half 9-12"',
        ),
        ("calendar import 24x7 nothing.ics", 2, "cannot read nothing.ics"),
        ("sla add x --first-response 1h --when contact.teir:vip", 2, "did you mean contact.tier?"),
        ("sla add x --first-response 1h --when status:open", 2, "status changes all the time"),
        ("sla add x --first-response 1h --calendar seul", 3, 'no calendar is called "seul"'),
        ("sla add x --first-response urgnt=1h", 2, "did you mean urgent?"),
        ("sla add x --first-response 1x", 2, "--first-response: not a duration: “1x”"),
        ("sla add x", 2, "policy x has no target"),
        ("sla step x --at 90% --then notify=lead", 3, 'no policy is called "x"'),
        ("explain 42 --sla", 3, "no ticket 42"),
    ],
)
def test_invalid_input_is_explained(local_desk: Shell, command: str, code: int, said: str) -> None:
    assert said in local_desk(*shlex.split(command), code=code).err


def test_probable_mistakes_produce_notes(local_desk: Shell) -> None:
    local_desk("calendar", "add", "never", "--hours", "closed")
    never = local_desk("calendar", "check", "never", "today", "+1h", code=1).out
    assert never.startswith("never: never is not open for 1h")
    local_desk("calendar", "add", "office", "--hours", "mon-fri 09:00-17:00")
    assert (
        "write 8h for one of its days"
        in local_desk("sla", "add", "a", "--calendar", "office", "--resolution", "1d").err
    )
    assert "a can never match" not in local_desk("sla", "list").err
    shadowed = local_desk("sla", "add", "b", "--when", "tag:vip", "--first-response", "15m", "--warn", "30m").err
    assert "b can never match: a comes before it" in shadowed
    assert "30m before the due time is longer than these targets" in shadowed
    assert "is not open" in local_desk("sla", "add", "c", "--calendar", "never", "--resolution", "1h").err
    local_desk("sla", "step", "a", "--at", "breach", "--then", "notify=agent2")
    local_desk("agent", "set", "agent2", "--inactive")
    assert "names agent2, who is deactivated" in local_desk("sla", "list").err
    assert (
        "agent agent2 is deactivated"
        in local_desk("sla", "step", "a", "--at", "80%", "--then", "notify=agent2", code=4).err
    )
    assert "is used by a" in local_desk("calendar", "remove", "office", code=4).err
