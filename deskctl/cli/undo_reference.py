"""Generate `docs/reference/undo.md` from the declarations of the event classes."""

from __future__ import annotations

from collections.abc import Iterable

_HEAD = """\
# What undo covers

`deskctl undo` undoes the last command of the agent, on all tickets that it changed. `deskctl solve 2 3 4` is one
command, and so is `deskctl list --json | jq -r .number | deskctl assign - ana`. A command is undone completely or not
at all. A second `undo` undoes the command before. `deskctl undo --list` lists the last commands with their numbers and
states, `deskctl undo 17` undoes one of them, and `--dry-run` shows what would be undone.

Undo covers work on tickets (`take next assign reply note set tag solve close reopen escalate approve deny promise
merge split spam new`), contacts (`contact set`, `merge`, `unmerge`, `link`), agents and teams (`agent set`,
`team set`, presence), service levels (`sla add`, `edit`, `step`, `move`, `remove`), calendars, shifts and days off,
blocked senders, and `outbox retry` and `cancel`. It does not cover `agent add`, `team add`, `contact export` and
`erase`, `shift handover`, `inbox retry` and `drop`, and what plugins write, such as `kb add`.

Undo never skips a command. If the last command cannot be undone, the message names it, gives the reason and says what
to do instead, and the exit code is 4. A command cannot be undone if

- its mail was sent, is being sent, or may have been sent;
- someone has changed the ticket since: a colleague, the customer, or you with a later command. Undo the later command
  first. Service levels, routing, notifications, deliveries, timers and automatic mail do not prevent undo;
- someone has changed the same field of the same agent, team or contact since, or the same policy or calendar;
- its kind cannot be undone (see the last table);
- an earlier version of deskctl recorded it without the previous values.

Commands that change nothing, such as `show` and `list`, do not count. Changes that agents make by mail are not
commands, and undo does not cover them. An undo cannot be undone; run the command again.

Policies and calendars have versions. Undo creates a new version with the earlier content, which applies from now on;
time that clocks have counted meanwhile does not change.

The tables are generated from the declarations of the event classes (`undo = …`), which every class must have. A command
causes one or more events. It can be undone if at least one of them is in the first table and none is in the last.
"""


def reference() -> str:
    """Return the page in Markdown."""
    from ..core import dispatch as _  # noqa: F401 - loads every event class
    from ..core.event import KINDS
    from ..core.undo import PART_OF_UNDO, Follows, Undoable

    undoable: list[str] = []
    following: dict[str, list[str]] = {}
    never: dict[tuple[str, str], list[str]] = {}
    for kind in sorted(set(KINDS) - _BASES):
        declared = KINDS[kind].undo
        if isinstance(declared, Undoable):
            undoable.append(f"| `{kind}` | {declared.does} | {declared.unless} |")
        elif isinstance(declared, Follows):
            following.setdefault(declared.why, []).append(kind)
        elif declared is not PART_OF_UNDO:
            never.setdefault((declared.why, declared.instead), []).append(kind)
    return "\n".join(
        [
            _HEAD,
            "## Undone\n",
            "| event | what undo does | unless |\n|---|---|---|",
            *undoable,
            "\n## Consequences\n",
            "These events follow from others. They do not prevent undo, and need no inverse.\n",
            "| events | why |\n|---|---|",
            *(f"| {_kinds(kinds)} | {why} |" for why, kinds in following.items()),
            "\n## Not undone\n",
            "| events | why | what to do instead |\n|---|---|---|",
            *(f"| {_kinds(kinds)} | {why} | {instead} |" for (why, instead), kinds in never.items()),
            "",
        ]
    )


#: Base classes, which are not events themselves.
_BASES = frozenset({"level_event", "clock_event"})


def _kinds(kinds: Iterable[str]) -> str:
    return ", ".join(f"`{kind}`" for kind in kinds)
