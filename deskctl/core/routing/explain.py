"""Why a ticket went where it went, as a document and in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from .capacity import Decision, Floor, of_score
from .model import TIERS, Model, Plan, Strategy, Waiting
from .views import RouteDecision

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent

#: Why somebody could not take it, after their name.
_LEFT_OUT = {
    "offline": "offline",
    "away": "away",
    "off_shift": "not on shift",
    "channel": "does not work on {channel}",
    "tier": "below tier {tier}",
    "gave_back": "had it until it was given back or on",
    "skills": "lacks {lacking}",
    "full": "has as many {channel} tickets as they can take",
    "had_enough": "was given as many as the team allows at once",
}
#: Why nobody could.
_WAITS = {
    "empty": "the team has no agents",
    "offline": "nobody is online",
    "away": "whoever is not offline is away",
    "off_shift": "nobody is on shift",
    "channel": "nobody who is there works on {channel}",
    "tier": "nobody of tier {tier} is there",
    "gave_back": "whoever could take it had it, until it was given back or on",
    "skills": "nobody who is there knows {lacking}",
    "full": "everybody who could take it has as much as they can take",
    "had_enough": "everybody who could take it was given enough for the moment",
}
_CHOICE = {
    "round_robin": "whoever has waited longest for a {channel} ticket gets the next one",
    "least_loaded": "whoever has most to spare gets the next one",
    "skill": "of those who know most of what it needs, whoever has most to spare gets it",
    "manual": "agents take their tickets themselves",
}


def of_event(recorded: RecordedEvent) -> RouteDecision:
    """A decision that was made."""
    facts = recorded.event.facts()
    return {
        "at": recorded.at.isoformat(),
        "agent": facts["agent"],
        "strategy": facts["strategy"],
        "why": facts["why"],
        "candidates": [{"agent": agent, "score": score} for agent, score in facts["candidates"]],
        "left_out": _left(facts["left_out"]),
        "skills": facts["skills"],
        "relaxed": facts["relaxed"],
        "relaxes_at": None,
        "tier": facts["tier"],
        "waived": facts["waived"],
    }


def of_floor(floor: Floor, ticket: Waiting, decision: Decision) -> RouteDecision:
    """What would happen."""
    relaxes = floor.relaxes_at(ticket)
    return {
        "at": None,
        "agent": decision.agent,
        "strategy": floor.plan.strategy.value,
        "why": "former_owner" if decision.agent and decision.agent == ticket.former else decision.why,
        "candidates": [{"agent": agent, "score": score} for agent, score in decision.candidates],
        "left_out": _left(decision.left_out),
        "skills": list(decision.skills),
        "relaxed": decision.relaxed,
        "relaxes_at": relaxes.isoformat() if relaxes is not None else None,
        "tier": ticket.tier,
        "waived": list(decision.waived),
    }


def _left(by_reason: Mapping[str, Iterable[str]]) -> list[Any]:
    return sorted(
        ({"agent": agent, "reason": reason} for reason, agents in by_reason.items() for agent in agents),
        key=lambda row: row["agent"],
    )


def why_it_waits(decision: Decision, ticket: Waiting) -> str:
    """In words that end a sentence."""
    skills = (skill for skill in decision.skills if skill not in decision.waived)
    words = {"channel": ticket.channel, "tier": ticket.tier or "", "lacking": ", ".join(skills)}
    return _WAITS[decision.why].format(**words)


def told(
    plan: Plan, channel: str, decisions: Sequence[RouteDecision], would: RouteDecision | None, timezone: str
) -> list[str]:
    """All of it in words, a line each; what belongs to a line is indented under it."""
    lines = [f"How: {plan.strategy.value.replace('_', ' ')}; {_CHOICE[plan.strategy.value].format(channel=channel)}."]
    if would is not None:
        lines += ["", *_one("Now", would, channel, timezone, plan)]
    for decision in decisions:
        lines += ["", *_one(_moment(decision["at"], timezone), decision, channel, timezone, plan)]
    if not decisions and would is None and plan.strategy is not Strategy.MANUAL:
        lines.append("Routing has decided nothing about it: it was never in the queue, or somebody took it themselves.")
    return lines


def _one(when: str, decision: RouteDecision, channel: str, timezone: str, plan: Plan) -> Iterator[str]:
    tiers = plan.tiers or TIERS
    words = {
        "channel": channel,
        "tier": decision["tier"] or "",
        "skills": ", ".join(decision["skills"]) or "what it needs",
        "lacking": ", ".join(s for s in decision["skills"] if s not in decision["waived"]) or "what it needs",
    }
    agent = decision["agent"]
    would = decision["at"] is None
    if agent is None:
        why = _WAITS.get(decision["why"], decision["why"]).format(**words)
        yield f"{when}: it {'would wait' if would else 'waits'}: {why}."
    elif decision["why"] == "former_owner":
        yield f"{when}: {'it would go' if would else 'it went'} to {agent}, who had it before."
    else:
        yield f"{when}: {'it would go' if would else 'it went'} to {agent}."
    if decision["skills"]:
        yield f"  needs {words['skills']}{_relaxes(decision, timezone)}"
    if decision["waived"]:
        yield f"  goes without {', '.join(decision['waived'])}: no active agent of the team has that skill"
    if decision["tier"]:
        known = decision["tier"] in tiers
        yield (
            f"  only for tier {decision['tier']} and above"
            if known
            else (f"  was escalated to {decision['tier']}, a tier that the team does not have: anybody may have it")
        )
    for candidate in decision["candidates"]:
        chosen = " ← chosen" if candidate["agent"] == agent else ""
        yield f"  {candidate['agent']}: could take it, {_score(decision['strategy'], candidate['score'])}{chosen}"
    for left in decision["left_out"]:
        why = _LEFT_OUT.get(left["reason"], left["reason"]).format(**words)
        own = left["reason"] == "channel" and plan.model is Model.DEDICATED
        yield f"  {left['agent']}: {why}{' (each works on the first of their channels only)' if own else ''}"


def _relaxes(decision: RouteDecision, timezone: str) -> str:
    if decision["relaxed"]:
        return "; it has waited so long that anybody may have it"
    if decision["relaxes_at"] is not None:
        return f"; from {_moment(decision['relaxes_at'], timezone)} on anybody may have it"
    return ""


def _score(strategy: str, score: float | None) -> str:
    if strategy == Strategy.ROUND_ROBIN:
        return "has had none yet" if score is None else f"had the last one {_ago(score)} ago"
    if score is None:
        return "free"
    matched, spare = of_score(score)
    known = f"{matched} skill{'s' if matched != 1 else ''} of it, " if strategy == Strategy.SKILL else ""
    return f"{known}{spare:.0%} free"


def _ago(seconds: float) -> str:
    return f"{int(seconds)} s" if seconds < 120 else f"{int(seconds // 60)} min"


def _moment(moment: str | None, timezone: str) -> str:
    if moment is None:
        return "now"
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M %Z")
