"""Stores of earlier versions open and upgrade without loss of data."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from deskctl.core.features import execute
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.command import Command
from deskctl.core.kernel.settings import Settings
from deskctl.core.messages.channels import ChannelInfo, Channels
from deskctl.core.messages.commands import Note, Reply
from deskctl.core.search.queries import SearchMessages
from deskctl.core.tickets.queries import ListTickets, ShowTicket
from deskctl.core.undo.commands import Undo
from deskctl.store import Store, migrate, revision

WRITTEN = Path(__file__).parent / "written"
SUPPORT = ChannelInfo("support", "email", "support@acme.test", team="support", sends=True)


@pytest.fixture
def opened(written: str) -> Iterator[Store]:
    """Upgrade and open the copy."""
    migrate.upgrade(written)
    store = Store.open(written, Settings().with_features(Channels({"support": SUPPORT})))
    yield store
    store.close()


@pytest.fixture
def written(request: pytest.FixtureRequest, store_url: str, tmp_path: Path) -> str:
    """Return the URL of a copy of a store that an earlier version wrote."""
    stem = request.param
    if store_url.startswith("sqlite"):
        (tmp_path / "desk.db").write_bytes(gzip.decompress((WRITTEN / f"{stem}.sqlite.gz").read_bytes()))
        return store_url
    dump = gzip.decompress((WRITTEN / f"{stem}.postgresql.sql.gz").read_bytes())
    with psycopg.connect(store_url, autocommit=True) as connection:
        connection.execute(dump)
    return store_url


every_version = pytest.mark.parametrize("written", ["revision-0009"], indirect=True)


@every_version
def test_earlier_store_upgrades_to_current_tables(written: str) -> None:
    assert migrate.upgrade(written).revision == "0009"
    assert migrate.status(written).revision == revision.HEAD
    engine = create_engine(written.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        options = migrate.options(connection)
        context = MigrationContext.configure(opts=options, connection=options.pop("connection"))
        left = [change for change in compare_metadata(context, options["target_metadata"]) if not _of_plugin(change)]
        assert left == []
    engine.dispose()


@every_version
def test_earlier_store_keeps_its_tickets_and_texts(opened: Store) -> None:
    tickets = {row["number"]: row for row in opened.ask(ListTickets(all=True))}
    assert len(tickets) == 9
    assert tickets[2]["subject"] == "환불 문의"
    assert tickets[2]["status"] == "solved"
    shown = opened.ask(ShowTicket(1))
    words = {m["visible_text"].strip() for m in shown["messages"]}
    assert {"It burns.", "We are on it.", "asked finance", "See file."} <= words
    assert [hit["number"] for hit in opened.ask(SearchMessages("환불 방법"))["hits"]] == [2]


@every_version
def test_agents_can_work_in_an_upgraded_store(opened: Store) -> None:
    agent = Actor.agent("agent1")
    commands: tuple[Command, ...] = (Note(1, "after the upgrade"), Reply(3, "Back again.", force=True), Undo())
    for command in commands:
        opened.transaction(lambda unit, command=command: execute(unit, command, agent))
    assert opened.ask(ShowTicket(1))["messages"][-1]["visible_text"] == "after the upgrade"


def _of_plugin(change: Any) -> bool:
    """Return True if a difference is a plugin's own table or its index, which core does not declare."""
    item = change[1]
    table = getattr(item, "table", item)
    return str(table.name).startswith("kb_") or str(table.name).startswith("plugin_kb")
