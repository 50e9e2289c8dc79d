"""Rebuilding the search index continues after an interruption; searches fail until it is complete."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from deskctl.core.kernel.settings import Settings
from deskctl.core.kernel.unit import Unit
from deskctl.core.messages.repository import Messages
from deskctl.core.search.queries import SearchContacts, SearchMessages
from deskctl.errors import Unavailable
from deskctl.store import Store, migrate
from deskctl.store.search import rebuild
from tests.store.build import add_message, open_ticket

MESSAGES = 12


@pytest.fixture
def old_index(store: Store, desk_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the URL of a store with an index of an earlier version, in batches of five."""
    monkeypatch.setattr(rebuild, "PORTION", 5)

    def work(unit: Unit) -> None:
        for n in range(MESSAGES):
            open_ticket(unit, address=f"user{n}@example.org", text=f"ＷＯＲＤ{n}")

    store.transaction(work)
    _run(desk_url, "UPDATE search_progress SET version = 1")
    return desk_url


def _run(url: str, statement: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


class _Stop(Exception):
    """Interrupt the indexing, as Ctrl-C does."""


def _stop_after(portions: int) -> Callable[[int, int], None]:
    done_counts: list[int] = []

    def report(done: int, total: int) -> None:
        done_counts.append(done)
        if len(done_counts) > portions:
            raise _Stop

    return report


def test_old_index_is_not_searched(old_index: str, reopen: Callable[..., Store]) -> None:
    store = reopen()
    for query in (SearchMessages("word1"), SearchContacts("user1")):
        with pytest.raises(Unavailable, match="not complete") as refused:
            store.ask(query)
        assert "db upgrade" in refused.value.hint
    with pytest.raises(Unavailable, match="not complete"):
        store.require_index()


@pytest.mark.parametrize("build", [migrate.upgrade, migrate.reindex])
@pytest.mark.parametrize("portions", [0, 2, 4])
def test_indexing_continues_where_it_was_interrupted(
    old_index: str, reopen: Callable[..., Store], portions: int, build: Callable[..., object]
) -> None:
    with pytest.raises(_Stop):
        build(old_index, _stop_after(portions))
    before = migrate.index_progress(old_index)
    assert before.done == min(5 * portions, MESSAGES + 5 * max(portions - 3, 0)) and not before.complete
    done_counts: list[tuple[int, int]] = []
    build(old_index, lambda done, total: done_counts.append((done, total)))
    assert done_counts[0][0] >= before.done and done_counts[-1] == (2 * MESSAGES, 2 * MESSAGES)
    assert migrate.index_progress(old_index).complete
    store = reopen()
    store.require_index()
    for n in range(MESSAGES):
        assert [hit["number"] for hit in store.ask(SearchMessages(f"word{n}"))["hits"]] == [n + 1]
        assert len(store.ask(SearchContacts(f"user{n}@example.org"))) == 1


def test_messages_written_during_indexing_are_found(old_index: str, reopen: Callable[..., Store]) -> None:
    with pytest.raises(_Stop):
        migrate.upgrade(old_index, _stop_after(1))
    store = reopen()

    def work(unit: Unit) -> None:
        Messages.of(unit).withdraw(Messages.of(unit).heads(2)[0].id)  # was indexed before
        Messages.of(unit).withdraw(Messages.of(unit).heads(11)[0].id)  # was not
        add_message(unit, 12, text="ＬＡＴＥ")

    store.transaction(work)
    migrate.upgrade(old_index)
    assert [hit["number"] for hit in store.ask(SearchMessages("late"))["hits"]] == [12]
    for n in range(MESSAGES):
        assert len(store.ask(SearchMessages(f"word{n}"))["hits"]) == (0 if n in (1, 10) else 1)


def test_killed_upgrade_continues(old_index: str, tmp_path: Path, reopen: Callable[..., Store]) -> None:
    (tmp_path / "fault").write_text("KILL index.portion.commit 2\n")
    script = (
        "import sys; from deskctl.store import migrate; from deskctl.store.search import rebuild; rebuild.PORTION = 5; "
        "migrate.upgrade(sys.argv[1])"
    )
    command = [sys.executable, "-c", script, old_index]
    killed = subprocess.run(command, env={"DESKCTL_FAULT": str(tmp_path), "PATH": ""}, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert migrate.index_progress(old_index).done == 5
    assert migrate.upgrade(old_index).pending == []
    store = reopen()
    assert len(store.ask(SearchMessages("word7"))["hits"]) == 1


def test_new_store_has_a_complete_index(store_url: str) -> None:
    migrate.upgrade(store_url)
    store = Store.open(store_url, Settings())
    store.require_index()
    store.close()
