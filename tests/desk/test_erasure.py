"""A plugin that fails stops the whole erasure, is named, and the erasure can be repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from deskctl.bootstrap import open_desk
from deskctl.core.agents.commands import AddAgent
from deskctl.core.contacts.commands import EraseContact
from deskctl.core.contacts.queries import ShowContact
from deskctl.core.search.queries import SearchMessages
from deskctl.core.tickets.commands import Create
from deskctl.errors import Refused
from tests.daemon.running import make_desk, running

PLUGIN = """
import pathlib
from deskctl.plugins import EraseType, hookimpl

def forget(person, context):
    told = pathlib.Path(__file__).with_name("told")
    if not told.exists():
        raise ValueError("zebra")
    told.write_text(repr((person.contacts, person.tickets, person.messages, person.addresses, person.names)))

@hookimpl
def deskctl_erase():
    return [EraseType("visits", forget)]
"""
CHANNELS = '[channels.ops]\ntype = "console"\nteam = "support"\ninbox = "in"\nanswers = "out.jsonl"\n'


@pytest.mark.parametrize("served", [False, True])
def test_failing_plugin_stops_the_erasure_which_can_be_repeated(tmp_path: Path, desk_url: str, served: bool) -> None:
    folder = make_desk(tmp_path / "desk", desk_url, CHANNELS, {"visits": PLUGIN})
    plugins = folder / "plugins"

    def erase() -> None:
        desk = open_desk(str(folder / "config.toml"))
        try:
            desk.execute(AddAgent("mina", "Mina", "mina@acme.test", ("support",)))
            if not desk.ask(SearchMessages("capacitor"))["hits"]:
                create = Create("zebra@example.org", "Leak", "The capacitor leaks.", sender_name="Zebra Kim")
                desk.execute(create, agent="mina")
            with pytest.raises(Refused, match="nothing was erased: the plugin visits failed: ValueError") as refused:
                desk.execute(EraseContact(1), agent="mina")
            assert "disable the plugin visits" in refused.value.hint
            assert desk.ask(ShowContact(1))["name"] == "Zebra Kim" and desk.ask(SearchMessages("capacitor"))["hits"]
            (plugins / "told").write_text("")
            desk.execute(EraseContact(1), agent="mina")
            assert desk.ask(SearchMessages("capacitor"))["hits"] == []
        finally:
            desk.close()

    if served:
        with running(folder):
            erase()
    else:
        erase()
    assert (plugins / "told").read_text() == "((1,), (1,), (1,), ('zebra@example.org',), ('Zebra Kim',))"
