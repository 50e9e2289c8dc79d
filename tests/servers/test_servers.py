"""The test servers work as their fixtures describe."""

from __future__ import annotations

import imaplib
import smtplib
import ssl
from email.message import EmailMessage

import psycopg
import pytest
from sqlalchemy import create_engine, literal, select

from deskctl.testing.smtp_sink import SmtpSink
from tests.servers.certificate import Certificate
from tests.servers.dovecot import DovecotServer
from tests.servers.postgres import PostgresServer

MAIL = b"From: ana@example.org\nTo: support@acme.test\nSubject: Hello\n\nIt burns.\n"


def letter(subject: str = "Hello") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ana@example.org", "support@acme.test", subject
    message.set_content("It burns.\n")
    return message


def test_each_test_gets_its_own_database(postgres: PostgresServer) -> None:
    first, second = postgres.database(), postgres.database()
    with psycopg.connect(first) as connection:
        connection.execute("CREATE TABLE ticket (id int)")
    with psycopg.connect(second) as connection:
        found = connection.execute("SELECT to_regclass('ticket')").fetchone()
    assert found == (None,)
    postgres.drop(first)
    postgres.drop(second)


def test_template_is_filled_once_and_copied_with_its_content(postgres: PostgresServer) -> None:
    filled = []

    def fill(url: str) -> None:
        filled.append(url)
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE ticket (id int)")

    copies = [postgres.database(postgres.template("smoke", fill)) for _ in range(2)]
    assert len(filled) == 1
    for url in copies:
        with psycopg.connect(url) as connection:
            assert connection.execute("SELECT count(*) FROM ticket").fetchone() == (0,)
        postgres.drop(url)


def test_mailbox_returns_its_messages(dovecot: DovecotServer) -> None:
    mailbox, other = dovecot.mailbox(), dovecot.mailbox()
    uid = mailbox.append(MAIL)
    moved = mailbox.append(MAIL, folder="Done")
    mailbox.set_flags(uid, "\\Flagged")
    assert mailbox.uids() == [uid]
    assert mailbox.uids("Done") == [moved]
    assert "\\Flagged" in mailbox.flags(uid)
    assert b"It burns." in mailbox.raw(uid)
    assert other.uids() == []
    assert other.uids("no such folder") == []


def test_lmtp_delivers_into_a_mailbox(dovecot: DovecotServer) -> None:
    mailbox = dovecot.mailbox()
    with smtplib.LMTP(*dovecot.lmtp) as client:
        client.sendmail("ana@example.org", [mailbox.user], MAIL)
    assert len(mailbox.uids()) == 1


def test_restarted_dovecot_keeps_its_mail(dovecot: DovecotServer) -> None:
    mailbox = dovecot.mailbox()
    uid = mailbox.append(MAIL)
    dovecot.restart()
    assert mailbox.uids() == [uid]


def test_dovecot_supports_tls_with_a_trusted_certificate(dovecot: DovecotServer) -> None:
    if dovecot.certificate is None or dovecot.tls_port is None:
        pytest.skip("openssl is not installed: apt-get install openssl")
    mailbox = dovecot.mailbox()
    context = ssl.create_default_context(cafile=str(dovecot.certificate.cert))
    with imaplib.IMAP4_SSL(dovecot.host, dovecot.tls_port, ssl_context=context, timeout=10) as client:
        assert client.login(mailbox.user, mailbox.password)[0] == "OK"
    with imaplib.IMAP4(dovecot.host, dovecot.port, timeout=10) as client:
        client.starttls(context)
        assert client.login(mailbox.user, mailbox.password)[0] == "OK"


def test_dovecot_refuses_a_wrong_password(dovecot: DovecotServer) -> None:
    with imaplib.IMAP4(dovecot.host, dovecot.port, timeout=10) as client, pytest.raises(imaplib.IMAP4.error):
        client.login(dovecot.mailbox().user, "wrong")


def test_sink_stores_accepted_mail(sink: SmtpSink) -> None:
    with smtplib.SMTP(sink.host, sink.port) as client:
        client.send_message(letter("환불"))
    (mail,) = sink.wait(1)
    assert (mail.sender, mail.recipients) == ("ana@example.org", ("support@acme.test",))
    assert mail.subject == "환불"
    assert mail.text.strip() == "It burns."


def test_sink_refuses_the_given_number_of_times(sink: SmtpSink) -> None:
    sink.refuse("rcpt", 550, recipient="support@acme.test")
    with smtplib.SMTP(sink.host, sink.port) as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.send_message(letter())
        client.send_message(letter())
    assert len(sink.mails) == 1


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_mail_dropped_during_transmission_does_not_arrive(sink: SmtpSink, stage: str) -> None:
    sink.drop(stage)  # type: ignore[arg-type]
    with pytest.raises(smtplib.SMTPServerDisconnected), smtplib.SMTP(sink.host, sink.port) as client:
        client.send_message(letter())
    assert sink.mails == []


def test_mail_dropped_after_its_last_line_arrives(sink: SmtpSink) -> None:
    sink.drop("after-data")
    with pytest.raises(smtplib.SMTPServerDisconnected), smtplib.SMTP(sink.host, sink.port) as client:
        client.send_message(letter())
    assert len(sink.wait(1)) == 1


def test_stalled_sink_delays_its_client(sink: SmtpSink) -> None:
    sink.stall("after-data")
    client = smtplib.SMTP(sink.host, sink.port, timeout=0.3)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        client.send_message(letter())
    client.close()


def test_sink_can_require_a_password_over_starttls(certificate: Certificate) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate.cert))
    with SmtpSink(logins={"desk": "secret"}, tls=certificate.server_context()) as sink:
        with smtplib.SMTP(sink.host, sink.port) as client:
            client.starttls(context=trusting)
            with pytest.raises(smtplib.SMTPAuthenticationError):
                client.login("desk", "wrong")
            client.login("desk", "secret")
            client.send_message(letter())
        assert len(sink.wait(1)) == 1


def test_sink_supports_implicit_tls(certificate: Certificate) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate.cert))
    with SmtpSink(tls=certificate.server_context(), tls_from_start=True) as sink:
        with smtplib.SMTP_SSL(sink.host, sink.port, context=trusting) as client:
            client.send_message(letter())
        assert len(sink.wait(1)) == 1


def test_engines_of_one_database_compile_a_statement_once() -> None:
    """`statements` sets private attributes of SQLAlchemy. A version without them would only make the tests slow."""
    compiled = []
    for _ in range(2):
        engine = create_engine("sqlite://")
        with engine.connect() as connection:
            compiled.append(connection.execute(select(literal(1).label("compiled_once"))).context.compiled)
        engine.dispose()
    assert compiled[0] is compiled[1]
