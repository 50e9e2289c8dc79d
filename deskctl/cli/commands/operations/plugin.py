"""`deskctl plugin`."""

from __future__ import annotations

from typing import Any

import click

from ...context import CliContext
from ...options import columns
from ...output import Column, field
from .plugin_jobs import jobs
from .plugin_project import check, new

COLUMNS = (
    field("name"),
    field("version"),
    field("source", least=10),
    Column(
        "enabled",
        lambda row: row["enabled"],
        shown=lambda row: "on" if row["enabled"] else "failed" if row["error"] else "off",
        style=lambda row: "green" if row["enabled"] else "red" if row["error"] else "dim",
        heading="state",
    ),
    field("channels"),
    field("requests", extra=True),
    field("automations", extra=True),
    field("suggestions", extra=True),
    field("tables", extra=True),
    field("hooks", extra=True),
    field("error", least=16),
)
HOOKS = (field("hook"), field("does", least=24), field("plugins"), field("signature", extra=True))


def names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Plugins whose names complete an argument; without a desk there are none."""
    from ....errors import DeskctlError

    try:
        rows = ctx.obj.desk().call("plugins")
    except (DeskctlError, OSError):
        return []
    finally:
        ctx.obj.release()
    return [row["name"] for row in rows if row["name"].startswith(incomplete)]


@click.group("plugin")
def plugin() -> None:
    """Plugins: what is installed and what it brings."""


@plugin.command("list")
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext) -> None:
    """List plugins, and why one is off.

    $DESKCTL_PLUGINS and the table [plugins] limit what loads.

    \b
    Example:
      deskctl plugin list
    """
    context.emit(context.desk().call("plugins"), COLUMNS, empty="no plugins are installed")


@plugin.command("show")
@click.argument("name", shell_complete=names)
@click.pass_obj
def show(context: CliContext, name: str) -> int:
    """Show what a plugin brings, and the keys of its table [plugins.NAME].

    Exits with 1 when it has failed.

    \b
    Example:
      deskctl plugin show email
    """
    found = context.desk().call("plugin", name=name)
    context.release()
    if context.json:
        context.document(found)
    else:
        for line in _lines(found):
            context.say(line)
    return 1 if found["error"] else 0


def _lines(found: dict[str, Any]) -> list[str]:
    state = "on" if found["enabled"] else f"failed: {found['error']}" if found["error"] else "off"
    facts = [
        ("plugin", f"{found['name']} {found['version'] or ''}".strip()),
        ("from", found["source"]),
        ("state", state),
        ("hooks", ", ".join(found["hooks"])),
        ("channels", ", ".join(found["channels"])),
        ("tables", ", ".join(found["tables"])),
        ("suggests", ", ".join(found["suggestions"])),
    ]
    lines = [f"{what:<10}{value}" for what, value in facts if value]
    for request in found["requests"]:
        kind = "writes" if request["writes"] else "reads"
        agent = ", agents only" if request["needs_agent"] else ""
        lines.append(f"{'request':<10}{request['name']} ({kind}{agent}){_also(request)}")
    lines += [f"{'does':<10}{a['name']} on {', '.join(a['on'])}{_also(a)}" for a in found["automations"]]
    if found["config"]:
        lines += ["", f"[plugins.{found['name']}]"]
        lines += [f"# {line}".rstrip() for line in found["config_help"].splitlines()]
        for key in found["config"]:
            default = "required" if key["required"] else f"default {key['default']}" if key["default"] else "optional"
            lines.append(f"{key['key']} = {key['value']}   # {default}")
    return lines


def _also(row: dict[str, Any]) -> str:
    return f": {row['description']}" if row["description"] else ""


@plugin.command("enable")
@click.argument("name", shell_complete=names)
@click.pass_obj
def enable(context: CliContext, name: str) -> None:
    """Load a plugin again that was disabled: edits [plugins] of the configuration.

    \b
    Example:
      deskctl plugin disable kb && deskctl plugin enable kb
    """
    _switch(context, name, True)


@plugin.command("disable")
@click.argument("name", shell_complete=names)
@click.pass_obj
def disable(context: CliContext, name: str) -> None:
    """Load a plugin no more: edits [plugins] of the configuration. Its tables and jobs stay.

    \b
    Example:
      deskctl plugin disable kb && deskctl plugin enable kb
    """
    _switch(context, name, False)


def _switch(context: CliContext, name: str, on: bool) -> None:
    from ....bootstrap import load
    from ....config.plugin_toggle import set_plugin_enabled
    from ....core.values.suggestions import did_you_mean
    from ....errors import NotFound, Refused

    path = context.config_path()
    config, plugins = load(path)
    rows = {row["name"]: row for row in plugins.rows()}
    if name not in rows:
        raise NotFound(f"there is no plugin {name}{did_you_mean(name, rows)}", "deskctl plugin list")
    needed = [table.name for table in config.channels.values() if table.type in rows[name]["channels"]]
    if not on and needed:
        raise Refused(
            f"the channel {needed[0]} needs the plugin {name}", f"take [channels.{needed[0]}] out of {path} first"
        )
    changed = set_plugin_enabled(path, name, on)
    context.release()
    runs = context.desk().info.daemon
    state = "enabled" if on else "disabled"
    if context.json:
        context.document({"plugin": name, "enabled": on, "changed": changed, "restart": changed and runs})
        return
    context.say(f"{name} is {state}" if changed else f"{name} is {state} already")
    if changed and runs:
        context.say("restart the daemon, which goes on as it began")


@plugin.command("hooks")
@columns(HOOKS)
@click.pass_obj
def hooks(context: CliContext) -> None:
    """List every hook, what it is for, and the plugins that answer it.

    \b
    Example:
      deskctl plugin hooks --columns hook,signature
    """
    import inspect

    from ....plugins import hookspecs

    rows = context.desk().call("plugins")
    context.emit(
        [
            {
                "hook": name,
                "signature": f"{name}{inspect.signature(hook)}".replace("'", ""),
                "does": " ".join((inspect.getdoc(hook) or "").split()).partition(". ")[0].rstrip("."),
                "plugins": [row["name"] for row in rows if row["enabled"] and name in row["hooks"]],
            }
            for name, hook in vars(hookspecs).items()
            if name.startswith("deskctl_")
        ],
        HOOKS,
    )


plugin.add_command(new)
plugin.add_command(check)
plugin.add_command(jobs)
