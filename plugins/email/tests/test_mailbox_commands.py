"""`deskctl mail` with a real mailbox, with and without a daemon."""

from __future__ import annotations

import re
import smtplib
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deskctl.testing.builders import raw_mail
from deskctl.testing.smtp_sink import SmtpSink
from tests.cli.shell import COMMAND, Shell, copy, make
from tests.servers.identity import IdentityProvider

WaitUntil = Callable[..., Any]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a desk once; each test uses a copy of it."""
    return make(tmp_path_factory.mktemp("template"), agents=False).folder


@pytest.fixture
def desk(template: Path, tmp_path: Path) -> Iterator[Shell]:
    made = copy(template, tmp_path / "desk")
    yield made
    made.stop()


@pytest.fixture
def mailbox(dovecot: Any) -> Any:
    return dovecot.mailbox()


def with_mailbox(desk: Shell, mailbox: Any, more: str = "") -> None:
    config = desk.folder / "config.toml"
    text = re.sub(r"(?m)^listen = .*$", "", config.read_text())
    table = f'host = "127.0.0.1", port = {mailbox.port}, user = "{mailbox.user}", password = "{mailbox.password}"'
    config.write_text(f'{text}\nimap = {{ {table}, poll = "1s" }}\n{more}\n')


def read_so_far(desk: Shell, wait_until: WaitUntil, count: int) -> None:
    wait_until(lambda: len(desk("inbox", "list", "--all", "--json").rows) >= count, timeout=60, what=f"{count} mails")


def first_login(desk: Shell, wait_until: WaitUntil) -> None:
    desk.start()
    pending = "not been read"
    wait_until(
        lambda: pending not in desk("mail", "verify", "support", code=None).err, timeout=60, what="the first login"
    )


def test_verify_lists_missing_mail(desk: Shell, mailbox: Any, wait_until: WaitUntil) -> None:
    mailbox.append(raw_mail(subject="before the first login"))
    with_mailbox(desk, mailbox)
    assert desk("mail", "verify", "support", code=4).err.count("not been read") == 1
    first_login(desk, wait_until)
    mailbox.append_all([raw_mail(subject=f"number {n}") for n in range(3)])
    read_so_far(desk, wait_until, 3)
    fine = desk("mail", "verify", "support", "--json").row
    assert (fine["checked"], fine["missing"]) == (3, [])
    desk.stop()
    [late] = mailbox.append_all([raw_mail(subject="not ingested")])
    found = desk("mail", "verify", "support", "--json", code=1).row
    assert found["missing"] == [{"uid": late, "why": "not in the journal"}]
    assert str(late) in desk("mail", "verify", "support", code=1).out
    desk.start()
    read_so_far(desk, wait_until, 4)
    desk("mail", "verify", "support")


@pytest.mark.parametrize("daemon", [True, False])
def test_import_ingests_old_mail_once_and_does_not_change_the_server(
    daemon: bool, desk: Shell, mailbox: Any, wait_until: WaitUntil
) -> None:
    uids = mailbox.append_all([raw_mail(subject=f"old {n}") for n in range(130)])
    with mailbox.imap() as client:
        client.append("INBOX", "", '"01-Jan-2020 00:00:00 +0000"', raw_mail(subject="ancient"))
    with_mailbox(desk, mailbox, "acknowledge = true")
    if daemon:
        first_login(desk, wait_until)
    told = desk("mail", "import", "support", "--since", "30d", "--json").row
    assert told == {"channel": "support", "found": 130, "new": 130, "refused": []}
    assert desk("mail", "import", "support", "--since", "30d", "--json").row["new"] == 0
    wait_until(lambda: desk("inbox", "list", "--exit-code", code=None).code == 1, 60, "the inbox is empty")
    subjects = {ticket["subject"] for ticket in desk.tickets("--limit", "200")}
    assert subjects == {f"old {n}" for n in range(130)}
    assert mailbox.flags(uids[0]) <= {"\\Recent"}
    assert desk("outbox", "list", "--all", "--json").rows == [], "an import sends no notifications and no replies"


def test_interrupted_import_can_be_repeated(desk: Shell, mailbox: Any) -> None:
    mailbox.append_all([raw_mail(subject=f"old {n}") for n in range(300)])
    with_mailbox(desk, mailbox)
    process = subprocess.Popen(
        [*COMMAND, "mail", "import", "support", "--since", "30d"],
        cwd=desk.folder,
        env=desk.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.9)
    process.kill()
    process.wait()
    desk("mail", "import", "support", "--since", "30d", "--mark")
    rows = desk("inbox", "list", "--all", "--json").rows
    assert len(rows) == 300
    assert len({ticket["subject"] for ticket in desk.tickets("--limit", "500")}) == 300
    assert not any(row["duplicate"] for row in rows)


@pytest.mark.parametrize("daemon", [True, False])
def test_raw_returns_the_original_bytes_and_reparse_reads_them(
    daemon: bool, desk: Shell, wait_until: WaitUntil
) -> None:
    if daemon:
        desk.start()
    raw = raw_mail("안녕 \x1b[31m", subject="Printer", message_id="<one@example.org>")
    desk("mail", "ingest", input=raw)
    wait_until(lambda: desk("inbox", "list", "--all", "--json").row["state"] == "done", what="a ticket")
    for words in (["1"], ["<one@example.org>"], ["--ticket", "1"]):
        done = subprocess.run(["deskctl", "mail", "raw", *words], cwd=desk.folder, env=desk.env, capture_output=True)
        assert done.stdout == raw
    assert desk("mail", "raw", "99", code=3).out == ""
    desk("mail", "raw", code=2)
    before = desk.show(1)
    assert desk("mail", "reparse", "1", "--json").row == {"done": 1, "failed": []}
    assert desk("mail", "reparse", "--all", "--since", "1d", "--json").row == {"done": 1, "failed": []}
    after = desk.show(1)
    assert [m["text"] for m in after["messages"]] == [m["text"] for m in before["messages"]]
    desk("mail", "reparse", "99", code=3)
    desk("mail", "reparse", code=2)


def test_resume_continues_a_renumbered_mailbox(desk: Shell, mailbox: Any, wait_until: WaitUntil) -> None:
    mailbox.append(raw_mail(), folder="Desk")
    with_mailbox(desk, mailbox)
    config = desk.folder / "config.toml"
    config.write_text(config.read_text().replace('poll = "1s"', 'poll = "1s", folder = "Desk"'))
    first_login(desk, wait_until)
    assert "not waiting for a decision" in desk("mail", "resume", "support", "--skip", code=4).err
    desk.stop()
    mailbox.remove("Desk")
    mailbox.append_all([raw_mail(subject=f"number {n}") for n in range(201)], folder="Desk")
    desk.start()
    wait_until(lambda: "mail resume" in desk("doctor", code=None).out + desk("doctor", code=None).err, 40, "the alert")
    desk("mail", "resume", "support", code=2)
    desk("mail", "resume", "support", "--take")
    read_so_far(desk, wait_until, 201)
    # The cursor is saved after the mails are in the journal.
    pending = "not compared it yet"
    wait_until(
        lambda: pending not in desk("mail", "verify", "support", code=None).err, timeout=60, what="the cursor is saved"
    )
    assert desk("mail", "verify", "support", "--json").row["checked"] == 201


def test_channel_actions_refuse_unsuitable_channels(desk: Shell) -> None:
    assert "agree" not in desk("mail", "verify", "nowhere", code=3).out
    assert "has no mailbox" in desk("mail", "verify", "support", code=4).err
    assert "does not use OAuth" in desk("mail", "auth", "support", code=4).err


def test_auth_stores_consent_and_shows_no_token(desk: Shell, sink: SmtpSink, wait_until: WaitUntil) -> None:
    with IdentityProvider() as identity, SmtpSink(bearers=lambda u, token: token in identity.access_tokens) as relay:
        config = desk.folder / "config.toml"
        text = re.sub(r"(?m)^(listen|smtp) = .*$", "", config.read_text())
        table = ", ".join(f'{key} = "{value}"' for key, value in identity.table().items())
        refused = socket.create_server(("127.0.0.1", 0))
        port = refused.getsockname()[1]
        refused.close()
        config.write_text(
            f'{text}\noauth = {{ {table} }}\nsmtp = {{ host = "127.0.0.1", port = {relay.port} }}\n'
            f'imap = {{ host = "127.0.0.1", port = {port} }}\n'
        )
        desk.start()
        wait_until(lambda: "mail auth support" in desk("channel", "list").out + doctor(desk), 30, "the alert")
        identity.approve()
        done = desk("mail", "auth", "support", "--json")
        assert done.row["authorised"]
        assert "WDJB-MJHT" in done.err
        assert done.row["started"], "the stopped channel restarts"
        for token in identity.refresh_tokens | identity.access_tokens:
            assert token not in done.out + done.err
        desk("mail", "ingest", input=raw_mail())
        wait_until(desk.tickets, what="the ticket")
        desk("agent", "add", "agent1", "--name", "Agent One", "--email", "agent1@acme.test")
        desk("reply", "1", "-m", "Hello.", "--wait")
        assert len(relay.wait(1)) >= 1


def doctor(desk: Shell) -> str:
    result = desk("doctor", code=None)
    return result.out + result.err


def test_reply_uses_ticket_token_sent_copy_and_rate_limit(desk: Shell, mailbox: Any, wait_until: WaitUntil) -> None:
    """A reply has a Reply-To with the ticket's token, is copied to the sent mail, and respects the rate limit."""
    with SmtpSink() as relay:
        config = desk.folder / "config.toml"
        text = config.read_text()
        listen = int(re.findall(r"(?m)^listen = .*port = (\d+)", text)[0])
        text = re.sub(r"(?m)^smtp = .*$", f'smtp = {{ host = "127.0.0.1", port = {relay.port}, rate = "1/min" }}', text)
        config.write_text(f'{text}\nplus = true\naliases = ["help@acme.test"]\n')
        table = f'host = "127.0.0.1", port = {mailbox.port}, user = "{mailbox.user}", password = "{mailbox.password}"'
        config.write_text(f'{config.read_text()}imap = {{ {table}, sent = "Sent" }}\n')
        desk("agent", "add", "agent1", "--name", "Agent One", "--email", "agent1@elsewhere.test")
        desk.start()
        desk("mail", "ingest", input=raw_mail(sender="ana@example.org", to="help@acme.test"))
        wait_until(desk.tickets, 30, "the ticket")
        desk("reply", "1", "-m", "See https://acme.test/help.", "--wait")
        [answer] = relay.wait(1)
        assert answer.message["From"].addresses[0].addr_spec == "help@acme.test"
        return_to = answer.message["Reply-To"].addresses[0].addr_spec
        assert re.fullmatch(r"help\+[0-9a-f]{32}@acme\.test", return_to)
        page = answer.message.get_body(("html",))
        assert page is not None
        assert '<a href="https://acme.test/help">' in page.get_content()
        wait_until(lambda: mailbox.uids("Sent"), 30, "the copy")
        assert str(answer.message["Message-ID"]).encode() in mailbox.raw(mailbox.uids("Sent")[0], "Sent")

        lost_thread = raw_mail(
            "Thanks, but no.", sender="ana@example.org", to="Acme <undisclosed@acme.test>", subject="Hm"
        )
        with smtplib.SMTP("127.0.0.1", listen, timeout=20) as smtp:
            smtp.sendmail("ana@example.org", [return_to], lost_thread)
        wait_until(lambda: len(desk.show(1)["messages"]) == 3, 30, "the customer's answer on the same ticket")
        assert len(desk.tickets()) == 1

        outbox = desk("reply", "1", "-m", "Again.", "--force", "--json").row["facts"]["outbox"]

        def waits() -> Any:
            row = desk("outbox", "show", str(outbox), "--json").row
            return row if "1/min" in (row["last_error"] or "") else None

        row = wait_until(waits, 40, "the message waits for the rate limit")
        assert (row["state"], row["attempts"]) == ("queued", 0)
        assert row["next_attempt_at"] is not None
        assert len(relay.mails) == 1
