"""What is done with customers. None of these needs an agent; where one is at the shell, it is they who did it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..kernel.command import Command
from ..kernel.permissions import Audience


@dataclass(frozen=True, slots=True)
class SetContact(Command, audience=Audience.AGENT):
    """Set fields by name: name, tier, org, language, timezone; an empty value is none."""

    did: ClassVar[str] = "changed"
    needs_agent: ClassVar[bool] = False
    names_agent: ClassVar[bool] = True
    contact: int
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MergeContacts(Command, audience=Audience.AGENT):
    """`other` turned out to be `contact`: one customer from now on."""

    did: ClassVar[str] = "merged"
    needs_agent: ClassVar[bool] = False
    names_agent: ClassVar[bool] = True
    contact: int
    other: int


@dataclass(frozen=True, slots=True)
class UnmergeContact(Command, audience=Audience.AGENT):
    """The contact stands on its own again."""

    did: ClassVar[str] = "separated"
    needs_agent: ClassVar[bool] = False
    names_agent: ClassVar[bool] = True
    contact: int


@dataclass(frozen=True, slots=True)
class IssueLink(Command, audience=Audience.AGENT):
    """Make a one-time code that ties whoever sends it to the contact. `channel`: only there; None: anywhere."""

    did: ClassVar[str] = "issued a link code for"
    needs_agent: ClassVar[bool] = False
    names_agent: ClassVar[bool] = True
    contact: int
    channel: str | None = None


@dataclass(frozen=True, slots=True)
class ExportContact(Command, audience=Audience.AGENT):
    """What is known of the contact is about to be written to files; leaves a trace."""

    did: ClassVar[str] = "exported"
    needs_agent: ClassVar[bool] = False
    names_agent: ClassVar[bool] = True
    contact: int


@dataclass(frozen=True, slots=True)
class EraseContact(Command, audience=Audience.AGENT):
    """Everything that the contact said and is called goes for good, with the contacts merged into it."""

    did: ClassVar[str] = "erased"
    needs_agent: ClassVar[bool] = False
    names_agent: ClassVar[bool] = True
    contact: int
