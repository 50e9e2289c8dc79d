"""Every clock of a ticket worked out slowly and obviously: minute by minute, from nothing but the event log and what
was set up when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
#: How far ahead the slow way looks for a due moment.
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
class SetUp:
    """What the desk's people set up, each with the moment: calendars as hours by weekday, policies as plain facts."""

    calendars: dict[str, list[tuple[datetime, Any]]] = field(default_factory=dict)
    policies: dict[str, list[tuple[datetime, Any]]] = field(default_factory=dict)

    def policy(self, name: str, at: datetime) -> Any:
        versions = self.policies[name]
        return next((v for since, v in reversed(versions) if since <= at), versions[0][1])

    def opening(self, policy: str | None) -> Callable[[datetime], bool]:
        """Whether a policy's calendar is open at a moment, by the versions of then; asked with growing moments only."""
        if policy is None:
            return lambda at: True
        version_at = _at(self.policies[policy], self.policies[policy][0][1])
        calendar_at = {name: _at(versions, versions[0][1]) for name, versions in self.calendars.items()}

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
    """The weekday there and the minute of the day."""
    local = at.astimezone(ZoneInfo(zone))
    return local.weekday(), local.hour * 60 + local.minute


@dataclass
class Slow:
    """What the slow way says of a clock."""

    state: str
    fulfilled: datetime | None
    breached: datetime | None
    due: datetime | None


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def clocks(events: list[dict[str, Any]], up: SetUp, now: datetime) -> dict[tuple[str, int], Slow]:
    """By metric and instance."""
    told = _without_undone(events)
    if not told or told[0]["kind"] != "ticket_created":
        return {}
    return {
        (metric, instance): slow
        for metric, instance, start, end in _spans(told)
        if (slow := _walk(told, up, now, metric, start, end)) is not None
    }


def _without_undone(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    # An event's own number stands in "command"; what it speaks of has its kind before it.
    undone = {e["undone_command"] for e in events if e["kind"] == "undone"}
    undoing = {e["command"] for e in events if e["kind"] == "undone"}
    kept = [e for e in events if e["command"] not in undone]
    return [e for e in kept if e["command"] not in undoing or e["kind"] == "policy_applied"]


def _spoken(told: list[dict[str, Any]]) -> list[tuple[datetime, str]]:
    """Questions, answers that arrive as far as anybody knows, and promises."""
    found: list[list[Any]] = []
    lost: set[int] = set()
    for e in told:
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
            lost |= {f[2] for f in found if f[2] == e["message"]}  # what was taken back is on no ticket
            found = [f for f in found if f[2] != e["message"]]
        elif e["kind"] == "delivery_settled" and e["state"] == "queued" and e["message"] in lost:
            lost.discard(e["message"])
            found.append([at, "answered", e["message"]])
    return [(at, what) for at, what, _ in found]


def _spans(told: list[dict[str, Any]]) -> list[tuple[str, int, datetime, datetime | None]]:
    spoken = _spoken(told)
    start = _began(told)
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
    for at, state in _states(told):
        if state in ("solved", "closed"):
            done = done or at
        elif state not in ("merged", "spam"):
            done = None
    return [*found, ("resolution", 1, start, done), ("work", 1, start, done)]


def _began(told: list[dict[str, Any]]) -> datetime:
    """When the ticket was opened, or its first message written where that stood on another one."""
    return min([moment(told[0]["at"]), *(moment(e["since"]) for e in told if e["kind"] == "split_from")])


def _earliest(told: list[dict[str, Any]]) -> datetime:
    """Before the ticket was opened somebody may have waited on one that was merged into it, or for their mail to be
    worked off: it counts as it began."""
    earlier = [e.get("waiting") or e.get("received") for e in told if e["kind"] in ("absorbed", "message_received")]
    return min([_began(told), *(moment(at) for at in earlier if at)])


def _states(told: list[dict[str, Any]]) -> list[tuple[datetime, str]]:
    found = [(_earliest(told), "new")]
    for e in told:
        if e["kind"] in ("status_changed", "unmerged", "unmarked_spam"):
            found.append((moment(e["at"]), e["new"]))
        elif e["kind"] == "merged":
            found.append((moment(e["at"]), "merged"))
        elif e["kind"] == "marked_spam":
            found.append((moment(e["at"]), "spam"))
    return found


def _at(changes: list[tuple[datetime, Any]], before: Any = None) -> Callable[[datetime], Any]:
    """What held at a moment, and `before` the first change; asked with growing moments only."""
    place = 0

    def held(at: datetime) -> Any:
        nonlocal place
        while place < len(changes) and changes[place][0] <= at:
            place += 1
        return changes[place - 1][1] if place else before

    return held


def _walk(
    told: list[dict[str, Any]], up: SetUp, now: datetime, metric: str, start: datetime, end: datetime | None
) -> Slow | None:
    state_at = _at(_states(told))
    changed = [(moment(e["at"]), e["new"]) for e in told if e["kind"] == "priority_changed"]
    priority_at = _at([(_earliest(told), told[0]["priority"]), *changed])
    policy_at = _at([(moment(e["at"]), e["policy"]) for e in told if e["kind"] == "policy_applied"])
    hand = [(moment(e["at"]), e["due"]) for e in told if e["kind"] == "due_set" and e["metric"] == metric]
    hand = [(at, due and moment(due)) for at, due in hand if at >= start]
    if metric == "promise":
        hand = [(moment(e["at"]), moment(e["due"])) for e in told if e["kind"] == "promised"]
    hand_at = _at(hand)
    counted: dict[str | None, int] = {}
    names = {None, *(e["policy"] for e in told if e["kind"] == "policy_applied")}
    is_open = {name: up.opening(name) for name in names}
    version_at = {name: _at(up.policies[name], up.policies[name][0][1]) for name in names if name is not None}
    exists, breached, due, held, why, policy = False, None, None, None, False, None
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
            held, why = by_hand if by_hand is not None else target, stopped
        elif end is not None or held is None or why:
            break
        over = None
        if isinstance(held, datetime):
            over = at >= held
        elif held is not None:
            over = counted.get(policy, 0) >= held
        if over and not why and known and breached is None and (end is None or at < end):
            breached = at if not isinstance(held, datetime) or at > held else held
        if over and not why and not known:
            due = held if isinstance(held, datetime) else at
            break
        if not why:
            for name in names:
                counted[name] = counted.get(name, 0) + is_open[name](at)
        at += MINUTE
    if not exists:
        return None
    if end is not None:
        return Slow("fulfilled", end, breached, None)
    if why or held is None:
        return Slow("paused", None, breached, None)
    return Slow("running", None, breached, held if isinstance(held, datetime) else due)
