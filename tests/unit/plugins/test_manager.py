"""Loading of plugins: a plugin that fails is reported and disabled, the others work."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from deskctl.config import check, plugins_table
from deskctl.config.schema import PluginsTable
from deskctl.plugins.manager import PluginRow, Plugins, load
from deskctl.plugins.version import incompatibility

GOOD = """
from dataclasses import dataclass
from deskctl.plugins import ChannelType, InboundMessage, hookimpl

@dataclass(frozen=True)
class Pigeon:
    loft: str
    feathers: int = 2

def parse(raw, envelope):
    return InboundMessage(None, None, "", "", "", digest="")

@hookimpl
def deskctl_channels():
    return [ChannelType(kind="KIND", config=Pigeon, open=lambda config, context: None, parse=parse)]
"""

IMPORT = "from deskctl.plugins import hookimpl\n"

BAD = {
    "does_not_parse": ("def (:\n", "SyntaxError"),
    "fails_at_import": ("import no_such_module\n", "No module named 'no_such_module'"),
    "exits_at_import": ("raise SystemExit(3)\n", "SystemExit: 3"),
    "has_no_hook": ("x = 1\n", "no hooks found"),
    "forgot_the_mark": ("def deskctl_channels():\n    return []\n", "not marked with @hookimpl"),
    "unknown_hook": (IMPORT + "@hookimpl\ndef deskctl_chanels():\n    return []\n", "did you mean deskctl_channels?"),
    "async_hook": (IMPORT + "@hookimpl\nasync def deskctl_channels():\n    return []\n", "must not be async"),
    "async_generator": (IMPORT + "@hookimpl\nasync def deskctl_channels():\n    yield 1\n", "must not be async"),
    "wrong_arguments": (IMPORT + "@hookimpl\ndef deskctl_channels(desk):\n    return []\n", "desk"),
    "wraps_others": (IMPORT + "@hookimpl(wrapper=True)\ndef deskctl_channels():\n    return (yield)\n", "not wrap"),
    "raises_in_its_hook": (IMPORT + "@hookimpl\ndef deskctl_channels():\n    1 / 0\n", "ZeroDivisionError"),
    "raises_half_way": (
        GOOD.replace("KIND", "half").replace("    return [", "    yield from [") + "    1 / 0\n",
        "ZeroDivisionError",
    ),
    "exits_in_its_hook": (IMPORT + "@hookimpl\ndef deskctl_channels():\n    raise SystemExit\n", "SystemExit"),
    "gives_no_list": (IMPORT + "@hookimpl\ndef deskctl_channels():\n    return 3\n", "TypeError"),
    "gives_no_type": (IMPORT + "@hookimpl\ndef deskctl_channels():\n    return ['pigeon']\n", "not a ChannelType"),
    "config_is_no_class": (GOOD.replace("config=Pigeon", "config=dict").replace("KIND", "x"), "a dataclass"),
    "config_takes_our_key": (GOOD.replace("loft:", "team:").replace("KIND", "x"), "must not contain 'team'"),
}

API = (
    "from dataclasses import dataclass\nfrom deskctl.plugins import *\n\n@dataclass\nclass Params:\n    x: int = 0\n\n"
)
AUTOMATION = API + "@hookimpl\ndef deskctl_automations():\n    return [AutomationType(GIVEN)]\n"
ACTION = API + "@hookimpl\ndef deskctl_actions():\n    return [ActionType(GIVEN)]\n"
REQUEST = API + "@hookimpl\ndef deskctl_requests():\n    return [RequestType(GIVEN)]\n"

BAD_API = {
    "of_a_later_api": (IMPORT + "deskctl_api = 2\n", "written for version 2 of the plugin API"),
    "no_automation": (AUTOMATION.replace("AutomationType(GIVEN)", "3"), "not an AutomationType"),
    "unknown_event": (AUTOMATION.replace("GIVEN", "'a', frozenset({'ticket_craeted'}), print"), "mean ticket_created"),
    "no_event": (AUTOMATION.replace("GIVEN", "'a', frozenset(), print"), "has no kinds of events"),
    "endless": (AUTOMATION.replace("GIVEN", "'a', frozenset({'tagged'}), print, 1e9"), "at most 600 seconds"),
    "another_name": (REQUEST.replace("GIVEN", "'console.list', Params, print"), "must begin with that of the plugin"),
    "no_params": (REQUEST.replace("GIVEN", "'no_params.list', int, print"), "must be a dataclass"),
    "unsendable": (
        REQUEST.replace("GIVEN", "'unsendable.list', Params, print").replace("x: int", "x: dict"),
        "unsupported type",
    ),
    "reserved": (REQUEST.replace("GIVEN", "'reserved.list', Params, print").replace("x: int", "agent: int"), "'agent'"),
    "twice": (REQUEST.replace("[RequestType(GIVEN)]", "[RequestType('twice.a', Params, print)] * 2"), "twice"),
    "no_action": (ACTION.replace("ActionType(GIVEN)", "3"), "not an ActionType"),
    "no_word": (ACTION.replace("GIVEN", "'pager.page', print"), "has an invalid name"),
    "no_call": (ACTION.replace("GIVEN", "'page', 'run'"), "is not callable"),
    "no_form": (ACTION.replace("GIVEN", "'page', print, form='A ROTA'"), "must be one word"),
    "no_end": (ACTION.replace("GIVEN", "'page', print, seconds=0"), "at most 600 seconds"),
    "same_action": (
        ACTION.replace("[ActionType(GIVEN)]", "[ActionType('page', print)] * 2"),
        "the action 'page' twice",
    ),
    "same_name": (
        ACTION.replace("GIVEN", "'page', print")
        + "@hookimpl\ndef deskctl_automations():\n    return [AutomationType('page', frozenset({'tagged'}), print)]\n",
        "defines an automation and an action with the name 'page'",
    ),
    "no_tables": (API + "@hookimpl\ndef deskctl_tables():\n    return 'a.b'\n", "not PluginTables"),
    "no_settings": (API + "@hookimpl\ndef deskctl_config():\n    return dict\n", "attrs class or a dataclass"),
}
BAD.update(BAD_API)

LoadFiles = Callable[..., Plugins]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "plugins"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def load_files(folder: Path) -> LoadFiles:
    def write_and_load(
        files: Mapping[str, str], environ: Mapping[str, str] | None = None, **section: object
    ) -> Plugins:
        for name, text in files.items():
            (folder / f"{name}.py").write_text(text)
            (folder / f"{name}.py").chmod(0o600)
        return load(PluginsTable(dir=folder, **section), environ or {})  # type: ignore[arg-type]

    return write_and_load


def row(plugins: Plugins, name: str) -> PluginRow:
    return next(row for row in plugins.rows() if row["name"] == name)


def test_file_in_the_folder_is_loaded_as_plugin(load_files: LoadFiles, folder: Path) -> None:
    plugins = load_files({"pigeon": GOOD.replace("KIND", "pigeon")})

    assert "pigeon" in plugins.channel_types
    assert row(plugins, "pigeon") == {
        "name": "pigeon",
        "version": None,
        "source": str(folder / "pigeon.py"),
        "enabled": True,
        "channels": ["pigeon"],
        "requests": [],
        "automations": [],
        "suggestions": [],
        "actions": [],
        "tables": False,
        "hooks": ["deskctl_channels"],
        "error": None,
    }


def test_built_in_and_installed_plugins_are_loaded() -> None:
    plugins = load(environ={})

    assert {"console", "email"} <= set(plugins.channel_types)
    assert row(plugins, "console")["source"] == "built in"
    assert row(plugins, "email")["source"] == "deskctl-email"


@pytest.mark.parametrize("name", BAD)
def test_bad_plugin_is_disabled_and_others_are_loaded(name: str, load_files: LoadFiles) -> None:
    text, message = BAD[name]
    plugins = load_files({"a_good": GOOD.replace("KIND", "a"), name: text, "z_good": GOOD.replace("KIND", "z")})

    bad = row(plugins, name)
    assert not bad["enabled"]
    assert bad["error"] is not None
    assert message in bad["error"]
    assert "\n" not in bad["error"]
    assert {"a", "z", "console", "email", "telegram"} == set(plugins.channel_types)
    assert name in plugins.disabled_reasons()


def test_second_plugin_with_the_same_channel_kind_is_disabled(load_files: LoadFiles) -> None:
    plugins = load_files({"one": GOOD.replace("KIND", "coo"), "two": GOOD.replace("KIND", "coo")})

    error = row(plugins, "two")["error"]
    assert error is not None
    assert "one" in error
    assert "two" in error
    assert row(plugins, "one")["channels"] == ["coo"]
    assert "coo" in plugins.channel_types


def test_second_plugin_with_the_same_suggestion_is_disabled(load_files: LoadFiles) -> None:
    text = API + "@hookimpl\ndef deskctl_suggest():\n    return [SuggestionType('coo', print, print)]\n"

    plugins = load_files({"one": text, "two": text})

    assert "one and two both define the suggestion 'coo'" in str(row(plugins, "two")["error"])
    assert plugins.suggestions["coo"].plugin == "one"


def test_silenced_plugin_keeps_only_its_channels(load_files: LoadFiles) -> None:
    text = AUTOMATION.replace("GIVEN", "'a', frozenset({'tagged'}), print")
    plugins = load_files({"one": text + GOOD.replace("KIND", "coo"), "two": text}, only=("one", "two"))
    assert plugins.event_kinds() == {"one.a": frozenset({"tagged"}), "two.a": frozenset({"tagged"})}

    plugins.disable("one", "it hangs")

    assert list(plugins.event_kinds()) == ["two.a"]
    assert (row(plugins, "one")["enabled"], row(plugins, "one")["error"]) == (False, "it hangs")
    assert "coo" in plugins.channel_types, "each channel is supervised separately"


def test_actions_of_two_plugins_may_have_the_same_name(load_files: LoadFiles) -> None:
    text = ACTION.replace("GIVEN", "'page', print, job=print")

    plugins = load_files({"one": text, "two": text}, only=("one", "two"))

    assert list(plugins.actions) == list(plugins.jobs) == ["one.page", "two.page"]
    assert row(plugins, "one")["actions"] == ["page"]
    plugins.disable("one", "it hangs")
    assert list(plugins.actions) == list(plugins.jobs) == ["two.page"]


@pytest.mark.parametrize(
    ("requires", "message"),
    [
        (["deskctl>=0.1", "click"], None),
        (["deskctl>=99 ; extra == 'later'", "deskctl-email>=99"], None),
        (["Deskctl >=99,<100"], "it needs deskctl"),
        (["deskctl >= (("], "cannot be read"),
    ],
)
def test_plugin_for_another_deskctl_version_is_disabled(requires: list[str], message: str | None) -> None:
    why = incompatibility(object(), requires)

    assert (why is None) if message is None else (why is not None and message in why)


def test_file_cannot_replace_an_installed_plugin(load_files: LoadFiles, folder: Path) -> None:
    plugins = load_files({"email": GOOD.replace("KIND", "fake")})

    assert "fake" not in plugins.channel_types
    assert "email" in plugins.channel_types
    assert "both called email" in str(row(plugins, f"email ({folder / 'email.py'})")["error"])


@pytest.mark.parametrize(
    ("environ", "section", "loaded"),
    [
        ({}, {}, {"console", "email", "pigeon"}),
        ({"DESKCTL_PLUGINS": "none"}, {}, set()),
        ({"DESKCTL_PLUGINS": ""}, {}, set()),
        ({"DESKCTL_PLUGINS": "email, pigeon"}, {}, {"email", "pigeon"}),
        ({"DESKCTL_PLUGINS": "email,pigeon"}, {"disabled": ("pigeon",)}, {"email"}),
        ({}, {"disabled": ("email", "console")}, {"pigeon"}),
        ({}, {"only": ("console",)}, {"console"}),
    ],
)
def test_loaded_plugins_can_be_limited(
    environ: dict[str, str], section: dict[str, tuple[str, ...]], loaded: set[str], load_files: LoadFiles
) -> None:
    plugins = load_files({"pigeon": GOOD.replace("KIND", "pigeon")}, environ, **section)

    ours = {"console", "email", "pigeon"}
    assert set(plugins.channel_types) & ours == loaded
    off = [row for row in plugins.rows() if not row["enabled"]]
    assert {row["name"] for row in off} & ours == ours - loaded
    assert all(row["error"] is None for row in off)


def test_disabled_plugin_is_not_imported(load_files: LoadFiles, tmp_path: Path) -> None:
    trace = tmp_path / "imported"
    load_files({"spy": f"open({str(trace)!r}, 'w').close()\n"}, disabled=("spy",))

    assert not trace.exists()


def test_folder_writable_by_others_is_ignored(load_files: LoadFiles, folder: Path, tmp_path: Path) -> None:
    trace = tmp_path / "imported"
    folder.chmod(0o777)

    plugins = load_files({"spy": f"open({str(trace)!r}, 'w').close()\n"})

    assert not trace.exists()
    assert "is writable by all users" in str(row(plugins, str(folder))["error"])
    assert "console" in plugins.channel_types


def test_file_writable_by_others_is_not_executed(load_files: LoadFiles, folder: Path, tmp_path: Path) -> None:
    trace = tmp_path / "imported"
    load_files({"spy": f"open({str(trace)!r}, 'w').close()\n"}, disabled=("spy",))
    (folder / "spy.py").chmod(0o620)

    plugins = load_files({})

    assert not trace.exists()
    assert "is writable by its group" in str(row(plugins, "spy")["error"])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_folder_of_another_user_is_ignored(load_files: LoadFiles, folder: Path) -> None:
    os.chown(folder, 1, -1)

    plugins = load_files({"pigeon": GOOD.replace("KIND", "pigeon")})

    assert "pigeon" not in plugins.channel_types
    assert "not to you or root" in str(row(plugins, str(folder))["error"])


def test_missing_folder_does_not_affect_other_plugins(tmp_path: Path) -> None:
    plugins = load(PluginsTable(dir=tmp_path / "none"), {})

    assert "console" in plugins.channel_types
    assert "No such file" in str(row(plugins, str(tmp_path / "none"))["error"])


def test_plugin_can_be_switched_off_after_loading(load_files: LoadFiles) -> None:
    plugins = load_files({"pigeon": GOOD.replace("KIND", "pigeon")})

    plugins.remove("pigeon", "its hook took longer than 5 s")

    assert "pigeon" not in plugins.channel_types
    assert row(plugins, "pigeon")["error"] == "its hook took longer than 5 s"


def test_check_includes_the_tables_of_plugins(load_files: LoadFiles, tmp_path: Path, folder: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("""\
[desk]
[plugins]
dir = "plugins"
[channels.roof]
type = "pigeon"
laft = "north"
feathers = "many"
[channels.cellar]
type = "broken"
""")
    load_files({"pigeon": GOOD.replace("KIND", "pigeon"), "broken": "1 / 0\n"})

    plugins = load(plugins_table(config), {})
    report = check(config, plugins.channel_types, plugins.disabled_reasons())

    assert [(problem.line, problem.path) for problem in report.errors] == [
        (4, "channels.roof.loft"),
        (6, "channels.roof.laft"),
        (7, "channels.roof.feathers"),
        (9, "channels.cellar.type"),
    ]
    assert "(did you mean loft?)" in report.errors[1].what
    assert "the plugin broken is off: ZeroDivisionError" in report.errors[3].what


def test_unknown_plugin_name_produces_a_warning(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[desk]\n[plugins]\ndisabled = [\n  "console",\n  "emial",\n]\n')

    plugins = load(plugins_table(config), {})
    [warning] = check(config, plugins.channel_types, plugins.disabled_reasons()).warnings

    assert (warning.line, warning.path) == (5, "plugins.disabled[1]")
    assert "(did you mean email?)" in warning.what
    assert not row(plugins, "emial")["enabled"]
