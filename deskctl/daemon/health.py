"""How the daemon's components are, for `doctor` and for systemd."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from deskctl.core.queries.answers import HealthReport
from deskctl.daemon.journal import JournalWorker
from deskctl.daemon.supervisor import Supervisor
from deskctl.daemon.writer import Writer

#: Seconds of one write after which the daemon counts as stuck.
STUCK_AFTER = 120.0


class DaemonHealth:
    """Asked from the loop."""

    def __init__(self, supervisor: Supervisor, writer: Writer, journal: JournalWorker, config_sha256: str) -> None:
        """`config_sha256` (hexadecimal) is that of the configuration file that the daemon read."""
        self._config_sha256 = config_sha256
        self._supervisor = supervisor
        self._writer = writer
        self._journal = journal
        self._started_at = datetime.now(UTC)
        self._alerts: dict[str, str] = {}

    def alerted(self, channel: str, what: str) -> None:
        """A channel says what a person must see; it stands until its service starts anew."""
        self._alerts[channel] = what

    def alive(self) -> bool:
        """Whether the daemon does its work; systemd restarts it when not."""
        return self._writer.busy_for < STUCK_AFTER

    def states(self) -> dict[str, str]:
        """The state of every service, by name."""
        return {service.name: service.state.value for service in self._supervisor.services.values()}

    def report(self) -> HealthReport:
        services = [service.health() for service in self._supervisor.services.values()]
        for service in services:
            service["last_error"] = service["last_error"] or self._alerts.get(service["name"])
        return HealthReport(
            daemon=True,
            pid=os.getpid(),
            started_at=self._started_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            config_sha256=self._config_sha256,
            services=[self._journal.health(), *services],
        )
