"""What a message answers outside of the conversation: a post of another chat, a story, a task of a checklist."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .content import name_of, shown, story_source
from .places import places
from .reading import clean, line, table, tables, text, whole
from .updates import GROUPS

_MOST = 1_000
"""Characters of a message that a group's member answered."""


def context(message: Mapping[str, Any]) -> str:
    """Lines that say what the sender's words are about, so that an agent can look there; `""` for none."""
    lines = []
    if "external_reply" in message:
        lines += _elsewhere(table(message.get("external_reply")))
    if "reply_to_story" in message:
        lines.append(f"[in answer to a story {story_source(table(message.get('reply_to_story')))}".rstrip() + "]")
    task = whole(message.get("reply_to_checklist_task_id"))
    if task is not None:
        tasks = tables(table(table(message.get("reply_to_message")).get("checklist")).get("tasks"))
        words = next((line(one.get("text"), 500) for one in tasks if whole(one.get("id")) == task), "")
        lines.append(f"[in answer to the task “{words}”]" if words else f"[in answer to task {task} of a checklist]")
    return "\n".join(filter(None, lines))


def source(origin: Mapping[str, Any]) -> str:
    """Whose words something is (MessageOrigin), with a link where there is one; `""` where Telegram hides it."""
    name = name_of(table(origin.get("sender_user"))) or line(origin.get("sender_user_name"))
    name = name or next((found for key in ("sender_chat", "chat") if (found := name_of(table(origin.get(key))))), "")
    signature = line(origin.get("author_signature"), 100)
    return f"{name} ({signature})" if name and signature and signature != name else name


def link(chat: Mapping[str, Any], number: int | None) -> str:
    """The address of a post: of a public chat for all, of a private one for its members."""
    if number is None:
        return ""
    username, identity = line(chat.get("username"), 64), whole(chat.get("id"))
    if username:
        return f"https://t.me/{username}/{number}"
    if identity is not None and str(identity).startswith("-100"):
        return f"https://t.me/c/{str(identity)[4:]}/{number}"
    return ""


def replied(message: Mapping[str, Any]) -> str:
    """What a member of a group answered, which the desk may not know, as mail quotes; `""` for none."""
    earlier = table(message.get("reply_to_message"))
    if text(table(message.get("chat")).get("type")) not in GROUPS or table(earlier.get("from")).get("is_bot") is True:
        return ""
    words = clean(text(earlier.get("text")) or text(earlier.get("caption"))).strip()[:_MOST] or shown(earlier)
    return "\n".join(f"> {row}".rstrip() for row in words.split("\n")) if words else ""


def _elsewhere(external: Mapping[str, Any]) -> list[str]:
    origin, chat = table(external.get("origin")), table(external.get("chat"))
    post_chat = chat or table(origin.get("chat"))
    number = whole(external.get("message_id"))
    number = number if number is not None else whole(origin.get("message_id"))
    where, who = name_of(post_chat), source(origin)
    name = " in ".join(dict.fromkeys(filter(None, (who, where)))) or "a message of another chat"
    address = link(post_chat, number)
    lines = [f"[in answer to {name}: {address}]" if address else f"[in answer to {name}]"]
    return [*lines, *filter(None, (shown(external), *places(external)))]
