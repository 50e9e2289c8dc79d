"""Jobs for the automations and actions of plugins."""

from __future__ import annotations

from ..kernel.feature import Feature
from .enqueue import enqueue_jobs

FEATURE = Feature("automations", observers=(enqueue_jobs,))
