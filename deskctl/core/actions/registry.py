"""The actions of deskctl, each declared once: name, validation, completion and handler.

Rules of the desk parse and run all actions here, those of plugins included.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from ...errors import NotFound, Refused, UsageError
from ...i18n import _
from ..agents import targets
from ..agents.model import Agent, Team
from ..answers.automatic_answer import notify_customer
from ..kernel.actor import Actor
from ..kernel.handler import Steps, acting
from ..kernel.outcome import Outcome
from ..kernel.settings import Settings
from ..kernel.unit import Unit
from ..messages.commands import Note
from ..messages.notes import note
from ..notifications.notify import notify_agent
from ..tickets import assignment, fields, tags
from ..tickets.commands import Assign, Escalate, Set, Tag
from ..tickets.model import Priority, parse_priority
from ..tickets.repository import Tickets
from ..values.suggestions import did_you_mean
from .model import FREE_TEXT, Action, ActionSettings, Run, Values
from .targets import KINDS, NEXT, OWNER, TEAM, target_check


def _notify(unit: Unit, run: Run, who: str, actor: Actor) -> Steps:
    for message in run.notifications(who):
        yield from acting(notify_agent(unit, message, actor), actor)
    return Outcome("", (run.ticket,))


def _set(name: str, check: Callable[[Unit, str], object], values: Values = FREE_TEXT) -> Action:
    """Return the action that sets a field of the ticket; a list of actions can set it only once."""
    return Action(
        name,
        run=lambda unit, run, value, actor: fields.set_fields(unit, Set(run.ticket, ((name, value),)), actor),
        check=check,
        key=lambda value: (name, value),
        values=values,
    )


def _assign(unit: Unit, run: Run, value: str, actor: Actor) -> Steps:
    return assignment.assign(unit, Assign(run.ticket, value), actor)


def _tag(unit: Unit, run: Run, value: str, actor: Actor) -> Steps:
    tag = value.lstrip("+-")
    return tags.tag(unit, Tag(run.ticket, (), (tag,)) if value.startswith("-") else Tag(run.ticket, (tag,), ()), actor)


def _escalate(unit: Unit, run: Run, to: str, actor: Actor) -> Steps:
    """Escalate a ticket to a higher tier, never to a lower one.

    If the assignee already is at the target or above, the assignee gets a reminder and the ticket stays.
    """
    ticket = Tickets.of(unit).get(run.ticket)
    wanted = None if to == NEXT else targets.resolve_any(unit, to, ticket.team)
    high = targets.current_rank(unit, ticket)
    if isinstance(wanted, targets.Tier) and targets.rank(unit, ticket.team, wanted.name) <= high:
        meant = OWNER if ticket.assignee in targets.active_agents(unit) else f"tier:{ticket.tier or wanted.name}"
        yield from _notify(unit, run, meant, actor)
        summary = _("ticket {number} is already at tier {tier}", number=ticket.number, tier=wanted.name)
        return Outcome(summary, (ticket.number,))
    if isinstance(wanted, Agent) and (ticket.assignee == wanted.handle or not targets.may_handle(unit, wanted, ticket)):
        yield from _notify(unit, run, OWNER, actor)
        return Outcome(_("ticket {number} keeps its assignee", number=ticket.number), (ticket.number,))
    if isinstance(wanted, Team) and ticket.team == wanted.handle:
        yield from _notify(unit, run, OWNER, actor)  # the assignee in that team, else the whole team
        summary = _("ticket {number} already belongs to team {team}", number=ticket.number, team=wanted.handle)
        return Outcome(summary, (ticket.number,))
    if isinstance(wanted, targets.Tier) and not targets.is_staffed(unit, ticket.team, wanted.name):
        raise Refused(_("no agent is in tier {tier}", tier=wanted.name))
    escalation = Escalate(ticket.number, None if to == NEXT else to, run.reason)
    return (yield from assignment.escalate(unit, escalation, actor))


def _reply(unit: Unit, run: Run, value: str, actor: Actor) -> Steps:
    return notify_customer(unit, Tickets.of(unit).get(run.ticket), value, about="update")


def _note(unit: Unit, run: Run, value: str, actor: Actor) -> Steps:
    return note(unit, Note(run.ticket, value), actor)


_DECLARED = (
    Action(
        "notify",
        _notify,
        target_check("notify", words=frozenset({OWNER, TEAM})),
        values=Values(KINDS, lambda: (OWNER, TEAM)),
    ),
    _set("priority", lambda unit, value: parse_priority(value), Values(words=lambda: [p.label for p in Priority])),
    Action(
        "escalate", _escalate, target_check("escalate", words=frozenset({NEXT})), values=Values(KINDS, lambda: (NEXT,))
    ),
    Action(
        "assign",
        _assign,
        target_check("assign", ("agent", "team")),
        key=lambda value: ("assign", value),
        values=Values(("agent", "team")),
    ),
    _set("team", target_check("team", ("team",)), Values(("team",))),
    Action(
        "tag",
        _tag,
        lambda unit, value: tags.parse_tag(value.lstrip("+-")),
        key=lambda value: (f"tag {value.lstrip('+-')}", "-" if value.startswith("-") else "+"),
        values=Values(("tag",), signs=("+", "-")),
    ),
    Action("note", _note),
    Action("reply", _reply),
)

#: The actions of deskctl by name.
ACTIONS: Final[dict[str, Action]] = {action.name: action for action in _DECLARED}


def known_actions(settings: Settings) -> Mapping[str, Action]:
    """Return every action of the desk by name, those of plugins included."""
    return {**ACTIONS, **settings.of(ActionSettings).plugins}


def missing_action(name: str) -> NotFound:
    """Return the error that no action has this name; the name of a plugin's action says which plugin is missing."""
    plugin, dot, _name = name.rpartition(".")
    if not dot:
        return NotFound(_('no action is called "{name}"', name=name))
    return NotFound(
        _("no plugin provides the action {name}", name=name),
        _("install or enable the plugin {plugin}, or remove the step; see deskctl plugin list", plugin=plugin),
    )


def parse_actions(unit: Unit, texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Parse actions, each NAME=VALUE. Raises UsageError (also for contradicting values), NotFound and Refused."""
    known = known_actions(unit.settings)
    actions = tuple(dict.fromkeys(_parse(unit, known, text) for text in texts))
    single: dict[str, str] = {}
    for name, value in actions:
        key = known[name].key
        if key is None:
            continue
        group, counted = key(value)
        if single.setdefault(group, counted) != counted:
            raise UsageError(_("two different values for {action} in one step", action=group), _("give one value"))
    return actions


def _parse(unit: Unit, known: Mapping[str, Action], text: str) -> tuple[str, str]:
    name, sign, value = (part.strip() for part in text.partition("="))
    if not sign or not value:
        raise UsageError(
            _('not an action: "{text}"', text=text),
            _("use for example notify=lead; actions: {actions}", actions=", ".join(known)),
        )
    if name not in known:
        raise UsageError(
            _('no action is called "{name}"{suggestion}', name=name, suggestion=did_you_mean(name, known)),
            _("actions: {actions}", actions=", ".join(known)),
        )
    known[name].check(unit, value)
    return name, value


def run_action(unit: Unit, run: Run, name: str, value: str, actor: Actor) -> Steps:
    """Run an action by its name. Raises DeskctlError if it cannot run now, NotFound if its plugin is missing."""
    action = known_actions(unit.settings).get(name)
    if action is None:
        raise missing_action(name)
    return action.run(unit, run, value, actor)
