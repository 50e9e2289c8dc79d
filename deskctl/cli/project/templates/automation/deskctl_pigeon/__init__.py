"""The automation `pigeon`: tag tickets by words in their messages. This module contains the hooks."""

from __future__ import annotations

from collections.abc import Iterable

from deskctl.plugins import hookimpl
from deskctl.plugins.automation import AutomationType

from .config import PigeonConfig
from .tags import run

PIGEON = AutomationType(
    name="pigeon",
    on=frozenset({"message_received"}),
    run=run,
    description="tags tickets by words in customer messages",
)


@hookimpl
def deskctl_automations() -> Iterable[AutomationType]:
    return (PIGEON,)


@hookimpl
def deskctl_config() -> type:
    return PigeonConfig
