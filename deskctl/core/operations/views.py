"""JSON documents of the feature operations (`docs/reference/json.md`)."""

from __future__ import annotations

from typing import TypedDict


class StoreReport(TypedDict):
    """`pending` names the migrations that `db upgrade` would run. `size` is in bytes, null on a server."""

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
    name: str
    state: str  # running, backoff, stopped, off
    since: str
    restarts: int
    last_error: str | None


class HealthReport(TypedDict):
    daemon: bool
    pid: int | None
    started_at: str | None
    config_sha256: str | None  # of the configuration file that the daemon read
    services: list[ServiceHealth]
