"""Routing selects an agent who can take the ticket, by the strategy of the team."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskctl.core.agents.routing_profile import ANY, Model, RoutingPlan, RoutingProfile, Strategy
from deskctl.core.routing.candidate import Candidate
from deskctl.core.routing.model import Presence, QueuedTicket, State
from deskctl.core.routing.team_router import Decision, TeamRouter

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KINDS = {"support": "email", "sales": "email", "hotline": "phone"}
CHANNELS = ("support", "sales", "hotline")
ROUTED = (Strategy.ROUND_ROBIN, Strategy.LEAST_LOADED, Strategy.SKILL)
SKILLS = st.frozensets(st.sampled_from(("ko", "en", "billing")))

seats = st.builds(
    RoutingProfile,
    tier=st.sampled_from((None, "frontline", "senior", "lead")),
    skills=SKILLS,
    channels=st.sampled_from(((), ("email",), ("phone",), ("support", "phone"), ("phone", "email"))),
    capacity=st.dictionaries(st.sampled_from(("email", "phone", "support", ANY)), st.integers(1, 4)),
)
plans = st.builds(
    RoutingPlan,
    strategy=st.sampled_from(ROUTED),
    model=st.sampled_from(Model),
    weights=st.dictionaries(st.sampled_from(("email", "phone")), st.integers(1, 20)),
    cap=st.integers(1, 6),
    relax_after=st.sampled_from((None, timedelta(minutes=10))),
)
loads = st.dictionaries(st.sampled_from(CHANNELS), st.integers(0, 4)).map(Counter)
presences = st.builds(
    Presence,
    st.just(""),
    st.sampled_from(State),
    until=st.sampled_from((None, NOW - timedelta(minutes=1), NOW + timedelta(minutes=1))),
    moved=st.sampled_from((None, None, "hotline")),
)
waits = st.builds(
    QueuedTicket,
    number=st.integers(1, 1000),
    channel=st.sampled_from(CHANNELS),
    language=st.sampled_from((None, "ko", "en")),
    tags=st.frozensets(st.sampled_from(("billing", "skill:router", "vip"))),
    tier=st.sampled_from((None, None, "senior")),
    declined=st.sampled_from((None, "agent0")),
    former=st.sampled_from((None, "agent1")),
    waits=st.none(),
    since=st.sampled_from((NOW, NOW - timedelta(minutes=9), NOW - timedelta(minutes=11))),
    queue_at=st.just(NOW),
)


def candidates(shapes: list[tuple[RoutingProfile, Presence, Counter[str], bool | None]]) -> list[Candidate]:
    return [
        Candidate(f"agent{n}", seat, replace(presence, agent=f"agent{n}"), Counter(load), {}, shift)
        for n, (seat, presence, load, shift) in enumerate(shapes)
    ]


def team(*seats: RoutingProfile, plan: RoutingPlan, load: dict[int, int] | None = None) -> TeamRouter:
    """Return the router of a team whose agents are all online; `load` is their number of mails."""
    online = Presence("", State.ONLINE)
    busy = load or {}
    return TeamRouter(
        plan, candidates([(s, online, Counter(support=busy.get(n, 0)), None) for n, s in enumerate(seats)]), KINDS, NOW
    )


def ticket(number: int = 1, channel: str = "support", **fields: Any) -> QueuedTicket:
    usual = QueuedTicket(number, channel, None, frozenset(), None, None, None, None, NOW, NOW)
    return usual._replace(**fields)


def give(router: TeamRouter, waiting: QueuedTicket) -> Decision:
    decision = router.decide(waiting)
    if decision.agent is not None:
        router.record_turn(decision.agent, waiting)
    return decision


@given(
    plans,
    st.lists(st.tuples(seats, presences, loads, st.sampled_from((None, True, False))), max_size=5),
    st.lists(waits, max_size=25),
)
def test_agents_get_only_tickets_they_can_take(
    plan: RoutingPlan,
    shapes: list[tuple[RoutingProfile, Presence, Counter[str], bool | None]],
    queue: list[QueuedTicket],
) -> None:
    router = TeamRouter(plan, candidates(shapes), KINDS, NOW)
    had = {name: Counter(candidate.loads) for name, candidate in router.candidates.items()}
    received: Counter[str] = Counter()
    known = {skill for seat, *_ in shapes for skill in seat.skills}
    for waiting in queue:
        decision = give(router, waiting)
        assert ("router" in decision.waived) == ("skill:router" in waiting.tags and "router" not in known)
        assert not known & set(decision.waived)
        everybody = [name for name, _ in decision.candidates] + [
            n for names in decision.left_out.values() for n in names
        ]
        assert sorted(everybody) == sorted(router.candidates)
        if decision.agent is None:
            assert not decision.candidates
            continue
        seat, presence, _, shift = shapes[int(decision.agent.removeprefix("agent"))]
        kind = KINDS[waiting.channel]
        received[decision.agent] += 1
        had[decision.agent][waiting.channel] += 1
        assert presence.at(NOW) is State.ONLINE
        assert shift is not False
        assert waiting.declined != decision.agent
        assert received[decision.agent] <= plan.cap
        own = seat.channels[:1] if plan.model is Model.DEDICATED else seat.channels
        moved = presence.moved == waiting.channel
        assert moved or not own or waiting.channel in own or kind in own
        if "support" in seat.capacity and waiting.channel == "support":
            assert had[decision.agent]["support"] <= seat.capacity["support"]
        else:
            counted = [c for c in CHANNELS if KINDS[c] == kind and c not in seat.capacity]
            assert sum(had[decision.agent][c] for c in counted) <= seat.capacity.get(kind, seat.capacity.get(ANY, 10))
        high = ("senior", "lead")
        if waiting.tier == "senior" and any(other.tier in high for other, *_ in shapes):
            assert seat.tier in high  # a tier without agents is everyone's
        if plan.relax_after is None or NOW - waiting.since < plan.relax_after:
            assert not waiting.tags & known - seat.skills
            assert waiting.language not in known or waiting.language in seat.skills


@given(st.integers(1, 6), st.integers(1, 40))
def test_round_robin_distributes_evenly(agents: int, tickets: int) -> None:
    router = team(*[RoutingProfile(capacity={ANY: 100})] * agents, plan=RoutingPlan(Strategy.ROUND_ROBIN, cap=100))
    given_to = Counter(give(router, ticket(n)).agent for n in range(tickets))
    assert max(given_to.values()) - min(given_to[name] for name in router.candidates) <= 1


@given(st.lists(st.integers(0, 8), min_size=2, max_size=5), st.integers(1, 30))
def test_least_loaded_selects_the_agent_with_the_lowest_load(had: list[int], tickets: int) -> None:
    router = team(
        *[RoutingProfile(capacity={ANY: 100})] * len(had),
        plan=RoutingPlan(Strategy.LEAST_LOADED, cap=100),
        load=dict(enumerate(had)),
    )
    for number in range(tickets):
        least = min(candidate.loads["support"] for candidate in router.candidates.values())
        chosen = give(router, ticket(number)).agent
        assert chosen is not None
        assert router.candidates[chosen].loads["support"] == least + 1


def test_load_is_relative_to_capacity() -> None:
    router = team(
        RoutingProfile(capacity={"email": 20}),
        RoutingProfile(capacity={"email": 4}),
        plan=RoutingPlan(Strategy.LEAST_LOADED),
        load={0: 4, 1: 2},
    )
    assert router.decide(ticket()).candidates == (("agent0", 0.8), ("agent1", 0.5))


def test_weight_of_a_call_is_configured_by_the_team() -> None:
    seat = RoutingProfile(capacity={"email": 10, "phone": 2})
    plan = RoutingPlan(Strategy.LEAST_LOADED, weights={"phone": 5})
    router = team(seat, seat, plan=plan, load={0: 0, 1: 1})
    router.record_turn("agent0", ticket(channel="hotline"))
    assert [name for name, _ in router.decide(ticket()).candidates] == ["agent1", "agent0"]


def test_full_phone_capacity_leaves_mail_capacity() -> None:
    router = team(RoutingProfile(capacity={"email": 20, "phone": 1}), plan=RoutingPlan(Strategy.LEAST_LOADED))
    assert give(router, ticket(1, "hotline")).agent == "agent0"
    assert router.decide(ticket(2, "hotline")).why == "full"
    assert router.decide(ticket(3)).agent == "agent0"


def test_required_skills_are_waived_after_a_long_wait() -> None:
    router = team(
        RoutingProfile(skills=frozenset({"ko"}), capacity={ANY: 5}),
        RoutingProfile(skills=frozenset({"en"})),
        plan=RoutingPlan(Strategy.LEAST_LOADED),
        load={0: 5},
    )
    assert router.decide(ticket(language="en")).agent == "agent1"
    assert router.decide(ticket(language="ko")).agent is None
    assert router.skills_waived_at(ticket(language="ko")) == NOW + timedelta(minutes=10)
    waited = router.decide(ticket(language="ko", since=NOW - timedelta(minutes=10)))
    assert (waited.agent, waited.relaxed, waited.waived) == ("agent1", True, ())


def test_skill_that_no_agent_has_is_waived_at_once_and_others_are_required() -> None:
    router = team(
        RoutingProfile(skills=frozenset({"ko"})),
        RoutingProfile(skills=frozenset({"en"})),
        plan=RoutingPlan(Strategy.LEAST_LOADED),
        load={1: 5},
    )
    foreign = router.decide(ticket(language="ja"))
    assert (foreign.agent, foreign.skills, foreign.waived, foreign.relaxed) == ("agent0", ("ja",), ("ja",), False)
    assert router.skills_waived_at(ticket(language="ja")) is None
    both = router.decide(ticket(language="en", tags=frozenset({"skill:router"})))
    assert (both.agent, both.skills, both.waived) == ("agent1", ("en", "router"), ("router",))


def test_skill_of_an_agent_who_is_away_is_not_waived() -> None:
    seats_ = RoutingProfile(skills=frozenset({"ko"})), RoutingProfile(skills=frozenset({"en"}))
    there = Presence("", State.AWAY), Presence("", State.ONLINE)
    shapes: list[tuple[RoutingProfile, Presence, Counter[str], bool | None]]
    shapes = [(seat, presence, Counter(), None) for seat, presence in zip(seats_, there, strict=True)]
    waits = TeamRouter(RoutingPlan(Strategy.LEAST_LOADED), candidates(shapes), KINDS, NOW).decide(ticket(language="ko"))
    assert (waits.agent, waits.why, waits.waived) == (None, "skills", ())


def test_language_is_required_only_if_agents_have_languages() -> None:
    router = team(RoutingProfile(skills=frozenset({"billing"})), plan=RoutingPlan(Strategy.LEAST_LOADED))
    assert router.decide(ticket(language="ko")).agent == "agent0"
    assert router.decide(ticket(language="ko", tags=frozenset({"billing"}))).skills == ("billing",)


def test_skill_strategy_prefers_the_most_matching_skills_even_if_waived() -> None:
    seats_ = RoutingProfile(skills=frozenset({"ko"})), RoutingProfile(skills=frozenset({"ko", "billing"}))
    router = team(*seats_, plan=RoutingPlan(Strategy.SKILL), load={1: 8})
    old = ticket(language="ko", tags=frozenset({"billing", "skill:router"}), since=NOW - timedelta(hours=1))
    assert router.decide(old).agent == "agent1"


def test_former_assignee_has_priority() -> None:
    router = team(RoutingProfile(), RoutingProfile(), plan=RoutingPlan(Strategy.LEAST_LOADED), load={1: 9})
    assert router.decide(ticket()).agent == "agent0"
    assert router.decide(ticket(former="agent1")).agent == "agent1"


def test_escalated_ticket_goes_to_its_tier_or_a_higher_one() -> None:
    router = team(
        RoutingProfile(),
        RoutingProfile(tier="lead"),
        RoutingProfile(tier="senior"),
        plan=RoutingPlan(Strategy.LEAST_LOADED),
        load={2: 9},
    )
    assert give(router, ticket(tier="senior")).agent == "agent2"
    assert give(router, ticket(2, tier="senior")).agent == "agent1"
    assert router.decide(ticket(3, tier="senior")).left_out["tier"] == ("agent0",)


@pytest.mark.parametrize("strategy", ROUTED)
def test_backlog_is_limited_for_each_agent(strategy: Strategy) -> None:
    router = team(
        RoutingProfile(capacity={ANY: 100}), RoutingProfile(capacity={ANY: 100}), plan=RoutingPlan(strategy, cap=3)
    )
    given_to = Counter(give(router, ticket(n)).agent for n in range(20))
    assert given_to == {"agent0": 3, "agent1": 3, None: 14}
    assert router.decide(ticket(99)).why == "had_enough"
    assert router.next_tick() == NOW + timedelta(minutes=1)


def test_dedicated_agents_serve_their_first_channel_or_the_one_they_were_moved_to() -> None:
    seat = RoutingProfile(channels=("email", "phone"))
    router = team(seat, plan=RoutingPlan(Strategy.LEAST_LOADED, model=Model.DEDICATED))
    assert router.decide(ticket()).agent == "agent0"
    assert router.decide(ticket(channel="hotline")).why == "channel"
    moved = candidates([(seat, Presence("", State.ONLINE, moved="hotline"), Counter(), None)])
    after = TeamRouter(router.plan, moved, KINDS, NOW)
    assert (after.decide(ticket()).agent, after.decide(ticket(channel="hotline")).agent) == (None, "agent0")


def test_team_without_agents_gives_the_reason_empty() -> None:
    assert team(plan=RoutingPlan(Strategy.SKILL)).decide(ticket()).why == "empty"
