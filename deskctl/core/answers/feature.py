"""The feature answers: acknowledgements and automatic answers to customers."""

from __future__ import annotations

from ..kernel.feature import Feature, Reaction
from . import acknowledgements, automatic_answer

FEATURE = Feature(
    "answers",
    handlers={**acknowledgements.HANDLERS, **automatic_answer.HANDLERS},
    reactions=(Reaction("acknowledge", acknowledgements.acknowledge_new_tickets),),
)
