"""Conversion of an outgoing message to Bot API calls. Text is sent as plain text, without parse mode or entities."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from deskctl.plugins import Choice, FileRef, OutboundMessage, Rejected

from .messages import _
from .parse import CHOICE_PREFIX
from .split_text import split_text

#: The maximum number of messages for one text. A longer text is sent as a document.
MAX_PARTS: Final = 20
#: https://core.telegram.org/bots/api#sendphoto
PHOTO_LIMIT: Final = 10 * 1024 * 1024
PHOTOS: Final = frozenset({"image/jpeg", "image/png"})
#: https://core.telegram.org/bots/api#inlinekeyboardbutton
DATA_LIMIT: Final = 64
#: The prefix of automatic messages.
AUTOMATIC_PREFIX: Final = "🤖 "

_CHAT = re.compile(r"-?[0-9]{1,19}")
_ID = re.compile(r"<(-?[0-9]{1,19})\.([0-9]{1,19})(?:\.[0-9]+)?@(?:[0-9]+\.)?telegram>")


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call of a method. `file` is uploaded as the form field `field`."""

    method: str
    params: dict[str, Any] = field(default_factory=dict)
    file: FileRef | None = None
    field: str = ""


def chat_for(message: OutboundMessage) -> str:
    """Return the chat id: of the group that the message is for, or else of the customer. Raises Rejected."""
    chat = message.headers.get("telegram-chat") or next(iter(message.to), "")
    if not _CHAT.fullmatch(chat):
        raise Rejected(
            _('not a Telegram chat id: "{chat}"', chat=chat),
            _("Telegram customers have numeric ids, and a bot can write only to those who wrote to it first."),
        )
    return chat


def compose(message: OutboundMessage, upload_limit: int) -> list[ApiCall]:
    """Return the calls in order. Raises Rejected if there is no content, too much text, or a file is too large."""
    chat = chat_for(message)
    text, buttons = _text_and_buttons(message)
    parts = split_text(AUTOMATIC_PREFIX + text.lstrip() if message.automatic and text.strip() else text)
    if len(parts) > MAX_PARTS:
        raise Rejected(
            _(
                "the text is too long: it needs {count} Telegram messages, the limit is {limit}",
                count=len(parts),
                limit=MAX_PARTS,
            ),
            _("Attach it as a file."),
        )
    calls = [ApiCall("sendMessage", {"text": part}) for part in parts]
    calls += [_upload(file, upload_limit) for file in message.files]
    if not calls:
        raise Rejected(_("the message has no text and no file"))
    with_buttons = len(parts) - 1 if parts else len(calls) - 1
    for number, call in enumerate(calls):
        call.params["chat_id"] = chat
        if thread := message.headers.get("telegram-thread"):
            call.params["message_thread_id"] = thread
        if number == 0 and (replied_to := _replied_to(message, chat)):
            reply = {"message_id": replied_to, "allow_sending_without_reply": True}
            call.params["reply_parameters"] = json.dumps(reply)
        if number == with_buttons and buttons:
            call.params["reply_markup"] = json.dumps({"inline_keyboard": buttons}, ensure_ascii=False)
    return calls


def as_document(call: ApiCall) -> ApiCall:
    """Return the call that sends the picture as a file. Telegram refuses photos that are too large or damaged."""
    return ApiCall("sendDocument", call.params, call.file, "document")


def _upload(file: FileRef, limit: int) -> ApiCall:
    if file.size > limit:
        raise Rejected(
            _(
                "{file} is larger than {limit} MB, Telegram's limit for bots",
                file=file.filename,
                limit=limit // 1024**2,
            ),
            _("Put the file on a web server and send the link."),
        )
    if file.size == 0:
        raise Rejected(_("{file} is empty; Telegram does not accept empty files", file=file.filename))
    if file.content_type in PHOTOS and file.size <= PHOTO_LIMIT:
        return ApiCall("sendPhoto", {}, file, "photo")
    return ApiCall("sendDocument", {}, file, "document")


def _replied_to(message: OutboundMessage, chat: str) -> int | None:
    """Return the number of the customer's message in the same chat to which this one replies, or None."""
    found = _ID.fullmatch(message.in_reply_to or "")
    return int(found[2]) if found and found[1] == chat else None


def _text_and_buttons(message: OutboundMessage) -> tuple[str, list[list[dict[str, str]]]]:
    """Return the text and a button row per choice; if one does not fit on a button, list all choices in the text."""
    if all(_fits(choice) for choice in message.choices):
        return message.text, _buttons(message.choices)
    listed = "\n".join(f"- {choice.label}" for choice in message.choices)
    return f"{message.text}\n\n{listed}", []


def _fits(choice: Choice) -> bool:
    return len((CHOICE_PREFIX + choice.key).encode()) <= DATA_LIMIT and bool(choice.label.strip())


def _buttons(choices: Sequence[Choice]) -> list[list[dict[str, str]]]:
    return [[{"text": choice.label, "callback_data": CHOICE_PREFIX + choice.key}] for choice in choices]
