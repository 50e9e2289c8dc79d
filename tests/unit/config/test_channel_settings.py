"""The settings that all channel types share, as passed to the core."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from deskctl.config import Report
from deskctl.core.messages.channels import Acknowledgement, ChannelInfo, Channels
from deskctl.core.messages.settings import MessageSettings

Checked = Callable[[str], Report]

MAIL = '[desk]\nname = "Acme"\n[channels.support]\ntype = "email"\naddress = "support@acme.test"\n'


def channel_of(report: Report) -> ChannelInfo:
    assert report.config is not None, report.errors
    return report.config.settings().of(Channels).channels["support"]


def test_channel_defaults_are_off(checked: Checked) -> None:
    channel = channel_of(checked(MAIL))
    assert (channel.acknowledge, channel.copies, channel.plus, channel.authority) == (None, False, False, None)
    assert channel.sender_name == "{desk}"


def test_channel_settings_reach_the_core(checked: Checked) -> None:
    channel = channel_of(
        checked(
            MAIL
            + 'plus = true\nsender_name = "{agent} ({desk})"\nauthority = "mx.acme.test"\n'
            + 'imap = { host = "127.0.0.1", sent = true }\nsmtp = { host = "127.0.0.1" }\n'
        )
    )
    assert (channel.plus, channel.copies) == (True, True)
    assert (channel.sender_name, channel.authority) == ("{agent} ({desk})", "mx.acme.test")


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("true", Acknowledgement()),
        ("false", None),
        ("{}", Acknowledgement()),
        (
            '{ hours = "9 to 6", within = "a day", texts = { ko = "감사합니다 {number}" } }',
            Acknowledgement({"ko": "감사합니다 {number}"}, "9 to 6", "a day"),
        ),
    ],
)
def test_acknowledge_is_a_boolean_or_a_table(said: str, heard: Acknowledgement | None, checked: Checked) -> None:
    assert channel_of(checked(f"{MAIL}acknowledge = {said}\n")).acknowledge == heard


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ('acknowledge = "yes"', "channels.support.acknowledge"),
        ("acknowledge = { hour = 3 }", "channels.support.acknowledge.hour"),
        ('acknowledge = { texts = { Korean1 = "x" } }', "channels.support.acknowledge.texts"),
        ("acknowledge = { texts = { ko = 3 } }", "channels.support.acknowledge.texts.ko"),
        ('authority = "mx; dmarc=pass"', "channels.support.authority"),
        ('sender_name = "a\\nb"', "channels.support.sender_name"),
        ('plus = "yes"', "channels.support.plus"),
        ("greeting = 3", "channels.support.greeting"),
        ('greeting = { Korean1 = "x" }', "channels.support.greeting"),
        ('answer = "yes"', "channels.support.answer"),
    ],
)
def test_channel_error_names_the_key(said: str, place: str, checked: Checked) -> None:
    report = checked(f"{MAIL}{said}\n")
    assert [error.path for error in report.errors] == [place]


def test_keep_spam_sets_the_retention_of_spam(checked: Checked) -> None:
    report = checked('[desk]\nkeep_spam = "7d"\n')
    assert report.config is not None
    assert report.config.settings().of(MessageSettings).keep_spam == timedelta(days=7)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("", {}),
        ('greeting = "Hi!"\n', {"": "Hi!"}),
        ('greeting = { en = "Hi!", ko = "안녕하세요!" }\n', {"en": "Hi!", "ko": "안녕하세요!"}),
    ],
)
def test_greeting_is_one_text_or_a_table_by_language(said: str, heard: dict[str, str], checked: Checked) -> None:
    assert channel_of(checked(MAIL + said)).greeting == heard


def test_acknowledgement_without_hours_uses_the_hours_of_the_channel(checked: Checked) -> None:
    channel = channel_of(checked(MAIL + 'hours = "9 to 6"\nacknowledge = true\n'))
    assert (channel.hours, channel.acknowledge) == ("9 to 6", Acknowledgement(hours="9 to 6"))


def test_automatic_answer_is_off_by_default(checked: Checked) -> None:
    assert not channel_of(checked(MAIL)).answer
    assert channel_of(checked(MAIL + "answer = true\n")).answer


def test_email_channel_is_not_conversational(checked: Checked) -> None:
    channel = channel_of(checked(MAIL))
    assert (channel.conversational, channel.choices) == (False, False)
