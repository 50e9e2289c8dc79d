"""Reference implementation of SLA clocks: simple and slow, minute by minute, from the events and the configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
#: How far ahead a due time is searched.
AHEAD = timedelta(days=21)

PRIORITIES = ("low", "normal", "high", "urgent")
STOPS = {
    "first_response": {"solved", "closed", "merged", "spam"},
    "next_response": {"solved", "closed", "merged", "spam"},
    "update": {"solved", "closed", "merged", "spam"},
    "promise": {"solved", "closed", "merged", "spam"},
    "resolution": {"pending", "solved", "closed", "merged", "spam"},
    "work": {"pending", "hold", "solved", "closed", "merged", "spam"},
}


@dataclass
class Configuration:
    """The configuration of a desk by time: calendars as hours by weekday, policies as dictionaries."""

    calendars: dict[str, list[tuple[datetime, Any]]] = field(default_factory=dict)
    policies: dict[str, list[tuple[datetime, Any]]] = field(default_factory=dict)

    def policy(self, name: str, at: datetime) -> Any:
        versions = self.policies[name]
        return next((v for since, v in reversed(versions) if since <= at), versions[0][1])

    def opening(self, policy: str | None) -> Callable[[datetime], bool]:
        """Return a function that tells whether a policy is open at a moment; call it with increasing moments only."""
        if policy is None:
            return lambda at: True
        version_at = _value_function(self.policies[policy], self.policies[policy][0][1])
        calendar_at = {name: _value_function(versions, versions[0][1]) for name, versions in self.calendars.items()}

        def is_open(at: datetime) -> bool:
            name = version_at(at)["calendar"]
            if name == "24x7":
                return True
            zone, hours = calendar_at[name](at)
            weekday, shown = on_the_wall(zone, at)
            return any(start <= shown < end for start, end in hours.get(weekday, ()))

        return is_open


@lru_cache(1 << 19)
def on_the_wall(zone: str, at: datetime) -> tuple[int, int]:
    """Return the local weekday and the minute of the day."""
    local = at.astimezone(ZoneInfo(zone))
    return local.weekday(), local.hour * 60 + local.minute


@dataclass
class ReferenceClock:
    """The state of a clock according to the reference."""

    state: str
    fulfilled: datetime | None
    breached: datetime | None
    due: datetime | None


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def clocks(events: list[dict[str, Any]], up: Configuration, now: datetime) -> dict[tuple[str, int], ReferenceClock]:
    """Return the clocks by metric and instance."""
    events = _without_undone(events)
    if not events or events[0]["kind"] != "ticket_created":
        return {}
    return {
        (metric, instance): found
        for metric, instance, start, end in _spans(events)
        if (found := _walk(events, up, now, metric, start, end)) is not None
    }


def _without_undone(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # "command" is the command of the event itself; "undone_command" the one it refers to.
    undone = {e["undone_command"] for e in events if e["kind"] == "undone"}
    undoing = {e["command"] for e in events if e["kind"] == "undone"}
    kept = [e for e in events if e["command"] not in undone]
    return [e for e in kept if e["command"] not in undoing or e["kind"] == "policy_applied"]


def _exchanges(events: list[dict[str, Any]]) -> list[tuple[datetime, str]]:
    """Return questions, answers (unless their delivery failed) and promises."""
    found: list[list[Any]] = []
    lost: set[int] = set()
    for e in events:
        at = moment(e["at"])
        if e["kind"] == "message_received" and e["automatic"] is None:
            found.append([moment(e["received"] or e["at"]), "asked", e["message"]])
        elif e["kind"] == "reply_added":
            found.append([at, "answered", e["message"]])
        elif e["kind"] == "promised":
            found.append([at, "promised", None])
        elif e["kind"] == "absorbed" and e["waiting"] is not None:
            found.append([moment(e["waiting"]), "asked", None])
        elif e["kind"] == "split_from":
            found += [[moment(at), "asked", number] for number, at in zip(e["asked"], e["moments"], strict=True)]
        elif e["kind"] == "split_off":
            found = [f for f in found if f[2] not in e["messages"]]
        elif e["kind"] == "message_withdrawn":
            found = [f for f in found if f[2] != e["message"]]
        elif e["kind"] == "delivery_settled" and e["state"] in ("failed", "cancelled"):
            lost |= {f[2] for f in found if f[2] == e["message"]}  # a withdrawn message is not in `found`
            found = [f for f in found if f[2] != e["message"]]
        elif e["kind"] == "delivery_settled" and e["state"] == "queued" and e["message"] in lost:
            lost.discard(e["message"])
            found.append([at, "answered", e["message"]])
    return [(at, what) for at, what, _ in found]


def _spans(events: list[dict[str, Any]]) -> list[tuple[str, int, datetime, datetime | None]]:
    spoken = _exchanges(events)
    start = _began(events)
    found: list[tuple[str, int, datetime, datetime | None]] = []
    answers = [n for n, (_, what) in enumerate(spoken) if what == "answered"]
    first_answer = answers[0] if answers else len(spoken)
    asked_before = [at for at, what in spoken[:first_answer] if what == "asked"]
    if asked_before:
        found.append(("first_response", 1, min(asked_before), spoken[first_answer][0] if answers else None))
    for number, place in enumerate(answers):
        following = answers[number + 1] if number + 1 < len(answers) else None
        end = None if following is None else spoken[following][0]
        found.append(("update", number + 1, spoken[place][0], end))
    rounds = 0
    for number, place in enumerate(answers):
        following = answers[number + 1] if number + 1 < len(answers) else len(spoken)
        asked = [at for at, what in spoken[place:following] if what == "asked"]
        if asked:
            rounds += 1
            found.append(
                ("next_response", rounds, min(asked), spoken[following][0] if following < len(spoken) else None)
            )
    promises = 0
    for number, place in enumerate([-1, *answers]):
        following = answers[number] if number < len(answers) else len(spoken)
        promised = [at for at, what in spoken[place + 1 : following] if what == "promised"]
        if promised:
            promises += 1
            found.append(("promise", promises, promised[0], spoken[following][0] if following < len(spoken) else None))
    done = None
    for at, state in _states(events):
        if state in ("solved", "closed"):
            done = done or at
        elif state not in ("merged", "spam"):
            done = None
    return [*found, ("resolution", 1, start, done), ("work", 1, start, done)]


def _began(events: list[dict[str, Any]]) -> datetime:
    """Return when the ticket was created, or its first message was written if that was on another ticket."""
    return min([moment(events[0]["at"]), *(moment(e["since"]) for e in events if e["kind"] == "split_from")])


def _earliest(events: list[dict[str, Any]]) -> datetime:
    """Return the earliest moment of the history, which can be before the ticket's creation.

    A customer can have waited on a ticket that was merged into it, or for mail that waited in the journal.
    """
    earlier = [e.get("waiting") or e.get("received") for e in events if e["kind"] in ("absorbed", "message_received")]
    return min([_began(events), *(moment(at) for at in earlier if at)])


def _states(events: list[dict[str, Any]]) -> list[tuple[datetime, str]]:
    found = [(_earliest(events), "new")]
    for e in events:
        if e["kind"] in ("status_changed", "unmerged", "unmarked_spam"):
            found.append((moment(e["at"]), e["new"]))
        elif e["kind"] == "merged":
            found.append((moment(e["at"]), "merged"))
        elif e["kind"] == "marked_spam":
            found.append((moment(e["at"]), "spam"))
    return found


def _value_function(changes: list[tuple[datetime, Any]], before: Any = None) -> Callable[[datetime], Any]:
    """Return a function from a moment to the value at that moment, `before` the first change; call it with increasing
    moments only.
    """
    place = 0

    def value_at(at: datetime) -> Any:
        nonlocal place
        while place < len(changes) and changes[place][0] <= at:
            place += 1
        return changes[place - 1][1] if place else before

    return value_at


def _walk(
    events: list[dict[str, Any]], up: Configuration, now: datetime, metric: str, start: datetime, end: datetime | None
) -> ReferenceClock | None:
    state_at = _value_function(_states(events))
    changed = [(moment(e["at"]), e["new"]) for e in events if e["kind"] == "priority_changed"]
    priority_at = _value_function([(_earliest(events), events[0]["priority"]), *changed])
    policy_at = _value_function([(moment(e["at"]), e["policy"]) for e in events if e["kind"] == "policy_applied"])
    hand = [(moment(e["at"]), e["due"]) for e in events if e["kind"] == "due_set" and e["metric"] == metric]
    hand = [(at, due and moment(due)) for at, due in hand if at >= start]
    if metric == "promise":
        hand = [(moment(e["at"]), moment(e["due"])) for e in events if e["kind"] == "promised"]
    hand_at = _value_function(hand)
    counted: dict[str | None, int] = {}
    names = {None, *(e["policy"] for e in events if e["kind"] == "policy_applied")}
    is_open = {name: up.opening(name) for name in names}
    version_at = {
        name: _value_function(up.policies[name], up.policies[name][0][1]) for name in names if name is not None
    }
    exists, breached, due, value_at, why, policy = False, None, None, None, False, None
    at = start
    last = end or now
    while at < last + AHEAD:
        known = at <= last if end is None else at < last or at == start
        if known:
            policy, priority, by_hand = policy_at(at), priority_at(at), hand_at(at)
            stopped = state_at(at) in STOPS[metric]
            target = None
            if metric != "promise" and policy is not None:
                named = version_at[policy](at)["targets"].get(metric, {})
                places = range(PRIORITIES.index(priority), -1, -1)
                target = next((named[PRIORITIES[n]] for n in places if PRIORITIES[n] in named), None)
            exists = exists or target is not None or by_hand is not None
            value_at, why = by_hand if by_hand is not None else target, stopped
        elif end is not None or value_at is None or why:
            break
        over = None
        if isinstance(value_at, datetime):
            over = at >= value_at
        elif value_at is not None:
            over = counted.get(policy, 0) >= value_at
        if over and not why and known and breached is None and (end is None or at < end):
            breached = at if not isinstance(value_at, datetime) or at > value_at else value_at
        if over and not why and not known:
            due = value_at if isinstance(value_at, datetime) else at
            break
        if not why:
            for name in names:
                counted[name] = counted.get(name, 0) + is_open[name](at)
        at += MINUTE
    if not exists:
        return None
    if end is not None:
        return ReferenceClock("fulfilled", end, breached, None)
    if why or value_at is None:
        return ReferenceClock("paused", None, breached, None)
    return ReferenceClock("running", None, breached, value_at if isinstance(value_at, datetime) else due)
