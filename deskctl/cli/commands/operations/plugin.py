"""`deskctl plugin`."""

from __future__ import annotations

from typing import Any

import click

from ....i18n import Text
from ...context import CliContext
from ...messages import _
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
    field("actions", extra=True),
    field("tables", extra=True),
    field("hooks", extra=True),
    field("error", least=16),
)
HOOKS = (
    field("hook"),
    field("does", least=24, shown=lambda row: Text(row["does"], {})),
    field("plugins"),
    field("signature", extra=True),
)


def names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the names of plugins that begin with `incomplete`; [] without a desk."""
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
    """Manage and develop plugins."""


@plugin.command("list")
@columns(COLUMNS)
@click.pass_obj
def list_(context: CliContext) -> None:
    """List installed plugins with their state and error.

    $DESKCTL_PLUGINS and the table [plugins] select the plugins that load.

    \b
    Example:
      deskctl plugin list
    """
    context.emit(context.desk().call("plugins"), COLUMNS, empty=_("no plugins are installed"))


@plugin.command("show")
@click.argument("name", shell_complete=names)
@click.pass_obj
def show(context: CliContext, name: str) -> int:
    """Show what a plugin provides, and the keys of its table [plugins.NAME].

    Exits with 1 if the plugin has failed.

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
        ("source", found["source"]),
        ("state", state),
        ("hooks", ", ".join(found["hooks"])),
        ("channels", ", ".join(found["channels"])),
        ("tables", ", ".join(found["tables"])),
        ("suggestions", ", ".join(found["suggestions"])),
    ]
    lines = [f"{name:<12}{value}" for name, value in facts if value]
    for request in found["requests"]:
        access = "writes" if request["writes"] else "reads"
        agent = ", agents only" if request["needs_agent"] else ""
        lines.append(f"{'request':<12}{request['name']} ({access}{agent}){_description(request)}")
    lines += [f"{'automation':<12}{a['name']} on {', '.join(a['on'])}{_description(a)}" for a in found["automations"]]
    lines += [f"{'action':<12}{a['name']}={a['form']}{_description(a)}" for a in found["actions"]]
    if found["config"]:
        lines += ["", f"[plugins.{found['name']}]"]
        lines += [f"# {line}".rstrip() for line in found["config_help"].splitlines()]
        for key in found["config"]:
            default = "required" if key["required"] else f"default {key['default']}" if key["default"] else "optional"
            lines.append(f"{key['key']} = {key['value']}   # {default}")
    return lines


def _description(row: dict[str, Any]) -> str:
    return f": {row['description']}" if row["description"] else ""


@plugin.command("enable")
@click.argument("name", shell_complete=names)
@click.pass_obj
def enable(context: CliContext, name: str) -> None:
    """Enable a plugin: edits [plugins] in the configuration.

    \b
    Example:
      deskctl plugin disable kb && deskctl plugin enable kb
    """
    _set_enabled(context, name, True)


@plugin.command("disable")
@click.argument("name", shell_complete=names)
@click.pass_obj
def disable(context: CliContext, name: str) -> None:
    """Disable a plugin: edits [plugins] in the configuration. Its tables and jobs stay.

    \b
    Example:
      deskctl plugin disable kb && deskctl plugin enable kb
    """
    _set_enabled(context, name, False)


def _set_enabled(context: CliContext, name: str, on: bool) -> None:
    """Enable or disable a plugin. Raises NotFound, and Refused if a channel needs the plugin."""
    from ....bootstrap import load
    from ....config.plugin_toggle import set_plugin_enabled
    from ....core.values.suggestions import did_you_mean
    from ....errors import NotFound, Refused

    path = context.config_path()
    config, plugins = load(path)
    rows = {row["name"]: row for row in plugins.rows()}
    if name not in rows:
        what = _("no plugin {name}{suggestion}", name=name, suggestion=did_you_mean(name, rows))
        raise NotFound(what, _("list plugins with deskctl plugin list"))
    needed = [table.name for table in config.channels.values() if table.type in rows[name]["channels"]]
    if not on and needed:
        raise Refused(
            _("channel {channel} needs the plugin {name}", channel=needed[0], name=name),
            _("remove [channels.{channel}] from {file} first", channel=needed[0], file=path),
        )
    changed = set_plugin_enabled(path, name, on)
    context.release()
    runs = context.desk().info.daemon
    if context.json:
        context.document({"plugin": name, "enabled": on, "changed": changed, "restart": changed and runs})
        return
    if changed:
        context.say(_("enabled {name}", name=name) if on else _("disabled {name}", name=name))
    else:
        context.say(_("{name} is already enabled", name=name) if on else _("{name} is already disabled", name=name))
    if changed and runs:
        context.say(_("restart the daemon to apply the change"))


@plugin.command("hooks")
@columns(HOOKS)
@click.pass_obj
def hooks(context: CliContext) -> None:
    """List all hooks with their purpose and the plugins that implement them.

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
                "signature": f"{name}{inspect.signature(getattr(hookspecs, name))}".replace("'", ""),
                "does": purpose,
                "plugins": [row["name"] for row in rows if row["enabled"] and name in row["hooks"]],
            }
            for name, purpose in hook_purposes().items()
        ],
        HOOKS,
    )


def hook_purposes() -> dict[str, str]:
    """Return the first sentence of the documentation of each hook, by its name."""
    import inspect

    from ....plugins import hookspecs

    return {
        name: " ".join((inspect.getdoc(hook) or "").split()).partition(". ")[0].rstrip(".")
        for name, hook in vars(hookspecs).items()
        if name.startswith("deskctl_")
    }


plugin.add_command(new)
plugin.add_command(check)
plugin.add_command(jobs)
