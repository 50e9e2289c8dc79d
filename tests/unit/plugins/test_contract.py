"""The contract tests for channels detect faulty channels."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from deskctl.testing.contract import ChannelContract
from deskctl.testing.contract.base import FORMER_NAMES
from tests.unit.plugins.faulty import failed_tests

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
    """A console channel with one fault, and the contract tests that must fail for it."""

    tests: set[str]
    body: str = "pass"
    opening: str = "pass"
    parsing: str = "pass"


PARSE = {
    "test_parse_accepts_any_bytes",
    "test_parse_accepts_damaged_samples",
    "test_parse_accepts_random_bytes",
    "test_parse_accepts_hostile_text",
}
AGAIN = "test_refused_message_is_offered_again"
CRASH = "test_message_is_offered_again_after_a_crash"
STOP = "test_stop_during_delivery_loses_no_message"
HOSTILE = "test_hostile_text_is_delivered"
MEGABYTES = "test_large_message_does_not_block_others"
FAULTS = {
    "is correct": Broken(set()),
    "acknowledges before the commit": Broken(
        {"test_message_is_acknowledged_after_the_commit", AGAIN},
        body="""async def _take(self, path):
        raw = path.read_bytes()
        path.unlink()
        await self._context.deliver(raw, raw.hex(), envelope())""",
    ),
    "acknowledges during a crash": Broken(
        {CRASH, AGAIN},
        body="""async def _take(self, path):
        raw = path.read_bytes()
        try:
            await self._context.deliver(raw, raw.hex(), envelope())
        finally:
            path.unlink()""",
    ),
    "leaves a thread running": Broken(
        {STOP},
        body="""async def receive(self):
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        await super().receive()""",
    ),
    "ignores long messages": Broken(
        {MEGABYTES, HOSTILE},
        body="""async def _take(self, path):
        if path.stat().st_size < 100_000:
            await super()._take(path)""",
    ),
    "fails for unusual characters": Broken(
        {"test_hostile_text_is_sent_or_rejected", "test_long_text_is_sent_or_rejected"},
        body="""async def send(self, message):
        message.text.encode("cp949")
        if len(message.text) > 100_000:
            raise MemoryError
        return await super().send(message)""",
    ),
    "creates a new key each time": Broken(
        {AGAIN, CRASH, STOP},
        body="""async def _take(self, path):
        await self._context.deliver(path.read_bytes(), str(random.random()), envelope())
        path.unlink()""",
    ),
    "suppresses its cancellation": Broken(
        {"test_receive_stops_when_cancelled"},
        body="""async def receive(self):
        try:
            await super().receive()
        except asyncio.CancelledError:
            pass""",
    ),
    "reports success without sending": Broken(
        {"test_sent_message_arrives", "test_fault_raises_its_error"},
        body="""async def send(self, message):
        return Receipt()""",
    ),
    "connects in open": Broken({"test_open_does_no_io"}, opening="socket.create_server(('127.0.0.1', 0)).close()"),
    "keeps NUL characters": Broken(PARSE, parsing="message = dataclasses.replace(message, text=raw.decode('latin-1'))"),
    "returns random digests": Broken(
        {*PARSE, "test_message_is_delivered_complete", "test_each_message_is_delivered_once_in_any_order"},
        parsing="message = dataclasses.replace(message, digest=str(random.random()))",
    ),
}


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Run the contract for all faulty channels at once. Return the failed tests by fault."""
    file = tmp_path_factory.mktemp("broken") / "test_broken.py"
    file.write_text(COMMON + "".join(ONE % {**b._asdict(), "number": n} for n, b in enumerate(FAULTS.values())))
    tests = {fault: broken.tests for fault, broken in FAULTS.items()}
    return failed_tests(file, tests, "--noconftest", config=Path(__file__).parents[3] / "pyproject.toml")


@pytest.mark.parametrize("fault", FAULTS)
def test_contract_detects_a_channel_that(fault: str, failed: dict[str, set[str]]) -> None:
    """More tests than the listed ones can fail, because one fault often has several effects."""
    expected = FAULTS[fault].tests
    assert expected <= failed[fault] if expected else not failed[fault]


def test_former_names_refer_to_existing_tests() -> None:
    assert [old for old, new in FORMER_NAMES.items() if hasattr(ChannelContract, old)] == []
    assert [new for new in FORMER_NAMES.values() if not hasattr(ChannelContract, new)] == []
