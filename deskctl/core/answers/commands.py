"""Commands of the feature answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..kernel.command import Command
from ..messages.model import Choice


@dataclass(frozen=True, slots=True)
class Answer(Command):
    """A machine's answer to a customer, marked as one, with choices to pick from.

    Nothing is sent where `may_answer` forbids it (a loop, an address of our own, too many today), where a person has
    answered or was asked for, or where `message` (the customer's) was answered by a machine before.
    """

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    ticket: int
    message: int
    text: str
    choices: tuple[Choice, ...] = ()
    about: str = "answer"  # a word for the event: what kind of answer it was


@dataclass(frozen=True, slots=True)
class Acknowledge(Command):
    """Tell the customer of a new ticket that it is here. `message` is theirs."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    ticket: int
    message: int
