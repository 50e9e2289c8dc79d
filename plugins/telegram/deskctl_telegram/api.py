"""Speaking to the Bot API: python-telegram-bot's `Bot` makes the calls; what goes wrong is told in our own words.

Answers are taken as the JSON they are: one that this version of the library cannot read must not stop the others.
The token is a part of every address, so no error of the libraries below gets out of here with its text.
"""

from __future__ import annotations

import logging
import re
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from telegram import Bot, InputFile
from telegram.error import NetworkError, TelegramError
from telegram.request import HTTPXRequest, RequestData

from deskctl.plugins import AuthFailed, Unavailable

from .config import is_loopback
from .reading import line, loads, table, text, whole
from .updates import Me

#: Seconds for an answer, and between two bytes of a file on its way.
ANSWER_SECONDS: Final = 30.0
UPLOAD_SECONDS: Final = 120.0
CONNECT_SECONDS: Final = 15.0

_TOKEN = re.compile(r"[A-Za-z0-9:_-]{1,200}")
#: Nothing of the request can have reached the other side.
_BEFORE = (
    httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)  # fmt: skip


class Trouble(StrEnum):
    NOT_SENT = "not sent"  # the request did not leave
    NO_ANSWER = "no answer"  # it left; whether it was done is unknown
    BROKEN = "broken"  # the server answers that something is wrong with itself
    FLOOD = "flood"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    TOKEN = "token"
    CONFLICT = "conflict"
    MOVED = "moved"  # the group has another number now


class ApiError(TelegramError):
    """A call that came to nothing. `what` is for people and holds no secret; `retry_after` in seconds."""

    def __init__(
        self, trouble: Trouble, what: str, retry_after: float | None = None, moved_to: int | None = None
    ) -> None:
        super().__init__(what)
        self.trouble = trouble
        self.what = what
        self.retry_after = retry_after
        self.moved_to = moved_to


class Api:
    """The calls of one bot. Safe in one loop only; `close` it."""

    def __init__(self, token: str, base: str) -> None:
        """Raises AuthFailed for what cannot be a token. Opens no connection."""
        if not _TOKEN.fullmatch(token):
            raise AuthFailed("the token is none: BotFather's look like 123456:ABC-def", "Copy it again from BotFather.")
        for chatty in ("httpx", "httpcore", "telegram"):
            logging.getLogger(chatty).setLevel(logging.WARNING)  # they tell addresses, which hold the token
        self.host = urlsplit(base).hostname or base
        self._token = token
        self._me: Me | None = None
        self._polling, self._calling = _Line(self.host, 1), _Line(self.host, 16)
        self._bot = _Bot(
            token, f"{base}/bot", f"{base}/file/bot", request=self._calling, get_updates_request=self._polling
        )

    def __repr__(self) -> str:
        return f"Api({self.host})"

    async def call(self, method: str, wait: float = 0.0, **params: Any) -> Any:
        """The `result` of a method, as JSON. `wait`: seconds that the server may take beyond the usual.
        Raises ApiError."""
        return await self._ask(method, params, ANSWER_SECONDS + wait, ANSWER_SECONDS)

    async def upload(self, method: str, field: str, content: bytes, filename: str, **params: Any) -> Any:
        """Like `call`, with a file."""
        file = InputFile(content, filename=filename)
        return await self._ask(method, {**params, field: file}, ANSWER_SECONDS, UPLOAD_SECONDS)

    async def download(self, file_id: str, most: int) -> bytes:
        """A file's bytes. Raises ApiError; REFUSED when it is larger than `most`."""
        found = table(await self.call("getFile", file_id=file_id))
        path, size = text(found.get("file_path")), whole(found.get("file_size"))
        if size is not None and size > most:
            raise ApiError(Trouble.REFUSED, "it is too large")
        if not path or path.startswith("/") or "://" in path or ".." in path.split("/"):
            raise ApiError(Trouble.REFUSED, "the server says no address for it")
        try:
            content = await self._calling.retrieve(f"{self._bot.base_file_url}/{path}", read_timeout=ANSWER_SECONDS)
        except ApiError as error:
            raise ApiError(error.trouble, self._scrubbed(error.what), error.retry_after) from None
        except Exception as error:  # noqa: BLE001 - its text may hold the address
            raise ApiError(Trouble.NO_ANSWER, f"it did not come ({type(error).__name__})") from None
        if len(content) > most:
            raise ApiError(Trouble.REFUSED, "it is too large")
        return content

    async def me(self) -> Me:
        """The bot itself; asked once. Raises ApiError."""
        if self._me is None:
            found = table(await self.call("getMe"))
            number = whole(found.get("id"))
            own = str(number) if number is not None else self._token.partition(":")[0]
            self._me = Me(own, line(found.get("username"), 64))
        return self._me

    async def close(self) -> None:
        await self._polling.shutdown()
        await self._calling.shutdown()

    async def _ask(self, method: str, params: dict[str, Any], read: float, write: float) -> Any:
        try:
            return await self._bot.call(method, params, read, write)
        except ApiError as error:
            raise ApiError(error.trouble, self._scrubbed(error.what), error.retry_after, error.moved_to) from None
        except Exception as error:  # noqa: BLE001 - its text may hold the address
            what = f"{self.host} answered what cannot be read ({type(error).__name__})"
            raise ApiError(Trouble.NO_ANSWER, what) from None

    def _scrubbed(self, what: str) -> str:
        return what.replace(self._token, "…")[:300]


class _Bot(Bot):
    """`Bot` with a door for any method, and without the token in its name."""

    async def call(self, method: str, params: dict[str, Any], read: float, write: float) -> Any:
        return await self._post(method, params, read_timeout=read, write_timeout=write)

    def __repr__(self) -> str:
        return "Bot()"

    __str__ = __repr__


class _Line(HTTPXRequest):
    """Requests whose failures say whether the request left, and what the server said."""

    def __init__(self, host: str, connections: int) -> None:
        # Proxies of the environment lead out of this machine, never back into it.
        more = {"trust_env": False} if is_loopback(host) else {}
        super().__init__(
            connection_pool_size=connections, connect_timeout=CONNECT_SECONDS, pool_timeout=60.0, httpx_kwargs=more
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
            if isinstance(cause, _BEFORE):
                raise ApiError(Trouble.NOT_SENT, f"{self._host} cannot be reached ({name})") from None
            raise ApiError(Trouble.NO_ANSWER, f"{self._host} gave no answer ({name})") from None
        if 200 <= code <= 299:
            return code, payload
        raise _refusal(self._host, code, loads(payload))

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        answer = loads(payload)
        if answer is None:
            raise ApiError(Trouble.NO_ANSWER, "the server answered what is no JSON")
        if answer.get("ok") is False:
            raise _refusal("the server", whole(answer.get("error_code")) or 500, answer)
        return answer


def _refusal(host: str, code: int, answer: dict[str, Any] | None) -> ApiError:
    """https://core.telegram.org/bots/api#making-requests"""
    said = line((answer or {}).get("description") or (answer or {}).get("message"), 250)
    what = said or f"{host} answered with status {code}"
    parameters = table((answer or {}).get("parameters"))
    if code == 429:
        seconds = whole(parameters.get("retry_after"))
        return ApiError(Trouble.FLOOD, what, float(seconds) if seconds is not None and seconds >= 0 else None)
    moved = whole(parameters.get("migrate_to_chat_id"))
    if moved is not None:
        return ApiError(Trouble.MOVED, what, moved_to=moved)
    if code == 503 or (code >= 500 and answer is not None):
        return ApiError(Trouble.BROKEN, what)
    if code >= 500:
        return ApiError(Trouble.NO_ANSWER, what)
    kinds = {401: Trouble.TOKEN, 404: Trouble.TOKEN, 403: Trouble.FORBIDDEN, 409: Trouble.CONFLICT}
    return ApiError(kinds.get(code, Trouble.REFUSED), what)


def while_receiving(error: ApiError) -> Exception:
    """What a channel that takes in raises."""
    if error.trouble is Trouble.TOKEN:
        return AuthFailed(f"Telegram refuses the token: {error.what}", "Copy it again from BotFather; is `api` right?")
    if error.trouble is Trouble.CONFLICT:
        return Unavailable(
            f"another process takes this bot's messages: {error.what}",
            "Two programs share one token. Stop the other, or revoke the token in BotFather and use the new one here.",
        )
    return Unavailable(f"Telegram cannot be asked: {error.what}")
