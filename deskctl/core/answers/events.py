"""Events of automatic answers."""

from __future__ import annotations

from ...dataclass import dataclass
from ...i18n import _
from ..kernel.event import Event
from ..kernel.undo import Cannot


@dataclass(frozen=True, slots=True)
class MachineAnswered(Event):
    """An automatic answer to the customer's message `answers` was sent; `about` is the kind of answer."""

    kind = "machine_answered"
    undo = Cannot(_("the automatic answer goes to the customer at once"))

    message: int
    outbox: int
    answers: int
    about: str = "answer"


@dataclass(frozen=True, slots=True)
class ChoiceMade(Event):
    """The customer picked the choice `key` of the message."""

    kind = "choice_made"
    by_customer = True
    undo = Cannot(_("a customer did it"))

    message: int
    key: str


@dataclass(frozen=True, slots=True)
class PersonAsked(Event):
    """The customer asked for a person; `message` is the message, None if it had no other text and was not kept."""

    kind = "person_asked"
    by_customer = True
    undo = Cannot(_("a customer did it"))

    message: int | None = None


@dataclass(frozen=True, slots=True)
class Acknowledged(Event):
    """The receipt of a new ticket was acknowledged to the customer."""

    kind = "acknowledged"
    undo = Cannot(_("the acknowledgement goes to the customer at once"))

    message: int
    outbox: int
