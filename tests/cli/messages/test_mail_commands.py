"""Spam, blocked senders, attachments, signatures and bounces."""

from __future__ import annotations

import re
from pathlib import Path

from deskctl.cli.commands.messages import attachment_files
from deskctl.testing.smtp_sink import SmtpSink
from tests.cli.shell import Shell, mail
from tests.cli.test_terminal import at_terminal, script
from tests.servers.waiting import wait_until


class TestSpam:
    def test_spam_is_only_in_the_spam_list_until_unspam(self, desk: Shell) -> None:
        desk.ingest(mail("eve@spam.example", "Lottery"))
        desk.ingest(mail())
        desk("spam", "1", "--block", "domain")
        assert [row["number"] for row in desk.tickets()] == [2]
        assert [row["number"] for row in desk.tickets("--status", "closed")] == []
        assert [row["number"] for row in desk.tickets("--spam")] == [1]
        assert {row["number"] for row in desk.tickets("--all")} == {1, 2}
        desk("search", "lottery", "--exit-code", code=1)
        desk("search", "lottery", "--spam", "--exit-code")
        assert desk("block", "list", "--json").rows == [{"pattern": "@spam.example"}]
        document = desk.show(1)
        assert (document["spam"], document["spam_reason"], document["status"]) == (True, "agent1 said so", "closed")
        assert "Spam: agent1 said so" in desk("show", "1").out
        desk("unspam", "1")
        assert [row["number"] for row in desk.tickets()] == [1, 2]
        assert desk("block", "list").out == ""
        assert desk.show(1)["spam_reason"] is None

    def test_undo_of_spam_removes_the_block(self, desk: Shell) -> None:
        desk.ingest(mail("eve@spam.example"))
        before = desk.show(1)["waiting_since"]
        desk("spam", "1", "--block", "sender")
        desk("undo")
        after = desk.show(1)
        assert (after["spam"], after["status"], after["waiting_since"]) == (False, "new", before)
        desk("block", "list", "--exit-code", code=1)

    def test_mail_of_blocked_sender_is_spam_until_unblocked(self, desk: Shell) -> None:
        desk("block", "add", "@Spam.example", "bob@example.org")
        desk.ingest(mail("eve@spam.example"))
        assert desk.show(1)["spam_reason"] == "blocked sender"
        desk("block", "remove", "@spam.example")
        desk.ingest(mail("eve@spam.example"))
        assert desk.show(2)["spam"] is False
        assert desk("block", "list").out == "bob@example.org\n"
        assert "not blocked" in desk("block", "remove", "@spam.example", code=3).err
        desk("block", "add", "nonsense", code=2)

    def test_show_prints_the_spam_verdict(self, desk: Shell) -> None:
        desk.ingest(mail(headers=[("X-Spam-Flag", "YES")]))
        assert desk.show(1)["spam_reason"] == "x-spam-flag: YES"


class TestReplying:
    def test_reply_sends_attachments_and_copies(self, desk: Shell, sink: SmtpSink) -> None:
        desk.ingest(mail())
        (desk.folder / "양식.txt").write_text("form")
        (desk.folder / "log.tar.gz").write_bytes(b"\x1f\x8b\0")
        sent = ["-a", "양식.txt", "-a", "log.tar.gz", "--cc", "cc@example.org", "--bcc", "bcc@example.org"]
        desk("reply", "1", "-m", "Here", *sent, "--wait", code=None)
        if desk.daemon is None:
            desk.start()
        mails = wait_until(
            lambda: [m for m in sink.mails if "ana@example.org" in m.recipients], what="the answer arrives"
        )
        assert {"cc@example.org", "bcc@example.org"} < set(mails[0].recipients)
        parts = [(p.get_filename(), p.get_content_type()) for p in mails[0].message.iter_attachments()]
        assert parts == [("양식.txt", "text/plain"), ("log.tar.gz", "application/gzip")]
        assert b"bcc@example.org" not in mails[0].raw
        shown = desk.show(1)["messages"][1]["attachments"]
        assert [(f["filename"], f["size"]) for f in shown] == [("양식.txt", 4), ("log.tar.gz", 3)]
        row = next(r for r in desk("outbox", "list", "--all", "--json").rows if r["to"] == ["ana@example.org"])
        document = desk("outbox", "show", str(row["id"]), "--json").row
        assert [f["filename"] for f in document["attachments"]] == ["양식.txt", "log.tar.gz"]
        assert (document["cc"], document["bcc"]) == (["cc@example.org"], ["bcc@example.org"])

    def test_invalid_attachment_or_copy_stops_the_reply(self, alone: Shell) -> None:
        alone.ingest(mail())
        assert "cannot attach none.pdf" in alone("reply", "1", "-m", "x", "-a", "none.pdf", code=2).err
        assert "cannot attach ." in alone("reply", "1", "-m", "x", "-a", ".", code=2).err
        with (alone.folder / "half").open("wb") as file:
            file.truncate(attachment_files.MAX_TOTAL_SIZE // 2 + 1)
        assert "20 MB" in alone("reply", "1", "-m", "x", "-a", "half", "-a", "half", code=2).err
        assert "not an email address" in alone("reply", "1", "-m", "x", "--cc", "ana", code=2).err
        assert "not an email address" in alone("reply", "1", "-m", "x", "--bcc", "a@b.c\nBcc: d@e.f", code=2).err
        assert len(alone.show(1)["messages"]) == 1

    def test_reply_prints_send_time_and_undo_hint(self, desk: Shell) -> None:
        desk.ingest(mail())
        said = desk("reply", "1", "-m", "x").out
        assert "deskctl undo withdraws it" in said
        assert ("sent in 10 s" if desk.daemon else "no daemon runs") in said
        assert desk("reply", "1", "-m", "y", "--json").row["facts"]["undo_seconds"] == 10

    def test_reply_from_editor_keeps_attachments(self, alone: Shell) -> None:
        alone.ingest(mail())
        editor = script(
            alone.folder, "editor", '#!/bin/sh\n{ echo "See there"; cat "$1"; } > "$1.new"; mv "$1.new" "$1"\n'
        )
        at_terminal(alone, "reply", "1", "-a", "config.toml", EDITOR=editor)
        message = alone.show(1)["messages"][1]
        assert (message["visible_text"], [f["filename"] for f in message["attachments"]]) == (
            "See there",
            ["config.toml"],
        )

    def test_signature_of_agent_overrides_that_of_team(self, alone: Shell) -> None:
        alone.ingest(mail())
        alone("team", "set", "support", "--signature", r"{desk}\nSupport", "--name", "The Support")
        alone("reply", "1", "-m", "one")
        alone("agent", "set", "agent1", "--signature", "Best, {agent}")
        alone("reply", "1", "-m", "two")
        alone("agent", "set", "agent1", "--signature", "")
        alone("reply", "1", "-m", "three", "--as", "agent1")
        messages = alone.show(1)["messages"][1:]
        assert [m["text"].partition("-- \n")[2].strip() for m in messages] == [
            "Acme Support\nSupport",
            "Best, Agent One",
            "Acme Support\nSupport",
        ]
        assert [m["visible_text"] for m in messages] == ["one", "two", "three"]
        assert "signature hidden" in alone("show", "1").out
        assert "Best, Agent One" in alone("show", "1", "--full").out
        (team,) = alone("team", "list", "--json").rows
        assert (team["name"], team["signature"]) == ("The Support", "{desk}\nSupport")


class TestBounces:
    def test_bounce_is_shown_on_message_and_address(self, desk: Shell, sink: SmtpSink) -> None:
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

    def test_bounced_copy_is_named_and_the_reply_stays_sent(self, desk: Shell, sink: SmtpSink) -> None:
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
        assert re.search(
            r"^recipient: gone@example.org \(cc\) · failed · the address does not exist", entry, re.MULTILINE
        )

    def test_outbox_shows_the_retry_schedule(self, alone: Shell, sink: SmtpSink) -> None:
        alone.ingest(mail())
        sink.refuse("rcpt", 451, times=9, recipient="ana@example.org")
        alone.start()
        alone("reply", "1", "-m", "Hello")
        rows = alone("outbox", "list", "--json").rows
        number = str(next(row["id"] for row in rows if row["to"] == ["ana@example.org"]))
        alone("outbox", "show", number)
        waiting = wait_until(
            lambda: next((r for r in alone("outbox", "list", "--state", "retry", "--json").rows), None),
            timeout=30,
            what="it was tried",
        )
        shown = alone("outbox", "show", number).out
        assert waiting is not None
        assert waiting["attempts"] == 1
        assert "after a failure, retried in: 2 min, 10 min, 30 min, 1 h, 2 h, 4 h, …" in shown
        assert "gives up at: " in shown
        assert "last error: " in shown
        assert "[not delivered yet: " in alone("show", "1").out
        alone("outbox", "cancel", number)
        assert "cancelled" in alone("outbox", "show", number).out
        alone("outbox", "retry", number)
        assert alone("outbox", "show", number, "--json").row["state"] in ("queued", "claimed", "sending", "retry")


def _bounce(message_id: str) -> bytes:
    return (
        "From: mailer-daemon@example.org\nTo: support@acme.test\nSubject: Undelivered\nMessage-ID: <b@example.org>\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\nMIME-Version: 1.0\n\n'
        "--b\nContent-Type: text/plain\n\nNo.\n--b\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; ana@example.org\nAction: failed\n"
        "Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {message_id}\nSubject: Re: Printer\n\n--b--\n"
    ).encode()


class TestAttachments:
    def test_attachments_of_a_ticket_get_distinct_names(self, alone: Shell, tmp_path: Path) -> None:
        alone.ingest(_with_files("a.txt", "A.TXT", "환불.pdf"))
        ids = [row["id"] for row in alone("attachment", "list", "1", "--json").rows]
        folder = tmp_path / "saved"
        folder.mkdir()
        alone("attachment", "save", "--all", "1", "-o", str(folder))
        assert sorted(p.name for p in folder.iterdir()) == sorted(["a.txt", f"A-{ids[1]}.TXT", "환불.pdf"])
        assert "already exists" in alone("attachment", "save", str(ids[0]), "-o", str(folder), code=4).err
        saved = alone("attachment", "save", str(ids[2]), "-o", str(folder), "--force", "--json").row
        assert saved == {"id": ids[2], "file": str(folder / "환불.pdf"), "size": 8}

    def test_attachment_is_saved_to_the_given_path(self, alone: Shell) -> None:
        alone.ingest(_with_files("a.txt", "b.txt"))
        alone("attachment", "save", "1", "-o", "mine")
        assert (alone.folder / "mine").read_text() == "file no "
        alone("attachment", "save", "2")
        assert (alone.folder / "b.txt").exists()
        assert "not a folder: mine" in alone("attachment", "save", "1", "2", "-o", "mine", code=2).err
        alone("attachment", "save", code=2)
        alone("attachment", "save", "1", "--all", "1", code=2)
        assert alone("attachment", "save", "1", "-o", "-").out == "file no "


def _with_files(*names: str) -> bytes:
    from email import message_from_bytes, policy

    message = message_from_bytes(mail(), policy=policy.default)
    for name in names:
        message.add_attachment(b"file no ", maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()
