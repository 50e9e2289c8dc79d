"""Events of the feature answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..kernel.event import Event
from ..kernel.undo import Cannot

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class MachineAnswered(Event):
    """A machine answered the customer's message `answers`; `about` says what kind of answer it was."""

    kind = "machine_answered"
    undo = Cannot("the automatic answer goes to the customer at once")

    message: int
    outbox: int
    answers: int
    about: str = "answer"


@dataclass(frozen=True, slots=True)
class ChoiceMade(Event):
    """The customer picked `key` from what the message offered."""

    kind = "choice_made"
    by_customer = True
    undo = Cannot("a customer did it")

    message: int
    key: str


@dataclass(frozen=True, slots=True)
class PersonAsked(Event):
    """The customer wants a person to answer; `message` says so, None where nothing else was said."""

    kind = "person_asked"
    by_customer = True
    undo = Cannot("a customer did it")

    message: int | None = None


@dataclass(frozen=True, slots=True)
class Acknowledged(Event):
    """The customer was told at once that their message is here."""

    kind = "acknowledged"
    undo = Cannot("the acknowledgement goes to the customer at once")

    message: int
    outbox: int
