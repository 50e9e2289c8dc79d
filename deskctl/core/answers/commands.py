"""Commands for automatic answers."""

from __future__ import annotations

from typing import ClassVar

from ...dataclass import dataclass
from ..kernel.command import Command
from ..messages.model import Choice


@dataclass(frozen=True, slots=True)
class Answer(Command):
    """Send an automatic answer to a customer, marked as automatic, with choices.

    Nothing is sent if `may_answer` forbids it (a loop, an address of the desk, the daily limit), if an agent has
    answered or the customer asked for one, or if the ticket already has an automatic answer. `message` is the
    customer's message.
    """

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    ticket: int
    message: int
    text: str
    choices: tuple[Choice, ...] = ()
    about: str = "answer"  # the kind of answer, for the event


@dataclass(frozen=True, slots=True)
class Acknowledge(Command):
    """Acknowledge a new ticket to its customer. `message` is the customer's message."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    ticket: int
    message: int
