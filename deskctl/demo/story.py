"""What the demo shows, step by step, and what must have happened after each."""

from __future__ import annotations

import smtplib
import sys
import time
from functools import partial

from ..errors import DeskctlError
from ..safe import visible
from . import knowledge, mails, telegram
from .looking import messages, nothing_waits, show, text, tickets
from .stage import NotHappened, Stage

FIRST = (mails.PLAIN, mails.HTML, mails.KOREAN, mails.ATTACHMENT, mails.BROKEN)


def tell(stage: Stage) -> int:
    """The whole story. The exit code: 0 when everything happened that should have, else 1."""
    began = time.monotonic()
    try:
        _set_up(stage)
        _mail_comes_in(stage)
        _an_agent_works(stage)
        _the_customer_answers(stage)
        _it_is_settled(stage)
        for plugin, scene in (("telegram", telegram.a_customer_changes_channels), ("kb", knowledge.an_article_answers)):
            if plugin in stage.plugins:
                scene(stage)
            else:
                stage.tell(f"\nLeft out: what deskctl-{plugin} does; it is not installed.")
        _at_the_end(stage)
    except (NotHappened, DeskctlError, smtplib.SMTPException, OSError) as error:
        stage.check(visible(str(error)), False)
    return _sum_up(stage, time.monotonic() - began)


def _set_up(stage: Stage) -> None:
    stage.title("A desk in a temporary folder; an SMTP server on loopback plays the outside world")
    stage.start_world()
    stage.run(
        *("init", "--dir", str(stage.home), "--name", "Acme Support", "--timezone", "Asia/Seoul"),
        *("--address", mails.DESK, "--listen", f"127.0.0.1:{stage.listen}", "--smtp", f"127.0.0.1:{stage.relay}"),
        "--yes",
    )
    if "telegram" in stage.plugins:
        telegram.set_up(stage)
    if "kb" in stage.plugins:
        knowledge.set_up(stage)
    stage.tell(f"\n$ cd {stage.home}\n$ export DESKCTL_AGENT=agent1")
    for handle, name in (("agent1", "Agent One"), ("agent2", "Agent Two"), ("lead", "The Lead")):
        stage.run("agent", "add", handle, "--name", name, "--email", f"{handle}@acme.test", "--team", "support")
    stage.run("config", "check")
    stage.start_daemon()
    stage.run("channel", "test", "support")


def _mail_comes_in(stage: Stage) -> None:
    stage.title("Mail comes in over SMTP: each was on disk before its sender heard 250")
    for count, mail in enumerate(FIRST, 1):
        stage.send(mail)
        stage.wait(f"{mail.kind} becomes a ticket", partial(_are_there, stage, count))
    stage.send(mails.THREAD)
    stage.wait("the second mail of the thread is there", lambda: len(messages(stage, 1)) == 2)
    stage.check("the reply in a thread is on its ticket, not on a new one", len(tickets(stage)) == len(FIRST))
    subjects = {row["subject"] for row in tickets(stage)}
    stage.check("the Korean subject is readable", "환불 요청드립니다" in subjects)
    stage.run("list")
    stage.run("show", "3")
    stage.run("show", "4")
    stage.check("the attachment is kept", any(m["attachments"] for m in messages(stage, 4)))
    stage.run("show", "5")
    stage.check("the broken mail can be read, and its escape sequence does nothing", "red" in text(stage, 5))


def _an_agent_works(stage: Stage) -> None:
    stage.title("An agent works")
    stage.run("next", "--dry-run")
    stage.run("take", "1")
    stage.run("show", "1")
    stage.tell("\nWho will get the answer:")
    stage.run("reply", "1", "-m", "We are on it. Please unplug it.", "--dry-run")
    shown = show(stage, 1)["reply"]
    stage.check("the recipients are shown before anything is sent", shown["to"] == ["ana@example.org"])
    stage.run("reply", "1", "-m", "We are on it. Please unplug it.", "--wait")
    answer = stage.arrived("Printer on fire", "ana@example.org")
    stage.tell("\nWhat arrived outside:")
    for name in ("From", "To", "Subject", "Message-ID", "In-Reply-To", "References"):
        stage.tell(f"  {name}: {visible(' '.join(str(answer[name]).split()))}")
    threaded = mails.THREAD.message_id in str(answer["In-Reply-To"]) and mails.PLAIN.message_id in str(
        answer["References"]
    )
    stage.check("the answer arrived, in the customer's thread", threaded)
    stage.check("it went to those who were shown", "ana@example.org" in str(answer["To"]) and answer["Cc"] is None)
    stage.check("the ticket waits for the customer", show(stage, 1)["status"] == "pending")


def _the_customer_answers(stage: Stage) -> None:
    stage.title("The customer's machine answers, then the customer")
    answer = stage.arrived("Printer on fire", "ana@example.org")
    answer_id = str(answer["Message-ID"]).strip()
    before = len(messages(stage, 1))
    stage.send(mails.out_of_office(answer_id))
    stage.wait("the out-of-office is on the ticket", lambda: len(messages(stage, 1)) > before)
    stage.check("an out-of-office does not reopen the ticket", show(stage, 1)["status"] == "pending")
    stage.send(mails.answer_of_the_customer(answer_id, mails.PLAIN.message_id))
    stage.wait("the customer's answer is on the ticket", lambda: len(messages(stage, 1)) > before + 1)
    stage.check("the customer's answer lands on the same ticket", len(tickets(stage)) == len(FIRST))
    stage.check("the ticket is open again", show(stage, 1)["status"] == "open")
    stage.tell("\nAnswering without having read that is refused:")
    stage.run("reply", "1", "-m", "Is it unplugged?", codes=(4,))
    stage.run("show", "1")


def _it_is_settled(stage: Stage) -> None:
    stage.title("Notes, tags, escalation, an answer; solved")
    stage.run("note", "1", "-m", "asked the fire department")
    stage.run("tag", "1", "+hardware", "+urgent")
    stage.run("set", "1", "priority=high")
    stage.run("escalate", "1", "--to", "lead", "--reason", "somebody has to go there")
    stage.check("the lead has it, the agent follows", show(stage, 1)["assignee"] == "lead")
    stage.run("--as", "lead", "reply", "1", "-m", "I come at three.", "--status", "open", "--wait")
    stage.run("--as", "lead", "solve", "1")
    stage.check("the ticket is solved", show(stage, 1)["status"] == "solved")
    stage.run("log", "1")


def _at_the_end(stage: Stage) -> None:
    stage.title("At the end")
    stage.run("list")
    stage.run("inbox", "list")
    stage.run("outbox", "list")
    stage.check("nothing is stuck on the way in or out", nothing_waits(stage))


def _sum_up(stage: Stage, seconds: float) -> int:
    failed = [promise for promise, kept in stage.checks if not kept]
    total = len(stage.checks)
    stage.title(f"{total - len(failed)} of {total} promises kept, in {seconds:.1f} s")
    for promise in failed:
        stage.tell(f"not kept: {promise}")
    if stage.keep and stage.home.exists():
        stage.kept = True
        stage.tell(f"""
The desk keeps running. To play:
  cd {stage.home}; export DESKCTL_AGENT=agent1
  deskctl list
  deskctl reply 2 -m "We correct the invoice."      # arrives in {stage.outside}
  printf 'Subject: Hello\\n\\nFrom me.\\n' | deskctl mail ingest{_in_the_chat(stage)}
To end it:
  deskctl daemon stop; kill {" ".join(map(str, stage.pids()))}; rm -r {stage.folder}""")
    else:
        stage.tell("""
To keep playing: deskctl demo --keep leaves such a desk running. For a desk of your own: deskctl init --dir desk""")
    sys.stdout.flush()
    return 1 if failed else 0


def _in_the_chat(stage: Stage) -> str:
    """How to be a customer in Telegram, where there is one."""
    if "telegram" not in stage.plugins:
        return ""
    return f"""
  curl -d text=Hello {stage.chat_url(1)}      # write to the bot as customer 1
  curl {stage.chat_url(1)}                    # what it answers"""


def _are_there(stage: Stage, count: int) -> bool:
    return len(tickets(stage)) >= count
