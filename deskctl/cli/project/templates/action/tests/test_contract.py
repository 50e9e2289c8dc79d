"""The action passes the contract tests of deskctl."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from deskctl.testing.automating import MemoryPluginContext, ticket_document
from deskctl.testing.contract import ActionContract

from deskctl_pigeon import PIGEON
from deskctl_pigeon.config import PigeonConfig


class TestPigeon(ActionContract):
    action = PIGEON
    accepted = ("day", "night")
    refused = ("noon",)
    outbox: Path

    @pytest.fixture
    def context(self, tmp_path: Path) -> MemoryPluginContext:
        self.outbox = tmp_path / "outbox"
        return MemoryPluginContext(ticket_document(1, "It burns."), config=PigeonConfig(outbox=self.outbox))

    def effects(self) -> Sequence[object]:
        return sorted(self.outbox.glob("*.json"))
