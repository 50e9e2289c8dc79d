"""The contract that plugin authors run finds the faults it is there to find."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

COMMON = """
import asyncio, dataclasses, random, socket, threading
import pytest
from deskctl.plugins import Receipt
from deskctl.plugins.console import ConsoleChannel, deskctl_channels, parse
from deskctl.testing.builders import envelope
from deskctl.testing.contract import ChannelContract
from tests.unit.plugins.test_console import Folder

[CONSOLE] = deskctl_channels()

class Sound(ChannelContract):
    channel_type = CONSOLE
    samples = (b"one", b"two")
    faults = frozenset({"is busy"})
    seconds = 1

    def raw(self, text):
        return text.encode("utf-8", "replace")

    @pytest.fixture
    def peer(self, tmp_path):
        return Folder(tmp_path)

    def recovered(self, peer):
        peer.config.answers.rmdir()
"""

ONE = """
class Channel%(number)d(ConsoleChannel):
    %(body)s

def open%(number)d(config, context):
    %(opening)s
    return Channel%(number)d(config, context)

def parse%(number)d(raw, envelope):
    message = parse(raw, envelope)
    %(parsing)s
    return message

class Test%(number)d(Sound):
    channel_type = dataclasses.replace(CONSOLE, open=open%(number)d, parse=parse%(number)d)
"""


class Broken(NamedTuple):
    """A console channel with one fault, and the tests of the contract that must fail for it."""

    promises: set[str]
    body: str = "pass"
    opening: str = "pass"
    parsing: str = "pass"


PARSE = {
    "test_parse_reads_any_bytes",
    "test_parse_reads_broken_samples",
    "test_parse_reads_whatever_comes",
    "test_parse_reads_what_people_should_not_write",
}
AGAIN = "test_what_the_store_refuses_is_offered_again_under_its_key"
CRASH = "test_a_crash_before_the_acknowledgement_brings_the_message_again_under_its_key"
STOP = "test_a_stop_in_the_middle_loses_nothing_and_leaves_nothing"
HOSTILE = "test_hostile_text_is_taken_in_and_holds_nothing_up"
MEGABYTES = "test_ten_megabytes_hold_nothing_up"
ACTS = {AGAIN, CRASH, STOP, HOSTILE, "test_hostile_text_is_sent_or_refused", "test_what_is_sent_arrives",
        "test_receive_ends_soon_when_it_is_cancelled", "test_open_does_no_io"}  # fmt: skip
FAULTS = {
    "is sound": Broken(set()),
    "acknowledges before it is durable": Broken(
        {"test_it_is_acknowledged_only_after_it_is_durable", AGAIN},
        body="""async def _take(self, path):
        raw = path.read_bytes()
        path.unlink()
        await self._context.deliver(raw, raw.hex(), envelope())""",
    ),
    "acknowledges as it dies": Broken(
        {CRASH, AGAIN},
        body="""async def _take(self, path):
        raw = path.read_bytes()
        try:
            await self._context.deliver(raw, raw.hex(), envelope())
        finally:
            path.unlink()""",
    ),
    "leaves a thread behind": Broken(
        {STOP},
        body="""async def receive(self):
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        await super().receive()""",
    ),
    "chokes on long messages": Broken(
        {MEGABYTES, HOSTILE},
        body="""async def _take(self, path):
        if path.stat().st_size < 100_000:
            await super()._take(path)""",
    ),
    "breaks on an odd character": Broken(
        {"test_hostile_text_is_sent_or_refused", "test_a_million_characters_are_sent_or_refused"},
        body="""async def send(self, message):
        message.text.encode("cp949")
        if len(message.text) > 100_000:
            raise MemoryError
        return await super().send(message)""",
    ),
    "makes a new key each time": Broken(
        {AGAIN, CRASH, STOP},
        body="""async def _take(self, path):
        await self._context.deliver(path.read_bytes(), str(random.random()), envelope())
        path.unlink()""",
    ),
    "swallows its cancellation": Broken(
        {"test_receive_ends_soon_when_it_is_cancelled"},
        body="""async def receive(self):
        try:
            await super().receive()
        except asyncio.CancelledError:
            pass""",
    ),
    "says sent without sending": Broken(
        {"test_what_is_sent_arrives", "test_a_fault_is_raised_by_its_name"},
        body="""async def send(self, message):
        return Receipt()""",
    ),
    "connects when it is opened": Broken(
        {"test_open_does_no_io"}, opening="socket.create_server(('127.0.0.1', 0)).close()"
    ),
    "lets NULs through": Broken(PARSE, parsing="message = dataclasses.replace(message, text=raw.decode('latin-1'))"),
    "guesses": Broken(
        {*PARSE, "test_a_message_is_delivered_whole", "test_every_message_arrives_once_in_whatever_order"},
        parsing="message = dataclasses.replace(message, digest=str(random.random()))",
    ),
}


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """By fault: the promises that its channel breaks. One run for all of them."""
    file = tmp_path_factory.mktemp("broken") / "test_broken.py"
    file.write_text(COMMON + "".join(ONE % {**b._asdict(), "number": n} for n, b in enumerate(FAULTS.values())))
    root = Path(__file__).parents[3]
    options = ["-q", "-p", "no:cacheprovider", "--noconftest", "--tb=no", "-rf", f"--rootdir={file.parent}"]
    reads = " or ".join(f"Test{n}" for n, broken in enumerate(FAULTS.values()) if not broken.promises & ACTS)
    options += ["-k", f"not test_parse or {reads}"]  # reading is tried only where it may be broken
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-c", str(root / "pyproject.toml"), str(file)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    found: dict[str, set[str]] = {fault: set() for fault in FAULTS}
    for number, promise in re.findall(r"^FAILED .*::Test(\d+)::(\w+)", done.stdout, re.MULTILINE):
        found[list(FAULTS)[int(number)]].add(promise)
    return found


@pytest.mark.parametrize("fault", FAULTS)
def test_the_contract_judges_a_channel_that(fault: str, failed: dict[str, set[str]]) -> None:
    """It may break more promises than those that are named: one fault often shows in several places."""
    promises = FAULTS[fault].promises
    assert promises <= failed[fault] if promises else not failed[fault]
