"""A question is answered from the knowledge base, by a machine that says so, and the customer says that it helped."""

from __future__ import annotations

from textwrap import indent

from ..safe import visible_lines
from . import mails
from .looking import messages, show, tickets
from .stage import Stage

ARTICLE = (
    "Every customer can have a refund within 30 days. Answer with your order number; the money is back on your card "
    "within three working days."
)


def set_up(stage: Stage) -> None:
    """Before the daemon starts."""
    config = stage.home / "config.toml"
    head = "[channels.support]\n"
    config.write_text(config.read_text(encoding="utf-8").replace(head, f"{head}answer = true\n"), encoding="utf-8")
    stage.tell(f"\nIn config.toml, so that articles may answer first:\n{head}answer = true")


def an_article_answers(stage: Stage) -> None:
    stage.title("A question is answered from the knowledge base")
    stage.run("kb", "add", "How to get a refund", "--public", "--tag", "billing", "-m", ARTICLE)
    stage.send(mails.QUESTION)
    answer = stage.arrived("Refund", "emma@example.net")
    stage.tell("\nWhat arrived outside, at once:")
    stage.tell(indent(visible_lines(mails.plain(answer).strip()), "  "))
    number = int(tickets(stage)[0]["number"])
    stage.check("the machine says that it is one", answer["Auto-Submitted"] == "auto-replied")
    before = len(messages(stage, number))
    stage.send(mails.it_solved(str(answer["Message-ID"]).strip()))
    stage.wait("Emma's answer is on the ticket", lambda: len(messages(stage, number)) > before)
    stage.run("show", str(number))
    stage.check("her 1, for “This solved it”, solves the ticket", show(stage, number)["status"] == "solved")
    stage.wait("the knowledge base has counted it", lambda: not stage.desk.call("jobs"))
    stage.check("the knowledge base counts what it solved", "1 solved" in stage.run("kb", "stats"))
