"""An open Telegram channel: one bot, by polling or a webhook."""

from __future__ import annotations

import asyncio
import weakref
from typing import TYPE_CHECKING

from deskctl.plugins import (
    AuthFailed,
    ChannelContext,
    ConfigError,
    Health,
    OutboundMessage,
    Part,
    Receipt,
    Rejected,
    TryLater,
)

from .config import TelegramConfig
from .messages import _
from .state import DeliveryProgress

if TYPE_CHECKING:
    from .api import Api
    from .intake import Intake
    from .webhook import Listener


class TelegramChannel:
    """The `deskctl.plugins.Channel` of a bot. It opens no connection until a method is called."""

    def __init__(self, config: TelegramConfig, context: ChannelContext) -> None:
        self._config = config
        self._context = context
        self._progress = DeliveryProgress(context)
        self._api: Api | None = None
        self._opening = asyncio.Lock()
        self._intake: Intake | None = None
        self._listener: Listener | None = None
        # One lock per chat keeps two messages to the same chat in order.
        self._chat_locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    async def receive(self) -> None:
        api = await self._open_api()
        from .errors import ApiError, receive_error
        from .intake import Intake
        from .polling import poll
        from .rate_limit import when_allowed

        try:
            me = await when_allowed(api.me, self._context.log)
        except ApiError as error:
            raise receive_error(error) from None
        hook = self._config.webhook
        self._intake = Intake(
            api,
            self._context,
            me,
            groups=self._config.groups,
            download_limit=self._config.download_limit,
            via="webhook" if hook else "polling",
        )
        if hook is None:
            await poll(api, self._intake, self._context)
        else:
            from .webhook import Listener

            self._listener = Listener(hook, self._intake, self._context)
            await self._listener.serve(api)

    async def send(self, message: OutboundMessage) -> Receipt:
        from .compose import chat_for

        if message.copy:
            raise Rejected(_("Telegram keeps sent messages itself"))
        chat = chat_for(message)
        try:
            api = await self._open_api()
        except AuthFailed as error:
            raise TryLater(error.what, error.hint) from None
        from .delivery import send

        async with self._chat_locks.setdefault(chat, asyncio.Lock()):
            return await send(api, message, self._config.upload_limit, self._context, self._progress)

    async def check(self) -> Health:
        try:
            api = await self._open_api()
            from .check import check

            return Health(await check(api, self._config, self._listener))
        except AuthFailed as error:
            return Health((Part("token", False, error.what, error.hint),))
        except Exception as error:
            self._context.log.exception("the channel check failed")
            return Health((Part("check", False, f"{type(error).__name__}: {error}"),))

    async def aclose(self) -> None:
        if self._intake is not None:
            self._intake.close()
        if self._listener is not None:
            await self._listener.close()
        api, self._api = self._api, None
        if api is not None:
            await api.close()

    async def _open_api(self) -> Api:
        """Return the API client. Load the library and read the token on first use, because both can be slow."""
        async with self._opening:
            if self._api is None:
                self._api = await asyncio.to_thread(self._create_api)
            return self._api

    def _create_api(self) -> Api:
        from .api import Api

        try:
            token = self._config.token.reveal()
        except ConfigError as error:
            raise AuthFailed(_("no token: {error}", error=error.what), error.hint) from None
        return Api(token, self._config.api)
