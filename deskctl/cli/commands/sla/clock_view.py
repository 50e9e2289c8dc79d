"""Render SLA clocks: target, state, due time, and the periods that counted or paused."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from ....safe import visible
from ...messages import _, shown
from ...style import clock_style, paint
from ...times import local_time, working_time
from ...width import pad, wrap
from ...width import width as columns


def metric_name(metric: str) -> str:
    """Return the name of a metric at the start of a line."""
    names = {
        "first_response": _("First response"),
        "next_response": _("Next response"),
        "update": _("Update"),
        "resolution": _("Resolution"),
        "work": _("Agent work"),
        "promise": _("Promise"),
    }
    return names[metric]


def render_clocks(ticket: int, clocks: Sequence[Any], timezone: str, *, width: int, color: bool) -> str:
    """Return the clocks of a ticket as text, with several lines for each clock."""
    if not clocks:
        text = _(
            "no SLA policy applies to ticket {number}, and there is no promise; see deskctl sla test {number}",
            number=ticket,
        )
        return "".join(f"{line}\n" for line in wrap(text, width))
    lines: list[str] = []
    for clock in clocks:
        lines += [*_clock(clock, timezone, width, color), ""]
    return "\n".join(lines[:-1]) + "\n"


def _clock(clock: Any, timezone: str, width: int, color: bool) -> Iterator[str]:
    number = f" {clock['instance']}" if clock["instance"] > 1 else ""
    overdue = clock["state"] == "fulfilled" and clock["breached_at"] is not None
    style = clock_style("breached" if overdue else clock["state"])
    title = f"{metric_name(clock['metric'])}{number}: {_state(clock, overdue)}"
    yield paint(title, style or "bold") if color else title
    yield from wrap(f"  {_target(clock)}", width)
    yield from (f"  {line}" for line in _target_changes(clock["rules"], timezone))
    if clock["due"]:
        yield "  " + _("due {time}", time=local_time(clock["due"], timezone))
    if clock["breached_at"]:
        yield "  " + _("breached {time}", time=local_time(clock["breached_at"], timezone))
    if clock["fulfilled_at"]:
        yield "  " + _("fulfilled {time}", time=local_time(clock["fulfilled_at"], timezone))
    if clock["why"]:
        yield "  " + _("paused: {reason}", reason=visible(shown(clock["why"])))
    yield from _segments(clock["segments"], timezone, width, color)


def _state(clock: Any, overdue: bool) -> str:
    if overdue:
        return _("fulfilled after the due time")
    states = {
        "running": _("running"),
        "paused": _("paused"),
        "fulfilled": _("fulfilled"),
        "breached": _("overdue"),
    }
    return states[clock["state"]]


def _target(clock: Any) -> str:
    """Return the target of a clock, the time that has counted, and where the target comes from."""
    by_hand = _("due time set by hand")
    if clock["metric"] == "promise":
        return _("promised to the customer by an agent")
    if clock["policy"] is None:
        return by_hand if clock["by_hand"] else _("no policy applies to this ticket any more")
    policy = visible(clock["policy"])
    if clock["target"] is None:
        if clock["by_hand"]:
            return _("due time set by hand; policy {policy} has no target for it", policy=policy)
        return _("no target, policy {policy}", policy=policy)
    text = _(
        "{spent} of {target} {hours}, policy {policy}",
        spent=working_time(clock["spent"]),
        target=working_time(clock["target"]),
        hours=_hours(clock["calendar"]),
        policy=policy,
    )
    return f"{text}, {by_hand}" if clock["by_hand"] else text


def _target_changes(rules: Sequence[Any], timezone: str) -> Iterator[str]:
    """Yield a line for each change of the target, except changes of only the policy's version."""
    started = itertools.dropwhile(lambda rule: rule["target"] is None and not rule["due_by_hand"], rules)
    targets = [(rule["from"], _rule_target(rule, timezone)) for rule in started]
    changes = [one for place, one in enumerate(targets) if place == 0 or targets[place - 1][1] != one[1]]
    for (_since, before), (at, after) in itertools.pairwise(changes):
        yield _("{before} until {time}, then {after}", before=before, time=local_time(at, timezone), after=after)


def _rule_target(rule: Any, timezone: str) -> str:
    if rule["due_by_hand"]:
        return _("due {time} set by hand", time=local_time(rule["due_by_hand"], timezone))
    if rule["target"] is None:
        return _("no target")
    return f"{working_time(rule['target'])} ({visible(rule['policy'])})"


def _hours(calendar: str) -> str:
    if calendar == "24x7":
        return _("around the clock")
    return _("in business hours of {calendar}", calendar=visible(calendar))


def _segments(segments: Sequence[Any], timezone: str, width: int, color: bool) -> Iterator[str]:
    """Yield a line for each period; if the screen is narrow, the reason is on a separate line."""
    rows = []
    for segment in segments:
        start, end = (local_time(segment[at], timezone) if segment[at] else _("now") for at in ("from", "to"))
        counted = segment["state"] == "counted"
        what = _("{time} counted", time=working_time(segment["working"])) if counted else _("paused")
        rows.append((start, end, what, visible(shown(segment["why"])), counted))
    longest_end, longest = (max((columns(row[n]) for row in rows), default=0) for n in (1, 2))
    for start, end, what, why, counted in rows:
        line = f"    {start} → {pad(end, longest_end)}  {pad(what, longest)}  {why}"
        lines = [line] if columns(line) <= width else [f"    {start} → {end}", *wrap(f"      {what}, {why}", width)]
        yield from (part if counted or not color else paint(part, "dim") for part in lines)
