"""`deskctl show` on a terminal."""

from __future__ import annotations

import re

from deskctl.cli.width import width
from tests.cli.shell import Shell, mail
from tests.cli.test_terminal import at_terminal


def test_show_hides_quotes_and_full_shows_them(desk: Shell) -> None:
    desk.ingest(mail(text="Now this.\n\nOn Sat, 21 Nov 2026, Acme wrote:\n> old words\n"))
    assert "old words" not in desk("show", "1").out
    assert "old words" in desk("show", "1", "--full").out
    assert "created via support" in desk("show", "1", "--full").out


def test_korean_ticket_fits_80_columns(desk: Shell) -> None:
    desk.ingest(mail("김민수 <minsu@example.kr>", "환불 " * 30, "결제한 상품을 환불받고 싶습니다. " * 10))
    out = desk("show", "1", env={"COLUMNS": "80"}).out
    assert max(map(width, out.splitlines())) <= 80


def test_times_are_in_the_time_zone_of_the_desk(desk: Shell) -> None:
    desk.ingest(mail())
    assert "KST" in desk("show", "1").out


def test_message_headers_distinguish_customers_agents_and_notes(local_desk: Shell) -> None:
    local_desk.ingest(mail())
    local_desk("reply", "1", "-m", "An answer.")
    local_desk("note", "1", "-m", "Among us.")
    plain = [line for line in at_terminal(local_desk, "show", "1", NO_COLOR="1").splitlines() if line.startswith("── ")]
    assert [re.findall(r"· (customer|reply|internal note)", line) for line in plain] == [
        ["customer"], ["reply"], ["internal note"],
    ]  # fmt: skip
    coloured = [line for line in at_terminal(local_desk, "show", "1").splitlines() if "── " in line]
    assert len({re.match(r"\x1b\[[0-9;]*m", line)[0] for line in coloured}) == 3  # type: ignore[index]
