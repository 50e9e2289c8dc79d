"""The result of a command, from its handler to the shell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any, TypedDict

from ...dataclass import dataclass


class OutcomeDocument(TypedDict):
    """The JSON document of an outcome. `command` is null if nothing changed; `said` is one line for people."""

    command: int | None
    changed: bool
    said: str
    tickets: list[int]
    facts: dict[str, Any]
    subjects: list[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a command.

    A handler gives `summary` (one line for people), the numbers of the `tickets` that the command is about, and as
    `facts` the ids that it made (number, message, outbox, agent…). `dispatch` adds `command`, the number that `undo`
    takes, or None if nothing changed. The desk adds `subjects`, those of `tickets` in the same order.
    """

    summary: str
    tickets: tuple[int, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    command: int | None = None
    subjects: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """True if the command changed something."""
        return self.command is not None

    def with_subjects(self, subjects: tuple[str, ...]) -> Outcome:
        """Return the outcome with the subjects of its tickets."""
        return replace(self, subjects=subjects)

    def document(self) -> OutcomeDocument:
        """Return the JSON document that `--json` prints and the socket carries."""
        return {
            "command": self.command,
            "changed": self.changed,
            "said": self.summary,
            "tickets": list(self.tickets),
            "facts": self.facts,
            "subjects": list(self.subjects),
        }


def outcome_from(document: Mapping[str, Any]) -> Outcome:
    """Return the outcome that `document()` wrote."""
    return Outcome(
        document["said"],
        tuple(document["tickets"]),
        document["facts"],
        document["command"],
        tuple(document["subjects"]),
    )
