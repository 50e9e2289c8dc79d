"""The merges feature: merge and split tickets."""

from __future__ import annotations

from ..kernel.feature import Feature
from . import merge, split

FEATURE = Feature("merges", handlers={**merge.HANDLERS, **split.HANDLERS})
