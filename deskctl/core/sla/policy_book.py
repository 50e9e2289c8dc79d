"""The policy book: all SLA policies and calendars of the desk with their versions, and lookups by time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime

from ...dataclass import dataclass
from ..calendars.business_hours import BusinessHours
from ..calendars.model import ALWAYS, BEGINNING, Calendar, always_open
from ..calendars.working_time import Schedule, ScheduleEntry
from .conditions import Condition, TicketFacts, parse
from .policy import Policy


@dataclass(slots=True)
class DerivedCache:
    """Values derived from versions of calendars and policies, which stay valid in later editions."""

    openings: dict[tuple[str, int], BusinessHours] = field(default_factory=dict)
    conditions: dict[str, Condition] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PolicyBook:
    """All policies and calendars. `edition` counts changes.

    `calendars` and `policies` contain all versions, oldest first. `order` lists the active policies, `gone` the removed
    calendars. `used`: some ticket has clocks, or can get them.
    """

    edition: int = 0
    used: bool = False
    calendars: Mapping[str, Sequence[Calendar]] = field(default_factory=dict)
    policies: Mapping[str, Sequence[Policy]] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    gone: frozenset[str] = frozenset()
    derived: DerivedCache = field(default_factory=DerivedCache, compare=False)
    _schedules: dict[str | None, Schedule] = field(default_factory=dict, compare=False, repr=False)

    # --- current versions -------------------------------------------------------------------------

    def calendar(self, name: str) -> Calendar | None:
        """Return the newest version of a calendar; None if it does not exist or was removed."""
        if name in self.calendars and name not in self.gone:
            return self.calendars[name][-1]
        return always_open() if name == ALWAYS else None

    def policy(self, name: str) -> Policy | None:
        return self.policies[name][-1] if name in self.order else None

    def place(self, policy: str) -> int | None:
        """Return a policy's place in the order, from 1; None if it is not active."""
        return self.order.index(policy) + 1 if policy in self.order else None

    @property
    def current_calendars(self) -> list[Calendar]:
        names = {ALWAYS, *self.calendars} - self.gone
        return [found for name in sorted(names) if (found := self.calendar(name)) is not None]

    @property
    def current_policies(self) -> list[Policy]:
        return [self.policies[name][-1] for name in self.order]

    def condition(self, when: str) -> Condition:
        known = self.derived.conditions
        if when not in known:
            known[when] = parse(when)
        return known[when]

    def match(self, facts: TicketFacts) -> str | None:
        """Return the name of the first policy that matches a ticket."""
        return next((n for n in self.order if self.condition(self.policies[n][-1].when).matches(facts)), None)

    # --- versions by time -------------------------------------------------------------------------

    def version(self, policy: str, at: datetime) -> Policy:
        """Return the version that was valid at a moment; before the first version, return the first."""
        versions = self.policies[policy]
        return next((v for v in reversed(versions) if _since(v) <= at), versions[0])

    def opening(self, calendar: Calendar) -> BusinessHours:
        known = self.derived.openings
        key = (calendar.name, calendar.version)
        if key not in known:
            known[key] = BusinessHours(calendar)
        return known[key]

    def schedule(self, policy: str | None) -> Schedule:
        """Return the working time of a policy: the versions of the policy and its calendars, each from its start."""
        if policy not in self._schedules:
            self._schedules[policy] = Schedule(self._entries(policy))
        return self._schedules[policy]

    def _entries(self, policy: str | None) -> list[ScheduleEntry]:
        if policy is None:
            return [ScheduleEntry(BEGINNING, self.opening(always_open()))]
        entries: list[ScheduleEntry] = []
        versions = self.policies[policy]
        for number, version in enumerate(versions):
            begin = _since(version) if number else BEGINNING
            end = _since(versions[number + 1]) if number + 1 < len(versions) else None
            for entry in self._of_calendar(version.calendar, begin, end):
                if not entries or entries[-1].opening is not entry.opening:
                    entries.append(entry)
        return entries

    def _of_calendar(self, name: str, begin: datetime, end: datetime | None) -> list[ScheduleEntry]:
        versions = self.calendars.get(name) or (always_open(),)
        entries = []
        for number, calendar in enumerate(versions):
            since = max(begin, calendar.since) if number else begin
            until = versions[number + 1].since if number + 1 < len(versions) else None
            if (until is None or until > begin) and (end is None or since < end):
                entries.append(ScheduleEntry(since, self.opening(calendar)))
        return entries

    # --- changes ----------------------------------------------------------------------------------

    def with_calendar(self, calendar: Calendar) -> PolicyBook:
        versions = (*self.calendars.get(calendar.name, ()), calendar)
        return self._changed(calendars={**self.calendars, calendar.name: versions}, gone=self.gone - {calendar.name})

    def without_calendar(self, name: str) -> PolicyBook:
        return self._changed(gone=self.gone | {name})

    def with_policy(self, policy: Policy) -> PolicyBook:
        versions = (*self.policies.get(policy.name, ()), policy)
        order = self.order if policy.name in self.order else (*self.order, policy.name)
        return self._changed(policies={**self.policies, policy.name: versions}, order=order, used=True)

    def in_order(self, order: tuple[str, ...]) -> PolicyBook:
        return self._changed(order=order)

    def in_use(self) -> PolicyBook:
        return self if self.used else self._changed(used=True)

    def _changed(self, **fields: object) -> PolicyBook:
        return replace(self, edition=self.edition + 1, _schedules={}, **fields)  # type: ignore[arg-type]


def _since(policy: Policy) -> datetime:
    return policy.since or BEGINNING
