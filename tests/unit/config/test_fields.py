"""The tables `[fields.NAME]`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deskctl.config import Report
from deskctl.core.tickets.settings import TicketSettings
from deskctl.core.values.field import Field, FieldType

DESK = '[desk]\nname = "Acme"\n'
Check = Callable[[str], Report]


def test_fields_are_declared(checked: Check) -> None:
    report = checked(
        DESK + '[fields.order_number]\ntype = "text"\nlabel = { en = "Order number", ko = "주문번호" }\n'
        "required_to_solve = true\n"
        '[fields.reason]\ntype = "choice"\nlabel = "Reason"\nchoices = ["refund", "교환"]\n'
        'choice_labels = { refund = { ko = "환불" }, "교환" = "Exchange" }\n'
        '[fields.amount]\ntype = "number"\n'
    )
    assert report.errors == ()
    assert report.config is not None
    labels = {"en": "Order number", "ko": "주문번호"}
    assert report.config.settings().of(TicketSettings).fields == {
        "order_number": Field("order_number", FieldType.TEXT, labels, required_to_solve=True),
        "reason": Field(
            "reason", FieldType.CHOICE, "Reason", ("refund", "교환"), {"refund": {"ko": "환불"}, "교환": "Exchange"}
        ),
        "amount": Field("amount", FieldType.NUMBER),
    }


@pytest.mark.parametrize(
    ("table", "path", "what"),
    [
        ('[fields.x]\ntype = "txt"', "fields.x.type", "must be one of text, number, date, choice, bool"),
        ('[fields.x]\nlabel = "X"', "fields.x.type", "is missing; available: text, number, date, choice, bool"),
        ('[fields.x]\ntype = "choice"', "fields.x.choices", "is missing; name the values"),
        ('[fields.x]\ntype = "choice"\nchoices = []', "fields.x.choices", "is missing; name the values"),
        ('[fields.x]\ntype = "choice"\nchoices = "a"', "fields.x.choices", "must be a list"),
        ('[fields.x]\ntype = "choice"\nchoices = ["a", "a"]', "fields.x.choices", "'a' is there twice"),
        ('[fields.x]\ntype = "choice"\nchoices = [" a"]', "fields.x.choices", "not a choice: ' a'"),
        ('[fields.x]\ntype = "choice"\nchoices = ["a\\nb"]', "fields.x.choices", "not a choice"),
        ('[fields.x]\ntype = "text"\nchoices = ["a"]', "fields.x.choices", 'only a field of the type "choice"'),
        (
            '[fields.x]\ntype = "choice"\nchoices = ["refund"]\nchoice_labels = { refnd = "R" }',
            "fields.x.choice_labels.refnd", "not one of the choices (did you mean refund?)",
        ),
        ('[fields.status]\ntype = "text"', "fields.status", "is a built-in name of tickets; choose another name"),
        ('[fields.created_at]\ntype = "text"', "fields.created_at", "is a built-in name of tickets"),
        ('[fields.org]\ntype = "text"', "fields.org", "is a built-in name of tickets"),
        ('[fields."주문"]\ntype = "text"', "fields.'주문'", "at most 40 letters a to z, digits and _"),
        ('[fields."a=b"]\ntype = "text"', "fields.'a=b'", "letters a to z"),
        ('[fields.Order]\ntype = "text"', "fields.Order", "letters a to z"),
        ('[fields.x]\ntype = "text"\nlabel = 5', "fields.x.label", "must be text in quotes"),
        ('[fields.x]\ntype = "text"\nlabel = { ko = 5 }', "fields.x.label.ko", "must be text in quotes"),
        ('[fields.x]\ntype = "text"\nlabel = { "k o" = "a" }', "fields.x.label", "not a language: 'k o'"),
        ('[fields.x]\ntype = "text"\nlabel = "a\\nb"', "fields.x.label", "must be one line"),
        ('[fields.x]\ntype = "text"\nlable = "a"', "fields.x.lable", "unknown key (did you mean label?)"),
        ('[fields]\nx = "text"', "fields.x", "must be a table: [fields.x]"),
    ],
)  # fmt: skip
def test_wrong_field_is_an_error(checked: Check, table: str, path: str, what: str) -> None:
    [problem] = checked(f"{DESK}{table}\n").errors
    assert problem.path == path
    assert what in problem.what
    assert problem.line > 2


def test_fields_must_be_tables(checked: Check) -> None:
    [problem] = checked(f'fields = "x"\n{DESK}').errors
    assert (problem.path, problem.what) == ("fields", "must contain tables: [fields.NAME]")
