"""The Korean catalogue of the plugin."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import deskctl_email
from deskctl_email.messages import _, _n, joined

CATALOGUE = Path(deskctl_email.__file__).with_name("locale") / "ko" / "LC_MESSAGES" / "deskctl_email.po"


@pytest.fixture(scope="module")
def korean() -> dict[str, str]:
    """Return the translations by English message; of plural messages, by the plural form."""
    with CATALOGUE.open("rb") as file:
        messages = [message for message in read_po(file, locale="ko") if message.id]
    return {
        (message.id if isinstance(message.id, str) else message.id[-1]): (
            message.string if isinstance(message.string, str) else "".join(message.string or ())
        )
        for message in messages
    }


def test_each_message_has_a_korean_translation(korean: dict[str, str]) -> None:
    assert len(korean) > 200
    assert [message for message, translation in korean.items() if not translation] == []


def test_translations_have_the_placeholders_of_their_messages(korean: dict[str, str]) -> None:
    def placeholders(text: str) -> set[str]:
        return set(re.findall(r"\{\w+\}", text))

    different = [message for message, text in korean.items() if placeholders(message) != placeholders(text)]
    assert different == []


def test_joined_text_is_translatable() -> None:
    text = joined([_("timed out"), _("check host")])
    assert text == "timed out; check host"
    assert _n("{n} mail", "{n} mails", 2) == "2 mails"
    assert getattr(text, "params", None) == {"first": "timed out", "second": "check host"}
