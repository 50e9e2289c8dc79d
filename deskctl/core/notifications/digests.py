"""Many notices as one message: what happened to which tickets, and what to type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from ...i18n import _, _n, translate
from ...safe import visible
from ..agents.model import Agent
from ..kernel.handler import Said, Steps
from ..kernel.timers import Timer
from ..kernel.unit import Unit
from . import schedule as timing
from . import texts as wording
from .content import shown_together
from .events import AgentTold
from .model import URGENT, Notice
from .relevance import still_true
from .sending import message, way

#: Tickets with a line of their own, in mail and where long messages become many; the rest is named by number.
LINES, BRIEF_LINES = 300, 30
#: Characters of a subject, and of what is said about a ticket.
WIDTH = 120
_FOOT = _(
    "This message is about several tickets: an answer to it belongs to none of them.\n"
    "deskctl show NUMBER · deskctl reply NUMBER · deskctl list"
)


def fire(unit: Unit, timer: Timer) -> Steps:
    """A window or quiet hours end: what has been gathered leaves as one message."""
    handle = timing.agent_of(timer)
    agent, pending = unit.agents.get(handle), unit.notices.of(handle)
    through = way(unit.settings, agent) if agent is not None else None
    window = unit.notices.window(handle)
    if agent is None or through is None or not pending:
        for notice in pending:
            unit.notices.drop(notice)
        timing.close_window(unit, handle, 0, left=False)
        return Said(f"{handle} is not to be told anything")
    if window is not None and window.until > unit.now:
        timing.wake(unit, handle, window.until)
        return Said(f"{handle} is told a little later")
    end = timing.quiet_end(unit, agent)
    due = [n for n in pending if end is None or timing.comes_through(agent, n)]
    if end is not None and len(due) < len(pending):
        timing.wake(unit, handle, end)
    told = without_repeats(still_true(unit, due))
    for notice in due:
        unit.notices.drop(notice)
    timing.close_window(unit, handle, len(told), left=len(due) < len(pending))
    if told:
        yield from _tell(unit, agent, told)
    return Said(f"{handle} is told of {len(told)}")


def _tell(unit: Unit, agent: Agent, notices: Sequence[Notice]) -> Steps:
    through = way(unit.settings, agent)
    assert through is not None
    if len(notices) == 1:
        subject, text = wording.single(unit, notices[0])
    else:
        subject, text = together(unit, notices, through.brief)
    tickets = {notice.ticket for notice in notices}
    one = tickets.pop() if len(tickets) == 1 else None
    entry = message(unit, agent, through, subject, text, one, shown_together(unit, one))
    unit.enqueue(entry)
    for notice in notices:
        yield AgentTold(notice.ticket, agent.handle, notice.about, entry.id)
    return Said(f"{agent.handle} is told", facts={"outbox": entry.id})


def without_repeats(notices: Sequence[Notice]) -> list[Notice]:
    """That a ticket was due soon is no news where it is overdue."""
    overdue = {notice.ticket for notice in notices if notice.about == "overdue"}
    return [notice for notice in notices if notice.about != "due_soon" or notice.ticket not in overdue]


def together(unit: Unit, notices: Sequence[Notice], brief: bool) -> tuple[str, str]:
    """Subject and text of one message for all of them: what is urgent first, then as it happened."""
    language = wording.language(unit)
    counted = Counter(wording.WHAT(n.about, language) for n in notices)
    kinds = ", ".join(f"{what} {count}" for what, count in counted.most_common())
    by_ticket: dict[int | str, list[Notice]] = {}
    for notice in sorted(notices, key=lambda n: n.about not in URGENT):
        by_ticket.setdefault(notice.ticket or f"{notice.about}:{notice.detail}", []).append(notice)
    groups = list(by_ticket.values())
    most = BRIEF_LINES if brief else LINES
    lines = [_line(unit, group, language, brief) for group in groups[:most]]
    rest = sorted(group[0].ticket for group in groups[most:] if group[0].ticket is not None)
    if len(groups) > most:
        more = _("And {count} more: {numbers}", count=len(groups) - most, numbers=ranges(rest))
        lines.append(translate(more, language))
    one = len({n.ticket for n in notices}) == 1 and notices[0].ticket is not None
    counted_all = _n("{n} notification", "{n} notifications", len(notices))
    subject = f"{translate(counted_all, language)}: {kinds}"
    if one:
        subject = f"[#{notices[0].ticket}] {subject}"
    foot = [] if one else [translate(_FOOT, language)]
    return subject, ("\n" if brief else "\n\n").join(lines) + "\n\n" + "\n".join(["-- ", *foot])


def _line(unit: Unit, group: Sequence[Notice], language: str, brief: bool) -> str:
    what = ", ".join(dict.fromkeys(wording.WHAT(n.about, language) for n in group))
    number = group[0].ticket
    details = list(dict.fromkeys(_short(n.detail) for n in group if n.detail))
    if number is None:
        head, command = what, wording.command(group[0])
    else:
        head, command = (
            f"#{number} {what}: {_short(unit.ticket(number).subject)}".rstrip(": "),
            f"deskctl show {number}",
        )
    if brief:
        return head if number is not None else " ".join([f"{head}:", *details, command])
    return "\n".join([head, *(f"    {line}" for line in (*details, command))])


def _short(text: str) -> str:
    line = visible(" ".join(text.split()))
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


def ranges(numbers: Iterable[int]) -> str:
    """`#3, #5–#9`."""
    runs = [
        [number for _, number in run] for _, run in groupby(enumerate(numbers), lambda placed: placed[1] - placed[0])
    ]
    return ", ".join(f"#{run[0]}" if len(run) == 1 else f"#{run[0]}–#{run[-1]}" for run in runs)
