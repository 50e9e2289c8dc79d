"""The visible text of a mail: quotes and the signature are hidden, own text is not."""

from __future__ import annotations

import pytest

from deskctl_email.visible_text import visible_text

ATTRIBUTIONS = [
    "On Mon, 2 Oct 2017 at 10:00, Support <support@acme.test> wrote:",
    "On Mon, 2 Oct 2017 at 10:00, A Very Long Name Of The Support Team\n<support@acme.test> wrote:",
    "2017-10-02 10:00 GMT+09:00 Support <support@acme.test>:",
    "2024년 1월 3일 (수) 오후 3:12, 고객지원 <support@acme.test>님이 작성:",
    "2022年1月1日(金) 9:00 サポート <support@acme.test>:",
    "Am 02.10.2017 um 10:00 schrieb Support <support@acme.test>:",
    "Am Mo., 2. Okt. 2017 um 10:00 Uhr schrieb Support\n<support@acme.test>:",
    "Le lun. 2 oct. 2017 à 10:00, Support <support@acme.test> a écrit :",
    "El lun, 2 oct 2017 a las 10:00, Support (<support@acme.test>) escribió:",
    "Il giorno lun 2 ott 2017 alle ore 10:00 Support <support@acme.test> ha scritto:",
    "Em seg, 2 de out de 2017 às 10:00, Support <support@acme.test> escreveu:",
    "пн, 2 окт. 2017 г. в 10:00, Support <support@acme.test>:",
    "-----Original Message-----",
    "-----원본 메시지-----",
    "----- 원본 메일 -----",
    "-----Ursprüngliche Nachricht-----",
    "From: Support <support@acme.test>\nSent: Monday, October 2, 2017 10:00 AM\nTo: Ana\nSubject: RE: Printer",
    (
        "________________________________\n보낸 사람: Support <support@acme.test>\n"
        "보낸 날짜: 2017년 10월 2일 월요일\n받는 사람: Ana\n제목: RE: 프린터"
    ),
    "差出人: Support <support@acme.test>\n送信日時: 2017年10月2日\n宛先: Ana\n件名: RE: プリンタ",
    "*From:* Support [mailto:support@acme.test]\n*Sent:* Monday\n*To:* ana@example.org\n*Subject:* RE: Printer",
    "Von: Support\nGesendet: Montag, 2. Oktober 2017 10:00\nAn: Ana\nBetreff: AW: Drucker",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("mark", ["> ", ""])
def test_quoted_message_is_hidden(attribution, mark):
    text = f"It burns again.\nPlease help.\n\n{attribution}\n\n{mark}Have you tried water?\n{mark}Regards"
    assert visible_text(text) == "It burns again.\nPlease help."


def test_reply_below_the_quote_stays_visible():
    text = "On Mon, 2 Oct 2017 at 10:00, Support <s@acme.test> wrote:\n> Which floor?\n\nThe second one."
    assert visible_text(text) == "The second one."


def test_replies_between_quotes_stay_visible():
    assert visible_text("> Which floor?\nThe second.\n> Since when?\nMonday.") == "The second.\nMonday."


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAna\nAcme",
        "--\nAna",
        "Best regards,\nAna Lopez\nAcme",
        "Mit freundlichen Grüßen\nAna",
        "감사합니다.\n-- \n김민아",
        "Sent from my iPhone",
        "Mvh\nAna",
        "Get Outlook for iOS",
    ],
)
def test_signature_is_hidden(signature):
    assert visible_text(f"It burns.\n\n{signature}").replace("\n\n감사합니다.", "") == "It burns."


@pytest.mark.parametrize(
    "text",
    [
        "Three points:\n\n----\n\n1. fire\n\n----\n\n2. water",
        "He wrote:\nI do not know.",
        "From: my desk\nI can see the fire.",
        "Date: tomorrow\nTo: you",
        "I sent this from my iPhone yesterday.",
        "With regards to the printer: it burns.",
        "On Monday at 10:00 we have a meeting:\n- printers\n- fire",
        "감사합니다",
        "---------- Forwarded message ---------\nFrom: Bob <b@x.org>\nDate: Monday\nSubject: fire\n\nIt burns.",
        "see https://example.org/on-2017-10-02-bob-wrote:",
    ],
)
def test_own_text_stays_visible(text):
    assert visible_text(text) == text


@pytest.mark.parametrize("text", ["> only\n> quotes", "-----Original Message-----\nwords", "Regards,\nAna", "-- \nAna"])
def test_text_of_only_quotes_stays_visible(text):
    assert visible_text(text) == text


def test_message_has_visible_text(read):
    message = read("Content-Type: text/plain", "It burns.\n\n-- \nAna\n")
    assert (message.text, message.visible_text) == ("It burns.\n\n-- \nAna", "It burns.")
