"""Undo, from what the features declare."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ..kernel.feature import Feature
from . import undo
from .commands import ListCommands, Undo


def feature(features: Sequence[Feature]) -> Feature:
    """Return the feature that undoes commands of `features`."""
    restorers = {restore: restorer for one in features for restore, restorer in one.restorers.items()}
    return Feature(
        "undo",
        handlers={Undo: partial(undo.undo, restorers=restorers), ListCommands: undo.list_commands},
        timers={undo.PORTION: partial(undo.undo_portion, restorers=restorers)},
        undo_timers=frozenset({undo.PORTION}),
    )
