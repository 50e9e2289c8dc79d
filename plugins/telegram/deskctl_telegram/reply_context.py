"""The context of a message that replies to something outside the conversation: a post of another chat, a story, a
checklist task.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .contact_card import describe_contact
from .content import describe_content, display_name, story_source
from .json_access import as_dict, as_dicts, as_int, as_text, clean_text, one_line
from .location import describe_location
from .updates import GROUPS

_QUOTE_LIMIT = 1_000
"""Characters quoted from the earlier message in a group."""


def describe_reply_context(message: Mapping[str, Any]) -> str:
    """Return lines that tell an agent what the message replies to, with a link if possible; `""` if nothing."""
    lines = []
    if "external_reply" in message:
        lines += _external_reply(as_dict(message.get("external_reply")))
    if "reply_to_story" in message:
        lines.append(f"[in reply to a story {story_source(as_dict(message.get('reply_to_story')))}".rstrip() + "]")
    task = as_int(message.get("reply_to_checklist_task_id"))
    if task is not None:
        tasks = as_dicts(as_dict(as_dict(message.get("reply_to_message")).get("checklist")).get("tasks"))
        title = next((one_line(one.get("text"), 500) for one in tasks if as_int(one.get("id")) == task), "")
        lines.append(f"[in reply to the task “{title}”]" if title else f"[in reply to task {task} of a checklist]")
    return "\n".join(filter(None, lines))


def origin_name(origin: Mapping[str, Any]) -> str:
    """Return the name of a MessageOrigin, that is of the original author; `""` if Telegram hides it."""
    name = display_name(as_dict(origin.get("sender_user"))) or one_line(origin.get("sender_user_name"))
    name = name or next(
        (found for key in ("sender_chat", "chat") if (found := display_name(as_dict(origin.get(key))))), ""
    )
    signature = one_line(origin.get("author_signature"), 100)
    return f"{name} ({signature})" if name and signature and signature != name else name


def post_link(chat: Mapping[str, Any], number: int | None) -> str:
    """Return the URL of a post: public for a public chat, for members only in a private chat; `""` if unknown."""
    if number is None:
        return ""
    username, identity = one_line(chat.get("username"), 64), as_int(chat.get("id"))
    if username:
        return f"https://t.me/{username}/{number}"
    if identity is not None and str(identity).startswith("-100"):
        return f"https://t.me/c/{str(identity)[4:]}/{number}"
    return ""


def group_quote(message: Mapping[str, Any]) -> str:
    """Return the message that a group member replied to as quoted text, because the desk may not have it."""
    earlier = as_dict(message.get("reply_to_message"))
    if (
        as_text(as_dict(message.get("chat")).get("type")) not in GROUPS
        or as_dict(earlier.get("from")).get("is_bot") is True
    ):
        return ""
    words = clean_text(as_text(earlier.get("text")) or as_text(earlier.get("caption"))).strip()[
        :_QUOTE_LIMIT
    ] or describe_content(earlier)
    return "\n".join(f"> {row}".rstrip() for row in words.split("\n")) if words else ""


def _external_reply(external: Mapping[str, Any]) -> list[str]:
    origin, chat = as_dict(external.get("origin")), as_dict(external.get("chat"))
    post_chat = chat or as_dict(origin.get("chat"))
    number = as_int(external.get("message_id"))
    number = number if number is not None else as_int(origin.get("message_id"))
    chat_name, author = display_name(post_chat), origin_name(origin)
    name = " in ".join(dict.fromkeys(filter(None, (author, chat_name)))) or "a message of another chat"
    address = post_link(post_chat, number)
    reference = f"[in reply to {name}: {address}]" if address else f"[in reply to {name}]"
    parts = (describe_content(external), describe_location(external), describe_contact(external))
    return [reference, *filter(None, parts)]
