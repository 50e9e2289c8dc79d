"""The automation: assess the severity and impact in a message, set the priority, add a note with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from deskctl.plugins import NotFound
from deskctl.plugins.actions import Note, Set
from deskctl.plugins.automation import Happening, PluginContext
from deskctl.plugins.queries import ShowTicket

from .config import PRIORITIES, SeverityConfig
from .words import fold, leftmost

_SEVERITIES: Final = ("critical", "major", "minor")
_IMPACTS: Final = ("everyone", "team", "person")
_ENDED: Final = ("solved", "closed", "merged")
_NOTES: Final = {
    "en": "Priority {priority}: severity {severity} ({severity_word}), impact {impact} ({impact_word}).",
    "ko": "우선순위 {priority}: 심각도 {severity} ({severity_word}), 영향 {impact} ({impact_word}).",
}
_NOT_MENTIONED: Final = {"en": "not mentioned", "ko": "언급 없음"}


@dataclass(frozen=True, slots=True)
class Assessment:
    """The priority of a message. `severity_word` and `impact_word` are the words found, None if not mentioned."""

    priority: str
    severity: str
    severity_word: str | None
    impact: str
    impact_word: str | None

    def explanation(self, language: str) -> str:
        """Return the text of the note in the desk's language."""
        short = language.partition("-")[0]
        absent = _NOT_MENTIONED.get(short, _NOT_MENTIONED["en"])
        return _NOTES.get(short, _NOTES["en"]).format(
            priority=self.priority,
            severity=self.severity,
            severity_word=f"“{self.severity_word}”" if self.severity_word else absent,
            impact=self.impact,
            impact_word=f"“{self.impact_word}”" if self.impact_word else absent,
        )


def run(happening: Happening, context: PluginContext) -> Iterable[Set | Note]:
    """Set the priority from a customer's first message; raise it from a later one. An agent's choice stays."""
    if happening.ticket is None or happening.facts.get("automatic"):
        return []
    try:
        ticket = context.desk.ask(ShowTicket(happening.ticket))
    except NotFound:
        return []  # the ticket was erased meanwhile
    incoming = [row for row in ticket["messages"] if row["kind"] == "in"]
    message = next((row for row in incoming if row["id"] == happening.facts.get("message")), None)
    if message is None or ticket["status"] in _ENDED or ticket["spam"] or has_agent_priority(ticket):
        return []
    config = context.config or SeverityConfig()
    assessment = assess(f"{message['subject']}\n{message['visible_text']}", config)
    if assessment is None or not _applies(ticket["priority"], assessment.priority, first=message is incoming[0]):
        return []
    number = ticket["number"]
    set_ = Set(number, values=(("priority", assessment.priority),))
    return [set_, Note(number, text=assessment.explanation(context.language))] if config.note else [set_]


def assess(text: str, config: SeverityConfig) -> Assessment | None:
    """Return the assessment of a text, or None if it mentions neither severity nor impact.

    The highest level that is mentioned counts. If one of the two is not mentioned, its lowest level is assumed.
    """
    folded = fold(text)
    severity, severity_word = _level(folded, config.severity, _SEVERITIES)
    impact, impact_word = _level(folded, config.impact, _IMPACTS)
    if severity_word is None and impact_word is None:
        return None
    row = getattr(config.matrix, severity)
    return Assessment(row[_IMPACTS.index(impact)], severity, severity_word, impact, impact_word)


def has_agent_priority(ticket: dict[str, Any]) -> bool:
    """Return True if an agent set the priority, or created the ticket with one other than normal."""
    for event in ticket["events"]:
        by_agent = not event["by"].startswith(("system:", "contact:"))  # of an agent, `by` is the handle
        if by_agent and event["kind"] == "priority_changed":
            return True
        if by_agent and event["kind"] == "ticket_created" and event.get("priority", "normal") != "normal":
            return True
    return False


def _level(text: str, words: object, levels: tuple[str, ...]) -> tuple[str, str | None]:
    for level in levels:
        if word := leftmost(text, getattr(words, level)):
            return level, word
    return levels[-1], None


def _applies(old: str, new: str, first: bool) -> bool:
    return new != old if first else PRIORITIES.index(new) > PRIORITIES.index(old)
