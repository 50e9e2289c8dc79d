"""Search results on a terminal: line width, highlighted words, no control characters."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from deskctl.cli.commands.search.search_view import message_lines, unmarked
from deskctl.cli.width import width
from deskctl.core.search.views import MessageHit

_TEXT = st.text(st.sampled_from("ab 환불漢\u0301…"), max_size=120)


def _hit(subject: str, snippet: str) -> MessageHit:
    return {"number": 12, "subject": subject, "message": 1, "snippet": snippet, "at": "2026-03-01T09:00:00Z"}


@given(_TEXT, _TEXT, st.text("환불a", min_size=1, max_size=5), _TEXT, st.integers(30, 100))
def test_search_results_fit_the_terminal(subject: str, before: str, found: str, after: str, limit: int) -> None:
    lines = list(message_lines([_hit(subject, f"{before}⟦{found}⟧{after}")], limit, color=False))
    assert len(lines) == 2
    assert all(width(line.rstrip()) <= limit for line in lines)
    assert found in lines[1]


def test_search_results_have_colour_only_on_request() -> None:
    hit = _hit("문의", "카드⟦결제⟧ 오류")
    assert list(message_lines([hit], 60, color=True))[1] == "     카드\x1b[1;33m결제\x1b[0m 오류"
    assert list(message_lines([hit], 60, color=False))[1] == "     카드결제 오류"
    assert unmarked("카드⟦결제⟧ 오류") == "카드결제 오류"


def test_search_results_contain_no_control_characters() -> None:
    hit = _hit("\x1b]0;title\x07", "bad \x1b[31m⟦red⟧\x1b[0m \u202eevil\nline")
    shown = re.sub(r"\x1b\[(1|0|2|1;33)m", "", "".join(message_lines([hit], 80, color=True)))
    assert shown.isprintable()
