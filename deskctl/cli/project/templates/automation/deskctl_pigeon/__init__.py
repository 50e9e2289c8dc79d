"""The automation `pigeon`: tags tickets by their words. Here are its hooks."""

from __future__ import annotations

from collections.abc import Iterable

from deskctl.plugins import hookimpl
from deskctl.plugins.automation import AutomationType

from .config import PigeonConfig
from .tagging import run

PIGEON = AutomationType(
    name="pigeon",
    on=frozenset({"message_received"}),
    run=run,
    description="tags tickets by the words that customers use",
)


@hookimpl
def deskctl_automations() -> Iterable[AutomationType]:
    return (PIGEON,)


@hookimpl
def deskctl_config() -> type:
    return PigeonConfig
