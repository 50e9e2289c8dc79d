"""The action passes the contract tests of deskctl."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from alert_service import AlertService
from deskctl.testing.automating import MemoryPluginContext, ticket_document
from deskctl.testing.contract import ActionContract

from deskctl_pager import PAGE
from deskctl_pager.config import PagerConfig


class TestPage(ActionContract):
    action = PAGE
    accepted = ("network", "payments")
    refused = ("coffee",)
    service: AlertService

    @pytest.fixture
    def context(self) -> Iterator[MemoryPluginContext]:
        with AlertService() as self.service:
            config = PagerConfig(url=self.service.url, services=self.accepted)
            yield MemoryPluginContext(ticket_document(1, "It burns."), config=config)

    def effects(self) -> Sequence[object]:
        return list(self.service.alerts)
