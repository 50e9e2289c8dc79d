"""Tags by words in messages."""

from __future__ import annotations

import pytest
from deskctl.plugins.actions import Tag
from deskctl.testing.automating import MemoryPluginContext, happened, ticket_document

from deskctl_pigeon.config import PigeonConfig
from deskctl_pigeon.tags import run

CONFIG = PigeonConfig(words=("refund", "환불"), tag="refund")


@pytest.mark.parametrize("text", ["I want a REFUND, please.", "어제 산 것 환불해 주세요"])
def test_message_with_a_configured_word_tags_its_ticket(text: str) -> None:
    context = MemoryPluginContext(ticket_document(7, text), config=CONFIG)
    assert run(happened(ticket=7, message=1), context) == [Tag(7, add=("refund",))]


def test_message_without_a_configured_word_gives_no_command() -> None:
    context = MemoryPluginContext(ticket_document(7, "It burns."), config=CONFIG)
    assert run(happened(ticket=7, message=1), context) == []


def test_tagged_ticket_gives_no_command() -> None:
    context = MemoryPluginContext(ticket_document(7, "Refund!", tags=["refund"]), config=CONFIG)
    assert run(happened(ticket=7, message=1), context) == []


def test_automatic_message_is_ignored() -> None:
    context = MemoryPluginContext(ticket_document(7, "Refund!"), config=CONFIG)
    assert run(happened(ticket=7, message=1, automatic="bounce"), context) == []
