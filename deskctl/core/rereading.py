"""A stored message read again from its raw bytes, after the reading got better."""

from __future__ import annotations

from . import agentproof
from .commands import Command
from .commands.machine import Reread
from .handling import Handler, Said, Steps
from .people import Actor
from .unit import Unit


def reread(unit: Unit, command: Reread, actor: Actor) -> Steps:
    """What is shown changes; where the message belongs and what it did does not."""
    yield from ()
    unit.changes.reread[command.id] = agentproof.without_secrets(unit, command.message)
    return Said(f"message {command.id} is read again", facts={"message": command.id})


HANDLERS: dict[type[Command], Handler] = {Reread: reread}
