"""What a message shows instead of text: a line or a few for each kind of content of the Bot API.

https://core.telegram.org/bots/api#message
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from .reading import clean, line, table, tables, text, whole
from .updates import contents

_MOST: Final = 200
"""Entries of a list that are named."""

_FILES: Final = {
    "photo": "photo", "animation": "animation", "document": "file", "video": "video", "video_note": "video message",
    "voice": "voice message", "audio": "audio",
}  # fmt: skip


def shown(message: Mapping[str, Any]) -> str:
    """What a message without text is, in brackets; `""` for a message that shows nothing.

    A kind that is not known here says its name, so that nobody reads an empty message.
    """
    for kind, words in _KINDS.items():
        if kind in message:
            said = words(table(message.get(kind)))
            return f"[{said}]" if said else ""
    for kind, name in _FILES.items():
        if kind in message:
            seconds = whole(table(message.get(kind)).get("duration"))
            return (
                f"[{name}, {seconds // 60}:{seconds % 60:02}]" if seconds is not None and seconds >= 0 else f"[{name}]"
            )
    unknown = [kind.replace("_", " ") for kind in contents(message) if kind not in _ELSEWHERE]
    return f"[{', '.join(line(kind, 60) for kind in unknown[:5])}, which cannot be shown here]" if unknown else ""


_ELSEWHERE: Final = frozenset(("text", "caption", "venue", "location", "contact"))


def name_of(person: Mapping[str, Any]) -> str:
    """A user's or chat's name."""
    names = " ".join(filter(None, (line(person.get("first_name"), 100), line(person.get("last_name"), 100))))
    username = line(person.get("username"), 64)
    return line(person.get("title")) or names or (f"@{username}" if username else "")


def _sticker(sticker: Mapping[str, Any]) -> str:
    return f"sticker {line(sticker.get('emoji'), 10)}".strip()


def _dice(dice: Mapping[str, Any]) -> str:
    return f"{line(dice.get('emoji'), 10) or 'dice'} {whole(dice.get('value')) or ''}".strip()


def _poll(poll: Mapping[str, Any]) -> str:
    options = ", ".join(line(option.get("text"), 100) for option in tables(poll.get("options"))[:_MOST])
    about = line(poll.get("description"), 500)
    kind = "quiz" if poll.get("type") == "quiz" else "poll"
    return f"{kind}: {' '.join(filter(None, (line(poll.get('question'), 300), about, options)))}".strip()


def _tasks(entries: Any, done: frozenset[int] = frozenset()) -> list[str]:
    lines = []
    for task in tables(entries)[:_MOST]:
        finished = bool(whole(task.get("completion_date"))) or whole(task.get("id")) in done
        lines.append(f"{'[x]' if finished else '[ ]'} {line(task.get('text'), 500)}".rstrip())
    return lines


def _checklist(checklist: Mapping[str, Any]) -> str:
    return "\n".join((f"checklist: {line(checklist.get('title'), 300)}".strip(), *_tasks(checklist.get("tasks"))))


def _tasks_added(added: Mapping[str, Any]) -> str:
    return "\n".join((f"added to {_list_of(added)}:", *_tasks(added.get("tasks"))))


def _tasks_done(marked: Mapping[str, Any]) -> str:
    checklist = table(table(marked.get("checklist_message")).get("checklist"))
    names = {whole(task.get("id")): line(task.get("text"), 500) for task in tables(checklist.get("tasks"))}
    lines = []
    for key, words in (("marked_as_done_task_ids", "done"), ("marked_as_not_done_task_ids", "not done")):
        numbers = marked.get(key)
        listed = [whole(number) for number in numbers[:_MOST]] if isinstance(numbers, list) else []
        lines += [f"{words}: {names.get(number) or f'task {number}'}" for number in listed]
    return "\n".join((f"marked in {_list_of(marked)}:", *lines))


def _list_of(change: Mapping[str, Any]) -> str:
    title = line(table(table(change.get("checklist_message")).get("checklist")).get("title"), 300)
    return f"the checklist “{title}”" if title else "a checklist"


def _story(story: Mapping[str, Any]) -> str:
    return " ".join(filter(None, ("story", story_source(story))))


def story_source(story: Mapping[str, Any]) -> str:
    """Whose story it is, and where it can be seen."""
    chat, number = table(story.get("chat")), whole(story.get("id"))
    username = line(chat.get("username"), 64)
    link = f"https://t.me/{username}/s/{number}" if username and number is not None else ""
    return " ".join(filter(None, (f"of {name_of(chat)}" if name_of(chat) else "", link)))


def _paid_media(paid: Mapping[str, Any]) -> str:
    stars = whole(paid.get("star_count"))
    kinds = ", ".join(line(media.get("type"), 30) for media in tables(paid.get("paid_media"))[:_MOST])
    return " ".join(filter(None, ("paid media", kinds, f"for {stars} stars" if stars else "")))


def _gift(gift: Mapping[str, Any]) -> str:
    stars, words = whole(table(gift.get("gift")).get("star_count")), clean(text(gift.get("text"))).strip()
    emoji = line(table(table(gift.get("gift")).get("sticker")).get("emoji"), 10)
    head = " ".join(filter(None, ("gift", emoji, f"worth {stars} stars" if stars else "")))
    return f"{head}: {words}" if words else head


def _unique_gift(gift: Mapping[str, Any]) -> str:
    about = table(gift.get("gift"))
    number = whole(about.get("number"))
    return " ".join(filter(None, ("gift", line(about.get("base_name")), f"#{number}" if number is not None else "")))


def _giveaway(giveaway: Mapping[str, Any]) -> str:
    chats = ", ".join(filter(None, (name_of(chat) for chat in tables(giveaway.get("chats"))[:_MOST])))
    winners, until = whole(giveaway.get("winner_count")), _day(giveaway.get("winners_selection_date"))
    facts = (
        line(giveaway.get("prize_description"), 300),
        f"{winners} winners" if winners else "",
        f"until {until}" if until else "",
        f"by {chats}" if chats else "",
    )
    return f"giveaway: {', '.join(filter(None, facts))}".rstrip(": ")


def _giveaway_over(giveaway: Mapping[str, Any]) -> str:
    people = tables(giveaway.get("winners"))[:_MOST]
    winners = ", ".join(filter(None, (name_of(person) for person in people)))
    return f"a giveaway is over, winners: {winners or whole(giveaway.get('winner_count')) or '?'}"


def _invoice(invoice: Mapping[str, Any]) -> str:
    words = ", ".join(
        filter(None, (line(invoice.get("title")), line(invoice.get("description"), 500), _amount(invoice)))
    )
    return f"invoice: {words}"


def _payment(payment: Mapping[str, Any]) -> str:
    return f"payment: {_amount(payment)} {line(payment.get('invoice_payload'), 200)}".strip()


def _refund(payment: Mapping[str, Any]) -> str:
    return f"refund: {_amount(payment)} {line(payment.get('invoice_payload'), 200)}".strip()


def _amount(of: Mapping[str, Any]) -> str:
    total, currency = whole(of.get("total_amount")), line(of.get("currency"), 10)
    if total is None:
        return ""
    # Most currencies are counted in hundredths; stars, won and yen are not.
    amount = str(total) if currency in ("XTR", "KRW", "JPY", "VND", "CLP", "ISK") else f"{total / 100:.2f}"
    return f"{amount} {'stars' if currency == 'XTR' else currency}".strip()


def _game(game: Mapping[str, Any]) -> str:
    words = " ".join(filter(None, (line(game.get("title")), line(game.get("description"), 300))))
    return f"game: {words}" if words else "game"


def _shared_users(shared: Mapping[str, Any]) -> str:
    names = (name_of(user) or str(whole(user.get("user_id")) or "") for user in tables(shared.get("users"))[:_MOST])
    return f"shared users: {', '.join(filter(None, names))}"


def _shared_chat(shared: Mapping[str, Any]) -> str:
    return f"shared chat: {name_of(shared) or whole(shared.get('chat_id')) or ''}".strip()


def _form(data: Mapping[str, Any]) -> str:
    return f"{line(data.get('button_text'), 100) or 'form'}: {clean(text(data.get('data')))[:4_096]}"


def _day(value: Any) -> str:
    seconds = whole(value)
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
    "giveaway_winners": _giveaway_over,
    "giveaway_completed": _giveaway_over,
    "invoice": _invoice,
    "successful_payment": _payment,
    "refunded_payment": _refund,
    "game": _game,
    "users_shared": _shared_users,
    "chat_shared": _shared_chat,
    "web_app_data": _form,
}
