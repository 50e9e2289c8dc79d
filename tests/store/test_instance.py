"""Daemons that share a PostgreSQL store detect each other and send only their own claims."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from deskctl.errors import Refused
from deskctl.store import Store
from tests.store.build import enqueue, lose_instances

pytestmark = pytest.mark.usefixtures("shared")


@pytest.fixture
def shared(desk_url: str) -> None:
    if desk_url.startswith("sqlite"):
        pytest.skip("a store in a file has one daemon")


def _enqueue(store: Store) -> int:
    return store.transaction(lambda unit: enqueue(unit).id)


def test_daemons_with_the_same_label_have_separate_claims(reopen: Callable[..., Store]) -> None:
    one, two = reopen("host:/srv/desk"), reopen("host:/srv/desk")
    claimed, sending = _enqueue(one), _enqueue(one)
    assert [entry.id for entry in one.outbox.claim(10)] == [claimed, sending]
    one.outbox.mark_sending(sending)
    assert two.outbox.recover() == two.outbox.recover(started=False) == []
    assert two.outbox.claim(10) == []
    with pytest.raises(Refused):
        two.outbox.mark_sending(claimed)
    one.outbox.mark_sending(claimed)


def test_ended_daemon_releases_its_claims_at_once(reopen: Callable[..., Store]) -> None:
    one, two = reopen(), reopen()
    claimed, sending = _enqueue(one), _enqueue(one)
    one.outbox.claim(10)
    one.outbox.mark_sending(sending)
    one.close()
    assert two.outbox.recover(started=False) == [sending]
    assert [entry.id for entry in two.outbox.claim(10)] == [claimed]


def test_daemon_without_connection_cannot_send_its_claims(reopen: Callable[..., Store], desk_url: str) -> None:
    one, two = reopen(), reopen()
    claimed, sending = _enqueue(one), _enqueue(one)
    one.outbox.claim(10)
    one.outbox.mark_sending(sending)
    lose_instances(desk_url)
    with pytest.raises(Refused):
        one.outbox.mark_sending(claimed)  # even before another daemon took it over
    assert one.outbox.recover(started=False) == [], "what it was sending it still has in hand"
    assert [entry.id for entry in one.outbox.claim(10)] == [claimed], "under a new name"
    one.outbox.mark_sending(claimed)
    assert two.outbox.recover(started=False) == [sending], "to others it may be dead: a person decides"
    assert one.outbox.recover(started=False) == two.outbox.recover(started=False) == []


def test_claims_of_older_versions_are_taken_over_at_start(
    reopen: Callable[..., Store],
) -> None:
    one = reopen()
    entry = _enqueue(one)
    one.outbox.claim(1)
    with one.reading() as connection:
        (name,) = connection.exec_driver_sql("SELECT claimed_by FROM outbox").one()
    assert name.startswith("this daemon#")
    one.with_connection(
        lambda unit, connection: connection.exec_driver_sql("UPDATE outbox SET claimed_by = 'host:/srv/desk'")
    )
    two = reopen()
    assert two.outbox.recover() == []
    assert [taken.id for taken in two.outbox.claim(1)] == [entry]
