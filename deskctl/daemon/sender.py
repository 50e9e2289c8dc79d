"""Send due outbox entries: claim, mark as sending, send, record the result. Channels do not delay each other.

Messages of one ticket through one channel are sent one after another, in the order of their due times.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime

from deskctl.core.delivery.commands import SettleDelivery
from deskctl.core.delivery.model import OutboxEntry, OutboxKind
from deskctl.core.messages.model import OutboundMessage
from deskctl.daemon.backoff import delay
from deskctl.daemon.channels import OpenChannel
from deskctl.daemon.clock import WallClock
from deskctl.daemon.context import DaemonContext
from deskctl.daemon.delivery_recorder import DeliveryRecorder
from deskctl.daemon.wakeup import Wakeup
from deskctl.daemon.writer import WritePriority, Writer
from deskctl.desk.execution import Executed
from deskctl.desk.ports import Store
from deskctl.errors import Refused, Unavailable
from deskctl.plugins.channel import Rejected, TryLater, Uncertain

log = logging.getLogger("deskctl.daemon.sender")

#: Seconds that one message may take, including the limits of the relay (RFC 5321, 4.5.3.2: 10 min after DATA).
SEND_WITHIN = 900.0

#: Seconds between checks for entries that dead daemons of the same store left.
RECOVER_EVERY = 5.0
#: Seconds within which results are recorded while a channel sends more messages.
SETTLE_WITHIN = 0.1
#: Seconds of work that a channel claims ahead. A claimed message can no longer be cancelled, so this must be short.
CLAIM_AHEAD = 0.5
#: The maximum number of messages that a channel claims at once.
MOST_CLAIMED = 50


class _Withdrawn(Exception):
    """The message was undone or taken over after it was claimed: nothing was sent and nothing is recorded."""


@dataclass(eq=False, slots=True)
class _Lane:
    """The claimed messages of a channel. `waiting` are in the order in which they are sent."""

    channel: OpenChannel
    concurrency: int
    waiting: deque[OutboxEntry] = field(default_factory=deque)
    tickets: set[int] = field(default_factory=set)  # of the messages that are being sent
    sending: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    claimed_at: float = 0.0  # the time of the last claim, and the messages that ended since then
    ended: int = 0

    @property
    def is_free(self) -> bool:
        return len(self.waiting) + self.sending < self.concurrency

    def room(self, now: float) -> int:
        """Return the number of messages to claim: as many as the channel probably sends in CLAIM_AHEAD seconds."""
        rate = self.ended / max(now - self.claimed_at, 0.001)
        ahead = min(int(rate * CLAIM_AHEAD), MOST_CLAIMED)
        return max(ahead, self.concurrency) - len(self.waiting) - self.sending

    def add(self, entries: list[OutboxEntry], now: float) -> None:
        self.claimed_at, self.ended = now, 0
        self.waiting.extend(entries)

    def pop(self) -> OutboxEntry | None:
        """Return the next message to send; None if the channel is busy or only messages of busy tickets wait."""
        for position, entry in enumerate(self.waiting if self.sending < self.concurrency else ()):
            if _ordered(entry) not in self.tickets:
                del self.waiting[position]
                return entry
        return None


class Sender:
    """Sends outbox entries. Call `run` until cancelled, then `finish`."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        readers: Executor,
        channels: Mapping[str, OpenChannel],
        recorder: DeliveryRecorder,
        performed: Callable[[Executed], None],
        poll_interval: float | None = None,
        clock: WallClock | None = None,
    ) -> None:
        """Prepare the sender; it calls `performed` with the changes of recorded delivery results."""
        self.wakeup = Wakeup(clock)
        self._store = store
        self._writer = writer
        self._readers = readers
        self._recorder = recorder
        self._performed = performed
        self._poll_interval = poll_interval
        self._recovered = 0.0
        self._flushing: asyncio.TimerHandle | None = None
        self._lanes = {
            name: _Lane(channel, channel.type.concurrency(channel.table.config))
            for name, channel in channels.items()
            if channel.table.sends
        }

    async def recover(self, started: bool = True) -> None:
        """Mark messages as uncertain that a dead daemon was sending: they may have arrived. An agent decides."""
        self._recovered = time.monotonic()
        for entry in await self._writer.call(WritePriority.INTERNAL, lambda: self._store.outbox.recover(started)):
            await self._settle(SettleDelivery(entry, "uncertain", "the daemon died while it was being sent"))

    async def run(self) -> None:
        while True:
            await self.wakeup.wait(await self._next_due(), self._poll_interval)
            if self._poll_interval is not None and time.monotonic() - self._recovered > RECOVER_EVERY:
                await self.recover(started=False)
            for lane in self._lanes.values():
                if lane.is_free:
                    await self._claim(lane)

    async def _next_due(self) -> datetime | None:
        free = [name for name, lane in self._lanes.items() if lane.is_free]
        if not free:
            return None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._store.outbox.next_due, free)

    async def _claim(self, lane: _Lane) -> None:
        room, channels = lane.room(time.monotonic()), [lane.channel.name]
        claimed = await self._writer.call(WritePriority.INTERNAL, lambda: self._store.outbox.claim(room, channels))
        if claimed:
            lane.add(claimed, time.monotonic())
            self._start(lane)

    async def finish(self, within: float) -> int:
        """Wait for claimed messages. Return how many were not sent."""
        deadline = time.monotonic() + within
        while under_way := [task for lane in self._lanes.values() for task in lane.tasks]:
            left = deadline - time.monotonic()
            if left <= 0:
                break
            await asyncio.wait(under_way, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        return len(under_way)

    def _start(self, lane: _Lane) -> None:
        """Start to send as many claimed messages as the channel may send at the same time."""
        while (entry := lane.pop()) is not None:
            lane.sending += 1
            if (ticket := _ordered(entry)) is not None:
                lane.tickets.add(ticket)
            task = asyncio.create_task(self._send(lane, entry), name=f"{lane.channel.name}: send {entry.id}")
            lane.tasks.add(task)
            task.add_done_callback(lane.tasks.discard)

    async def _send(self, lane: _Lane, entry: OutboxEntry) -> None:
        try:
            outcome = await self._attempt(lane.channel, entry)
        except _Withdrawn as error:
            log.info("%s", error)
            return
        finally:
            self._ended(lane, entry)
        level = logging.INFO if outcome.result in ("sent", "deferred") else logging.WARNING
        why = f", {outcome.reason}" if outcome.reason else ""
        log.log(level, "outgoing message %d through %s: %s%s", entry.id, lane.channel.name, outcome.result, why)
        await self._settle(outcome, hold=bool(lane.waiting or lane.sending))

    def _ended(self, lane: _Lane, entry: OutboxEntry) -> None:
        lane.sending -= 1
        lane.ended += 1
        if (ticket := _ordered(entry)) is not None:
            lane.tickets.discard(ticket)
        task = asyncio.current_task()
        if task is not None and not task.cancelling():  # a cancelled daemon starts nothing more
            self._start(lane)
        if lane.is_free:
            self.wakeup.set()

    async def _attempt(self, channel: OpenChannel, entry: OutboxEntry) -> SettleDelivery:
        """Send a claimed message and return the outcome, with its reason in one line.

        Raises _Withdrawn if the message must not be sent any more.
        """
        marked = False
        try:
            async with channel.use() as (open_channel, context):
                context.marked.discard(entry.id)
                try:
                    if not channel.type.capabilities.marks_sending:
                        await self._mark(entry, context)
                    async with asyncio.timeout(SEND_WITHIN):
                        receipt = await open_channel.send(outbound(entry))
                    remark = receipt.remark or None
                    return SettleDelivery(entry.id, "sent", remark, ids=receipt.ids, refused=receipt.refused)
                except Exception as error:
                    # The channel may have raised another error for the refusal.
                    if entry.id in context.refused:
                        raise _Withdrawn(context.refused[entry.id].what) from error
                    raise
                finally:
                    marked = entry.id in context.marked
                    context.marked.discard(entry.id)
                    context.refused.pop(entry.id, None)
        except _Withdrawn:
            raise
        except Rejected as error:
            return SettleDelivery(entry.id, "rejected", error.what)
        except TryLater as error:
            return SettleDelivery(entry.id, "try_later" if error.tried else "deferred", error.what, error.retry_after)
        except Uncertain as error:
            return SettleDelivery(entry.id, "uncertain", error.what)
        except asyncio.CancelledError:
            return SettleDelivery(entry.id, "uncertain" if marked else "try_later", "sending was cancelled")
        except BaseException as error:  # the result is recorded after any error of the channel
            log.warning("the channel %s failed on outgoing message %d", channel.name, entry.id, exc_info=True)
            return SettleDelivery(entry.id, "uncertain" if marked else "try_later", _line(error))

    async def _mark(self, entry: OutboxEntry, context: DaemonContext) -> None:
        try:
            await asyncio.wrap_future(self._recorder.mark_sending(entry.id))
        except Refused as error:
            raise _Withdrawn(error.what) from error
        context.marked.add(entry.id)

    async def _settle(self, command: SettleDelivery, hold: bool = False) -> None:
        """Record a delivery result, durably. Waits while the store cannot be written; the message stays unchanged.

        With `hold`, other results can share its commit until SETTLE_WITHIN seconds have passed.
        """
        if hold and self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(SETTLE_WITHIN, self._flush)
        failures = 0
        while True:
            try:
                performed = await asyncio.wrap_future(self._recorder.settle(command, hold and not failures))
            except Unavailable:
                failures += 1
                await asyncio.sleep(min(delay(failures, 0.0), 30.0))
            else:
                if performed is not None:
                    self._performed(performed)
                return

    def _flush(self) -> None:
        self._flushing = None
        self._recorder.flush()


def _ordered(entry: OutboxEntry) -> int | None:
    """Return the ticket whose messages must be sent one after another; None if the order does not matter."""
    return None if entry.kind is OutboxKind.COPY else entry.ticket


def outbound(entry: OutboxEntry) -> OutboundMessage:
    """Return the message to pass to the channel."""
    return OutboundMessage(
        outbox_id=entry.id,
        message_id=entry.message_id,
        to=entry.to,
        subject=entry.subject,
        text=entry.text,
        ticket=entry.ticket,
        sender_name=entry.sender_name,
        sender_address=entry.sender_address,
        reply_to=entry.reply_to,
        cc=entry.cc,
        bcc=entry.bcc,
        in_reply_to=entry.in_reply_to,
        references=entry.references,
        date=entry.created_at,
        language=entry.language,
        automatic=entry.automatic,
        copy=entry.kind is OutboxKind.COPY,
        files=entry.files,
        headers=entry.headers,
        choices=entry.choices,
    )


def _line(error: BaseException) -> str:
    first = (str(error).splitlines() or [""])[0][:200]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
