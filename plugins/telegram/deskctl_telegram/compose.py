"""From what the desk wants to say to the calls that say it. Plain text stays plain: no parse mode, no entities."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from deskctl.plugins import Choice, FileRef, OutboundMessage, Rejected

from .cutting import cut
from .parse import CHOICE

#: More messages than this at once is no answer but a document.
MOST_PARTS: Final = 20
#: https://core.telegram.org/bots/api#sendphoto
PHOTO_LIMIT: Final = 10 * 1024 * 1024
PHOTOS: Final = frozenset({"image/jpeg", "image/png"})
#: https://core.telegram.org/bots/api#inlinekeyboardbutton
DATA_LIMIT: Final = 64
#: Before the words of a machine.
MACHINE: Final = "🤖 "

_CHAT = re.compile(r"-?[0-9]{1,19}")
_ID = re.compile(r"<(-?[0-9]{1,19})\.([0-9]{1,19})(?:\.[0-9]+)?@(?:[0-9]+\.)?telegram>")


@dataclass(frozen=True, slots=True)
class Step:
    """One call. `file` goes along under the name `field`."""

    method: str
    params: dict[str, Any] = field(default_factory=dict)
    file: FileRef | None = None
    field: str = ""


def chat_for(message: OutboundMessage) -> str:
    """Where it goes: the group it is about, else the customer's own chat. Raises Rejected."""
    chat = message.headers.get("telegram-chat") or next(iter(message.to), "")
    if not _CHAT.fullmatch(chat):
        raise Rejected(
            f"{chat or 'nobody'!r} is nobody's chat on Telegram",
            "Telegram's customers are numbers; a bot can write only to those who wrote to it first.",
        )
    return chat


def compose(message: OutboundMessage, upload_limit: int) -> list[Step]:
    """The calls in their order. Raises Rejected: nothing to say, too much of it, a file that is too large."""
    chat = chat_for(message)
    text, buttons = _with_choices(message)
    parts = cut(MACHINE + text.lstrip() if message.automatic and text.strip() else text)
    if len(parts) > MOST_PARTS:
        raise Rejected(
            f"the text would be {len(parts)} messages on Telegram, and {MOST_PARTS} are the most",
            "Attach it as a file.",
        )
    steps = [Step("sendMessage", {"text": part}) for part in parts]
    steps += [_upload(file, upload_limit) for file in message.files]
    if not steps:
        raise Rejected("there is nothing to say: no text, no file")
    with_buttons = len(parts) - 1 if parts else len(steps) - 1
    for number, step in enumerate(steps):
        step.params["chat_id"] = chat
        if thread := message.headers.get("telegram-thread"):
            step.params["message_thread_id"] = thread
        if number == 0 and (answered := _answered(message, chat)):
            step.params["reply_parameters"] = json.dumps({"message_id": answered, "allow_sending_without_reply": True})
        if number == with_buttons and buttons:
            step.params["reply_markup"] = json.dumps({"inline_keyboard": buttons}, ensure_ascii=False)
    return steps


def as_document(step: Step) -> Step:
    """The same picture sent as a file: Telegram takes no photo that is too long, too wide or broken."""
    return Step("sendDocument", step.params, step.file, "document")


def _upload(file: FileRef, limit: int) -> Step:
    if file.size > limit:
        raise Rejected(
            f"{file.filename} is larger than {limit // 1024**2} MB, the most that Telegram takes from a bot",
            "Put it where it can be downloaded, and send the address.",
        )
    if file.size == 0:
        raise Rejected(f"{file.filename} is empty, and Telegram takes no empty files")
    if file.content_type in PHOTOS and file.size <= PHOTO_LIMIT:
        return Step("sendPhoto", {}, file, "photo")
    return Step("sendDocument", {}, file, "document")


def _answered(message: OutboundMessage, chat: str) -> int | None:
    """The number of the customer's message in the same chat that this answers."""
    found = _ID.fullmatch(message.in_reply_to or "")
    return int(found[2]) if found and found[1] == chat else None


def _with_choices(message: OutboundMessage) -> tuple[str, list[list[dict[str, str]]]]:
    """The text, and a row of one button for each choice; choices that no button can carry stand in the text."""
    if all(_fits(choice) for choice in message.choices):
        return message.text, _buttons(message.choices)
    listed = "\n".join(f"- {choice.label}" for choice in message.choices)
    return f"{message.text}\n\n{listed}", []


def _fits(choice: Choice) -> bool:
    return len((CHOICE + choice.key).encode()) <= DATA_LIMIT and bool(choice.label.strip())


def _buttons(choices: Sequence[Choice]) -> list[list[dict[str, str]]]:
    return [[{"text": choice.label, "callback_data": CHOICE + choice.key}] for choice in choices]
