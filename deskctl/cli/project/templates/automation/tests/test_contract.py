"""The automation passes the contract tests of deskctl."""

from __future__ import annotations

import pytest
from deskctl.plugins.automation import Happening
from deskctl.testing.automating import MemoryPluginContext, happened, ticket_document
from deskctl.testing.contract import AutomationContract

from deskctl_pigeon import PIGEON
from deskctl_pigeon.config import PigeonConfig


class TestPigeon(AutomationContract):
    automation = PIGEON

    @pytest.fixture
    def happening(self) -> Happening:
        return happened("message_received", message=1)

    @pytest.fixture
    def context(self) -> MemoryPluginContext:
        config = PigeonConfig(words=("refund", "환불"), tag="refund")
        return MemoryPluginContext(ticket_document(1, "I want a refund."), config=config)
