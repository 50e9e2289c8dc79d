"""Priorities from words, and respect for an agent's choice."""

from __future__ import annotations

from typing import Any

import pytest
from deskctl.plugins import Invalid
from deskctl.plugins.actions import Note, Set
from deskctl.testing.automating import MemoryPluginContext, event_document, happened, ticket_document
from deskctl.testing.desk import TemporaryDesk

from deskctl_severity.config import Matrix, SeverityConfig, SeverityWords
from deskctl_severity.priority import assess, run


def priority(text: str, config: SeverityConfig | None = None) -> str | None:
    assessment = assess(text, config or SeverityConfig())
    return assessment.priority if assessment else None


@pytest.mark.parametrize(
    ("text", "expected"),
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
def test_words_determine_the_priority(text: str, expected: str | None) -> None:
    assert priority(text) == expected


def test_highest_level_counts() -> None:
    assert priority("A question: is this outage known? All users see it.") == "urgent"


def test_words_and_matrix_are_configurable() -> None:
    config = SeverityConfig(
        severity=SeverityWords(critical=("kaputt",)), matrix=Matrix(critical=("high", "high", "low"))
    )
    assert priority("Alles kaputt", config) == "low"


@pytest.mark.parametrize("row", [("urgent",), ("urgent", "high", "sometimes")])
def test_invalid_matrix_is_rejected(row: tuple[str, ...]) -> None:
    with pytest.raises(Invalid):
        Matrix(major=row)


def commands(ticket: dict[str, Any], message: int = 1, language: str = "en", **settings: Any) -> list[object]:
    context = MemoryPluginContext(ticket, config=SeverityConfig(**settings), language=language)
    return list(run(happened(message=message), context))


def test_note_explains_the_priority_in_the_desks_language() -> None:
    ticket = ticket_document(1, "The shop is down for all customers.")
    set_ = Set(1, values=(("priority", "urgent"),))
    note = "Priority urgent: severity critical (“down”), impact everyone (“all customers”)."
    assert commands(ticket) == [set_, Note(1, text=note)]
    assert commands(ticket, note=False) == [set_]
    korean = ticket_document(1, "오류가 나요, 급해요")
    [_, korean_note] = commands(korean, language="ko", matrix=Matrix(major=("high",) * 3))
    assert korean_note == Note(1, text="우선순위 high: 심각도 major (“오류”), 영향 person (언급 없음).")


@pytest.mark.parametrize(
    "event",
    [
        event_document("priority_changed", by="agent1", old="high", new="normal"),
        event_document("ticket_created", by="agent1", priority="low"),
    ],
)
def test_priority_of_an_agent_stays(event: dict[str, Any]) -> None:
    assert commands(ticket_document(1, "Emergency!", events=[event])) == []


def test_priority_of_a_rule_is_replaced() -> None:
    by_rule = event_document("priority_changed", by="system:rule", old="normal", new="low")
    assert commands(ticket_document(1, "Emergency!", priority="low", events=[by_rule]))


def test_later_message_can_only_raise_the_priority() -> None:
    ticket = ticket_document(1, "I cannot log in", "Now all users cannot, it is an outage", "A question: how do I pay?")
    assert commands(ticket, message=2)[0] == Set(1, values=(("priority", "urgent"),))
    assert commands({**ticket, "priority": "urgent"}, message=3) == []


def test_unchanged_priority_gives_no_command() -> None:
    assert commands(ticket_document(1, "I cannot log in")) == []


@pytest.mark.parametrize("status", ["solved", "closed", "merged"])
def test_ended_ticket_is_ignored(status: str) -> None:
    assert commands(ticket_document(1, "Emergency!", status=status)) == []


def test_desk_applies_the_priority_until_an_agent_changes_it(desk: TemporaryDesk) -> None:
    desk.load("severity", "deskctl_severity")
    desk.configure('[plugins.severity]\nmatrix = { critical = ["urgent", "urgent", "urgent"] }\n')
    desk.configure('[channels.ops]\ntype = "console"\ninbox = "in"\nanswers = "out.jsonl"\npoll = "1s"\n')
    (desk.folder / "in").mkdir()

    def put_message(name: str, text: str) -> None:
        part = desk.folder / "in" / f"{name}.part"
        part.write_text(f"From: ana@example.org\nMessage-ID: <{name}@x>\nIn-Reply-To: <1@x>\n\n{text}\n")
        part.rename(part.with_suffix(""))

    with desk.daemon():
        put_message("1", "서비스 장애입니다")
        desk.wait_until(desk.tickets, "the ticket exists")
        desk.wait_until(lambda: desk.ticket(1)["priority"] == "urgent", "its priority is set")
        assert [row["text"] for row in desk.ticket(1)["messages"] if row["kind"] == "note"] == [
            "Priority urgent: severity critical (“장애”), impact person (not mentioned)."
        ]
        desk.run("set", "1", "priority=low")
        put_message("2", "Emergency! All users!")
        desk.wait_until(lambda: len(desk.ticket(1)["messages"]) == 3, "the second message is on the ticket")
    assert desk.ticket(1)["priority"] == "low"
