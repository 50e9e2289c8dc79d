"""Clocks for people: what was promised, how it stands, and which time counted and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..safe import visible
from .style import of_clock, paint
from .times import local, worked
from .width import pad, wrap

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
    style = of_clock("breached" if late else clock["state"])
    title = f"{NAMES[clock['metric']]}{round_}: {state}"
    yield paint(title, style or "bold") if color else title
    yield from wrap(f"  {_promised(clock)}", width)
    for label, moment in (
        ("due", clock["due"]),
        ("overdue since", clock["breached_at"]),
        ("settled", clock["fulfilled_at"]),
    ):
        if moment:
            yield f"  {label} {local(moment, timezone)}"
    if clock["why"]:
        yield f"  stands still: {visible(clock['why'])}"
    for segment in clock["segments"]:
        yield _segment(segment, timezone, color)


def _promised(clock: Any) -> str:
    if clock["metric"] == "promise":
        return "promised to the customer by hand"
    by = f"by policy {visible(clock['policy'])}" if clock["policy"] else "set by hand"
    if clock["target"] is None:
        return f"no target, {by}"
    spent, target = worked(clock["spent"]), worked(clock["target"])
    hand = ", due moment set by hand" if clock["by_hand"] and clock["policy"] else ""
    return f"{spent} of {target} {_hours(clock['calendar'])}, {by}{hand}"


def _hours(calendar: str) -> str:
    return "around the clock" if calendar == "24x7" else f"in the hours of {visible(calendar)}"


def _segment(segment: Any, timezone: str, color: bool) -> str:
    start = local(segment["from"], timezone)
    end = local(segment["to"], timezone) if segment["to"] else "now"
    counted = segment["state"] == "counted"
    what = pad(f"{worked(segment['working'])} counted" if counted else "paused", 16)
    line = f"    {start} → {pad(end, len(start))}  {what} {visible(segment['why'])}"
    return line if counted or not color else paint(line, "dim")
