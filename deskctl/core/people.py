"""The people of a desk: agents and their teams, contacts and the addresses they are reached at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .notifying.model import Reach
from .routing.model import Plan, Seat


@dataclass(frozen=True, slots=True)
class Agent:
    """Someone who works at the desk. `handle` names them everywhere; `login` is their system user."""

    handle: str
    name: str
    email: str
    teams: frozenset[str] = frozenset()
    login: str | None = None
    active: bool = True
    signature: str = ""
    seat: Seat = field(default_factory=Seat)
    reach: Reach = field(default_factory=Reach)


@dataclass(frozen=True, slots=True)
class Team:
    handle: str
    name: str
    signature: str = ""
    plan: Plan = field(default_factory=Plan)


@dataclass(frozen=True, slots=True)
class Contact:
    """A customer: one person, whatever the channel.

    `merged_into` is the contact that this one turned out to be, too: both keep what is theirs, so that taking the
    pointer away is all it takes to have two again. `parted`: a person did so; no machine merges it again. `org` and
    `tier` are words of the desk, `timezone` an IANA name. `erased_at`: since then nothing is known of them.
    """

    id: int
    name: str | None
    created_at: datetime
    language: str | None = None
    org: str | None = None
    tier: str | None = None
    timezone: str | None = None
    merged_into: int | None = None
    parted: bool = False
    erased_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """An address at which a contact is reached, in a kind of channel ("email", "phone").

    `bounced` is why mail to it does not arrive, None while it does.
    """

    kind: str
    address: str
    contact: int
    bounced: str | None = None


class Actor(str):
    """Who does something: `agent:HANDLE`, `contact:ID`, `system:WHAT` or `user:LOGIN` (administration)."""

    __slots__ = ()

    @classmethod
    def agent(cls, handle: str) -> Actor:
        return cls(f"agent:{handle}")

    @classmethod
    def contact(cls, number: int) -> Actor:
        return cls(f"contact:{number}")

    @classmethod
    def system(cls, what: str) -> Actor:
        return cls(f"system:{what}")

    @classmethod
    def user(cls, login: str) -> Actor:
        return cls(f"user:{login}")

    @property
    def is_system(self) -> bool:
        """Whether a machine of the desk acts."""
        return self.startswith("system:")

    @property
    def handle(self) -> str | None:
        """The agent's handle, None for anybody else."""
        kind, _, name = self.partition(":")
        return name if kind == "agent" else None


#: The viewer of a question that the desk itself asks. It sees everything.
DESK = Actor.system("desk")
