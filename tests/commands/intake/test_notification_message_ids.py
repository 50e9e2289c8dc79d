"""The Message-ID of a notification lets only its recipient answer by mail, for a limited time, once per content."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

from deskctl.core.delivery.queries import ListOutbox, ShowOutbox
from deskctl.core.intake.queries import ShowInbox
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.settings import Settings
from deskctl.core.messages.channels import ChannelInfo, Channels
from deskctl.core.messages.queries import GetAttachment
from deskctl.core.messages.raw_queries import WithoutSecrets
from deskctl.desk.calls import outbox_row
from tests.commands.desk import StoredDesk
from tests.commands.intake.test_notification_replies import answer, receive, sent_to

AUTHORITY = ChannelInfo(
    "support", "email", "support@acme.test", team="support", sends=True, authority="mx.acme.test"
)  # fmt: skip

FAILED = "Final-Recipient: rfc822; agent1@acme.test\nAction: failed\nStatus: 5.1.1"


def write(desk: StoredDesk, text: str, id: str = "<answer@acme.test>", **headers: str) -> dict[str, object]:
    mail = answer(sent_to(desk, "agent1@acme.test")[0], "agent1")
    mail.replace_header("Message-ID", id)
    for name, value in headers.items():
        del mail[name.replace("_", "-")]
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return receive(desk, mail.as_bytes())


def replies(desk: StoredDesk) -> list[str]:
    return [entry.text for entry in sent_to(desk, "ana@example.org")]


def test_message_id_is_shown_only_to_recipient(desk: StoredDesk) -> None:
    desk.mail()
    [row] = [r for r in desk.store.ask(ListOutbox(all=True)) if r["to"] == ["agent1@acme.test"]]
    for viewer in (Actor.agent("agent2"), Actor.user("root"), Actor.user("owner")):
        listed = desk.store.ask(ListOutbox(all=True), viewer)
        assert [r["message_id"] for r in listed if r["to"] == ["agent1@acme.test"]] == [None]
        assert desk.store.ask(ShowOutbox(row["id"]), viewer)["message_id"] is None
    assert desk.store.ask(ShowOutbox(row["id"]), Actor.agent("agent1"))["message_id"] is not None
    assert outbox_row(desk.store.ask(ShowOutbox(row["id"])))["message_id"] is None
    sent = write(desk, "We come.")
    reply = next(row for row in desk.store.ask(ListOutbox(all=True)) if row["to"] == ["ana@example.org"])
    assert reply["message_id"].endswith("@acme.test>")
    secret = sent_to(desk, "agent1@acme.test")[0].message_id.strip("<>").encode()
    journal = desk.store.ask(ShowInbox(2))
    raw = base64.b64decode(journal["raw_base64"])
    assert b"hidden@notification.invalid" in raw
    assert secret not in raw + desk.store.ask(WithoutSecrets(journal["row"]["sha256"]))
    assert sent["message"] == 2


def test_bounce_does_not_show_message_id(desk: StoredDesk) -> None:
    desk.mail()
    secret = sent_to(desk, "agent1@acme.test")[0].message_id
    parts = [
        "Content-Type: text/plain\n\nYour mail did not arrive.\n",
        f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.acme.test\n\n{FAILED}\n",
        f"Content-Type: message/rfc822\n\nMessage-ID: {secret}\nSubject: New ticket\n\nIt burns.\n",
    ]
    head = "From: mailer-daemon@acme.test\nTo: support@acme.test\nSubject: failed\nMIME-Version: 1.0\n"
    head += 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
    raw = head + "".join(f"--b\n{part}\n" for part in parts) + "--b--\n"
    receive(desk, raw.encode())
    document = desk.show(1)
    assert document["messages"][-1]["kind"] == "auto"
    shown = repr(document)
    for message in document["messages"]:
        for file in message["attachments"]:
            shown += base64.b64decode(desk.store.ask(GetAttachment(file["id"]))["base64"]).decode()
    assert secret.strip("<>") not in shown


@pytest.mark.parametrize(("days", "accepted"), [(13, True), (15, False)])
def test_message_id_is_valid_for_14_days(desk: StoredDesk, days: int, accepted: bool) -> None:
    desk.mail()
    desk.now += timedelta(days=days)
    write(desk, "We come.")
    assert replies(desk) == (["We come."] if accepted else [])
    if not accepted:
        assert desk.show(1)["messages"][-1]["kind"] == "note"
        assert "older than 14 days" in sent_to(desk, "agent1@acme.test")[-1].text


def test_same_content_is_accepted_once(desk: StoredDesk) -> None:
    desk.mail()
    write(desk, "We come.")
    again = write(desk, "We\ncome.", "<two@acme.test>", Date="Tue, 03 Mar 2026 10:05:00 +0000")
    assert again["duplicate"]
    assert replies(desk) == ["We come."]
    assert "was not accepted" in sent_to(desk, "agent1@acme.test")[-1].text
    write(desk, "And bring a new lamp.", "<three@acme.test>")
    assert replies(desk) == ["We come.", "And bring a new lamp."]


@pytest.mark.parametrize(
    ("results", "accepted"),
    [
        ("mx.acme.test; dmarc=fail header.from=acme.test", False),
        ("mx.acme.test; dmarc=pass header.from=acme.test", True),
        ("mx.evil.test; dmarc=fail header.from=acme.test", True),  # reported by an untrusted server
    ],
)
def test_dmarc_failure_counts_only_from_trusted_server(desk_url: str, results: str, accepted: bool) -> None:
    desk = StoredDesk(desk_url, Settings(name="Acme Support").with_features(Channels({"support": AUTHORITY})))
    desk.mail()
    write(desk, "#solve\nWe come.", Authentication_Results=results)
    assert replies(desk) == (["We come."] if accepted else [])
    last = desk.show(1)
    assert last["status"] == ("solved" if accepted else "new")
    if not accepted:
        note = last["messages"][-1]
        assert (note["kind"], note["author"]) == ("note", "system:intake")
        assert "DMARC failed" in note["text"]
        assert "DMARC failed" in sent_to(desk, "agent1@acme.test")[-1].text
    desk.close()


def test_another_address_cannot_use_message_id(desk: StoredDesk) -> None:
    desk.mail()
    facts = write(desk, "We come.", From="agent2@acme.test")
    assert facts["number"] == 2
    assert replies(desk) == []
