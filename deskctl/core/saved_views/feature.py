"""The feature of saved views."""

from __future__ import annotations

from ..kernel.feature import Feature
from . import administration

FEATURE = Feature("saved_views", handlers=administration.HANDLERS, projections=(administration.apply,))
