"""Checks of channels, secrets, teams and the running daemon for `doctor` and `config check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ....config.secrets import Secret
from ....i18n import _, joined

if TYPE_CHECKING:
    from ....config import Config
    from ....desk import Desk

#: The maximum depth of tables that are searched for secrets.
_MAX_DEPTH = 5


def channel_failures(desk: Desk, names: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Test channels, and yield channel, error and hint for each part that fails.

    Without a daemon, listeners are not tested, because they are part of it. Raises Refused if the user may not test
    channels.
    """
    for name in names:
        report = desk.call("channel_test", name=name)
        for part in report["parts"]:
            if not part["ok"] and (desk.info.daemon or part["name"] != "listener"):
                detail = joined(": ", (part["name"], part["detail"]))
                yield name, detail, part["hint"] or f"deskctl channel test {name}"


def unset_secrets(config: Config) -> Iterator[tuple[str, Secret]]:
    """Yield the key and the secret for each secret whose environment variable is not set here."""
    tables = {f"channels.{name}": channel.config for name, channel in config.channels.items()}
    tables |= {f"plugins.{name}": table for name, table in config.plugin_tables.items()}
    for name, table in tables.items():
        for path, secret in _secrets(name, table, _MAX_DEPTH):
            if secret.unset:
                yield path, secret


def _secrets(path: str, value: Any, depth: int) -> Iterator[tuple[str, Secret]]:
    if isinstance(value, Secret):
        yield path, value
    elif depth:
        fields = getattr(type(value), "__attrs_attrs__", None)
        if fields is not None:
            items: Any = ((field.name, getattr(value, field.name)) for field in fields)
        elif isinstance(value, Mapping):
            items = value.items()
        else:
            return
        for name, item in items:
            yield from _secrets(f"{path}.{name}", item, depth - 1)


def empty_teams(desk: Desk, config: Config) -> Iterator[tuple[str, str]]:
    """Yield channel and team for each channel whose team has no active member; nothing if the desk has no agents."""
    from ....core.agents.queries import ListAgents, ListTeams

    if not desk.ask(ListAgents()):
        return
    teams = desk.ask(ListTeams())
    staffed = {team["handle"] for team in teams if team["agents"]}
    for name, channel in config.channels.items():
        if channel.team and channel.team not in staffed:
            yield name, channel.team


def stale_configuration(config: Config, health: Mapping[str, Any]) -> str:
    """Return a finding if the configuration has changed since the daemon read it, else ""."""
    from datetime import UTC, datetime

    from ....config.locate import fingerprint

    used = health.get("config_sha256")
    if not health["daemon"] or used is None or used == fingerprint(config.path):
        return ""
    changed = datetime.fromtimestamp(config.path.stat().st_mtime, UTC)
    return _(
        "the daemon uses the configuration of {started}; {file} was changed at {changed}",
        started=health["started_at"],
        file=config.path,
        changed=f"{changed:%Y-%m-%dT%H:%M:%SZ}",
    )
