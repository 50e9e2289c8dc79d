"""What is set up rather than worked at: agents and teams. Done by the system's users, not only by agents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from . import Command


@dataclass(frozen=True, slots=True)
class AddAgent(Command):
    """A new agent; teams that do not exist yet are created."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    handle: str
    name: str
    email: str
    teams: tuple[str, ...] = ()
    login: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeAgent(Command):
    """None leaves a field as it is."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    handle: str
    name: str | None = None
    email: str | None = None
    login: str | None = None
    join: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    active: bool | None = None
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class AddTeam(Command):
    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    handle: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeTeam(Command):
    """None leaves a field as it is."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    handle: str
    name: str | None = None
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class Block(Command):
    """Mail from `pattern` (an address, or `@domain`) is spam from now on; `blocked` False takes it back."""

    needs_agent: ClassVar[bool] = False
    undoable: ClassVar[bool] = False
    pattern: str
    blocked: bool = True
