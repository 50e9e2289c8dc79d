"""A text that cannot be sent becomes a draft, and the error names the draft."""

from __future__ import annotations

import re
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli import shell
from tests.cli.shell import Shell, mail
from tests.cli.test_terminal import at_terminal, script
from tests.servers.waiting import wait_until

WORDS = "A long and careful answer."
#: For an editor that is open while the customer's next mail is put on the ticket.
MAIL_ARRIVES = "deskctl mail ingest < second.eml; while deskctl inbox list --exit-code > listed; do sleep 0.05; done"
#: For an editor that outlives the command.
UNTIL_THE_END = "while kill -0 $PPID 2>/dev/null; do sleep 0.05; done"


@pytest.fixture(scope="module")
def template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a desk with ticket 1, which agent1 has seen, and with the customer's next mail in a file."""
    desk = shell.copy(template, tmp_path_factory.mktemp("seen") / "desk")
    first = mail()
    desk.ingest(first)
    desk("show", "1")
    found = re.search(rb"Message-ID: (<[^>]+>)", first)
    assert found is not None
    second = mail(subject="Re: Printer [#1]", text="Wait!", headers=[("In-Reply-To", found[1].decode())])
    (desk.folder / "second.eml").write_bytes(second)
    return desk.folder


@pytest.fixture
def shared(unchanged: Shell, tmp_path: Path) -> Shell:
    """Return a desk that several tests share, because their commands change only the drafts. Each test has its own."""
    unchanged.env["XDG_STATE_HOME"] = str(tmp_path / "state")
    return unchanged


def editor(desk: Shell, meanwhile: str = ":", end: str = "exit 0") -> str:
    """Return an editor that writes a text at the top, runs a command, and exits."""
    lines = f'{{ echo "{WORDS}"; cat "$1"; }} > "$1.new"\nmv "$1.new" "$1"\n{meanwhile}\n{end}\n'
    return script(desk.folder, "editor", f"#!/bin/sh\ntouch opened\n{lines}")


def drafts(desk: Shell) -> list[Any]:
    return desk("draft", "list", "--json").rows


def texts(desk: Shell) -> list[str]:
    return [message["text"] for message in desk.show(1)["messages"]]


MEANWHILE = {
    "the customer wrote": (MAIL_ARRIVES, "exit 0", 4, "since you last looked"),
    "a colleague replied": ("deskctl --as agent2 reply 1 -m Yes", "exit 0", 4, "agent2 replied"),
    "it was closed": ("deskctl close 1", "exit 0", 4, "closed"),
    "the editor failed": (":", "exit 3", 1, "the editor exited with 3"),
    "a signal came": (f"kill -TERM $PPID; {UNTIL_THE_END}", "exit 0", 130, ""),
    "an interrupt came": (f"kill -INT $PPID; {UNTIL_THE_END}", "exit 0", 130, ""),
}  # fmt: skip


@pytest.mark.parametrize("what", MEANWHILE)
def test_unsent_reply_is_kept_as_draft(desk: Shell, what: str) -> None:
    meanwhile, end, code, said = MEANWHILE[what]
    seen = at_terminal(desk, "reply", "1", EDITOR=editor(desk, meanwhile, end), code=code)
    assert said in seen
    assert "your text is saved as draft 1: deskctl draft send 1" in seen
    [draft] = drafts(desk)
    assert (draft["command"], draft["ticket"], draft["text"]) == ("reply", 1, WORDS)
    assert WORDS not in texts(desk)
    if what == "the customer wrote":
        assert "Wait!" in seen


def test_reply_is_kept_if_the_desk_cannot_be_opened(local_desk: Shell) -> None:
    seen = at_terminal(local_desk, "reply", "1", EDITOR=editor(local_desk, "mv config.toml gone.toml"), code=5)
    assert "your text is saved as draft 1" in seen
    (local_desk.folder / "gone.toml").rename(local_desk.folder / "config.toml")
    local_desk("draft", "send", "1")
    assert texts(local_desk)[-1] == WORDS


def test_draft_is_sent_after_its_author_reads_the_ticket(desk: Shell) -> None:
    at_terminal(desk, "reply", "1", "--status", "open", "--cc", "boss@example.org",
                EDITOR=editor(desk, MAIL_ARRIVES), code=4)  # fmt: skip
    assert len(texts(desk)) == 2
    refused = desk("draft", "send", "1", code=4)
    assert "Wait!" in refused.err
    assert len(drafts(desk)) == 1
    desk("show", "1")
    desk("draft", "send", "1", "--cc", "other@example.org")
    assert drafts(desk) == []
    document = desk.show(1)
    assert (document["messages"][-1]["text"], document["status"]) == (WORDS, "open")
    outbox = desk("outbox", "list", "--all", "--ticket", "1", "--json").rows[-1]["id"]
    assert desk("outbox", "show", str(outbox), "--json").row["cc"] == ["other@example.org"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("reply", "1", "--cc", "not an address"), 2),
        (("reply", "1", "--via", "nowhere"), 3),
        (("reply", "1", "-a", "missing.pdf"), 2),
        (("reply", "9"), 3),
        (("note", "9"), 3),
        (("new", "--from", "bo@example.org", "--channel", "nowhere"), 3),
        (("new", "--from", "bo@example.org", "--callback", "someday"), 2),
        (("new", "--from", "bo@example.org", "--channel", "phone", "--duration", "long"), 2),
    ],
)
def test_wrong_options_fail_before_the_editor_opens(shared: Shell, words: tuple[str, ...], code: int) -> None:
    at_terminal(shared, *words, EDITOR=editor(shared), code=code)
    assert not (shared.folder / "opened").exists()
    assert drafts(shared) == []


def test_reply_to_closed_ticket_fails_before_the_editor_opens(desk: Shell) -> None:
    desk("close", "1")
    assert "is closed" in at_terminal(desk, "reply", "1", EDITOR=editor(desk), code=4)
    assert not (desk.folder / "opened").exists()


@pytest.mark.parametrize("way", ["-m", "file", "-"])
@pytest.mark.parametrize("words", [("reply", "9"), ("note", "9"), ("new", "--from", "b@example.org", "--team", "x")])
def test_text_from_every_source_is_kept_as_draft(shared: Shell, words: tuple[str, ...], way: str) -> None:
    (shared.folder / "text").write_text(WORDS)
    given = {"-m": ("-m", WORDS), "file": ("text",), "-": ("-",)}[way]
    result = shared(*words, *given, input=WORDS if way == "-" else "", code=3)
    assert "your text is saved as draft 1" in result.err
    [draft] = drafts(shared)
    assert (draft["command"], draft["text"]) == (words[0], WORDS)
    assert shared("draft", "show", "1").out == f"{WORDS}\n"


@pytest.mark.parametrize(
    ("words", "ticket", "options"),
    [
        (("reply", "1", "--status", "bogus", "--force", "-m", WORDS), 1, {"force": True}),
        (("reply", "-m", WORDS, "1", "--cc", "bo@example.org", "--statsu", "open"), 1, {"cc": ["bo@example.org"]}),
        (("reply", "one", "-m", WORDS), None, {}),
        (("note", "1", "-m", WORDS, "more", "words"), 1, {}),
        (("new", "-m", WORDS, "--tag", "blue"), None, {"tags": ["blue"]}),
    ],
)
def test_usage_error_keeps_the_text(
    shared: Shell, words: tuple[str, ...], ticket: int | None, options: dict[str, Any]
) -> None:
    result = shared(*words, code=2)
    assert result.err.startswith("error: ")
    assert f"see deskctl {words[0]} --help; your text is saved as draft 1: deskctl draft send 1" in result.err
    [draft] = drafts(shared)
    assert (draft["command"], draft["ticket"], draft["text"]) == (words[0], ticket, WORDS)
    assert draft["options"] == options


def test_usage_error_in_a_dry_run_keeps_no_text(shared: Shell) -> None:
    assert "draft" not in shared("reply", "1", "--dry-run", "--status", "bogus", "-m", WORDS, code=2).err
    assert drafts(shared) == []


def test_draft_send_creates_a_new_ticket(desk: Shell) -> None:
    desk("new", "--from", "bo@example.org", "--subject", "Chair", "--tag", "blue", "--team", "x", "-m", WORDS, code=3)
    desk("draft", "send", "1", "--team", "support")
    [ticket] = [row for row in desk.tickets() if row["subject"] == "Chair"]
    assert (ticket["tags"], ticket["team"], ticket["contact"]["address"]) == (["blue"], "support", "bo@example.org")


SPOILED: dict[str, Callable[[str], str]] = {
    "it is gone": lambda text: re.sub(r"(?m)^.*>8.*\n", "", text),
    "it was changed": lambda text: text.replace(">8", "> 8"),
    "it is part of another line": lambda text: text.replace("\n# ------------------------ >8", " # ---- >8"),
    "it stands at the end": lambda text: re.sub(r"(?m)^(.*>8.*\n)((?:.|\n)*)", r"\2\1", text),
    "it was indented": lambda text: re.sub(r"(?m)^(.*>8)", r"  \1", text),
}


@pytest.mark.parametrize("how", SPOILED)
def test_missing_scissors_line_sends_nothing(local_desk: Shell, tmp_path: Path, how: str) -> None:
    local_desk("note", "1", "-m", "the customer is a liar")
    replace = script(
        local_desk.folder,
        "editor",
        f'#!/bin/sh\ncp "$1" {tmp_path}/template\nuntil [ -e {tmp_path}/spoiled ]; do sleep 0.05; done\n'
        f'cat {tmp_path}/spoiled > "$1"\n',
    )
    import threading

    def edit() -> None:
        wait_until((tmp_path / "template").exists, what="the editor opens", timeout=30)
        wait_until(lambda: ">8" in (tmp_path / "template").read_text(), what="the whole text")
        text = SPOILED[how](WORDS + (tmp_path / "template").read_text())
        (tmp_path / "new").write_text(text)
        (tmp_path / "new").rename(tmp_path / "spoiled")

    thread = threading.Thread(target=edit)
    thread.start()
    seen = at_terminal(local_desk, "reply", "1", EDITOR=replace, code=1)
    thread.join()
    assert "nothing was sent" in seen
    assert "your text is saved as draft 1: deskctl draft show 1" in seen
    assert [m["kind"] for m in local_desk.show(1)["messages"]] == ["in", "note"]
    assert WORDS in local_desk("draft", "show", "1").out
    assert "still contains the thread" in local_desk("draft", "send", "1", code=4).err
    local_desk("draft", "send", "1", "-m", WORDS)
    assert texts(local_desk)[-1] == WORDS


def test_scissors_line_may_have_other_line_endings(desk: Shell) -> None:
    windows = script(desk.folder, "editor", f'#!/bin/sh\nsed -i "1i {WORDS}" "$1"\nsed -i "s/$/\\r/" "$1"\n')
    at_terminal(desk, "reply", "1", EDITOR=windows)
    assert texts(desk)[-1] == WORDS


def test_drafts_are_private_and_can_be_deleted(desk: Shell) -> None:
    desk("note", "9", "-m", WORDS, code=3)
    folder = desk.folder / "state" / "deskctl" / "drafts"
    assert stat.S_IMODE((folder / "1.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [path.name for path in folder.iterdir()] == ["1.json"]
    desk("note", "9", "-m", "another", code=3)
    desk("draft", "drop", "1")
    assert [draft["number"] for draft in drafts(desk)] == [2]
    assert "no draft 1" in desk("draft", "drop", "1", code=3).err
    (folder / "2.json").write_text("{")
    assert "damaged" in desk("draft", "show", "2", code=2).err
    assert drafts(desk) == []


def test_text_is_printed_if_the_draft_cannot_be_saved(desk: Shell) -> None:
    (desk.folder / "file").write_text("")
    result = desk("note", "9", "-m", WORDS, code=3, env={"XDG_STATE_HOME": str(desk.folder / "file")})
    assert f"{WORDS}\n" in result.err
    assert "could not be saved as a draft" in result.err


def test_composing_agent_is_shown_until_the_editor_exits(desk: Shell) -> None:
    theirs = "deskctl --as agent2"
    meanwhile = f"{theirs} show 1 > theirs; deskctl show 1 > mine; {theirs} show 1 --json > json"
    opened = editor(desk, f"{meanwhile}; {theirs} reply 1 -m Me 2> told")
    at_terminal(desk, "reply", "1", EDITOR=opened, code=4)
    assert "agent1 has been writing a reply since" in (desk.folder / "theirs").read_text()
    assert "writing a reply" not in (desk.folder / "mine").read_text()
    assert '"composing": [{"agent": "agent1"' in (desk.folder / "json").read_text()
    assert "note: agent1 has been writing a reply since" in (desk.folder / "told").read_text()
    assert desk.show(1)["composing"] == []
    at_terminal(desk, "reply", "1", "--force", EDITOR=editor(desk, ":", "kill -KILL $$"), code=1)
    assert desk.show(1)["composing"] == []


def test_interrupted_editor_keeps_the_text_and_names_the_reason(desk: Shell) -> None:
    opened = editor(desk, f"kill -INT $PPID; {UNTIL_THE_END}")
    at_terminal(desk, "reply", "1", EDITOR=opened, code=130)
    [draft] = drafts(desk)
    assert (draft["text"], draft["why"]) == (WORDS, "the command was interrupted")


def test_only_one_of_two_simultaneous_replies_is_sent(desk: Shell) -> None:
    desk("show", "1", "--as", "agent2")
    both = [
        subprocess.Popen(
            ["deskctl", "--as", agent, "reply", "1", "-m", agent], cwd=desk.folder, env=desk.env,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for agent in ("agent1", "agent2")
    ]  # fmt: skip
    said = [process.communicate(timeout=60)[1].decode() for process in both]
    assert sorted(process.returncode for process in both) == [0, 4], said
    assert len(texts(desk)) == 2
    [draft] = drafts(desk)
    assert draft["text"] not in texts(desk)


def test_text_survives_kill_of_editor_and_command(desk: Shell) -> None:
    at_terminal(desk, "note", "1", EDITOR=editor(desk, "kill -KILL $PPID"), code=-9)
    said = desk("draft", "list").err
    found = re.search(r"its text is in (.*)", said)
    assert found is not None
    assert Path(found[1]).read_text().startswith(WORDS)
