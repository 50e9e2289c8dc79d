"""The action `pager.page`: start an alarm for the people on call. This module contains the hooks."""

from __future__ import annotations

from collections.abc import Iterable

from deskctl.plugins import ActionType, hookimpl

from .config import PagerConfig
from .page import parse, run, send, services

PAGE = ActionType(
    name="page",
    run=run,
    parse=parse,
    values=services,
    job=send,
    form="SERVICE",
    description="starts an alarm for the people on call",
    seconds=30,
)


@hookimpl
def deskctl_actions() -> Iterable[ActionType]:
    return (PAGE,)


@hookimpl
def deskctl_config() -> type:
    return PagerConfig
