"""Summaries of commands in the past tense: "solved tickets 2, 3 and 4"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ...i18n import Text, _, joined, listed
from ..kernel.command import REGISTRY
from ..kernel.event import Event
from ..kernel.records import CommandRecord, RecordedEvent

_FACT = re.compile(r"\{(\w+)\}")


def described(commands: Sequence[CommandRecord], events: Iterable[RecordedEvent]) -> Text:
    """Return a summary of the commands and the things that they changed; commands of one name share a phrase."""
    by_name: dict[str, list[Event]] = {}
    for record in commands:
        by_name.setdefault(record.name, [])
    names = {record.id: record.name for record in commands}
    for recorded in events:
        by_name[names[recorded.command]].append(recorded.event)
    return joined("; ", [_phrase(name, changes) for name, changes in by_name.items()])


def _phrase(name: str, events: Sequence[Event]) -> Text:
    subject = _subject(events)
    command = REGISTRY.get(name)
    if command is not None and command.did is not None:
        return command.did.filled(subject=subject or _("nothing"))
    run = name.replace(".", " ")
    return _("ran {command} on {subject}", command=run, subject=subject) if subject else _("ran {command}", command=run)


def _subject(events: Sequence[Event]) -> Text | None:
    """Return the subject of the events: the first thing outside tickets by name, otherwise the tickets by number."""
    for event in events:
        if event.ticket is None and event.concerns is not None:
            return _named(event, event.concerns)  # the subject of the command; the later events follow from it
    numbers = [str(number) for number in sorted({e.ticket for e in events if e.ticket is not None})]
    if not numbers:
        return None
    if len(numbers) == 1:
        return _("ticket {number}", number=numbers[0])
    return _("tickets {numbers}", numbers=listed(numbers))


def _named(event: Event, concerns: Text) -> Text:
    """Return the subject of an event. Only facts in the template become parameters, because others may be personal."""
    facts = event.facts()
    return concerns.filled(**{name: facts[name] for name in _FACT.findall(concerns.template)})
