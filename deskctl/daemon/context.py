"""The `ChannelContext` (`deskctl.plugins.channel`) that the daemon passes to channels."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from deskctl.core.intake.journal import JournalEntry
from deskctl.core.messages.model import Envelope
from deskctl.core.messages.raw_queries import Journalled
from deskctl.daemon.delivery_recorder import DeliveryRecorder
from deskctl.daemon.journal import Traffic
from deskctl.daemon.writer import WritePriority, Writer
from deskctl.desk.ports import Store
from deskctl.errors import Refused, Unavailable
from deskctl.i18n import _
from deskctl.plugins.channel import StoreUnavailable

#: Seconds for which `accepting` caches its result.
_ACCEPTING_CACHE_SECONDS = 1.0


class DaemonContext:
    """The context of one channel. Writes go through the writer thread; reads run in the calling thread."""

    def __init__(
        self,
        name: str,
        store: Store,
        writer: Writer,
        recorder: DeliveryRecorder,
        traffic: Traffic,
        on_alert: Callable[[str, str], None],
        on_listening: Callable[[str], None],
    ) -> None:
        """`on_alert(channel, what)` receives problems that a person must see.

        `on_listening(channel)` is called when the channel accepts connections.
        """
        self.name = name
        self.log = logging.getLogger(f"deskctl.channel.{name}")
        self.marked: set[int] = set()  # outgoing messages that may have been sent
        self.refused: dict[int, Refused] = {}  # outgoing messages that must not be sent any more
        self._store = store
        self._writer = writer
        self._recorder = recorder
        self._traffic = traffic
        self._on_alert = on_alert
        self._on_listening = on_listening
        self._accepting = (0.0, False)

    async def deliver(self, raw: bytes, key: str, envelope: Envelope) -> None:
        self._traffic.arrived()
        try:
            await self._writer.deliver(JournalEntry(self.name, key, envelope, raw))
        except Exception as error:  # after any error the message is not durable
            raise self._store_error(error) from error

    def deliver_blocking(self, batch: list[tuple[bytes, str, Envelope]]) -> None:
        if not batch:
            return
        try:
            self._writer.deliver_blocking([JournalEntry(self.name, key, env, raw) for raw, key, env in batch])
        except Exception as error:
            raise self._store_error(error) from error

    def journalled(self, keys: Sequence[str]) -> set[str]:
        return set(self._store.ask(Journalled(self.name, tuple(keys))))

    def sending(self, outbox_id: int) -> None:
        try:
            self._recorder.mark_sending(outbox_id).result()
        except Refused as error:
            self.refused[outbox_id] = error
            raise
        self.marked.add(outbox_id)

    def listening(self) -> None:
        self._on_listening(self.name)

    def accepting(self) -> bool:
        """Return True if mail can be accepted. Called for each connection, so the result is cached for a second."""
        at, answer = self._accepting
        if time.monotonic() - at > _ACCEPTING_CACHE_SECONDS:
            try:
                answer = self._store.writable()
            except Unavailable:
                answer = False
            self._accepting = (time.monotonic(), answer)
        return answer

    def load_state(self) -> dict[str, Any]:
        return self._store.state.load(self.name)

    def save_state(self, state: Mapping[str, Any]) -> None:
        copy = dict(state)  # the caller may change its own while the write waits
        try:
            self._writer.run(WritePriority.INTERNAL, lambda: self._store.state.save(self.name, copy))
        except Unavailable as error:
            raise self._store_error(error) from error

    def read_file(self, sha256: str) -> bytes:
        return self._store.blob(sha256)

    def alert(self, what: str, hint: str = "") -> None:
        self.log.error("%s%s", what, f" ({hint})" if hint else "")
        self._on_alert(self.name, f"{what} ({hint})" if hint else what)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def _store_error(self, error: Exception) -> StoreUnavailable:
        """Return the error for the channel, and let `accepting` return False until its result expires."""
        self._accepting = (time.monotonic(), False)
        what = error.what if isinstance(error, Unavailable) else type(error).__name__
        return StoreUnavailable(_("cannot write to the store: {what}", what=what), _("try again later"))
