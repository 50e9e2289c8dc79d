"""Conversion of a raw update to a message. Pure and total: any bytes give a message, with its problems listed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from deskctl.plugins import Automatic, Envelope, InboundMessage, Intent, IntentKind

from .body import message_body, quoted_text
from .files import attached_files, stored_file
from .json_access import as_dict, as_dicts, as_int, as_text, clean_text, one_line, parse_object
from .reply_context import describe_reply_context
from .updates import GROUPS, BotIdentity, chat_of, message_id, message_of

#: The intents of the bot's commands (https://core.telegram.org/bots/features#commands).
_INTENTS: Final = {
    "new": IntentKind.NEW,
    "status": IntentKind.STATUS,
    "human": IntentKind.PERSON,
    "help": IntentKind.HELP,
}
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w{1,64})?(?:\s+(.*))?", re.DOTALL)
#: A one-time code in the form that `deskctl contact link` prints.
_CODE = re.compile(
    r"(?=[2-9-]*[A-Z])[A-HJKMNP-TV-Z2-9]{4}-[A-HJKMNP-TV-Z2-9]{4}-[A-HJKMNP-TV-Z2-9]{3}", re.IGNORECASE | re.ASCII
)
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?", re.DOTALL)
#: The prefix of the data of our buttons; the key of the choice follows.
CHOICE_PREFIX: Final = "choice:"


def parse(raw: bytes, envelope: Envelope) -> InboundMessage:
    """Return the message of an update. Without one, the result has no sender and gives the reason in `problems`."""
    me = BotIdentity.from_extra(envelope.extra)
    update = parse_object(raw)
    if update is None:
        return _unreadable(raw)
    query = as_dict(update.get("callback_query"))
    if query:
        return _from_button(query, me)
    message = message_of(update)
    if not message:
        return _without_message(update)
    return _from_message(update, message, me)


def _from_message(update: Mapping[str, Any], message: Mapping[str, Any], me: BotIdentity) -> InboundMessage:
    chat, number = chat_of(message), as_int(message.get("message_id"))
    sender = as_dict(message.get("from"))
    sent_at, problems = _sent_at(message.get("date"))
    body = message_body(message)
    intent: Intent | None = None
    if command := _COMMAND.fullmatch(body.strip()):
        intent, body = _from_command(command[1].lower(), (command[2] or "").strip(), body)
    elif not _in_group(message) and (code := _CODE.fullmatch(body.strip())):
        intent, body = Intent(IntentKind.LINK, code[0]), "/start"  # a link code without the command
    files = []
    for position, file in enumerate(attached_files(message)):
        found = stored_file(update, file, position)
        if isinstance(found, str):
            placeholder = f"[{file.name}: {found}]"
            body = f"{body}\n\n{placeholder}" if body else placeholder
            problems = (*problems, f"{file.name}: {found}")
        else:
            files.append(found)
    edited = as_int(message.get("edit_date")) if "edited_message" in update else None
    replied_to = as_int(as_dict(message.get("reply_to_message")).get("message_id"))
    quote, context = quoted_text(message), describe_reply_context(message)
    if "external_reply" in message:  # the desk does not have the quoted message, so the quote stays visible
        context, quote = "\n".join(filter(None, (context, quote))), ""
    subject = _subject(body)
    body = "\n\n".join(filter(None, (context, body)))
    group = _in_group(message)
    if group and intent is not None and intent.kind is IntentKind.LINK:
        intent = Intent(IntentKind.HELP)  # a code that the whole group can read proves no identity
    # The status of a customer's tickets goes to the customer's own chat.
    private = not group or (intent is not None and intent.kind is IntentKind.STATUS)
    return InboundMessage(
        sender=_address(sender),
        sender_name=_name(sender),
        subject=subject,
        text=f"{quote}\n\n{body}" if quote else body,
        visible_text=body,
        digest=_digest(message),
        sent_at=sent_at,
        message_id=message_id(chat, number, me, edited) if number is not None else None,
        in_reply_to=(message_id(chat, replied_to, me),) if replied_to is not None else (),
        files=tuple(files),
        automatic=Automatic(True, "bot") if sender.get("is_bot") is True else Automatic(),
        language=_language(sender),
        intent=intent,
        edits=message_id(chat, number, me) if "edited_message" in update and number is not None else None,
        also=_own_number(message, sender),
        problems=problems,
        headers={} if private else _headers(message, chat),
    )


def _from_button(query: Mapping[str, Any], me: BotIdentity) -> InboundMessage:
    """Return the choice of a customer who pressed a button under a message of the bot."""
    message, sender = as_dict(query.get("message")), as_dict(query.get("from"))
    chat, number = chat_of(message), as_int(message.get("message_id"))
    data = clean_text(as_text(query.get("data")))
    buttons = (button for row in _rows(message) for button in row)
    label = next((one_line(b.get("text")) for b in buttons if b.get("callback_data") == query.get("data")), "")
    key = data.removeprefix(CHOICE_PREFIX)
    body = label or one_line(key)
    query_id = one_line(query.get("id"), 64)
    return InboundMessage(
        sender=_address(sender),
        sender_name=_name(sender),
        subject=_subject(body),
        text=body,
        visible_text=body,
        digest=_digest(query),
        message_id=f"<choice.{_id_part(query_id)}@{me.id or 'bot'}.telegram>" if query_id else None,
        in_reply_to=(message_id(chat, number, me),) if number is not None else (),
        language=_language(sender),
        intent=Intent(IntentKind.CHOICE, key),
        headers=_headers(message, chat) if _in_group(message) else {},
    )


def _rows(message: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    rows = as_dict(message.get("reply_markup")).get("inline_keyboard")
    return [as_dicts(row) for row in rows] if isinstance(rows, list) else []


def _from_command(command: str, argument: str, body: str) -> tuple[Intent | None, str]:
    """Return the intent of a command and the text to keep."""
    if command == "start":
        # The link code is secret until it is used, so the text does not contain it.
        return (Intent(IntentKind.LINK, argument[:128]), "/start") if argument else (Intent(IntentKind.HELP), "/start")
    kind = _INTENTS.get(command)
    if kind is None:
        return None, body
    return Intent(kind), argument or f"/{command}"


def _address(sender: Mapping[str, Any]) -> str | None:
    number = as_int(sender.get("id"))
    return str(number) if number is not None else None


def _name(sender: Mapping[str, Any]) -> str | None:
    names = (one_line(sender.get(key), 100) for key in ("first_name", "last_name"))
    username = one_line(sender.get("username"), 64)
    return " ".join(filter(None, names)) or (f"@{username}" if username else None)


def _language(sender: Mapping[str, Any]) -> str | None:
    found = _LANGUAGE.fullmatch(as_text(sender.get("language_code")))
    return found[1].lower() if found and found[1].isascii() else None


def _sent_at(value: Any) -> tuple[datetime | None, tuple[str, ...]]:
    seconds = as_int(value)
    try:
        return (datetime.fromtimestamp(seconds, UTC), ()) if seconds else (None, ())
    except (ValueError, OverflowError, OSError):
        return None, ("the message's date is invalid",)


def _own_number(message: Mapping[str, Any], sender: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the sender's own phone number, verified by Telegram. Forwarded cards and cards of others do not count."""
    contact = as_dict(message.get("contact"))
    owner = as_int(contact.get("user_id"))
    if owner is None or owner != as_int(sender.get("id")) or "forward_origin" in message or "via_bot" in message:
        return ()
    digits = re.sub(r"[^0-9]", "", as_text(contact.get("phone_number")))
    return (("phone", f"+{digits}"),) if 5 <= len(digits) <= 15 and digits.isascii() else ()


def _in_group(message: Mapping[str, Any]) -> bool:
    return as_text(as_dict(message.get("chat")).get("type")) in GROUPS


def _headers(message: Mapping[str, Any], chat: int | None) -> dict[str, str]:
    """Return the headers that direct a reply to the group and topic of the message."""
    if chat is None:
        return {}
    thread = as_int(message.get("message_thread_id")) if message.get("is_topic_message") is True else None
    return {"telegram-chat": str(chat), **({"telegram-thread": str(thread)} if thread is not None else {})}


def _subject(body: str) -> str:
    return next((one_line(one, 78) for one in body.splitlines() if one.strip()), "")


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _id_part(word: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", word)


def _without_message(update: Mapping[str, Any]) -> InboundMessage:
    return InboundMessage(
        sender=None,
        sender_name=None,
        subject="",
        text="",
        visible_text="",
        digest=_digest(update),
        automatic=Automatic(True, "no message"),
        problems=("the update contains no message",),
    )


def _unreadable(raw: bytes) -> InboundMessage:
    """Return the readable part of bytes that are not an update, so that an agent can examine it."""
    body = clean_text(raw[:100_000].decode("utf-8", "replace"))
    return InboundMessage(
        sender=None,
        sender_name=None,
        subject=_subject(body),
        text=body,
        visible_text=body,
        digest=hashlib.sha256(raw).hexdigest(),
        automatic=Automatic(True, "no message"),
        problems=("not a Telegram update",),
    )
