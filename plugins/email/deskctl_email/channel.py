"""The email channel: receive mail from each configured source, and send."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from deskctl.plugins import (
    AuthFailed,
    ChannelContext,
    DeskctlError,
    Health,
    OutboundMessage,
    Part,
    Receipt,
    Rejected,
    Unavailable,
)

from .config import EmailConfig, Smtp
from .messages import _
from .probe import ProbeTokens
from .rate_limit import rate_limit_of, turn_delay
from .state import State

if TYPE_CHECKING:
    from .listener import Listener
    from .oauth_tokens import AccessTokens
    from .relay_pool import RelayPool

#: Seconds between two attempts of one receiver while the other one works; doubled each time up to the maximum.
FIRST_RETRY_SECONDS: Final = 1.0
MAX_RETRY_SECONDS: Final = 300.0
#: A receiver that has worked for this many seconds starts again with the first delay.
STABLE_SECONDS: Final = 60.0

Receiver = Callable[[], Awaitable[None]]


class EmailChannel:
    """An implementation of `deskctl.plugins.Channel`. It connects only when it receives, sends or checks."""

    def __init__(self, config: EmailConfig, context: ChannelContext) -> None:
        self._config = config
        self._context = context
        self._state = State(context)
        self._probes = ProbeTokens(self._state, context.now)
        self._listener: Listener | None = None
        self._alerted: set[str] = set()
        self._relays: RelayPool | None = None
        self._tokens: AccessTokens | None = None
        if config.oauth is not None:
            from .oauth_tokens import AccessTokens

            self._tokens = AccessTokens(config.oauth, context, self._state)

    async def receive(self) -> None:
        """Receive mail until cancelled.

        If only one receiver is configured, its failure is raised, and the supervisor retries. Of two receivers, each
        is retried on its own, so that an unreachable mailbox does not close the listener.
        """
        receivers = self._receivers()
        if not receivers:
            await asyncio.get_running_loop().create_future()
        if len(receivers) == 1:
            [receiver] = receivers
            await receiver()
            return
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._run_with_retries(receiver)) for receiver in receivers]
        raise tasks[0].result()  # all receivers have failed permanently

    async def send(self, message: OutboundMessage) -> Receipt:
        """Send a message, or store its copy if `message.copy` is set. Raises TryLater, Rejected or Uncertain."""
        from .compose import compose

        if self._config.smtp is None:
            raise Rejected(_("this channel has no relay to send through"), _("add smtp = { host = … } to the channel"))
        composed = partial(compose, message, self._config.address, self._context.read_file)
        if message.copy:
            mail = await asyncio.to_thread(composed)
            return await self._store_copy(message.message_id, mail.content)
        rate = rate_limit_of(self._config.smtp)
        if rate is not None:
            await asyncio.sleep(turn_delay(rate, self._config.smtp, message.outbox_id))
        if self._relays is None:
            self._relays = self._relay_pool(self._config.smtp)
        return await self._relays.send(composed, message.outbox_id)

    def _relay_pool(self, config: Smtp) -> RelayPool:
        from .relay_pool import RelayPool
        from .smtp import Relay

        return RelayPool(config.connections, lambda: Relay(config, self._context, self._config.address, self._tokens))

    async def _store_copy(self, message_id: str, content: bytes) -> Receipt:
        from .sent_copy import store_copy

        imap = self._config.imap
        if imap is None or not imap.sent:
            raise Rejected(_("this channel no longer keeps copies of sent mail"))
        return await asyncio.to_thread(store_copy, imap, self._tokens, self._context, message_id, content)

    async def check(self) -> Health:
        """Check each configured part."""
        from .check import check_parts

        port = self._listener.port if self._listener is not None else None
        try:
            return Health(
                await asyncio.to_thread(check_parts, self._config, self._context, self._probes, port, self._tokens)
            )
        except Exception as error:
            self._context.log.exception("channel check failed")
            return Health((Part("check", False, f"{type(error).__name__}: {error}"),))

    async def aclose(self) -> None:
        """Close the listener and the connection to the relay."""
        if self._relays is not None:
            self._relays.abort()
            await self._relays.close()
        if self._listener is not None:
            await self._listener.close()

    def _receivers(self) -> list[Receiver]:
        receivers: list[Receiver] = []
        if self._config.listen is not None:
            from .listener import Listener

            self._listener = Listener(self._config, self._config.listen, self._context, self._probes)
            receivers.append(self._listener.serve)
        if self._config.imap is not None:
            receivers.append(self._read_mailbox)
        return receivers

    async def _read_mailbox(self) -> None:
        from .imap import Mailbox

        assert self._config.imap is not None
        mailbox = Mailbox(
            self._config, self._config.imap, self._context, self._state, self._probes, self._alerted, self._tokens
        )
        await mailbox.read()

    async def _run_with_retries(self, receiver: Receiver) -> DeskctlError:
        """Run `receiver`, and restart it after each failure; return the error that only a person can resolve."""
        loop = asyncio.get_running_loop()
        wait = FIRST_RETRY_SECONDS
        last_error = ""
        while True:
            began = loop.time()
            try:
                await receiver()
            except AuthFailed as error:
                self._context.alert(error.what, error.hint)
                return error
            except Unavailable as error:
                if loop.time() - began > STABLE_SECONDS:
                    wait, last_error = FIRST_RETRY_SECONDS, ""
                if str(error) != last_error:
                    last_error = str(error)
                    self._context.log.warning("%s; retrying", last_error)
                await asyncio.sleep(wait)
                wait = min(MAX_RETRY_SECONDS, wait * 2)
