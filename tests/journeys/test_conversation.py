"""A conversation from an automatic answer to an agent, and from chat to mail, with a daemon and real SMTP."""

from __future__ import annotations

import json
import smtplib
from collections.abc import Callable
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from deskctl.core.intake.queries import ListInbox
from deskctl.core.tickets.queries import ShowTicket
from deskctl.testing.smtp_sink import SmtpSink
from tests.daemon.running import add_agent, command, make_desk, running

from .answering import PLUGIN

CHANNELS = """
[channels.ops]
type = "console"
inbox = "ops/in"
answers = "ops/out.jsonl"
poll = "1s"
answer = true
greeting = {{ en = "Welcome!", ko = "어서 오세요!" }}

[channels.support]
type = "email"
address = "support@acme.test"
listen = {{ host = "127.0.0.1", port = {port} }}
smtp = {{ host = "127.0.0.1", port = {relay} }}
"""

Wait = Callable[..., Any]


class Folder:
    """The customer side of the console channel."""

    def __init__(self, desk: Path, wait_until: Wait) -> None:
        self._inbox, self._answers = desk / "ops/in", desk / "ops/out.jsonl"
        self._wait_until = wait_until
        self._written = 0

    def write(self, text: str = "", **headers: str) -> None:
        self._written += 1
        lines = [f"{name.replace('_', '-')}: {value}" for name, value in {"From": "ana", **headers}.items()]
        part = self._inbox / f"{self._written:03}.part"
        part.write_text("\n".join([*lines, "", text]))
        part.rename(part.with_suffix(""))

    @property
    def answers(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._answers.read_text().splitlines()] if self._answers.exists() else []

    def wait_for_answer(self, count: int) -> dict[str, Any]:
        """Wait for answer number `count` and return it."""
        self._wait_until(lambda: len(self.answers) >= count, what=f"{count} answers arrived")
        return self.answers[count - 1]


def test_conversation_moves_from_automatic_answers_to_agent_and_from_chat_to_mail(
    tmp_path: Path, free_port: Callable[[], int], wait_until: Wait, sink: SmtpSink
) -> None:
    port = free_port()
    channels = CHANNELS.format(port=port, relay=sink.port)
    folder = make_desk(tmp_path / "desk", f"sqlite:///{tmp_path}/desk/desk.db", channels, {"answerer": PLUGIN})
    with running(folder) as daemon, closing(daemon.desk()) as desk:
        add_agent(daemon)
        customer = Folder(folder, wait_until)
        wait_until((folder / "ops/in").exists, what="the folder is looked at")

        customer.write("프린터가 안 돼요", Name="Ana Kim", Message_ID="<1@ops>")
        machine = customer.wait_for_answer(1)
        assert machine["automatic"]
        assert [choice["key"] for choice in machine["choices"]] == ["solved", "person"]
        assert machine["text"].startswith("This is an automatic answer.")

        customer.write(Intent="choice person", In_Reply_To=machine["message_id"])
        assert "A person will answer you" in customer.wait_for_answer(2)["text"]
        customer.write(Intent="status")
        assert customer.wait_for_answer(3)["text"].splitlines()[1] == "#1 프린터가 안 돼요: received"
        customer.write("Is anybody there?")
        wait_until(lambda: len(desk.ask(ShowTicket(1))["messages"]) == 4, what="the question is on the ticket")

        refused = command(folder, "reply", "1", "--via", "support", "-m", "By mail.", "--as", "ana")
        assert (refused.returncode, "ana (console)" in refused.stderr) == (4, True)
        first = EmailMessage()
        first["From"], first["To"], first["Subject"] = "Ana Kim <ana@example.org>", "support@acme.test", "Hello"
        first.set_content("My address.")
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.send_message(first)
        wait_until(lambda: not desk.ask(ListInbox()) and len(desk.ask(ListInbox(all=True))) == 5, what="all is in")
        code = json.loads(command(folder, "contact", "link", "2", "--channel", "ops", "--json", "--as", "ana").stdout)
        customer.write(Intent=f"link {code['facts']['code']}")
        assert "together with your earlier messages" in customer.wait_for_answer(4)["text"]

        sent = command(folder, "reply", "1", "--via", "support", "-m", "By mail.", "--wait", "--as", "ana")
        assert sent.returncode == 0, sent.stderr
        mail = next(m for m in sink.wait(1) if b"By mail." in m.raw and "ana@example.org" in m.recipients)
        assert b"> Is anybody there?" in mail.raw
        answer = EmailMessage()
        answer["From"], answer["To"], answer["Subject"] = "ana@example.org", "support@acme.test", "Re: thanks"
        answer["In-Reply-To"] = json.loads(
            command(folder, "outbox", "list", "--all", "--json").stdout.splitlines()[-1]
        )["message_id"]
        answer.set_content("It works, thank you.")
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.send_message(answer)
        wait_until(lambda: len(desk.ask(ShowTicket(1))["messages"]) == 6, what="the answer is on the ticket")
        shown = command(folder, "show", "1", "--as", "ana").stdout
        assert "via ops" in shown
        assert "via support" in shown
