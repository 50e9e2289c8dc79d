"""The automatic first answer by email with a running daemon, and the count of its outcomes."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from deskctl.core.agents.commands import AddAgent
from deskctl.core.messages.commands import Reply
from deskctl.core.tickets.queries import ListTickets, ShowTicket
from deskctl.testing.smtp_sink import SmtpSink
from tests.daemon.running import make_desk, running

CHANNELS = """
[channels.support]
type = "email"
address = "support@acme.test"
answer = true
hours = "Mon to Fri, 9 to 18"
listen = {{ host = "127.0.0.1", port = {port} }}
smtp = {{ host = "127.0.0.1", port = {relay} }}
[channels.silent]
type = "email"
address = "silent@acme.test"
listen = {{ host = "127.0.0.1", port = {silent} }}
smtp = {{ host = "127.0.0.1", port = {relay} }}
"""

Wait = Callable[..., Any]


def write(
    port: int, sender: str, subject: str, text: str, number: int, *, to: str = "support@acme.test", answers: str = ""
) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, to, subject, f"<{number}@test>"
    if answers:
        mail["In-Reply-To"] = mail["References"] = answers
    mail.set_content(text)
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(mail, to_addrs=[to])


def body(mail: Any) -> str:
    """Return the text of all parts, so that no part can contain hidden content."""
    return "\n".join(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text")


def test_first_answer_is_sent_once_and_its_outcome_is_counted(
    tmp_path: Path, free_port: Callable[[], int], wait_until: Wait, sink: SmtpSink
) -> None:
    port, silent = free_port(), free_port()
    channels = CHANNELS.format(port=port, relay=sink.port, silent=silent)
    folder = make_desk(tmp_path / "desk", f"sqlite:///{tmp_path}/desk/desk.db", channels)
    with running(folder) as daemon, closing(daemon.desk()) as desk:
        kb = desk.request
        ko = kb("kb.add", title="환불 방법", text="주문 내역에서 반품을 누르세요.<script>x()</script>", public=True)[
            "id"
        ]
        kb("kb.add", title="환불 방법 (내부)", text="환불 한도는 4711원입니다.")
        kb("kb.add", title="How to reset your password", text="Click *Forgot password*.", public=True)

        def counts() -> dict[str, int]:
            counted: dict[str, int] = kb("kb.stats")["tickets"]
            return counted

        def answers(number: int) -> list[dict[str, Any]]:
            return [m for m in desk.ask(ShowTicket(number))["messages"] if m["kind"] == "auto"]

        def mails_to(address: str) -> list[Any]:
            return [m for m in sink.mails if address in m.recipients]

        # An article answers the question.
        write(port, "ana@example.org", "환불은 어떻게 하나요?", "안녕하세요. 환불 방법을 알고 싶어요.", 1)
        first = wait_until(lambda: mails_to("ana@example.org"), what="Ana is answered")[0].message
        words = body(first)
        assert "환불 방법" in words and "반품을 누르세요" in words and "Mon to Fri, 9 to 18" in words
        assert "4711" not in words and "script" not in words and "x()" not in words
        assert first["Auto-Submitted"] == "auto-replied"
        assert counts()["shown"] == 1
        # The customer chooses "solved".
        write(port, "ana@example.org", "Re: 환불", "1\n", 2, answers=first["Message-ID"])
        wait_until(lambda: counts()["solved"] == 1, what="the solution is counted")
        assert desk.ask(ShowTicket(1))["status"] == "solved"
        # The customer reopens the ticket.
        write(
            port, "ana@example.org", "Re: 환불", "반품 버튼이 없는데요? 확인해 주세요.", 3, answers=first["Message-ID"]
        )
        wait_until(lambda: counts()["contradicted"] == 1, what="the contradiction is counted")
        # The same customer asks again: the article is not sent a second time.
        write(port, "ana@example.org", "환불은 어떻게 하나요?", "다시 여쭤 봅니다. 환불 방법이요.", 4)
        # Another customer asks for a person.
        write(port, "ben@example.org", "How do I reset my password?", "I forgot my password.", 5)
        second = wait_until(lambda: mails_to("ben@example.org"), what="Ben is answered")[0].message
        assert "Forgot password" in body(second)
        write(port, "ben@example.org", "Re: password", "2\n", 6, answers=second["Message-ID"])
        wait_until(lambda: counts()["contradicted"] == 2, what="Ben's choice is counted")
        # No answer on a channel without `answer = true`, and none without a match; the missed question is recorded.
        write(silent, "eve@example.org", "How do I reset my password?", "Please.", 7, to="silent@acme.test")
        write(port, "eve@example.org", "Quantum teleporter", "The flux capacitor of my teleporter leaks.", 8)
        wait_until(lambda: kb("kb.stats")["missed"] == 1, what="the missed question is recorded")
        tickets = {row["subject"]: row["number"] for row in desk.ask(ListTickets(all=True))}
        assert tickets["Quantum teleporter"] == 5
        gap = kb("kb.gaps")[0]
        assert gap["tickets"] == [tickets["Quantum teleporter"]]
        assert all(not answers(n) for n in (2, 4, 5)), [answers(n) for n in range(1, 6)]
        # An agent's reply with an article counts as a use.
        desk.execute(AddAgent("mina", "Mina", "mina@acme.test", ("support",)))
        desk.execute(Reply(tickets["How do I reset my password?"], "Like this.", inserted=("kb:3",)))
        wait_until(lambda: counts()["inserted"] == 1, what="the agent's use is counted")
        assert counts() == {"shown": 2, "inserted": 1, "solved": 1, "contradicted": 2}
        assert kb("kb.show", id=ko)["uses"] == {"shown": 1, "inserted": 0, "solved": 1, "contradicted": 1}
