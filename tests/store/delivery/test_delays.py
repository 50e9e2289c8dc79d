"""After the clock is set back, delays do not become longer, on each database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deskctl.core.delivery.commands import SettleDelivery
from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.kernel.timers import Timer
from deskctl.core.messages.commands import Reply
from tests.commands.desk import StoredDesk


@pytest.fixture
def desk(desk_url: str) -> Iterator[StoredDesk]:
    desk = StoredDesk(desk_url)
    yield desk
    desk.close()


def full(desk: StoredDesk) -> list[dict[str, Any]]:
    return [desk.store.ask(ShowOutbox(row["id"])) for row in desk.outbox()]


def due(desk: StoredDesk) -> list[timedelta]:
    found = [datetime.fromisoformat(row["next_attempt_at"]) for row in full(desk) if row["next_attempt_at"]]
    return sorted(at.astimezone(UTC) - desk.now for at in found)


def test_retries_and_undo_windows_do_not_wait_longer(desk: StoredDesk) -> None:
    ticket = int(desk.mail().facts["number"])
    for entry in desk.store.outbox.claim(10):
        desk.do(SettleDelivery(entry.id, "try_later", "no route"), "system:sender")
    desk.do(Reply(ticket, "Which one?"))
    before = due(desk)
    assert before
    desk.later(days=-365)
    desk.store.delays.set_back(timedelta(days=365))
    assert due(desk) == before


def test_entries_written_after_the_change_stay(desk: StoredDesk) -> None:
    ticket = int(desk.mail().facts["number"])
    for entry in desk.store.outbox.claim(10):
        desk.do(SettleDelivery(entry.id, "sent"), "system:sender")
    desk.later(hours=-3)
    desk.do(Reply(ticket, "Which one?"))
    before = due(desk)
    desk.store.delays.set_back(timedelta(hours=3))
    assert due(desk) == before


def test_digest_is_sent_when_its_window_would_have_ended(desk: StoredDesk) -> None:
    desk.mail()
    desk.mail()  # waits for the window of the first
    (at,) = {timer.due_at for timer in timers(desk)}
    left = at - desk.now
    desk.later(days=-30)
    desk.store.delays.set_back(timedelta(days=30))
    assert {timer.due_at - desk.now for timer in timers(desk)} == {left}


def timers(desk: StoredDesk) -> list[Timer]:
    later, desk.now = desk.now, desk.now + timedelta(days=3650)
    found = [timer for timer in desk.store.timers.due(100) if timer.kind == "digest"]
    desk.now = later
    return found
