"""What an update is, before anything is read into it: which are wanted, and by which names things go.

https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .reading import table, tables, text, whole

#: The kinds of update that are asked for; the others never leave Telegram.
ALLOWED: Final = ("message", "edited_message", "callback_query", "my_chat_member")
GROUPS: Final = frozenset({"group", "supergroup"})

#: What a message can carry that a customer means to say. Anything else is Telegram's own note of what happened.
CONTENT: Final = (
    "text", "caption", "photo", "document", "voice", "audio", "video", "video_note", "animation", "sticker",
    "location", "venue", "contact", "poll", "dice", "story", "game", "paid_media", "checklist",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself: its user id and its name without the @; what is not known is empty."""

    id: str = ""
    username: str = ""

    @classmethod
    def of(cls, extra: Mapping[str, str]) -> Me:
        """As the channel wrote it on the envelope (`as_extra`)."""
        return cls(extra.get("bot", ""), extra.get("username", ""))

    def as_extra(self) -> dict[str, str]:
        return {"bot": self.id, "username": self.username}


def message_of(update: Mapping[str, Any]) -> dict[str, Any]:
    """The message that an update is about: new, edited, or the one whose button was pressed; `{}` for none."""
    for kind in ("message", "edited_message"):
        if kind in update:
            return table(update[kind])
    return table(table(update.get("callback_query")).get("message"))


def chat_of(message: Mapping[str, Any]) -> int | None:
    return whole(table(message.get("chat")).get("id"))


def update_key(update: Mapping[str, Any]) -> str:
    """The key under which an update is in the journal, the same whenever it comes again.

    Telegram counts on from a random number after a quiet week: the message tells such an update from an old one.
    """
    query, message = table(update.get("callback_query")), message_of(update)
    about = text(query.get("id")) or f"{chat_of(message)}.{whole(message.get('message_id'))}"
    return f"update:{whole(update.get('update_id'))}:{about}"[:200]


def wanted(update: Mapping[str, Any], me: Me, groups: bool) -> bool:
    """Whether an update says something that belongs on a ticket: what no person said to this bot does not."""
    query = table(update.get("callback_query"))
    message = message_of(update)
    if chat_of(message) is None:
        return False
    sender = table(query.get("from") if query else message.get("from"))
    if whole(sender.get("id")) is None or sender.get("is_bot") is True or str(sender.get("id")) == me.id:
        return False
    kind = text(table(message.get("chat")).get("type"))
    if (kind in GROUPS and not groups) or kind == "channel":
        return False
    if query:
        return isinstance(query.get("data"), str)
    if not any(name in message for name in CONTENT):
        return False
    if "edited_message" in update and "location" in message:
        return False  # somebody on the move, every few seconds
    return kind not in GROUPS or addressed(message, me)


def addressed(message: Mapping[str, Any], me: Me) -> bool:
    """Whether a message in a group is meant for the bot: a command, its name, or an answer to what it said."""
    if me.id and str(table(table(message.get("reply_to_message")).get("from")).get("id")) == me.id:
        return True
    name = f"@{me.username}".lower() if me.username else ""
    for words, entities in (("text", "entities"), ("caption", "caption_entities")):
        said = text(message.get(words))
        for entity in tables(message.get(entities)):
            kind = entity.get("type")
            if kind == "text_mention" and me.id and str(table(entity.get("user")).get("id")) == me.id:
                return True
            part = slice_utf16(said, whole(entity.get("offset")), whole(entity.get("length"))).lower()
            if kind == "mention" and name and part == name:
                return True
            if kind == "bot_command" and entity.get("offset") == 0 and part.partition("@")[2] in ("", name[1:]):
                return True
    return False


def slice_utf16(said: str, offset: int | None, length: int | None) -> str:
    """The part of a text that an entity means: Telegram counts in UTF-16 units."""
    if offset is None or length is None or offset < 0 or length < 0:
        return ""
    units = said.encode("utf-16-le", "surrogatepass")
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def message_id(chat: int | None, number: int | None, me: Me, edited: int | None = None) -> str:
    """`<CHAT.MESSAGE@BOT.telegram>`; an edit has the moment of the edit as well."""
    domain = f"{me.id}.telegram" if me.id.isdigit() else "telegram"
    later = f".{edited}" if edited is not None else ""
    return f"<{chat}.{number}{later}@{domain}>"
