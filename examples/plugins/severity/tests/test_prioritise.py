"""Which words give which priority, and when a person's choice stands."""

from __future__ import annotations

from typing import Any

import pytest
from deskctl.plugins import Invalid
from deskctl.plugins.actions import Note, Set
from deskctl.testing.automating import MemoryPluginContext, event_document, happened, ticket_document
from deskctl.testing.desk import TemporaryDesk

from deskctl_severity.config import Matrix, SeverityConfig, SeverityWords
from deskctl_severity.prioritise import find, run


def priority(text: str, config: SeverityConfig | None = None) -> str | None:
    found = find(text, config or SeverityConfig())
    return found.priority if found else None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The shop is DOWN for all customers", "urgent"),
        ("서비스가 먹통입니다. 전 직원이 못 씁니다", "urgent"),
        ("I cannot log in", "normal"),
        ("My whole team can\u2019t log in", "high"),
        ("로그인 오류가 나요. 저희 부서 다 그래요", "high"),
        ("결제가 두 번 됐어요. 환불해 주세요", "normal"),
        ("A typo on your page", "low"),
        ("오타가 있어요", "low"),
        ("Everyone loves it, a question though", "high"),
        ("Hello there", None),
        ("안녕하세요", None),
        ("The download is fine", None),
        ("no longer broken, thanks", None),
        ("This is not urgent", None),
        ("There is no outage any more", None),
        ("오류는 없습니다", None),
        ("긴급하지 않아요", None),
    ],
)
def test_words_make_a_priority(text: str, wanted: str | None) -> None:
    assert priority(text) == wanted


def test_the_gravest_word_counts() -> None:
    assert priority("A question: is this outage known? All users see it.") == "urgent"


def test_words_and_matrix_are_the_desks_own() -> None:
    config = SeverityConfig(
        severity=SeverityWords(critical=("kaputt",)), matrix=Matrix(critical=("high", "high", "low"))
    )
    assert priority("Alles kaputt", config) == "low"


@pytest.mark.parametrize("row", [("urgent",), ("urgent", "high", "sometimes")])
def test_a_matrix_that_cannot_be_read_is_refused(row: tuple[str, ...]) -> None:
    with pytest.raises(Invalid):
        Matrix(major=row)


def answers(ticket: dict[str, Any], message: int = 1, language: str = "en", **settings: Any) -> list[object]:
    context = MemoryPluginContext(ticket, config=SeverityConfig(**settings), language=language)
    return list(run(happened(message=message), context))


def test_it_says_why_in_the_language_of_the_desk() -> None:
    ticket = ticket_document(1, "The shop is down for all customers.")
    set_ = Set(1, values=(("priority", "urgent"),))
    why = "Priority urgent: severity critical (“down”), impact everyone (“all customers”)."
    assert answers(ticket) == [set_, Note(1, text=why)]
    assert answers(ticket, note=False) == [set_]
    [_, note] = answers(ticket_document(1, "오류가 나요, 급해요"), language="ko", matrix=Matrix(major=("high",) * 3))
    assert note == Note(1, text="우선순위 high: 심각도 major (“오류”), 영향 person (언급 없음).")


@pytest.mark.parametrize(
    "event",
    [
        event_document("priority_changed", by="agent1", old="high", new="normal"),
        event_document("ticket_created", by="agent1", priority="low"),
    ],
)
def test_a_priority_that_a_person_chose_stays(event: dict[str, Any]) -> None:
    assert answers(ticket_document(1, "Emergency!", events=[event])) == []


def test_what_a_machine_chose_does_not() -> None:
    by_rule = event_document("priority_changed", by="system:rule", old="normal", new="low")
    assert answers(ticket_document(1, "Emergency!", priority="low", events=[by_rule]))


def test_a_later_message_may_raise_but_not_lower() -> None:
    ticket = ticket_document(1, "I cannot log in", "Now all users cannot, it is an outage", "A question: how do I pay?")
    assert answers(ticket, message=2)[0] == Set(1, values=(("priority", "urgent"),))
    assert answers({**ticket, "priority": "urgent"}, message=3) == []


def test_what_has_that_priority_is_left_alone() -> None:
    assert answers(ticket_document(1, "I cannot log in")) == []


@pytest.mark.parametrize("status", ["solved", "closed", "merged"])
def test_what_is_over_is_left_alone(status: str) -> None:
    assert answers(ticket_document(1, "Emergency!", status=status)) == []


def test_a_desk_sets_the_priority_and_an_agent_has_the_last_word(desk: TemporaryDesk) -> None:
    desk.load("severity", "deskctl_severity")
    desk.configure('[plugins.severity]\nmatrix = { critical = ["urgent", "urgent", "urgent"] }\n')
    desk.configure('[channels.ops]\ntype = "console"\ninbox = "in"\nanswers = "out.jsonl"\npoll = "1s"\n')
    (desk.folder / "in").mkdir()

    def say(name: str, text: str) -> None:
        part = desk.folder / "in" / f"{name}.part"
        part.write_text(f"From: ana@example.org\nMessage-ID: <{name}@x>\nIn-Reply-To: <1@x>\n\n{text}\n")
        part.rename(part.with_suffix(""))

    with desk.daemon():
        say("1", "서비스 장애입니다")
        desk.wait_until(desk.tickets, "the ticket is there")
        desk.wait_until(lambda: desk.ticket(1)["priority"] == "urgent", "its priority is set")
        assert [row["text"] for row in desk.ticket(1)["messages"] if row["kind"] == "note"] == [
            "Priority urgent: severity critical (“장애”), impact person (nothing said of it)."
        ]
        desk.run("set", "1", "priority=low")
        say("2", "Emergency! All users!")
        desk.wait_until(lambda: len(desk.ticket(1)["messages"]) == 3, "the next message is there")
    assert desk.ticket(1)["priority"] == "low"
