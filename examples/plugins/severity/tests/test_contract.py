"""The automation passes the contract tests of deskctl."""

from __future__ import annotations

import pytest
from deskctl.plugins.automation import Happening
from deskctl.testing.automating import MemoryPluginContext, happened, ticket_document
from deskctl.testing.contract import AutomationContract

from deskctl_severity import SEVERITY


class TestSeverity(AutomationContract):
    automation = SEVERITY

    @pytest.fixture
    def happening(self) -> Happening:
        return happened("message_received", message=1)

    @pytest.fixture
    def context(self) -> MemoryPluginContext:
        return MemoryPluginContext(ticket_document(1, "The shop is down for all customers."))
