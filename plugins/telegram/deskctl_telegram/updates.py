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

#: What belongs to every message, whatever it says.
_ABOUT: Final = frozenset((
    "message_id", "message_thread_id", "direct_messages_topic", "origin", "from", "sender_chat", "sender_boost_count",
    "sender_business_bot", "sender_tag", "date", "business_connection_id", "chat", "forward_origin", "forward_from",
    "forward_from_chat", "forward_from_message_id", "forward_signature", "forward_sender_name", "forward_date",
    "is_topic_message", "is_automatic_forward", "reply_to_message", "external_reply", "quote", "reply_to_story",
    "reply_to_checklist_task_id", "via_bot", "edit_date", "has_protected_content", "is_from_offline", "is_paid_post",
    "media_group_id", "author_signature", "paid_star_count", "entities", "link_preview_options", "suggested_post_info",
    "effect_id", "caption_entities", "show_caption_above_media", "has_media_spoiler", "reply_markup",
))  # fmt: skip
#: Telegram's own notes of what happened in a chat. Any other kind is something that a customer means to say, also one
#: that is not known here.
_NOTES: Final = frozenset((
    "new_chat_members", "new_chat_member", "new_chat_participant", "left_chat_member", "left_chat_participant",
    "new_chat_title", "new_chat_photo", "delete_chat_photo", "group_chat_created", "supergroup_chat_created",
    "channel_chat_created", "message_auto_delete_timer_changed", "migrate_to_chat_id", "migrate_from_chat_id",
    "pinned_message", "connected_website", "write_access_allowed", "passport_data", "proximity_alert_triggered",
    "boost_added", "chat_background_set", "direct_message_price_changed", "paid_message_price_changed",
    "forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened",
    "general_forum_topic_hidden", "general_forum_topic_unhidden", "giveaway_created", "suggested_post_approved",
    "suggested_post_approval_failed", "suggested_post_declined", "suggested_post_paid", "suggested_post_refunded",
    "video_chat_scheduled", "video_chat_started", "video_chat_ended", "video_chat_participants_invited",
    "voice_chat_scheduled", "voice_chat_started", "voice_chat_ended", "voice_chat_participants_invited",
    "chat_owner_left", "chat_owner_changed", "user_shared",
))  # fmt: skip


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


def contents(message: Mapping[str, Any]) -> list[str]:
    """The kinds of content that a message has, in its order; none for Telegram's own notes."""
    return [kind for kind in message if kind not in _ABOUT and kind not in _NOTES]


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
    if not contents(message):
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
