"""An open email channel: takes mail in by every door that is configured, and sends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
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

from .config import EmailConfig
from .probe import Probes
from .rate import rate_of, turn
from .state import State
from .tokens import Tokens

if TYPE_CHECKING:
    from .listener import Listener
    from .smtp import Relay

#: Seconds between two tries of one door while the other works; doubled each time, up to the second.
FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 300.0
#: A door that has worked this many seconds starts again with the first wait.
WORKED_WELL: Final = 60.0
#: Seconds that the connection to the relay is kept for the next message.
KEEP_RELAY: Final = 10.0

Door = Callable[[], Awaitable[None]]


class EmailChannel:
    """Fulfils `deskctl.plugins.Channel`. Connects to nothing before it is asked to."""

    def __init__(self, config: EmailConfig, context: ChannelContext) -> None:
        self._config = config
        self._context = context
        self._state = State(context)
        self._probes = Probes(self._state, context.now)
        self._listener: Listener | None = None
        self._alerted: set[str] = set()
        self._relay: Relay | None = None
        self._tokens = Tokens(config.oauth, context, self._state) if config.oauth is not None else None
        self._sending = asyncio.Lock()
        self._goodbye: asyncio.TimerHandle | None = None

    async def receive(self) -> None:
        """With one door, its failure is the channel's, and the supervisor's to wait for. With two, each is tried
        again on its own, so that a mailbox out of reach never closes the listener."""
        doors = self._doors()
        if not doors:
            await asyncio.get_running_loop().create_future()
        if len(doors) == 1:
            [door] = doors
            await door()
            return
        async with asyncio.TaskGroup() as group:
            opened = [group.create_task(self._keep_open(door)) for door in doors]
        raise opened[0].result()  # every door was refused for good

    async def send(self, message: OutboundMessage) -> Receipt:
        from .compose import compose
        from .smtp import Relay

        if self._config.smtp is None:
            raise Rejected("this channel has no relay to send through", "Add smtp = { host = … } to the channel.")
        mail = await asyncio.to_thread(compose, message, self._config.address, self._context.read_file)
        if message.copy:
            return await self._keep_copy(message.message_id, mail.content)
        rate = rate_of(self._config.smtp)
        if rate is not None:
            await asyncio.sleep(turn(rate, self._config.smtp, message.outbox_id))
        async with self._sending:
            if self._goodbye is not None:
                self._goodbye.cancel()
            if self._relay is None:
                self._relay = Relay(self._config.smtp, self._context, self._config.address, self._tokens)
            try:
                return await asyncio.to_thread(self._relay.send, mail, message.outbox_id)
            finally:
                loop = asyncio.get_running_loop()
                self._goodbye = loop.call_later(KEEP_RELAY, lambda: loop.create_task(self._leave_relay()))

    async def _keep_copy(self, message_id: str, content: bytes) -> Receipt:
        from .sent import keep

        imap = self._config.imap
        if imap is None or not imap.sent:
            raise Rejected("this channel keeps no copies any more")
        return await asyncio.to_thread(keep, imap, self._tokens, self._context, message_id, content)

    async def check(self) -> Health:
        from .check import check

        port = self._listener.port if self._listener is not None else None
        try:
            return Health(await asyncio.to_thread(check, self._config, self._context, self._probes, port, self._tokens))
        except Exception as error:
            self._context.log.exception("the check itself failed")
            return Health((Part("check", False, f"{type(error).__name__}: {error}"),))

    async def aclose(self) -> None:
        if self._goodbye is not None:
            self._goodbye.cancel()
        relay = self._relay
        if relay is not None and self._sending.locked():
            relay.abort()
        await self._leave_relay()
        if self._listener is not None:
            await self._listener.close()

    async def _leave_relay(self) -> None:
        async with self._sending:
            relay, self._relay = self._relay, None
            if relay is not None:
                await asyncio.to_thread(relay.close)

    def _doors(self) -> list[Door]:
        doors: list[Door] = []
        if self._config.listen is not None:
            from .listener import Listener

            self._listener = Listener(self._config, self._config.listen, self._context, self._probes)
            doors.append(self._listener.serve)
        if self._config.imap is not None:
            doors.append(self._read_mailbox)
        return doors

    async def _read_mailbox(self) -> None:
        from .imap import Mailbox

        assert self._config.imap is not None
        mailbox = Mailbox(
            self._config, self._config.imap, self._context, self._state, self._probes, self._alerted, self._tokens
        )
        await mailbox.read()

    async def _keep_open(self, door: Door) -> DeskctlError:
        """Open `door` again and again. The answer: why it cannot be opened before the configuration changes."""
        loop = asyncio.get_running_loop()
        wait = FIRST_WAIT
        said = ""
        while True:
            began = loop.time()
            try:
                await door()
            except AuthFailed as error:
                self._context.alert(str(error), error.hint)
                return error
            except Unavailable as error:
                if loop.time() - began > WORKED_WELL:
                    wait, said = FIRST_WAIT, ""
                if str(error) != said:
                    said = str(error)
                    self._context.log.warning("%s; trying again", said)
                await asyncio.sleep(wait)
                wait = min(LONGEST_WAIT, wait * 2)
