"""SLA policies, clocks and actions."""

from __future__ import annotations

from ..kernel.feature import Consequence, Feature, Reaction
from . import actions, administration, calendars, due_times, recalculate
from . import undo as policies

FEATURE = Feature(
    "sla",
    handlers={
        **recalculate.HANDLERS,
        **actions.HANDLERS,
        **administration.HANDLERS,
        **due_times.HANDLERS,
        **calendars.HANDLERS,
    },
    reactions=(Reaction("sla", actions.sla),),
    consequences=(Consequence("sla", recalculate.recalculation_after),),
    restorers={**policies.RESTORERS, **calendars.RESTORERS},
    timers={recalculate.SLA: recalculate.fire_ticket, recalculate.SLA_BOOK: recalculate.fire_all},
    preload=recalculate.preload,
)
