"""Delivery reports: their effect on each recipient of a reply, on both stores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deskctl.core.delivery.commands import RetryOutbox, SettleDelivery
from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.model import Bounce, Confirmation, Intent, IntentKind, ReasonClass, RecipientReport
from tests.commands.desk import StoredDesk


@pytest.fixture
def desk(desk_url: str) -> Iterator[StoredDesk]:
    stored = StoredDesk(desk_url)
    yield stored
    stored.close()


def notified(desk: StoredDesk, since: int) -> list[str]:
    """Return the subjects of the notifications to agents after the outbox entry `since`."""
    rows = [row for row in desk.outbox() if row["id"] > since and row["to"][0].endswith("@acme.test")]
    return [desk.store.ask(ShowOutbox(row["id"]))["subject"] for row in rows]


def last(desk: StoredDesk) -> int:
    return max((row["id"] for row in desk.outbox()), default=0)


def sent(desk: StoredDesk) -> str:
    desk.mail(to=("support@acme.test",), cc=("gone@example.org",))
    facts = desk.do(Reply(1, "Done.", status="pending")).facts
    desk.do(SettleDelivery(facts["outbox"], "sent"), "system:sender")
    message_id: str = facts["message_id"]
    return message_id


def report(desk: StoredDesk, message_id: str, *reports: RecipientReport) -> None:
    bad = [one for one in reports if one.action != "delivered"]
    failed = any(one.action == "failed" for one in bad)
    bounce = Bounce(
        tuple(one.address for one in bad), bad[0].status, failed, bad[0].reason, message_id,
        "failed" if failed else "delayed", bad[0].reason_class, reports,
    )  # fmt: skip
    desk.mail("mailer-daemon@example.org", bounce=bounce)


def states(desk: StoredDesk) -> dict[str, tuple[str, str | None]]:
    message = next(m for m in desk.show(1)["messages"] if m["kind"] == "out")
    return {each["address"]: (each["state"], each["reason_class"]) for each in message["deliveries"]}


def delivery(desk: StoredDesk) -> str:
    return next(m["delivery"] for m in desk.show(1)["messages"] if m["kind"] == "out")


def test_failed_cc_recipient_leaves_the_reply_sent(desk: StoredDesk) -> None:
    mine, before = sent(desk), last(desk)
    gone = RecipientReport("gone@example.org", "failed", "5.1.1", ReasonClass.USER_UNKNOWN, "no such user")
    report(desk, mine, RecipientReport("ana@example.org", "delivered", "2.0.0"), gone)
    assert delivery(desk) == "sent"
    assert states(desk) == {
        "ana@example.org": ("delivered", None),
        "gone@example.org": ("failed", "user_unknown"),
    }
    assert desk.show(1)["status"] == "pending"
    assert notified(desk, before) == ["[#1] Your reply did not reach everyone: Printer"] * 2
    row = next(row for row in desk.outbox() if row["id"] > before)
    words = desk.store.ask(ShowOutbox(row["id"]))["text"]
    assert "gone@example.org: the address does not exist (5.1.1 no such user)" in words


def test_reply_fails_if_it_reaches_no_recipient_in_to(desk: StoredDesk) -> None:
    mine = sent(desk)
    report(desk, mine, RecipientReport("ANA@example.org", "failed", "5.2.2", ReasonClass.MAILBOX_FULL))
    assert delivery(desk) == "failed"
    assert states(desk)["ana@example.org"] == ("failed", "mailbox_full")
    assert desk.show(1)["status"] == "open"


def test_delay_is_not_a_failure_and_causes_no_notification(desk: StoredDesk) -> None:
    mine, before = sent(desk), last(desk)
    late = RecipientReport("ana@example.org", "delayed", "4.4.1", ReasonClass.NETWORK)
    report(desk, mine, late)
    assert (delivery(desk), states(desk)["ana@example.org"]) == ("sent", ("delayed", "network"))
    assert desk.show(1)["messages"][-1]["automatic"] == "delay"
    assert desk.show(1)["bounced"] == []
    assert notified(desk, before) == []
    desk.mail("mailer-daemon@x.test", confirmation=Confirmation("delivered", ("ana@example.org",), mine))
    assert states(desk)["ana@example.org"] == ("delivered", None)
    assert desk.show(1)["messages"][-1]["automatic"] == "delivered"


def test_expired_delivery_fails_the_reply_and_marks_no_address(desk: StoredDesk) -> None:
    mine = sent(desk)
    expired = RecipientReport("ana@example.org", "failed", "4.4.7", ReasonClass.EXPIRED, "delivery time expired")
    desk.mail(
        "mailer-daemon@example.org",
        bounce=Bounce(("ana@example.org",), "4.4.7", False, None, mine, "failed", ReasonClass.EXPIRED, (expired,)),
    )
    assert delivery(desk) == "failed"
    assert desk.show(1)["bounced"] == []


@pytest.mark.parametrize("reason", ReasonClass)
def test_address_is_marked_if_it_accepts_no_mail(desk: StoredDesk, reason: ReasonClass) -> None:
    mine = sent(desk)
    report(desk, mine, RecipientReport("ana@example.org", "failed", "5.0.0", reason, "no"))
    marked = reason in (ReasonClass.USER_UNKNOWN, ReasonClass.DISABLED, ReasonClass.HOST)
    assert [row["address"] for row in desk.show(1)["bounced"]] == (["ana@example.org"] if marked else [])


def test_report_about_another_recipient_changes_nothing(desk: StoredDesk) -> None:
    mine = sent(desk)
    report(desk, mine, RecipientReport("eve@example.net", "failed", "5.1.1", ReasonClass.USER_UNKNOWN))
    assert delivery(desk) == "sent"
    assert states(desk)["ana@example.org"] == ("sent", None)


def test_recipient_refused_by_the_relay_causes_a_notification(desk: StoredDesk) -> None:
    desk.mail(to=("support@acme.test",), cc=("gone@example.org",))
    facts, before = desk.do(Reply(1, "Done.", status="pending")).facts, last(desk)
    gone = RecipientReport("gone@example.org", "failed", "5.1.1", ReasonClass.USER_UNKNOWN, "550 5.1.1 no such user")
    desk.do(SettleDelivery(facts["outbox"], "sent", refused=(gone,)), "system:sender")
    assert delivery(desk) == "sent"
    assert states(desk)["gone@example.org"] == ("failed", "user_unknown")
    assert notified(desk, before) == ["[#1] Your reply did not reach everyone: Printer"] * 2


def test_retry_resets_the_state_of_all_recipients(desk: StoredDesk) -> None:
    mine = sent(desk)
    report(desk, mine, RecipientReport("ana@example.org", "failed", "5.2.2", ReasonClass.MAILBOX_FULL))
    entry = next(row["id"] for row in desk.outbox(state="failed"))
    desk.do(RetryOutbox(entry))
    assert set(states(desk).values()) == {("queued", None)}


def test_report_about_mail_without_a_ticket_opens_no_ticket(desk: StoredDesk) -> None:
    desk.mail(intent=Intent(IntentKind.STATUS))
    answer = next(row for row in desk.outbox() if row["to"] == ["ana@example.org"])
    desk.do(SettleDelivery(answer["id"], "sent"), "system:sender")
    gone = RecipientReport("ana@example.org", "failed", "5.1.1", ReasonClass.USER_UNKNOWN)
    landed = desk.mail(
        "mailer-daemon@x.test",
        bounce=Bounce(
            ("ana@example.org",), "5.1.1", True, None, answer["message_id"], "failed", gone.reason_class, (gone,)
        ),
    )
    assert landed.tickets == ()
    assert next(row["state"] for row in desk.outbox() if row["id"] == answer["id"]) == "failed"
