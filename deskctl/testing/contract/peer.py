"""The other side of a channel in the contract tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from ...plugins import Rejected, TryLater, Uncertain

#: The faults of the other side during sending, and the error that the channel must raise for each.
Fault = Literal["refuses", "is busy", "falls silent"]
RAISED: Mapping[Fault, type[Exception]] = {"refuses": Rejected, "is busy": TryLater, "falls silent": Uncertain}


class Peer(Protocol):
    """The other side in the same process: a real server on loopback, a folder, a fake web service."""

    config: Any
    """An instance of `ChannelType.config` that connects to this peer."""

    def put(self, raw: bytes) -> None:
        """Offer a message to the channel; repeat it if the protocol leaves retries to the sender."""
        ...

    def acknowledged(self) -> int:
        """Return the number of offered messages that the channel acknowledged, so that they are not offered again."""
        ...

    def received(self) -> list[str]:
        """Return the texts that the channel sent, each with the text of the message somewhere in it.

        Include messages that arrived before the fault "falls silent".
        """
        ...

    def fail(self, fault: Fault) -> None:
        """Answer the next message with this fault. Only faults in `faults` of the contract are used.

        With "falls silent" the message arrives, and the connection ends without an answer.
        """
        ...
