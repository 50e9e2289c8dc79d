"""The limits of the listener for all clients together and for each client: connections, bytes of unfinished mail."""

from __future__ import annotations

import socket
import struct
from asyncio import BaseTransport
from collections import Counter
from typing import Final

from .config import Listen

_UCRED: Final = struct.Struct("iII")  # pid, uid, gid


def peer_of(transport: BaseTransport) -> str:
    """Return the client that the limits apply to: an IPv4 address, an IPv6 network, or the user of a UNIX socket.

    A host usually has a whole IPv6 network of 64 bits, so its addresses count together.
    """
    name = transport.get_extra_info("peername")
    if isinstance(name, tuple):
        address = str(name[0])
        if ":" not in address:
            return address
        packed = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
        return socket.inet_ntop(socket.AF_INET6, packed[:8] + bytes(8)) + "/64"
    connection = transport.get_extra_info("socket")
    _, uid, _ = _UCRED.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _UCRED.size))
    return f"uid {uid}"


class Admission:
    """Counts the connections and the bytes of unfinished mail of a listener."""

    def __init__(self, limits: Listen, max_size: int) -> None:
        """Apply these limits. A mail of `max_size` bytes can always be received when nothing else is."""
        self._limits = limits
        self._most = max(limits.max_unfinished, max_size)
        self._most_per_peer = max(limits.max_unfinished_per_peer, max_size)
        self._connections: Counter[str] = Counter()
        self._bytes: Counter[str] = Counter()

    def admits(self, peer: str) -> bool:
        """Return True if the peer can have one more connection."""
        return (
            self._connections.total() < self._limits.max_connections
            and self._connections[peer] < self._limits.max_connections_per_peer
        )

    def enter(self, peer: str) -> None:
        """Count a new connection."""
        self._connections[peer] += 1

    def leave(self, peer: str) -> None:
        """Remove a connection that ended."""
        _subtract(self._connections, peer, 1)

    def has_room(self, peer: str, size: int) -> bool:
        """Return True if the peer can send `size` more bytes of unfinished mail now."""
        return self._bytes.total() + size <= self._most and self._bytes[peer] + size <= self._most_per_peer

    def reserve(self, peer: str, size: int) -> bool:
        """Count bytes of unfinished mail. Return False, and count nothing, if they exceed a limit."""
        if not self.has_room(peer, size):
            return False
        self._bytes[peer] += size
        return True

    def release(self, peer: str, size: int) -> None:
        """Remove bytes that were reserved."""
        _subtract(self._bytes, peer, size)


def _subtract(counts: Counter[str], peer: str, number: int) -> None:
    counts[peer] -= number
    if counts[peer] <= 0:
        del counts[peer]
