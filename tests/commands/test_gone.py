"""What is to be gone is gone: from the file of the store, from the journal, from what agents were told."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from deskctl.core.commands.contacts import EraseContact
from deskctl.core.commands.machine import FireTimer, SettleDelivery
from deskctl.core.commands.mail import CancelOutbox
from deskctl.core.commands.tickets import Assign, MarkSpam, Note, Reply
from deskctl.core.messages import Bounce, IncomingFile, ReasonClass, RecipientReport
from deskctl.core.queries.admin import ListInbox, ShowInbox, ShowOutbox

from .desk import StoredDesk


def test_no_word_of_an_erased_customer_is_in_the_file_of_the_store(tmp_path: Path) -> None:
    file = tmp_path / "desk.db"
    desk = StoredDesk(f"sqlite:///{file}")
    for number in range(3):
        desk.mail(f"other{number}@example.org", "Printer", text="It burns every day. " * 20)
    picture = IncomingFile("zebrafile.png", "image/png", b"zebrabytes")
    desk.mail("zebra@example.org", "zebrasubject", name="Zebra Kim", text="zebratext", files=(picture,))
    sent = desk.do(Reply(4, "Dear zebrakim")).facts
    desk.do(SettleDelivery(sent["outbox"], "sent"), "system:sender")
    gone = RecipientReport("zebra@example.org", "failed", "5.1.1", ReasonClass.USER_UNKNOWN, "no zebrauser here")
    bounce = Bounce((gone.address,), "5.1.1", True, gone.reason, sent["message_id"], "failed", None, (gone,))
    desk.mail("mailer-daemon@example.org", "Undelivered", bounce=bounce)
    desk.do(Note(4, "zebranote"))
    desk.mail("77", "zebrachat", name="Zebra", at="chat", text="zebrafirst", message_id="<1@chat>")
    desk.mail("77", "", at="chat", text="zebrasecond", edits="<1@chat>")
    desk.mail("other1@example.org", "Printer", text="It burns on. " * 20)
    for contact in (4, 6):  # 5 is the mail system that reports
        desk.do(EraseContact(contact), "user:root")
    desk.close()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"zebra" not in file.read_bytes().lower()


def test_spam_leaves_nothing_but_that_somebody_wrote(desk: StoredDesk) -> None:
    desk.mail("win@example.net", "Lottery", text="You won")
    desk.mail("ana@example.org", "Printer")
    desk.do(Assign(1, "agent:agent2"))
    told = [row["id"] for row in desk.outbox()]
    assert "Lottery" in repr([desk.store.ask(ShowOutbox(number)) for number in told])
    for number in told:
        desk.do(CancelOutbox(number), "user:root")
    desk.do(MarkSpam(1))
    desk.later(days=100)
    for timer in desk.store.timers.due(10):
        desk.do(FireTimer(timer.id), "system:timers")
    rows = [desk.store.ask(ShowInbox(row["id"])) for row in desk.store.ask(ListInbox(all=True))]
    spam, other = sorted(rows, key=lambda shown: shown["row"]["id"])
    assert spam["raw_base64"] == "" != other["raw_base64"]
    assert "Lottery" not in repr([spam, desk.show(1)])
    assert "Lottery" not in repr([desk.store.ask(ShowOutbox(number)) for number in told])
    assert desk.show(1)["messages"][0]["author"] == "win@example.net"
