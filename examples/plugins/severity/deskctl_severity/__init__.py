"""The automation `severity`: priority from severity and impact in messages. This module contains the hooks."""

from __future__ import annotations

from collections.abc import Iterable

from deskctl.plugins import hookimpl
from deskctl.plugins.automation import AutomationType

from .config import SeverityConfig
from .priority import run

SEVERITY = AutomationType(
    name="priority",
    on=frozenset({"message_received"}),
    run=run,
    description="sets the priority from the severity and impact that a customer describes",
)


@hookimpl
def deskctl_automations() -> Iterable[AutomationType]:
    return (SEVERITY,)


@hookimpl
def deskctl_config() -> type:
    return SeverityConfig
