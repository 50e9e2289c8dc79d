"""`deskctl reply`, over the socket and without a daemon."""

from __future__ import annotations

import re

from deskctl.cli.commands.messages import attachment_files
from deskctl.testing.smtp_sink import SmtpSink
from tests.cli.shell import Shell, mail
from tests.cli.test_terminal import at_terminal, script
from tests.servers.waiting import wait_until


def test_reply_is_refused_after_an_unseen_message(desk: Shell) -> None:
    first = mail(headers=[("X-Test", "1")])
    desk.ingest(first)
    message_id = re.search(rb"Message-ID: (<[^>]+>)", first)
    assert message_id is not None
    desk("show", "1")
    desk.ingest(mail(subject="Re: Printer", text="Never mind!", headers=[("References", message_id[1].decode())]))
    refused = desk("reply", "1", "-m", "We come.", code=4)
    assert "Never mind!" in refused.err
    assert "--force" in refused.err
    assert [m["kind"] for m in desk.show(1)["messages"]] == ["in", "in"]
    desk("reply", "1", "-m", "We come.", "--force")
    assert [m["kind"] for m in desk.show(1)["messages"]] == ["in", "in", "out"]


def test_reply_is_accepted_after_show(desk: Shell) -> None:
    first = mail()
    desk.ingest(first)
    message_id = re.search(rb"Message-ID: (<[^>]+>)", first)
    assert message_id is not None
    desk("show", "1")
    desk.ingest(mail(text="More.", headers=[("References", message_id[1].decode())]))
    desk("reply", "1", "-m", "x", code=4)
    desk("show", "1")
    desk("reply", "1", "-m", "x")


def test_reply_reads_text_from_file_or_pipe(desk: Shell) -> None:
    desk.ingest(mail())
    (desk.folder / "answer.txt").write_text("안녕하세요\n")
    desk("reply", "1", "answer.txt", "--status", "open")
    desk("reply", "1", "-", input="from a pipe\n")
    assert [m["text"] for m in desk.show(1)["messages"][1:]] == ["안녕하세요", "from a pipe"]


def test_unknown_insert_or_channel_sends_nothing(desk: Shell) -> None:
    desk.ingest(mail())
    assert "no suggestion nothing:1" in desk("reply", "1", "--insert", "nothing:1", "-m", "x", code=3).err
    assert "did you mean support" in desk("reply", "1", "--via", "suport", "-m", "x", code=3).err
    assert (
        "known addresses: ana@example.org (email)" in desk("reply", "1", "--to", "eve@a.example", "-m", "x", code=4).err
    )
    assert "ana@example.org" not in desk("outbox", "list").out


def test_undone_reply_is_never_sent(desk: Shell) -> None:
    desk.ingest(mail())
    desk("reply", "1", "-m", "Too fast")
    desk("undo")
    assert [m["kind"] for m in desk.show(1)["messages"]] == ["in"]
    assert desk.show(1)["status"] != "pending"
    states = {row["state"] for row in desk("outbox", "list", "--all", "--json", "--ticket", "1").rows
              if row["to"] == ["ana@example.org"]}  # fmt: skip
    assert states == {"cancelled"}


def test_editor_needs_a_terminal(desk: Shell) -> None:
    desk.ingest(mail())
    assert "-m TEXT" in desk("reply", "1", code=2).err


def test_reply_sends_attachments_and_copies(desk: Shell, sink: SmtpSink) -> None:
    desk.ingest(mail())
    (desk.folder / "양식.txt").write_text("form")
    (desk.folder / "log.tar.gz").write_bytes(b"\x1f\x8b\0")
    sent = ["-a", "양식.txt", "-a", "log.tar.gz", "--cc", "cc@example.org", "--bcc", "bcc@example.org"]
    desk("reply", "1", "-m", "Here", *sent, "--wait", code=None)
    if desk.daemon is None:
        desk.start()
    mails = wait_until(lambda: [m for m in sink.mails if "ana@example.org" in m.recipients], what="the answer arrives")
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


def test_invalid_attachment_or_copy_stops_the_reply(local_desk: Shell) -> None:
    local_desk.ingest(mail())
    assert "cannot attach none.pdf" in local_desk("reply", "1", "-m", "x", "-a", "none.pdf", code=2).err
    assert "cannot attach ." in local_desk("reply", "1", "-m", "x", "-a", ".", code=2).err
    with (local_desk.folder / "half").open("wb") as file:
        file.truncate(attachment_files.MAX_TOTAL_SIZE // 2 + 1)
    assert "20 MB" in local_desk("reply", "1", "-m", "x", "-a", "half", "-a", "half", code=2).err
    assert "not an email address" in local_desk("reply", "1", "-m", "x", "--cc", "ana", code=2).err
    assert "not an email address" in local_desk("reply", "1", "-m", "x", "--bcc", "a@b.c\nBcc: d@e.f", code=2).err
    assert len(local_desk.show(1)["messages"]) == 1


def test_reply_prints_send_time_and_undo_hint(desk: Shell) -> None:
    desk.ingest(mail())
    said = desk("reply", "1", "-m", "x").out
    assert "deskctl undo withdraws it" in said
    assert ("sent in 10 s" if desk.daemon else "no daemon runs") in said
    assert desk("reply", "1", "-m", "y", "--json").row["facts"]["undo_seconds"] == 10


def test_reply_from_editor_keeps_attachments(local_desk: Shell) -> None:
    local_desk.ingest(mail())
    editor = script(
        local_desk.folder, "editor", '#!/bin/sh\n{ echo "See there"; cat "$1"; } > "$1.new"; mv "$1.new" "$1"\n'
    )
    at_terminal(local_desk, "reply", "1", "-a", "config.toml", EDITOR=editor)
    message = local_desk.show(1)["messages"][1]
    assert (message["visible_text"], [f["filename"] for f in message["attachments"]]) == (
        "See there",
        ["config.toml"],
    )


def test_signature_of_agent_overrides_that_of_team(local_desk: Shell) -> None:
    local_desk.ingest(mail())
    local_desk("team", "set", "support", "--signature", r"{desk}\nSupport", "--name", "The Support")
    local_desk("reply", "1", "-m", "one")
    local_desk("agent", "set", "agent1", "--signature", "Best, {agent}")
    local_desk("reply", "1", "-m", "two")
    local_desk("agent", "set", "agent1", "--signature", "")
    local_desk("reply", "1", "-m", "three", "--as", "agent1")
    messages = local_desk.show(1)["messages"][1:]
    assert [m["text"].partition("-- \n")[2].strip() for m in messages] == [
        "Acme Support\nSupport",
        "Best, Agent One",
        "Acme Support\nSupport",
    ]
    assert [m["visible_text"] for m in messages] == ["one", "two", "three"]
    assert "signature hidden" in local_desk("show", "1").out
    assert "Best, Agent One" in local_desk("show", "1", "--full").out
    (team,) = local_desk("team", "list", "--json").rows
    assert (team["name"], team["signature"]) == ("The Support", "{desk}\nSupport")
