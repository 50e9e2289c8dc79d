"""What `[channels.NAME]` with `type = "pigeon"` holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from deskctl.plugins import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class PigeonConfig:
    """`inbox`: the folder that messages are put into. `outbox`: where answers go. `poll`: how often to look."""

    inbox: Path
    outbox: Path
    poll: timedelta = timedelta(seconds=2)

    def __post_init__(self) -> None:
        if self.poll < timedelta(milliseconds=10):
            raise Invalid("must be longer", key="poll")
        if self.inbox == self.outbox:
            raise Invalid("must be another folder than the inbox", key="outbox")
