"""Summaries of commands in the past tense: "solved tickets 2, 3 and 4"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..kernel.command import REGISTRY
from ..kernel.event import Event
from ..kernel.records import CommandRecord, RecordedEvent

_CAMEL = re.compile(r"(?<!^)(?=[A-Z])")


def described(commands: Sequence[CommandRecord], events: Iterable[RecordedEvent]) -> str:
    """Return what the commands did and to what; commands of one name share a phrase."""
    by_name: dict[str, list[Event]] = {}
    for record in commands:
        by_name.setdefault(record.name, [])
    names = {record.id: record.name for record in commands}
    for recorded in events:
        by_name[names[recorded.command]].append(recorded.event)
    return "; ".join(_phrase(name, of_it) for name, of_it in by_name.items())


def _phrase(name: str, events: Sequence[Event]) -> str:
    command = REGISTRY.get(name)
    plugins = f"ran {name.replace('.', ' ')}"
    did = plugins if command is None else command.did or _CAMEL.sub(" ", name).lower()
    return " ".join(filter(None, (did, _things(events))))


def _things(events: Sequence[Event]) -> str:
    """Return the subjects of the events: things outside tickets by name, otherwise tickets by number."""
    concerned = [e.concerns.format(**{**e.facts(), "kind": e.kind}) for e in events if e.ticket is None and e.concerns]
    if concerned:
        return concerned[0]  # the first is the subject of the command, the others follow from it
    numbers = sorted({e.ticket for e in events if e.ticket is not None})
    if not numbers:
        return ""
    return f"ticket {numbers[0]}" if len(numbers) == 1 else f"tickets {_listed([str(n) for n in numbers])}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
