"""The action `pigeon.send`: write a file for another program. This module contains the hooks."""

from __future__ import annotations

from collections.abc import Iterable

from deskctl.plugins import ActionType, hookimpl

from .config import PigeonConfig
from .send import names, parse, run, write

PIGEON = ActionType(
    name="send",
    run=run,
    parse=parse,
    values=names,
    job=write,
    form="NAME",
    description="writes a file for another program",
)


@hookimpl
def deskctl_actions() -> Iterable[ActionType]:
    return (PIGEON,)


@hookimpl
def deskctl_config() -> type:
    return PigeonConfig
