"""Digests: several notifications to an agent in one message."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from ...i18n import _, _n, translate
from ...safe import visible
from ..agents.model import Agent
from ..agents.repository import Agents
from ..delivery.notification_mail import compose, destination
from ..delivery.repository import Outbox
from ..kernel.handler import Steps
from ..kernel.outcome import Outcome
from ..kernel.timers import Timer
from ..kernel.unit import Unit
from ..tickets.repository import Tickets
from . import schedule as timing
from . import texts as wording
from .content import shown_together
from .events import AgentNotified
from .model import URGENT, Notification
from .relevance import still_relevant
from .repository import Notifications

#: The number of tickets with a separate line, in mail and on channels for short messages; the rest is listed by number.
LINES, BRIEF_LINES = 300, 30
#: The maximum number of characters of a subject and of a detail.
WIDTH = 120
_FOOT = _(
    "This message is about several tickets: an answer to it belongs to none of them.\n"
    "deskctl show NUMBER · deskctl reply NUMBER · deskctl list"
)


def send_digest(unit: Unit, timer: Timer) -> Steps:
    """Send the pending notifications of an agent at the end of a window or of quiet hours, in one message."""
    handle = timing.agent_of(timer)
    agent, pending = Agents.of(unit).agents.get(handle), Notifications.of(unit).waiting_for(handle)
    through = destination(unit.settings, agent) if agent is not None else None
    window = Notifications.of(unit).window(handle)
    if agent is None or through is None or not pending:
        for notification in pending:
            Notifications.of(unit).drop(notification)
        timing.close_window(unit, handle, 0, left=False)
        return Outcome(_("{agent} cannot be notified", agent=handle))
    if window is not None and window.until > unit.now:
        timing.schedule_digest(unit, handle, window.until)
        return Outcome(_("notifications to {agent} are postponed", agent=handle))
    end = timing.quiet_end(unit, agent)
    due = [n for n in pending if end is None or timing.ignores_quiet_hours(agent, n)]
    if end is not None and len(due) < len(pending):
        timing.schedule_digest(unit, handle, end)
    notices = without_superseded(still_relevant(unit, due))
    for notification in due:
        Notifications.of(unit).drop(notification)
    timing.close_window(unit, handle, len(notices), left=len(due) < len(pending))
    if notices:
        yield from _send(unit, agent, notices)
    return Outcome(
        _n("{n} notification sent to {agent}", "{n} notifications sent to {agent}", len(notices), agent=handle)
    )


def _send(unit: Unit, agent: Agent, notices: Sequence[Notification]) -> Steps:
    through = destination(unit.settings, agent)
    assert through is not None
    if len(notices) == 1:
        subject, text = wording.single(unit, notices[0])
    else:
        subject, text = compose_digest(unit, notices, through.brief)
    tickets = {notification.ticket for notification in notices}
    one = tickets.pop() if len(tickets) == 1 else None
    entry = compose(unit, agent, through, subject, text, one, shown_together(unit, one))
    Outbox.of(unit).add(entry)
    for notification in notices:
        yield AgentNotified(notification.ticket, agent.handle, notification.about, entry.id)
    return Outcome(_("{agent} is notified", agent=agent.handle), facts={"outbox": entry.id})


def without_superseded(notices: Sequence[Notification]) -> list[Notification]:
    """Return the notifications without "due soon" for tickets that are overdue now."""
    overdue = {notification.ticket for notification in notices if notification.about == "overdue"}
    return [
        notification
        for notification in notices
        if notification.about != "due_soon" or notification.ticket not in overdue
    ]


def compose_digest(unit: Unit, notices: Sequence[Notification], brief: bool) -> tuple[str, str]:
    """Return subject and text of a digest: urgent notifications first, then in chronological order."""
    language = wording.language(unit)
    counted = Counter(wording.WHAT(n.about, language) for n in notices)
    kinds = ", ".join(f"{what} {count}" for what, count in counted.most_common())
    by_ticket: dict[int | str, list[Notification]] = {}
    for notification in sorted(notices, key=lambda n: n.about not in URGENT):
        by_ticket.setdefault(notification.ticket or f"{notification.about}:{notification.detail}", []).append(
            notification
        )
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


def _line(unit: Unit, group: Sequence[Notification], language: str, brief: bool) -> str:
    what = ", ".join(dict.fromkeys(wording.WHAT(n.about, language) for n in group))
    number = group[0].ticket
    details = list(dict.fromkeys(_short(n.detail) for n in group if n.detail))
    if number is None:
        head, command = what, wording.command(group[0])
    else:
        head, command = (
            f"#{number} {what}: {_short(Tickets.of(unit).get(number).subject)}".rstrip(": "),
            f"deskctl show {number}",
        )
    if brief:
        return head if number is not None else " ".join([f"{head}:", *details, command])
    return "\n".join([head, *(f"    {line}" for line in (*details, command))])


def _short(text: str) -> str:
    line = visible(" ".join(text.split()))
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


def ranges(numbers: Iterable[int]) -> str:
    """Return numbers as ranges, for example `#3, #5–#9`."""
    runs = [
        [number for _, number in run] for _, run in groupby(enumerate(numbers), lambda placed: placed[1] - placed[0])
    ]
    return ", ".join(f"#{run[0]}" if len(run) == 1 else f"#{run[0]}–#{run[-1]}" for run in runs)
