"""Erased data is in no file of the store, in no journal entry and in no notification."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import inspect, text

from deskctl.core.contacts.commands import EraseContact
from deskctl.core.contacts.queries import ListContacts
from deskctl.core.delivery.commands import CancelOutbox, SettleDelivery
from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.intake.queries import ListInbox, ShowInbox
from deskctl.core.kernel.timer_command import FireTimer
from deskctl.core.messages.commands import MarkSpam, Note, Reply
from deskctl.core.messages.model import Bounce, IncomingFile, ReasonClass, RecipientReport
from deskctl.core.shifts.commands import HandOver
from deskctl.core.tickets.commands import Assign
from tests.commands.desk import StoredDesk


def _zebra(desk: StoredDesk) -> None:
    """Create a contact whose data always contains "zebra": on two channels, in Cc, in a handover note."""
    picture = IncomingFile("zebrafile.png", "image/png", b"zebrabytes" * 3000)
    ticket = desk.mail("zebra@example.org", "zebrasubject", name="Zebra Kim", text="zebratext", files=(picture,))
    number = ticket.tickets[0]
    sent = desk.do(Reply(number, "Dear zebrakim")).facts
    desk.do(SettleDelivery(sent["outbox"], "sent"), "system:sender")
    gone = RecipientReport("zebra@example.org", "failed", "5.1.1", ReasonClass.USER_UNKNOWN, "no zebrauser here")
    bounce = Bounce((gone.address,), "5.1.1", True, gone.reason, sent["message_id"], "failed", None, (gone,))
    desk.mail("other-server@example.org", "Undelivered", bounce=bounce)
    desk.do(Note(number, "zebranote"))
    desk.mail("777777", "zebrachat", name="Zebra", at="chat", text="zebrafirst", message_id="<1@chat>")
    desk.mail("777777", "", at="chat", text="zebrasecond", edits="<1@chat>")
    desk.do(HandOver(f"Printers: all fine.\nZebra will call back.\nsee #{number}: zebra"))


def _other(desk: StoredDesk, number: int) -> None:
    desk.mail(f"other{number}@example.org", "Printer", text="It burns every day. " * 20)


def _erase_zebra(desk: StoredDesk) -> None:
    contacts = [row["id"] for row in desk.store.ask(ListContacts()) if "other" not in repr(row["addresses"])]
    assert len(contacts) == 2
    for contact in contacts:
        desk.do(EraseContact(contact), "user:root")


def test_erased_contact_is_not_in_the_files_of_the_store(tmp_path: Path) -> None:
    desk = StoredDesk(f"sqlite:///{tmp_path / 'desk.db'}")
    for number in range(3):
        _other(desk, number)
    _zebra(desk)
    _other(desk, 1)
    assert any(b"zebra" in file.read_bytes() for file in tmp_path.iterdir())
    _erase_zebra(desk)
    # While the store is open, there are also a write-ahead log and its index.
    for file in tmp_path.iterdir():
        assert b"zebra" not in file.read_bytes().lower(), file
    _other(desk, 2)
    desk.close()
    for file in tmp_path.iterdir():
        assert b"zebra" not in file.read_bytes().lower(), file


def test_log_is_emptied_after_a_concurrent_reader_ends(tmp_path: Path) -> None:
    desk = StoredDesk(f"sqlite:///{tmp_path / 'desk.db'}")
    _zebra(desk)
    with desk.store.reading() as connection:
        connection.execute(text("SELECT count(*) FROM messages")).all()
        _erase_zebra(desk)
    _other(desk, 1)  # the next transaction empties the log
    for file in tmp_path.iterdir():
        assert b"zebra" not in file.read_bytes().lower(), file
    desk.close()


def test_log_of_a_killed_process_is_emptied_by_the_next(tmp_path: Path) -> None:
    desk = StoredDesk(f"sqlite:///{tmp_path / 'desk.db'}")
    _zebra(desk)
    _erase_zebra(desk)
    with desk.store.reading() as connection:
        connection.execute(text("SELECT count(*) FROM messages")).all()
        _other(desk, 1)
        copy = tmp_path / "copy"
        copy.mkdir()
        for file in list(tmp_path.glob("desk.db*")):
            shutil.copy(file, copy / file.name)
    desk.close()
    assert (copy / "desk.db-wal").stat().st_size > 0
    again = StoredDesk(f"sqlite:///{copy / 'desk.db'}")
    again.do(HandOver("Good morning."))
    for file in copy.iterdir():
        assert b"zebra" not in file.read_bytes().lower(), file
    again.close()


def test_freed_pages_are_erased(tmp_path: Path) -> None:
    """Large rows that were deleted while secure deletion was off leave their data in the pages of the file."""
    path = tmp_path / "desk.db"
    desk = StoredDesk(f"sqlite:///{path}")
    _other(desk, 1)
    _zebra(desk)
    desk.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE old (words TEXT)")
        connection.executemany("INSERT INTO old VALUES (?)", [("zebraold " * 2000,)] * 20)
        connection.commit()
        connection.execute("DROP TABLE old")
        connection.commit()
    assert b"zebraold" in path.read_bytes()
    desk = StoredDesk(f"sqlite:///{path}")
    _erase_zebra(desk)
    desk.close()
    assert b"zebra" not in path.read_bytes().lower()


def test_erased_contact_is_in_no_row_of_any_table(desk: StoredDesk) -> None:
    _other(desk, 1)
    _zebra(desk)
    assert "zebra" in _all_rows(desk).lower()
    _erase_zebra(desk)
    said = _all_rows(desk).lower()
    assert "zebra" not in said and "It burns every day" in _all_rows(desk)
    assert "Printers: all fine." in _all_rows(desk) and "(erased)" in said


def _all_rows(desk: StoredDesk) -> str:
    with desk.store.reading() as connection:
        tables = inspect(connection).get_table_names()
        rows = [connection.execute(text(f'SELECT * FROM "{table}"')).all() for table in tables]
        return repr(
            [bytes(cell) if isinstance(cell, memoryview) else cell for some in rows for row in some for cell in row]
        )


def test_expired_spam_keeps_only_its_sender(desk: StoredDesk) -> None:
    desk.mail("win@example.net", "Lottery", text="You won")
    desk.mail("ana@example.org", "Printer")
    desk.do(Assign(1, "agent:agent2"))
    notifications = [row["id"] for row in desk.outbox()]
    assert "Lottery" in repr([desk.store.ask(ShowOutbox(number)) for number in notifications])
    for number in notifications:
        desk.do(CancelOutbox(number), "user:root")
    desk.do(MarkSpam(1))
    desk.later(days=100)
    for timer in desk.store.timers.due(10):
        desk.do(FireTimer(timer.id), "system:timers")
    rows = [desk.store.ask(ShowInbox(row["id"])) for row in desk.store.ask(ListInbox(all=True))]
    spam, other = sorted(rows, key=lambda shown: shown["row"]["id"])
    assert spam["raw_base64"] == "" != other["raw_base64"]
    assert "Lottery" not in repr([spam, desk.show(1)])
    assert "Lottery" not in repr([desk.store.ask(ShowOutbox(number)) for number in notifications])
    assert desk.show(1)["messages"][0]["author"] == "win@example.net"
