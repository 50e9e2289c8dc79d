"""Requests and tables of plugins, with and without a daemon."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deskctl.bootstrap import load, open_desk
from deskctl.core.agents.commands import AddAgent
from deskctl.core.tickets.queries import ListTickets, ShowTicket
from deskctl.desk import Desk
from deskctl.errors import ConfigError, DeskctlError, NotFound, Refused, UsageError
from tests.daemon.running import command, make_desk, running

#: A plugin with a table of pigeons. Its request to send one also creates a ticket, in the same transaction.
PIGEONS = '''
from dataclasses import dataclass
from sqlalchemy import text
from deskctl.plugins import PluginTables, Refused, RequestType, Suggestion, SuggestionType, Words, hookimpl
from deskctl.plugins.actions import Create

@dataclass(frozen=True)
class Settings:
    """Where the pigeons live."""

    loft: str = "roof"

@dataclass(frozen=True)
class Send:
    name: str
    colours: tuple[str, ...] = ()
    then: str = ""

@dataclass(frozen=True)
class Count:
    pass

def send(params, context):
    context.connection.execute(text("INSERT INTO pigeons_sent (name) VALUES (:name)"), {"name": params.name})
    facts = context.execute(Create("bob@example.org", f"Pigeon {params.name}", "It flew."))
    if params.then == "refuse":
        raise Refused("no bird flies in this weather")
    if params.then == "fail":
        raise ValueError("secret words")
    if params.then == "table":
        context.connection.execute(text("SELECT 1 FROM pigeons_nowhere"))
    return {"number": facts["number"], "by": context.actor, "colours": list(params.colours)}

def count(params, context):
    sent = context.connection.execute(text("SELECT count(*) FROM pigeons_sent")).scalar_one()
    return {"sent": sent, "loft": context.config.loft}

@hookimpl
def deskctl_requests():
    return [RequestType("pigeons.send", Send, send, writes=True, needs_agent=True, description="Send one."),
            RequestType("pigeons.count", Count, count)]

@hookimpl
def deskctl_config():
    return Settings

@hookimpl
def deskctl_tables():
    return PluginTables("PACKAGE")

@hookimpl
def deskctl_suggest():
    return [SuggestionType("pigeons",
                           lambda ticket, context, limit: [Suggestion("pigeons:1", ticket["subject"], score=2.0)],
                           lambda reference, context: Words("Coo.", "A pigeon"))]
'''
WITHOUT_TABLES = PIGEONS.replace('PluginTables("PACKAGE")', "None")
FIRST = """
from sqlalchemy import text
def upgrade(connection):
    connection.execute(text("CREATE TABLE pigeons_sent (name TEXT PRIMARY KEY)"))
"""
FAILS = FIRST.replace("pigeons_sent (name TEXT PRIMARY KEY)", "nonsense (")
GREEDY = FIRST.replace("pigeons_sent", "others")

counter = iter(range(1000))


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Create a package of migrations that this process and its children can import."""
    name = f"pigeon_migrations_{next(counter)}"
    (tmp_path / "path" / name).mkdir(parents=True)
    (tmp_path / "path" / name / "__init__.py").touch()
    (tmp_path / "path" / name / "m0001.py").write_text(FIRST)
    monkeypatch.syspath_prepend(tmp_path / "path")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "path"))
    yield name
    for module in [module for module in sys.modules if module.startswith(name)]:
        del sys.modules[module]


@pytest.fixture
def folder(tmp_path: Path, desk_url: str, package: str) -> Path:
    folder = make_desk(tmp_path / "desk", desk_url, "", {"pigeons": PIGEONS.replace("PACKAGE", package)})
    with closing(open_desk(folder / "config.toml")) as desk:
        desk.execute(AddAgent("ana", "Ana", "ana@acme.test"))
    return folder


@pytest.fixture(params=["local", "served"])
def desk(request: pytest.FixtureRequest, folder: Path) -> Iterator[Desk]:
    if request.param == "local":
        with closing(open_desk(folder / "config.toml")) as desk:
            yield desk
    else:
        with running(folder) as daemon, closing(daemon.desk()) as desk:
            yield desk


def test_request_changes_plugin_tables_and_the_desk_in_one_transaction(desk: Desk) -> None:
    sent = desk.request("pigeons.send", name="흰둥이", colours=["white"])
    assert sent == {"number": 1, "by": "agent:ana", "colours": ["white"]}
    assert desk.request("pigeons.count") == {"sent": 1, "loft": "roof"}
    assert desk.ask(ShowTicket(1))["subject"] == "Pigeon 흰둥이"

    assert desk.request("pigeons.send", name="b", dry_run=True)["number"] == 2
    for then, kind, what in (
        ("refuse", Refused, "no bird flies"),
        ("fail", DeskctlError, "the plugin pigeons failed: ValueError"),
        ("table", DeskctlError, "the plugin pigeons failed: "),
    ):
        with pytest.raises(kind, match=what) as caught:
            desk.request("pigeons.send", name="b", then=then)
        assert "secret" not in str(caught.value)
    assert desk.request("pigeons.count")["sent"] == 1
    assert len(desk.ask(ListTickets())) == 1

    for name, params, kind, what in (
        ("pigeons.send", {}, UsageError, "needs name"),
        ("pigeons.send", {"name": 3}, UsageError, "must be text, not a number"),
        ("pigeons.count", {"nam": "x"}, UsageError, "has no field nam"),
        ("pigeons.cuont", {}, NotFound, "did you mean pigeons.count"),
        ("doves.count", {}, NotFound, "there is no plugin doves"),
    ):
        with pytest.raises(kind, match=what):
            desk.request(name, **params)

    [row] = desk.call("suggest", ticket=1, limit=3)
    assert (row["reference"], row["title"], row["plugin"]) == ("pigeons:1", "Pigeon 흰둥이", "pigeons")
    assert desk.call("insert", reference="pigeons:1", ticket=1)["text"] == "Coo."
    with pytest.raises(NotFound, match="no suggestion doves:1"):
        desk.call("insert", reference="doves:1", ticket=1)

    shown = desk.call("plugin", name="pigeons")
    assert shown["tables"] == ["m0001"]
    assert shown["config"] == [{"key": "loft", "value": "text", "default": '"roof"', "required": False}]
    assert shown["config_help"] == "Where the pigeons live."
    assert [request["name"] for request in shown["requests"]] == ["pigeons.count", "pigeons.send"]


def test_failed_migration_is_rolled_back_and_disables_only_its_plugin(
    folder: Path, package: str, tmp_path: Path
) -> None:
    second = tmp_path / "path" / package / "m0002.py"
    for text, said in ((FAILS, "m0002 failed"), (GREEDY, "may not make or drop the table others")):
        second.write_text(text)
        sys.modules.pop(f"{package}.m0002", None)
        with closing(open_desk(folder / "config.toml")) as desk:
            row = next(row for row in desk.call("plugins") if row["name"] == "pigeons")
            assert not row["enabled"]
            assert said in row["error"]
            with pytest.raises(NotFound, match="the plugin pigeons is off"):
                desk.request("pigeons.count")
            assert desk.ask(ListTickets()) == []
    second.write_text("def upgrade(connection):\n    pass\n")
    assert "created the tables of pigeons: m0002" in command(folder, "db", "upgrade").stdout
    status = command(folder, "db", "status")
    assert (status.returncode, "pigeons: m0001, m0002" in status.stdout) == (0, True)


def test_configuration_table_of_a_plugin_is_checked(folder: Path) -> None:
    config = folder / "config.toml"
    whole = config.read_text()
    for table, said in (
        ("[plugins.pigeons]\nloft = 3\n", "plugins.pigeons.loft: must be text"),
        ("[plugins.pigeons]\nlfot = 'x'\n", "did you mean loft"),
        ("[plugins.pigoens]\n", "no plugin is called pigoens (did you mean pigeons?)"),
        ("[plugins.console]\n", "the plugin console has no settings"),
    ):
        config.write_text(whole + table)
        with pytest.raises(ConfigError) as caught:
            load(config)
        assert any(said in problem and "config.toml:" in problem for problem in caught.value.problems), caught.value
    config.write_text(whole + "[plugins.pigeons]\nloft = 'tower'\n")
    with closing(open_desk(config)) as desk:
        assert desk.request("pigeons.count")["loft"] == "tower"


def test_plugin_is_disabled_and_enabled_and_comments_are_kept(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    folder = make_desk(tmp_path / "desk", url, "", {"pigeons": WITHOUT_TABLES})
    config = folder / "config.toml"
    config.write_text("# ours\n" + config.read_text())
    before = config.read_text()
    assert "disabled pigeons" in command(folder, "plugin", "disable", "pigeons").stdout
    assert 'disabled = ["pigeons"]' in config.read_text()
    assert "state off" in " ".join(command(folder, "plugin", "show", "pigeons").stdout.split())
    assert "already" in command(folder, "plugin", "disable", "pigeons").stdout
    assert "enabled pigeons" in command(folder, "plugin", "enable", "pigeons").stdout
    assert config.read_text() == before
    wrong = command(folder, "plugin", "disable", "pigoens")
    assert (wrong.returncode, "did you mean pigeons" in wrong.stderr) == (3, True)
