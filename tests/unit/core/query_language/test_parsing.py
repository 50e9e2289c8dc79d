"""Parse queries: the structure of a text, and errors that name their position."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskctl.core.kernel.settings import Settings
from deskctl.core.query_language.conditions import Condition
from deskctl.core.query_language.fields import NameKind
from deskctl.core.query_language.resolution import parse_query
from deskctl.core.query_language.syntax import parse
from deskctl.core.query_language.tree import And, Node, Not, Or, Term
from deskctl.core.tickets.settings import TicketSettings
from deskctl.core.values.field import Field, FieldType
from deskctl.errors import UsageError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIELDS = {
    "amount": Field("amount", FieldType.NUMBER),
    "order": Field("order", FieldType.TEXT),
    "grade": Field("grade", FieldType.CHOICE, choices=("A", "A*")),
    "size": Field("size", FieldType.CHOICE, choices=("small", "large")),
}
SETTINGS = Settings().with_features(TicketSettings(fields=FIELDS))


class Names:
    """The names of a desk."""

    def names(self, kind: NameKind) -> Sequence[str]:
        return {"agent": ("ana", "bo"), "team": ("finance",), "channel": ("support",), "tier": ("senior",)}[kind]

    def is_used(self, kind: NameKind, name: str) -> bool:
        return name == "former"

    def views(self) -> dict[str, str]:
        return {}


def shape(node: Node) -> str:
    """Return a text that shows the structure of a query."""
    match node:
        case Term(field=field, operator=operator, value=value):
            return f"{field}{operator}{value}" if field else value
        case Not(part):
            return f"not({shape(part)})"
        case And(parts):
            return f"and({', '.join(map(shape, parts))})"
        case Or(parts):
            return f"or({', '.join(map(shape, parts))})"


@pytest.mark.parametrize(
    ("text", "structure"),
    [
        ("  ", "and()"),
        ("status:open", "status=open"),
        ("STATUS:open", "status=open"),
        ("a b OR c", "and(a, or(b, c))"),
        ("a AND b OR c", "or(and(a, b), c)"),
        ("a AND NOT b", "and(a, not(b))"),
        ("-tag:x y", "and(not(tag=x), y)"),
        ("+a b", "and(a, b)"),
        ("tag:(refund OR billing)", "or(tag=refund, tag=billing)"),
        ("tag:(-a OR b)", "or(not(tag=a), tag=b)"),
        ("priority:>=high", "priority>=high"),
        ("amount:>=-100", "amount>=-100"),
        ("amount:-5", "amount=-5"),
        ("amount:[-5 TO -1]", "and(amount>=-5, amount<=-1)"),
        ("amount:{0 TO 9]", "and(amount>0, amount<=9)"),
        ("due:<+2h", "due<+2h"),
        ("created:[now-7d TO *]", "and(created>=now-7d)"),
        ("created:[* TO *]", "created=*"),
        ("number:(>=5 AND <7)", "and(number>=5, number<7)"),
        ("#42 ana@example.org 010-1234-5678", "and(#42, ana@example.org, 010-1234-5678)"),
        ("“환불 요청” 결제", "and(환불 요청, 결제)"),
        (r'"a \"b\" c"', 'a "b" c'),
        (r"a\:b", "a:b"),
        ("or and not", "and(or, and, not)"),
    ],
)
def test_structure_of_query(text: str, structure: str) -> None:
    assert shape(parse(text)) == structure


def test_positions_are_those_of_the_original_text() -> None:
    found = parse("amount:>=-5 due:<+2h tag:(a OR b)")
    assert isinstance(found, And)
    amount, due, tags = found.parts
    assert isinstance(amount, Term)
    assert isinstance(due, Term)
    assert isinstance(tags, Or)
    assert (amount.field_position, amount.position) == (1, 8)
    assert (due.field_position, due.position) == (13, 17)
    assert [(term.field_position, term.position) for term in tags.parts if isinstance(term, Term)] == [
        (22, 27),
        (22, 32),
    ]


@given(st.text(alphabet='ab:"()[]{}<>=+-*~^/\\ \t#@.환불NOTANDR!&|?\n\x00', max_size=40))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parse_query(text, SETTINGS, Names(), NOW)
    except UsageError as error:
        assert error.what


def test_values_of_declared_fields_can_contain_a_quoted_asterisk() -> None:
    for text in ('order:"A*"', r"order:A\*", 'contact.name:"an*"', "fields.grade:A*"):
        parse_query(text, SETTINGS, Names(), NOW)


def test_name_with_the_same_case_is_preferred() -> None:
    class Cases(Names):
        def names(self, kind: NameKind) -> Sequence[str]:
            return ("Sales", "sales", "SALES")

    for name in ("sales", "Sales", "SALES"):
        found = parse_query(f"team:{name}", SETTINGS, Cases(), NOW)
        assert isinstance(found, Condition)
        assert found.operand == name


def test_tag_is_compared_in_lower_case_as_it_is_stored() -> None:
    found = parse_query("tag:ÉTÉ", SETTINGS, Names(), NOW)
    assert isinstance(found, Condition)
    assert found.operand == "été"


def test_former_name_that_tickets_have_is_accepted() -> None:
    parse_query("assignee:former team:former", SETTINGS, Names(), NOW)


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("stat:open", 'at character 1: no field is called "stat" (did you mean status?)'),
        ("환불 assignee:anna", 'at character 13: no agent is called "anna" (did you mean ana?)'),
        ("team:finanz", 'at character 6: no team is called "finanz" (did you mean finance?)'),
        ("channel:fon", 'at character 9: no channel is called "fon"'),
        ("status:opn", 'at character 8: status cannot be "opn" (did you mean open?)'),
        ("size:medium", 'at character 6: size cannot be "medium"'),
        ("amount:many", 'at character 8: amount: not a number: "many"'),
        ("team:>finance", "at character 6: team cannot be compared with >"),
        ("created:soon", 'at character 9: not a time: "soon"'),
        ("created:now", "is a moment, which no ticket has exactly"),
        ("waiting:3h", "at character 9: waiting needs a comparison"),
        ("waiting:>tomorrow", "not a duration"),
        ('status:""', "at character 8: status has no value"),
        ("print*", "at character 1: no wildcards in words"),
        ("tag:a*b*", "not a value"),
        ("tag:*a", 'at character 5: not a value: "*a"'),
        ("tag:a*b", 'at character 5: not a value: "a*b"'),
        ("contact.name:an*", 'at character 14: not a value: "an*"'),
        ("contact:an*", 'at character 9: not a value: "an*"'),
        ("order:A*", 'at character 7: not a value: "A*"'),
        ("tag:/x/", "regular expressions are not part of the query language"),
        ("(open", "at character 6: unexpected end"),
        ('"open', "at character 1: the closing quote is missing"),
        ("open)", 'at character 5: unexpected ")"'),
        (">=5", "at character 1: a comparison needs a field"),
        ("!!!", 'no word to search for in "!!!"'),
        ("@", 'no word to search for in "@"'),
        ("@nothing", 'no view is called "nothing"'),
        (" ".join(f"tag:{n}" for n in range(201)), "the query has 201 terms"),
        ("x" * 10_001, "the query has 10001 characters"),
        ("(" * 31 + "x" + ")" * 31, "at character 31: nested too deeply"),
        ("NOT " * 151 + "x", "nested too deeply"),
    ],
)
def test_error_names_the_position_and_the_problem(query: str, problem: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_query(query, SETTINGS, Names(), NOW)
    assert problem in refused.value.what
