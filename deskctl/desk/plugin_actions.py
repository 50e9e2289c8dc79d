"""Actions of plugins as actions of the core: validate their values, call them, and make their changes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from deskctl.core.actions.events import ActionRun
from deskctl.core.actions.model import Action, Run, Values
from deskctl.core.actions.registry import ACTIONS, run_action
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.handler import By, Steps, acting
from deskctl.core.kernel.outcome import Outcome
from deskctl.core.kernel.unit import Unit
from deskctl.core.tickets.model import Ticket
from deskctl.core.tickets.repository import Tickets
from deskctl.core.values.suggestions import did_you_mean
from deskctl.dataclass import dataclass
from deskctl.desk.plugin_requests import plugin_error, running_plugin
from deskctl.errors import DeskctlError, UsageError
from deskctl.i18n import _
from deskctl.plugins.ticket_action import ActionCall, ActionTicket, ActionType, Apply, RunJob

if TYPE_CHECKING:
    from deskctl.config import Config
    from deskctl.desk.components import Plugins

log = logging.getLogger("deskctl.plugins")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Context:
    """The `deskctl.plugins.ActionContext`."""

    log: logging.Logger
    config: Any
    language: str
    moment: datetime

    def now(self) -> datetime:
        return self.moment


class PluginActions(Mapping[str, Action]):
    """The actions of the loaded plugins, by PLUGIN.NAME. Those of a plugin that is disabled later disappear."""

    def __init__(self, config: Config, plugins: Plugins) -> None:
        self._config = config
        self._plugins = plugins
        self._language = config.settings().language

    def __getitem__(self, name: str) -> Action:
        owned = self._plugins.actions[name]
        return _Adapter(name, owned.plugin, owned.type, self._context).action()

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._plugins.actions))

    def __len__(self) -> int:
        return len(self._plugins.actions)

    def _context(self, plugin: str, now: datetime) -> _Context:
        logger = logging.getLogger(f"deskctl.plugin.{plugin}")
        return _Context(logger, self._config.plugin_tables.get(plugin), self._language, now)


@dataclass(frozen=True, slots=True)
class _Adapter:
    """One action of a plugin. `context(plugin, now)` makes the context of a call."""

    name: str
    plugin: str
    type: ActionType
    context: Callable[[str, datetime], _Context]

    def action(self) -> Action:
        return Action(self.name, self._run, self._check, values=Values(words=self._words))

    def _check(self, unit: Unit, value: str) -> object:
        return self._parse(value, self.context(self.plugin, unit.now))

    def _parse(self, value: str, context: _Context) -> Any:
        return self._call("parse", lambda: self.type.parse(value, context))

    def _words(self) -> Sequence[str]:
        """Return the values for completion; none if the plugin fails, because completion reports no errors."""
        values, context = self.type.values, self.context(self.plugin, datetime.now(UTC))
        if values is None:
            return ()
        try:
            return self._call("values", lambda: [str(word) for word in values(context)])
        except DeskctlError:
            return ()

    def _run(self, unit: Unit, run: Run, value: str, actor: Actor) -> Steps:
        context = self.context(self.plugin, unit.now)
        call = ActionCall(
            id=unit.source.token(),
            value=self._parse(value, context),
            ticket=_state(Tickets.of(unit).get(run.ticket)),
            cause=actor.partition(":")[2],
            reason=run.reason,
            at=unit.now,
        )
        changes = self._call("run", lambda: list(self.type.run(call, context)))
        applied = [self._checked(unit, change) for change in changes if not isinstance(change, RunJob)]
        job = len(applied) < len(changes)
        if job and self.type.job is None:
            raise self._faulty(_("the action {action} has no job", action=self.name))
        by = Actor.system(self.plugin)
        yield By(ActionRun(run.ticket, self.name, value, call.id, call.cause, call.reason, job), by)
        for change in applied:
            yield from acting(run_action(unit, run, change.action, change.value, by), by)
        return Outcome("", (run.ticket,))

    def _checked(self, unit: Unit, change: Any) -> Apply:
        """Return a change that the plugin may make. Raises DeskctlError for any other object."""
        if not isinstance(change, Apply):
            what = _("the action {action} returned a {type}", action=self.name, type=type(change).__name__)
            raise self._faulty(what, _("return Apply and RunJob objects of deskctl.plugins"))
        if change.action not in ACTIONS:
            near = did_you_mean(str(change.action), ACTIONS)
            what = _("the action {action} applies an unknown action: {name}{suggestion}", action=self.name,
                     name=repr(change.action), suggestion=near)  # fmt: skip
            raise self._faulty(what, _("actions: {actions}", actions=", ".join(ACTIONS)))
        value: object = change.value
        if not isinstance(value, str) or not value.strip():
            what = _("the action {action} applies {name} without a value", action=self.name, name=change.action)
            raise self._faulty(what)
        ACTIONS[change.action].check(unit, value)
        return change

    def _faulty(self, what: str, hint: str = "") -> UsageError:
        log.error("the plugin %s failed: %s", self.plugin, what)
        return UsageError(what, hint)

    def _call(self, part: str, work: Callable[[], T]) -> T:
        """Call a function of the plugin. Other errors than DeskctlError are logged, and become one."""
        try:
            with running_plugin(self.plugin):
                return work()
        except (DeskctlError, KeyboardInterrupt):
            raise
        except BaseException as error:  # a plugin may even call sys.exit
            log.error("the plugin %s failed in `%s` of the action %s", self.plugin, part, self.name, exc_info=error)
            raise plugin_error(self.plugin, error) from error


def _state(ticket: Ticket) -> ActionTicket:
    return ActionTicket(
        number=ticket.number,
        subject=ticket.subject,
        status=ticket.status.value,
        priority=ticket.priority.label,
        channel=ticket.channel,
        team=ticket.team,
        assignee=ticket.assignee,
        tier=ticket.tier,
        tags=ticket.tags,
        language=ticket.language,
    )
