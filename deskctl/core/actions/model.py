"""The declaration of an action."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from typing import NamedTuple

from ...dataclass import dataclass
from ..kernel.actor import Actor
from ..kernel.handler import Steps
from ..kernel.unit import Unit
from ..notifications.commands import NotifyAgent


class Run(NamedTuple):
    """One run of an action on a ticket.

    `reason` is the reason of an escalation, in the desk's language. `notifications(who)` returns the notifications
    about the cause of the run to an agent, a team, a tier, `owner` or `team`; it raises NotFound for another name.
    """

    ticket: int
    reason: str
    notifications: Callable[[str], Iterator[NotifyAgent]]


class Values(NamedTuple):
    """The values that completion offers for an action.

    `names` are kinds of names of the desk (`search.queries.Completions`), `words()` returns other values. `signs` are
    the prefixes with which each value is offered.
    """

    names: tuple[str, ...] = ()
    words: Callable[[], Iterable[str]] = tuple
    signs: tuple[str, ...] = ("",)


#: For an action with values that completion cannot know.
FREE_TEXT = Values()


@dataclass(frozen=True, slots=True)
class Action:
    """An action, written NAME=VALUE.

    `check(unit, value)` validates the value when the action is configured; it raises UsageError, NotFound or Refused.
    `run(unit, run, value, actor)` is a handler. `key(value)` groups the values of which a list of actions can have
    only one, with the value that counts; None: every combination is allowed.
    """

    name: str
    run: Callable[[Unit, Run, str, Actor], Steps]
    check: Callable[[Unit, str], object] = lambda unit, value: None
    key: Callable[[str], tuple[str, str]] | None = None
    values: Values = FREE_TEXT


@dataclass(frozen=True, slots=True)
class ActionSettings:
    """The actions that plugins add, by PLUGIN.NAME. `bootstrap.open_components` fills it from the loaded plugins."""

    plugins: Mapping[str, Action] = field(default_factory=dict)
