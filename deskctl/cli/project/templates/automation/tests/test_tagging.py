"""Which messages tag their ticket."""

from __future__ import annotations

import pytest
from deskctl.plugins.actions import Tag
from deskctl.testing.automating import MemoryPluginContext, happened, ticket_document

from deskctl_pigeon.config import PigeonConfig
from deskctl_pigeon.tagging import run

CONFIG = PigeonConfig(words=("refund", "환불"), tag="refund")


@pytest.mark.parametrize("text", ["I want a REFUND, please.", "어제 산 것 환불해 주세요"])
def test_a_message_with_one_of_the_words_tags_its_ticket(text: str) -> None:
    context = MemoryPluginContext(ticket_document(7, text), config=CONFIG)
    assert run(happened(ticket=7, message=1), context) == [Tag(7, add=("refund",))]


def test_a_message_without_them_does_not() -> None:
    context = MemoryPluginContext(ticket_document(7, "It burns."), config=CONFIG)
    assert run(happened(ticket=7, message=1), context) == []


def test_a_ticket_is_tagged_once() -> None:
    context = MemoryPluginContext(ticket_document(7, "Refund!", tags=["refund"]), config=CONFIG)
    assert run(happened(ticket=7, message=1), context) == []


def test_machines_are_not_heard() -> None:
    context = MemoryPluginContext(ticket_document(7, "Refund!"), config=CONFIG)
    assert run(happened(ticket=7, message=1, automatic="bounce"), context) == []
