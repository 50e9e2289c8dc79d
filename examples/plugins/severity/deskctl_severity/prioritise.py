"""What the automation does: read a message, look up the matrix, set the priority, say why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from deskctl.plugins import NotFound
from deskctl.plugins.actions import Note, Set
from deskctl.plugins.automation import Happening, PluginContext
from deskctl.plugins.queries import ShowTicket

from .config import PRIORITIES, SeverityConfig
from .words import first_of, folded

_SEVERITIES: Final = ("critical", "major", "minor")
_IMPACTS: Final = ("everyone", "team", "person")
_OVER: Final = ("solved", "closed", "merged")
_SAID: Final = {
    "en": "Priority {priority}: severity {severity} ({why}), impact {impact} ({how}).",
    "ko": "우선순위 {priority}: 심각도 {severity} ({why}), 영향 {impact} ({how}).",
}
_UNSAID: Final = {"en": "nothing said of it", "ko": "언급 없음"}


@dataclass(frozen=True, slots=True)
class Finding:
    """`why` and `how` are the words that were found for severity and impact; None where nothing was said."""

    priority: str
    severity: str
    why: str | None
    impact: str
    how: str | None

    def explained(self, language: str) -> str:
        tongue = language.partition("-")[0]
        unsaid = _UNSAID.get(tongue, _UNSAID["en"])
        words = {"why": f"“{self.why}”" if self.why else unsaid, "how": f"“{self.how}”" if self.how else unsaid}
        levels = {"priority": self.priority, "severity": self.severity, "impact": self.impact}
        return _SAID.get(tongue, _SAID["en"]).format(**levels, **words)


def run(happening: Happening, context: PluginContext) -> Iterable[Set | Note]:
    """The first message of a customer sets the priority; a later one may only raise it.

    A priority that a person has chosen stays.
    """
    if happening.ticket is None or happening.facts.get("automatic"):
        return []
    try:
        ticket = context.desk.ask(ShowTicket(happening.ticket))
    except NotFound:
        return []  # erased meanwhile
    spoken = [row for row in ticket["messages"] if row["kind"] == "in"]
    message = next((row for row in spoken if row["id"] == happening.facts.get("message")), None)
    if message is None or ticket["status"] in _OVER or ticket["spam"] or chosen_by_a_person(ticket):
        return []
    config = context.config or SeverityConfig()
    found = find(f"{message['subject']}\n{message['visible_text']}", config)
    if found is None or not _moves(ticket["priority"], found.priority, first=message is spoken[0]):
        return []
    number = ticket["number"]
    set_ = Set(number, values=(("priority", found.priority),))
    return [set_, Note(number, text=found.explained(context.language))] if config.note else [set_]


def find(text: str, config: SeverityConfig) -> Finding | None:
    """What the text says of severity and impact; None when it says nothing of either.

    The gravest that is named counts. Of what is not named the least is assumed.
    """
    read = folded(text)
    severity, why = _level(read, config.severity, _SEVERITIES)
    impact, how = _level(read, config.impact, _IMPACTS)
    if why is None and how is None:
        return None
    row = getattr(config.matrix, severity)
    return Finding(row[_IMPACTS.index(impact)], severity, why, impact, how)


def chosen_by_a_person(ticket: dict[str, Any]) -> bool:
    """Whether an agent set the priority, or wrote the ticket down with one other than normal."""
    for event in ticket["events"]:
        by_person = not event["by"].startswith(("system:", "contact:"))  # agents stand there by their handle
        if by_person and event["kind"] == "priority_changed":
            return True
        if by_person and event["kind"] == "ticket_created" and event.get("priority", "normal") != "normal":
            return True
    return False


def _level(text: str, words: object, levels: tuple[str, ...]) -> tuple[str, str | None]:
    for level in levels:
        if word := first_of(text, getattr(words, level)):
            return level, word
    return levels[-1], None


def _moves(old: str, new: str, first: bool) -> bool:
    return new != old if first else PRIORITIES.index(new) > PRIORITIES.index(old)
