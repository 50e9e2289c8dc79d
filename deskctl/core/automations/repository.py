"""Write the jobs of automations."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..kernel.repository import Repository
from ..kernel.unit import Unit
from .jobs import Job


@dataclass(slots=True)
class JobChanges:
    """The jobs that a transaction writes."""

    jobs: list[Job] = field(default_factory=list)


class Jobs(Repository):
    """The jobs of a unit."""

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.changes = unit.changes.of(JobChanges)

    def add(self, job: Job) -> None:
        """Add a job."""
        self.changes.jobs.append(job)
