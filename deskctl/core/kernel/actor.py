""""""

from __future__ import annotations


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
