"""Automatic replies between two systems stop, with real daemons and real SMTP."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from deskctl.core.delivery.queries import ListOutbox
from deskctl.core.intake.queries import ListInbox
from deskctl.core.messages.commands import Reply
from deskctl.core.tickets.queries import ListTickets, ShowTicket
from deskctl.desk.remote import RemoteDesk
from deskctl.testing.smtp_sink import SmtpSink
from tests.daemon.running import add_agent, make_desk, running

from .answering import PLUGIN

CHANNEL = """
[channels.support]
type = "email"
address = "support@{domain}"
acknowledge = true
listen = {{ host = "127.0.0.1", port = {port} }}
smtp = {{ host = "127.0.0.1", port = {relay} }}
"""

Wait = Callable[..., Any]


def at_rest(desk: RemoteDesk) -> bool:
    """Return True if no messages wait in the inbox or outbox."""
    return not desk.ask(ListInbox()) and not desk.ask(ListOutbox())


def write(port: int, sender: str, to: str, subject: str, **headers: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = f"<{subject.replace(' ', '-')}@test>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("Hello there.")
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(mail, to_addrs=[to])


def test_acknowledgements_between_two_desks_stop(
    tmp_path: Path, free_port: Callable[[], int], wait_until: Wait
) -> None:
    ports = {"a.test": free_port(), "b.test": free_port()}
    folders = {}
    for domain, other in (("a.test", "b.test"), ("b.test", "a.test")):
        channels = CHANNEL.format(domain=domain, port=ports[domain], relay=ports[other])
        folder = tmp_path / domain
        folders[domain] = make_desk(folder, f"sqlite:///{folder}/desk.db", channels)
    with (
        running(folders["a.test"]) as first,
        running(folders["b.test"]) as second,
        closing(first.desk()) as here,
        closing(second.desk()) as there,
    ):
        # Desk b writes to desk a as if it were a person: a acknowledges, which reaches b's listener.
        write(ports["a.test"], "support@b.test", "support@a.test", "Where is our order")
        wait_until(lambda: here.ask(ListOutbox(all=True)) and at_rest(here), what="desk a is at rest")
        wait_until(lambda: there.ask(ListTickets(all=True)) and at_rest(there), what="desk b is at rest")
        sent = [row["to"] for row in here.ask(ListOutbox(all=True))]
        assert sent == [["support@b.test"]]
        assert there.ask(ListOutbox(all=True)) == []
        assert [row["number"] for row in here.ask(ListTickets(all=True))] == [1]
        arrived = there.ask(ShowTicket(1))["messages"]
        assert [message["kind"] for message in arrived] == ["auto"]


def test_vacation_reply_to_acknowledgement_does_not_loop(
    tmp_path: Path, free_port: Callable[[], int], wait_until: Wait, sink: SmtpSink
) -> None:
    port = free_port()
    channels = CHANNEL.format(domain="a.test", port=port, relay=sink.port)
    with (
        running(make_desk(tmp_path / "desk", f"sqlite:///{tmp_path}/desk/desk.db", channels)) as daemon,
        closing(daemon.desk()) as desk,
    ):
        write(port, "ana@example.org", "support@a.test", "Printer")
        wait_until(lambda: len(sink.mails) == 1 and at_rest(desk), what="the acknowledgement went out")
        acknowledgement = desk.ask(ListOutbox(all=True))[0]["message_id"]
        write(
            port,
            "ana@example.org",
            "support@a.test",
            "Away",
            In_Reply_To=acknowledgement,
            Auto_Submitted="auto-replied",
        )
        wait_until(lambda: len(desk.ask(ShowTicket(1))["messages"]) == 3 and at_rest(desk), what="it is on the ticket")
        assert len(sink.mails) == 1
        assert b"auto-submitted" in sink.mails[0].raw.lower()
        assert sink.mails[0].sender in ("", None, "<>")


def test_mailing_list_and_own_address_get_no_automatic_reply(
    tmp_path: Path, free_port: Callable[[], int], wait_until: Wait, sink: SmtpSink
) -> None:
    port = free_port()
    channels = CHANNEL.format(domain="a.test", port=port, relay=sink.port)
    with (
        running(make_desk(tmp_path / "desk", f"sqlite:///{tmp_path}/desk/desk.db", channels)) as daemon,
        closing(daemon.desk()) as desk,
    ):
        add_agent(daemon)
        write(port, "list@lists.example", "support@a.test", "Digest", List_Id="<news.lists.example>")
        write(port, "support@a.test", "support@a.test", "Me again")
        write(port, "ana@example.org", "support@a.test", "Printer", Cc="support@a.test")
        wait_until(lambda: len(desk.ask(ListTickets(all=True))) == 3 and at_rest(desk), what="all three are in")
        outside = [to for mail in sink.mails for to in mail.recipients if to != "ana@acme.test"]
        assert outside == ["ana@example.org"]
        printer = next(row["number"] for row in desk.ask(ListTickets(all=True)) if row["subject"] == "Printer")
        desk.execute(Reply(printer, "We are on it.", at_once=True), agent="ana")
        wait_until(lambda: at_rest(desk) and len(sink.mails) > len(outside) + 1, what="the reply went out")
        assert all("support@a.test" not in mail.recipients for mail in sink.mails)


def test_automatic_answers_between_two_desks_stop(
    tmp_path: Path, free_port: Callable[[], int], wait_until: Wait
) -> None:
    ports = {"a.test": free_port(), "b.test": free_port()}
    folders = {}
    for domain, other in (("a.test", "b.test"), ("b.test", "a.test")):
        channels = CHANNEL.format(domain=domain, port=ports[domain], relay=ports[other]) + "answer = true\n"
        folder = tmp_path / domain
        folders[domain] = make_desk(folder, f"sqlite:///{folder}/desk.db", channels, {"answerer": PLUGIN})
    with (
        running(folders["a.test"]) as first,
        running(folders["b.test"]) as second,
        closing(first.desk()) as here,
        closing(second.desk()) as there,
    ):
        write(ports["a.test"], "support@b.test", "support@a.test", "Where is our order")
        wait_until(lambda: len(here.ask(ListOutbox(all=True))) == 2 and at_rest(here), what="desk a has answered")
        wait_until(lambda: len(there.ask(ListInbox(all=True))) == 2 and at_rest(there), what="desk b is at rest")
        kinds = [m["automatic"] for m in here.ask(ShowTicket(1))["messages"]]
        assert kinds == [None, "acknowledgement", "answer"]
        assert there.ask(ListOutbox(all=True)) == []
