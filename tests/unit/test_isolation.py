"""Unit tests run without servers."""

from __future__ import annotations

import socket
import sys

import pytest

from tests.servers.isolation import NotIsolated


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_network_sockets_are_refused(family: int) -> None:
    with pytest.raises(NotIsolated):
        socket.socket(family)


def test_unix_sockets_are_allowed() -> None:
    one, other = socket.socketpair()
    one.close()
    other.close()


def test_postgresql_driver_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "psycopg", raising=False)
    with pytest.raises(NotIsolated):
        import psycopg  # noqa: F401
