"""Lines of a notification are removed from an answer however they are wrapped, marked and spaced."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deskctl.core.intake.notification_text import NotificationText, strip
from deskctl.core.intake.text_match import words

WORD = st.text(st.sampled_from("abcdefgхужимя환불한도초過"), min_size=2, max_size=9)
LINE = st.lists(WORD, min_size=4, max_size=12).map(" ".join)
MARK = st.sampled_from(["", "> ", "| ", "   ", "\u00a0\u00a0", ">> ", "AB> ", "\t"])
CUSTOMER_LINES = ["Hello,", "my printer is on fire"]
ANSWER = "This is what the agent wrote: 12345."


@given(st.lists(LINE, min_size=1, max_size=4), st.data())
def test_no_line_of_notification_is_left(internal: list[str], data: st.DataObject) -> None:
    notice = NotificationText("[#1] Escalated to you: Printer", [*internal, *CUSTOMER_LINES], CUSTOMER_LINES)
    tokens = " ".join(notice.lines).split()
    lines, mark = [], data.draw(MARK)
    while tokens:
        count = data.draw(st.integers(3, 8))
        lines.append(mark + data.draw(st.sampled_from([" ", "  ", "\u00a0"])).join(tokens[:count]))
        tokens = tokens[count:]
    lines.insert(data.draw(st.integers(0, len(lines))), ANSWER)
    text = "\n".join(lines)
    stripped = strip(text, text, notice)
    if stripped.certain:
        assert stripped.text == ANSWER


@given(st.text(max_size=300), st.lists(LINE, max_size=3))
def test_any_text_is_processed(text: str, internal: list[str]) -> None:
    stripped = strip(text, text, NotificationText("Subject", internal))
    assert set(words(stripped.text.split("\n")).letters) <= set(words(text.split("\n")).letters)


def test_repetitive_text_is_processed_quickly() -> None:
    text = "ab " * 30_000
    assert strip(text, text, NotificationText("s", ["ab " * 600])) is not None
