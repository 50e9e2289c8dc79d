"""`deskctl tag`."""

from __future__ import annotations

from tests.cli.shell import Shell, mail


def test_minus_removes_a_tag(desk: Shell) -> None:
    desk.ingest(mail())
    desk("tag", "1", "+refund", "+has", "+vip-old", "+환불")
    desk("tag", "1", "-has", "-vip-old", "+spam")
    assert desk.show(1)["tags"] == ["refund", "spam", "환불"]
    desk.pipe("echo 1 | deskctl tag - -환불 --remove refund")
    assert desk.show(1)["tags"] == ["spam"]
    assert "--help" in desk("tag", "-h").out
