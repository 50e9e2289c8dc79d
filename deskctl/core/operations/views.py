"""JSON documents of operations (`docs/reference/json.md`)."""

from __future__ import annotations

from typing import TypedDict


class StoreReport(TypedDict):
    """The state of the store. `pending`: migrations that `db upgrade` runs; `size`: in bytes, null on PostgreSQL."""

    url: str
    engine: str
    revision: str | None
    head: str
    pending: list[str]
    size: int | None
    tickets: int
    messages: int
    waiting: int
    quarantined: int
    outbox: int


class ServiceHealth(TypedDict):
    """The state of a service of the daemon."""

    name: str
    state: str  # running, backoff, stopped, off
    since: str
    restarts: int
    last_error: str | None


class HealthReport(TypedDict):
    """The state of the daemon."""

    daemon: bool
    pid: int | None
    started_at: str | None
    config_sha256: str | None  # of the configuration file that the daemon read
    services: list[ServiceHealth]
