"""Conversion of updates to messages."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskctl.plugins import InboundMessage, Intent, IntentKind
from deskctl.testing.builders import envelope
from deskctl_telegram.parse import parse
from deskctl_telegram.updates import BotIdentity, is_relevant, update_key

ANA = {"id": 42, "is_bot": False, "first_name": "Ana", "last_name": "Kim", "language_code": "ko-KR"}
ME = BotIdentity("777", "desk_test_bot")


def message(**fields: Any) -> dict[str, Any]:
    return {"message_id": 7, "date": 1772442000, "chat": {"id": 42, "type": "private"}, "from": ANA, **fields}


def read(update: dict[str, Any] | None = None, **fields: Any) -> InboundMessage:
    """Parse the update, or one with a message that has `fields`, in the channel of bot 777."""
    update = update or {"update_id": 5, "message": message(**fields)}
    return parse(json.dumps(update).encode(), envelope(extra=ME.as_extra()))


def test_text_message_has_sender_time_and_language() -> None:
    found = read(text="프린터에서 연기가 나요 🔥\n두 번째 줄")
    assert (found.sender, found.sender_name, found.language) == ("42", "Ana Kim", "ko")
    assert found.subject == "프린터에서 연기가 나요 🔥"
    assert found.text == found.visible_text == "프린터에서 연기가 나요 🔥\n두 번째 줄"
    assert found.message_id == "<42.7@777.telegram>"
    assert found.sent_at == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert found.intent is None and found.problems == () and found.headers == {}


def test_text_link_is_followed_by_its_url() -> None:
    """Telegram counts in UTF-16 code units, so the emoji counts as two."""
    entities = [{"type": "text_link", "offset": 3, "length": 4, "url": "https://example.org/a"}]
    assert read(text="😀 here, and there", entities=entities).text == "😀 here <https://example.org/a>, and there"


def test_link_equal_to_its_text_is_not_repeated() -> None:
    entities = [{"type": "text_link", "offset": 0, "length": 19, "url": "https://example.org/"}]
    assert read(text="https://example.org", entities=entities).text == "https://example.org"


def test_photo_is_attached_in_its_largest_size() -> None:
    photo = [
        {"file_id": "small", "width": 90, "height": 90, "file_size": 3},
        {"file_id": "large", "width": 900, "height": 900, "file_size": 5},
    ]
    update = {"update_id": 5, "message": message(photo=photo, caption="여기요")}
    update["deskctl_files"] = [{"content": base64.b64encode(b"JPEG!").decode()}]
    found = read(update)
    [file] = found.files
    assert (file.filename, file.content_type, file.content) == ("photo-7.jpg", "image/jpeg", b"JPEG!")
    assert found.text == "여기요"


@pytest.mark.parametrize(
    ("fields", "name", "content_type", "text"),
    [
        (
            {"document": {"file_id": "a", "file_name": "청구서.pdf", "mime_type": "application/pdf"}},
            "청구서.pdf",
            "application/pdf",
            "[file]",
        ),
        (
            {"voice": {"file_id": "a", "duration": 72, "mime_type": "audio/ogg"}},
            "voice-7.ogg",
            "audio/ogg",
            "[voice message, 1:12]",
        ),
        ({"sticker": {"file_id": "a", "emoji": "😀"}}, "sticker-7.webp", "image/webp", "[sticker 😀]"),
        ({"video_note": {"file_id": "a", "duration": 3}}, "video-note-7.mp4", "video/mp4", "[video message, 0:03]"),
    ],
)
def test_file_is_attached(fields: dict[str, Any], name: str, content_type: str, text: str) -> None:
    update = {
        "update_id": 5,
        "message": message(**fields),
        "deskctl_files": [{"content": base64.b64encode(b"x").decode()}],
    }
    found = read(update)
    assert [(f.filename, f.content_type, f.content) for f in found.files] == [(name, content_type, b"x")]
    assert found.text == text


def test_missing_file_is_named_in_the_text() -> None:
    document = {"file_id": "a", "file_name": "movie.mp4"}
    update = {"update_id": 5, "message": message(document=document, caption="See")}
    update["deskctl_files"] = [{"problem": "too large to download (1200.0 MB)"}]
    found = read(update)
    assert found.files == ()
    assert found.text == "See\n\n[movie.mp4: too large to download (1200.0 MB)]"
    assert found.problems == ("movie.mp4: too large to download (1200.0 MB)",)


def test_location_has_coordinates_and_map_link() -> None:
    found = read(location={"latitude": 37.566535, "longitude": 126.977969})
    assert found.text.splitlines() == [
        "location: 37.5665, 126.978",
        "https://www.openstreetmap.org/?mlat=37.566535&mlon=126.977969",
    ]


def test_only_own_contact_card_verifies_the_phone_number() -> None:
    card = {"phone_number": "82 10-1234-5678", "first_name": "Ana"}
    own = read(contact={**card, "user_id": 42})
    assert own.also == (("phone", "+821012345678"),)
    assert "82 10-1234-5678" in own.text
    assert read(contact={**card, "user_id": 43}).also == ()
    assert read(contact=card).also == ()
    assert read(contact={**card, "user_id": 42}, forward_origin={"type": "hidden_user"}).also == ()


def test_edit_refers_to_the_original_message() -> None:
    found = read({"update_id": 6, "edited_message": message(text="better", edit_date=1772442060)})
    assert found.edits == "<42.7@777.telegram>"
    assert found.message_id == "<42.7.1772442060@777.telegram>"


def test_reply_refers_to_the_earlier_message_and_quotes_the_selection() -> None:
    found = read(text="This one", reply_to_message={"message_id": 3}, quote={"text": "which\nprinter?"})
    assert found.in_reply_to == ("<42.3@777.telegram>",)
    assert found.text == "> which\n> printer?\n\nThis one"
    assert found.visible_text == "This one"


@pytest.mark.parametrize(
    ("text", "intent", "shown"),
    [
        ("/start", Intent(IntentKind.HELP), "/start"),
        ("/start Ab3-x_9", Intent(IntentKind.LINK, "Ab3-x_9"), "/start"),
        (" nnq4-creq-3gd\n", Intent(IntentKind.LINK, "nnq4-creq-3gd"), "/start"),
        ("2345-6789-234", None, "2345-6789-234"),
        ("/new 결제 오류", Intent(IntentKind.NEW), "결제 오류"),
        ("/new", Intent(IntentKind.NEW), "/new"),
        ("/status", Intent(IntentKind.STATUS), "/status"),
        ("/human@desk_test_bot", Intent(IntentKind.PERSON), "/human"),
        ("/HELP", Intent(IntentKind.HELP), "/help"),
        ("/unknown thing", None, "/unknown thing"),
        ("no /new here", None, "no /new here"),
    ],
)
def test_command_sets_the_intent(text: str, intent: Intent | None, shown: str) -> None:
    found = read(text=text)
    assert (found.intent, found.text) == (intent, shown)


def test_link_code_in_group_is_ignored() -> None:
    assert read(text="/start CODE", chat={"id": -100, "type": "group"}).intent == Intent(IntentKind.HELP)
    assert read(text="NNQ4-CREQ-3GD", chat={"id": -100, "type": "group"}).intent is None


def test_status_request_in_group_is_answered_privately() -> None:
    group = {"id": -100, "type": "group"}
    assert read(text="/status", chat=group).headers == {}
    assert read(text="/human", chat=group).headers == {"telegram-chat": "-100"}


def test_pressed_button_is_a_choice_for_the_message_with_the_button() -> None:
    keyboard = [
        [{"text": "해결됐어요", "callback_data": "choice:solved"}, {"text": "Person", "callback_data": "choice:person"}]
    ]
    shown = message(text="Did it help?", reply_markup={"inline_keyboard": keyboard})
    found = read(
        {"update_id": 5, "callback_query": {"id": "9", "from": ANA, "message": shown, "data": "choice:solved"}}
    )
    assert found.intent == Intent(IntentKind.CHOICE, "solved")
    assert found.in_reply_to == ("<42.7@777.telegram>",)
    assert (found.sender, found.text) == ("42", "해결됐어요")
    assert found.message_id == "<choice.9@777.telegram>"


def test_forwarded_text_names_its_author() -> None:
    origin = {"type": "user", "sender_user": {"first_name": "Bob"}}
    assert read(text="Pay at once", forward_origin=origin).text == "[forwarded from Bob]\n\nPay at once"


def test_group_message_is_answered_in_the_group() -> None:
    found = read(text="Help", chat={"id": -100, "type": "supergroup"}, message_thread_id=3, is_topic_message=True)
    assert found.headers == {"telegram-chat": "-100", "telegram-thread": "3"}
    assert found.sender == "42"


GROUP = {"id": -100, "type": "supergroup"}


@pytest.mark.parametrize(
    ("update", "groups", "kept"),
    [
        ({"message": message(text="x")}, False, True),
        ({"message": message(text="x", chat=GROUP)}, False, False),
        ({"message": message(text="x", chat=GROUP)}, True, False),
        ({"message": message(text="/new x", chat=GROUP, entities=[{"type": "bot_command", "offset": 0, "length": 4}])},
         True, True),
        ({"message": message(text="/new@other x", chat=GROUP,
                             entities=[{"type": "bot_command", "offset": 0, "length": 10}])}, True, False),
        ({"message": message(text="😀 @Desk_Test_Bot x", chat=GROUP,
                             entities=[{"type": "mention", "offset": 3, "length": 14}])}, True, True),
        ({"message": message(text="x", chat=GROUP, reply_to_message={"from": {"id": 777}})}, True, True),
        ({"message": message(text="x", **{"from": {"id": 777, "is_bot": True}})}, False, False),
        ({"message": message(new_chat_title="x")}, False, False),
        ({"channel_post": message(text="x")}, True, False),
        ({"message": message(text="x", chat={"id": -5, "type": "channel"})}, True, False),
        ({"my_chat_member": {"chat": {"id": 42}, "new_chat_member": {"status": "kicked"}}}, True, False),
        ({"poll": {"id": "1"}}, True, False),
        ({"edited_message": message(location={"latitude": 1, "longitude": 2}, edit_date=9)}, False, False),
        ({"callback_query": {"id": "1", "from": ANA, "message": message(), "data": "x"}}, False, True),
        ({"callback_query": {"id": "1", "from": ANA, "inline_message_id": "z", "data": "x"}}, False, False),
    ],
)  # fmt: skip
def test_only_messages_addressed_to_the_bot_are_relevant(update: dict[str, Any], groups: bool, kept: bool) -> None:
    assert is_relevant({"update_id": 5, **update}, ME, groups) is kept


def test_update_key_is_stable_and_unique() -> None:
    first = {"update_id": 5, "message": message(text="x")}
    assert update_key(first) == update_key(json.loads(json.dumps(first)))
    assert update_key(first) != update_key({**first, "update_id": 6})
    # After a week without updates Telegram continues from a random number.
    assert update_key(first) != update_key({"update_id": 5, "message": {**message(text="x"), "message_id": 800}})


def test_input_without_message_has_a_problem_and_no_sender() -> None:
    for raw in (b"", b"[]", b"\xff", b'{"update_id": 1}', b'{"message": 7}', b"[" * 100_000):
        found = parse(raw, envelope())
        assert found.sender is None
        assert found.problems


KEYS = st.sampled_from(
    ["message", "edited_message", "callback_query", "from", "chat", "id", "text", "caption", "entities", "photo",
     "date", "document", "file_id", "offset", "length", "url", "type", "reply_to_message", "quote", "contact",
     "location", "latitude", "longitude", "poll", "options", "message_id", "deskctl_files", "content", "reply_markup",
     "data", "inline_keyboard", "forward_origin", "language_code", "first_name", "voice", "duration", "sticker", "dice"]
)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["group", "text_link", "\ud800", "\0", "/start x", "ko-KR", 10**30, -1])
)  # fmt: skip
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=8), max_leaves=30
)
UPDATES = st.dictionaries(KEYS, st.dictionaries(KEYS, JSON, max_size=10) | JSON, max_size=4)


@given(UPDATES, st.booleans())
@settings(deadline=None, max_examples=150)
def test_arbitrary_json_gives_clean_text(update: dict[str, Any], groups: bool) -> None:
    raw = json.dumps(update).encode()
    found = parse(raw, envelope(extra=ME.as_extra()))
    assert parse(raw, envelope(extra=ME.as_extra())) == found
    texts = (found.text, found.visible_text, found.subject, found.sender_name or "", found.message_id or "",
            *found.in_reply_to, *found.problems, *(f.filename or "" for f in found.files))  # fmt: skip
    assert not any(c == "\0" or "\ud800" <= c <= "\udfff" for text in texts for c in text)
    is_relevant(update, ME, groups)
    assert update_key(update)
