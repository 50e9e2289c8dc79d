"""The configuration table `[plugins.pigeon]`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from deskctl.plugins import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class PigeonConfig:
    """The configuration: the action accepts `names` and writes files to the folder `outbox`."""

    outbox: Path
    names: tuple[str, ...] = ("day", "night")

    def __post_init__(self) -> None:
        if not all(name.strip() for name in self.names):
            raise Invalid("contains an empty name", key="names")
