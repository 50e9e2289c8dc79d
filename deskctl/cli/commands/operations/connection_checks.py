"""Findings of `doctor` beyond the desk's own files: unreachable servers, unset secrets, empty teams, an old daemon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ....config.secrets import Secret

if TYPE_CHECKING:
    from ....config import Config
    from ....desk import Desk

#: Levels of tables that are searched for secrets.
_DEEP = 5


def failing(desk: Desk, names: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Test channels; for each part that fails its channel, what is wrong, and what to do.

    A listener is part of the daemon: without a daemon it is not expected to answer. Raises Refused for a caller who
    may not test channels.
    """
    for name in names:
        report = desk.call("channel_test", name=name)
        for part in report["parts"]:
            if not part["ok"] and (desk.info.daemon or part["name"] != "listener"):
                yield name, f"{part['name']}: {part['detail']}", part["hint"] or f"deskctl channel test {name}"


def unset_secrets(config: Config) -> Iterator[tuple[str, Secret]]:
    """Secrets that come from an environment variable which is not set here, with the place in the configuration."""
    tables = {f"channels.{name}": channel.config for name, channel in config.channels.items()}
    tables |= {f"plugins.{name}": table for name, table in config.plugin_tables.items()}
    for name, table in tables.items():
        for path, secret in _secrets(name, table, _DEEP):
            if secret.unset:
                yield path, secret


def _secrets(path: str, value: Any, deep: int) -> Iterator[tuple[str, Secret]]:
    if isinstance(value, Secret):
        yield path, value
    elif deep:
        fields = getattr(type(value), "__attrs_attrs__", None)
        if fields is not None:
            items: Any = ((field.name, getattr(value, field.name)) for field in fields)
        elif isinstance(value, Mapping):
            items = value.items()
        else:
            return
        for name, item in items:
            yield from _secrets(f"{path}.{name}", item, deep - 1)


def unmanned(desk: Desk, config: Config) -> Iterator[tuple[str, str]]:
    """Channels whose team has no active member: channel and team. None where the desk has no agents yet."""
    from ....core.agents.queries import ListAgents, ListTeams

    if not desk.ask(ListAgents()):
        return
    teams = desk.ask(ListTeams())
    manned = {team["handle"] for team in teams if team["agents"]}
    for name, channel in config.channels.items():
        if channel.team and channel.team not in manned:
            yield name, channel.team


def outdated(config: Config, health: Mapping[str, Any]) -> str:
    """Say since when the daemon uses another configuration than the file has now; "" if it does not."""
    from datetime import UTC, datetime

    from ....config.locate import fingerprint

    used = health.get("config_sha256")
    if not health["daemon"] or used is None or used == fingerprint(config.path):
        return ""
    changed = datetime.fromtimestamp(config.path.stat().st_mtime, UTC)
    return (
        f"the daemon uses the configuration of {health['started_at']}; "
        f"{config.path} was changed at {changed:%Y-%m-%dT%H:%M:%SZ}"
    )
