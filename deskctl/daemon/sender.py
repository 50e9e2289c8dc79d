"""Send due outbox entries: claim, mark as sending, send, record the result. Channels do not delay each other."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from datetime import datetime

from deskctl.core.delivery.commands import SettleDelivery
from deskctl.core.delivery.model import OutboxEntry, OutboxKind
from deskctl.core.kernel.actor import Actor
from deskctl.core.messages.model import OutboundMessage
from deskctl.daemon.backoff import delay
from deskctl.daemon.channels import OpenChannel
from deskctl.daemon.clock import WallClock
from deskctl.daemon.wakeup import Wakeup
from deskctl.daemon.writer import WritePriority, Writer
from deskctl.desk.execution import Executed, execute_in_unit
from deskctl.desk.ports import Store
from deskctl.errors import Refused, Unavailable
from deskctl.plugins.channel import Rejected, TryLater, Uncertain

log = logging.getLogger("deskctl.daemon.sender")

#: Outgoing messages of one channel that are sent at the same time. A slow relay delays only its own channel.
CONCURRENCY = 4
#: Seconds that one message may take, including the limits of the relay (RFC 5321, 4.5.3.2: 10 min after DATA).
SEND_WITHIN = 900.0

#: Seconds between checks for entries that dead daemons of the same store left.
RECOVER_EVERY = 5.0

_SENDER = Actor.system("sender")


class Sender:
    """Sends outbox entries. Call `run` until cancelled, then `finish`."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        readers: Executor,
        channels: Mapping[str, OpenChannel],
        performed: Callable[[Executed], None],
        poll_interval: float | None = None,
        clock: WallClock | None = None,
    ) -> None:
        """Prepare the sender; it calls `performed` with each recorded delivery result."""
        self.wakeup = Wakeup(clock)
        self._store = store
        self._writer = writer
        self._readers = readers
        self._channels = {name: channel for name, channel in channels.items() if channel.table.sends}
        self._performed = performed
        self._poll_interval = poll_interval
        self._recovered = 0.0
        self._sending: dict[str, set[asyncio.Task[None]]] = {name: set() for name in self._channels}

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
            for entry in await self._claim():
                self._start(entry)

    def _free(self) -> list[str]:
        """Return the channels that can send more messages now."""
        return [name for name, tasks in self._sending.items() if len(tasks) < CONCURRENCY]

    async def _next_due(self) -> datetime | None:
        free = self._free()
        if not free:
            return None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._store.outbox.next_due, free)

    async def _claim(self) -> list[OutboxEntry]:
        free = self._free()
        if not free:
            return []
        return await self._writer.call(WritePriority.INTERNAL, lambda: self._store.outbox.claim(CONCURRENCY, free))

    async def finish(self, within: float) -> int:
        """Wait for messages that are being sent. Return how many did not end."""
        under_way = [task for tasks in self._sending.values() for task in tasks]
        if not under_way:
            return 0
        _, hanging = await asyncio.wait(under_way, timeout=within)
        return len(hanging)

    def _start(self, entry: OutboxEntry) -> None:
        tasks = self._sending[entry.channel]
        channel = self._channels[entry.channel]
        task = asyncio.create_task(self._send(channel, entry), name=f"{channel.name}: send {entry.id}")
        tasks.add(task)

        def ended(task: asyncio.Task[None]) -> None:
            tasks.discard(task)
            self.wakeup.set()

        task.add_done_callback(ended)

    async def _send(self, channel: OpenChannel, entry: OutboxEntry) -> None:
        try:
            outcome = await self._attempt(channel, entry)
        except Refused as error:  # undone after it was claimed: nothing was sent and nothing is recorded
            log.info("%s", error.what)
            return
        level = logging.INFO if outcome.result in ("sent", "deferred") else logging.WARNING
        why = f", {outcome.reason}" if outcome.reason else ""
        log.log(level, "outgoing message %d through %s: %s%s", entry.id, channel.name, outcome.result, why)
        await self._settle(outcome)

    async def _attempt(self, channel: OpenChannel, entry: OutboxEntry) -> SettleDelivery:
        """Send a claimed message and return the outcome, with its reason in one line.

        Raises Refused if the message must not be sent any more.
        """
        marked = False
        try:
            async with channel.use() as (open_channel, context):
                context.marked.discard(entry.id)
                try:
                    if not channel.type.capabilities.marks_sending:
                        await self._writer.call(
                            WritePriority.INTERNAL, lambda: self._store.outbox.mark_sending(entry.id)
                        )
                        context.marked.add(entry.id)
                    async with asyncio.timeout(SEND_WITHIN):
                        receipt = await open_channel.send(outbound(entry))
                    remark = receipt.remark or None
                    return SettleDelivery(entry.id, "sent", remark, ids=receipt.ids, refused=receipt.refused)
                finally:
                    marked = entry.id in context.marked
                    context.marked.discard(entry.id)
        except Refused:
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

    async def _settle(self, command: SettleDelivery) -> None:
        """Record a delivery result, durably. Waits while the store cannot be written; the message stays unchanged."""
        failures = 0
        while True:
            try:
                performed = await self._writer.call(
                    WritePriority.INTERNAL,
                    lambda: self._store.transaction(
                        lambda unit: execute_in_unit(unit, command, _SENDER), name="settle"
                    ),
                )
            except Unavailable:
                failures += 1
                await asyncio.sleep(min(delay(failures, 0.0), 30.0))
            else:
                self._performed(performed)
                return


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
