"""Read receipts with any envelope, and mail from people who write about reading."""

from __future__ import annotations

import pytest

MDN = (
    "Content-Type: message/disposition-notification\n\nReporting-UA: x; Outlook\nFinal-Recipient:"
    " rfc822;ana@example.org\n"
    "Original-Message-ID: <42@acme.test>\nDisposition: automatic-action/MDN-sent-automatically; displayed\n"
)
REPORT = (
    'Content-Type: multipart/report; report-type=disposition-notification; boundary="r"\nReturn-Path: <ana@example.org>'
)


@pytest.mark.parametrize("text", ["--r\nContent-Type: text/plain\n\nYour message was read.\n", ""])
@pytest.mark.parametrize("subject", ["Read: Lamp", "읽음: Lamp", "Anything", ""])
def test_disposition_notification_is_automatic(described, text, subject):
    headers = f"{REPORT}\nSubject: {subject}\nContent-Transfer-Encoding: 8bit"
    said = described(headers, f"{text}--r\n{MDN}\n--r--\n")
    assert said["automatic"] == {"is": True, "why": "read receipt", "may_answer": False}
    assert said["confirmation"] == {
        "kind": "read",
        "recipients": ["ana@example.org"],
        "original_message_id": "<42@acme.test>",
    }
    assert said["in_reply_to"] == "<42@acme.test>"
    assert said["bounce"] is None


def test_bare_notification_is_a_receipt(described):
    said = described("Content-Type: message/disposition-notification", MDN.partition("\n\n")[2])
    assert said["automatic"]["why"] == "read receipt"


def test_report_without_report_type_is_a_receipt(described):
    said = described('Content-Type: multipart/report; boundary="r"', f"--r\n{MDN}\n--r--\n")
    assert said["automatic"]["why"] == "read receipt"


@pytest.mark.parametrize(
    "kind",
    ["application/pkcs7-mime; smime-type=signed-receipt", 'application/x-pkcs7-mime; smime-type="signed-receipt"'],
)
def test_signed_receipt_is_recognized(described, kind):
    assert described(f"Content-Type: {kind}")["automatic"]["why"] == "signed receipt"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Read: Lamp", "Your message\n\nTo: Ana\nSubject: Lamp\nSent: Monday\n\nwas read on Monday, 2 October 2017."),
        ("Not read: Lamp", "Your message\n\nTo: Ana\n\nwas deleted without being read on Monday."),
        (
            "Return Receipt (displayed) - Lamp",
            "This is a Return Receipt for the mail that you sent to ana@example.org.",
        ),
        ("Gelesen: Lampe", "Ihre Nachricht an Ana wurde am Montag gelesen."),
        ("Lu : Lampe", "Votre message a été lu le lundi 2 octobre."),
        ("Leído: Lámpara", "El mensaje fue leído el lunes."),
        ("Letto: Lampada", "Il messaggio è stato letto lunedì."),
        ("읽음: 전등", "보낸 메시지를 수신자가 읽었습니다. 읽은 시간: 2017-10-02"),
        ("開封済み: ランプ", "メッセージは 2017/10/02 に開封されました。"),
        ("已读: 灯", "您的邮件已被阅读。"),
    ],
)
def test_plain_text_receipt_is_recognized(described, subject, text):
    said = described(f"Subject: {subject}\nContent-Type: text/plain; charset=utf-8", text)
    assert said["automatic"]["is"]
    assert said["confirmation"]["kind"] == "read"


def test_empty_receipt_must_be_a_reply(described):
    assert described("Subject: 읽음: 전등\nIn-Reply-To: <42@acme.test>")["automatic"]["is"]
    assert not described("Subject: 읽음: 전등")["automatic"]["is"]


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Read: my poem", "I have written a poem. Please tell me what you think."),
        ("Read receipt", "How do I ask for a read receipt in your app?"),
        ("Gelesen: und nicht verstanden", "Ich habe Ihre Antwort gelesen. Was heißt das?"),
        ("읽음: 확인 부탁", "메일을 읽어 주세요. 답장을 기다립니다."),
        ("Re: Lamp", "Your answer was read by all of us. Thank you."),
        ("Deleted: my account", "My account was not deleted. Please do it."),
    ],
)
def test_mail_about_reading_is_not_a_receipt(described, subject, text):
    said = described(f"Subject: {subject}\nContent-Type: text/plain; charset=utf-8\nIn-Reply-To: <42@acme.test>", text)
    assert not said["automatic"]["is"]


def test_abuse_report_is_automatic(described):
    body = (
        "--r\nContent-Type: text/plain\n\nAn abuse report.\n"
        "--r\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n--r--\n"
    )
    said = described('Content-Type: multipart/report; report-type=feedback-report; boundary="r"', body)
    assert (said["automatic"]["is"], said["bounce"]) == (True, None)
