"""The environment in which requests are answered: a local desk or the daemon.

The handlers of requests are coroutines that use this interface only, so they are the same in both. A local desk answers
every call at once; the daemon uses its writer thread, its reader threads and its event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from deskctl.core.agents.model import Agent
from deskctl.core.intake.journal import JournalEntry
from deskctl.core.kernel.actor import Actor
from deskctl.core.kernel.changes import Changes
from deskctl.desk.components import Components
from deskctl.desk.execution import Executed

if TYPE_CHECKING:
    from deskctl.core.operations.views import HealthReport
    from deskctl.plugins.channel import ChannelContext, Health

T = TypeVar("T")


class Environment(Protocol):
    @property
    def components(self) -> Components: ...

    # --- running work ---------------------------------------------------------------------------------

    async def read(self, work: Callable[[], T]) -> T:
        """Run a short piece of work that only reads the store."""
        ...

    async def write(self, work: Callable[[], T]) -> T:
        """Run work that writes to the store, with the priority of a command."""
        ...

    async def run_in_thread(self, work: Callable[[], T]) -> T:
        """Run work that may take long, in the daemon in a separate thread."""
        ...

    def write_blocking(self, work: Callable[[], T]) -> T:
        """Run work that writes to the store and wait for it. Call it inside `run_in_thread` only."""
        ...

    # --- after changes --------------------------------------------------------------------------------

    def on_executed(self, executed: Executed) -> None: ...
    def on_changes(self, changes: Changes) -> None: ...
    def on_jobs_changed(self) -> None: ...

    # --- the state of the desk --------------------------------------------------------------------------

    async def agents(self) -> list[Agent]:
        """Return the active agents."""
        ...

    def health(self) -> HealthReport: ...

    def service_states(self) -> Mapping[str, str]:
        """Return the states of the running services by name."""
        ...

    # --- channels and mail ------------------------------------------------------------------------------

    def channel_context(self, name: str) -> ChannelContext:
        """Return a new context for an action of a channel."""
        ...

    async def check_channel(self, name: str) -> Health: ...

    def restart_channel(self, name: str) -> bool:
        """Restart a channel that stopped. Return False if it was not stopped."""
        ...

    async def deliver(self, entry: JournalEntry) -> bool:
        """Write a journal entry durably. Return True if it is new. Raises TemporaryFailure."""
        ...

    async def process_journal(self, until: JournalEntry | None = None) -> None:
        """Process the journal, at least up to an entry. The daemon's journal thread does this by itself."""
        ...

    async def follow_delivery(self, outbox: int, seconds: int, viewer: Actor) -> Any:
        """Return the row of an outgoing message when its delivery is settled, or after some seconds."""
        ...
