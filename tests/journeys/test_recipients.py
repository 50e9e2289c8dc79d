"""The recipients of replies, with real SMTP in both directions."""

from __future__ import annotations

import email
import email.policy
import re
import smtplib
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

import pytest

from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.intake.queries import ListInbox
from deskctl.testing.smtp_sink import SmtpSink
from tests.cli.shell import NewDesk, Shell
from tests.servers.waiting import wait_until

DESK = "support@acme.test"
ANNA, BOB = "anna@corp.example", "bob@corp.example"
LAWYER, PRESS = "lawyer@other.example", "press@paper.example"


class World:
    """A desk with a daemon, and the mailboxes of its customers."""

    def __init__(self, desk: Shell, sink: SmtpSink) -> None:
        self.desk = desk
        self._sink = sink
        found = re.search(r"(?m)^listen = .*port = (\d+)", (desk.folder / "config.toml").read_text())
        assert found is not None
        self._port = int(found[1])
        self._count = 0

    def write(self, sender: str, text: str = "Hello.", *, envelope: str | None = None, **headers: str) -> None:
        """Send a mail and wait until it is on a ticket. Header names have `_` for `-`; "" leaves a header out."""
        self._count += 1
        message = EmailMessage(policy=email.policy.SMTP)
        defaults = {
            "From": sender,
            "To": DESK,
            "Subject": "Part missing",
            "Message_ID": f"<m{self._count}@corp.example>",
        }
        for name, value in {**defaults, **headers}.items():
            if value:
                message[name.replace("_", "-")] = value
        message.set_content(text)
        with self.desk.open() as desk, smtplib.SMTP("127.0.0.1", self._port) as client:
            taken = len(desk.ask(ListInbox(all=True)))
            client.send_message(message, envelope or getaddresses([sender])[0][1], [DESK])
            wait_until(
                lambda: (
                    len(rows := desk.ask(ListInbox(all=True))) > taken
                    and all(row["state"] != "waiting" for row in rows)
                ),
                what="the mail is on a ticket",
            )

    def reply(self, ticket: int, *words: str) -> Any:
        """Reply and return the outcome with the sent mail: `mail` has To and Cc, `everyone` all recipients."""
        outcome = self.desk("reply", str(ticket), "-m", "An answer.", "--wait", "--json", "--force", *words).row
        with self.desk.open() as desk:
            sent = desk.ask(ShowOutbox(outcome["facts"]["outbox"]))
        mail = next(m for m in self._sink.wait(1) if sent["message_id"].encode() in m.raw)
        parsed = email.message_from_bytes(mail.raw)
        outcome["mail"] = {
            name: [address for _, address in getaddresses(parsed.get_all(name, []))] for name in ("To", "Cc")
        }
        outcome["everyone"] = sorted(mail.recipients)
        assert (outcome["mail"]["To"], outcome["mail"]["Cc"]) == (outcome["facts"]["to"], outcome["facts"]["cc"])
        return outcome

    def reply_recipients(self, ticket: int) -> tuple[Sequence[str], Sequence[str]]:
        """Return the recipients of the next reply as `show` prints them."""
        reply = self.desk.show(ticket)["reply"]
        return reply["to"], reply["cc"]


@pytest.fixture
def world(new_desk: NewDesk, sink: SmtpSink) -> World:
    desk = new_desk(smtp=sink.port)
    desk.start()
    return World(desk, sink)


def test_blind_copy_is_not_disclosed(world: World) -> None:
    world.write(ANNA)
    first = world.reply(1, "--bcc", "sup@supplier.example")
    assert first["mail"] == {"To": [ANNA], "Cc": []}
    assert "bcc sup@supplier.example" in first["said"]
    answers = first["facts"]["message_id"]
    world.write("sup@supplier.example", "Our price is 3 EUR.", Subject="Re: Part missing [#1]", In_Reply_To=answers)
    reply_recipients = world.desk("show", "1").out
    assert "not a participant; reply --to sup@supplier.example answers only them" in reply_recipients
    document = world.desk.show(1)
    assert document["status"] == "pending"
    assert document["messages"][-1]["doubt"] == "stranger"
    assert world.reply_recipients(1) == ([ANNA], [])
    assert world.reply(1)["everyone"] == [ANNA]
    aside = world.reply(1, "--to", "sup@supplier.example")
    assert (aside["everyone"], aside["facts"]["aside"]) == (["sup@supplier.example"], True)
    assert world.reply_recipients(1) == ([ANNA], [])


def test_reply_to_group_mail_goes_to_the_author(world: World) -> None:
    through = {
        "To": "help@acme.test", "Reply_To": f"Anna Kim <{ANNA}>", "X_Original_Sender": ANNA, "Precedence": "list",
        "List_ID": "<help.acme.test>", "X_Google_Group_Id": "123", "List_Post": "<mailto:help@acme.test>",
        "Mailing_list": "list help@acme.test; contact help+owners@acme.test",
    }  # fmt: skip
    world.write("'Anna Kim' via Help <help@acme.test>", envelope="help+bounces@acme.test", **through)
    assert world.reply_recipients(1) == ([ANNA], [])
    assert world.reply(1, "--status", "solved")["everyone"] == [ANNA]


def test_desk_does_not_write_to_itself(world: World) -> None:
    world.write(f"Anna <{ANNA}>", Reply_To=DESK)
    assert world.reply(1)["everyone"] == [ANNA]
    world.write(f"Bob <{BOB}>", Reply_To=f"{DESK}, Bob <{BOB}>, Team <team@corp.example>")
    assert world.reply(2)["mail"] == {"To": [BOB, "team@corp.example"], "Cc": []}
    world.write(f"Bob <{BOB}>", Reply_To="Support+x@ACME.test", Cc=f"SUPPORT@acme.test, {BOB.upper()}, {LAWYER}")
    assert world.reply(3)["mail"] == {"To": [BOB], "Cc": [LAWYER]}


def test_recipients_are_shown_everywhere(world: World) -> None:
    world.write(f"Anna <{ANNA}>", Cc=f"Lawyer <{LAWYER}>, Press <{PRESS}>")
    reply_recipients = world.desk("show", "1").out
    assert f"Reply goes to: Anna <{ANNA}>; Cc: {LAWYER}, {PRESS}" in reply_recipients
    assert f"Cc: {LAWYER}, {PRESS}" in reply_recipients.split("──")[1]
    assert f"To: {DESK}" in world.desk("show", "1", "--full").out
    message = world.desk.show(1)["messages"][0]
    assert (message["to"], message["cc"], message["reply_to"]) == ([DESK], [LAWYER, PRESS], [])
    tried = world.desk("reply", "1", "-m", "Hi", "--dry-run").out
    assert f"reply to {ANNA}, cc {LAWYER}, {PRESS}" in tried
    facts = world.desk("reply", "1", "-m", "Hi", "--dry-run", "--json").row["facts"]
    assert (facts["to"], facts["cc"]) == ([ANNA], [LAWYER, PRESS])
    assert world.reply(1)["everyone"] == sorted([ANNA, LAWYER, PRESS])
    assert world.reply(1, "--no-cc")["everyone"] == [ANNA]


FORGED = {"Subject": "Re: Part missing [#1]", "Reply_To": "attacker@evil.example", "Cc": "spy@evil.example"}


def test_forged_sender_does_not_change_recipients(world: World) -> None:
    world.write(ANNA)
    world.reply(1, "--status", "solved")
    world.write(ANNA, "What is my balance?", envelope="x@evil.example", **FORGED)
    document = world.desk.show(1)
    assert (document["status"], document["waiting_since"]) == ("solved", None)
    assert [m["verified"] for m in document["messages"]] == [True, True, False]
    assert any("attacker@evil.example" in warning for warning in document["reply"]["warnings"])
    assert any("spy@evil.example" in warning for warning in document["reply"]["warnings"])
    assert "attacker@evil.example" in world.desk("show", "1").out
    assert world.reply_recipients(1) == ([ANNA], [])
    warned = world.desk("reply", "1", "-m", "Hi", "--dry-run", "--force")
    assert "warning: message 3 asks for answers to attacker@evil.example" in warned.err
    assert world.reply(1)["everyone"] == [ANNA]


def test_dmarc_result_counts_only_from_the_authority(world: World) -> None:
    config = world.desk.folder / "config.toml"
    config.write_text(
        config.read_text().replace("[channels.support]", '[channels.support]\nauthority = "mx.acme.test"')
    )
    world.desk.stop()
    world.desk.start()
    world.write(ANNA)
    answers = world.reply(1)["facts"]["message_id"]
    theirs = {"In_Reply_To": answers, "Reply_To": "office@corp.example"}
    failed = "mx.acme.test; spf=pass smtp.mailfrom=evil.example; dmarc=fail header.from=corp.example"
    world.write(ANNA, Authentication_Results=failed, **theirs)
    document = world.desk.show(1)
    assert (document["status"], document["messages"][-1]["doubt"]) == ("pending", "dmarc")
    assert world.reply_recipients(1) == ([ANNA], [])
    world.write(ANNA, Authentication_Results="mx.evil.example; dmarc=pass header.from=corp.example", **theirs)
    assert world.reply_recipients(1) == ([ANNA], [])
    passed = "mx.acme.test; dmarc=pass header.from=corp.example"
    world.write(ANNA, Authentication_Results=passed, Cc=LAWYER, **theirs)
    assert world.reply_recipients(1) == (["office@corp.example"], [LAWYER])
    assert world.reply(1)["everyone"] == [LAWYER, "office@corp.example"]


def test_agent_can_accept_new_recipients(world: World) -> None:
    world.write(ANNA)
    answers = world.reply(1)["facts"]["message_id"]
    world.write(ANNA, In_Reply_To=answers, Reply_To="office@corp.example", Cc=LAWYER)
    assert world.reply_recipients(1) == ([ANNA], [])
    accepted = world.reply(1, "--accept-recipients")
    assert accepted["mail"] == {"To": ["office@corp.example"], "Cc": [LAWYER]}
    assert world.reply_recipients(1) == (["office@corp.example"], [LAWYER])


def test_blind_copied_desk_replies_only_to_the_author(world: World) -> None:
    world.write(ANNA, To=BOB, Cc=LAWYER)
    assert world.reply(1)["everyone"] == [ANNA]


def test_merge_of_two_customers_needs_yes_without_a_terminal(world: World) -> None:
    world.write(ANNA)
    world.write(BOB, Subject="Same here")
    refused = world.desk("merge", "2", "--into", "1", code=4)
    assert ANNA in refused.err and BOB in refused.err and "--yes" in refused.err
    assert world.desk.show(2)["status"] == "new"
    assert f"both customers, {ANNA} and {BOB}" in world.desk("merge", "2", "--into", "1", "--yes").out
    assert world.reply(1)["everyone"] == [ANNA, BOB]
    assert world.reply(1, "--to", BOB)["everyone"] == [BOB]
