"""Acknowledgements to customers, and the mail that gets none."""

from __future__ import annotations

from deskctl.core.delivery.repository import Outbox
from tests.unit.core.desk import MAIL, UnitDesk
from tests.unit.core.messages.test_spam import POLITE


def test_person_gets_one_acknowledgement_in_their_language() -> None:
    desk = UnitDesk(POLITE)
    desk.mail(language="ko", message_id="<one@example.org>")
    said = desk.sent_to("ana@example.org")
    assert len(said) == 1
    assert said[0].automatic
    assert "접수 번호는 #1" in said[0].text
    desk.mail(in_reply_to=("<one@example.org>",))
    assert len(desk.sent_to("ana@example.org")) == 1


def test_answer_to_the_acknowledgement_matches_its_ticket() -> None:
    desk = UnitDesk(POLITE)
    desk.mail()
    acknowledgement = desk.sent_to("ana@example.org")[0]
    answer = desk.mail("ana@second.example", in_reply_to=(acknowledgement.message_id,))
    assert (answer.facts["number"], answer.facts["how"]) == (1, "own_id")


def test_automatic_mail_gets_no_acknowledgement() -> None:
    desk = UnitDesk(POLITE)
    desk.mail(automatic="Auto-Submitted: auto-replied")
    desk.mail("no-reply@example.org")
    assert [e.to for e in Outbox.of(desk.unit).changes.outbox.values() if e.kind == "auto"] == []


def test_sender_gets_at_most_five_acknowledgements_a_day() -> None:
    desk = UnitDesk(POLITE)
    for _ in range(9):
        desk.mail("robot@example.org")
    assert len(desk.sent_to("robot@example.org")) == 5


def test_channel_without_acknowledgement_sends_none() -> None:
    assert MAIL.acknowledge is None
    desk = UnitDesk()
    desk.mail()
    assert desk.sent_to("ana@example.org") == []
