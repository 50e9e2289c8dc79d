"""Generate `docs/reference/undo.md` from the declarations of the event classes."""

from __future__ import annotations

from collections.abc import Iterable

_HEAD = """\
# Undo

Generated from the declarations of the event classes by `make docs`. Do not edit.

`deskctl undo` undoes the last command of the agent, on all tickets that the command changed. `deskctl solve 2 3 4` is
one command, and so is `deskctl list --json | … | deskctl assign - --to ana`. A command is undone completely or not at
all. A second `undo` undoes the command before. `deskctl undo --list` shows the last commands with their numbers and
states, `deskctl undo 17` undoes one of them, and `--dry-run` shows what would be undone.

The deactivation of an agent with many tickets is undone in portions, so that mail is accepted meanwhile.
Undo is refused if it cannot undo all of them. A ticket that someone changes while the portions are undone stays as it
is.

## Commands that can be undone

| area | commands |
| --- | --- |
| tickets | `new take next assign reply note set tag solve close reopen escalate approve deny promise merge split` |
| contacts | `contact set`, `contact merge`, `contact unmerge`, `contact link` |
| agents and teams | `agent set`, `team set`, `agent online`, `agent away`, `agent offline` |
| SLA policies | `sla add`, `sla edit`, `sla step`, `sla move`, `sla remove` |
| calendars | `calendar add`, `calendar edit`, `calendar import`, `calendar remove` |
| shifts | `shift add`, `shift off`, `shift remove` |
| saved views | `view add`, `view edit`, `view remove` |
| mail | `spam`, `unspam`, `block add`, `block remove`, `outbox retry`, `outbox cancel` |

Not covered are `agent add`, `team add`, `contact export`, `contact erase`, `shift handover`, `inbox retry`,
`inbox drop`, and changes that plugins write to their own tables, such as `kb add`.

## Refusals

Undo never skips a command. If the last command cannot be undone, the message names the command, gives the reason and
says what to do instead; the exit code is 4. Undo is refused if

- the mail of the command was sent, is being sent, or may have been sent;
- someone changed the ticket since: a colleague, the customer, or you with a later command. Undo the later command
  first. SLA clocks, routing, notifications, deliveries, timers and automatic mail do not prevent undo;
- someone changed the same field of the same agent, team or contact since, or the same policy or calendar;
- the command cannot be undone because of its type (see the last table);
- an earlier version of deskctl recorded the command without the previous values.

Commands that change nothing, such as `show` and `list`, are not counted. Mail from agents is not a command, and undo
does not cover it. You cannot undo an undo; run the command again.

Policies and calendars have versions. Undo makes the earlier content the current version from now on. Time that a clock
has already counted does not change.

The tables below list the events. A command causes one or more events. It can be undone if at least one of them is in
the first table and none is in the last.
"""


def reference() -> str:
    """Return the page in Markdown."""
    from ..core import features as _  # noqa: F401 - loads every event class
    from ..core.event_kinds import KINDS
    from ..core.kernel.undo import PART_OF_UNDO, Follows, Undoable

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
            "## Events that are undone\n",
            "| event | effect of undo | not possible if |\n|---|---|---|",
            *undoable,
            "\n## Events that follow from others\n",
            "These events are consequences of other events. They do not prevent undo and need no inverse.\n",
            "| events | reason |\n|---|---|",
            *(f"| {_kinds(kinds)} | {why} |" for why, kinds in following.items()),
            "\n## Events that cannot be undone\n",
            "| events | reason | what to do instead |\n|---|---|---|",
            *(f"| {_kinds(kinds)} | {why} | {instead} |" for (why, instead), kinds in never.items()),
            "",
        ]
    )


#: Base classes, which are not events themselves.
_BASES = frozenset({"level_event", "clock_event"})


def _kinds(kinds: Iterable[str]) -> str:
    return ", ".join(f"`{kind}`" for kind in kinds)
