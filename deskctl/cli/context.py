"""What every command is given: the desk, opened when it is first needed, and how to print."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..i18n import _

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from ..core.kernel.command import Command
    from ..core.kernel.query import Query
    from ..desk import Desk, Outcome
    from .commands.messages.draft_files import Draft
    from .output import Column

#: The `limit` of a query that asks for every row; one more still fits into an integer of both stores.
ALL = 2**62


class CliContext:
    """`deskctl.plugins.commands.CommandContext`, filled from the command line by `options`.

    On SQLite a local desk holds the lock while it is open: call `release()` before anything that waits for a
    person or a pipe. The next `desk()` opens it again.
    """

    def __init__(self) -> None:
        self.config: str | None = None
        self.claim: str | None = None
        self.json = False
        self.no_color = False
        self.debug = False
        self.dry_run = False
        self.columns: str | None = None
        self.invocation = os.urandom(12).hex()  # of this shell command: `undo` takes back all that it did
        self.draft: Draft | None = None  # what `draft send` gives to the command that sends it
        self.changed = False  # whether a command of this invocation changed something
        self._desk: Desk | None = None
        self._path: str | None = None

    # --- the desk ---------------------------------------------------------------------------------

    def config_path(self) -> Path:
        """The configuration in use. Raises ConfigError when there is none or it may not be trusted."""
        from pathlib import Path

        return Path(self._file())

    def _file(self) -> str:
        if self._path is None:
            from ..config.locate import find_file

            self._path = find_file(self.config)
        return self._path

    def desk(self) -> Desk:
        """The desk, asked as whoever `--as` and $DESKCTL_AGENT name."""
        if self._desk is None:
            from ..bootstrap import open_desk
            from ..desk.agent_desk import AgentDesk

            opened = open_desk(self._file(), invocation=self.invocation)
            self._desk = AgentDesk(opened, self.claim, self.agent)
        return self._desk

    def release(self) -> None:
        """Let go of the desk, and so of its lock."""
        if self._desk is not None:
            desk, self._desk = self._desk, None
            desk.close()

    @property
    def agent(self) -> str | None:
        """Who acts, as far as the command line and the environment say: `--as`, then $DESKCTL_AGENT."""
        return self.claim or os.environ.get("DESKCTL_AGENT") or None

    def moment(self, text: str) -> datetime:
        """The moment that somebody names, in the desk's time zone (aware, UTC). Raises UsageError."""
        from datetime import UTC, datetime
        from zoneinfo import ZoneInfo

        from ..core.values.moments import parse_moment

        return parse_moment(text, datetime.now(UTC), ZoneInfo(self.desk().info.timezone))

    def ask(self, query: Query) -> Any:
        return self.desk().ask(query)

    def execute(self, command: Command) -> Outcome:
        """Carry out a command as `agent`.

        Administration needs no agent: there, a name in $DESKCTL_AGENT that no agent has yet is passed over, since the
        first agent could not be added otherwise. Raises DeskctlError.
        """
        desk, agent = self.desk(), self.agent
        if not (command.needs_agent or command.names_agent or self.claim) and agent not in desk.info.agents:
            agent = None
        outcome = desk.execute(command, agent=agent, dry_run=self.dry_run)
        self.changed |= outcome["changed"] and not self.dry_run
        return outcome

    def request(self, name: str, /, **params: Any) -> Any:
        """A request of a plugin; its document. $DESKCTL_AGENT and `--as` say who asks."""
        return self.desk().request(name, agent=self.agent, dry_run=self.dry_run, **params)

    # --- printing ---------------------------------------------------------------------------------

    @property
    def color(self) -> bool:
        """Colour is for a person's terminal only (https://no-color.org)."""
        return sys.stdout.isatty() and not (
            self.no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        )

    @property
    def at_terminal(self) -> bool:
        """Whether a person reads the output: standard output is a terminal and `--json` is not given."""
        return sys.stdout.isatty() and not self.json

    def page_size(self, given: int | None, default: int) -> int:
        """Return how many rows to ask for: `--limit`, else `default` on a terminal, else all.

        Output in a pipe is never cut short without being asked: a script could not tell.
        """
        return min(given, ALL) if given is not None else default if self.at_terminal else ALL

    def say_rest(self, shown: int, total: int | None, size: int) -> None:
        """Say on a terminal that a list was cut: `50 of 62`. `total` None means more than `shown`, unknown how many."""
        if self.at_terminal and (total is None or shown < total):
            if total is None:
                self.say(_("the first {shown}; --limit {limit} shows more", shown=shown, limit=2 * size))
            else:
                self.say(_("{shown} of {total}; --limit {total} shows all", shown=shown, total=total))

    def emit(
        self,
        rows: Iterable[Any],
        columns: Sequence[Column | str | tuple[str, int]],
        *,
        empty: str = _("nothing to list"),
    ) -> None:
        """Close the desk and print rows: JSON Lines with `--json`, an aligned table on a terminal, tab-separated
        values in a pipe. Without rows a terminal gets the words `empty`."""
        from .output import emit, field

        self.release()
        rows = list(rows)
        if not rows and empty and self.at_terminal:
            self.say(empty)
            return
        known = [
            field(column)
            if isinstance(column, str)
            else field(column[0], least=column[1])
            if isinstance(column, tuple)
            else column
            for column in columns
        ]
        emit(rows, known, json=self.json, chosen=self.columns, color=self.color)

    def say(self, line: str) -> None:
        """One line for people; nothing with `--json`, which has its own document."""
        from ..safe import visible
        from .messages import shown

        if not self.json:
            sys.stdout.write(visible(shown(line)) + "\n")

    def warn(self, line: str) -> None:
        """Print one line to standard error, also with `--json`."""
        from ..safe import visible
        from .messages import shown

        sys.stderr.write(visible(shown(line)) + "\n")

    def document(self, document: Any) -> None:
        """One JSON document on a line of its own."""
        from .output import json_line

        sys.stdout.write(json_line(document))
