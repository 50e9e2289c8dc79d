"""Display of mail with content in unusual places."""

from __future__ import annotations

from email.message import EmailMessage

from deskctl.testing.smtp_sink import SmtpSink
from tests.cli.shell import Shell, mail
from tests.servers.waiting import wait_until


def test_show_prints_an_answer_in_the_subject(desk: Shell) -> None:
    desk.ingest(mail("anna@corp.test", "Lamp", "Lamp is broken."))
    desk("reply", "1", "-m", "Which one?")
    rows = desk("outbox", "list", "--all", "--json").rows
    asked = next(row["message_id"] for row in rows if row["to"] == ["anna@corp.test"])
    desk.ingest(mail("anna@corp.test", "It is lamp 7 in hall 3", "", [("In-Reply-To", asked)]))
    desk.ingest(mail("anna@corp.test", "Re: Lamp [#1]", "Hello?", [("In-Reply-To", asked)]))
    for words in (("show", "1"), ("show", "1", "--full")):
        shown = desk(*words).out
        assert shown.count("Subject: ") == 1
        assert "Subject: It is lamp 7 in hall 3" in shown
    assert desk.show(1)["messages"][2]["subject"] == "It is lamp 7 in hall 3"


def test_notification_contains_an_answer_in_the_subject(local_desk: Shell, sink: SmtpSink) -> None:
    local_desk.start()
    local_desk.ingest(mail("anna@corp.test", "It is lamp 7", ""))
    told = wait_until(lambda: [m for m in sink.mails if "agent1@acme.test" in m.recipients], what="the team is told")
    assert "lamp 7" in told[0].message["Subject"]


def parts() -> bytes:
    """Return a mail with attachments whose names are dates, paths or missing."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "anna@corp.test", "support@acme.test", "Files"
    message["Message-ID"] = "<files@corp.test>"
    message.set_content("See there.")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="Invoice 01/02/2025.pdf")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename=r"C:\dir\a.pdf")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="con.pdf")
    message.add_attachment(b"PNG", maintype="image", subtype="png")
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "park@partner.test", "전달한 메일"
    inner.set_content("inner words")
    message.add_attachment(inner)
    return message.as_bytes()


def test_attachment_save_uses_complete_safe_names(desk: Shell) -> None:
    desk.ingest(parts())
    listed = [row["filename"] for row in desk("attachment", "list", "1", "--json").rows]
    assert listed == ["Invoice 01_02_2025.pdf", "a.pdf", "con.pdf", "attachment-4.png", "전달한 메일.eml"]
    (desk.folder / "out").mkdir()
    desk("attachment", "save", "--all", "1", "-o", "out")
    saved = sorted(path.name for path in (desk.folder / "out").iterdir())
    assert saved == sorted(["Invoice 01_02_2025.pdf", "a.pdf", "con_.pdf", "attachment-4.png", "전달한 메일.eml"])


def test_reply_reaches_sender_with_quoted_local_part(local_desk: Shell, sink: SmtpSink) -> None:
    local_desk.start()
    raw = mail(subject="Addr").replace(b"Ana Kim <ana@example.org>", rb'"Lee \"Bo\", Jin" <"bo jin"@customer.test>')
    local_desk.ingest(raw)
    assert local_desk.show(1)["contact"]["address"] == '"bo jin"@customer.test'
    local_desk("reply", "1", "-m", "Hello", "--wait")
    assert [m.recipients for m in sink.mails if '"bo jin"@customer.test' in m.recipients]
