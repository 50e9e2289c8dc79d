"""The console channel: messages are files in a folder, replies are lines of a file."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from deskctl.plugins import Automatic, Choice, Intent, IntentKind, Invalid, TryLater
from deskctl.plugins.console import ConsoleConfig, deskctl_channels, parse
from deskctl.testing import builders
from deskctl.testing.contract import ChannelContract, Fault, Peer
from deskctl.testing.fakes import MemoryContext

[CONSOLE] = deskctl_channels()


class Folder:
    """The peer that writes message files and reads replies."""

    def __init__(self, root: Path) -> None:
        self.config = ConsoleConfig(inbox=root / "in", answers=root / "out.jsonl", poll=timedelta(milliseconds=10))
        self._put = 0

    def put(self, raw: bytes) -> None:
        self.config.inbox.mkdir(exist_ok=True)
        part = self.config.inbox / f"{self._put}.part"
        part.write_bytes(raw)
        part.rename(self.config.inbox / str(self._put))
        self._put += 1

    def acknowledged(self) -> int:
        return self._put - len(list(self.config.inbox.iterdir()))

    def received(self) -> list[str]:
        return self.config.answers.read_text(encoding="utf-8").splitlines()

    def fail(self, fault: Fault) -> None:
        assert fault == "is busy"
        self.config.answers.mkdir()  # a file that cannot be written, even by root


class TestConsole(ChannelContract):
    channel_type = CONSOLE
    samples = (b"From: cron@host\nSubject: Backup failed\n\nNo space left.\n", "프린터가 안 돼요\n".encode())
    faults = frozenset({"is busy"})

    def raw(self, text: str) -> bytes:
        return text.encode("utf-8", "replace")

    @pytest.fixture
    def peer(self, tmp_path: Path) -> Folder:
        return Folder(tmp_path)

    def recovered(self, peer: Peer) -> None:
        peer.config.answers.rmdir()


def test_headers_are_parsed_and_the_rest_is_text() -> None:
    raw = (
        b"From: cron@host\nName: Cron\nSubject: Backup  failed\nMessage-ID: <a@host>\nIn-Reply-To: <b@desk>\n"
        b"Auto-Submitted: auto-generated\n\nNo space left.\n\nReally.\n"
    )
    message = parse(raw, builders.envelope("console"))

    assert (message.sender, message.sender_name, message.subject) == ("cron@host", "Cron", "Backup failed")
    assert (message.message_id, message.in_reply_to) == ("<a@host>", ("<b@desk>",))
    assert message.text == "No space left.\n\nReally."
    assert message.automatic == Automatic(True, "Auto-Submitted")


@pytest.mark.parametrize(
    ("header", "intent"),
    [
        ("status", Intent(IntentKind.STATUS)),
        ("Link ABCD-EFGH", Intent(IntentKind.LINK, "ABCD-EFGH")),
        ("choice solved", Intent(IntentKind.CHOICE, "solved")),
        ("dance", None),
        ("", None),
    ],
)
def test_intent_header_sets_the_intent(header: str, intent: Intent | None) -> None:
    message = parse(f"From: ana\nIntent: {header}\n\n".encode(), builders.envelope("console"))
    assert message.intent == intent


def test_edits_header_names_the_replaced_message() -> None:
    message = parse(b"From: ana\nEdits: <1@ops>\n\nIt burns.\n", builders.envelope("console"))
    assert (message.edits, message.text) == ("<1@ops>", "It burns.")


async def test_reply_contains_the_choices(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    channel = CONSOLE.open(folder.config, MemoryContext("console"))
    await channel.send(builders.outbound(choices=(Choice("solved", "해결되었습니다"),), automatic=True))
    [answer] = map(json.loads, folder.received())
    assert answer["choices"] == [{"key": "solved", "label": "해결되었습니다"}]
    assert answer["automatic"]


def test_text_without_headers_uses_its_first_line_as_subject() -> None:
    message = parse(b"\nNote: this is no header we know\n\nmore\n", builders.envelope("console", sender="console"))

    assert message.subject == "Note: this is no header we know"
    assert message.text == "Note: this is no header we know\n\nmore"
    assert message.sender == "console"


def test_invalid_utf8_is_reported() -> None:
    assert parse(b"\xbe\xc8\xb3\xe7", builders.envelope("console")).problems == ("it is not UTF-8 text",)


async def test_unfinished_files_are_ignored(tmp_path: Path) -> None:
    folder, context = Folder(tmp_path), MemoryContext()
    folder.config.inbox.mkdir()
    for name in (".hidden", "x.part", "y.tmp", "z~"):
        (folder.config.inbox / name).write_text("half")
    contract = TestConsole()

    async with contract.running(CONSOLE.open(folder.config, context), context):
        folder.put(b"whole")
        await context.wait_for(lambda: context.journal, "the finished file was delivered")

    assert [delivered.raw for delivered in context.journal] == [b"whole"]


async def test_same_text_in_two_files_is_two_messages(tmp_path: Path) -> None:
    folder, context = Folder(tmp_path), MemoryContext()

    async with TestConsole().running(CONSOLE.open(folder.config, context), context):
        folder.put(b"Help!")
        folder.put(b"Help!")
        await context.wait_for(lambda: folder.acknowledged() == 2, "both files were acknowledged")

    assert len(context.journal) == 2


async def test_reply_is_one_line_of_json_with_ids(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    channel = CONSOLE.open(folder.config, MemoryContext())

    for text in ("first\nline", "두 번째"):
        await channel.send(builders.outbound(text, message_id="<1@desk>", in_reply_to="<a@host>"))

    first, second = map(json.loads, folder.received())
    assert (first["message_id"], first["in_reply_to"], first["text"]) == ("<1@desk>", "<a@host>", "first\nline")
    assert first["date"] == "2026-03-02T09:00:00Z"
    assert second["text"] == "두 번째"
    assert folder.config.answers.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
async def test_full_disk_means_try_later(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.config.answers.symlink_to("/dev/full")

    with pytest.raises(TryLater, match="No space left"):
        await CONSOLE.open(folder.config, MemoryContext()).send(builders.outbound())


async def test_check_names_the_folder_that_cannot_be_created(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    config = ConsoleConfig(inbox=tmp_path / "file" / "in", answers=tmp_path / "out.jsonl")

    inbox, answers = (await CONSOLE.open(config, MemoryContext()).check()).parts

    assert (inbox.name, inbox.ok, answers.ok) == ("inbox", False, True)
    assert str(config.inbox) in inbox.hint


def test_zero_poll_interval_is_rejected() -> None:
    with pytest.raises(Invalid):
        ConsoleConfig(inbox=Path("in"), answers=Path("out"), poll=timedelta(0))
