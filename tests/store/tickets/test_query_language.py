"""Queries of the query language: SQL on both databases gives the same tickets as the evaluation in memory."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskctl.core.agents.model import Agent, Team
from deskctl.core.agents.repository import Agents
from deskctl.core.contacts.identity import address_key, combine
from deskctl.core.contacts.model import Contact, Identity
from deskctl.core.contacts.repository import Contacts
from deskctl.core.kernel.settings import Settings
from deskctl.core.kernel.unit import Unit
from deskctl.core.messages.channels import ChannelInfo, Channels
from deskctl.core.messages.model import IncomingFile
from deskctl.core.query_language.fields import BUILT_IN, STATES, NameKind
from deskctl.core.query_language.matching import MessageTexts, QueryFacts, matches
from deskctl.core.query_language.resolution import parse_query
from deskctl.core.tickets.model import Priority, Status, Ticket
from deskctl.core.tickets.queries import SORT_KEYS, ListTickets
from deskctl.core.tickets.repository import Tickets
from deskctl.core.tickets.settings import TicketSettings
from deskctl.core.values.field import Field, FieldType
from deskctl.store import Store
from tests.store.build import NOON, Clock, open_ticket

FIELDS = {
    "order": Field("order", FieldType.TEXT),
    "amount": Field("amount", FieldType.NUMBER),
    "delivery": Field("delivery", FieldType.DATE),
    "size": Field("size", FieldType.CHOICE, choices=("small", "large")),
    "paid": Field("paid", FieldType.BOOL),
}
SETTINGS = Settings(timezone="Asia/Seoul").with_features(
    TicketSettings(fields=FIELDS), Channels({"support": ChannelInfo("support", "email")})
)
AGENTS = ("ana", "bo")
TEAMS = ("support", "finance")
TAGS = ("refund", "refund-eu", "vip", "환불")
TEXTS = (
    "Printer on fire",
    "환불 요청드립니다",
    "카드결제가 취소",
    "Order no. 4711, thanks!",
    "the printer, again",
    "ＦＵＬＬ width",
)
WORDS = (
    "printer",
    "fire",
    "환불",
    "결제",
    "요청",
    "드",
    "4711",
    "full",
    "again",
    '"printer on"',
    '"카드결제"',
    "missing",
)
MOMENTS = (
    NOON,
    NOON - timedelta(hours=3),
    NOON - timedelta(days=1),
    NOON - timedelta(days=40),
    NOON + timedelta(hours=2),
)
TIMES = (
    "now",
    "now-3h",
    "now-1d",
    "now+2h",
    "today",
    "yesterday",
    "2026-03-01",
    "2026-02",
    '"2026-03-01 21:00"',
    "어제",
)


class Names:
    """The names of the desk of this test."""

    def names(self, kind: NameKind) -> Sequence[str]:
        return {"agent": AGENTS, "team": TEAMS, "channel": ("support", "phone"), "tier": ("senior",)}[kind]

    def is_used(self, kind: NameKind, name: str) -> bool:
        return False

    def views(self) -> dict[str, str]:
        return {}


def _optional(values: Sequence[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(values)


tickets_ = st.fixed_dictionaries(
    {
        "who": st.integers(0, 4),
        "subject": st.sampled_from(TEXTS),
        "text": st.sampled_from(TEXTS),
        "file": _optional(("printer.pdf", "환불.png")),
        "status": st.sampled_from(tuple(Status)),
        "priority": st.sampled_from(tuple(Priority)),
        "assignee": _optional(AGENTS),
        "team": _optional(TEAMS),
        "tier": _optional(("senior",)),
        "approval": _optional(AGENTS),
        "channel": st.sampled_from(("support", "phone")),
        "followers": st.frozensets(st.sampled_from(AGENTS)),
        "tags": st.frozensets(st.sampled_from(TAGS)),
        "language": _optional(("ko", "en")),
        "spam": st.booleans(),
        "created_at": st.sampled_from(MOMENTS),
        "updated_at": st.sampled_from(MOMENTS),
        "waiting_since": _optional(MOMENTS),
        "solved_at": _optional(MOMENTS),
        "due_at": _optional(MOMENTS),
        "callback_at": _optional(MOMENTS),
        "follows": st.sampled_from((None, 1)),
        "fields": st.fixed_dictionaries(
            {},
            optional={
                "order": st.sampled_from(("4711", "A-1")).map(FIELDS["order"].parse),
                "amount": st.sampled_from(("-5", "0", "12.5", "4711")).map(FIELDS["amount"].parse),
                "delivery": st.sampled_from(("2026-03-01", "2026-12-24")).map(FIELDS["delivery"].parse),
                "size": st.sampled_from(("small", "large")).map(FIELDS["size"].parse),
                "paid": st.sampled_from(("yes", "no")).map(FIELDS["paid"].parse),
            },
        ),
    }
)

_VALUES: dict[str, Sequence[str]] = {
    "status": tuple(Status),
    "is": tuple(STATES),
    "priority": tuple(each.label for each in Priority),
    **dict.fromkeys(("assignee", "follower", "approval"), (*AGENTS, "none", "*", "A*")),
    "team": (*TEAMS, "none", "*"),
    "tier": ("senior", "none", "*"),
    "channel": ("support", "PHONE", "*"),
    "tag": (*TAGS, "REFUND", "refund*", "unknown", "none", "*"),
    "language": ("ko", "EN", "none", "*"),
    "number": ("1", "3", "#5"),
    **dict.fromkeys(("subject", "text", "file"), WORDS),
    **dict.fromkeys(("created", "updated", "solved", "due", "callback"), TIMES),
    **dict.fromkeys(("waiting", "age", "idle"), ("2h", "3h", "1d", "90d")),
    "sla": ("none", "*", "breached"),
    "contact": (
        "+82-2-555-0101",
        "02-555-0101",
        "9" * 30,
        "c0@example.org",
        "@example.org",
        "#1",
        "2",
        "@example.net",
        "C4@example.org",
    ),
    "contact.name": ("kim", "KIM", "철수", "none", "*"),
    "contact.tier": ("vip", "VIP", "vi*", "Gold", "none", "*"),
    "contact.org": ('"acme corp"', "acme*", "100%", "1*", "none", "*"),
    "contact.language": ("ko", "none", "*"),
    "order": ("4711", "A-1", "none", "*"),
    "fields.amount": ("-5", "0", "4711", "12.50", "none", "*"),
    "delivery": ("2026-03-01", "2026-12-24", "none"),
    "size": ("small", "large", "none", "*"),
    "paid": ("yes", "no", "true", "*"),
}
_ORDERED = {
    *("priority", "number", "created", "updated", "solved", "due", "callback", "fields.amount", "delivery"),
    *("waiting", "age", "idle"),
}  # fmt: skip
_COMPARED_ONLY = {"waiting", "age", "idle"}


@st.composite
def terms(draw: st.DrawFn) -> str:
    if draw(st.integers(0, 5)) == 0:
        return draw(st.sampled_from((*WORDS, "c1@example.org", "#2", "*")))
    field = draw(st.sampled_from(sorted(_VALUES)))
    value = draw(st.sampled_from(_VALUES[field]))
    signs: tuple[str, ...] = ("",)
    if field in _ORDERED and value not in ("none", "*"):
        moment = value.startswith("now")
        signs = ("<", "<=", ">", ">=") if field in _COMPARED_ONLY or moment else ("", "<", "<=", ">", ">=")
    return f"{field}:{draw(st.sampled_from(signs))}{value}"


queries = st.recursive(
    terms(),
    lambda part: st.one_of(
        st.builds("({} OR {})".format, part, part),
        st.builds("({} AND {})".format, part, part),
        st.builds("({} {})".format, part, part),
        st.builds("(NOT {})".format, part),
    ),
    max_leaves=6,
)

#: The contacts: 1 is merged into 0, 3 into 2, and 2 into 4.
PEOPLE: Sequence[dict[str, Any]] = (
    {"name": "Kim", "tier": None, "org": "ACME Corp"},
    {"name": None, "tier": "VIP", "org": None},
    {"name": "철수", "tier": None, "org": "100% Ltd", "language": "ko"},
    {"name": None, "tier": "vip", "org": None},
    {"name": None, "tier": "gold", "org": None},
)
MERGED = {1: 0, 3: 2, 2: 4}


def _add_people(unit: Unit) -> list[Contact]:
    for handle in AGENTS:
        Agents.of(unit).put_agent(Agent(handle, handle.title(), f"{handle}@acme.test"))
    for team in TEAMS:
        Agents.of(unit).put_team(Team(team, team.title()))
    numbers = [unit.source.next_id("contacts") for _person in PEOPLE]
    made = []
    for index, person in enumerate(PEOPLE):
        into = numbers[MERGED[index]] if index in MERGED else None
        contact = Contact(numbers[index], created_at=unit.now, merged_into=into, **person)
        Contacts.of(unit).put(contact)
        Contacts.of(unit).add_identity(Identity("email", f"c{index}@example.org", contact.id))
        if index == 1:
            Contacts.of(unit).add_identity(Identity(*address_key("phone", "+82 2 555 0101"), contact.id))
        made.append(contact)
    return made


def _root(index: int) -> int:
    while index in MERGED:
        index = MERGED[index]
    return index


def _facts(ticket: Ticket, given: dict[str, Any], people: Sequence[Contact]) -> QueryFacts:
    root = _root(given["who"])
    members = [index for index in range(len(people)) if _root(index) == root]
    return QueryFacts(
        ticket=ticket,
        contact=combine(people[root], [people[index] for index in members if index != root]),
        contacts=frozenset(people[index].id for index in members),
        addresses=frozenset({f"c{n}@example.org" for n in members} | ({"+8225550101"} if 1 in members else set())),
        messages=[MessageTexts(given["subject"], given["file"] or "", given["text"])],
        sla=None,
        now=NOON,
    )


class Filled:
    """A store to which each example adds tickets. A query of an example finds only its tickets."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.people = store.transaction(_add_people)
        store.transaction(lambda unit: open_ticket(unit, address="c0@example.org").number)

    def add(self, given: Sequence[dict[str, Any]]) -> list[QueryFacts]:
        def work(unit: Unit) -> list[Ticket]:
            made = []
            for each in given:
                fields = dict(each)
                name = fields.pop("file")
                files = (IncomingFile(name, "application/pdf", b"x"),) if name else ()
                made.append(
                    open_ticket(
                        unit,
                        address=f"c{fields.pop('who')}@example.org",
                        subject=fields.pop("subject"),
                        text=fields.pop("text"),
                        files=files,
                    )
                )
                made[-1] = replace(made[-1], subject=each["subject"], **fields)
                Tickets.of(unit).changes.tickets[made[-1].number] = made[-1]
            return made

        tickets = self.store.transaction(work)
        return [_facts(ticket, each, self.people) for ticket, each in zip(tickets, given, strict=True)]

    def numbers(self, query: str, **parameters: Any) -> list[int]:
        wanted = ListTickets(query=query, all=True, limit=1000, now=NOON.isoformat(), **parameters)
        return [row["number"] for row in self.store.ask(wanted)]


@pytest.fixture
def filled(desk_url: str, clock: Clock) -> Any:
    store = Store.open(desk_url, SETTINGS, clock, busy=20.0, owner="this daemon")
    yield Filled(store)
    store.close()


@settings(
    max_examples=2000 if os.environ.get("DESKCTL_LONG") else 40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(given_tickets=st.lists(tickets_, min_size=1, max_size=4), texts=st.lists(queries, min_size=3, max_size=6))
def test_sql_and_memory_give_the_same_answer(
    filled: Filled, given_tickets: list[dict[str, Any]], texts: list[str]
) -> None:
    facts = filled.add(given_tickets)
    first = facts[0].ticket.number
    for text in texts:
        query = parse_query(text, SETTINGS, Names(), NOON)
        in_memory = {each.ticket.number for each in facts if matches(query, each)}
        assert set(filled.numbers(f"({text}) number:>={first}")) == in_memory, text


@pytest.fixture
def few(filled: Filled) -> Filled:
    """A store with the tickets 2 to 5."""
    unset = ("file", "assignee", "team", "tier", "approval", "language", "follows")
    times = ("waiting_since", "solved_at", "due_at", "callback_at")
    template: dict[str, Any] = dict(
        dict.fromkeys((*unset, *times)),
        who=0, subject="Printer on fire", text="It burns.", status=Status.NEW, channel="support",
        priority=Priority.NORMAL, spam=False, fields={}, created_at=NOON, updated_at=NOON,
        followers=frozenset(), tags=frozenset(),
    )  # fmt: skip
    early = NOON - timedelta(hours=13)
    filled.add(
        [
            template | {"assignee": "ana", "tags": frozenset({"refund"}), "waiting_since": early, "due_at": early},
            template
            | {
                "who": 1,
                "subject": "환불 요청",
                "text": "카드결제가 취소되지 않았습니다.",
                "priority": Priority.HIGH,
                "fields": {"amount": FIELDS["amount"].parse("-5")},
                "due_at": NOON + timedelta(hours=1),
            },
            template
            | {
                "who": 3,
                "status": Status.SOLVED,
                "solved_at": NOON,
                "file": "invoice.pdf",
                "team": "finance",
                "created_at": NOON - timedelta(days=9),
                "tags": frozenset({"refund-eu", "vip"}),
            },
            template | {"who": 2, "status": Status.CLOSED, "spam": True, "followers": frozenset({"bo"}), "follows": 2},
        ]
    )
    return filled


ANSWERS: dict[str, set[int]] = {
    "status:new": {1, 2, 3},
    "is:open": {1, 2, 3},
    "is:closed": {4, 5},
    "is:spam": {5},
    "is:follow-up": {5},
    "is:overdue": {2},
    "is:waiting is:assigned": {2},
    "priority:>=high": {3},
    "priority:<high is:open": {1, 2},
    "tag:(refund OR vip)": {2, 4},
    "tag:REFUND*": {2, 4},
    "tag:none": {1, 3, 5},
    "tag:NONE": {1, 3, 5},
    'tag:"none"': set(),
    r"tag:refund\*": set(),
    r"tag:re\fund*": {2, 4},
    "NOT tag:refund*": {1, 3, 5},
    "assignee:ANA": {2},
    "assignee:none team:*": {4},
    "-assignee:ana is:open": {1, 3},
    "follower:bo": {5},
    "waiting:>12h": {2},
    "NOT waiting:>12h": {1, 3, 4, 5},
    "waiting:<=13h waiting:>=13h": {2},
    "age:>1w": {4},
    "solved:*": {4},
    "solved:today": {4},
    "solved:none": {1, 2, 3, 5},
    "created:<yesterday": {4},
    "created:2026-02": {4},
    "created:[2026-02-20 TO 2026-02-20]": {4},
    "created:{2026-02-20 TO *}": {1, 2, 3, 5},
    "due:[now TO now+2h]": {3},
    "due:<+2h": {2, 3},
    "환불": {3},
    "subject:요청": {3},
    "text:요청": set(),
    "결제": {3},
    '"on fire"': {2, 4, 5},
    '"fire on"': set(),
    r'"printer \"on\" fire"': {2, 4, 5},
    r'"fire \"on\" printer"': set(),
    "subject:fire text:burns": {2, 4, 5},
    "invoice": {4},
    "file:pdf": {4},
    "printer -fire": {1},
    "#3": {3},
    "number:>=4": {4, 5},
    "number:(2 OR 4)": {2, 4},
    "c1@example.org": {1, 2, 3},
    "contact:C3@EXAMPLE.ORG": {4, 5},
    "contact:@example.org": {1, 2, 3, 4, 5},
    "contact:@example.net": set(),
    "contact:1": {1, 2, 3},
    "contact:#99": set(),
    "contact:+82-2-555-0101": {1, 2, 3},
    'contact:"+82 (2) 555 0101"': {1, 2, 3},
    "contact:555-0101": set(),
    f"contact:{'9' * 5000}": set(),
    "contact.tier:vip": {1, 2, 3},
    "contact.tier:GOLD": {4, 5},
    "contact.tier:none": set(),
    "contact.name:철수": {4, 5},
    "contact.name:kim": {1, 2, 3},
    'contact.org:"acme corp"': {1, 2, 3},
    "contact.org:acme": set(),
    "contact.org:acme*": {1, 2, 3},
    "contact.org:100%*": {4, 5},
    "contact.name:%": set(),
    "contact.language:*": {4, 5},
    "amount:<0": {3},
    "amount:>=-5": {3},
    "fields.amount:-5": {3},
    "amount:none": {1, 2, 4, 5},
    "sla:none": {1, 2, 3, 4, 5},
    "*": {1, 2, 3, 4, 5},
    "": {1, 2, 3, 4, 5},
    "priority:high OR tag:refund AND status:new": {2, 3},
    "(priority:high OR tag:vip) AND status:new": {3},
}


def test_queries_select_the_expected_tickets(few: Filled) -> None:
    found = {query: set(few.numbers(query)) for query in ANSWERS}
    assert found == ANSWERS


def test_query_with_a_condition_on_the_status_includes_solved_tickets(few: Filled) -> None:
    def listed(query: str) -> set[int]:
        return {row["number"] for row in few.store.ask(ListTickets(query=query, now=NOON.isoformat()))}

    assert listed("fire") == {2}
    assert listed("fire status:solved") == {4}
    assert listed("is:closed") == {4}, "spam is left out"
    assert listed("is:spam") == {5}
    assert listed("tag:spam OR is:closed") == {4}, "a tag with this name is not the state"
    assert listed("#5") == {5}


def test_each_order_lists_all_tickets_both_ways(few: Filled) -> None:
    orders = {sort: few.numbers("", sort=sort) for sort in SORT_KEYS}
    assert {sort: set(numbers) for sort, numbers in orders.items()} == {sort: {1, 2, 3, 4, 5} for sort in SORT_KEYS}
    assert orders["due"][:2] == [2, 3]
    assert orders["waiting"][0] == 2
    assert orders["priority"][0] == 3
    assert orders["number"] == [5, 4, 3, 2, 1]
    assert orders["created"][-1] == 4
    assert few.numbers("", sort="number", reverse=True) == [1, 2, 3, 4, 5]
    assert few.numbers("", sort="due", reverse=True)[:2] == [3, 2], "tickets without a due time are last"


def test_every_field_is_queried() -> None:
    assert {*BUILT_IN, *(f"fields.{name}" for name in FIELDS)} <= {*_VALUES, *(f"fields.{name}" for name in _VALUES)}


def test_query_of_the_largest_size_is_answered(filled: Filled) -> None:
    assert filled.numbers(" OR ".join(f"tag:t{n}" for n in range(200))) == []
    assert filled.numbers(" ".join(f"-tag:t{n}" for n in range(200))) == [1]
    assert filled.numbers("NOT (" * 29 + "tag:x" + ")" * 29) == [1]
    assert filled.numbers("-" * 148 + "tag:x") == []
    assert filled.numbers("NOT (tag:a OR " * 30 + "tag:x" + ")" * 30) == []
    assert filled.numbers("NOT (contact.tier:a OR " * 30 + " OR ".join(["text:x"] * 170) + ")" * 30) == []
    assert filled.numbers("(" * 30 + "contact.tier:a" + " AND tag:x) OR tag:y" * 30) == []
    assert filled.numbers("tag:a tag:b OR tag:c AND (" * 30 + "tag:x" + ")" * 30) == []
