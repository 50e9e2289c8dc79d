"""The steps of the demo and the checks after each of them."""

from __future__ import annotations

import smtplib
import sys
import time
from functools import partial

from ..errors import DeskctlError
from ..safe import visible
from . import knowledge_base, mails, telegram
from .stage import DemoFailed, Stage
from .state import messages, queues_are_empty, show, text, tickets

FIRST = (mails.PLAIN, mails.HTML, mails.KOREAN, mails.ATTACHMENT, mails.BROKEN)


def run_story(stage: Stage) -> int:
    """Run all steps and return the exit code: 0 if all checks passed, else 1."""
    began = time.monotonic()
    try:
        _set_up(stage)
        _receive_mail(stage)
        _work_on_tickets(stage)
        _receive_replies(stage)
        _solve_ticket(stage)
        for plugin, scene in (("telegram", telegram.show_channel_change), ("kb", knowledge_base.show_automatic_answer)):
            if plugin in stage.plugins:
                scene(stage)
            else:
                stage.print(f"\nSkipped: deskctl-{plugin} is not installed.")
        _show_result(stage)
    except (DemoFailed, DeskctlError, smtplib.SMTPException, OSError) as error:
        stage.check(visible(str(error)), False)
    return _sum_up(stage, time.monotonic() - began)


def _set_up(stage: Stage) -> None:
    stage.title("A desk in a temporary folder, and an SMTP server on loopback for the customers")
    stage.start_world()
    stage.run(
        *("init", "--dir", str(stage.home), "--name", "Acme Support", "--timezone", "Asia/Seoul"),
        *("--address", mails.DESK, "--listen", f"127.0.0.1:{stage.listen}", "--smtp", f"127.0.0.1:{stage.relay}"),
        "--yes",
    )
    if "telegram" in stage.plugins:
        telegram.set_up(stage)
    if "kb" in stage.plugins:
        knowledge_base.set_up(stage)
    stage.print(f"\n$ cd {stage.home}\n$ export DESKCTL_AGENT=agent1")
    for handle, name in (("agent1", "Agent One"), ("agent2", "Agent Two"), ("lead", "The Lead")):
        stage.run("agent", "add", handle, "--name", name, "--email", f"{handle}@acme.test", "--team", "support")
    stage.run("config", "check")
    stage.start_daemon()
    stage.run("channel", "test", "support")


def _receive_mail(stage: Stage) -> None:
    stage.title("The desk receives mail over SMTP; each mail is on disk before it is acknowledged")
    for count, mail in enumerate(FIRST, 1):
        stage.send(mail)
        stage.wait(f"{mail.kind} becomes a ticket", partial(_has_tickets, stage, count))
    stage.send(mails.THREAD)
    stage.wait("the second mail of the thread arrives", lambda: len(messages(stage, 1)) == 2)
    stage.check("the second mail is added to its ticket", len(tickets(stage)) == len(FIRST))
    subjects = {row["subject"] for row in tickets(stage)}
    stage.check("the Korean subject is readable", "환불 요청드립니다" in subjects)
    stage.run("list")
    stage.run("show", "3")
    stage.run("show", "4")
    stage.check("the attachment is stored", any(m["attachments"] for m in messages(stage, 4)))
    stage.run("show", "5")
    stage.check("the malformed mail is readable, and its escape sequence is harmless", "red" in text(stage, 5))


def _work_on_tickets(stage: Stage) -> None:
    stage.title("An agent works on a ticket")
    stage.run("next", "--dry-run")
    stage.run("take", "1")
    stage.run("show", "1")
    stage.print("\nThe recipients of the reply:")
    stage.run("reply", "1", "-m", "We are on it. Please unplug it.", "--dry-run")
    shown = show(stage, 1)["reply"]
    stage.check("the recipients are shown before the reply is sent", shown["to"] == ["ana@example.org"])
    stage.run("reply", "1", "-m", "We are on it. Please unplug it.", "--wait")
    answer = stage.arrived("Printer on fire", "ana@example.org")
    stage.print("\nThe customer receives:")
    for name in ("From", "To", "Subject", "Message-ID", "In-Reply-To", "References"):
        stage.print(f"  {name}: {visible(' '.join(str(answer[name]).split()))}")
    threaded = mails.THREAD.message_id in str(answer["In-Reply-To"]) and mails.PLAIN.message_id in str(
        answer["References"]
    )
    stage.check("the reply arrives in the thread of the customer", threaded)
    stage.check(
        "the reply went to the recipients that were shown",
        "ana@example.org" in str(answer["To"]) and answer["Cc"] is None,
    )
    stage.check("the ticket waits for the customer", show(stage, 1)["status"] == "pending")


def _receive_replies(stage: Stage) -> None:
    stage.title("An automatic reply arrives, then a reply of the customer")
    answer = stage.arrived("Printer on fire", "ana@example.org")
    answer_id = str(answer["Message-ID"]).strip()
    before = len(messages(stage, 1))
    stage.send(mails.out_of_office(answer_id))
    stage.wait("the automatic reply is on the ticket", lambda: len(messages(stage, 1)) > before)
    stage.check("an automatic reply does not reopen the ticket", show(stage, 1)["status"] == "pending")
    stage.send(mails.customer_reply(answer_id, mails.PLAIN.message_id))
    stage.wait("the reply of the customer is on the ticket", lambda: len(messages(stage, 1)) > before + 1)
    stage.check("the reply of the customer is on the same ticket", len(tickets(stage)) == len(FIRST))
    stage.check("the ticket is open again", show(stage, 1)["status"] == "open")
    stage.print("\nA reply before reading the new message is refused:")
    stage.run("reply", "1", "-m", "Is it unplugged?", codes=(4,))
    stage.run("show", "1")


def _solve_ticket(stage: Stage) -> None:
    stage.title("Note, tags, escalation, reply, and the solution")
    stage.run("note", "1", "-m", "asked the fire department")
    stage.run("tag", "1", "+hardware", "+urgent")
    stage.run("set", "1", "priority=high")
    stage.run("escalate", "1", "--to", "lead", "--reason", "someone has to go there")
    stage.check("the lead is the assignee, and the agent is a follower", show(stage, 1)["assignee"] == "lead")
    stage.run("--as", "lead", "reply", "1", "-m", "I come at three.", "--status", "open", "--wait")
    stage.run("--as", "lead", "solve", "1")
    stage.check("the ticket is solved", show(stage, 1)["status"] == "solved")
    stage.run("log", "1")


def _show_result(stage: Stage) -> None:
    stage.title("The result")
    stage.run("list")
    stage.run("inbox", "list")
    stage.run("outbox", "list")
    stage.check("no message is waiting in the inbox or outbox", queues_are_empty(stage))


def _sum_up(stage: Stage, seconds: float) -> int:
    failed = [promise for promise, kept in stage.checks if not kept]
    total = len(stage.checks)
    stage.title(f"{total - len(failed)} of {total} checks passed in {seconds:.1f} s")
    for promise in failed:
        stage.print(f"failed: {promise}")
    if stage.keep and stage.home.exists():
        stage.kept = True
        stage.print(f"""
The desk keeps running. Try:
  cd {stage.home}; export DESKCTL_AGENT=agent1
  deskctl list
  deskctl reply 2 -m "We correct the invoice."      # is stored in {stage.outside}
  printf 'Subject: Hello\\n\\nFrom me.\\n' | deskctl mail ingest{_in_the_chat(stage)}
To stop it:
  deskctl daemon stop; kill {" ".join(map(str, stage.pids()))}; rm -r {stage.folder}""")
    else:
        stage.print("""
To keep such a desk running: deskctl demo --keep. To create your own desk: deskctl init --dir desk""")
    sys.stdout.flush()
    return 1 if failed else 0


def _in_the_chat(stage: Stage) -> str:
    """Return the commands to write as a Telegram customer, "" without the plugin."""
    if "telegram" not in stage.plugins:
        return ""
    return f"""
  curl -d text=Hello {stage.chat_url(1)}      # write to the bot as customer 1
  curl {stage.chat_url(1)}                    # read the replies of the bot"""


def _has_tickets(stage: Stage, count: int) -> bool:
    return len(tickets(stage)) >= count
