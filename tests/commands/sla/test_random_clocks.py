"""Stored clocks of tickets with random histories are equal to those that the reference calculates from the events."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from deskctl.core.calendars.commands import AddCalendar, ChangeCalendar
from deskctl.core.delivery.commands import CancelOutbox, RetryOutbox, SettleDelivery
from deskctl.core.kernel.timer_command import FireTimer
from deskctl.core.merges.commands import Merge, Split
from deskctl.core.messages.commands import MarkSpam, Reply, UnmarkSpam
from deskctl.core.sla import commands as lv
from deskctl.core.sla.clocks import Clock, ClockState
from deskctl.core.sla.repository import Sla
from deskctl.core.tickets import commands as c
from deskctl.core.tickets.model import ACTIVE
from deskctl.core.undo.commands import Undo
from deskctl.errors import DeskctlError
from tests.commands.desk import StoredDesk
from tests.commands.sla import reference_clocks as reference

TICKETS = 2000 if os.environ.get("DESKCTL_LONG") else 24
#: The number of tickets on one desk, whose policies and calendars get new versions.
TOGETHER = 8

HOURS = {
    "mon-sun 08:00-12:00 13:00-20:00": {day: [(480, 720), (780, 1200)] for day in range(7)},
    "mon-fri 09:00-18:00": {day: [(540, 1080)] for day in range(5)},
    "mon-sun 00:00-24:00": {day: [(0, 1440)] for day in range(7)},
    "daily 22:30-24:00": {day: [(1350, 1440)] for day in range(7)},
}
ZONES = ("Asia/Seoul", "UTC", "Europe/Berlin", "America/New_York")
LENGTHS = (15, 45, 60, 240, 480, 1440)
METRICS = ("first_response", "next_response", "update", "resolution", "work")
AFTER = ("pending", "open", "hold", "solved")
PRIORITIES = ("low", "normal", "high", "urgent")


class RandomTickets:
    """Creates tickets with random histories on one desk; `now` is always a whole minute."""

    def __init__(self, url: str, seed: int) -> None:
        self.random = random.Random(seed)
        self.desk = StoredDesk(url)
        # Around the last Sunday of March, when the clocks in Berlin change.
        self.desk.now = datetime(2026, 3, 24, 6, 0, tzinfo=UTC)
        self.up = reference.Configuration()
        self.order: list[str] = []
        self.ticket = 0
        for name in ("one", "two"):
            self.new_calendar(name)
        self.new_policy("gold", "tag:gold")
        self.new_policy("rest", "")

    # --- configuration ----------------------------------------------------------------------------

    def new_calendar(self, name: str) -> None:
        zone, hours = self.random.choice(ZONES), self.random.choice(list(HOURS))
        self.desk.do(AddCalendar(name, zone, hours), "user:root")
        self.up.calendars[name] = [(self.desk.now, (zone, HOURS[hours]))]

    def change_calendar(self) -> None:
        name = self.random.choice(list(self.up.calendars))
        zone, hours = self.random.choice(ZONES), self.random.choice(list(HOURS))
        self.desk.do(ChangeCalendar(name, zone, hours), "user:root")
        self.up.calendars[name].append((self.desk.now, (zone, HOURS[hours])))

    def targets(self) -> dict[str, dict[str, int]]:
        chosen = self.random.sample(METRICS, self.random.randint(1, 5))
        return {
            m: {p: self.random.choice(LENGTHS) for p in self.random.sample(PRIORITIES, self.random.randint(1, 4))}
            for m in chosen
        }

    def new_policy(self, name: str, when: str) -> None:
        targets, calendar = self.targets(), self.random.choice(["24x7", *self.up.calendars])
        self.desk.do(lv.AddPolicy(name, when, calendar, _written(targets), ("70%", "30m")), "user:root")
        self.up.policies.setdefault(name, []).append((self.desk.now, {"calendar": calendar, "targets": targets}))
        if self.random.random() < 0.5:
            self.desk.do(lv.AddStep(name, "breach", ("priority=urgent", "notify=lead")), "user:root")
        self.order.append(name)

    def change_policy(self) -> None:
        name = self.random.choice(self.order)
        known = self.up.policy(name, self.desk.now)
        calendar = self.random.choice(["24x7", *self.up.calendars])
        targets = {**known["targets"], **self.targets()}
        self.desk.do(lv.ChangePolicy(name, calendar=calendar, targets=_written(targets)), "user:root")
        merged = {m: {**known["targets"].get(m, {}), **by} for m, by in targets.items()}
        self.up.policies[name].append((self.desk.now, {"calendar": calendar, "targets": merged}))

    def swap_policies(self) -> None:
        if "extra" in self.order:
            self.desk.do(lv.RemovePolicy("extra"), "user:root")
            self.order.remove("extra")
        else:
            self.new_policy("extra", self.random.choice(["priority:high", "tag:gold priority:>=high", "team:support"]))
            self.desk.do(lv.MovePolicy("extra", 1), "user:root")

    # --- changes of a ticket ----------------------------------------------------------------------

    def do(self, command: Any, who: str = "agent1") -> None:
        with suppress(DeskctlError):  # some commands are refused in some states
            self.desk.do(command, who)

    def outgoing(self, act: Callable[[int], Any]) -> None:
        rows = [row for row in self.desk.outbox(ticket=self.ticket) if "ana@example.org" in row["to"]]
        if rows:
            self.do(act(self.random.choice(rows)["id"]), "system:sender")

    def step(self) -> None:
        r, n = self.random, self.ticket
        choices: list[tuple[int, Callable[[], None]]] = [
            (5, self.mail),
            (5, lambda: self.do(Reply(n, "Try again.", status=r.choice(AFTER), force=True))),
            (2, lambda: self.do(c.Set(n, (("status", r.choice(["open", "pending", "hold"])),)))),
            (2, lambda: self.do(c.Solve(n))),
            (2, lambda: self.do(c.Reopen(n))),
            (4, lambda: self.do(c.Set(n, (("priority", r.choice(PRIORITIES)),)))),
            (3, lambda: self.do(c.Tag(n, *((("gold",), ()) if r.random() < 0.6 else ((), ("gold",)))))),
            (2, lambda: self.do(lv.Promise(n, f"+{r.randint(20, 2000)}m"))),
            (1, lambda: self.do(c.Set(n, ((f"due.{r.choice(METRICS)}", f"+{r.randint(5, 2000)}m"),)))),
            (1, lambda: self.do(c.Set(n, ((f"due.{r.choice(METRICS)}", "none"),)))),
            (4, lambda: self.do(Undo())),
            (4, lambda: self.outgoing(lambda o: SettleDelivery(o, "rejected", "no such user"))),
            (1, lambda: self.outgoing(CancelOutbox)),
            (2, lambda: self.outgoing(RetryOutbox)),
            (1, lambda: self.do(MarkSpam(n))),
            (1, lambda: self.do(UnmarkSpam(n))),
            (1, lambda: self.do(Merge(n, self.other))),
            (2, lambda: self.do(Merge(self.older, n))),
            (2, lambda: self.do(Merge(self.other, n))),
            (3, self.split),
            (1, lambda: self.do(c.Take(n))),
            (1, self.change_calendar),
            (2, self.change_policy),
            (1, self.swap_policies),
        ]  # fmt: skip
        r.choices([act for _, act in choices], [weight for weight, _ in choices])[0]()

    def mail(self) -> None:
        automatic = "auto-reply" if self.random.random() < 0.15 else ""
        self.desk.mail(subject=f"Re: Printer [#{self.ticket}]", references=self.thread, automatic=automatic)

    def split(self) -> None:
        """Split the ticket; half of the time, continue with the new one."""
        said = [m["id"] for m in self.desk.show(self.ticket)["messages"] if m["ticket"] == self.ticket]
        with suppress(DeskctlError):
            made = self.desk.do(Split(self.ticket, tuple(self.random.sample(said, min(len(said), 1)))))
            self.compare()
            if self.random.random() < 0.5:
                self.ticket = int(made.facts["number"])

    def wait(self) -> None:
        """Let time pass in whole minutes, with or without a running daemon."""
        until = self.desk.now + timedelta(minutes=self.random.choice([1, 7, 30, 90, 240, 600, 1500]))
        if self.random.random() < 0.75:
            while (due := self.desk.store.timers.next_due()) is not None and due <= until:
                self.desk.now = max(due, self.desk.now)
                self.fire()
        self.desk.now = until
        if self.random.random() < 0.7:
            self.fire()

    def fire(self) -> None:
        while due := self.desk.store.timers.due(100):
            for timer in due:
                self.desk.do(FireTimer(timer.id), "system:clock")

    # --- comparing --------------------------------------------------------------------------------

    def run_ticket(self) -> None:
        """Create a ticket, change it randomly until it is closed, and compare its clocks after each step."""
        self.ticket = 0
        self.older = int(self.desk.mail(sender="cem@example.org").facts["number"])
        self.desk.now += timedelta(minutes=self.random.choice([1, 90, 600]))
        self.fire()
        self.other = int(self.desk.mail(sender="bob@example.org").facts["number"])
        made = self.desk.mail(sender="ana@example.org", message_id=f"<first-{self.other}@example.org>")
        self.ticket = int(made.facts["number"])
        self.thread = (f"<first-{self.other}@example.org>",)
        for _ in range(self.random.randint(4, 14)):
            self.wait()
            self.step()
            self.compare()
        self.do(c.Close(self.other))
        self.do(c.Close(self.ticket))
        self.desk.now += timedelta(minutes=1)
        self.fire()

    def compare(self) -> None:
        now = self.desk.now
        kept = self.desk.store.transaction(lambda unit: dict(Sla.of(unit).clocks(self.ticket)))
        wanted = reference.clocks(self.desk.show(self.ticket)["events"], self.up, now)
        names = {(key.metric.value, key.instance) for key in kept}
        ticket = self.desk.ticket(self.ticket)
        # A ticket that is done gets a changed policy only when it is changed again.
        assert names == set(wanted) if ticket.status in ACTIVE else names <= set(wanted)
        for key, clock in kept.items():
            expected = wanted[key.metric.value, key.instance]
            assert _seen(clock, now) == (expected.state, expected.fulfilled, expected.breached), (key, clock, expected)
            if clock.state is ClockState.RUNNING and expected.breached is None and expected.due is not None:
                assert clock.due_at == expected.due, (key, clock, expected)
        running = [k.due_at for k in kept.values() if k.state is ClockState.RUNNING and k.due_at]
        assert ticket.due_at == min(running, default=None)


def _seen(clock: Clock, now: datetime) -> tuple[str, datetime | None, datetime | None]:
    """Return state, fulfillment and breach of a clock; it is overdue even if its timer was not processed yet."""
    breached = clock.breached_at
    if breached is None and clock.state is ClockState.RUNNING and clock.due_at is not None and clock.due_at <= now:
        breached = max(clock.due_at, clock.since, clock.ruled_since)
    return clock.state.value, clock.fulfilled_at, breached


def _written(targets: dict[str, dict[str, int]]) -> tuple[tuple[str, str], ...]:
    return tuple((metric, f"{p}={minutes}m") for metric, by in targets.items() for p, minutes in by.items())


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(TICKETS // TOGETHER))
def test_stored_clocks_equal_the_clocks_of_the_event_log(seed: int, tmp_path: Path) -> None:
    tickets = RandomTickets(f"sqlite:///{tmp_path / 'desk.db'}", seed)
    try:
        for _ in range(TOGETHER):
            tickets.run_ticket()
    finally:
        tickets.desk.close()
