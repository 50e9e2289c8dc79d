"""The other side of a channel, as the contract uses it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from ...plugins import Rejected, TryLater, Uncertain

#: How the other side can fail when it is sent something, and what the channel must then raise.
Fault = Literal["refuses", "is busy", "falls silent"]
RAISED: Mapping[Fault, type[Exception]] = {"refuses": Rejected, "is busy": TryLater, "falls silent": Uncertain}


class Peer(Protocol):
    """The other side, in the same process: a real server on loopback, a folder, a fake of a web service."""

    config: Any
    """An instance of `ChannelType.config` that points here."""

    def put(self, raw: bytes) -> None:
        """Offer a message to the channel; again and again, where the protocol leaves that to the sender."""
        ...

    def acknowledged(self) -> int:
        """How many offered messages the channel has taken over: whatever it would not be given again."""
        ...

    def received(self) -> list[str]:
        """What the channel sent here, as text in which the words of the message can be found; also what arrived
        before the other side fell silent."""
        ...

    def fail(self, fault: Fault) -> None:
        """Meet the next message that is sent here with this fault. Only for what `faults` of the contract names.

        "falls silent": the words have arrived, and the connection ends without an answer.
        """
        ...
