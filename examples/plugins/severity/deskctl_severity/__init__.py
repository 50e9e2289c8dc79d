"""The automation `severity`: priority from what customers say of severity and impact. Here are its hooks."""

from __future__ import annotations

from collections.abc import Iterable

from deskctl.plugins import hookimpl
from deskctl.plugins.automation import AutomationType

from .config import SeverityConfig
from .prioritise import run

SEVERITY = AutomationType(
    name="priority",
    on=frozenset({"message_received"}),
    run=run,
    description="sets the priority by the severity and the impact that a customer describes",
)


@hookimpl
def deskctl_automations() -> Iterable[AutomationType]:
    return (SEVERITY,)


@hookimpl
def deskctl_config() -> type:
    return SeverityConfig
