"""The open channel: takes files in, writes answers out."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from deskctl.plugins import ChannelContext, Envelope, Health, OutboundMessage, Part, Receipt, TryLater, Unavailable

from .config import PigeonConfig


class PigeonChannel:
    """A file is removed from the inbox when it is in the desk's journal, and not before."""

    def __init__(self, config: PigeonConfig, context: ChannelContext) -> None:
        self._config = config
        self._context = context

    async def receive(self) -> None:
        while True:
            for path in await asyncio.to_thread(self._waiting):
                await self._take(path)
            await asyncio.sleep(self._config.poll.total_seconds())

    async def send(self, message: OutboundMessage) -> Receipt:
        path = await asyncio.to_thread(self._write, message)
        return Receipt(f"written to {path}")

    async def check(self) -> Health:
        return Health(tuple(await asyncio.to_thread(lambda: list(self._parts()))))

    async def aclose(self) -> None:
        """Nothing is held open."""

    async def _take(self, path: Path) -> None:
        """Deliver first, remove afterwards: if the process dies in between, the file comes again under its key."""
        try:
            raw = await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError:
            return  # whoever put it there took it back
        except OSError as error:
            raise Unavailable(f"{path} cannot be read: {error.strerror}", "Let the desk's user read it.") from None
        key = hashlib.sha256(path.name.encode() + b"\0" + raw).hexdigest()
        envelope = Envelope(via="pigeon", received_at=self._context.now())
        await self._context.deliver(raw, key, envelope)
        await asyncio.to_thread(path.unlink, missing_ok=True)

    def _waiting(self) -> list[Path]:
        try:
            self._config.inbox.mkdir(parents=True, exist_ok=True)
            return sorted(path for path in self._config.inbox.glob("*.json") if not path.name.startswith("."))
        except OSError as error:
            raise Unavailable(f"{self._config.inbox} cannot be read: {error.strerror}") from None

    def _write(self, message: OutboundMessage) -> Path:
        """The file appears whole or not at all, so there is never a doubt whether the answer left."""
        path = self._config.outbox / f"{message.outbox_id}.json"
        part = path.with_suffix(".part")
        try:
            self._config.outbox.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(_answer(message))
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
        except OSError as error:
            raise TryLater(f"{path} cannot be written: {error.strerror}") from None
        return path

    def _parts(self) -> Iterator[Part]:
        for name, folder in (("inbox", self._config.inbox), ("outbox", self._config.outbox)):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                usable = os.access(folder, os.R_OK | os.W_OK | os.X_OK)
            except OSError as error:
                yield Part(name, False, f"{folder}: {error.strerror}", f"Make {folder} for the desk's user.")
                continue
            yield Part(name, usable, str(folder), "" if usable else f"Let the desk's user read and write {folder}.")


def _answer(message: OutboundMessage) -> bytes:
    fields = {
        "id": message.message_id,
        "to": list(message.to),
        "subject": message.subject,
        "text": message.text,
        "ticket": message.ticket,
        "in_reply_to": message.in_reply_to,
    }
    return json.dumps(fields, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"
