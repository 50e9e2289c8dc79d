"""Queries about messages."""

from __future__ import annotations

from ...dataclass import dataclass
from ..kernel.permissions import Audience
from ..kernel.query import Query


@dataclass(frozen=True, slots=True)
class ListBlocks(Query, audience=Audience.AGENT):
    """List the blocked senders in alphabetical order. Answer: `list[answers.BlockRow]`."""


@dataclass(frozen=True, slots=True)
class GetAttachment(Query, audience=Audience.AGENT):
    """Get the bytes of an attachment by its id. Answer: `answers.FileContent`."""

    id: int
