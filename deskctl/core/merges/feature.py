"""The merges feature: merge and split tickets."""

from __future__ import annotations

from ..kernel.feature import Feature, Reaction
from . import merge, reactions, split

FEATURE = Feature(
    "merges",
    handlers={**merge.HANDLERS, **split.HANDLERS},
    reactions=(
        Reaction("close_later", reactions.schedule_auto_close),
        Reaction("callbacks", reactions.move_callback),
        Reaction("approvals", reactions.withdraw_approval),
    ),
)
