"""State outside tickets that undo puts back. Each is handled by the feature that owns the state."""

from __future__ import annotations
