"""The configuration table `[channels.NAME]` with `type = "pigeon"`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from deskctl.plugins import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class PigeonConfig:
    """The configuration: the folders `inbox` for messages and `outbox` for replies, and the interval `poll`."""

    inbox: Path
    outbox: Path
    poll: timedelta = timedelta(seconds=2)

    def __post_init__(self) -> None:
        if self.poll < timedelta(milliseconds=10):
            raise Invalid("must be at least 10 ms", key="poll")
        if self.inbox == self.outbox:
            raise Invalid("must differ from inbox", key="outbox")
