"""Errors of the store never contain customer data."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from deskctl.errors import DeskctlError, Unavailable
from deskctl.store import Store, migrate
from deskctl.store.errors import convert_errors
from tests.store.build import mail

SECRET = "kim.secret@customer.example"

#: Statements that fail over a value, by engine; each with the value as parameter or in the row.
FAULTS: dict[str, dict[str, str]] = {
    "sqlite": {
        "unique": "INSERT INTO plugin_revisions VALUES (:secret, :secret, 1), (:secret, :secret, 1)",
        "not null": "INSERT INTO plugin_revisions VALUES (:secret, NULL, 1)",
        "search": "SELECT * FROM search_index WHERE search_index MATCH '\"' || :secret",
        "column": "SELECT * FROM search_index WHERE search_index MATCH :secret || ':x'",
        "json": "SELECT json_extract(:secret, '$.x')",
        "path": "SELECT json_extract('{}', :secret)",
        "syntax": f"SELECT '{SECRET}",
        "name": f'SELECT "{SECRET}".x',
    },
    "postgresql": {
        "unique": "INSERT INTO plugin_revisions VALUES (:secret, :secret, 1), (:secret, :secret, 1)",
        "not null": "INSERT INTO plugin_revisions VALUES (:secret, NULL, 1)",
        "number": "SELECT CAST(CAST(:secret AS text) AS integer)",
        "moment": "SELECT CAST(CAST(:secret AS text) AS timestamptz)",
        "json": "SELECT CAST(CAST(:secret AS text) AS jsonb)",
        "pattern": "SELECT 'x' ~ (CAST(:secret AS text) || '(')",
        "raised": "DO $$ BEGIN RAISE EXCEPTION '" + SECRET + "'; END $$",
        "syntax": f"SELECT '{SECRET}' FROM FROM",
        "name": f'SELECT * FROM "{SECRET}"',
    },
}


def error_output(error: BaseException | None) -> str:
    """Return everything that a traceback, a log and `repr` show of an error and its causes."""
    shown = []
    while error is not None:
        shown += [*traceback.format_exception(error), repr(error), str(error), str(getattr(error, "hint", ""))]
        error = error.__cause__ or error.__context__
    return "".join(shown)


def cases() -> list[Any]:
    return [pytest.param(engine, name, id=f"{engine}-{name}") for engine, some in FAULTS.items() for name in some]


@pytest.mark.parametrize(("engine", "name"), cases())
@pytest.mark.parametrize("way", ["write", "plugin", "read"])
def test_errors_contain_no_values(
    store: Store, desk_url: str, engine: str, name: str, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    if not desk_url.startswith(engine):
        pytest.skip("of the other engine")
    statement = text(FAULTS[engine][name])
    values = {"secret": SECRET} if ":secret" in FAULTS[engine][name] else {}

    def work(*given: Any) -> None:
        given[-1].execute(statement, values)

    uses: dict[str, Callable[[], object]] = {
        "write": lambda: store.with_connection(work),
        "plugin": lambda: store.with_connection(raw),
        "read": lambda: store.read_with_connection(work),
    }
    inner: list[BaseException] = []

    def raw(*given: Any) -> None:
        """Return the error that a plugin gets, before the store converts it."""
        try:
            work(*given)
        except BaseException as error:
            inner.append(error)
            raise

    if way == "read" and "INSERT" in FAULTS[engine][name]:
        pytest.skip("nothing is written there")
    with caplog.at_level(logging.DEBUG), pytest.raises(DeskctlError) as caught:
        uses[way]()
    try:
        raise caught.value
    except DeskctlError:
        logging.getLogger("deskctl").exception("as the daemon logs it")
    said = error_output(caught.value) + "".join(error_output(error) for error in inner) + caplog.text
    source = statement.text.strip()
    assert SECRET not in said.replace(source, ""), "only the statement itself, which is ours, may be shown"


def test_upgrade_errors_contain_no_values(desk_url: str, store: Store) -> None:
    with pytest.raises(DeskctlError) as caught, convert_errors("here"), migrate.changing(desk_url) as connection:
        connection.execute(
            text("INSERT INTO plugin_revisions VALUES (:secret, :secret, 1), (:secret, :secret, 1)"),
            {"secret": SECRET},
        )
    assert SECRET not in error_output(caught.value)
    assert "plugin_revisions" in caught.value.what


def test_errors_of_several_rows_contain_no_values(
    store: Store, desk_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    if not desk_url.startswith("postgresql"):
        pytest.skip("only PostgreSQL shows the row")
    full = "RAISE EXCEPTION 'the disk is full' USING ERRCODE = '53100'"
    store.with_connection(
        lambda unit, connection: connection.execute(
            text(
                f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {full}; END $$;"
                "CREATE TRIGGER refuse BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION refuse()"
            )
        )
    )
    with pytest.raises(Unavailable, match="the disk is full") as caught:
        store.journal.append([mail(f"{SECRET} {number}") for number in range(10)])
    assert SECRET not in error_output(caught.value)
