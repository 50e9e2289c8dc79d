# ruff: noqa: E501 - messages are kept on one line
"""Descriptions of content that is not text."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from deskctl.plugins import InboundMessage
from deskctl.testing.builders import envelope
from deskctl_telegram.files import attached_files
from deskctl_telegram.parse import parse
from deskctl_telegram.updates import BotIdentity, is_relevant

ANA = {"id": 42, "is_bot": False, "first_name": "Ana"}
ME = BotIdentity("777", "desk_test_bot")
NEWS = {"id": -1001, "type": "channel", "title": "Acme News", "username": "acmenews"}
POST = {"origin": {"type": "channel", "chat": NEWS, "message_id": 78, "date": 1}, "chat": NEWS, "message_id": 78}
CHECKLIST = {
    "title": "Repairs",
    "tasks": [{"id": 1, "text": "Lamp 7"}, {"id": 2, "text": "Lift", "completion_date": 1796000000}],
}


def message(**fields: Any) -> dict[str, Any]:
    return {"message_id": 7, "date": 1772442000, "chat": {"id": 42, "type": "private"}, "from": ANA, **fields}


def read(files: list[dict[str, Any]] | None = None, **fields: Any) -> InboundMessage:
    update: dict[str, Any] = {"update_id": 5, "message": message(**fields)}
    if files is not None:
        update["deskctl_files"] = files
    assert is_relevant(update, ME, False)
    return parse(json.dumps(update).encode(), envelope(extra=ME.as_extra()))


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"checklist": CHECKLIST}, "[checklist: Repairs\n[ ] Lamp 7\n[x] Lift]"),
        (
            {"checklist_tasks_added": {"checklist_message": {"checklist": CHECKLIST}, "tasks": [{"id": 3, "text": "Door"}]}},
            "[added to the checklist “Repairs”:\n[ ] Door]",
        ),
        (
            {
                "checklist_tasks_done": {
                    "checklist_message": {"checklist": CHECKLIST},
                    "marked_as_done_task_ids": [1, 9],
                    "marked_as_not_done_task_ids": [2],
                }
            },
            "[marked in the checklist “Repairs”:\ndone: Lamp 7\ndone: task 9\nnot done: Lift]",
        ),
        ({"story": {"chat": NEWS, "id": 5}}, "[story of Acme News https://t.me/acmenews/s/5]"),
        (
            {"paid_media": {"star_count": 20, "paid_media": [{"type": "preview"}]}, "caption": "Look"},
            "Look\n\n[paid media preview for 20 stars]",
        ),
        ({"gift": {"gift": {"star_count": 15, "sticker": {"emoji": "🎂"}}, "text": "Thank you"}}, "[gift 🎂 worth 15 stars: Thank you]"),
        ({"unique_gift": {"gift": {"base_name": "Cake", "number": 12}}}, "[gift Cake #12]"),
        ({"poll": {"question": "Which?", "options": [{"text": "A"}, {"text": "B"}]}}, "[poll: Which? A, B]"),
        ({"poll": {"type": "quiz", "question": "Which?", "options": []}}, "[quiz: Which?]"),
        ({"dice": {"emoji": "🎯", "value": 6}}, "[🎯 6]"),
        (
            {"giveaway": {"chats": [NEWS], "winner_count": 3, "winners_selection_date": 1796000000, "prize_description": "Lamps"}},
            "[giveaway: Lamps, 3 winners, until 2026-11-30, by Acme News]",
        ),
        ({"giveaway_winners": {"winner_count": 1, "winners": [ANA]}}, "[giveaway result, winners: Ana]"),
        (
            {"invoice": {"title": "Lamp", "description": "Two", "currency": "EUR", "total_amount": 1999}},
            "[invoice: Lamp, Two, 19.99 EUR]",
        ),
        ({"successful_payment": {"currency": "XTR", "total_amount": 5, "invoice_payload": "order 4711"}}, "[payment: 5 stars order 4711]"),
        ({"web_app_data": {"button_text": "Order", "data": "lamp=7"}}, "[Order: lamp=7]"),
        ({"chat_shared": {"chat_id": -1001, "title": "Acme News"}}, "[shared chat: Acme News]"),
        ({"users_shared": {"users": [{"user_id": 4, "first_name": "Bo"}]}}, "[shared users: Bo]"),
        ({"hologram": {"file_id": "x"}}, "[hologram: cannot be shown here]"),
    ],
)  # fmt: skip
def test_content_other_than_text_is_described(fields: dict[str, Any], shown: str) -> None:
    assert read(**fields).visible_text == shown


@pytest.mark.parametrize("note", ["new_chat_members", "pinned_message", "forum_topic_created", "giveaway_created"])
def test_service_messages_are_ignored(note: str) -> None:
    assert not is_relevant({"update_id": 5, "message": message(**{note: {}})}, ME, False)


def test_reply_to_post_of_another_chat_links_the_post() -> None:
    found = read(text="What does this mean?", external_reply=POST)
    assert found.visible_text == "[in reply to Acme News: https://t.me/acmenews/78]\n\nWhat does this mean?"
    assert found.subject == "What does this mean?"


def test_quote_from_another_chat_is_visible() -> None:
    found = read(text="This?", external_reply=POST, quote={"text": "closed on Friday", "position": 0})
    assert "> closed on Friday" in found.visible_text


@pytest.mark.parametrize(
    ("origin", "where"),
    [
        ({"type": "user", "sender_user": {"first_name": "Bo", "last_name": "Lee"}}, "Bo Lee"),
        ({"type": "hidden_user", "sender_user_name": "Someone"}, "Someone"),
        ({"type": "chat", "sender_chat": {"title": "The team"}, "author_signature": "Bo"}, "The team (Bo)"),
        ({"type": "channel", "chat": {"id": -1001234, "title": "Private"}, "message_id": 3}, "Private: https://t.me/c/1234/3"),
        ({}, "a message of another chat"),
    ],
)  # fmt: skip
def test_reply_context_names_every_kind_of_origin(origin: dict[str, Any], where: str) -> None:
    assert read(text="See", external_reply={"origin": origin}).visible_text.startswith(f"[in reply to {where}]")


def test_photo_of_replied_post_is_attached() -> None:
    photo = [{"file_id": "far", "width": 9, "height": 9}]
    own = [{"file_id": "own", "width": 9, "height": 9}]
    fields = {"photo": own, "external_reply": {**POST, "photo": photo}}
    assert [file.file_id for file in attached_files(message(**fields))] == ["own", "far"]
    contents = [{"content": base64.b64encode(words).decode()} for words in (b"mine", b"theirs")]
    found = read(contents, **fields)
    assert [(file.filename, file.content) for file in found.files] == [
        ("photo-7.jpg", b"mine"),
        ("photo-78.jpg", b"theirs"),
    ]
    assert "[photo]" in found.visible_text


def test_paid_media_are_attached() -> None:
    bought = [
        {"type": "photo", "photo": [{"file_id": "a", "width": 1, "height": 1}]},
        {"type": "video", "video": {"file_id": "b"}},
    ]
    assert [file.file_id for file in attached_files(message(paid_media={"star_count": 1, "paid_media": bought}))] == [
        "a",
        "b",
    ]


def test_reply_to_story_or_task_names_it() -> None:
    assert "story of Acme News" in read(text="Nice", reply_to_story={"chat": NEWS, "id": 5}).visible_text
    found = read(text="Done?", reply_to_checklist_task_id=2, reply_to_message={"message_id": 6, "checklist": CHECKLIST})
    assert found.visible_text == "[in reply to the task “Lift”]\n\nDone?"


def test_forwarded_message_links_its_origin() -> None:
    found = read(text="Closed", forward_origin=POST["origin"])
    assert found.visible_text == "[forwarded from Acme News: https://t.me/acmenews/78]\n\nClosed"


def test_command_in_external_reply_is_recognised() -> None:
    found = read(text="/status", external_reply=POST)
    assert found.intent is not None and found.intent.kind.value == "status"


def test_contact_card_shows_all_properties() -> None:
    card = "BEGIN:VCARD\r\nTEL;TYPE=CELL:+82 10\r\nEMAIL:bo@x.test\r\nORG:Acme;Sales\r\nEND:VCARD"
    found = read(contact={"first_name": "Bo", "phone_number": "+8210", "vcard": card})
    assert found.visible_text == "contact: Bo +8210\nemail: bo@x.test\norg: Acme Sales"


def test_reply_in_group_quotes_the_earlier_message() -> None:
    group_message = message(
        text="@desk_test_bot what is this?", entities=[{"type": "mention", "offset": 0, "length": 14}]
    )
    group_message["chat"] = {"id": -5, "type": "group"}
    group_message["reply_to_message"] = {
        "message_id": 6,
        "from": {"id": 9, "first_name": "Bo"},
        "text": "The lift is stuck",
    }
    update = {"update_id": 5, "message": group_message}
    assert is_relevant(update, ME, True)
    assert parse(json.dumps(update).encode(), envelope(extra=ME.as_extra())).text.startswith("> The lift is stuck\n\n")
