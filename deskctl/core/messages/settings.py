"""The settings of messages."""

from __future__ import annotations

from datetime import timedelta

from ...dataclass import dataclass


@dataclass(frozen=True, slots=True)
class MessageSettings:
    """`keep_spam` is the wall-clock time for which the contents of spam are kept."""

    keep_spam: timedelta = timedelta(days=30)
