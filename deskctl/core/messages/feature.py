"""The messages feature: replies, notes, edits, spam, and messages that an author has not seen."""

from __future__ import annotations

from ..kernel.feature import Feature, Reaction
from . import notes, reply, spam, unseen

FEATURE = Feature(
    "messages",
    handlers={**notes.HANDLERS, **reply.HANDLERS, **spam.HANDLERS, **unseen.HANDLERS},
    reactions=(Reaction("spam", spam.schedule_purge),),
    timers={spam.PURGE_SPAM: spam.purge},
)
