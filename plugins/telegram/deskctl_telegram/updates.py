"""Updates before parsing: selection of relevant ones, their journal keys and message ids.

https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from .json_access import as_dict, as_dicts, as_int, as_text

#: The kinds of update that the channel requests; Telegram does not send the others.
ALLOWED: Final = ("message", "edited_message", "callback_query", "my_chat_member")
GROUPS: Final = frozenset({"group", "supergroup"})

#: Fields of a message that are not content.
_METADATA: Final = frozenset((
    "message_id", "message_thread_id", "direct_messages_topic", "origin", "from", "sender_chat", "sender_boost_count",
    "sender_business_bot", "sender_tag", "date", "business_connection_id", "chat", "forward_origin", "forward_from",
    "forward_from_chat", "forward_from_message_id", "forward_signature", "forward_sender_name", "forward_date",
    "is_topic_message", "is_automatic_forward", "reply_to_message", "external_reply", "quote", "reply_to_story",
    "reply_to_checklist_task_id", "via_bot", "edit_date", "has_protected_content", "is_from_offline", "is_paid_post",
    "media_group_id", "author_signature", "paid_star_count", "entities", "link_preview_options", "suggested_post_info",
    "effect_id", "caption_entities", "show_caption_above_media", "has_media_spoiler", "reply_markup",
))  # fmt: skip
#: Service messages of Telegram about a chat. Every other field, also an unknown one, is content from the customer.
_SERVICE: Final = frozenset((
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
class BotIdentity:
    """The bot's user id and its username without the @; empty if unknown."""

    id: str = ""
    username: str = ""

    @classmethod
    def from_extra(cls, extra: Mapping[str, str]) -> BotIdentity:
        """Return the identity that the channel wrote on the envelope with `as_extra`."""
        return cls(extra.get("bot", ""), extra.get("username", ""))

    def as_extra(self) -> dict[str, str]:
        return {"bot": self.id, "username": self.username}


def message_of(update: Mapping[str, Any]) -> dict[str, Any]:
    """Return the message of an update: new, edited, or the one whose button was pressed; `{}` if there is none."""
    for kind in ("message", "edited_message"):
        if kind in update:
            return as_dict(update[kind])
    return as_dict(as_dict(update.get("callback_query")).get("message"))


def contents(message: Mapping[str, Any]) -> list[str]:
    """Return the kinds of content in a message, in order; none for a service message."""
    return [kind for kind in message if kind not in _METADATA and kind not in _SERVICE]


def chat_of(message: Mapping[str, Any]) -> int | None:
    return as_int(as_dict(message.get("chat")).get("id"))


def update_key(update: Mapping[str, Any]) -> str:
    """Return the journal key of an update, the same each time Telegram sends it.

    After a week without updates Telegram continues from a random number. The message id in the key distinguishes such
    an update from an old one with the same number.
    """
    query, message = as_dict(update.get("callback_query")), message_of(update)
    subject = as_text(query.get("id")) or f"{chat_of(message)}.{as_int(message.get('message_id'))}"
    return f"update:{as_int(update.get('update_id'))}:{subject}"[:200]


def is_relevant(update: Mapping[str, Any], me: BotIdentity, groups: bool) -> bool:
    """Return True if the update belongs on a ticket, that is if a person addressed this bot."""
    query = as_dict(update.get("callback_query"))
    message = message_of(update)
    if chat_of(message) is None:
        return False
    sender = as_dict(query.get("from") if query else message.get("from"))
    if as_int(sender.get("id")) is None or sender.get("is_bot") is True or str(sender.get("id")) == me.id:
        return False
    kind = as_text(as_dict(message.get("chat")).get("type"))
    if (kind in GROUPS and not groups) or kind == "channel":
        return False
    if query:
        return isinstance(query.get("data"), str)
    if not contents(message):
        return False
    if "edited_message" in update and "location" in message:
        return False  # a live location is edited every few seconds
    return kind not in GROUPS or is_addressed_to_bot(message, me)


def is_addressed_to_bot(message: Mapping[str, Any], me: BotIdentity) -> bool:
    """Return True if a group message is for the bot: a command, a mention, or a reply to the bot's message."""
    if me.id and str(as_dict(as_dict(message.get("reply_to_message")).get("from")).get("id")) == me.id:
        return True
    name = f"@{me.username}".lower() if me.username else ""
    for field, entities in (("text", "entities"), ("caption", "caption_entities")):
        text = as_text(message.get(field))
        for entity in as_dicts(message.get(entities)):
            kind = entity.get("type")
            if kind == "text_mention" and me.id and str(as_dict(entity.get("user")).get("id")) == me.id:
                return True
            part = slice_utf16(text, as_int(entity.get("offset")), as_int(entity.get("length"))).lower()
            if kind == "mention" and name and part == name:
                return True
            if kind == "bot_command" and entity.get("offset") == 0 and part.partition("@")[2] in ("", name[1:]):
                return True
    return False


def slice_utf16(text: str, offset: int | None, length: int | None) -> str:
    """Return the part of a text that an entity covers. Telegram counts in UTF-16 code units."""
    if offset is None or length is None or offset < 0 or length < 0:
        return ""
    units = text.encode("utf-16-le", "surrogatepass")
    return units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")


def message_id(chat: int | None, number: int | None, me: BotIdentity, edited: int | None = None) -> str:
    """Return `<CHAT.MESSAGE@BOT.telegram>`; the id of an edit also contains the time of the edit."""
    domain = f"{me.id}.telegram" if me.id.isdigit() else "telegram"
    edit = f".{edited}" if edited is not None else ""
    return f"<{chat}.{number}{edit}@{domain}>"
