"""No command prints control characters or writes unsafe file names from text of customers."""

from __future__ import annotations

import base64
import logging
import re
import smtplib
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

import pytest

from deskctl.cli.commands.messages.attachment_files import MAX_NAME_LENGTH, safe_file_name
from deskctl.daemon.logs import JsonFormatter, TextFormatter
from deskctl.safe import json_text, visible, visible_lines
from deskctl.testing.smtp_sink import SmtpSink
from tests.cli import shell
from tests.cli.shell import Shell, mail
from tests.cli.test_terminal import at_terminal
from tests.servers.waiting import wait_until

#: Hostile texts in a subject, a name, a body and a file name.
CORPUS = {
    "csi": "\x1b[2J\x1b[1;1Hgone",
    "title": "\x1b]0;owned\x07",
    "link": "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "clipboard": "\x1b]52;c;cm0gLXJmIH4=\x07",
    "dcs": '\x1bP$q"p\x1b\\ \x1b_apc\x1b\\ \x1b^pm\x1b\\ \x1bXsos\x1b\\',
    "reset": "\x1bc\x1b(0\x1b#8\x1bN",
    "c1": "\x9b31mred\x9d0;t\x9c\x90q\x9c\x85",
    "bidi": "invoice\u202egpj.exe\u202c \u202dx \u202ay \u202bz",
    "isolates": "\u2066a\u2069 \u2067b\u2069 \u2068c\u2069 \u200e\u200f\u061c",
    "zero-width": "pay\u200bpal\u200c.\u200dcom\u2060\ufeff\u00ad",
    "separators": "one\u2028two\u2029three\x0bfour\x0cfive",
    "controls": "nul\x00bel\x07bs\x08\x08\x08del\x7fsub\x1aso\x0esi\x0f",
    "carriage": "all is well\rowned      \r\n\rx",
    "fillers": "a\u3164\u115f\u1160\uffa0b\u2800",
    "marks": "Z" + "\u0300\u0315\u0489\u20dd" * 300,
    "jamo": "\u1100" + "\u11a8" * 500,
    "tags": "\U000e0001\U000e0041\U000e007f\U0001d173 \ufff9x\ufffa\ufffb",
    "variations": "a" + "\ufe0f" * 100,
    "selectors": "\U000e0100\U000e01ef",
    "long": "l" * 20_000,
    "shell": "$(reboot) `reboot` ; reboot | '\"",
    "path": "../../../etc/cron.d/owned",
    "windows": "..\\..\\CON:evil.exe. .",
    "hidden": ".bashrc",
    "option": "--force",
    "korean": "환불 요청서 (최종).pdf",
}

INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    "|[\u0300-\u036f\u0489\u11a8-\u11ff\u20d0-\u20ff\ufe00-\ufe0f]{9}"
)
OUR_COLOURS = re.compile(r"\x1b\[(?:1;)?\d+m")


def control_sequence(text: str) -> str | None:
    """Return the first control sequence in `text`, and its place."""
    found = INVISIBLE.search(text)
    return None if found is None else ascii(text[max(0, found.start() - 60) : found.end() + 20])


def word(text: str) -> bytes:
    """Return an encoded word (RFC 2047) of any length, which can carry any character into a header."""
    return b"=?utf-8?B?" + base64.b64encode(text.encode()) + b"?="


def hostile_mail(name: str, text: str, *headers: bytes, sender: bytes = b"", body: str | None = None) -> bytes:
    """Return a mail that contains `text` in every possible place, with a subject that starts with `name`."""
    sender = sender or word(text) + b" <" + name.encode() + b"@example.org>"
    lines = [
        b"From: " + sender,
        b"To: support@acme.test",
        b"Reply-To: " + word(text) + b" <" + name.encode() + b"@example.org>",
        b"Subject: " + name.encode() + b" " + word(text),
        b"Message-ID: <" + name.encode() + b"@example.org>",
        b"Thread-Topic: " + word(text),
        *headers,
        b"MIME-Version: 1.0",
        b'Content-Type: multipart/mixed; boundary="b"',
        b"",
        b"--b",
        b"Content-Type: text/plain; charset=utf-8",
        b"Content-Transfer-Encoding: base64",
        b"",
        base64.encodebytes((f"{name} says: {text}\n\n-- \n{text}" if body is None else body).encode()),
        b"--b",
        b"Content-Type: application/octet-stream",
        b"Content-Disposition: attachment; filename*=utf-8''" + quote(text, safe="").encode(),
        b"",
        b"content of " + name.encode(),
        b"--b--",
        b"",
    ]
    return b"\r\n".join(lines)


@pytest.fixture(scope="module")
def hostile_desk(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """Return a desk with a daemon and a ticket for each text of the corpus. Its relay refuses mail with hostile text.

    Half of the mails arrive by SMTP and half through the pipe.
    """
    with SmtpSink() as relay:
        desk = shell.copy(template, tmp_path_factory.mktemp("hostile") / "desk", smtp=relay.port)
        config = desk.folder / "config.toml"
        config.write_text(config.read_text().replace("[desk]\n", '[desk]\ndigest = "1s"\n', 1))
        desk.start()
        try:
            for number, (name, text) in enumerate(CORPUS.items()):
                if number % 2:
                    by_smtp(desk, hostile_mail(name, text))
                else:
                    desk("mail", "ingest", input=hostile_mail(name, text))
            # Raw bytes where encoded words are expected, also in a verdict and in the text of a program.
            desk("mail", "ingest", input=RAW)
            desk("mail", "ingest", input=hostile_mail("spammer", CORPUS["csi"], b"X-Spam-Flag: YES \x1b[2J"))
            desk(
                "mail",
                "ingest",
                input=hostile_mail("robot", CORPUS["c1"], b"Auto-Submitted: auto-\x1b[2Jreplied\x9b31m"),
            )
            wait_until(lambda: desk("inbox", "list", "--exit-code", code=None).code == 1, what="the inbox is empty")
            relay.refuse("rcpt", 550, recipient="csi@example.org", words="5.1.1 no \x1b[2J\x1b]0;owned\x07 such user")
            refused = desk("reply", "1", "-m", "Hello", "-a", str(Path(__file__)), "--wait", code=1)
            assert "such user" in refused.err
            assert control_sequence(refused.err) is None
            ours = message_id(desk, "1", "csi@example.org")
            desk("mail", "ingest", input=hostile_mail("csi-again", CORPUS["bidi"], b"In-Reply-To: " + ours))
            desk("reply", "3", "-m", "Hello", "--wait")
            desk("mail", "ingest", input=BOUNCE.replace(b"%ID%", message_id(desk, "3", "link@example.org")))
            wait_until(lambda: desk("inbox", "list", "--exit-code", code=None).code == 1, what="the inbox is empty")
            yield desk
        finally:
            desk.stop()


RAW = (
    b'From: \x1b[2J\xe2\x80\xae "\x1b]0;x\x07" <raw\x1b[2J@exa\x9bmple.org>\r\nTo: support@acme.test\r\n'
    b"Subject: raw \x1b[2J \xe2\x80\xae \x9b31m \x00 \x08\r\n"
    b'Content-Type: text/plain; charset=latin-1; name="\x1b[2J"\r\n\r\nraw \x1b[2J \x9b31m\r\n'
)


BOUNCE = b"""\
From: \x1b[2JMailer <mailer-daemon@example.org>
To: support@acme.test
Subject: Undelivered \xe2\x80\xae mail
Message-ID: <bounce@example.org>
In-Reply-To: %ID%
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

It did not arrive. \x1b[2J\xe2\x80\xae
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; link@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 \x1b]0;owned\x07 \xe2\x80\xae unknown \x9b31m user

--b
Content-Type: message/rfc822

Message-ID: %ID%
Subject: Re: link

--b--
""".replace(b"\n", b"\r\n")


def message_id(desk: Shell, ticket: str, to: str) -> bytes:
    """Return the Message-ID of the reply to an address."""
    rows = desk("outbox", "list", "--all", "--ticket", ticket, "--json").rows
    return next(str(row["message_id"]).encode() for row in rows if row["to"] == [to])


def by_smtp(desk: Shell, raw: bytes) -> None:
    port = re.search(r"listen = .*port = (\d+)", (desk.folder / "config.toml").read_text())
    assert port is not None
    with smtplib.SMTP("127.0.0.1", int(port[1]), timeout=20) as client:
        client.sendmail("sender@example.org", ["support@acme.test"], raw)


def numbers(desk: Shell) -> list[str]:
    return [str(row["number"]) for row in desk.tickets("--all", "--limit", "500")]


EVERYTHING = (
    "number,status,priority,subject,contact,assignee,updated_at,team,channel,tags,language,created_at,waiting_since"
)


def commands(desk: Shell) -> Iterator[list[str]]:
    """Return all commands that show text of customers."""
    tickets = numbers(desk)
    assert len(tickets) == len(CORPUS) + 3
    yield ["list", "--all", "--limit", "500", "--columns", EVERYTHING]
    yield ["list", "--spam"]
    yield ["show", *tickets]
    yield ["show", "--full", *tickets]
    yield ["log", *tickets]
    yield ["attachment", "list", *tickets]
    yield ["inbox", "list", "--all"]
    for row in desk("inbox", "list", "--all", "--json").rows:
        yield ["inbox", "show", str(row["id"])]
    yield ["outbox", "list", "--all"]
    outgoing = desk("outbox", "list", "--all", "--json").rows
    assert {"failed"} < {row["state"] for row in outgoing}
    for row in outgoing[:3] + outgoing[-3:]:
        yield ["outbox", "show", str(row["id"])]
    yield ["search", "says"]
    yield ["doctor"]
    yield []
    yield ["next", "--dry-run"]
    yield ["note", "1", "-m", CORPUS["csi"], "--dry-run"]


def test_piped_output_contains_no_control_characters(hostile_desk: Shell) -> None:
    shown = ""
    for words in commands(hostile_desk):
        for more in ([], ["--json"]):
            result = hostile_desk(*words, *more, code=None)
            said = f"{words} {more}"
            assert control_sequence(result.out.replace("\t", " ")) is None, said
            assert control_sequence(result.err) is None, said
            shown += result.out
    assert all(f"{name} says" in shown for name in CORPUS)
    assert "Address bounces" in shown
    assert "bounce: mail was returned" in shown
    assert "not verified" in shown


def test_terminal_output_contains_no_control_characters(hostile_desk: Shell) -> None:
    """Check the output on a terminal, which also has colours and other line ends."""
    tickets = numbers(hostile_desk)
    for words in (
        ["list", "--all", "--limit", "500"], ["list", "--all", "--limit", "500", "--columns", EVERYTHING],
        ["show", *tickets], ["show", "--full", *tickets], ["log", *tickets], ["attachment", "list", *tickets],
        ["inbox", "list", "--all"], ["outbox", "list", "--all"], ["search", "says"], [],
    ):  # fmt: skip
        text = OUR_COLOURS.sub("", at_terminal(hostile_desk, *words, PAGER="cat"))
        assert control_sequence(text) is None, words


def test_errors_show_the_typed_value_safely(hostile_desk: Shell) -> None:
    evil_word = "\x1b[2J\u202e\x9b31m"
    for words in (
        ["show", evil_word], ["tag", "1", f"+{evil_word}"], ["set", "1", f"priority={evil_word}"], [evil_word],
        ["take", "1", "--as", evil_word], ["list", "--columns", evil_word], ["--config", evil_word, "list"],
        ["reply", "1", "-m", "x", "-a", evil_word], ["reply", "1", "-m", "x", "--cc", evil_word],
        ["reply", "1", evil_word], ["block", "add", evil_word], ["agent", "set", evil_word, "--name", "x"],
        ["mail", "parse", evil_word], ["attachment", "save", "1", "-o", f"{evil_word}/x"],
    ):  # fmt: skip
        result = hostile_desk(*words, code=None)
        assert result.code != 0
        assert control_sequence(result.out + result.err) is None, words


def test_refused_reply_prints_unseen_messages_safely(hostile_desk: Shell) -> None:
    """A refused reply prints the new message of the customer."""
    hostile_desk("show", "5", "--as", "agent2")
    again = hostile_mail("dcs-again", CORPUS["csi"], b"In-Reply-To: <dcs@example.org>", sender=b"<dcs@example.org>")
    hostile_desk("mail", "ingest", input=again)
    wait_until(lambda: len(hostile_desk.show(5)["messages"]) == 2, what="the second mail is there")
    refused = hostile_desk("reply", "5", "-m", "Hello", "--as", "agent2", code=4)
    assert "dcs-again says" in refused.err
    assert control_sequence(refused.err) is None


def test_completion_offers_no_control_characters(hostile_desk: Shell) -> None:
    for line in ("show ", "list --tag ", "list --contact ", "take --as "):
        env = {"_DESKCTL_COMPLETE": "bash_complete", "COMP_WORDS": f"deskctl {line}", "COMP_CWORD": "2"}
        assert control_sequence(hostile_desk(env=env, code=None).out) is None, line


def test_notifications_contain_no_control_characters(hostile_desk: Shell) -> None:
    """Return the notifications of all tickets, in separate or combined messages."""
    seen: dict[int, str] = {}

    def all_are_named() -> bool:
        rows = hostile_desk("outbox", "list", "--all", "--json").rows
        for row in rows:
            if row["to"] == ["agent1@acme.test"] and row["id"] not in seen:
                document = hostile_desk("outbox", "show", str(row["id"]), "--json").row
                seen[row["id"]] = document["subject"] + "\n" + document["text"]
        named = {word for said in seen.values() for word in re.findall(r"(?m)^ *deskctl show (\d+)$", said)}
        return len(named) >= len(CORPUS)

    wait_until(all_are_named, 60, "the agent is told of everything")
    assert len(seen) < len(CORPUS)
    assert all(control_sequence(said) is None for said in seen.values())
    # JSON escapes all texts, so the documents were safe before they were printed.


def test_attachment_names_stay_in_the_folder(hostile_desk: Shell, tmp_path: Path) -> None:
    for number in numbers(hostile_desk):
        hostile_desk("attachment", "save", "--all", number, "-o", str(tmp_path), "--force")
    assert all(path.is_file() for path in tmp_path.iterdir())
    saved = sorted(path.name for path in tmp_path.iterdir())
    assert "환불 요청서 (최종).pdf" in saved
    assert "owned" in saved
    for name in saved:
        assert control_sequence(name.replace("\n", "\x00")) is None
        assert name[0] not in ".-~"
        assert len(name.encode()) <= 255
    assert not (hostile_desk.folder.parent / "etc").exists()


@pytest.mark.parametrize("name", CORPUS)
def test_safe_file_name_is_one_visible_component(name: str) -> None:
    made = safe_file_name(CORPUS[name], 7)
    assert control_sequence(made) is None
    assert not re.search(r'[/\\\n\t<>:"|?*]', made)
    assert made not in ("", ".", "..")
    assert made[0] not in ".-~ "
    assert made[-1] not in ". "
    assert len(made.encode()) <= MAX_NAME_LENGTH


def test_safe_file_name_keeps_letters_and_suffix() -> None:
    assert safe_file_name("\u1112\u116a\u11ab\u1107\u116e\u11af.pdf", 1) == "환불.pdf"  # as macOS writes it
    assert safe_file_name("می\u200cخواهم.txt", 1) == "می\u200cخواهم.txt"
    assert safe_file_name("가" * 300 + ".pdf", 1).endswith("가.pdf")
    assert safe_file_name("...", 7) == safe_file_name("", 7) == safe_file_name("../..", 7) == "attachment-7"


def test_attachment_save_does_not_follow_symbolic_links(hostile_desk: Shell, tmp_path: Path) -> None:
    """The customer chooses the file name, and a symbolic link with that name may exist."""
    dear = tmp_path / "dear"
    dear.write_text("dear")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "owned").symlink_to(dear)
    rows = hostile_desk("attachment", "list", *numbers(hostile_desk), "--json").rows
    (row,) = [row for row in rows if "cron.d" in row["filename"] or row["filename"] == "owned"]
    hostile_desk("attachment", "save", str(row["id"]), "-o", str(folder), code=4)
    hostile_desk("attachment", "save", str(row["id"]), "-o", str(folder), "--force")
    assert dear.read_text() == "dear"
    assert (folder / "owned").read_text().startswith("content of path")


def test_raw_bytes_are_not_printed_to_a_terminal(hostile_desk: Shell) -> None:
    assert "refused to print raw bytes to a terminal" in at_terminal(
        hostile_desk, "inbox", "show", "1", "--raw", code=2
    )
    assert "refused to print an attachment to a terminal" in at_terminal(
        hostile_desk, "attachment", "save", "1", "-o", "-", code=2
    )
    assert "--raw" in hostile_desk("inbox", "show", "--help").out
    piped = subprocess.run(
        ["deskctl", "inbox", "show", "1", "--raw"],
        cwd=hostile_desk.folder,
        env=hostile_desk.env,
        capture_output=True,
        timeout=60,
    )
    assert piped.stdout == hostile_mail("csi", CORPUS["csi"])


@pytest.mark.parametrize("name", CORPUS)
def test_visible_replaces_control_characters(name: str) -> None:
    text = CORPUS[name]
    assert control_sequence(visible(text).replace("\n", "\x00")) is None
    assert control_sequence(visible_lines(text)) is None
    assert control_sequence(json_text(f'"{text}"').replace("\n", "")) is None or set(text) & set(map(chr, range(32)))


def test_plain_name_keeps_letter_forms() -> None:
    name = "葛\U000e0100城"
    assert visible(name) == name
    assert visible("a\U000e0100") == "a<U+E0100>"


def test_daemon_log_contains_no_control_characters() -> None:
    record = logging.LogRecord(
        "deskctl", logging.INFO, "", 0, "said %s", ("\x1b[2J\u202e\x9b\n2026 INFO made up",), None
    )
    for form in (TextFormatter(), JsonFormatter()):
        line = form.format(record)
        assert control_sequence(line) is None
        assert "\n" not in line


def test_list_with_a_long_subject_is_fast(local_desk: Shell) -> None:
    local_desk.ingest(mail(subject="s" * 200_000, text="t" * 1_000_000))
    assert "ssss" in at_terminal(local_desk, "list")
    assert "tttt" in local_desk("show", "1").out


#: A mail with control characters in every field that a command prints.
HOSTILE_SUBJECT = "=?utf-8?B?" + base64.b64encode("\x1b[2Jgone \u202efdp.exe\x9b31m".encode()).decode() + "?="


def mail_with_attachments() -> bytes:
    message = EmailMessage()
    message["From"] = '"Evil \\\x1b]0;pwned\x07" <eve@example.net>'.replace("\x1b", "").replace("\x07", "")
    message["To"] = "support@acme.test"
    message["Message-ID"] = "<evil@example.net>"
    message.set_content("clear \x1b[2J\x1b]52;c;AAAA\x07 screen\u202e and\u200b more\x9bm\n")
    message.add_attachment(b"x", maintype="image", subtype="png", filename="a\u202egnp.sh")
    return f"Subject: {HOSTILE_SUBJECT}\n".encode() + message.as_bytes()


@pytest.fixture(scope="module", params=["socket", "alone"])
def taken(request: pytest.FixtureRequest, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """Return a desk on which agent1 took the ticket of the hostile mail. All tests of it share the desk."""
    desk = shell.copy(template, tmp_path_factory.mktemp("taken") / "desk")
    desk.ingest(mail_with_attachments())
    desk("take", "1")
    desk.waits_for_command = request.param == "socket"
    yield desk
    desk.stop()


@pytest.mark.parametrize(
    "words", [["list"], ["list", "--json"], ["show", "1"], ["show", "1", "--full"], ["show", "1", "--json"],
              ["attachment", "list", "1"], ["log", "1"], []], ids=" ".join
)  # fmt: skip
def test_hostile_mail_is_shown_safely(taken: Shell, words: list[str]) -> None:
    out = taken(*words).out
    assert out
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202e]", out)
