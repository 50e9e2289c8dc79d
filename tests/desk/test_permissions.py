"""Permissions without a daemon: users who do not own the desk are agents, ingest users, or have no access."""

from __future__ import annotations

import base64
import os
import pwd
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deskctl.bootstrap import load, open_components
from deskctl.cli.commands.operations.db import db
from deskctl.cli.context import CliContext
from deskctl.core.agents.commands import AddAgent, ChangeAgent
from deskctl.core.agents.queries import ListAgents
from deskctl.core.contacts.commands import EraseContact
from deskctl.core.intake.queries import ListInbox
from deskctl.core.messages.commands import Note
from deskctl.core.tickets.commands import Create
from deskctl.core.tickets.queries import ListTickets, ShowTicket
from deskctl.desk import Desk
from deskctl.desk.local import LocalDesk
from deskctl.errors import Refused
from tests.daemon.running import make_desk

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="only root can be several users in one test")

MAIL = base64.b64encode(b"From: Ann <ann@example.org>\nSubject: Printer\nMessage-ID: <a@b>\n\nIt burns.\n").decode()
CHANNEL = '[channels.ops]\ntype = "console"\nteam = "support"\ninbox = "in"\nanswers = "out.jsonl"\n'


@contextmanager
def being(user: str | int) -> Iterator[None]:
    """Run a block as another user."""
    os.seteuid(user if isinstance(user, int) else pwd.getpwnam(user).pw_uid)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder(desk_url: str) -> Iterator[Path]:
    """The desk of the account `daemon` with the ingest user `mail` and a configuration that all users can read."""
    with tempfile.TemporaryDirectory(prefix="desk-") as outer:
        Path(outer).chmod(0o755)
        folder = make_desk(Path(outer) / "desk", desk_url, CHANNEL)
        config = folder / "config.toml"
        config.write_text(config.read_text().replace("[desk]\n", '[desk]\ningest_users = ["mail"]\n'))
        owner = pwd.getpwnam("daemon").pw_uid
        for path in (folder, config):
            os.chown(path, owner, -1)
            path.chmod(0o755)
        yield folder


@pytest.fixture
def desk_of(folder: Path) -> Iterator[Callable[[str | int], Desk]]:
    """`desk_of(USER)` returns a local desk opened by that user, with the agents ana and eve and a ticket."""
    components = open_components(*load(folder / "config.toml"))

    def opened(user: str | int) -> Desk:
        with being(user):
            return LocalDesk(components)

    desk = opened("root")
    desk.execute(AddAgent("ana", "Ana", "ana@acme.test"))
    desk.execute(AddAgent("eve", "Eve", "eve@acme.test", login="games"))
    desk.execute(Create("ann@example.org", "Printer", "It burns."), agent="ana")
    yield opened
    components.store.close()


def attempts(desk: Desk, agent: str | None = None) -> dict[str, Callable[[], object]]:
    """Return requests that agents and the owner may make."""
    return {
        "list": lambda: desk.ask(ListTickets(), agent=agent),
        "show": lambda: desk.ask(ShowTicket(1), agent=agent),
        "inbox": lambda: desk.ask(ListInbox(), agent=agent),
        "agents": lambda: desk.ask(ListAgents(), agent=agent),
        "channels": lambda: desk.call("channels", agent=agent),
        "suggest": lambda: desk.call("suggest", ticket=1, agent=agent),
        "request": lambda: desk.request("kb.search", text="printer", agent=agent),
        "erase": lambda: desk.execute(EraseContact(1), agent=agent, dry_run=True),
    }


@pytest.mark.parametrize("user", ["nobody", "mail", 54_321])
@pytest.mark.parametrize("claim", [None, "ana", "eve"])
def test_user_without_an_agent_may_do_nothing(desk_of: Callable[..., Desk], user: str | int, claim: str | None) -> None:
    desk = desk_of(user)
    assert (desk.info.agent, desk.info.agents) == (None, ())
    for attempt in attempts(desk, claim).values():
        with pytest.raises(Refused):
            attempt()
    with pytest.raises(Refused):
        desk.execute(Note(1, "hello"), agent=claim)


def test_agent_acts_as_themselves_and_may_not_administer(desk_of: Callable[..., Desk]) -> None:
    desk = desk_of("games")
    assert desk.info.agent == "eve"
    for attempt in attempts(desk).values():
        attempt()
    desk.execute(Note(1, "hello"))
    assert desk.ask(ShowTicket(1))["messages"][-1]["author"] == "eve"
    for attempt in attempts(desk, "ana").values():
        with pytest.raises(Refused, match="may not act as ana"):
            attempt()
    for refused in (
        lambda: desk.execute(ChangeAgent("ana", login="games")),
        lambda: desk.call("channel_test", name="ops"),
        lambda: desk.call("reparse"),
        lambda: desk.call("job_drop", job=1),
        lambda: desk.call("ingest", raw_base64=MAIL, channel="ops"),
    ):
        with pytest.raises(Refused):
            refused()


@pytest.mark.parametrize("user", ["mail", "daemon", "root"])
def test_ingest_users_and_the_owner_may_ingest_without_a_daemon(desk_of: Callable[..., Desk], user: str) -> None:
    assert desk_of(user).call("ingest", raw_base64=MAIL, channel="ops") == {"channel": "ops", "new": True}


@pytest.mark.parametrize("user", ["daemon", "root"])
def test_owner_reads_and_administers_without_an_agent(desk_of: Callable[..., Desk], user: str) -> None:
    desk = desk_of(user)
    for agent in (None, "ana"):
        for attempt in attempts(desk, agent).values():
            attempt()
    desk.execute(ChangeAgent("ana", name="Anna"))


@pytest.mark.parametrize("word", ["upgrade", "reindex"])
def test_only_the_owner_may_change_the_store(folder: Path, word: str) -> None:
    context = CliContext()
    context.config, context.json = str(folder / "config.toml"), True
    db.main([word], obj=context, standalone_mode=False)
    with being("nobody"), pytest.raises(Refused, match="nobody may not change the store"):
        db.main([word], obj=context, standalone_mode=False)
