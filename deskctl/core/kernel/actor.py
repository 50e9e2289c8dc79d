"""Actors: the agents, customers, users and services that cause events."""

from __future__ import annotations


class Actor(str):
    """The cause of an event: `agent:HANDLE`, `contact:ID`, `system:NAME` or `user:LOGIN` (administration)."""

    __slots__ = ()

    @classmethod
    def agent(cls, handle: str) -> Actor:
        """Return the actor for an agent."""
        return cls(f"agent:{handle}")

    @classmethod
    def contact(cls, number: int) -> Actor:
        """Return the actor for a customer."""
        return cls(f"contact:{number}")

    @classmethod
    def system(cls, name: str) -> Actor:
        """Return the actor for a service of the desk, such as "intake" or "sla"."""
        return cls(f"system:{name}")

    @classmethod
    def user(cls, login: str) -> Actor:
        """Return the actor for a system user without an agent."""
        return cls(f"user:{login}")

    @property
    def is_system(self) -> bool:
        """True for a service of the desk itself."""
        return self.startswith("system:")

    @property
    def handle(self) -> str | None:
        """The agent's handle; None for other actors."""
        kind, _, name = self.partition(":")
        return name if kind == "agent" else None
