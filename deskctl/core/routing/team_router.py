"""Select the agent of a team who gets a ticket, and explain the selection."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from ...dataclass import dataclass
from ..agents.routing_profile import SKILL_TAG, RoutingPlan, Strategy
from .candidate import Candidate, Kinds
from .model import QueuedTicket, Turn

_LANGUAGE = re.compile(r"[a-z]{2}(?:-[a-z]{2,4})?\Z")
_EVER = datetime(1970, 1, 1, tzinfo=UTC)

#: The reasons why an agent cannot take a ticket, in the order in which they are checked.
REASONS = ("offline", "away", "off_shift", "channel", "tier", "skills", "gave_back", "full", "had_enough")


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision about a ticket.

    `agent` None: it waits, because of `why` (one of REASONS, or `empty` for a team without agents). `candidates` are
    the agents who can take it with their scores, the best first; `left_out` are the others, by reason. `waived` are the
    required skills that no agent of the team has; they are ignored.
    """

    agent: str | None
    why: str
    candidates: tuple[tuple[str, float | None], ...]
    left_out: Mapping[str, tuple[str, ...]]
    skills: tuple[str, ...]
    relaxed: bool
    waived: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Eligible:
    """The agents who are eligible for one sort of ticket; this does not change while tickets are assigned."""

    candidates: tuple[Candidate, ...]
    left_out: Mapping[str, tuple[str, ...]]


class TeamRouter:
    """Routes tickets to the agents of a team, as they are at one moment. `kinds` maps channel names to types."""

    def __init__(self, plan: RoutingPlan, candidates: Sequence[Candidate], kinds: Kinds, now: datetime) -> None:
        self.plan = plan
        self.candidates = {candidate.agent: candidate for candidate in candidates}
        self.kinds = kinds
        self.now = now
        self.known = frozenset(skill for candidate in candidates for skill in candidate.seat.skills)
        self._languages = any(_LANGUAGE.match(skill) for skill in self.known)
        # A ticket at a tier without agents is available to all agents.
        ranks = [plan.rank(candidate.seat.tier) for candidate in candidates]
        self._top = max(ranks, default=0)
        self._absences = {candidate.agent: candidate.absence_reason(now) for candidate in candidates}
        self._assigned = {candidate.agent: candidate.assigned_in_tick(plan, now) for candidate in candidates}
        self._turns = 0
        self._unassignable: dict[tuple[str, frozenset[str], str | None, bool], Decision] = {}
        self._eligible_by_sort: dict[tuple[str, frozenset[str], str | None], _Eligible] = {}

    @property
    def anyone_available(self) -> bool:
        """Return True if at least one agent is available, busy or not."""
        return any(absent is None for absent in self._absences.values())

    def free_capacity(self) -> int:
        """Return the maximum number of tickets that can be assigned in this tick, independent of their properties."""
        available = (candidate for name, candidate in self.candidates.items() if self._absences[name] is None)
        return sum(max(0, self.plan.cap - self._assigned[candidate.agent]) for candidate in available)

    def required_skills(self, ticket: QueuedTicket) -> frozenset[str]:
        """Return the skills that a ticket requires: its language, and those that its tags name."""
        wanted = {tag.removeprefix(SKILL_TAG) for tag in ticket.tags if tag.startswith(SKILL_TAG) or tag in self.known}
        if ticket.language and self._languages:
            language = ticket.language.lower()
            wanted.add(language if language in self.known else language.partition("-")[0])
        return frozenset(wanted)

    def skills_waived_at(self, ticket: QueuedTicket) -> datetime | None:
        """Return when the required skills are waived; None: never, or it requires no skill that an agent has."""
        if self.plan.relax_after is None or not self.required_skills(ticket) & self.known:
            return None
        return ticket.since + self.plan.relax_after

    def decide(self, ticket: QueuedTicket) -> Decision:
        """Decide who gets a ticket at this moment, without assigning it."""
        skills = self.required_skills(ticket)
        relaxes = self.skills_waived_at(ticket)
        relaxed = relaxes is not None and relaxes <= self.now
        sort = ticket.channel, skills, ticket.tier, relaxed
        if ticket.declined is None and sort in self._unassignable:
            return self._unassignable[sort]  # while tickets are assigned, capacity only decreases
        waived = tuple(sorted(skills - self.known))
        fit = self._eligible(ticket.channel, frozenset() if relaxed else skills & self.known, ticket.tier)
        left: dict[str, list[str]] = defaultdict(list)
        ranked = []
        for candidate in fit.candidates:
            name = candidate.agent
            free, spare = candidate.free_capacity(ticket.channel, self.plan, self.kinds)
            if name == ticket.declined:
                left["gave_back"].append(name)
            elif free <= 0:
                left["full"].append(name)
            elif self._assigned[name] >= self.plan.cap:
                left["had_enough"].append(name)
            else:
                ranked.append((self._rank(candidate, ticket, skills, spare), name))
        ranked.sort()
        out = dict(fit.left_out)
        for reason, names in left.items():
            out[reason] = (*out.get(reason, ()), *names)
        chosen = ranked[0][1] if ranked else None
        scores = tuple((name, key[-1]) for key, name in ranked)
        decision = Decision(
            chosen, "" if chosen else _main_reason(out), scores, out, tuple(sorted(skills)), relaxed, waived
        )
        if chosen is None and ticket.declined is None:
            self._unassignable[sort] = decision
        return decision

    def record_turn(self, agent: str, ticket: QueuedTicket) -> Turn:
        """Count a ticket that the agent gets, and return the turn to store."""
        self._assigned[agent] += 1
        self._turns += 1  # keeps the order of assignments that are made at the same moment
        at = self.now + timedelta(microseconds=self._turns)
        return self.candidates[agent].record_turn(ticket.channel, self.plan, self.now, at)

    def is_available(self, agent: str | None) -> bool:
        return agent in self._absences and self._absences[agent] is None

    def next_tick(self) -> datetime | None:
        """Return when the first agent who has reached the cap of this tick can get tickets again."""
        full = [p for name, p in self.candidates.items() if self._assigned[name] >= self.plan.cap]
        ends = [end for candidate in full if (end := candidate.tick_ends(self.plan, self.now)) > self.now]
        return min(ends, default=None)

    def _eligible(self, channel: str, skills: frozenset[str], tier: str | None) -> _Eligible:
        key = channel, skills, tier
        if key not in self._eligible_by_sort:
            out: dict[str, list[str]] = defaultdict(list)
            candidates = []
            for name, candidate in self.candidates.items():
                reason = self._absences[name] or self._ineligible_reason(candidate, channel, skills, tier)
                if reason is None:
                    candidates.append(candidate)
                else:
                    out[reason].append(name)
            self._eligible_by_sort[key] = _Eligible(
                tuple(candidates), {reason: tuple(names) for reason, names in out.items()}
            )
        return self._eligible_by_sort[key]

    def _ineligible_reason(
        self, candidate: Candidate, channel: str, skills: frozenset[str], tier: str | None
    ) -> str | None:
        if not candidate.serves(channel, self.plan, self.kinds):
            return "channel"
        if tier is not None and self.plan.rank(candidate.seat.tier) < min(self.plan.rank(tier), self._top):
            return "tier"
        return None if skills <= candidate.seat.skills else "skills"

    def _rank(
        self, candidate: Candidate, ticket: QueuedTicket, skills: frozenset[str], spare: float
    ) -> tuple[bool, int, int, float, float, float | None]:
        """Return the sort key of a candidate, smaller is better; the last item is the displayed score.

        The former assignee comes first, then agents of exactly the required tier.
        """
        former = candidate.agent != ticket.former
        above = 0 if ticket.tier is None else self.plan.rank(candidate.seat.tier) - self.plan.rank(ticket.tier)
        last = candidate.turns.get(ticket.channel)
        at = 0.0 if last is None else (last.at - _EVER).total_seconds()
        if self.plan.strategy is Strategy.ROUND_ROBIN:
            waited = None if last is None else round((self.now - last.at).total_seconds())
            return former, above, 0, at, 0.0, waited
        matched = len(skills & candidate.seat.skills) if self.plan.strategy is Strategy.SKILL else 0
        return former, above, -matched, -spare, at, score(matched, spare)


def score(matched: int, spare: float) -> float:
    """Return a score: the number of matching skills before the point, the free share after it (at most .999)."""
    return matched + min(round(spare, 3), 0.999)


def score_parts(number: float) -> tuple[int, float]:
    """Return the number of matching skills and the free share of a `score`."""
    return int(number), number - int(number)


def _main_reason(left_out: Mapping[str, Sequence[str]]) -> str:
    """Return the reason of the agent who passed the most checks."""
    reasons = [reason for reason in REASONS if reason in left_out]
    return reasons[-1] if reasons else "empty"
