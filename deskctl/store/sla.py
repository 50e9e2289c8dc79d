"""Store calendars, SLA policies and clocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, select

from ..core.calendars.model import Calendar, Frame, SpecialDay
from ..core.sla.clocks import Clock, ClockState
from ..core.sla.policy import Metric, Policy, Step, parse_threshold
from ..core.sla.policy_book import PolicyBook
from ..core.sla.repository import SlaChanges
from ..core.tickets.model import Priority
from .encoding import clean, from_json, maybe_clean, to_json
from .moments import from_micros, maybe_from_micros, maybe_to_micros, to_micros
from .statements import delete, insert, on_conflict_update, select_rows, update
from .tables import calendars, clocks, sla_book, sla_policies

_MICRO = timedelta(microseconds=1)
_BOOK = 1

CALENDAR_COLUMNS = "name version since timezone week days holidays removed"
POLICY_COLUMNS = "name version since position when calendar targets warnings steps"
CLOCK_KEY = ("ticket", "metric", "instance")
CLOCK_COLUMNS = (
    "ticket metric instance state started_at policy version calendar target due_at counted since ruled_since by_hand "
    "why breached_at fulfilled_at fired next_at edition"
)


class PolicyBookCache:
    """Caches the policy book until its edition changes."""

    def __init__(self) -> None:
        self._book: PolicyBook | None = None

    def book(self, connection: Connection) -> PolicyBook:
        row = connection.execute(select(sla_book.c.edition, sla_book.c.used)).one_or_none()
        edition, used = (0, False) if row is None else (row.edition, row.used)
        known = self._book
        if known is None or known.edition != edition:
            known = self._book = _read(connection, edition, used, known)
        return known


def _read(connection: Connection, edition: int, used: bool, known: PolicyBook | None) -> PolicyBook:
    dates: defaultdict[str, list[Calendar]] = defaultdict(list)
    gone = set()
    for row in connection.execute(select(calendars).order_by(calendars.c.name, calendars.c.version)):
        dates[row.name].append(_calendar(row))
        if row.removed:
            gone.add(row.name)
    policies: defaultdict[str, list[Policy]] = defaultdict(list)
    places: dict[str, int] = {}
    for row in connection.execute(select(sla_policies).order_by(sla_policies.c.name, sla_policies.c.version)):
        policies[row.name].append(_policy(row))
        if row.position is not None:
            places[row.name] = row.position
    order = tuple(sorted(places, key=lambda name: places[name]))
    book = PolicyBook(edition, used, dict(dates), dict(policies), order, frozenset(gone))
    if known is not None:
        # Versions never change, so values that were derived from them stay valid.
        book.derived.openings.update(known.derived.openings)
        book.derived.conditions.update(known.derived.conditions)
    return book


def _calendar(row: Any) -> Calendar:
    return Calendar(
        name=row.name,
        timezone=row.timezone,
        week=tuple(_frames(frames) for frames in from_json(row.week)),
        days={date.fromisoformat(day): _day(*stored) for day, stored in from_json(row.days).items()},
        holidays=tuple(from_json(row.holidays)),
        version=row.version,
        since=from_micros(row.since),
    )


def _day(name: str, frames: Sequence[Sequence[int]], public: bool = False) -> SpecialDay:
    """Return a special day. Data of older versions does not mark public holidays."""
    return SpecialDay(name, _frames(frames), public)


def _day_json(day: SpecialDay) -> list[Any]:
    return [day.name, [list(frame) for frame in day.frames], *([True] if day.public else [])]


def _frames(pairs: Sequence[Sequence[int]]) -> tuple[Frame, ...]:
    return tuple(Frame(start, end) for start, end in pairs)


def _policy(row: Any) -> Policy:
    return Policy(
        name=row.name,
        when=row.when,
        calendar=row.calendar,
        targets={
            Metric(metric): {Priority[p.upper()]: timedelta(seconds=s) for p, s in targets.items()}
            for metric, targets in from_json(row.targets).items()
        },
        warnings=tuple(parse_threshold(level, row.name) for level in from_json(row.warnings)),
        steps=tuple(
            Step(parse_threshold(level, row.name), tuple((what, value) for what, value in then))
            for level, then in from_json(row.steps)
        ),
        version=row.version,
        since=from_micros(row.since),
    )


def load_clocks(connection: Connection, tickets: Collection[int]) -> Iterator[Clock]:
    rows = select_rows(connection, clocks, CLOCK_COLUMNS, "ticket", [(ticket,) for ticket in tickets])
    return (clock(row) for row in rows)


def clock(row: Any) -> Clock:
    return Clock(
        ticket=row.ticket,
        metric=Metric(row.metric),
        instance=row.instance,
        state=ClockState(row.state),
        started_at=from_micros(row.started_at),
        policy=row.policy,
        version=row.version,
        calendar=row.calendar,
        target=None if row.target is None else row.target * _MICRO,
        due_at=maybe_from_micros(row.due_at),
        counted=row.counted * _MICRO,
        since=from_micros(row.since),
        ruled_since=from_micros(row.ruled_since),
        by_hand=bool(row.by_hand),
        why=row.why,
        breached_at=maybe_from_micros(row.breached_at),
        fulfilled_at=maybe_from_micros(row.fulfilled_at),
        fired=tuple(from_json(row.fired)),
        next_at=maybe_from_micros(row.next_at),
        edition=row.edition,
    )


def _clock_values(clock: Clock) -> tuple[Any, ...]:
    return (
        clock.ticket,
        clock.metric.value,
        clock.instance,
        clock.state.value,
        to_micros(clock.started_at),
        clock.policy,
        clock.version,
        clock.calendar,
        None if clock.target is None else clock.target // _MICRO,
        maybe_to_micros(clock.due_at),
        clock.counted // _MICRO,
        to_micros(clock.since),
        to_micros(clock.ruled_since),
        clock.by_hand,
        maybe_clean(clock.why),
        maybe_to_micros(clock.breached_at),
        maybe_to_micros(clock.fulfilled_at),
        to_json(list(clock.fired)),
        maybe_to_micros(clock.next_at),
        clock.edition,
    )


def write_sla(connection: Connection, changes: SlaChanges) -> None:
    if changes.book is not None:
        row = (_BOOK, changes.book.edition, changes.book.used)
        insert(connection, sla_book, [row], "id edition used", on_conflict_update("id", ["edition", "used"]))
        _calendars(connection, changes)
        _policies(connection, changes)
    rows = [_clock_values(clock) for _, clock in sorted(changes.clocks.items()) if clock is not None]
    gone = [(ticket, *key) for (ticket, key), clock in sorted(changes.clocks.items()) if clock is None]
    delete(connection, clocks, [(t, metric.value, instance) for t, metric, instance in gone], " ".join(CLOCK_KEY))
    rest = [column for column in CLOCK_COLUMNS.split() if column not in CLOCK_KEY]
    insert(connection, clocks, rows, CLOCK_COLUMNS, on_conflict_update(", ".join(CLOCK_KEY), rest))


def _calendars(connection: Connection, changes: SlaChanges) -> None:
    update(connection, calendars, [(True, name) for name in sorted(changes.gone_calendars)], "removed", "name")
    back = sorted({c.name for c in changes.calendars} - changes.gone_calendars)
    update(connection, calendars, [(False, name) for name in back], "removed", "name")
    rows = [
        (
            clean(c.name),
            c.version,
            to_micros(c.since),
            c.timezone,
            to_json([[list(frame) for frame in frames] for frames in c.week]),
            to_json({day.isoformat(): _day_json(special) for day, special in sorted(c.days.items())}),
            to_json(list(c.holidays)),
            c.name in changes.gone_calendars,
        )
        for c in changes.calendars
    ]
    insert(connection, calendars, rows, CALENDAR_COLUMNS)


def _policies(connection: Connection, changes: SlaChanges) -> None:
    rows = [
        (
            clean(p.name),
            p.version,
            maybe_to_micros(p.since),
            None,
            clean(p.when),
            clean(p.calendar),
            to_json({m.value: {q.label: int(t.total_seconds()) for q, t in ts.items()} for m, ts in p.targets.items()}),
            to_json([str(level) for level in p.warnings]),
            to_json([[str(step.at), [list(pair) for pair in step.then]] for step in p.steps]),
        )
        for p in changes.policies
    ]
    insert(connection, sla_policies, rows, POLICY_COLUMNS)
    if changes.order is not None:
        connection.execute(sla_policies.update().values(position=None))
        placed = [(place, name) for place, name in enumerate(changes.order)]
        update(connection, sla_policies, placed, "position", "name")
