"""From an update to a journal entry that needs Telegram no more: its files are fetched and put into it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from deskctl.plugins import ChannelContext, Envelope

from .api import Api, ApiError, Trouble
from .files import KEPT, Attached, all_attached, fetched, missing
from .reading import table, text
from .updates import Me, chat_of, message_of, update_key, wanted

#: Seconds to wait before a file is asked for again; after the last it is left out, so that it holds nobody up.
WAITS: Final = (0.5, 2.0, 5.0, 10.0)
#: Seconds that all of this may take for one file.
FILE_WITHIN: Final = 120.0

Entry = tuple[bytes, str, Envelope]


class Intake:
    """Prepares updates for the journal. One for each open channel."""

    def __init__(self, api: Api, context: ChannelContext, me: Me, *, groups: bool, largest_file: int, via: str) -> None:
        self._api = api
        self._context = context
        self._me = me
        self._groups = groups
        self._largest = largest_file
        self._via = via
        self._answering: set[asyncio.Task[None]] = set()

    def wants(self, update: Mapping[str, Any]) -> bool:
        """Whether it belongs on a ticket; what does not is passed over."""
        if "my_chat_member" in update:
            self._note_membership(table(update["my_chat_member"]))
            return False
        return wanted(update, self._me, self._groups)

    def has_file(self, update: Mapping[str, Any]) -> bool:
        return "callback_query" not in update and bool(all_attached(message_of(update)))

    async def entry(self, update: Mapping[str, Any]) -> Entry:
        """What is journalled for an update. Takes as long as its files take, within limits; raises nothing."""
        whole = {key: value for key, value in update.items() if key != KEPT}
        files = all_attached(message_of(update)) if "callback_query" not in update else []
        if files:
            whole[KEPT] = [await self._fetch(file) for file in files]
        raw = json.dumps(whole, separators=(",", ":")).encode("ascii")
        about = Envelope(via=self._via, received_at=self._context.now(), extra=self._me.as_extra())
        return raw, update_key(update), about

    def committed(self, updates: Iterable[Mapping[str, Any]]) -> None:
        """They are in the journal: whoever pressed a button sees that it was heard."""
        for update in updates:
            if query := text(table(update.get("callback_query")).get("id")):
                task = asyncio.create_task(self._answer(query))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)

    def close(self) -> None:
        for task in self._answering:
            task.cancel()

    async def _answer(self, query: str) -> None:
        try:
            await self._api.call("answerCallbackQuery", callback_query_id=query)
        except ApiError as error:  # the button goes on turning for a while, and nothing is lost
            self._context.log.debug("a pressed button was not answered: %s", error.what)

    async def _fetch(self, file: Attached) -> dict[str, Any]:
        if file.size is not None and file.size > self._largest:
            return missing(f"too large to be fetched, {_megabytes(file.size)}")
        try:
            async with asyncio.timeout(FILE_WITHIN):
                for wait in WAITS:
                    try:
                        return fetched(await self._api.download(file.file_id, self._largest))
                    except ApiError as error:
                        if error.trouble is Trouble.REFUSED:
                            return self._missing(error)
                        await asyncio.sleep(max(wait, error.retry_after or 0.0))
                return fetched(await self._api.download(file.file_id, self._largest))
        except ApiError as error:
            return self._missing(error)
        except TimeoutError:
            self._context.log.warning("a file did not come within %d s and is left out", FILE_WITHIN)
            return missing(f"could not be fetched within {FILE_WITHIN:.0f} s")

    def _missing(self, error: ApiError) -> dict[str, Any]:
        self._context.log.warning("a file could not be fetched and is left out: %s", error.what)
        return missing(f"could not be fetched: {error.what}")

    def _note_membership(self, change: Mapping[str, Any]) -> None:
        """A customer blocked the bot or came back; a group took it in or threw it out."""
        status = text(table(change.get("new_chat_member")).get("status"))
        if status in ("kicked", "left", "member", "administrator"):
            words = {"kicked": "blocked or removed the bot", "left": "removed the bot"}.get(status, "let the bot in")
            self._context.log.info("chat %s %s", chat_of(change), words)


def _megabytes(size: int) -> str:
    return f"{size / 1024**2:.1f} MB"
