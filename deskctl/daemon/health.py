"""The health of the daemon's services, for `doctor` and for systemd."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from deskctl.core.operations.views import HealthReport
from deskctl.daemon.journal import JournalWorker
from deskctl.daemon.supervisor import Supervisor
from deskctl.daemon.writer import Writer

#: Seconds. If one write takes longer, the daemon counts as stuck.
STUCK_AFTER = 120.0


class DaemonHealth:
    """Collects the health of the daemon. Use it in the event loop only."""

    def __init__(self, supervisor: Supervisor, writer: Writer, journal: JournalWorker, config_sha256: str) -> None:
        """`config_sha256` is the hexadecimal hash of the configuration file that the daemon loaded."""
        self._config_sha256 = config_sha256
        self._supervisor = supervisor
        self._writer = writer
        self._journal = journal
        self._started_at = datetime.now(UTC)
        self._alerts: dict[str, str] = {}

    def record_alert(self, channel: str, what: str) -> None:
        """Record a problem of a channel that a person must see. It is shown while the service has no newer error."""
        self._alerts[channel] = what

    def alive(self) -> bool:
        """Return True if the daemon makes progress. Otherwise systemd restarts it."""
        return self._writer.busy_for < STUCK_AFTER

    def states(self) -> dict[str, str]:
        """Return the state of each service, by name."""
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
