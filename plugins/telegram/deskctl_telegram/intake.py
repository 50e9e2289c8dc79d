"""Conversion of an update to a journal entry that contains its files, so that Telegram is not needed afterwards."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from deskctl.plugins import ChannelContext, Envelope

from .api import Api
from .errors import ApiError, ErrorKind
from .files import FILES_KEY, AttachedFile, attached_files, file_entry, missing_file_entry
from .json_access import as_dict, as_text
from .rate_limit import download_delay
from .updates import BotIdentity, chat_of, is_relevant, message_of, update_key

#: Seconds to wait before each further download attempt. After the last one the file is left out, so that later updates
#: do not wait for it.
RETRY_DELAYS: Final = (0.5, 2.0, 5.0, 10.0)
#: Seconds for all attempts to download one file.
DOWNLOAD_TIMEOUT: Final = 120.0

Entry = tuple[bytes, str, Envelope]


class Intake:
    """The preparation of updates for the journal. Each open channel has one instance."""

    def __init__(
        self, api: Api, context: ChannelContext, me: BotIdentity, *, groups: bool, download_limit: int, via: str
    ) -> None:
        self._api = api
        self._context = context
        self._me = me
        self._groups = groups
        self._download_limit = download_limit
        self._via = via
        self._answers: set[asyncio.Task[None]] = set()

    def accepts(self, update: Mapping[str, Any]) -> bool:
        """Return True if the update belongs on a ticket; log a change of the bot's membership."""
        if "my_chat_member" in update:
            self._log_membership(as_dict(update["my_chat_member"]))
            return False
        return is_relevant(update, self._me, self._groups)

    def has_file(self, update: Mapping[str, Any]) -> bool:
        return "callback_query" not in update and bool(attached_files(message_of(update)))

    async def entry(self, update: Mapping[str, Any]) -> Entry:
        """Return the journal entry of an update after downloading its files. A failed download does not raise."""
        complete = {key: value for key, value in update.items() if key != FILES_KEY}
        files = attached_files(message_of(update)) if "callback_query" not in update else []
        if files:
            complete[FILES_KEY] = [await self._download(file) for file in files]
        raw = json.dumps(complete, separators=(",", ":")).encode("ascii")
        envelope = Envelope(via=self._via, received_at=self._context.now(), extra=self._me.as_extra())
        return raw, update_key(update), envelope

    def committed(self, updates: Iterable[Mapping[str, Any]]) -> None:
        """Answer pressed buttons in updates that are in the journal, so that Telegram shows the press as received."""
        for update in updates:
            if query := as_text(as_dict(update.get("callback_query")).get("id")):
                task = asyncio.create_task(self._answer(query))
                self._answers.add(task)
                task.add_done_callback(self._answers.discard)

    def close(self) -> None:
        for task in self._answers:
            task.cancel()

    async def _answer(self, query: str) -> None:
        try:
            await self._api.call("answerCallbackQuery", callback_query_id=query)
        except ApiError as error:  # the button shows as busy for a while; no data is lost
            self._context.log.debug("cannot answer a pressed button: %s", error.what)

    async def _download(self, file: AttachedFile) -> dict[str, Any]:
        if file.size is not None and file.size > self._download_limit:
            return missing_file_entry(f"too large to download ({_megabytes(file.size)})")
        try:
            async with asyncio.timeout(DOWNLOAD_TIMEOUT):
                for delay in RETRY_DELAYS:
                    try:
                        return file_entry(await self._api.download(file.file_id, self._download_limit))
                    except ApiError as error:
                        if error.kind is ErrorKind.REFUSED:
                            return self._leave_out(error)
                        await asyncio.sleep(download_delay(error, delay))
                return file_entry(await self._api.download(file.file_id, self._download_limit))
        except ApiError as error:
            return self._leave_out(error)
        except TimeoutError:
            self._context.log.warning("file left out: not downloaded within %d s", DOWNLOAD_TIMEOUT)
            return missing_file_entry(f"not downloaded within {DOWNLOAD_TIMEOUT:.0f} s")

    def _leave_out(self, error: ApiError) -> dict[str, Any]:
        self._context.log.warning("file left out: cannot download it: %s", error.what)
        return missing_file_entry(f"download failed: {error.what}")

    def _log_membership(self, change: Mapping[str, Any]) -> None:
        """Log that a customer blocked or unblocked the bot, or that a group added or removed it."""
        status = as_text(as_dict(change.get("new_chat_member")).get("status"))
        if status in ("kicked", "left", "member", "administrator"):
            event = {"kicked": "blocked or removed the bot", "left": "removed the bot"}.get(status, "added the bot")
            self._context.log.info("chat %s %s", chat_of(change), event)


def _megabytes(size: int) -> str:
    return f"{size / 1024**2:.1f} MB"
