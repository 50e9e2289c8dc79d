"""The settings of notifications."""

from __future__ import annotations

from datetime import timedelta

from ...dataclass import dataclass


@dataclass(frozen=True, slots=True)
class NotificationSettings:
    """`digest` is the time after a notification in which further ones are collected into one message."""

    digest: timedelta = timedelta(seconds=30)
