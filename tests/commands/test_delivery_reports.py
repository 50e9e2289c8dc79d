"""What delivery reports do to a reply, recipient by recipient. On both stores."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deskctl.core.delivery.commands import RetryOutbox, SettleDelivery
from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.model import Bounce, Confirmation, Intent, IntentKind, ReasonClass, RecipientReport

from .desk import StoredDesk


@pytest.fixture
def desk(desk_url: str) -> Iterator[StoredDesk]:
    stored = StoredDesk(desk_url)
    yield stored
    stored.close()


def told(desk: StoredDesk, since: int) -> list[str]:
    """Subjects of what agents were told after the outbox entry `since`."""
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


def test_a_copy_that_fails_leaves_the_reply_sent(desk: StoredDesk) -> None:
    mine, before = sent(desk), last(desk)
    gone = RecipientReport("gone@example.org", "failed", "5.1.1", ReasonClass.USER_UNKNOWN, "no such user")
    report(desk, mine, RecipientReport("ana@example.org", "delivered", "2.0.0"), gone)
    assert delivery(desk) == "sent"
    assert states(desk) == {
        "ana@example.org": ("delivered", None),
        "gone@example.org": ("failed", "user_unknown"),
    }
    assert desk.show(1)["status"] == "pending"
    assert told(desk, before) == ["[#1] Your reply did not reach everyone: Printer"] * 2
    row = next(row for row in desk.outbox() if row["id"] > before)
    words = desk.store.ask(ShowOutbox(row["id"]))["text"]
    assert "gone@example.org: the address does not exist (5.1.1 no such user)" in words


def test_a_reply_fails_when_nobody_in_to_gets_it(desk: StoredDesk) -> None:
    mine = sent(desk)
    report(desk, mine, RecipientReport("ANA@example.org", "failed", "5.2.2", ReasonClass.MAILBOX_FULL))
    assert delivery(desk) == "failed"
    assert states(desk)["ana@example.org"] == ("failed", "mailbox_full")
    assert desk.show(1)["status"] == "open"


def test_a_delay_fails_nothing_and_tells_nobody(desk: StoredDesk) -> None:
    mine, before = sent(desk), last(desk)
    late = RecipientReport("ana@example.org", "delayed", "4.4.1", ReasonClass.NETWORK)
    report(desk, mine, late)
    assert (delivery(desk), states(desk)["ana@example.org"]) == ("sent", ("delayed", "network"))
    assert desk.show(1)["messages"][-1]["automatic"] == "delay"
    assert desk.show(1)["bounced"] == []
    assert told(desk, before) == []
    desk.mail("mailer-daemon@x.test", confirmation=Confirmation("delivered", ("ana@example.org",), mine))
    assert states(desk)["ana@example.org"] == ("delivered", None)
    assert desk.show(1)["messages"][-1]["automatic"] == "delivered"


def test_a_server_that_gives_up_fails_the_reply_and_marks_no_address(desk: StoredDesk) -> None:
    mine = sent(desk)
    expired = RecipientReport("ana@example.org", "failed", "4.4.7", ReasonClass.EXPIRED, "delivery time expired")
    desk.mail(
        "mailer-daemon@example.org",
        bounce=Bounce(("ana@example.org",), "4.4.7", False, None, mine, "failed", ReasonClass.EXPIRED, (expired,)),
    )
    assert delivery(desk) == "failed"
    assert desk.show(1)["bounced"] == []


@pytest.mark.parametrize("reason", ReasonClass)
def test_an_address_is_marked_if_it_takes_no_mail_at_all(desk: StoredDesk, reason: ReasonClass) -> None:
    mine = sent(desk)
    report(desk, mine, RecipientReport("ana@example.org", "failed", "5.0.0", reason, "no"))
    marked = reason in (ReasonClass.USER_UNKNOWN, ReasonClass.DISABLED, ReasonClass.HOST)
    assert [row["address"] for row in desk.show(1)["bounced"]] == (["ana@example.org"] if marked else [])


def test_a_stranger_reports_nothing_for_our_recipients(desk: StoredDesk) -> None:
    mine = sent(desk)
    report(desk, mine, RecipientReport("eve@example.net", "failed", "5.1.1", ReasonClass.USER_UNKNOWN))
    assert delivery(desk) == "sent"
    assert states(desk)["ana@example.org"] == ("sent", None)


def test_a_recipient_whom_the_relay_refuses_at_once_is_told_of(desk: StoredDesk) -> None:
    desk.mail(to=("support@acme.test",), cc=("gone@example.org",))
    facts, before = desk.do(Reply(1, "Done.", status="pending")).facts, last(desk)
    gone = RecipientReport("gone@example.org", "failed", "5.1.1", ReasonClass.USER_UNKNOWN, "550 5.1.1 no such user")
    desk.do(SettleDelivery(facts["outbox"], "sent", refused=(gone,)), "system:sender")
    assert delivery(desk) == "sent"
    assert states(desk)["gone@example.org"] == ("failed", "user_unknown")
    assert told(desk, before) == ["[#1] Your reply did not reach everyone: Printer"] * 2


def test_a_reply_that_is_sent_again_is_new_to_everyone(desk: StoredDesk) -> None:
    mine = sent(desk)
    report(desk, mine, RecipientReport("ana@example.org", "failed", "5.2.2", ReasonClass.MAILBOX_FULL))
    entry = next(row["id"] for row in desk.outbox(state="failed"))
    desk.do(RetryOutbox(entry))
    assert set(states(desk).values()) == {("queued", None)}


def test_a_report_about_what_has_no_ticket_opens_none(desk: StoredDesk) -> None:
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
