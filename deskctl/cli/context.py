"""The context of a command: the desk, which opens when it is first used, and functions that print."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ..i18n import _

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from ..core.kernel.command import Command
    from ..core.kernel.outcome import Outcome
    from ..core.kernel.query import Query
    from ..desk import Desk
    from .commands.messages.draft_files import Draft
    from .output import Column

#: The `limit` of a query for all rows. `ALL + 1` still fits into an integer of both stores.
ALL = 2**62


class CliContext:
    """The context of a command (`deskctl.plugins.commands.CommandContext`), with the values of the common options.

    A SQLite desk without a daemon is locked while it is open. Call `release()` before you wait for a person or a pipe;
    the next `desk()` opens it again.
    """

    def __init__(self) -> None:
        self.config: str | None = None
        self.claim: str | None = None
        self.json = False
        self.no_color = False
        self.debug = False
        self.dry_run = False
        self.columns: str | None = None
        self.invocation = os.urandom(12).hex()  # identifies this shell command: `undo` undoes all its changes
        self.draft: Draft | None = None  # the draft that `draft send` passes to the command
        self.changed = False  # True after a command changed something
        self._desk: Desk | None = None
        self._path: str | None = None

    # --- the desk ---------------------------------------------------------------------------------

    def config_path(self) -> Path:
        """Return the path of the configuration. Raises ConfigError if there is none or it is not trusted."""
        from pathlib import Path

        return Path(self._file())

    def _file(self) -> str:
        if self._path is None:
            from ..config.locate import find_file

            self._path = find_file(self.config)
        return self._path

    def desk(self) -> Desk:
        """Return the desk, which acts for the agent that `--as` or $DESKCTL_AGENT name."""
        if self._desk is None:
            from ..bootstrap import open_desk
            from ..desk.agent_desk import AgentDesk

            opened = open_desk(self._file(), invocation=self.invocation)
            self._desk = AgentDesk(opened, self.claim, self.agent)
        return self._desk

    def release(self) -> None:
        """Close the desk and release its lock."""
        if self._desk is not None:
            desk, self._desk = self._desk, None
            desk.close()

    @property
    def agent(self) -> str | None:
        """The agent that the command line or the environment names: `--as`, else $DESKCTL_AGENT, else None."""
        return self.claim or os.environ.get("DESKCTL_AGENT") or None

    def moment(self, text: str) -> datetime:
        """Parse a time in the desk's time zone and return it in UTC. Raises UsageError."""
        from datetime import UTC, datetime
        from zoneinfo import ZoneInfo

        from ..core.values.moments import parse_moment

        return parse_moment(text, datetime.now(UTC), ZoneInfo(self.desk().info.timezone))

    def ask(self, query: Query) -> Any:
        return self.desk().ask(query)

    def rows(self, query: Query) -> Collection[Any]:
        """Return the list that answers a query. It may be long: iterate over it instead of copying it."""
        return self.desk().rows(query)

    def execute(self, command: Command) -> Outcome:
        """Execute a command as `agent`. Raises DeskctlError.

        For commands that need no agent, a name in $DESKCTL_AGENT that is not an agent is ignored, so that the first
        agent can be added.
        """
        desk, agent = self.desk(), self.agent
        if not (command.needs_agent or command.names_agent or self.claim) and agent not in desk.info.agents:
            agent = None
        outcome = desk.execute(command, agent=agent, dry_run=self.dry_run)
        self.changed |= outcome.changed and not self.dry_run
        return outcome

    def request(self, name: str, /, **params: Any) -> Any:
        """Send a request to a plugin as `agent`, and return its document."""
        return self.desk().request(name, agent=self.agent, dry_run=self.dry_run, **params)

    # --- printing ---------------------------------------------------------------------------------

    @property
    def color(self) -> bool:
        """True if the output has colours: it goes to a terminal and NO_COLOR (https://no-color.org) is not set."""
        return sys.stdout.isatty() and not (
            self.no_color or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        )

    @property
    def at_terminal(self) -> bool:
        """True if a person reads the output: standard output is a terminal and `--json` is not given."""
        return sys.stdout.isatty() and not self.json

    def page_size(self, limit: int | None, default: int) -> int:
        """Return the number of rows to query: `--limit`, else `default` on a terminal, else all.

        Output in a pipe is complete by default, because a script could not detect that it is cut.
        """
        return min(limit, ALL) if limit is not None else default if self.at_terminal else ALL

    def say_rest(self, shown: int, total: int | None, size: int) -> None:
        """Print on a terminal that a list is cut: `50 of 62`. `total` is None if there are more but it is not known."""
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
        """Release the desk and print rows: JSON Lines with `--json`, a table on a terminal, else tab-separated values.

        Without rows, print `empty` on a terminal.
        """
        from .output import emit, field

        self.release()
        rows = rows if isinstance(rows, Collection) else list(rows)
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
        """Print a line for people; nothing with `--json`."""
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
        """Print a JSON document on one line."""
        from .output import json_line

        sys.stdout.write(json_line(document))
