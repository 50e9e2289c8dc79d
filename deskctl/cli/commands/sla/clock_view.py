"""Clocks for people: what was promised, how it stands, and which time counted and why."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from ....safe import visible
from ...style import clock_style, paint
from ...times import local_time, working_time
from ...width import pad, wrap
from ...width import width as columns

NAMES = {
    "first_response": "First response",
    "next_response": "Next response",
    "update": "Update",
    "resolution": "Resolution",
    "work": "Agent work",
    "promise": "Promise",
}
_STATES = {"running": "running", "paused": "paused", "fulfilled": "kept", "breached": "overdue"}


def told(ticket: int, clocks: Sequence[Any], timezone: str, *, width: int, color: bool) -> str:
    """Several lines for each clock."""
    if not clocks:
        return f"no policy is for ticket {ticket}, and nothing was promised; deskctl sla test {ticket} shows why\n"
    lines: list[str] = []
    for clock in clocks:
        lines += [*_clock(clock, timezone, width, color), ""]
    return "\n".join(lines[:-1]) + "\n"


def _clock(clock: Any, timezone: str, width: int, color: bool) -> Iterator[str]:
    round_ = f" {clock['instance']}" if clock["instance"] > 1 else ""
    late = clock["state"] == "fulfilled" and clock["breached_at"] is not None
    state = "answered too late" if late and clock["metric"] != "resolution" else _STATES[clock["state"]]
    state = "settled too late" if late and clock["metric"] in ("resolution", "work") else state
    style = clock_style("breached" if late else clock["state"])
    title = f"{NAMES[clock['metric']]}{round_}: {state}"
    yield paint(title, style or "bold") if color else title
    yield from wrap(f"  {_promised(clock)}", width)
    yield from (f"  {line}" for line in _changed(clock["rules"], timezone))
    for label, moment in (
        ("due", clock["due"]),
        ("overdue since", clock["breached_at"]),
        ("settled", clock["fulfilled_at"]),
    ):
        if moment:
            yield f"  {label} {local_time(moment, timezone)}"
    if clock["why"]:
        yield f"  stands still: {visible(clock['why'])}"
    yield from _segments(clock["segments"], timezone, width, color)


def _promised(clock: Any) -> str:
    if clock["metric"] == "promise":
        return "promised to the customer by hand"
    if clock["policy"] is None:
        return "due moment set by hand" if clock["by_hand"] else "no policy is for this ticket any more"
    by = f"by policy {visible(clock['policy'])}"
    if clock["target"] is None:
        return (
            f"due moment set by hand; policy {visible(clock['policy'])} has no target for it"
            if clock["by_hand"]
            else f"no target, {by}"
        )
    spent, target = working_time(clock["spent"]), working_time(clock["target"])
    hand = ", due moment set by hand" if clock["by_hand"] else ""
    return f"{spent} of {target} {_hours(clock['calendar'])}, {by}{hand}"


def _changed(rules: Sequence[Any], timezone: str) -> Iterator[str]:
    """What it had to keep before, where that changed on the way in more than a policy's number."""
    begun = itertools.dropwhile(lambda rule: rule["target"] is None and not rule["due_by_hand"], rules)
    asked = [(rule["from"], _asked(rule, timezone)) for rule in begun]
    told = [one for place, one in enumerate(asked) if place == 0 or asked[place - 1][1] != one[1]]
    for (_, before), (at, after) in itertools.pairwise(told):
        yield f"{before} until {local_time(at, timezone)}, then {after}"


def _asked(rule: Any, timezone: str) -> str:
    if rule["due_by_hand"]:
        return f"due {local_time(rule['due_by_hand'], timezone)} by hand"
    if rule["target"] is None:
        return "no target"
    return f"{working_time(rule['target'])} ({visible(rule['policy'])})"


def _hours(calendar: str) -> str:
    return "around the clock" if calendar == "24x7" else f"in the hours of {visible(calendar)}"


def _segments(segments: Sequence[Any], timezone: str, width: int, color: bool) -> Iterator[str]:
    """A line each; on a narrow screen the reason stands on a line of its own."""
    rows = []
    for segment in segments:
        start, end = (local_time(segment[at], timezone) if segment[at] else "now" for at in ("from", "to"))
        counted = segment["state"] == "counted"
        what = f"{working_time(segment['working'])} counted" if counted else "paused"
        rows.append((start, end, what, visible(segment["why"]), counted))
    longest_end, longest = (max((columns(row[n]) for row in rows), default=0) for n in (1, 2))
    for start, end, what, why, counted in rows:
        line = f"    {start} → {pad(end, longest_end)}  {pad(what, longest)}  {why}"
        lines = [line] if columns(line) <= width else [f"    {start} → {end}", *wrap(f"      {what}, {why}", width)]
        yield from (part if counted or not color else paint(part, "dim") for part in lines)
