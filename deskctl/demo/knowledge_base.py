"""The demo step with an automatic answer from the knowledge base, which the customer confirms as helpful."""

from __future__ import annotations

from textwrap import indent

from ..safe import visible_lines
from . import mails
from .stage import Stage
from .state import messages, show, tickets

ARTICLE = (
    "Every customer can have a refund within 30 days. Answer with your order number; the money is back on your card "
    "within three working days."
)


def set_up(stage: Stage) -> None:
    """Change the configuration before the daemon starts."""
    config = stage.home / "config.toml"
    head = "[channels.support]\n"
    config.write_text(config.read_text(encoding="utf-8").replace(head, f"{head}answer = true\n"), encoding="utf-8")
    stage.print(f"\nconfig.toml enables automatic answers:\n{head}answer = true")


def show_automatic_answer(stage: Stage) -> None:
    stage.title("The knowledge base answers a question automatically")
    stage.run("kb", "add", "How to get a refund", "--public", "--tag", "billing", "-m", ARTICLE)
    stage.send(mails.QUESTION)
    answer = stage.arrived("Refund", "emma@example.net")
    stage.print("\nThe customer receives at once:")
    stage.print(indent(visible_lines(mails.plain(answer).strip()), "  "))
    number = int(tickets(stage)[0]["number"])
    stage.check("the answer is marked as automatic", answer["Auto-Submitted"] == "auto-replied")
    before = len(messages(stage, number))
    stage.send(mails.solved_confirmation(str(answer["Message-ID"]).strip()))
    stage.wait("Emma's reply is on the ticket", lambda: len(messages(stage, number)) > before)
    stage.run("show", str(number))
    stage.check("her reply “1” (“This solved it”) solves the ticket", show(stage, number)["status"] == "solved")
    stage.wait("the knowledge base updates its statistics", lambda: not stage.desk.call("jobs"))
    stage.check("the knowledge base counts the solved ticket", "1 solved" in stage.run("kb", "stats"))
