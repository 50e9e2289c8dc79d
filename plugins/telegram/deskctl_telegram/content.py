"""Descriptions of content that is not text: one or more lines for each kind of content in the Bot API.

https://core.telegram.org/bots/api#message
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from .json_access import as_dict, as_dicts, as_int, as_text, clean_text, one_line
from .updates import contents

_LIST_LIMIT: Final = 200
"""Entries that are named from a list, at most."""

_FILES: Final = {
    "photo": "photo", "animation": "animation", "document": "file", "video": "video", "video_note": "video message",
    "voice": "voice message", "audio": "audio",
}  # fmt: skip


def describe_content(message: Mapping[str, Any]) -> str:
    """Return a description of the content in brackets; `""` if the message has no content other than text.

    An unknown kind is described by its name, so that the message does not appear empty.
    """
    for kind, describe in _KINDS.items():
        if kind in message:
            description = describe(as_dict(message.get(kind)))
            return f"[{description}]" if description else ""
    for kind, name in _FILES.items():
        if kind in message:
            seconds = as_int(as_dict(message.get(kind)).get("duration"))
            return (
                f"[{name}, {seconds // 60}:{seconds % 60:02}]" if seconds is not None and seconds >= 0 else f"[{name}]"
            )
    unknown = [kind.replace("_", " ") for kind in contents(message) if kind not in _SHOWN_ELSEWHERE]
    return f"[{', '.join(one_line(kind, 60) for kind in unknown[:5])}: cannot be shown here]" if unknown else ""


#: Kinds that `body.py` adds by itself.
_SHOWN_ELSEWHERE: Final = frozenset(("text", "caption", "venue", "location", "contact"))


def display_name(person: Mapping[str, Any]) -> str:
    """Return the name of a user or chat."""
    names = " ".join(filter(None, (one_line(person.get("first_name"), 100), one_line(person.get("last_name"), 100))))
    username = one_line(person.get("username"), 64)
    return one_line(person.get("title")) or names or (f"@{username}" if username else "")


def _sticker(sticker: Mapping[str, Any]) -> str:
    return f"sticker {one_line(sticker.get('emoji'), 10)}".strip()


def _dice(dice: Mapping[str, Any]) -> str:
    return f"{one_line(dice.get('emoji'), 10) or 'dice'} {as_int(dice.get('value')) or ''}".strip()


def _poll(poll: Mapping[str, Any]) -> str:
    options = ", ".join(one_line(option.get("text"), 100) for option in as_dicts(poll.get("options"))[:_LIST_LIMIT])
    about = one_line(poll.get("description"), 500)
    kind = "quiz" if poll.get("type") == "quiz" else "poll"
    return f"{kind}: {' '.join(filter(None, (one_line(poll.get('question'), 300), about, options)))}".strip()


def _tasks(entries: Any, done: frozenset[int] = frozenset()) -> list[str]:
    lines = []
    for task in as_dicts(entries)[:_LIST_LIMIT]:
        finished = bool(as_int(task.get("completion_date"))) or as_int(task.get("id")) in done
        lines.append(f"{'[x]' if finished else '[ ]'} {one_line(task.get('text'), 500)}".rstrip())
    return lines


def _checklist(checklist: Mapping[str, Any]) -> str:
    return "\n".join((f"checklist: {one_line(checklist.get('title'), 300)}".strip(), *_tasks(checklist.get("tasks"))))


def _tasks_added(added: Mapping[str, Any]) -> str:
    return "\n".join((f"added to {_list_of(added)}:", *_tasks(added.get("tasks"))))


def _tasks_done(marked: Mapping[str, Any]) -> str:
    checklist = as_dict(as_dict(marked.get("checklist_message")).get("checklist"))
    names = {as_int(task.get("id")): one_line(task.get("text"), 500) for task in as_dicts(checklist.get("tasks"))}
    lines = []
    for key, words in (("marked_as_done_task_ids", "done"), ("marked_as_not_done_task_ids", "not done")):
        numbers = marked.get(key)
        listed = [as_int(number) for number in numbers[:_LIST_LIMIT]] if isinstance(numbers, list) else []
        lines += [f"{words}: {names.get(number) or f'task {number}'}" for number in listed]
    return "\n".join((f"marked in {_list_of(marked)}:", *lines))


def _list_of(change: Mapping[str, Any]) -> str:
    title = one_line(as_dict(as_dict(change.get("checklist_message")).get("checklist")).get("title"), 300)
    return f"the checklist “{title}”" if title else "a checklist"


def _story(story: Mapping[str, Any]) -> str:
    return " ".join(filter(None, ("story", story_source(story))))


def story_source(story: Mapping[str, Any]) -> str:
    """Return the author of a story and a link to it."""
    chat, number = as_dict(story.get("chat")), as_int(story.get("id"))
    username = one_line(chat.get("username"), 64)
    link = f"https://t.me/{username}/s/{number}" if username and number is not None else ""
    return " ".join(filter(None, (f"of {display_name(chat)}" if display_name(chat) else "", link)))


def _paid_media(paid: Mapping[str, Any]) -> str:
    stars = as_int(paid.get("star_count"))
    kinds = ", ".join(one_line(media.get("type"), 30) for media in as_dicts(paid.get("paid_media"))[:_LIST_LIMIT])
    return " ".join(filter(None, ("paid media", kinds, f"for {stars} stars" if stars else "")))


def _gift(gift: Mapping[str, Any]) -> str:
    stars, words = as_int(as_dict(gift.get("gift")).get("star_count")), clean_text(as_text(gift.get("text"))).strip()
    emoji = one_line(as_dict(as_dict(gift.get("gift")).get("sticker")).get("emoji"), 10)
    head = " ".join(filter(None, ("gift", emoji, f"worth {stars} stars" if stars else "")))
    return f"{head}: {words}" if words else head


def _unique_gift(gift: Mapping[str, Any]) -> str:
    about = as_dict(gift.get("gift"))
    number = as_int(about.get("number"))
    return " ".join(
        filter(None, ("gift", one_line(about.get("base_name")), f"#{number}" if number is not None else ""))
    )


def _giveaway(giveaway: Mapping[str, Any]) -> str:
    chats = ", ".join(filter(None, (display_name(chat) for chat in as_dicts(giveaway.get("chats"))[:_LIST_LIMIT])))
    winners, until = as_int(giveaway.get("winner_count")), _day(giveaway.get("winners_selection_date"))
    facts = (
        one_line(giveaway.get("prize_description"), 300),
        f"{winners} winners" if winners else "",
        f"until {until}" if until else "",
        f"by {chats}" if chats else "",
    )
    return f"giveaway: {', '.join(filter(None, facts))}".rstrip(": ")


def _giveaway_result(giveaway: Mapping[str, Any]) -> str:
    people = as_dicts(giveaway.get("winners"))[:_LIST_LIMIT]
    winners = ", ".join(filter(None, (display_name(person) for person in people)))
    return f"giveaway result, winners: {winners or as_int(giveaway.get('winner_count')) or '?'}"


def _invoice(invoice: Mapping[str, Any]) -> str:
    words = ", ".join(
        filter(None, (one_line(invoice.get("title")), one_line(invoice.get("description"), 500), _amount(invoice)))
    )
    return f"invoice: {words}"


def _payment(payment: Mapping[str, Any]) -> str:
    return f"payment: {_amount(payment)} {one_line(payment.get('invoice_payload'), 200)}".strip()


def _refund(payment: Mapping[str, Any]) -> str:
    return f"refund: {_amount(payment)} {one_line(payment.get('invoice_payload'), 200)}".strip()


def _amount(of: Mapping[str, Any]) -> str:
    total, currency = as_int(of.get("total_amount")), one_line(of.get("currency"), 10)
    if total is None:
        return ""
    # Amounts of most currencies are in hundredths; those of stars, won and yen are not.
    amount = str(total) if currency in ("XTR", "KRW", "JPY", "VND", "CLP", "ISK") else f"{total / 100:.2f}"
    return f"{amount} {'stars' if currency == 'XTR' else currency}".strip()


def _game(game: Mapping[str, Any]) -> str:
    words = " ".join(filter(None, (one_line(game.get("title")), one_line(game.get("description"), 300))))
    return f"game: {words}" if words else "game"


def _shared_users(shared: Mapping[str, Any]) -> str:
    names = (
        display_name(user) or str(as_int(user.get("user_id")) or "")
        for user in as_dicts(shared.get("users"))[:_LIST_LIMIT]
    )
    return f"shared users: {', '.join(filter(None, names))}"


def _shared_chat(shared: Mapping[str, Any]) -> str:
    return f"shared chat: {display_name(shared) or as_int(shared.get('chat_id')) or ''}".strip()


def _form(data: Mapping[str, Any]) -> str:
    return f"{one_line(data.get('button_text'), 100) or 'form'}: {clean_text(as_text(data.get('data')))[:4_096]}"


def _day(value: Any) -> str:
    seconds = as_int(value)
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}" if seconds else ""
    except (ValueError, OverflowError, OSError):
        return ""


_KINDS: Final[dict[str, Callable[[Mapping[str, Any]], str]]] = {
    "sticker": _sticker,
    "dice": _dice,
    "poll": _poll,
    "checklist": _checklist,
    "checklist_tasks_added": _tasks_added,
    "checklist_tasks_done": _tasks_done,
    "story": _story,
    "paid_media": _paid_media,
    "gift": _gift,
    "unique_gift": _unique_gift,
    "giveaway": _giveaway,
    "giveaway_winners": _giveaway_result,
    "giveaway_completed": _giveaway_result,
    "invoice": _invoice,
    "successful_payment": _payment,
    "refunded_payment": _refund,
    "game": _game,
    "users_shared": _shared_users,
    "chat_shared": _shared_chat,
    "web_app_data": _form,
}
