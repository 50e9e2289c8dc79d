"""Mentions of an erased person in texts, and their removal."""

from __future__ import annotations

import pytest

from deskctl.core.contacts.erased_person import ErasedPerson

PERSON = ErasedPerson((4,), (12,), (40, 41), ("kim@work.example", "77", "+8225550101"), ("Zebra Kim", "김철수", "이"))


@pytest.mark.parametrize(
    "text",
    [
        "call Zebra Kim",
        "ZEBRA is angry",
        "Ｚｅｂｒａ",
        "Kim's lamp",
        "김철수님께 전화",
        "고객김철수",
        "kim@work.example wrote",
        "see #12",
        "Ticket 12 waits",
        "티켓 12",
        "+8225550101",
    ],
)
def test_text_that_names_the_person_is_a_mention(text: str) -> None:
    assert PERSON.is_mentioned(text)


@pytest.mark.parametrize(
    "text", ["", "kimchi", "zebras", "#123", "12 lamps", "77 lamps", "이 문제", "lee@work.example"]
)
def test_other_text_is_not_a_mention(text: str) -> None:
    assert not PERSON.is_mentioned(text)


def test_only_lines_that_name_the_person_are_erased() -> None:
    assert PERSON.without("Printers: fine.\nKim calls back.\n\nBye") == "Printers: fine.\n(erased)\n\nBye"
