"""Saved views: names, queries that contain views, and limits."""

from __future__ import annotations

import unicodedata

import pytest

from deskctl.core.saved_views.commands import AddView, EditView, RemoveView
from deskctl.core.saved_views.queries import ListViews
from deskctl.core.tickets.commands import Set
from deskctl.core.tickets.queries import ListTickets
from deskctl.core.undo.commands import Undo
from deskctl.errors import NotFound, Refused, UsageError
from tests.commands.desk import StoredDesk


def listed(desk: StoredDesk, query: str) -> list[int]:
    return [row["number"] for row in desk.store.ask(ListTickets(query=query))]


def views(desk: StoredDesk) -> dict[str, str]:
    return {row["name"]: row["query"] for row in desk.store.ask(ListViews())}


def test_view_selects_the_tickets_of_its_query(desk: StoredDesk) -> None:
    desk.mail("ana@example.org", "Printer")
    desk.mail("ben@example.org", "환불 요청")
    desk.do(Set(2, (("priority", "high"),)))
    desk.do(AddView("urgent", "priority:>=high"))
    desk.do(AddView("환불", "@urgent 환불"))
    assert listed(desk, "@urgent") == [2]
    assert listed(desk, "@URGENT") == [2]
    assert listed(desk, "NOT @urgent") == [1]
    assert listed(desk, "@환불 OR printer") == [2, 1]
    assert listed(desk, unicodedata.normalize("NFD", "@환불")) == [2]
    assert views(desk) == {"urgent": "priority:>=high", "환불": "@urgent 환불"}


def test_changed_view_changes_the_views_that_contain_it(desk: StoredDesk) -> None:
    desk.mail("ana@example.org", "Printer")
    desk.do(AddView("inner", "lamp"))
    desk.do(AddView("outer", "@inner is:open"))
    assert listed(desk, "@outer") == []
    desk.do(EditView("inner", "printer"))
    assert listed(desk, "@outer") == [1]
    desk.do(Undo())
    assert listed(desk, "@outer") == []
    desk.do(RemoveView("inner"))
    with pytest.raises(UsageError, match='no view is called "inner"'):
        listed(desk, "@outer")


def test_view_cannot_contain_itself(desk: StoredDesk) -> None:
    with pytest.raises(UsageError, match='view "a" contains itself'):
        desk.do(AddView("a", "is:open @a"))
    desk.do(AddView("a", "is:open"))
    desk.do(AddView("b", "@a printer"))
    with pytest.raises(UsageError, match='view "a" contains itself'):
        desk.do(EditView("a", "@b"))
    assert views(desk)["a"] == "is:open"


def test_terms_of_nested_views_are_limited(desk: StoredDesk) -> None:
    desk.do(AddView("v0", "tag:a tag:b"))
    for level in range(1, 6):
        desk.do(AddView(f"v{level}", f"@v{level - 1} @v{level - 1}"))
    with pytest.raises(UsageError, match="more than 200 terms with its views"):
        desk.do(AddView("v6", " ".join(["@v5"] * 5)))


def test_levels_of_nested_views_are_limited(desk: StoredDesk) -> None:
    desk.mail("ana@example.org", "Printer")
    desk.do(AddView("v0", "tag:a"))
    for level in range(1, 4):
        desk.do(AddView(f"v{level}", "NOT (" * 30 + f"@v{level - 1}" + ")" * 30))
    assert listed(desk, "@v3") == []
    with pytest.raises(UsageError, match="at character 151: nested too deeply"):
        desk.do(AddView("v4", "NOT (" * 30 + "@v3" + ")" * 30))
    desk.do(AddView("w0", "tag:a"))
    for level in range(1, 25):
        desk.do(AddView(f"w{level}", f"tag:a tag:b OR tag:c AND @w{level - 1}"))
    assert listed(desk, "@w24") == []
    desk.do(EditView("v0", "NOT (" * 20 + "tag:a" + ")" * 20))
    with pytest.raises(UsageError, match="nested too deeply"):
        listed(desk, "@v3")


@pytest.mark.parametrize(
    ("command", "error", "message"),
    [
        (AddView("urgent", "is:closed"), Refused, 'view "urgent" exists'),
        (AddView("@Urgent", "is:closed"), Refused, 'view "urgent" exists'),
        (AddView("two words", "is:open"), UsageError, "not a name of a view"),
        (AddView("x" * 41, "is:open"), UsageError, "not a name of a view"),
        (AddView("", "is:open"), UsageError, "not a name of a view"),
        (AddView("new", "  "), UsageError, "the query of the view is empty"),
        (AddView("new", "stat:open"), UsageError, "did you mean status"),
        (AddView("new", "team:suport"), UsageError, "did you mean support"),
        (EditView("urgnt", "is:open"), NotFound, "did you mean urgent"),
        (RemoveView("urgnt"), NotFound, "did you mean urgent"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else None,
)
def test_wrong_view_is_refused(desk: StoredDesk, command: AddView, error: type[Exception], message: str) -> None:
    desk.do(AddView("urgent", "priority:urgent"))
    with pytest.raises(error, match=message):
        desk.do(command)
    assert views(desk) == {"urgent": "priority:urgent"}
