"""Events in words: one line says what happened, for `log` and `show --full`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ....safe import visible
from ...times import local_time

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_KEYS = frozenset({"kind", "at", "by", "command", "ticket"})

Row = dict[str, Any]
Words = Callable[[Row, Callable[[Any], str]], str]


def _changed(what: str) -> Words:
    return lambda row, say: f"{what}: {say(row.get('old'))} → {say(row.get('new'))}"


def _clock(row: Row) -> str:
    metric = str(row["metric"]).replace("_", " ")
    return f"{metric} clock" + (f" {row['instance']}" if row["instance"] > 1 else "")


def _due(row: Row, say: Callable[[Any], str]) -> str:
    return f", due {say(row['due'])}" if row.get("due") else ""


def _assigned(row: Row, say: Callable[[Any], str]) -> str:
    if row["new"] is None:
        return f"back in the queue, {say(row['old'])} no longer has it"
    return f"assigned to {say(row['new'])}" + (f", before to {say(row['old'])}" if row["old"] else "")


def _received(row: Row, say: Callable[[Any], str]) -> str:
    words = f"message {row['message']} received"
    if row.get("automatic"):
        words += f", automatic: {say(row['automatic'])}"
    if row.get("verified") is False:
        words += ", not verified"
    return words + (f", reached the desk {say(row['received'])}" if row.get("received") else "")


def _tagged(row: Row, say: Callable[[Any], str]) -> str:
    return "tags: " + " ".join([f"+{say(tag)}" for tag in row["added"]] + [f"-{say(tag)}" for tag in row["removed"]])


def _settled(row: Row, say: Callable[[Any], str]) -> str:
    what = f"message {row['message']}" if row.get("message") else f"outgoing message {row['outbox']}"
    return f"{what} is {say(row['state'])}" + (f": {say(row['reason'])}" if row.get("reason") else "")


def _bounced(row: Row, say: Callable[[Any], str]) -> str:
    what = "delayed" if row.get("action") == "delayed" else "not delivered"
    who = " to some recipients" if row.get("partly") else ""
    reason = str(row.get("reason_class") or "").replace("_", " ")
    why = " ".join(filter(None, (reason, row.get("status"))))
    return f"outgoing message {row['outbox']} {what}{who}" + (f": {say(why)}" if why else "")


def _routed(row: Row, say: Callable[[Any], str]) -> str:
    if row.get("agent"):
        return f"routed to {say(row['agent'])} ({say(row['strategy'])})"
    return "not routed" + (f": {say(row['why'])}" if row.get("why") else "")


#: Sentences of the kinds that agents meet every day; other kinds are described by their facts.
_WORDS: dict[str, Words] = {
    "ticket_created": lambda row, say: (
        f"created via {say(row['channel'])}"
        + (f" for team {say(row['team'])}" if row.get("team") else "")
        + (f", continues #{row['follows']}" if row.get("follows") else "")
    ),
    "message_received": _received,
    "reply_added": lambda row, say: (
        f"reply: message {row['message']}" + (f", outgoing message {row['outbox']}" if row.get("outbox") else "")
    ),
    "note_added": lambda row, say: f"internal note: message {row['message']}",
    "message_withdrawn": lambda row, say: f"message {row['message']} withdrawn",
    "message_edited": lambda row, say: f"message {row['message']} edited by its sender",
    "status_changed": _changed("status"),
    "priority_changed": _changed("priority"),
    "team_changed": _changed("team"),
    "language_changed": _changed("language"),
    "tier_changed": _changed("tier"),
    "subject_changed": lambda row, say: "subject changed",
    "requester_changed": lambda row, say: f"requester: contact {say(row['old'])} → contact {say(row['new'])}",
    "due_changed": _changed("due"),
    "assigned": _assigned,
    "follower_added": lambda row, say: f"{say(row['agent'])} follows",
    "follower_removed": lambda row, say: f"{say(row['agent'])} no longer follows",
    "tagged": _tagged,
    "escalated": lambda row, say: f"escalated to {say(row['to'])}: message {row['message']}",
    "mentions": lambda row, say: f"mentions #{row['other']}",
    "waiting_changed": lambda row, say: (
        f"customer waiting since {say(row['new'])}" if row["new"] else "customer no longer waiting"
    ),
    "delivery_settled": _settled,
    "bounced": _bounced,
    "agent_told": lambda row, say: f"told {say(row['agent'])}: {say(row['about']).replace('_', ' ')}",
    "acknowledged": lambda row, say: f"acknowledgement: message {row['message']}",
    "marked_spam": lambda row, say: "marked as spam" + (f": {say(row['why'])}" if row.get("why") else ""),
    "unmarked_spam": lambda row, say: "no longer spam",
    "callback_changed": lambda row, say: f"call back {say(row['new'])}" if row["new"] else "no call back",
    "forwarded": lambda row, say: (
        f"message {row['message']} forwarded by {say(row['agent'])}"
        + ("" if row.get("proven") else ", not proven by DMARC")
    ),
    "machine_answered": lambda row, say: (
        f"automatic answer to message {row['answers']}: message {row['message']}, outgoing message {row['outbox']}"
    ),
    "choice_made": lambda row, say: f"customer chose {say(row['key'])} of message {row['message']}",
    "person_asked": lambda row, say: (
        "customer asks for a person" + (f": message {row['message']}" if row.get("message") else "")
    ),
    "spam_purged": lambda row, say: "contents of spam deleted",
    "rejoined": lambda row, say: f"messages {say(row['messages'])} back from #{row['other']}",
    "callback_due": lambda row, say: "call back is due",
    "merged": lambda row, say: f"merged into #{row['into']}",
    "unmerged": lambda row, say: f"separate from #{row['into']} again",
    "absorbed": lambda row, say: f"#{row['other']} merged into this ticket",
    "released": lambda row, say: f"#{row['other']} is separate again",
    "split_off": lambda row, say: f"split into #{row['into']}: messages {say(row['messages'])}",
    "split_from": lambda row, say: f"split from #{row['origin']}: messages {say(row['messages'])}",
    "continued": lambda row, say: f"continues on {say(row['channel'])}: message {row['message']}",
    "routed": _routed,
    "undone": lambda row, say: f"undone: command {row['command']}",
    "promised": lambda row, say: f"answer promised by {say(row['due'])}",
    "policy_applied": lambda row, say: f"SLA policy {say(row['policy'])}" if row["policy"] else "no SLA policy",
    "activate": lambda row, say: f"{_clock(row)} started" + _due(row, say),
    "pause": lambda row, say: f"{_clock(row)} paused: {say(row['why'])}",
    "resume": lambda row, say: f"{_clock(row)} resumed" + _due(row, say),
    "fulfill": lambda row, say: f"{_clock(row)} fulfilled" + ("" if row.get("in_time", True) else ", too late"),
    "retarget": lambda row, say: f"{_clock(row)} has another target" + _due(row, say),
    "warn": lambda row, say: f"{_clock(row)} warning at {say(row['level'])}" + _due(row, say),
    "breach": lambda row, say: f"{_clock(row)} breached" + (", noticed late" if row.get("late") else ""),
    "withdraw": lambda row, say: f"{_clock(row)} ended",
}


def sentence(row: Row, timezone: str) -> str:
    """What happened, in words; moments in `timezone`. Safe for a terminal."""

    def say(value: Any) -> str:
        return fact(value, timezone)

    words = _WORDS.get(row["kind"])
    if words is not None:
        try:
            return words(row, say)
        except (KeyError, TypeError):  # an older version recorded fewer facts
            pass
    return f"{row['kind'].replace('_', ' ')}  {facts(row, timezone)}".rstrip()


def facts(row: Row, timezone: str) -> str:
    """The facts of an event beside its kind: `old → new` for a change, `name=value` for others that have a value."""
    known = set(_KEYS)
    words = []
    if row["kind"] == "routed":
        known |= {"candidates", "left_out"}  # deskctl route explain says it better
    if "old" in row and "new" in row:
        known |= {"old", "new"}
        words.append(f"{fact(row['old'], timezone)} → {fact(row['new'], timezone)}")
    words += [f"{k}={fact(v, timezone)}" for k, v in row.items() if k not in known and v not in (None, [], "")]
    return " ".join(words)


def fact(value: Any, timezone: str) -> str:
    """A value for people; lists with commas, moments in `timezone`."""
    if value is None:
        return "none"
    if isinstance(value, list):
        return ",".join(fact(each, timezone) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and _MOMENT.match(value):
        return local_time(value, timezone)
    return visible(str(value))
