"""From a raw update to a message. Pure and total: any bytes give a message, with remarks on what was broken."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from deskctl.plugins import Automatic, Envelope, InboundMessage, Intent, IntentKind

from .answered import context
from .files import all_attached, kept
from .reading import clean, line, loads, table, tables, text, whole
from .says import quoted, says
from .updates import GROUPS, Me, chat_of, message_id, message_of

#: What the bot's commands ask of the desk; https://core.telegram.org/bots/features#commands
_INTENTS: Final = {
    "new": IntentKind.NEW,
    "status": IntentKind.STATUS,
    "human": IntentKind.PERSON,
    "help": IntentKind.HELP,
}
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@\w{1,64})?(?:\s+(.*))?", re.DOTALL)
#: A one-time code as `deskctl contact link` prints it.
_CODE = re.compile(
    r"(?=[2-9-]*[A-Z])[A-HJKMNP-TV-Z2-9]{4}-[A-HJKMNP-TV-Z2-9]{4}-[A-HJKMNP-TV-Z2-9]{3}", re.IGNORECASE | re.ASCII
)
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?", re.DOTALL)
#: Before the data of our buttons, which are the keys of choices.
CHOICE: Final = "choice:"


def parse(raw: bytes, envelope: Envelope) -> InboundMessage:
    """One message. What is no update, or an update that is no message, has no sender and says so in `problems`."""
    me = Me.of(envelope.extra)
    update = loads(raw)
    if update is None:
        return _unreadable(raw)
    query = table(update.get("callback_query"))
    if query:
        return _picked(query, me)
    message = message_of(update)
    if not message:
        return _nothing(update, "it is an update that is no message")
    return _said(update, message, me)


def _said(update: Mapping[str, Any], message: Mapping[str, Any], me: Me) -> InboundMessage:
    chat, number = chat_of(message), whole(message.get("message_id"))
    sender = table(message.get("from"))
    moment, problems = _moment(message.get("date"))
    body = says(message)
    intent: Intent | None = None
    if command := _COMMAND.fullmatch(body.strip()):
        intent, body = _asked(command[1].lower(), (command[2] or "").strip(), body)
    elif not _in_group(message) and (code := _CODE.fullmatch(body.strip())):
        intent, body = Intent(IntentKind.LINK, code[0]), "/start"  # as they were told it, without the command
    files = []
    for number_of_file, file in enumerate(all_attached(message)):
        found = kept(update, file, number_of_file)
        if isinstance(found, str):
            placeholder = f"[{file.name}: {found}]"
            body = f"{body}\n\n{placeholder}" if body else placeholder
            problems = (*problems, f"{file.name}: {found}")
        else:
            files.append(found)
    edited = whole(message.get("edit_date")) if "edited_message" in update else None
    answered = whole(table(message.get("reply_to_message")).get("message_id"))
    quote, about = quoted(message), context(message)
    if "external_reply" in message:  # nobody at the desk has read what was picked out of another chat
        about, quote = "\n".join(filter(None, (about, quote))), ""
    subject = _subject(body)
    body = "\n\n".join(filter(None, (about, body)))
    group = _in_group(message)
    if group and intent is not None and intent.kind is IntentKind.LINK:
        intent = Intent(IntentKind.HELP)  # a code that a whole group has read proves nothing
    private = not group or (intent is not None and intent.kind is IntentKind.STATUS)  # nobody else's business
    return InboundMessage(
        sender=_address(sender),
        sender_name=_name(sender),
        subject=subject,
        text=f"{quote}\n\n{body}" if quote else body,
        visible_text=body,
        digest=_digest(message),
        sent_at=moment,
        message_id=message_id(chat, number, me, edited) if number is not None else None,
        in_reply_to=(message_id(chat, answered, me),) if answered is not None else (),
        files=tuple(files),
        automatic=Automatic(True, "bot") if sender.get("is_bot") is True else Automatic(),
        language=_language(sender),
        intent=intent,
        edits=message_id(chat, number, me) if "edited_message" in update and number is not None else None,
        also=_own_number(message, sender),
        problems=problems,
        headers={} if private else _headers(message, chat),
    )


def _picked(query: Mapping[str, Any], me: Me) -> InboundMessage:
    """Somebody pressed a button under one of our messages."""
    message, sender = table(query.get("message")), table(query.get("from"))
    chat, number = chat_of(message), whole(message.get("message_id"))
    data = clean(text(query.get("data")))
    buttons = (button for row in _rows(message) for button in row)
    label = next((line(b.get("text")) for b in buttons if b.get("callback_data") == query.get("data")), "")
    key = data.removeprefix(CHOICE)
    body = label or line(key)
    identity = line(query.get("id"), 64)
    return InboundMessage(
        sender=_address(sender),
        sender_name=_name(sender),
        subject=_subject(body),
        text=body,
        visible_text=body,
        digest=_digest(query),
        message_id=f"<choice.{_safe(identity)}@{me.id or 'bot'}.telegram>" if identity else None,
        in_reply_to=(message_id(chat, number, me),) if number is not None else (),
        language=_language(sender),
        intent=Intent(IntentKind.CHOICE, key),
        headers=_headers(message, chat) if _in_group(message) else {},
    )


def _rows(message: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    rows = table(message.get("reply_markup")).get("inline_keyboard")
    return [tables(row) for row in rows] if isinstance(rows, list) else []


def _asked(command: str, argument: str, body: str) -> tuple[Intent | None, str]:
    """What a command asks for, and what is left to be read of it."""
    if command == "start":
        # The code is secret until it is used, and useless after: it is not kept in the text.
        return (Intent(IntentKind.LINK, argument[:128]), "/start") if argument else (Intent(IntentKind.HELP), "/start")
    kind = _INTENTS.get(command)
    if kind is None:
        return None, body
    return Intent(kind), argument or f"/{command}"


def _address(sender: Mapping[str, Any]) -> str | None:
    number = whole(sender.get("id"))
    return str(number) if number is not None else None


def _name(sender: Mapping[str, Any]) -> str | None:
    names = (line(sender.get(key), 100) for key in ("first_name", "last_name"))
    username = line(sender.get("username"), 64)
    return " ".join(filter(None, names)) or (f"@{username}" if username else None)


def _language(sender: Mapping[str, Any]) -> str | None:
    found = _LANGUAGE.fullmatch(text(sender.get("language_code")))
    return found[1].lower() if found and found[1].isascii() else None


def _moment(given: Any) -> tuple[datetime | None, tuple[str, ...]]:
    seconds = whole(given)
    try:
        return (datetime.fromtimestamp(seconds, UTC), ()) if seconds else (None, ())
    except (ValueError, OverflowError, OSError):
        return None, ("its date is none",)


def _own_number(message: Mapping[str, Any], sender: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The number that Telegram itself knows the sender by. Someone else's card, or one passed on, proves nothing."""
    contact = table(message.get("contact"))
    owner = whole(contact.get("user_id"))
    if owner is None or owner != whole(sender.get("id")) or "forward_origin" in message or "via_bot" in message:
        return ()
    digits = re.sub(r"[^0-9]", "", text(contact.get("phone_number")))
    return (("phone", f"+{digits}"),) if 5 <= len(digits) <= 15 and digits.isascii() else ()


def _in_group(message: Mapping[str, Any]) -> bool:
    return text(table(message.get("chat")).get("type")) in GROUPS


def _headers(message: Mapping[str, Any], chat: int | None) -> dict[str, str]:
    """Where an answer goes that is for a whole group."""
    if chat is None:
        return {}
    thread = whole(message.get("message_thread_id")) if message.get("is_topic_message") is True else None
    return {"telegram-chat": str(chat), **({"telegram-thread": str(thread)} if thread is not None else {})}


def _subject(body: str) -> str:
    return next((line(one, 78) for one in body.splitlines() if one.strip()), "")


def _digest(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _safe(word: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", word)


def _nothing(update: Mapping[str, Any], problem: str) -> InboundMessage:
    return InboundMessage(
        sender=None,
        sender_name=None,
        subject="",
        text="",
        visible_text="",
        digest=_digest(update),
        automatic=Automatic(True, "no message"),
        problems=(problem,),
    )


def _unreadable(raw: bytes) -> InboundMessage:
    """Kept with what can be read of it, for people to look at."""
    body = clean(raw[:100_000].decode("utf-8", "replace"))
    return InboundMessage(
        sender=None,
        sender_name=None,
        subject=_subject(body),
        text=body,
        visible_text=body,
        digest=hashlib.sha256(raw).hexdigest(),
        automatic=Automatic(True, "no message"),
        problems=("it is no update of Telegram's",),
    )
