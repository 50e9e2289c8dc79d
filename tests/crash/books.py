"""Compare the data of the desk with the acknowledged and received mails after a fault."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import sha256

from deskctl.core.delivery.commands import RetryOutbox
from tests.crash.world import MAX_SIZE, Box, World
from tests.servers.waiting import wait_until

_JOURNAL = "SELECT channel, key, raw_sha256, state, message, duplicate, reason FROM journal"
_OUTBOX = "SELECT id, message_id, state, kind FROM outbox"
#: The possible final states of an outgoing message. Failed: the relay refused it, as in some cases.
_SETTLED = {"sent", "uncertain", "failed"}
_DIED = "the process died"


def reconcile(world: World) -> None:
    """Raise AssertionError for lost, duplicated or waiting mail. A daemon without faults runs meanwhile."""
    for feeder in world.feeders:
        feeder.finish()
    wait_until(lambda: not missing(world), 60, "everything acknowledged is in the journal")
    wait_until(lambda: settled(world), 60, "nothing waits any more")
    assert world.verify() == []
    _journal(world)
    _mailboxes(world)
    _outbox(world)


def missing(world: World) -> list[str]:
    """Return acknowledged mails that are not in the journal, by key for mailboxes, by content otherwise."""
    rows = world.sql(_JOURNAL)
    keys = {row[1] for row in rows}
    contents = {row[2] for row in rows}
    lost = [key for box in world.boxes.values() for key in _due(box) if key not in keys]
    for feeder in world.feeders:
        if feeder.name not in world.boxes:
            lost += [feeder.name for raw in feeder.acknowledged if sha256(raw).hexdigest() not in contents]
    return lost + ["pipe" for raw in world.piped if sha256(raw).hexdigest() not in contents]


def _due(box: Box) -> list[str]:
    return [box.key(*uid) for uid in box.arrived if uid not in box.vanished | box.old]


def settled(world: World) -> bool:
    """Return True if nothing waits. Replies that wait for a retry are retried now."""
    if world.sql("SELECT count(*) FROM journal WHERE state = 'waiting'")[0][0]:
        return False  # processing them may create outgoing messages
    if world.sql("SELECT count(*) FROM notices")[0][0]:
        return False  # the last notifications to agents are not sent yet
    states = {number: state for number, _, state, _ in world.sql(_OUTBOX)}
    again = [number for number, state in states.items() if state == "retry"]
    if again:
        with world.desk() as desk:
            for number in again:
                desk.execute(RetryOutbox(number), agent="ana")
    return set(states.values()) <= _SETTLED


def _journal(world: World) -> None:
    """Check that each UID and 250 has one row, and that each row is a message, a marked duplicate or quarantined."""
    rows = world.sql(_JOURNAL)
    assert [key for key, n in Counter((row[0], row[1]) for row in rows).items() if n > 1] == []
    known = {
        (box.channel, box.key(*uid)): sha256(raw).hexdigest()
        for box in world.boxes.values()
        for uid, raw in box.arrived.items()
    }
    pushed = Counter(row[2] for row in rows if row[0] not in world.boxes)
    assert {content: n for content, n in pushed.items() if n > 1} == {}, "the same mail is there twice"
    for channel, key, content, *_ in rows:
        if channel in world.boxes:
            assert (channel, key) in known, f"nobody sent {key}"
            whole = known[channel, key]
            raw = world.boxes[channel].arrived[tuple(map(int, key.split("|")[2:]))]  # type: ignore[index]
            assert content == whole or len(raw) > MAX_SIZE, f"other bytes than were sent: {key}"
    messages = {number for (number,) in world.sql("SELECT id FROM messages WHERE kind IN ('in', 'auto')")}
    first = Counter(message for *_, state, message, duplicate, _ in rows if state == "done" and not duplicate)
    assert {message: n for message, n in first.items() if n > 1} == {}, "two rows made one message"
    for _, key, _, state, message, duplicate, reason in rows:
        assert state in ("done", "quarantined"), (key, state)
        if state == "done":
            assert message in messages or message is not None, key
            assert not duplicate, f"no mail was sent twice, and yet {key} is a duplicate"
        else:
            assert str(reason).startswith(_DIED), (key, reason)
    subjects = Counter(
        subject
        for (subject,) in world.sql("SELECT subject FROM messages WHERE kind IN ('in', 'auto')")
        if re.fullmatch(r"\w+-[0-9a-f]{32}", subject)
    )
    assert {subject: n for subject, n in subjects.items() if n > 1} == {}, "a mail is there twice"
    assert len(subjects) == sum(1 for row in rows if row[3] == "done")


def _mailboxes(world: World) -> None:
    """Check that mails in the journal are flagged, moved or deleted on the server, and that no other mail is gone."""
    flagged, moved, deleted = world.boxes.values()
    taken = {row[1] for row in world.sql(_JOURNAL)}
    with flagged.mailbox.imap() as client:
        client.select(flagged.folder, readonly=True)
        there = {int(uid) for uid in client.uid("SEARCH", "ALL")[1][0].split()}
    kept = {uid for (validity, uid) in flagged.arrived if (validity, uid) not in flagged.vanished}
    assert kept <= there, "the desk deleted what it was to flag"
    for box in (moved, deleted):
        left = set(box.mailbox.uids(box.folder))
        for validity, uid in box.arrived:
            if (validity, uid) not in box.vanished and uid not in left:
                assert box.key(validity, uid) in taken, "a mail left the mailbox before it was in the journal"
    assert {i: n for i, n in _ids(moved, "Done").items() if n > 1} == {}, "a mail was moved twice"


def _ids(box: Box, folder: str) -> Counter[str]:
    """Return the Message-IDs of the mails in a folder."""
    with box.mailbox.imap() as client:
        if client.select(folder, readonly=True)[0] != "OK":
            return Counter()
        said = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])")[1]
        return Counter(_message_id(part[1]) for part in said if isinstance(part, tuple))


def _message_id(raw: bytes) -> str:
    found = re.search(rb"(?im)^Message-ID:\s*(<[^>]+>)", raw)
    assert found is not None
    return found[1].decode()


def _outbox(world: World) -> None:
    """Check that each reply was accepted at most once, and that replies with an unknown result are uncertain."""
    rows = world.sql(_OUTBOX)
    states = {message_id: state for _, message_id, state, kind in rows if kind != "copy"}
    arrived = Counter(_message_id(received.raw) for received in world.sink.mails)
    assert {i: n for i, n in arrived.items() if n > 1} == {}, "an answer was sent twice"
    assert set(arrived) <= set(states), "something left that is not in the outbox"
    assert {i: states[i] for i in arrived if states[i] not in ("sent", "uncertain")} == {}
    assert {i for i, state in states.items() if state == "sent"} <= set(arrived), "marked as sent, and never arrived"
    promised = {number for number, *_ in rows}
    assert [number for number in world.replies if number not in promised] == [], "a promised answer is gone"
    copies = _ids(world.boxes["flagged"], "Sent")
    assert {i: n for i, n in copies.items() if n > 1} == {}, "a copy is there twice"
    kept = {message_id for _, message_id, state, kind in rows if kind == "copy" and state == "sent"}
    assert kept <= set(copies), "a copy that was kept is not there"
