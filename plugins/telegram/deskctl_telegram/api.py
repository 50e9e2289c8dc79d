"""Calls to the Bot API, made through the `Bot` class of python-telegram-bot.

Responses stay plain JSON, so that an object which this version of the library cannot read does not block the others.
Every URL contains the token. Therefore this module replaces all errors of the HTTP libraries by its own.
"""

from __future__ import annotations

import logging
import re
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from telegram import Bot, InputFile
from telegram.error import NetworkError
from telegram.request import HTTPXRequest, RequestData

from deskctl.plugins import AuthFailed

from . import rate_limit
from .config import is_loopback
from .errors import ApiError, ErrorKind
from .json_access import as_dict, as_int, as_text, one_line, parse_object
from .messages import _
from .updates import BotIdentity

#: Seconds to wait for a response, and for the next bytes of an upload.
ANSWER_SECONDS: Final = 30.0
UPLOAD_SECONDS: Final = 120.0
CONNECT_SECONDS: Final = 15.0

_TOKEN = re.compile(r"[A-Za-z0-9:_-]{1,200}")
#: Errors after which no part of the request can have reached the server.
_NOT_SENT = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)  # fmt: skip


class Api:
    """The Bot API client of one bot. Use it in one event loop only, and `close` it afterwards."""

    def __init__(self, token: str, base: str) -> None:
        """Open no connection yet. Raises AuthFailed if `token` does not have the form of a bot token."""
        if not _TOKEN.fullmatch(token):
            raise AuthFailed(
                _("not a bot token: tokens from BotFather look like 123456:ABC-def"),
                _("Copy the token again from BotFather."),
            )
        for library in ("httpx", "httpcore", "telegram"):
            logging.getLogger(library).setLevel(logging.WARNING)  # their INFO lines contain URLs, and so the token
        self.host = urlsplit(base).hostname or base
        self._token = token
        self._me: BotIdentity | None = None
        self._polling, self._requests = _Request(self.host, 1), _Request(self.host, 16)
        self._bot = _Bot(
            token, f"{base}/bot", f"{base}/file/bot", request=self._requests, get_updates_request=self._polling
        )

    def __repr__(self) -> str:
        return f"Api({self.host})"

    async def call(self, method: str, wait: float = 0.0, **params: Any) -> Any:
        """Call a method and return its `result` as JSON. Raises ApiError.

        `wait` is added to the usual timeout, in seconds, for calls that the server holds open.
        """
        return await self._post(method, params, ANSWER_SECONDS + wait, ANSWER_SECONDS)

    async def upload(self, method: str, field: str, content: bytes, filename: str, **params: Any) -> Any:
        """Call a method with a file and return its `result`. Raises ApiError."""
        file = InputFile(content, filename=filename)
        return await self._post(method, {**params, field: file}, ANSWER_SECONDS, UPLOAD_SECONDS)

    async def download(self, file_id: str, limit: int) -> bytes:
        """Return the bytes of a file. Raises ApiError, of the kind REFUSED if the file is larger than `limit`."""
        found = as_dict(await self.call("getFile", file_id=file_id))
        path, size = as_text(found.get("file_path")), as_int(found.get("file_size"))
        if size is not None and size > limit:
            raise ApiError(ErrorKind.REFUSED, _("the file is too large"))
        if not path or path.startswith("/") or "://" in path or ".." in path.split("/"):
            raise ApiError(ErrorKind.REFUSED, _("the server gives no path for the file"))
        try:
            content = await self._requests.retrieve(f"{self._bot.base_file_url}/{path}", read_timeout=ANSWER_SECONDS)
        except ApiError as error:
            raise ApiError(error.kind, self._scrubbed(error.what), error.retry_after) from None
        except Exception as error:  # noqa: BLE001 - its text may contain the URL
            raise ApiError(
                ErrorKind.NO_ANSWER, _("the download failed ({error})", error=type(error).__name__)
            ) from None
        if len(content) > limit:
            raise ApiError(ErrorKind.REFUSED, _("the file is too large"))
        return content

    async def me(self) -> BotIdentity:
        """Return the bot's own identity. Call the server only the first time. Raises ApiError."""
        if self._me is None:
            found = as_dict(await self.call("getMe"))
            number = as_int(found.get("id"))
            bot_id = str(number) if number is not None else self._token.partition(":")[0]
            self._me = BotIdentity(bot_id, one_line(found.get("username"), 64))
        return self._me

    async def close(self) -> None:
        await self._polling.shutdown()
        await self._requests.shutdown()

    async def _post(self, method: str, params: dict[str, Any], read: float, write: float) -> Any:
        try:
            return await self._bot.call(method, params, read, write)
        except ApiError as error:
            raise ApiError(error.kind, self._scrubbed(error.what), error.retry_after, error.moved_to) from None
        except Exception as error:  # noqa: BLE001 - its text may contain the URL
            what = _("{host} sent an unreadable response ({error})", host=self.host, error=type(error).__name__)
            raise ApiError(ErrorKind.NO_ANSWER, what) from None

    def _scrubbed(self, what: str) -> str:
        """Remove the token. A message without it stays translatable."""
        return what if self._token not in what and len(what) <= 300 else what.replace(self._token, "…")[:300]


class _Bot(Bot):
    """`Bot` that calls any method by its name, and whose repr omits the token."""

    async def call(self, method: str, params: dict[str, Any], read: float, write: float) -> Any:
        return await self._post(method, params, read_timeout=read, write_timeout=write)

    def __repr__(self) -> str:
        return "Bot()"

    __str__ = __repr__


class _Request(HTTPXRequest):
    """HTTP requests whose errors tell if the request was sent, and what the server answered."""

    def __init__(self, host: str, connections: int) -> None:
        # Ignore the proxies of the environment for a server on this machine.
        options = {"trust_env": False} if is_loopback(host) else {}
        super().__init__(
            connection_pool_size=connections, connect_timeout=CONNECT_SECONDS, pool_timeout=60.0, httpx_kwargs=options
        )
        self._host = host

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *args: Any, **timeouts: Any
    ) -> tuple[int, bytes]:
        try:
            code, payload = await super().do_request(url, method, request_data, *args, **timeouts)
        except NetworkError as error:
            cause = error.__cause__
            name = type(cause or error).__name__
            if isinstance(cause, _NOT_SENT):
                what = _("cannot reach {host} ({error})", host=self._host, error=name)
                raise ApiError(ErrorKind.NOT_SENT, what) from None
            what = _("{host} did not answer ({error})", host=self._host, error=name)
            raise ApiError(ErrorKind.NO_ANSWER, what) from None
        if 200 <= code <= 299:
            return code, payload
        raise _error_of(self._host, code, parse_object(payload))

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        answer = parse_object(payload)
        if answer is None:
            raise ApiError(ErrorKind.NO_ANSWER, _("the server's response is not JSON"))
        if answer.get("ok") is False:
            raise _error_of("the server", as_int(answer.get("error_code")) or 500, answer)
        return answer


def _error_of(host: str, code: int, answer: dict[str, Any] | None) -> ApiError:
    """Classify an error response (https://core.telegram.org/bots/api#making-requests)."""
    description = one_line((answer or {}).get("description") or (answer or {}).get("message"), 250)
    what = description or _("{host} answered with status {status}", host=host, status=code)
    parameters = as_dict((answer or {}).get("parameters"))
    if code == rate_limit.TOO_MANY_REQUESTS:
        return rate_limit.rate_limit_error(what, parameters)
    moved = as_int(parameters.get("migrate_to_chat_id"))
    if moved is not None:
        return ApiError(ErrorKind.CHAT_MOVED, what, moved_to=moved)
    if code == 503 or (code >= 500 and answer is not None):
        return ApiError(ErrorKind.SERVER_ERROR, what)
    if code >= 500:
        return ApiError(ErrorKind.NO_ANSWER, what)
    kinds = {401: ErrorKind.BAD_TOKEN, 404: ErrorKind.BAD_TOKEN, 403: ErrorKind.FORBIDDEN, 409: ErrorKind.CONFLICT}
    return ApiError(kinds.get(code, ErrorKind.REFUSED), what)
