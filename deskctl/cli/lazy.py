"""A group that imports a command only when it is called, not to list it.

Plugins add commands with the entry-point group `deskctl.commands`. This module reads entry_points.txt of the installed
distributions directly, because importlib.metadata takes as long as four short commands.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from typing import NamedTuple

import click

from ..i18n import Text, _, shell_languages, translate
from .commands import COMMANDS, SECTIONS
from .messages import LocalisedContext, shown
from .options import equip

PLUGIN_GROUP = "deskctl.commands"
#: The heading of the plugins' commands in `deskctl --help`.
FROM_PLUGINS = "From plugins"


class PluginEntry(NamedTuple):
    """A command of a plugin: its target, and the distribution that contains it."""

    target: str
    distribution: str


class LazyGroup(click.Group):
    """The root group. Commands of deskctl have priority; a plugin cannot replace them."""

    context_class = LocalisedContext

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *sorted(plugin_commands())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        known = COMMANDS.get(cmd_name) or plugin_commands().get(cmd_name)
        return None if known is None else load(known.target, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0].startswith("@"):  # a saved view
            args = ["list", *args]
        command = self.get_command(ctx, args[0])
        if command is None and not ctx.resilient_parsing:
            raise click.exceptions.NoSuchCommand(args[0], possibilities=self.list_commands(ctx), ctx=ctx)
        return args[0] if command else None, command, args[1:]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        languages = shell_languages() if isinstance(ctx, LocalisedContext) else ()
        sections = {title: [(n, e.help) for n, e in entries.items()] for title, entries in SECTIONS.items()}
        plugins = [(n, translate(commands_of(e), languages)) for n, e in sorted(plugin_commands().items())]
        if plugins:
            sections[FROM_PLUGINS] = plugins
        for title, rows in sections.items():
            if languages:
                from .localised_help import section

                title, rows = section(title, rows, languages)
            with formatter.section(title):
                formatter.write_dl(rows)


def commands_of(entry: PluginEntry) -> Text:
    """Return a summary of a plugin's command. Reading the command's own summary would import the plugin."""
    return _("Commands of {distribution}.", distribution=entry.distribution)


def load(target: str, name: str) -> click.Command:
    """Return the command at `module:attribute` with the common options. Raises click.ClickException."""
    module, _colon, attribute = target.partition(":")
    try:
        command = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        if module.partition(".")[0] == "deskctl":
            raise
        message = shown(_('the plugin command "{name}" cannot be loaded: {error}', name=name, error=error))
        raise click.ClickException(message) from error
    if not isinstance(command, click.Command):
        message = _('the plugin command "{name}" ({target}) is not a click command', name=name, target=target)
        raise click.ClickException(shown(message))
    return equip(command)


_plugins: dict[str, PluginEntry] | None = None


def plugin_commands() -> dict[str, PluginEntry]:
    """Return the commands of plugins by name; the first distribution on the path has priority."""
    global _plugins
    if _plugins is None:
        _plugins = {}
        for distribution, name, target in _entry_points(sys.path):
            if name not in COMMANDS:
                _plugins.setdefault(name, PluginEntry(target, distribution))
    return _plugins


def _entry_points(path: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (distribution, name, target) of the entry points in PLUGIN_GROUP.

    Format: https://packaging.python.org/specifications/entry-points/
    """
    from pathlib import Path

    for folder in path:
        try:
            infos = sorted(i for i in Path(folder).iterdir() if i.name.endswith((".dist-info", ".egg-info")))
        except OSError:
            continue
        for info in infos:
            try:
                text = (info / "entry_points.txt").read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError):
                continue
            if PLUGIN_GROUP not in text:
                continue
            section = ""
            for line in map(str.strip, text.splitlines()):
                if line.startswith("["):
                    section = line.strip("[] ")
                elif section == PLUGIN_GROUP and "=" in line and not line.startswith(("#", ";")):
                    name, _, target = line.partition("=")
                    yield info.name.partition("-")[0].replace("_", "-"), name.strip(), target.partition("[")[0].strip()
