"""What concerns the journal, the outbox and the timers, asked by people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from . import Command


@dataclass(frozen=True, slots=True)
class RetryIntake(Command):
    """Put a quarantined journal row back in line."""

    did: ClassVar[str] = "retried"
    needs_agent: ClassVar[bool] = False
    journal: int


@dataclass(frozen=True, slots=True)
class DropIntake(Command):
    """Give a quarantined journal row up; its raw bytes stay until retention removes them."""

    did: ClassVar[str] = "dropped"
    needs_agent: ClassVar[bool] = False
    journal: int


@dataclass(frozen=True, slots=True)
class RetryOutbox(Command):
    """Send a failed or uncertain message again, now. For an uncertain one a person takes the risk of a double."""

    did: ClassVar[str] = "retried"
    needs_agent: ClassVar[bool] = False
    outbox: int


@dataclass(frozen=True, slots=True)
class CancelOutbox(Command):
    """Do not send what is still waiting in the outbox."""

    did: ClassVar[str] = "cancelled"
    needs_agent: ClassVar[bool] = False
    outbox: int
