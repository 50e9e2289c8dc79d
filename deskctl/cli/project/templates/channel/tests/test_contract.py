"""The channel passes the contract tests of deskctl."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from deskctl.testing.contract import ChannelContract, Fault, Peer

from deskctl_pigeon import PIGEON
from deskctl_pigeon.config import PigeonConfig


class Folders:
    """The peer: it writes message files and reads reply files."""

    def __init__(self, root: Path) -> None:
        self.config = PigeonConfig(inbox=root / "in", outbox=root / "out", poll=timedelta(milliseconds=20))
        self._put = 0

    def put(self, raw: bytes) -> None:
        self.config.inbox.mkdir(exist_ok=True)
        part = self.config.inbox / f"{self._put:05}.part"
        part.write_bytes(raw)
        part.rename(part.with_suffix(".json"))
        self._put += 1

    def acknowledged(self) -> int:
        return self._put - len(list(self.config.inbox.iterdir()))

    def received(self) -> list[str]:
        return [json.loads(path.read_bytes())["text"] for path in sorted(self.config.outbox.glob("*.json"))]

    def fail(self, fault: Fault) -> None:
        assert fault == "is busy"
        self.config.outbox.write_bytes(b"")  # a file instead of the folder


class TestPigeon(ChannelContract):
    channel_type = PIGEON
    samples = (
        b'{"id": "1", "from": "ana@example.org", "subject": "Printer", "text": "It burns."}',
        '{"id": "2", "from": "min@example.org", "text": "프린터가 안 돼요"}'.encode(),
    )
    faults = frozenset({"is busy"})  # a file is written or not: no refusal, and no uncertain result

    def raw(self, text: str) -> bytes:
        return json.dumps({"from": "ana@example.org", "text": text}).encode()

    @pytest.fixture
    def peer(self, tmp_path: Path) -> Folders:
        return Folders(tmp_path)

    def recovered(self, peer: Peer) -> None:
        peer.config.outbox.unlink()
