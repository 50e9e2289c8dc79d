# ruff: noqa: E501 - unchanged texts
"""The visible text of replies from many mail programs, in many languages."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from textwrap import fill
from typing import Any

import pytest

from deskctl_email.visible_text import visible_text


def _data(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


replies, more = _data("replies"), _data("more_replies")
for _kind in ("ATTRIBUTIONS", "NAMES", "SEPARATORS", "TELEPHONES", "WORDS"):
    getattr(replies, _kind).update(getattr(more, _kind))


@pytest.mark.parametrize("language", sorted(replies.WORDS))
def test_only_new_text_is_visible(language):
    wrong = [
        f"{name!r} gave {shown!r}"
        for name, text, wanted in replies.cases(language)
        if (shown := visible_text(text)) != wanted
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", sorted(replies.WORDS))
@pytest.mark.parametrize("width", [44, 64, 76])
def test_attribution_may_be_wrapped_anywhere(language, width):
    new, old = replies.WORDS[language]
    wrong = []
    for line in replies.ATTRIBUTIONS[language]:
        broken = fill(line, width, break_long_words=False, break_on_hyphens=False)
        if (
            "\n" not in line
            and line not in HARD
            and (shown := visible_text(f"{new}\n\n{broken}\n> {old}\n> more\n")) != new
        ):
            wrong.append(f"{broken!r} gave {shown!r}")
    assert not wrong, "\n".join(wrong)


#: If this attribution is wrapped after its first words, it looks like two lines of the sender's own text.
HARD = {f"Wiadomość napisana przez {replies.WHO} w dniu 15.01.2024, o godz. 15:12:"}


@pytest.mark.parametrize("line", more.MORE_TELEPHONES)
def test_line_added_by_a_device_is_hidden(line):
    assert visible_text(f"It burns again.\n\n{line}") == "It burns again."


OWN_WORDS = [
    "From: my desk\nI can see the fire.",
    "On Monday I wrote:\nplease fix it.",
    "On Monday I wrote to bob@x.org about this:\n- a\n- b",
    "On 2024-01-15 at 10:00 we meet:\n- printers",
    "The meeting is on 2024-01-15 at 15:12, please bring:\n- x\n- y",
    "name: Ana\nemail: ana@x.org\ndate: 2024-01-15 15:12\norder: 4711",
    "Sent by courier on Monday\nPlease confirm.",
    "Sent from Berlin yesterday\nwhere is it?",
    "Sent from my desk, is much easier than my mobile phone.",
    "Dikirim dari Jakarta kemarin\ndi mana?",
    "Data: 2024-01-15\nNo: 4711\nTema: lampa",
    "De: Madrid\nA: Barcelona\nFecha: 15/01/2024",
    "Log of 2024-01-15 15:12:11:\nERROR x\nERROR y",
    "Please send it to Ana Lopez <ana@example.org>\nand to Bob <bob@example.org>.",
    "이 메일은 iPhone에서 보냈는데 사진이 안 올라갑니다.\n확인 부탁드립니다.",
    "제목: 환불\n내용: 환불해 주세요",
    "Od: poniedziałku\nDo: piątku",
]


@pytest.mark.parametrize("words", OWN_WORDS)
def test_text_that_resembles_a_quote_header_stays_visible(words):
    assert visible_text(words) == words
    assert words in visible_text(f"First line.\n\n{words}\n\nThank you all")


SEPARATED = [
    "-----Original Message-----\nFrom: Acme <s@acme.test>\nSent: Monday, September 1, 2025 10:00 AM\nTo: Kim\nSubject: x\n\n",
    "-----원본 메시지-----\n보낸 사람: Acme <s@acme.test>\n보낸 날짜: 2025년 9월 1일 오전 10:00\n받는 사람: Kim\n제목: x\n\n",
    "From: Acme <s@acme.test>\nSent: Monday, September 1, 2025 10:00 AM\nTo: Kim\nSubject: x\n\n",
    "-----Original Message-----\n",
    "-------- Ursprüngliche Nachricht --------\nVon: Acme <s@acme.test>\nDatum: 01.09.25 10:00\nAn: Kim\nBetreff: x\n\n",
]


@pytest.mark.parametrize("head", SEPARATED)
def test_reply_below_a_quote_with_header_lines_is_visible(head):
    text = f"{head}> Which colour?\n> Regards\n\nThe blue one, please."
    assert visible_text(text) == "The blue one, please."
