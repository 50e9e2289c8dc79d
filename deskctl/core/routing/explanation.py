"""Explain how a ticket was routed, as a document and in text lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ...i18n import Text, _, _n, _p, joined
from ..agents.routing_profile import TIERS, Model, RoutingPlan, Strategy
from .model import QueuedTicket
from .team_router import Decision, TeamRouter, score_parts

if TYPE_CHECKING:
    from ..kernel.records import RecordedEvent
    from .views import RouteDecision

#: Why an agent cannot take the ticket.
_LEFT_OUT = {
    "offline": _("{agent}: offline"),
    "away": _("{agent}: away"),
    "off_shift": _("{agent}: not on shift"),
    "channel": _("{agent}: does not work on {channel}"),
    "tier": _("{agent}: below tier {tier}"),
    "gave_back": _("{agent}: gave the ticket back or passed it on"),
    "skills": _("{agent}: lacks {lacking}"),
    "full": _("{agent}: has reached the capacity for {channel} tickets"),
    "had_enough": _("{agent}: has reached the limit of assignments at once"),
}
#: Why a ticket waits.
_WAITS = {
    "empty": _("the team has no agents"),
    "offline": _("no agent is online"),
    "away": _("all agents who are not offline are away"),
    "off_shift": _("no agent is on shift"),
    "channel": _("no available agent works on {channel}"),
    "tier": _("no agent of tier {tier} is available"),
    "gave_back": _("the only agents who could take it gave it back or passed it on"),
    "skills": _("no available agent has the skills {lacking}"),
    "full": _("all agents who could take it have reached their capacity"),
    "had_enough": _("all agents who could take it have reached the limit of assignments at once"),
}
_STRATEGIES = {
    Strategy.ROUND_ROBIN: _(
        "Strategy: round robin; the agent who has waited longest for a {channel} ticket gets the next one."
    ),
    Strategy.LEAST_LOADED: _("Strategy: least loaded; the agent with the most free capacity gets the next one."),
    Strategy.SKILL: _(
        "Strategy: skill; of the agents with the most matching skills, the one with the most free capacity gets it."
    ),
    Strategy.MANUAL: _("Strategy: manual; agents take tickets themselves."),
}


def recorded_decision(recorded: RecordedEvent) -> RouteDecision:
    """Return the document of a decision that was made."""
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


def hypothetical_decision(router: TeamRouter, ticket: QueuedTicket, decision: Decision) -> RouteDecision:
    """Return the document of the decision that would be made now."""
    relaxes = router.skills_waived_at(ticket)
    return {
        "at": None,
        "agent": decision.agent,
        "strategy": router.plan.strategy.value,
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


def waiting_reason(decision: Decision, ticket: QueuedTicket) -> Text:
    """Return why a ticket waits, as a clause that ends a sentence."""
    skills = (skill for skill in decision.skills if skill not in decision.waived)
    return _WAITS[decision.why].filled(channel=ticket.channel, tier=ticket.tier or "", lacking=", ".join(skills))


def describe(
    plan: RoutingPlan, channel: str, decisions: Sequence[RouteDecision], would: RouteDecision | None, timezone: str
) -> list[str]:
    """Return the explanation as text lines; details of a line are indented below it."""
    lines: list[str] = [_STRATEGIES[plan.strategy].filled(channel=channel)]
    if would is not None:
        lines += ["", *_decision_lines(would, channel, timezone, plan)]
    for decision in decisions:
        lines += ["", *_decision_lines(decision, channel, timezone, plan)]
    if not decisions and would is None and plan.strategy is not Strategy.MANUAL:
        lines.append(_("There are no routing decisions: the ticket was never in the queue, or an agent took it."))
    return lines


def _decision_lines(decision: RouteDecision, channel: str, timezone: str, plan: RoutingPlan) -> Iterator[str]:
    lacking = ", ".join(s for s in decision["skills"] if s not in decision["waived"])
    words = {"channel": channel, "tier": decision["tier"] or "", "lacking": lacking or _("required skills")}
    agent = decision["agent"]
    yield _outcome(decision, words, timezone)
    if decision["skills"]:
        yield joined("", ["  ", _required_skills(decision, timezone)])
    if decision["waived"]:
        waived = ", ".join(decision["waived"])
        yield joined("", ["  ", _("waived: {skills}; no active agent of the team has that skill", skills=waived)])
    if decision["tier"]:
        known = decision["tier"] in (plan.tiers or TIERS)
        line = (
            _("only for tier {tier} and above", tier=decision["tier"])
            if known
            else _(
                "escalated to {tier}, a tier that the team does not have: all agents can take it", tier=decision["tier"]
            )
        )
        yield joined("", ["  ", line])
    for candidate in decision["candidates"]:
        score = _score(decision["strategy"], candidate["score"])
        line = (
            _("{agent}: can take it, {score} ← chosen", agent=candidate["agent"], score=score)
            if candidate["agent"] == agent
            else _("{agent}: can take it, {score}", agent=candidate["agent"], score=score)
        )
        yield joined("", ["  ", line])
    for left in decision["left_out"]:
        reason = left["reason"]
        if reason == "channel" and plan.model is Model.DEDICATED:
            line = _(
                "{agent}: does not work on {channel} (each agent works on the first of their channels only)",
                agent=left["agent"],
                channel=channel,
            )
        elif reason in _LEFT_OUT:
            line = _LEFT_OUT[reason].filled(agent=left["agent"], **words)
        else:
            line = joined(": ", [left["agent"], reason])
        yield joined("", ["  ", line])


def _outcome(decision: RouteDecision, words: Mapping[str, str], timezone: str) -> Text:
    """Return the line that says where the ticket goes or went, or why it waits."""
    agent, at = decision["agent"], decision["at"]
    former = decision["why"] == "former_owner"
    if at is None:
        if agent is None:
            return _("Now: would wait: {reason}.", reason=_reason(decision["why"], words))
        if former:
            return _("Now: would go to {agent}, the previous assignee.", agent=agent)
        return _("Now: would go to {agent}.", agent=agent)
    when = _moment(at, timezone)
    if agent is None:
        return _("{time}: waits: {reason}.", time=when, reason=_reason(decision["why"], words))
    if former:
        return _("{time}: went to {agent}, the previous assignee.", time=when, agent=agent)
    return _("{time}: went to {agent}.", time=when, agent=agent)


def _reason(why: str, words: Mapping[str, str]) -> str:
    return _WAITS[why].filled(**words) if why in _WAITS else why


def _required_skills(decision: RouteDecision, timezone: str) -> Text:
    skills = ", ".join(decision["skills"])
    if decision["relaxed"]:
        return _("requires {skills}; waived because the ticket has waited so long", skills=skills)
    if decision["relaxes_at"] is not None:
        time = _moment(decision["relaxes_at"], timezone)
        return _("requires {skills}; waived from {time} on", skills=skills, time=time)
    return _("requires {skills}", skills=skills)


def _score(strategy: str, score: float | None) -> str:
    if strategy == Strategy.ROUND_ROBIN:
        return _("no assignment yet") if score is None else _("last assignment {time} ago", time=_ago(score))
    if score is None:
        return _p("capacity", "free")
    matched, spare = score_parts(score)
    free = f"{spare:.0%}"
    if strategy == Strategy.SKILL:
        return _n("{n} matching skill, {share} free", "{n} matching skills, {share} free", matched, share=free)
    return _("{share} free", share=free)


def _ago(seconds: float) -> Text:
    if seconds < 120:
        return _("{seconds} s", seconds=int(seconds))
    return _("{minutes} min", minutes=int(seconds // 60))


def _moment(moment: str, timezone: str) -> str:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M %Z")
