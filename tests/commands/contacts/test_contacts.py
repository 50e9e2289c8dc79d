"""Contacts on both stores: merge and unmerge, link codes, changes, erase."""

from __future__ import annotations

from typing import Any

import pytest

from deskctl.core.contacts.commands import EraseContact, IssueLink, MergeContacts, SetContact, UnmergeContact
from deskctl.core.contacts.linking import Redemption, redeem
from deskctl.core.contacts.queries import ContactEvents, ListContacts, ShowContact
from deskctl.core.delivery.queries import ShowOutbox
from deskctl.core.intake.queries import ListInbox, ShowInbox
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.timer_command import FireTimer
from deskctl.core.kernel.unit import Unit
from deskctl.core.messages.commands import Note, Reply
from deskctl.core.messages.model import IncomingFile
from deskctl.core.notifications.schedule import DIGEST
from deskctl.core.search.queries import SearchContacts, SearchMessages
from deskctl.core.tickets.commands import Create, Solve, Take
from deskctl.core.tickets.queries import ListTickets
from deskctl.core.undo.commands import Undo
from deskctl.errors import NotFound, Refused
from tests.commands.desk import StoredDesk


def contact(desk: StoredDesk, number: int, **options: Any) -> dict[str, Any]:
    document: dict[str, Any] = desk.store.ask(ShowContact(number, **options))
    return document


def two_contacts(desk: StoredDesk) -> None:
    """김민수 writes by mail (contact 1, ticket 1) and telephones (contact 2, ticket 2)."""
    desk.mail("minsu@example.org", "결제 오류", name="김민수")
    desk.do(
        Create("+82-2-555-0101", "전화 문의", "카드 결제가 안 됩니다.", channel="phone", direction="in", seconds=240)
    )


def test_merged_contacts_are_one_customer_with_one_timeline(desk: StoredDesk) -> None:
    two_contacts(desk)
    desk.do(SetContact(2, (("tier", "vip"), ("org", "에이씨엠이"))))
    desk.do(MergeContacts(1, 2), "user:root")
    for number in (1, 2):
        found = contact(desk, number)
        assert (found["id"], found["merged"], found["name"], found["tier"]) == (1, [2], "김민수", "vip")
        assert [i["address"] for i in found["identities"]] == ["minsu@example.org", "+8225550101"]
        assert [t["number"] for t in found["tickets"]] == [2, 1]
        assert [(s["ticket"], s["channel"]) for s in found["timeline"]] == [(1, "support"), (2, "phone")]
        assert found["timeline"][1]["call"] == {"direction": "in", "seconds": 240}
    assert desk.show(2)["contact"] == {
        "id": 1,
        "name": "김민수",
        "address": "+8225550101",
        "tier": "vip",
        "org": "에이씨엠이",
    }
    assert [other["number"] for other in desk.show(1)["elsewhere"]] == [2]
    listed = desk.store.ask(ListContacts())
    assert [(row["id"], row["total"], row["open"]) for row in listed] == [(1, 2, 2)]
    assert [row["id"] for row in desk.store.ask(ListContacts(org="에이씨엠이"))] == [1]
    assert [row["id"] for row in desk.store.ask(ListContacts(text="555"))] in ([], [1])
    assert [row["id"] for row in desk.store.ask(ListContacts(text="김민수"))] == [1]
    assert {t["number"] for t in desk.store.ask(ListTickets(contact="minsu@example.org"))} == {1, 2}
    assert {t["number"] for t in desk.store.ask(ListTickets(contact="+82 2 555 0101"))} == {1, 2}


def test_unmerged_contact_keeps_its_messages_from_the_time_of_the_merge(desk: StoredDesk) -> None:
    two_contacts(desk)
    desk.do(MergeContacts(1, 2))
    desk.do(Create("+82 2 555 0101", "second call", "Hello?", channel="phone"))
    assert contact(desk, 1)["total"] == 3
    desk.do(UnmergeContact(2))
    assert [t["number"] for t in contact(desk, 1)["tickets"]] == [1]
    assert [t["number"] for t in contact(desk, 2)["tickets"]] == [3, 2]
    assert [e["kind"] for e in desk.store.ask(ContactEvents(2))] == ["contact_merged", "contact_unmerged"]


def test_undo_of_merge_and_of_unmerge(desk: StoredDesk) -> None:
    two_contacts(desk)
    desk.do(MergeContacts(1, 2))
    assert desk.do(Undo()).summary == "undone: merged contact 2"
    assert contact(desk, 2)["id"] == 2
    desk.do(MergeContacts(1, 2))
    desk.do(UnmergeContact(2))
    desk.do(Undo())
    assert contact(desk, 2)["id"] == 1


def test_change_of_tier_is_recorded_on_open_tickets_only(desk: StoredDesk) -> None:
    two_contacts(desk)
    desk.do(Create("+82-2-555-0101", "solved", "x", channel="phone"))
    desk.do(Solve(3))
    desk.do(MergeContacts(1, 2))
    desk.do(SetContact(1, (("tier", "gold"), ("language", "ko"))))
    changed = [[e["fields"] for e in desk.show(n)["events"] if e["kind"] == "contact_changed"] for n in (1, 2, 3)]
    assert changed == [[["tier"]], [["tier"]], []]


def test_link_code_links_a_chat_to_the_contact_once(desk: StoredDesk) -> None:
    two_contacts(desk)
    issued = desk.do(IssueLink(1, "chat")).facts
    code = issued["code"]

    def send(code: str, address: str = "2024") -> Redemption:
        def work(unit: Unit) -> Redemption:
            unit.begin("Receive", Actor.system("intake"), undoable=False)
            steps = redeem(unit, code, "chat", address, unit.now)
            while True:
                try:
                    unit.record(next(steps), Actor.system("intake"))
                except StopIteration as stop:
                    outcome: Redemption = stop.value
                    return outcome

        return desk.store.transaction(work)

    assert send("ABCD-EFGH-JKM").why == "wrong"
    assert send(code.lower().replace("-", " ")) == Redemption("linked", 1)
    assert send(code).why == "used"
    assert contact(desk, 1)["merged"] == [3]
    late = desk.do(IssueLink(1)).facts["code"]
    desk.later(hours=24)
    assert send(late, "2025").why == "late"
    desk.do(UnmergeContact(3))
    for _ in range(5):
        send("ABCD-EFGH-JKM")
    fresh = desk.do(IssueLink(1)).facts["code"]
    assert send(fresh).why == "too_many"
    desk.later(hours=12)
    assert send(fresh).why == "too_many"
    kinds = [e["kind"] for e in desk.store.ask(ContactEvents(3))]
    assert kinds.count("link_refused") >= 8
    assert code not in repr([desk.store.ask(ContactEvents(n)) for n in (1, 3)])
    with pytest.raises(NotFound, match="did you mean chat"):
        desk.do(IssueLink(1, "chta"))
    with pytest.raises(Refused, match="senders can be forged"):
        desk.do(IssueLink(1, "support"))
    with pytest.raises(Refused, match="cannot send a code through phone"):
        desk.do(IssueLink(1, "phone"))


def test_erase_leaves_only_counts_and_events(desk: StoredDesk) -> None:
    file = IncomingFile("주민등록증.png", "image/png", b"secret picture")
    desk.mail(
        "minsu@example.org", "결제 오류", name="김민수", text="카드번호 1234", files=(file,), cc=("kim@example.org",)
    )
    desk.mail("eve@example.net", "Printer", message_id="<eve@example.net>", cc=("minsu@example.org",))
    desk.mail("minsu@example.org", "Re: Printer", in_reply_to=("<eve@example.net>",), text="나도 안 돼요")
    desk.do(Create("+82-2-555-0101", "전화", "주소는 서울", channel="phone", sender_name="민수", callback="+1h"))
    desk.do(Reply(1, "김민수님 안녕하세요"))
    desk.do(Note(1, "김민수는 VIP"))
    desk.do(MergeContacts(1, 3))
    raw = desk.store.ask(ListInbox(all=True))
    sent = [row["id"] for row in desk.outbox()]
    shown = desk.do(EraseContact(1), "user:root").facts
    assert (shown["tickets"], shown["attachments"], shown["addresses"]) == (2, 1, 2)
    left = [desk.show(n) for n in (1, 2, 3)] + [contact(desk, n) for n in (1, 3)]
    left += [desk.store.ask(ShowOutbox(n)) for n in sent]
    left += [desk.store.ask(ShowInbox(row["id"])) for row in raw if row["message"] != 2]
    words = repr(left)
    for erased in (
        "민수",
        "결제",
        "카드",
        "minsu@",
        "kim@",
        "5550101",
        "서울",
        "나도",
        "안녕",
        "주민",
        "raw 1",
        "cmF3",
    ):
        assert erased not in words, erased
    assert [m["text"] for m in desk.show(2)["messages"]] == ["It burns.", ""]
    assert desk.show(2)["contact"]["address"] == "eve@example.net"
    assert [desk.show(n)["status"] for n in (1, 2, 3)] == ["closed", "new", "closed"]
    desk.later(days=400)
    assert {timer.kind for timer in desk.store.timers.due(100)} <= {DIGEST}
    assert contact(desk, 1)["erased_at"] is not None
    assert contact(desk, 1)["events"][-1]["kind"] == "contact_erased"
    for word in ("결제", "나도", "서울"):
        assert desk.store.ask(SearchMessages(word))["hits"] == []
    assert desk.store.ask(SearchContacts("민수")) == []
    for command in (EraseContact(1), SetContact(1, (("name", "x"),)), IssueLink(1), MergeContacts(1, 2)):
        with pytest.raises(Refused, match="erased"):
            desk.do(command)
    desk.mail("minsu@example.org", "새 문의", name="김민수")
    assert contact(desk, 4)["name"] == "김민수"


def test_assignee_is_notified_when_a_callback_is_due(desk: StoredDesk) -> None:
    desk.do(Create("+82-2-555-0101", "전화", "전화 주세요", channel="phone", callback="+2h", team="support"))
    desk.do(Take(1), "agent2")
    desk.later(hours=2)
    [timer] = desk.store.timers.due(10)
    desk.do(FireTimer(timer.id), "system:clock")
    notifications = [desk.store.ask(ShowOutbox(row["id"])) for row in desk.outbox(ticket=1)]
    assert [(t["to"], t["subject"]) for t in notifications] == [(["agent2@acme.test"], "[#1] Call back: 전화")]
    assert "+8225550101" in notifications[0]["text"]
    assert desk.show(1)["callback_at"] == "2026-03-02T11:00:00Z"
    desk.do(Solve(1))
    assert desk.show(1)["callback_at"] is None
    desk.do(Undo())
    assert desk.show(1)["callback_at"] == "2026-03-02T11:00:00Z"


def test_timeline_contains_messages_on_tickets_of_other_contacts(desk: StoredDesk) -> None:
    desk.mail("ana@example.org", "Printer", cc=("kim@example.org",), message_id="<1@example.org>")
    desk.mail("kim@example.org", "Re: Printer", text="It is my printer.", references=("<1@example.org>",))
    desk.mail("kim@example.org", "Lamp", text="It is dark.")
    [kim] = [row["id"] for row in desk.store.ask(ListContacts()) if row["addresses"] == ["kim@example.org"]]
    shown = contact(desk, kim)
    assert [(row["ticket"], row["text"]) for row in shown["timeline"]] == [(1, "It is my printer."), (2, "It is dark.")]
    assert [row["number"] for row in shown["tickets"]] == [2]
