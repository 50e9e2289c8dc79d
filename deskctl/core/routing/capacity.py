"""Who of a team could take a ticket, who could not and why, and who gets it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .candidates import Kinds, Place
from .model import SKILL_TAG, Plan, Strategy, Turn, Waiting

_LANGUAGE = re.compile(r"[a-z]{2}(?:-[a-z]{2,4})?\Z")
_EVER = datetime(1970, 1, 1, tzinfo=UTC)

#: Why somebody could not take a ticket, in the order in which it is looked at.
REASONS = ("offline", "away", "off_shift", "channel", "tier", "skills", "gave_back", "full", "had_enough")


@dataclass(frozen=True, slots=True)
class Decision:
    """`agent` None: it waits, because of `why` (one of REASONS, or `empty` for a team without agents).

    `candidates` are those who could take it with their scores, the best first; `left_out` the others, by reason.
    `waived` are the skills that nobody in the team has: it goes without them.
    """

    agent: str | None
    why: str
    candidates: tuple[tuple[str, float | None], ...]
    left_out: Mapping[str, tuple[str, ...]]
    skills: tuple[str, ...]
    relaxed: bool
    waived: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fit:
    """What does not change while tickets are given out: who fits tickets of one sort."""

    places: tuple[Place, ...]
    left_out: Mapping[str, tuple[str, ...]]


class Floor:
    """The agents of a team at one moment. `kinds` are the kinds of the channels, by name."""

    def __init__(self, plan: Plan, places: Sequence[Place], kinds: Kinds, now: datetime) -> None:
        self.plan = plan
        self.places = {place.agent: place for place in places}
        self.kinds = kinds
        self.now = now
        self.known = frozenset(skill for place in places for skill in place.seat.skills)
        self._languages = any(_LANGUAGE.match(skill) for skill in self.known)
        # What was escalated to a tier that nobody is of is everybody's.
        ranks = [plan.rank(place.seat.tier) for place in places]
        self._top = max(ranks, default=0)
        self._there = {place.agent: place.absent(now) for place in places}
        self._given = {place.agent: place.given(plan, now) for place in places}
        self._turns = 0
        self._hopeless: dict[tuple[str, frozenset[str], str | None, bool], Decision] = {}
        self._fits: dict[tuple[str, frozenset[str], str | None], _Fit] = {}

    @property
    def anybody(self) -> bool:
        """Whether one of them is there, however busy."""
        return any(absent is None for absent in self._there.values())

    def room(self) -> int:
        """How many tickets could be given out at most, whatever they are."""
        there = (place for name, place in self.places.items() if self._there[name] is None)
        return sum(max(0, self.plan.cap - self._given[place.agent]) for place in there)

    def needed(self, ticket: Waiting) -> frozenset[str]:
        """The skills that a ticket asks for: its language, and what its tags name."""
        wanted = {tag.removeprefix(SKILL_TAG) for tag in ticket.tags if tag.startswith(SKILL_TAG) or tag in self.known}
        if ticket.language and self._languages:
            language = ticket.language.lower()
            wanted.add(language if language in self.known else language.partition("-")[0])
        return frozenset(wanted)

    def relaxes_at(self, ticket: Waiting) -> datetime | None:
        """From when on it goes without the skills; None: never, or it needs none that anybody has."""
        if self.plan.relax_after is None or not self.needed(ticket) & self.known:
            return None
        return ticket.since + self.plan.relax_after

    def decide(self, ticket: Waiting) -> Decision:
        """Who gets it, as things stand. Nothing is given out yet."""
        skills = self.needed(ticket)
        relaxes = self.relaxes_at(ticket)
        relaxed = relaxes is not None and relaxes <= self.now
        sort = ticket.channel, skills, ticket.tier, relaxed
        if ticket.declined is None and sort in self._hopeless:
            return self._hopeless[sort]  # there is less and less to give, never more
        waived = tuple(sorted(skills - self.known))
        fit = self._fit(ticket.channel, frozenset() if relaxed else skills & self.known, ticket.tier)
        left: dict[str, list[str]] = defaultdict(list)
        ranked = []
        for place in fit.places:
            name = place.agent
            free, spare = place.room(ticket.channel, self.plan, self.kinds)
            if name == ticket.declined:
                left["gave_back"].append(name)
            elif free <= 0:
                left["full"].append(name)
            elif self._given[name] >= self.plan.cap:
                left["had_enough"].append(name)
            else:
                ranked.append((self._rank(place, ticket, skills, spare), name))
        ranked.sort()
        out = dict(fit.left_out)
        for reason, names in left.items():
            out[reason] = (*out.get(reason, ()), *names)
        chosen = ranked[0][1] if ranked else None
        scores = tuple((name, key[-1]) for key, name in ranked)
        decision = Decision(chosen, "" if chosen else _main(out), scores, out, tuple(sorted(skills)), relaxed, waived)
        if chosen is None and ticket.declined is None:
            self._hopeless[sort] = decision
        return decision

    def give(self, agent: str, ticket: Waiting) -> Turn:
        self._given[agent] += 1
        self._turns += 1  # of those who had their turn in one moment, too, one was before the other
        at = self.now + timedelta(microseconds=self._turns)
        return self.places[agent].give(ticket.channel, self.plan, self.now, at)

    def is_there(self, agent: str | None) -> bool:
        return agent in self._there and self._there[agent] is None

    def next_tick(self) -> datetime | None:
        """When the first of those who have been given enough for now may have more."""
        full = [p for name, p in self.places.items() if self._given[name] >= self.plan.cap]
        ends = [end for place in full if (end := place.tick_ends(self.plan, self.now)) > self.now]
        return min(ends, default=None)

    def _fit(self, channel: str, skills: frozenset[str], tier: str | None) -> _Fit:
        key = channel, skills, tier
        if key not in self._fits:
            out: dict[str, list[str]] = defaultdict(list)
            places = []
            for name, place in self.places.items():
                reason = self._there[name] or self._unfit(place, channel, skills, tier)
                if reason is None:
                    places.append(place)
                else:
                    out[reason].append(name)
            self._fits[key] = _Fit(tuple(places), {reason: tuple(names) for reason, names in out.items()})
        return self._fits[key]

    def _unfit(self, place: Place, channel: str, skills: frozenset[str], tier: str | None) -> str | None:
        if not place.serves(channel, self.plan, self.kinds):
            return "channel"
        if tier is not None and self.plan.rank(place.seat.tier) < min(self.plan.rank(tier), self._top):
            return "tier"
        return None if skills <= place.seat.skills else "skills"

    def _rank(
        self, place: Place, ticket: Waiting, skills: frozenset[str], spare: float
    ) -> tuple[bool, int, int, float, float, float | None]:
        """Smaller is better; the last is the score that is shown. Former owners come first, then whoever is of just
        the tier that is asked for."""
        former = place.agent != ticket.former
        above = 0 if ticket.tier is None else self.plan.rank(place.seat.tier) - self.plan.rank(ticket.tier)
        last = place.turns.get(ticket.channel)
        at = 0.0 if last is None else (last.at - _EVER).total_seconds()
        if self.plan.strategy is Strategy.ROUND_ROBIN:
            waited = None if last is None else round((self.now - last.at).total_seconds())
            return former, above, 0, at, 0.0, waited
        matched = len(skills & place.seat.skills) if self.plan.strategy is Strategy.SKILL else 0
        return former, above, -matched, -spare, at, score(matched, spare)


def score(matched: int, spare: float) -> float:
    """How many of the skills are known before the point, how much is free behind it; all of it is .999."""
    return matched + min(round(spare, 3), 0.999)


def of_score(number: float) -> tuple[int, float]:
    """How many skills are known, and how much is free, of a `score`."""
    return int(number), number - int(number)


def _main(left_out: Mapping[str, Sequence[str]]) -> str:
    """The reason that counts: of whoever came nearest to taking it."""
    reasons = [reason for reason in REASONS if reason in left_out]
    return reasons[-1] if reasons else "empty"
