"""The contract of an action: a plugin adds an action for the rules of a desk, such as the steps of SLA policies.

An action is written PLUGIN.NAME=VALUE. It has two parts. `run` decides inside the transaction of the rule: it returns
the changes to make and has no other effect. `job` does the work outside the desk after the commit, at least once.

    def page(call: ActionCall, context: ActionContext) -> list[Apply | RunJob]:
        return [Apply("tag", "+paged"), RunJob()]

    def send(job: ActionJob, context: PluginContext) -> list[Command]:
        post(context.config.url, id=job.id, rota=job.value, ticket=job.ticket)
        return []

    @hookimpl
    def deskctl_actions():
        return [ActionType("page", run=page, job=send, form="ROTA")]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from logging import Logger
from typing import Any, Protocol

from ..core.kernel.command import Command
from ..dataclass import dataclass
from .automation import PluginContext, Write


@dataclass(frozen=True, slots=True)
class ActionTicket:
    """The state of a ticket when an action runs. The values are those of `deskctl show N --json`."""

    number: int
    subject: str
    status: str
    priority: str
    channel: str
    team: str | None = None
    assignee: str | None = None
    tier: str | None = None
    tags: frozenset[str] = frozenset()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class ActionCall:
    """A run of an action.

    `value` is the result of `ActionType.parse`. `cause` is the kind of rule ("sla"); `reason` says why it runs now, in
    the language of the desk ("overdue: first response"). `at` is aware, in UTC. `id` is unique among all desks.
    """

    id: str
    value: Any
    ticket: ActionTicket
    cause: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ActionJob:
    """The job of a run. `id` is that of the `ActionCall`, and the same each time that the job is repeated.

    `ticket` is a number: the ticket may have changed since, or may have been erased; `context.desk` shows its current
    state. The other values are those of the `ActionCall`.
    """

    id: str
    value: Any
    ticket: int
    cause: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Apply:
    """A change: run an action of deskctl, as `deskctl sla step --then NAME=VALUE` does (`Apply("tag", "+paged")`)."""

    action: str
    value: str


@dataclass(frozen=True, slots=True)
class RunJob:
    """Run the job of the action after the commit. No job runs if the transaction fails."""


class ActionContext(Protocol):
    """The context of the code that runs inside a transaction. Every `PluginContext` is one too."""

    @property
    def log(self) -> Logger:
        """A logger. Do not log message texts or secrets."""
        ...

    @property
    def config(self) -> Any:
        """The table `[plugins.NAME]` as an instance of the config class (hook `deskctl_config`), None without one."""
        ...

    @property
    def language(self) -> str:
        """The language of the desk, as a BCP 47 code."""
        ...

    def now(self) -> datetime:
        """Return the time of the transaction, aware, in UTC."""
        ...


def _text(value: str, context: ActionContext) -> str:
    return value


@dataclass(frozen=True, slots=True)
class ActionType:
    """An action. Rules name it PLUGIN.NAME.

    `run(call, context)` returns `Apply` and `RunJob` objects. It must be pure and quick: no I/O, and no change of its
    own, because it runs inside a transaction, which may be repeated. The changes are made in this order as
    `system:PLUGIN`. If it raises, none of its changes is made, the failure is in the history of the ticket, the
    assignee is notified, and the other actions of the rule run. Raises DeskctlError to say why the action cannot run.

    `parse(value, context)` returns the value for `run` and `job`; it raises UsageError for a wrong one, also when a
    rule is configured. `values(context)` are the values that shell completion offers. `form` is the placeholder of the
    value in help texts, `description` says what the action does.

    `job(job, context)` does the outside work in a thread of the daemon, after the commit. It may run again, because the
    process can die after the work: pass `job.id` to the other side, which can detect the repetition. It returns
    commands of `deskctl.plugins.actions` and `Write` objects, which are executed in one transaction that also ends the
    job. A job that raises or takes longer than `seconds` is reported with the name of the plugin and retried up to five
    times, with growing waits.
    """

    name: str
    run: Callable[[ActionCall, ActionContext], Iterable[Apply | RunJob]]
    parse: Callable[[str, ActionContext], Any] = _text
    values: Callable[[ActionContext], Iterable[str]] | None = None
    job: Callable[[ActionJob, PluginContext], Iterable[Command | Write]] | None = None
    form: str = "VALUE"
    description: str = ""
    seconds: float = 10.0
