"""`deskctl outbox`, and bounces on messages and addresses."""

from __future__ import annotations

import re

from deskctl.core.delivery.queries import ListOutbox
from deskctl.core.messages.commands import Reply
from deskctl.testing.smtp_sink import SmtpSink
from tests.cli.shell import Shell, mail
from tests.servers.waiting import wait_until


def test_bounce_is_shown_on_message_and_address(desk: Shell, sink: SmtpSink) -> None:
    desk.ingest(mail())
    if desk.daemon is None:
        desk.start()
    desk("reply", "1", "-m", "Hello", "--wait")
    rows = desk("outbox", "list", "--all", "--ticket", "1", "--json").rows
    sent = next(row for row in rows if row["to"] == ["ana@example.org"])
    desk.ingest(_bounce(sent["message_id"]))
    document = desk.show(1)
    assert [m["kind"] for m in document["messages"]] == ["in", "out", "auto"]
    assert document["messages"][1]["delivery"] == "failed"
    assert "5.1.1" in document["messages"][1]["delivery_error"]
    assert [b["address"] for b in document["bounced"]] == ["ana@example.org"]
    shown = desk("show", "1").out
    assert "[not delivered: bounced: 5.1.1" in shown
    assert "Address bounces: ana@example.org: 5.1.1" in shown
    assert "bounce: mail was returned" in shown
    (failed,) = desk("outbox", "list", "--state", "failed", "--json").rows
    assert failed["id"] == sent["id"]
    came_back = desk("outbox", "show", str(sent["id"])).out
    assert re.search(r"^bounce: \S+ permanent failure 5\.1\.1$", came_back, re.MULTILINE)


def test_bounced_copy_is_named_and_the_reply_stays_sent(desk: Shell, sink: SmtpSink) -> None:
    desk.ingest(mail(headers=[("Cc", "gone@example.org")]))
    if desk.daemon is None:
        desk.start()
    desk("reply", "1", "-m", "Hello", "--wait")
    rows = desk("outbox", "list", "--all", "--ticket", "1", "--json").rows
    sent = next(row for row in rows if row["to"] == ["ana@example.org"])
    desk.ingest(_bounce(sent["message_id"]).replace(b"ana@example.org", b"gone@example.org"))
    document = desk.show(1)
    assert [m["delivery"] for m in document["messages"]] == [None, "sent", None]
    assert [(d["address"], d["field"], d["state"], d["status"]) for d in document["messages"][1]["deliveries"]] == [
        ("ana@example.org", "to", "sent", None),
        ("gone@example.org", "cc", "failed", "5.1.1"),
    ]
    shown = " ".join(desk("show", "1").out.split())
    assert "[the copy to gone@example.org was not delivered: the address does not exist (" in shown
    entry = desk("outbox", "show", str(sent["id"])).out
    assert re.search(r"^recipient: gone@example.org \(cc\) · failed · the address does not exist", entry, re.MULTILINE)


def test_outbox_shows_the_retry_schedule(local_desk: Shell, sink: SmtpSink) -> None:
    local_desk.ingest(mail())
    sink.refuse("rcpt", 451, times=9, recipient="ana@example.org")
    local_desk.start()
    with local_desk.open() as desk:
        desk.execute(Reply(1, "Hello", at_once=True), agent="agent1")
    rows = local_desk("outbox", "list", "--json").rows
    number = str(next(row["id"] for row in rows if row["to"] == ["ana@example.org"]))
    local_desk("outbox", "show", number)
    with local_desk.open() as desk:
        wait_until(lambda: desk.ask(ListOutbox(state="retry")), timeout=30, what="it was tried")
    waiting = local_desk("outbox", "list", "--state", "retry", "--json").row
    shown = local_desk("outbox", "show", number).out
    assert waiting["attempts"] == 1
    assert "after a failure, retried in: 2 min, 10 min, 30 min, 1 h, 2 h, 4 h, …" in shown
    assert "gives up at: " in shown
    assert "last error: " in shown
    assert "[not delivered yet: " in local_desk("show", "1").out
    local_desk("outbox", "cancel", number)
    assert "cancelled" in local_desk("outbox", "show", number).out
    local_desk("outbox", "retry", number)
    assert local_desk("outbox", "show", number, "--json").row["state"] in ("queued", "claimed", "sending", "retry")


def _bounce(message_id: str) -> bytes:
    return (
        "From: mailer-daemon@example.org\nTo: support@acme.test\nSubject: Undelivered\nMessage-ID: <b@example.org>\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\nMIME-Version: 1.0\n\n'
        "--b\nContent-Type: text/plain\n\nNo.\n--b\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; ana@example.org\nAction: failed\n"
        "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {message_id}\nSubject: Re: Printer\n\n--b--\n"
    ).encode()


def test_outbox_retry_all_leaves_out_uncertain_messages(local_desk: Shell) -> None:
    local_desk.ingest(mail())
    local_desk("reply", "1", "-m", "x")
    assert "no failed or waiting messages" in local_desk("outbox", "retry", "--all").out
    assert "exclude each other" in local_desk("outbox", "retry", "1", "--all", code=2).err
    local_desk("outbox", "retry", code=2)
