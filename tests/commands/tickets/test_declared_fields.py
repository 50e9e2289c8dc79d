"""Declared ticket fields: set, show, list, merge, split, undo and erase on each store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, text

from deskctl.core.contacts.commands import EraseContact
from deskctl.core.kernel.settings import Settings
from deskctl.core.merges.commands import Merge, Split
from deskctl.core.messages.commands import MarkSpam
from deskctl.core.search.queries import SearchMessages
from deskctl.core.sla import queries as sla_queries
from deskctl.core.sla.commands import AddPolicy
from deskctl.core.sla.queries import ExplainClocks
from deskctl.core.tickets import commands as c
from deskctl.core.tickets.queries import ListFields, ListTickets
from deskctl.core.tickets.settings import TicketSettings
from deskctl.core.undo.commands import Undo
from deskctl.core.values.field import Field, FieldType
from deskctl.errors import Refused, UsageError
from deskctl.store.search import candidates
from tests.commands.desk import SETTINGS, StoredDesk
from tests.commands.sla.test_clocks import fire

FIELDS = (
    Field("order_number", FieldType.TEXT, {"en": "Order number", "ko": "주문번호"}),
    Field("amount", FieldType.NUMBER),
    Field("bought_on", FieldType.DATE),
    Field("reason", FieldType.CHOICE, choices=("refund", "교환"), choice_labels={"refund": {"ko": "환불"}}),
    Field("insured", FieldType.BOOL),
)


def settings_with(*fields: Field) -> Settings:
    return SETTINGS.with_features(TicketSettings(fields={field.name: field for field in fields}))


@pytest.fixture
def fields_desk(desk_url: str) -> Iterator[StoredDesk]:
    desk = StoredDesk(desk_url, settings_with(*FIELDS))
    yield desk
    desk.close()


def reopened(desk: StoredDesk, url: str, *fields: Field) -> StoredDesk:
    """Return the desk after a change of its configuration."""
    desk.close()
    return StoredDesk(url, settings_with(*fields))


def put(desk: StoredDesk, number: int, **values: str) -> None:
    desk.do(c.Set(number, tuple(values.items())))


def field_values(desk: StoredDesk, number: int) -> dict[str, Any]:
    return {name: value for name, value in desk.show(number)["fields"].items() if value is not None}


def found(desk: StoredDesk, *conditions: str) -> list[int]:
    return sorted(row["number"] for row in desk.store.ask(ListTickets(all=True, fields=conditions)))


def test_values_are_typed_in_json_and_null_without_a_value(fields_desk: StoredDesk) -> None:
    desk = fields_desk
    desk.mail()
    assert desk.show(1)["fields"] == dict.fromkeys(field.name for field in FIELDS)
    put(desk, 1, order_number=" 김철수 4711 ", amount="+0012.50", bought_on="2026-11-30", reason="교환", insured="True")
    expected = {
        "order_number": "김철수 4711", "amount": 12.5, "bought_on": "2026-11-30", "reason": "교환", "insured": True,
    }  # fmt: skip
    assert desk.show(1)["fields"] == expected
    assert desk.store.ask(ListTickets())[0]["fields"] == expected
    texts = {row["name"]: (row["label"], row["text"]) for row in desk.show(1)["field_texts"]}
    assert texts["order_number"] == ("Order number", "김철수 4711")
    assert texts["amount"] == ("amount", "12.5")
    assert texts["insured"] == ("insured", "yes")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", "1e999"), ("amount", "NaN"), ("amount", "inf"), ("amount", "1,000"), ("amount", "."),
        ("amount", "-"),
        ("amount", "1234567890123456"), ("amount", "٣"), ("amount", "0" * 99_999 + "x"),
        ("bought_on", "0000-01-01"), ("bought_on", "2027-02-29"), ("bought_on", "20270101"), ("bought_on", "2027-1-1"),
        ("bought_on", "10000-01-01"), ("reason", "Refund"), ("insured", "maybe"),
        ("order_number", "a\nb"), ("order_number", "a\0b"), ("order_number", "\ud800"), ("order_number", "a\x1bb"),
        ("order_number", "a\u2028b"), ("order_number", "김" * 3334), ("nothing", "1"),
    ],
)  # fmt: skip
def test_invalid_value_is_refused_and_changes_nothing(fields_desk: StoredDesk, name: str, value: str) -> None:
    fields_desk.mail()
    with pytest.raises(UsageError, match=name):
        put(fields_desk, 1, team="support", **{name: value})
    assert field_values(fields_desk, 1) == {}


@pytest.mark.parametrize("value", ["0001-01-01", "9999-12-31", "2028-02-29"])
def test_distant_dates_are_kept(fields_desk: StoredDesk, value: str) -> None:
    fields_desk.mail()
    put(fields_desk, 1, bought_on=value)
    assert field_values(fields_desk, 1) == {"bought_on": value}
    assert found(fields_desk, f"bought_on>={value}", f"bought_on<={value}") == [1]


def test_empty_value_and_none_clear_a_field(fields_desk: StoredDesk) -> None:
    desk = fields_desk
    desk.mail()
    put(desk, 1, order_number="none", amount="5", bought_on="2026-01-01", reason="refund", insured="no")
    assert field_values(desk, 1)["order_number"] == "none", "a text can be any word"
    put(desk, 1, order_number="", amount="none", bought_on="", reason="none", insured=" ")
    assert field_values(desk, 1) == {}
    assert "order_number is none" in desk.do(c.Set(1, (("order_number", ""),))).summary
    desk.do(Undo())
    assert field_values(desk, 1)["amount"] == 5


def test_conditions_compare_numbers_and_dates(fields_desk: StoredDesk) -> None:
    desk = fields_desk
    amounts = ["-999999999999999", "-10", "-9.5", "0", "0.25", "9", "10", "999999999999999"]
    for place, amount in enumerate(amounts):
        desk.mail(f"a{place}@example.org")
        put(desk, place + 1, amount=amount, bought_on=f"20{place + 10}-01-01")
    desk.mail("z@example.org")
    assert found(desk, "amount>=0") == [4, 5, 6, 7, 8]
    assert found(desk, "amount>0", "amount<10") == [5, 6]
    assert found(desk, "amount<=-9.50") == [1, 2, 3]
    assert found(desk, "amount=10.0") == [7]
    assert found(desk, "bought_on<2012-01-01") == [1, 2]
    assert found(desk, "amount=") == [9]
    for wrong in ("amount", "=5", "amount>=x", "reason>refund", "amuont=5"):
        with pytest.raises(UsageError):
            found(desk, wrong)


def test_condition_uses_the_index(fields_desk: StoredDesk, desk_url: str) -> None:
    if not desk_url.startswith("sqlite"):
        pytest.skip("PostgreSQL plans by what is in the tables")
    fields_desk.mail()
    asked: list[tuple[str, Any]] = []

    def listen(connection: object, cursor: object, statement: str, parameters: object, *rest: object) -> None:
        if "ticket_fields" in statement and "ORDER BY tickets.updated_at" in statement:
            asked.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        for condition in ("order_number=4711", "amount>=5", "amount="):
            found(fields_desk, condition)
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
    assert len(asked) == 3
    with closing(sqlite3.connect(desk_url.removeprefix("sqlite:///"))) as connection:
        for statement, parameters in asked:
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            assert any("ticket_fields" in step and "INDEX" in step for step in plan), plan
            assert not any("SCAN ticket_fields" in step for step in plan), plan


def test_merge_takes_over_missing_values_and_undo_returns_them(fields_desk: StoredDesk) -> None:
    desk = fields_desk
    desk.mail("a@example.org")
    desk.mail("b@example.org")
    put(desk, 1, order_number="1", amount="1", reason="refund")
    put(desk, 2, amount="2")
    outcome = desk.do(Merge(1, 2))
    assert "ticket 2 takes over order_number, reason" in outcome.summary
    assert field_values(desk, 2) == {"order_number": "1", "amount": 2, "reason": "refund"}
    desk.do(Undo())
    assert field_values(desk, 2) == {"amount": 2}
    assert field_values(desk, 1) == {"order_number": "1", "amount": 1, "reason": "refund"}


def test_split_copies_values(fields_desk: StoredDesk) -> None:
    desk = fields_desk
    first = desk.mail()
    second = desk.mail(references=("<1@example.org>",))
    put(desk, 1, order_number="1", insured="no")
    assert first.tickets == second.tickets
    desk.do(Split(1, (second.facts["message"],)))
    assert field_values(desk, 2) == {"order_number": "1", "insured": False}
    put(desk, 2, order_number="2")
    assert field_values(desk, 1)["order_number"] == "1"


def _stored(desk: StoredDesk) -> str:
    with desk.store.reading() as connection:
        rows = [
            *connection.execute(text("SELECT * FROM ticket_fields")),
            *connection.execute(text("SELECT * FROM events")),
        ]
    return str(rows)


def test_erase_removes_texts_numbers_and_dates_also_from_events(fields_desk: StoredDesk) -> None:
    desk = fields_desk
    contact = desk.mail("a@example.org")
    desk.mail("b@example.org")
    for number in (1, 2):
        put(desk, number, order_number="secret-1", amount="98765", bought_on="1971-05-17", reason="refund")
    put(desk, 1, order_number="secret-2", amount="12321")
    last = desk.do(c.Set(2, (("order_number", "secret-2"), ("amount", "12321"))))
    assert contact.tickets == (1,)
    events = desk.show(1)["events"]
    assert "secret" not in str(events), "events contain no texts"
    desk.do(EraseContact(1), "user:root")
    assert field_values(desk, 1) == {"reason": "refund"}
    assert field_values(desk, 2)["order_number"] == "secret-2"
    desk.do(EraseContact(2), "user:root")
    with pytest.raises(Refused, match="the value of order_number was erased"):
        desk.do(Undo(last.command))
    stored = _stored(desk)
    assert not [word for word in ("secret", "98765", "12321", "1971-05-17") if word in stored]
    assert field_values(desk, 2) == {"reason": "refund"}


def test_text_of_spam_is_deleted_with_its_fields(fields_desk: StoredDesk) -> None:
    desk = fields_desk
    desk.mail()
    put(desk, 1, order_number="secret", reason="refund")
    desk.do(MarkSpam(1))
    assert field_values(desk, 1)["order_number"] == "secret"
    desk.later(days=31)
    fire(desk)
    assert field_values(desk, 1) == {"reason": "refund"}
    assert "secret" not in _stored(desk)


def test_removed_field_is_shown_and_not_settable(fields_desk: StoredDesk, desk_url: str) -> None:
    fields_desk.mail()
    put(fields_desk, 1, order_number="4711", insured="yes")
    desk = reopened(fields_desk, desk_url, FIELDS[1])
    assert desk.show(1)["fields"] == {"amount": None, "insured": "yes", "order_number": "4711"}
    assert {row["name"]: row["label"] for row in desk.show(1)["field_texts"]} == {
        "insured": "insured", "order_number": "order_number",
    }  # fmt: skip
    assert found(desk, "order_number=4711") == [1]
    with pytest.raises(UsageError, match="no longer in the configuration"):
        put(desk, 1, order_number="5")
    rows = desk.store.ask(ListFields(former=True))["fields"]
    assert [(row["name"], row["former"]) for row in rows] == [
        ("amount", False), ("insured", True), ("order_number", True),
    ]  # fmt: skip
    desk.do(Undo())
    assert field_values(desk, 1) == {}
    desk.close()


def test_changed_type_converts_what_fits_and_shows_the_rest_as_text(fields_desk: StoredDesk, desk_url: str) -> None:
    desk = fields_desk
    desk.mail("a@example.org")
    desk.mail("b@example.org")
    put(desk, 1, order_number="4711")
    put(desk, 2, order_number="A-12")
    desk = reopened(desk, desk_url, Field("order_number", FieldType.NUMBER))
    assert (field_values(desk, 1), field_values(desk, 2)) == ({"order_number": 4711}, {"order_number": "A-12"})
    assert found(desk, "order_number=4711") == [1]
    assert found(desk, "order_number>=1") == []
    put(desk, 1, order_number="4712")
    assert found(desk, "order_number>=1") == [1]
    desk = reopened(desk, desk_url, Field("order_number", FieldType.CHOICE, choices=("x",)))
    assert (field_values(desk, 1), field_values(desk, 2)) == ({"order_number": "4712"}, {"order_number": "A-12"})
    assert found(desk, "order_number=x") == []
    desk = reopened(desk, desk_url, Field("order_number", FieldType.TEXT))
    assert found(desk, "order_number=4712") == [1]
    desk.do(Undo())
    assert field_values(desk, 1) == {"order_number": "4711"}
    desk.close()


LINES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=300)
ANYTHING = st.text(max_size=20)
NUMBERS = st.decimals(-(10**9), 10**9, allow_nan=False, places=4).map(str)
VALUES = st.one_of(
    st.tuples(st.just("order_number"), st.one_of(LINES, ANYTHING)),
    st.tuples(st.just("amount"), st.one_of(NUMBERS, st.integers().map(str), ANYTHING)),
    st.tuples(st.just("bought_on"), st.one_of(st.dates().map(date.isoformat), ANYTHING)),
    st.tuples(st.just("reason"), st.sampled_from(["refund", "교환", "none", ""])),
    st.tuples(st.just("insured"), st.sampled_from(["yes", "no", "TRUE", "false", "none", "?"])),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(VALUES, min_size=1, max_size=4))
def test_each_accepted_value_is_shown_found_and_undone(fields_desk: StoredDesk, values: list[tuple[str, str]]) -> None:
    desk = fields_desk
    number = int(desk.mail(f"{len(desk.outbox())}@example.org").facts["number"])
    by_name = {field.name: field for field in FIELDS}
    states = [field_values(desk, number)]
    for name, written in values:
        try:
            outcome = desk.do(c.Set(number, ((name, written),)))
        except UsageError:
            assert field_values(desk, number) == states[-1]
            continue
        cleared = by_name[name].is_cleared_by(written)
        expected = None if cleared else by_name[name].read(by_name[name].parse(written))
        after = field_values(desk, number)
        assert after == {key: value for key, value in {**states[-1], name: expected}.items() if value is not None}
        assert number in found(desk, f"{name}={written}")
        if outcome.changed:
            states.append(after)
    while len(states) > 1:
        states.pop()
        desk.do(Undo())
        assert field_values(desk, number) == states[-1]


def created(desk: StoredDesk, subject: str = "Printer", **values: str) -> int:
    """Create a ticket with values and return its number."""
    fields = tuple(values.items())
    return int(desk.do(c.Create("ana@example.org", subject, "It burns.", team="support", fields=fields)).tickets[0])


def test_new_ticket_has_the_values(fields_desk: StoredDesk) -> None:
    number = created(fields_desk, order_number="4711", amount="+5.0", insured="no", reason="")
    assert field_values(fields_desk, number) == {"order_number": "4711", "amount": 5, "insured": False}
    kinds = [event["kind"] for event in fields_desk.show(number)["events"]]
    assert kinds.count("field_changed") == 3
    for wrong in ({"amount": "many"}, {"order_numbr": "1"}, {"priority": "high"}):
        with pytest.raises(UsageError, match=next(iter(wrong))):
            created(fields_desk, **wrong)
    assert found(fields_desk) == [number]


def searched(desk: StoredDesk, words: str, *conditions: str, **options: Any) -> list[int]:
    return [hit["number"] for hit in desk.store.ask(SearchMessages(words, fields=conditions, **options))["hits"]]


def test_search_finds_the_value_of_a_field(fields_desk: StoredDesk) -> None:
    desk = fields_desk
    first = created(desk, order_number="2026 / 4711", amount="12.50")
    second = created(desk, order_number="4711", bought_on="2026-11-30", reason="refund")
    third = created(desk, "About 4711")
    assert searched(desk, "4711") == [second, third]
    assert searched(desk, "4711", rank=True)[0] == second
    assert searched(desk, "2026 / 4711")[0] == first
    assert searched(desk, "12.5") == [first]
    assert searched(desk, "2026-11-30") == [second]
    assert searched(desk, "refund") == [], "the value of a choice belongs to many tickets"
    desk.do(MarkSpam(second))
    assert searched(desk, "4711") == [third]
    assert searched(desk, "4711", spam=True) == [second, third]


@pytest.mark.parametrize("limit", [0, 500], ids=["many", "few"])
def test_search_is_limited_to_conditions_on_fields(
    fields_desk: StoredDesk, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queries name the tickets if they are few. With `limit` 0 they never do."""
    monkeypatch.setattr(candidates, "_NAMED_TICKETS", limit)
    desk = fields_desk
    small, large = created(desk, amount="5"), created(desk, amount="500")
    none, merged = created(desk), created(desk, "Paper jam")
    for words in ("burns", "ana@example.org", "ana@example.org burns"):
        assert searched(desk, words, "amount>=100") == [large]
        assert sorted(searched(desk, words, "amount>=1")) == [small, large]
        assert sorted(searched(desk, words, "amount=")) == [none, merged]
        assert searched(desk, words, "amount>=1", "amount<100", rank=True) == [small]
        assert searched(desk, words, "amount=7") == []
    assert searched(desk, f"#{small}", "amount>=100") == []
    desk.do(Merge(merged, large))
    assert searched(desk, "paper", "amount>=100") == [large]
    with pytest.raises(UsageError, match="no field"):
        searched(desk, "burns", "ammount=5")


def test_policy_applies_by_the_value_of_a_field(fields_desk: StoredDesk) -> None:
    desk = fields_desk
    target = (("first_response", "4h"),)
    desk.do(AddPolicy("large", targets=target, when="fields.amount:>=100"), "user:root")
    desk.do(AddPolicy("refunds", targets=target, when="fields.reason:refund -fields.insured:yes"), "user:root")
    desk.do(AddPolicy("ordered", targets=target, when="fields.order_number:*"), "user:root")

    def policy(number: int) -> str | None:
        taken: str | None = desk.store.ask(sla_queries.TestPolicies(number))["policy"]
        applied = [event["policy"] for event in desk.show(number)["events"] if event["kind"] == "policy_applied"]
        assert (applied or [None])[-1] == taken
        return taken

    number = created(desk)
    assert policy(number) is None
    put(desk, number, amount="99.5", reason="refund")
    assert policy(number) == "refunds"
    put(desk, number, amount="0100")
    assert policy(number) == "large"
    put(desk, number, amount="", insured="yes")
    assert policy(number) is None
    put(desk, number, order_number="x")
    assert policy(number) == "ordered"
    assert [clock["policy"] for clock in desk.store.ask(ExplainClocks(number))] == ["ordered"]
    desk.do(Undo())
    assert [clock["policy"] for clock in desk.store.ask(ExplainClocks(number))] == []
    assert policy(created(desk, amount="1000")) == "large"


def test_policy_warns_about_unknown_and_contradicting_fields(fields_desk: StoredDesk) -> None:
    def remarks(when: str) -> str:
        targets = (("first_response", "4h"),)
        outcome = fields_desk.do(AddPolicy("p", targets=targets, when=when), "user:root", dry_run=True)
        return "\n".join(map(str, outcome.facts["remarks"]))

    assert "no custom field is called ammount yet (did you mean amount?)" in remarks("fields.ammount:5")
    assert "can never match" in remarks("fields.amount:none fields.amount:5")
    assert remarks("fields.amount:>=5 fields.amount:<7") == ""
    assert remarks("fields.amount:5 fields.amount:5.0") == "", "the same number"
    for wrong in ("fields.:5", "fields.amount:>none", "tag:>5"):
        with pytest.raises(UsageError):
            remarks(wrong)
