"""The examples of the how-to page on notifications."""

from __future__ import annotations

import re
import shlex

from tests.cli.shell import ROOT, Shell

PAGE = (ROOT / "docs" / "how-to" / "notifications.md").read_text()


def test_examples_of_the_notifications_page_work(local_desk: Shell) -> None:
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *printed = example.splitlines()
            out = local_desk(*shlex.split(command)[1:]).out.splitlines()
            assert out[: len(printed)] == printed, command
    said = local_desk("agent", "set", "agent2", "--notify", "tg:123456").err
    assert "no channel is called tg; until there is one, notifications are sent by mail" in said
    for wrong, code in (
        ("--quiet=밤", 2),
        ("--notify=tg", 2),
        ("--notify=x:support+a@acme.test", 4),
        ("--timezone=X", 2),
    ):
        assert local_desk("agent", "set", "agent2", wrong, code=code).err.startswith("error: "), wrong
    row = next(r for r in local_desk("agent", "list", "--json").rows if r["handle"] == "agent2")
    assert (row["notify"], row["quiet"], row["timezone"], row["urgent_anyway"]) == ("tg:123456", None, None, True)
