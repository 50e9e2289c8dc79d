"""Subject lines and the ticket numbers in them."""

from __future__ import annotations

import pytest

from deskctl.core.messages import subjects


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("Printer", "Re: Printer [#42]"),
        ("Re: Old matter [#1]", "Re: Old matter [#42]"),
        ("Re: Old matter [#1] [#42]", "Re: Old matter [#42]"),
        ("AW: Re: RE[2]: Printer", "Re: Printer [#42]"),
        ("[#7] Printer [urgent]", "Re: Printer [urgent] [#42]"),
        ("답장: 문의", "Re: 문의 [#42]"),
        ("", "Re: [#42]"),
        ("Re: ", "Re: [#42]"),
        ("Report: printer", "Re: Report: printer [#42]"),
    ],
)
def test_answer_subject_has_only_its_own_number(subject: str, answer: str) -> None:
    assert subjects.numbered(subject, 42) == answer
    assert subjects.numbered(answer, 42) == answer


def test_last_number_comes_first() -> None:
    assert subjects.numbers("Re: Old matter [#1] [#2]") == [2, 1]
    assert subjects.numbers("[#5] [#5] [#6] [#7] [#8]") == [8, 7, 6]
    assert subjects.numbers("회신: Old ［＃7］") == [7]
    assert subjects.numbers("#1 [1] [#x] [#12345678901]") == []


@pytest.mark.parametrize(
    "subject", ["Lamp", "Re: Lamp [#1]", "[users] RE: lamp.", "Fwd: Lamp", "답장: Lamp", "[#1]", "", "Re:"]
)
def test_prefixes_tags_and_numbers_are_ignored(subject: str) -> None:
    assert not subjects.differs(subject, "Lamp")


@pytest.mark.parametrize("subject", ["It is lamp 7 in hall 3", "Re: Lamp 7 [#1]", "[urgent]", "Lamps"])
def test_other_words_differ(subject: str) -> None:
    assert subjects.differs(subject, "Lamp")


def test_subject_equal_to_the_first_words_of_the_text_does_not_differ() -> None:
    assert not subjects.differs("Where is my", "Lamp", "Where is my\norder?")


def test_remark_of_the_channel_above_the_text_is_ignored() -> None:
    text = "[in answer to Acme News: https://t.me/acmenews/78]\n[photo]\n\nWhat does this mean?"
    assert not subjects.differs("What does this mean?", "Lamp", text)
    assert subjects.differs("Lost", "Lamp", text)
    assert not subjects.differs("[photo]", "Lamp", "[photo]")
