"""Describe events in one line each, for `log`, `show --full` and `contact show`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .... import i18n
from ....safe import visible
from ...messages import _, shown, word
from ...stored_texts import stored
from ...times import local_time

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_COMMON_KEYS = frozenset({"kind", "at", "by", "command", "ticket"})

_NONE, _YES, _NO = i18n._("none"), i18n._("yes"), i18n._("no")
#: The reasons of a routing decision without an agent.
_NOT_ROUTED = {
    "empty": i18n._("the team has no agents"),
    "offline": i18n._("no agent is online"),
    "away": i18n._("all agents who are not offline are away"),
    "off_shift": i18n._("no agent is on shift"),
    "channel": i18n._("no available agent works on its channel"),
    "tier": i18n._("no agent of tier {tier} is available"),
    "gave_back": i18n._("the only agents who could take it gave it back or passed it on"),
    "skills": i18n._("no available agent has the skills {lacking}"),
    "full": i18n._("all agents who could take it have reached their capacity"),
    "had_enough": i18n._("all agents who could take it have reached the limit of assignments at once"),
}
Row = dict[str, Any]
#: Formats a value of an event for people.
Format = Callable[[Any], str]


def event_sentence(row: Row, timezone: str) -> str:
    """Return a sentence that describes an event, with times in `timezone`. It is safe to print on a terminal."""

    def format_value(value: Any) -> str:
        return format_fact(value, timezone)

    describe = _SENTENCES.get(row["kind"])
    if describe is not None:
        try:
            return describe(row, format_value)
        except (KeyError, TypeError):  # an older version recorded fewer facts
            pass
    return f"{row['kind'].replace('_', ' ')}  {event_facts(row, timezone)}".rstrip()


def event_facts(row: Row, timezone: str) -> str:
    """Return the facts of an event: `old → new` for a change, `name=value` for other facts with a value.

    They are for scripts, so they are English.
    """
    known = set(_COMMON_KEYS)
    words = []
    if row["kind"] == "routed":
        known |= {"candidates", "left_out"}  # `deskctl route explain` shows them
    if "old" in row and "new" in row:
        known |= {"old", "new"}
    if {"old", "new"} <= known and (row["old"], row["new"]) != (None, None):
        words.append(f"{format_fact(row['old'], timezone, str)} → {format_fact(row['new'], timezone, str)}")
    facts = {name: value for name, value in row.items() if name not in known and value not in (None, [], "")}
    words += [f"{name}={format_fact(value, timezone, str)}" for name, value in facts.items()]
    return " ".join(words)


def format_fact(value: Any, timezone: str, say: Callable[[str], str] = shown) -> str:
    """Return a value as text: lists with commas, times in `timezone`. `say` chooses the language of words."""
    if value is None:
        return say(_NONE)
    if isinstance(value, list):
        return ",".join(format_fact(each, timezone, say) for each in value)
    if isinstance(value, bool):
        return say(_YES) if value else say(_NO)
    if isinstance(value, str) and _TIME.match(value):
        return local_time(value, timezone)
    return visible(say(value) if isinstance(value, str) else str(value))


def _with_detail(text: str, detail: str | None) -> str:
    """Return `text: detail`, or `text` without a detail. `detail` is a stored text."""
    return f"{text}: {visible(stored(detail))}" if detail else text


def _word(value: str | None) -> str:
    """Return a status, a priority or a metric in the language of the shell."""
    return shown(_NONE) if value is None else visible(word(value.replace("_", " ")))


def _created(row: Row, say: Format) -> str:
    parts = [_("created via {channel}", channel=say(row["channel"]))]
    if row.get("team"):
        parts.append(_("team {team}", team=say(row["team"])))
    if row.get("follows"):
        parts.append(_("continues #{number}", number=row["follows"]))
    return ", ".join(parts)


def _received(row: Row, say: Format) -> str:
    parts = [_("message {number} received", number=row["message"])]
    if row.get("automatic"):
        parts.append(_("automatic: {kind}", kind=say(row["automatic"])))
    if row.get("verified") is False:
        parts.append(_("not verified"))
    if row.get("received"):
        parts.append(_("reached the desk {time}", time=say(row["received"])))
    return ", ".join(parts)


def _replied(row: Row, say: Format) -> str:
    if row.get("outbox"):
        return _("reply: message {message}, outgoing message {outbox}", message=row["message"], outbox=row["outbox"])
    return _("reply: message {message}", message=row["message"])


def _status_changed(row: Row, say: Format) -> str:
    return _("status: {old} → {new}", old=_word(row.get("old")), new=_word(row.get("new")))


def _priority_changed(row: Row, say: Format) -> str:
    return _("priority: {old} → {new}", old=_word(row.get("old")), new=_word(row.get("new")))


def _team_changed(row: Row, say: Format) -> str:
    return _("team: {old} → {new}", old=say(row.get("old")), new=say(row.get("new")))


def _language_changed(row: Row, say: Format) -> str:
    return _("language: {old} → {new}", old=say(row.get("old")), new=say(row.get("new")))


def _tier_changed(row: Row, say: Format) -> str:
    return _("tier: {old} → {new}", old=say(row.get("old")), new=say(row.get("new")))


def _due_changed(row: Row, say: Format) -> str:
    return _("due time: {old} → {new}", old=say(row.get("old")), new=say(row.get("new")))


def _field_changed(row: Row, say: Format) -> str:
    if "text" in (row["old_type"], row["new_type"]):
        if row["new_type"] is None:
            return _("{field} cleared", field=say(row["field"]))
        return _("{field} set", field=say(row["field"]))
    return _("{field}: {old} → {new}", field=say(row["field"]), old=say(row["old"]), new=say(row["new"]))


def _requester_changed(row: Row, say: Format) -> str:
    return _("requester: contact {old} → contact {new}", old=say(row["old"]), new=say(row["new"]))


def _assigned(row: Row, say: Format) -> str:
    if row["new"] is None:
        return _("unassigned, previously assigned to {agent}", agent=say(row["old"]))
    if row["old"]:
        return _("assigned to {agent}, previously to {before}", agent=say(row["new"]), before=say(row["old"]))
    return _("assigned to {agent}", agent=say(row["new"]))


def _tagged(row: Row, say: Format) -> str:
    tags = [f"+{say(tag)}" for tag in row["added"]] + [f"-{say(tag)}" for tag in row["removed"]]
    return _("tags: {tags}", tags=" ".join(tags))


def _escalated(row: Row, say: Format) -> str:
    return _("escalated to {target}: message {message}", target=say(row["to"]), message=row["message"])


def _waiting_changed(row: Row, say: Format) -> str:
    if row["new"]:
        return _("customer waiting since {time}", time=say(row["new"]))
    return _("customer no longer waiting")


def _settled(row: Row, say: Format) -> str:
    state = _word(row["state"])
    if row.get("message"):
        text = _("message {number}: {state}", number=row["message"], state=state)
    else:
        text = _("outgoing message {number}: {state}", number=row["outbox"], state=state)
    return _with_detail(text, row.get("reason"))


def _bounced(row: Row, say: Format) -> str:
    delayed, partly, number = row.get("action") == "delayed", row.get("partly"), row["outbox"]
    if delayed and partly:
        text = _("outgoing message {number} delayed for some recipients", number=number)
    elif delayed:
        text = _("outgoing message {number} delayed", number=number)
    elif partly:
        text = _("outgoing message {number} not delivered to some recipients", number=number)
    else:
        text = _("outgoing message {number} not delivered", number=number)
    reason = str(row.get("reason_class") or "").replace("_", " ")
    detail = " ".join(filter(None, (reason, row.get("status"))))
    return _with_detail(text, detail)


def _forwarded(row: Row, say: Format) -> str:
    if row.get("proven"):
        return _("message {number} forwarded by {agent}", number=row["message"], agent=say(row["agent"]))
    return _(
        "message {number} forwarded by {agent}, not proven by DMARC", number=row["message"], agent=say(row["agent"])
    )


def _machine_answered(row: Row, say: Format) -> str:
    return _(
        "automatic answer to message {answered}: message {message}, outgoing message {outbox}",
        answered=row["answers"],
        message=row["message"],
        outbox=row["outbox"],
    )


def _person_asked(row: Row, say: Format) -> str:
    if row.get("message"):
        return _("customer asks for an agent: message {number}", number=row["message"])
    return _("customer asks for an agent")


def _routed(row: Row, say: Format) -> str:
    if row.get("agent"):
        return _("routed to {agent} ({strategy})", agent=say(row["agent"]), strategy=say(row["strategy"]))
    skills = ", ".join(skill for skill in row.get("skills") or () if skill not in (row.get("waived") or ()))
    reason = _NOT_ROUTED.get(row.get("why") or "")
    if reason is None:
        return _with_detail(_("not routed"), row.get("why"))
    return _("not routed: {reason}", reason=visible(shown(reason.filled(tier=row.get("tier") or "", lacking=skills))))


def _clock(row: Row) -> str:
    metric = _word(row["metric"])
    if row["instance"] > 1:
        return _("{metric} clock {number}", metric=metric, number=row["instance"])
    return _("{metric} clock", metric=metric)


def _with_due(text: str, row: Row, say: Format) -> str:
    """Return `text, due TIME` if the event has a due time."""
    return _("{text}, due {time}", text=text, time=say(row["due"])) if row.get("due") else text


def _fulfilled(row: Row, say: Format) -> str:
    if row.get("in_time", True):
        return _("{clock} fulfilled", clock=_clock(row))
    return _("{clock} fulfilled after the due time", clock=_clock(row))


def _breached(row: Row, say: Format) -> str:
    if row.get("late"):
        return _("{clock} breached, detected late", clock=_clock(row))
    return _("{clock} breached", clock=_clock(row))


def _action_run(row: Row, say: Format) -> str:
    text = _("action {action}={value}", action=say(row["action"]), value=say(row["value"]))
    return _with_detail(text, row.get("reason"))


def _step_failed(row: Row, say: Format) -> str:
    text = _("{clock}: the action {action} failed", clock=_clock(row), action=say(row["action"]))
    return _with_detail(text, row.get("why"))


#: Functions that describe the common kinds of events. `event_facts` describes the others.
_SENTENCES: dict[str, Callable[[Row, Format], str]] = {
    "ticket_created": _created,
    "message_received": _received,
    "reply_added": _replied,
    "note_added": lambda row, say: _("internal note: message {message}", message=row["message"]),
    "message_withdrawn": lambda row, say: _("message {number} withdrawn", number=row["message"]),
    "message_edited": lambda row, say: _("message {number} edited by its sender", number=row["message"]),
    "status_changed": _status_changed,
    "priority_changed": _priority_changed,
    "team_changed": _team_changed,
    "language_changed": _language_changed,
    "tier_changed": _tier_changed,
    "subject_changed": lambda row, say: _("subject changed"),
    "field_changed": _field_changed,
    "requester_changed": _requester_changed,
    "due_changed": _due_changed,
    "assigned": _assigned,
    "follower_added": lambda row, say: _("{agent} follows", agent=say(row["agent"])),
    "follower_removed": lambda row, say: _("{agent} no longer follows", agent=say(row["agent"])),
    "tagged": _tagged,
    "escalated": _escalated,
    "mentions": lambda row, say: _("mentions #{number}", number=row["other"]),
    "waiting_changed": _waiting_changed,
    "delivery_settled": _settled,
    "bounced": _bounced,
    "agent_told": lambda row, say: _(
        "notified {agent}: {topic}", agent=say(row["agent"]), topic=say(row["about"]).replace("_", " ")
    ),
    "acknowledged": lambda row, say: _("acknowledgement: message {message}", message=row["message"]),
    "marked_spam": lambda row, say: _with_detail(_("marked as spam"), row.get("why")),
    "unmarked_spam": lambda row, say: _("no longer spam"),
    "callback_changed": lambda row, say: (
        _("callback at {time}", time=say(row["new"])) if row["new"] else _("callback removed")
    ),
    "forwarded": _forwarded,
    "machine_answered": _machine_answered,
    "choice_made": lambda row, say: _(
        "customer chose {choice} of message {message}", choice=say(row["key"]), message=row["message"]
    ),
    "person_asked": _person_asked,
    "spam_purged": lambda row, say: _("contents of spam deleted"),
    "rejoined": lambda row, say: _(
        "messages {messages} back from #{number}", messages=say(row["messages"]), number=row["other"]
    ),
    "callback_due": lambda row, say: _("callback is due"),
    "merged": lambda row, say: _("merged into #{number}", number=row["into"]),
    "unmerged": lambda row, say: _("separated from #{number} again", number=row["into"]),
    "absorbed": lambda row, say: _("#{number} merged into this ticket", number=row["other"]),
    "released": lambda row, say: _("#{number} is separate again", number=row["other"]),
    "split_off": lambda row, say: _(
        "split into #{number}: messages {messages}", number=row["into"], messages=say(row["messages"])
    ),
    "split_from": lambda row, say: _(
        "split from #{number}: messages {messages}", number=row["origin"], messages=say(row["messages"])
    ),
    "continued": lambda row, say: _(
        "continues on {channel}: message {message}", channel=say(row["channel"]), message=row["message"]
    ),
    "routed": _routed,
    "undone": lambda row, say: _("undone: command {number}", number=row["command"]),
    "promised": lambda row, say: _("answer promised by {time}", time=say(row["due"])),
    "policy_applied": lambda row, say: (
        _("SLA policy {policy}", policy=say(row["policy"])) if row["policy"] else _("no SLA policy")
    ),
    "activate": lambda row, say: _with_due(_("{clock} started", clock=_clock(row)), row, say),
    "pause": lambda row, say: _("{clock} paused: {reason}", clock=_clock(row), reason=_word(row["why"])),
    "resume": lambda row, say: _with_due(_("{clock} resumed", clock=_clock(row)), row, say),
    "fulfill": _fulfilled,
    "retarget": lambda row, say: _with_due(_("{clock} has a new target", clock=_clock(row)), row, say),
    "warn": lambda row, say: _with_due(
        _("{clock} warning at {level}", clock=_clock(row), level=say(row["level"])), row, say
    ),
    "breach": _breached,
    "step_failed": _step_failed,
    "action_run": _action_run,
    "withdraw": lambda row, say: _("{clock} ended", clock=_clock(row)),
}
