"""Two daemons with the same host name on one PostgreSQL: each message is sent once, also after one daemon dies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deskctl.core.delivery.commands import RetryOutbox
from deskctl.core.delivery.queries import ListOutbox
from deskctl.core.messages.commands import Reply
from deskctl.core.tickets.commands import Create
from deskctl.testing.smtp_sink import SmtpSink
from tests.daemon.running import Daemon, add_agent, make_desk, running
from tests.servers.waiting import wait_until
from tests.store.build import lose_instances

#: Messages that a daemon sends at the same time, per channel.
CONCURRENCY = 4


@pytest.fixture
def url(desk_url: str) -> str:
    if desk_url.startswith("sqlite"):
        pytest.skip("a store in a file has one daemon")
    return desk_url


def folder(tmp_path: Path, name: str, url: str, sink: SmtpSink) -> Path:
    smtp = f'smtp = {{ host = "127.0.0.1", port = {sink.port} }}\n'
    channel = f'[channels.support]\ntype = "email"\naddress = "support@acme.test"\nteam = "support"\n{smtp}'
    return make_desk(tmp_path / name, url, channel)


def reply(daemon: Daemon, names: list[str]) -> None:
    """Queue a reply to each of these customers for immediate sending."""
    desk = daemon.desk()
    for name in names:
        made = desk.execute(Create(f"{name}@example.org", name, "Hello.", channel="support"), agent="ana")
        desk.execute(Reply(made.facts["number"], f"Answer to {name}.", at_once=True), agent="ana")
    desk.close()


def states(daemon: Daemon) -> dict[str, str]:
    """Return the state of the reply by customer."""
    desk = daemon.desk()
    try:
        return {row["to"][0].partition("@")[0]: row["state"] for row in desk.ask(ListOutbox(all=True)) if row["ticket"]}
    finally:
        desk.close()


def settled(daemon: Daemon) -> bool:
    """Return True if no reply waits. Replies that wait for a retry are retried now."""
    with closing(daemon.desk()) as desk:
        rows = desk.ask(ListOutbox(all=True))
        for row in rows:
            if row["state"] == "retry":
                desk.execute(RetryOutbox(row["id"]), agent="ana")
    return {row["state"] for row in rows if row["ticket"]} <= {"sent", "uncertain"}


def sent(sink: SmtpSink) -> Counter[str]:
    """Return the number of received mails by customer."""
    return Counter(to.partition("@")[0] for mail in sink.mails for to in mail.recipients if "@example.org" in to)


@pytest.fixture
def slow() -> Iterator[SmtpSink]:
    """A relay that does not answer after MAIL FROM."""
    with SmtpSink() as server:
        server.stall("mail", times=100)
        yield server


def test_second_daemon_sends_claimed_messages_of_a_killed_one_once(
    tmp_path: Path, url: str, sink: SmtpSink, slow: SmtpSink
) -> None:
    held, later = [f"held{n}" for n in range(CONCURRENCY)], [f"later{n}" for n in range(6)]
    with running(folder(tmp_path, "one", url, slow)) as one:
        add_agent(one)
        reply(one, held)
        wait_until(lambda: {states(one)[name] for name in held} == {"claimed"}, 30, "the first daemon has claimed them")
        with running(folder(tmp_path, "two", url, sink)) as two:
            reply(two, later)
            wait_until(
                lambda: all(states(two)[name] == "sent" for name in later), 60, "the second daemon sends the others"
            )
            assert {states(two)[name] for name in held} == {"claimed"}, "the first daemon is alive, only slow"
            one.kill()
            wait_until(lambda: set(states(two).values()) == {"sent"}, 60, "the second takes over")
            assert sent(sink) == Counter(held + later)
            assert not slow.mails


def test_message_that_a_killed_daemon_was_sending_is_uncertain(tmp_path: Path, url: str, sink: SmtpSink) -> None:
    sink.stall("after-data", times=1)
    with running(folder(tmp_path, "one", url, sink)) as one:
        add_agent(one)
        reply(one, ["ann"])
        wait_until(lambda: states(one)["ann"] == "sending", 30, "the message is being sent")
        with running(folder(tmp_path, "two", url, sink)) as two:
            reply(two, ["ben"])
            wait_until(lambda: states(two)["ben"] == "sent", 60, "the second sends another")
            assert states(two)["ann"] == "sending"
            one.kill()
            wait_until(lambda: states(two)["ann"] == "uncertain", 60, "the second daemon marks it as uncertain")
            assert sent(sink)["ben"] == 1


def test_daemon_that_loses_its_lock_continues_and_sends_nothing_twice(tmp_path: Path, url: str, sink: SmtpSink) -> None:
    first, later = [f"first{n}" for n in range(8)], [f"later{n}" for n in range(8)]
    with running(folder(tmp_path, "one", url, sink)) as one, running(folder(tmp_path, "two", url, sink)) as two:
        add_agent(one)
        reply(one, first)
        lose_instances(url)
        reply(two, later)
        wait_until(lambda: settled(one), 90, "all is settled")
        assert all(times == 1 for times in sent(sink).values())
        lose_instances(url)
        reply(one, ["last"])
        wait_until(lambda: states(two)["last"] == "sent", 60, "both continue")
        assert sent(sink)["last"] == 1
        assert "Traceback" not in one.log + two.log
