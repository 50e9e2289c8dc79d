"""Recipients above the text in the editor, and the confirmation of new recipients."""

from __future__ import annotations

import json
import os

from tests.cli.shell import Shell, mail
from tests.cli.test_terminal import at_terminal, script

LAWYER, BOSS = "lawyer@other.example", "boss@corp.example"


def asked(shell: Shell, *words: str, answer: str, code: int = 0) -> str:
    """Run a command on a terminal, give `answer` to its question, and return the output."""
    ours, theirs = os.openpty()
    process = shell.spawn(*words, streams=[theirs] * 3, session=True, TERM="xterm")
    os.close(theirs)
    seen, told = b"", False
    try:
        while piece := os.read(ours, 65536):
            seen += piece
            if not told and b"[y/N]" in seen:
                os.write(ours, f"{answer}\n".encode())
                told = True
    except OSError:
        pass  # how Linux says that the other end is closed
    os.close(ours)
    text = seen.decode().replace("\r\n", "\n")
    assert told, text
    assert process.wait(20) == code, text
    return text


def sent(shell: Shell) -> list[tuple[list[str], list[str]]]:
    """Return To and Cc of all replies, oldest first."""
    return [(m["to"], m["cc"]) for m in shell.show(1)["messages"] if m["kind"] == "out"]


def written(shell: Shell, *edits: str) -> str:
    """Return an editor that edits its file with sed commands and saves the original in `given`."""
    changes = " ".join(f"-e '{edit}'" for edit in edits)
    return script(shell.folder, "editor", f'#!/bin/sh\ncp "$1" given\nsed -i {changes} "$1"\n')


def test_editor_shows_recipients_above_the_text(local_desk: Shell) -> None:
    local_desk.ingest(mail("Ana Kim <ana@example.org>", headers=[("Cc", f"Lawyer <{LAWYER}>")]))
    at_terminal(local_desk, "reply", "1", EDITOR=written(local_desk, "3iHello."))
    given = (local_desk.folder / "given").read_text().splitlines()
    assert given[:2] == ["To: Ana Kim <ana@example.org>", f"Cc: {LAWYER}"]
    assert sent(local_desk) == [(["ana@example.org"], [LAWYER])]
    assert local_desk.show(1)["messages"][1]["text"] == "Hello."


def test_recipients_can_be_edited(local_desk: Shell) -> None:
    local_desk.ingest(mail(headers=[("Cc", LAWYER)]))
    at_terminal(local_desk, "reply", "1", EDITOR=written(local_desk, f"s/^Cc:.*/Cc: Boss <{BOSS}>, /", "3iHello."))
    assert sent(local_desk) == [(["ana@example.org"], [BOSS])]


def test_removed_header_lines_keep_the_recipients(local_desk: Shell) -> None:
    local_desk.ingest(mail(headers=[("Cc", LAWYER)]))
    at_terminal(local_desk, "reply", "1", EDITOR=written(local_desk, "1,2d", "3iTo: be or not to be"))
    assert sent(local_desk) == [(["ana@example.org"], [LAWYER])]
    assert local_desk.show(1)["messages"][1]["text"] == "To: be or not to be"


def test_invalid_recipients_keep_the_text_as_draft(local_desk: Shell, tmp_path: object) -> None:
    local_desk.ingest(mail())
    for edit in ("s/^To:.*/To: nobody in particular/", "s/^To:.*/To:/", "s/^Cc:.*/Cc: support@acme.test/"):
        text = at_terminal(local_desk, "reply", "1", EDITOR=written(local_desk, edit, "3iHello."), code=2)
        assert "draft" in text
    assert sent(local_desk) == []
    local_desk("draft", "send", "1", "--to", "ana@example.org")
    assert sent(local_desk) == [(["ana@example.org"], [])]
    assert local_desk.show(1)["messages"][1]["text"] == "Hello."


def test_header_without_text_is_an_empty_text(local_desk: Shell) -> None:
    local_desk.ingest(mail())
    text = at_terminal(local_desk, "reply", "1", EDITOR=written(local_desk, f"s/^Cc:.*/Cc: {BOSS}/"), code=1)
    assert "nothing was sent" in text
    assert sent(local_desk) == []


def test_new_recipient_needs_confirmation_from_the_second_reply(desk: Shell) -> None:
    desk.ingest(mail(headers=[("Cc", LAWYER)]))
    first = at_terminal(desk, "reply", "1", "-m", "One.")
    assert f"reply to ana@example.org, cc {LAWYER}" in first
    at_terminal(desk, "reply", "1", "-m", "Two.", "--force")
    refused = asked(desk, "reply", "1", "-m", "Three.", "--force", "--cc", BOSS, answer="n", code=4)
    assert f"New since the last reply: {BOSS}" in refused
    assert f"Reply goes to: ana@example.org; Cc: {LAWYER}, {BOSS}" in refused
    assert len(sent(desk)) == 2
    asked(desk, "reply", "1", "-m", "Three.", "--force", "--cc", BOSS, answer="y")
    at_terminal(desk, "reply", "1", "-m", "Four.", "--force", "--bcc", "x@other.example", "--yes")
    desk("reply", "1", "-m", "Five.", "--force", "--cc", "script@other.example")
    everyone = (["ana@example.org"], [LAWYER, BOSS])
    assert sent(desk)[2:4] == [everyone, everyone]
    assert sent(desk)[4][1] == [LAWYER, BOSS, "script@other.example"]


def test_merge_of_two_customers_needs_confirmation(desk: Shell) -> None:
    desk.ingest(mail())
    desk.ingest(mail("Bo Lee <bo@example.net>", "Printer, too"))
    desk.ingest(mail(subject="Mine"))
    said = desk("merge", "2", "--into", "1", code=4).err
    assert "ana@example.org" in said
    assert "bo@example.net" in said
    assert "nothing was merged" in asked(desk, "merge", "2", "--into", "1", answer="n", code=4)
    assert desk.show(2)["status"] == "new"
    asked(desk, "merge", "2", "--into", "1", answer="y")
    assert desk.show(1)["reply"]["to"] == ["bo@example.net"]
    assert desk.show(1)["reply"]["cc"] == ["ana@example.org"]
    assert "is part of #1" in desk("merge", "3", "--into", "1").out


def test_show_and_json_name_the_same_recipients(desk: Shell) -> None:
    desk.ingest(mail("Ana Kim <ana@example.org>", headers=[("Cc", LAWYER), ("Reply-To", "office@example.org")]))
    reply = desk.show(1)["reply"]
    assert (reply["to"], reply["cc"], reply["warnings"]) == (["office@example.org"], [LAWYER], [])
    assert f"Reply goes to: office@example.org; Cc: {LAWYER}" in desk("show", "1").out
    full = desk("show", "1", "--full").out
    assert "To: support@acme.test" in full
    assert "Reply-To: office@example.org" in full
    facts = json.loads(desk("reply", "1", "-m", "x", "--dry-run", "--json").out)["facts"]
    assert (facts["to"], facts["cc"]) == (reply["to"], reply["cc"])
    desk("close", "1")
    assert "Reply goes to no one: the ticket is closed" in desk("show", "1").out


def test_show_names_replies_that_the_customer_did_not_get(local_desk: Shell) -> None:
    local_desk.ingest(mail(headers=[("Cc", LAWYER)]))
    local_desk("reply", "1", "-m", "To you.", "--yes")
    local_desk("reply", "1", "-m", "Between us.", "--to", LAWYER, "--yes")
    lines = local_desk("show", "1").out.splitlines()
    assert lines[lines.index("Between us.") - 1] == f"To: {LAWYER}"
    assert lines[lines.index("To you.") - 1] == f"Cc: {LAWYER}"
    assert not any(line.startswith("To: ") for line in lines[: lines.index("To you.")])


def test_long_verification_warning_fits_the_terminal(local_desk: Shell) -> None:
    local_desk.ingest(mail())
    stranger = "a.person.with.a.long.address@supplier.example"
    local_desk("reply", "1", "-m", "We ask.", "--bcc", stranger, "--yes")
    reply = local_desk("outbox", "list", "--all", "--json").rows[-1]["message_id"]
    local_desk.ingest(mail(stranger, headers=[("In-Reply-To", reply)]))
    remark = f"not verified: not a participant; reply --to {stranger} answers only them"
    assert remark in local_desk("show", "1").out.splitlines()
    lines = at_terminal(local_desk, "show", "1", NO_COLOR="1").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("not verified"))
    assert " ".join(lines[first : first + 2]) == remark
    assert all(len(line) <= 80 for line in lines[first : first + 2])


def test_confirmation_is_wrapped_to_the_terminal(desk: Shell) -> None:
    many = [f"somebody-{number}@a-long-domain.example" for number in range(4)]
    desk.ingest(mail())
    at_terminal(desk, "reply", "1", "-m", "One.")
    copies = [word for address in many for word in ("--cc", address)]
    desk.env["COLUMNS"] = "60"
    seen = asked(desk, "reply", "1", "-m", "Two.", "--force", *copies, answer="n", code=4)
    before, _question, _rest = seen.partition("Send it?")
    assert all(address in before for address in many)
    assert max(map(len, before.splitlines())) <= 60
