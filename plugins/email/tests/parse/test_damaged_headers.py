# ruff: noqa: E501 - unchanged headers
"""Damaged and unusual encodings, comments, file names and addresses."""

from __future__ import annotations

import base64

import pytest

from deskctl.plugins import OutboundMessage
from deskctl_email import transfer_encoding
from deskctl_email.compose import compose

MIXED = 'Content-Type: multipart/mixed; boundary="b"'


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("\n".join(map(b64, ("First line\n", "Second one\n", "footer"))), "First line\nSecond one\nfooter"),
        (b64("one\n") + b64("twoo"), "one\ntwoo"),
        ("SGVs=bG8", "Hello"),
        ("SGVsbG8", "Hello"),
        ("SGVs bG8=\t!*", "Hello"),
        ("=SGVsbG8=", "Hello"),
        ("SGVsbG8=\n_______________\nusers mailing list", "Hello\n_______________\nusers mailing list"),
        ("SGVsbG8=\n\n", "Hello"),
        ("=", ""),
        ("", ""),
    ],
)
def test_base64_in_pieces_is_decoded(read, body, text):
    assert read("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64", body).text == text


def test_attachment_of_several_base64_runs_is_complete(read):
    part = f"--b\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\n{b64('%PDF-1.7')}\n{b64('more')}\n{b64('end!!')}\n--b--\n"
    assert read(MIXED, part).files[0].content == b"%PDF-1.7moreend!!"


def test_base64_of_any_length_in_any_pieces_is_decoded():
    for size in range(40):
        data = bytes(range(size))
        for cut in range(0, size + 1, 3):
            wire = base64.b64encode(data[:cut]) + b"\r\n" + base64.b64encode(data[cut:])
            assert transfer_encoding.base64(wire) == data


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("soft=   \njoin =", "softjoin"),
        ("tab=\t\r\njoin", "tabjoin"),
        ("caf=c3=a9 5=ZZ a=3db=", "café 5=ZZ a=b"),
        ("blanks   \nat the end\t\n.", "blanks\nat the end\n."),
        ("words\n-- \nAna", "words\n-- \nAna"),
        ("kept=20\n.", "kept \n."),
    ],
)
def test_quoted_printable_trailing_spaces_are_removed(read, body, text):
    assert (
        read("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable", body).text.rstrip(
            " "
        )
        == text
    )


@pytest.mark.parametrize(
    "encoding", ["base64 (comment)", "(a (nested) one) BASE64", '"base64"', "base64;", " base64\t(x"]
)
def test_comments_in_transfer_encoding_are_ignored(read, encoding):
    assert read(f"Content-Transfer-Encoding: {encoding}", "SGVsbG8=").text.startswith(
        "Hello" if "(x" not in encoding else "SGVs"
    )


@pytest.mark.parametrize(
    "content_type",
    [
        "text/html (comment); charset=utf-8",
        "(before) text/html; (between) charset=(inside)utf-8(after)",
        'text / html; charset="utf-8" (says "so")',
    ],
)
def test_comments_in_content_type_are_ignored(read, content_type):
    message = read(f"Content-Type: {content_type}", "<b>환불</b>")
    assert (message.text, message.html) == ("환불", "<b>환불</b>")


def test_comments_around_boundary_are_ignored(read):
    head = 'Content-Type: multipart/mixed (parts); boundary="b" (the mark)'
    assert read(head, "--b\n\none\n--b\n\ntwo\n--b--\n").text == "one\ntwo"


@pytest.mark.parametrize(
    ("parameter", "name"),
    [
        ("attachment (c); filename=report (1).pdf", "report (1).pdf"),
        ('attachment; filename="report (1).pdf" (c)', "report (1).pdf"),
        ("attachment; filename=Invoice 01/02/2025.pdf", "Invoice 01_02_2025.pdf"),
        ('attachment; filename="AC/DC\\\\live.mp3"', "AC_DC_live.mp3"),
        (r'attachment; filename="C:\dir\a.pdf"', "a.pdf"),
        (r'attachment; filename="\\server\share\a.pdf"', "a.pdf"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="x/../../y.txt"', "y.txt"),
        ('attachment; filename="/tmp/a.txt"', "a.txt"),
        ('attachment; filename="https://x.test/a/b.txt"', "b.txt"),
        ("attachment; filename*=utf-8''a%E2%80%AEgpj.exe", "agpj.exe"),
        ("attachment; filename*=utf-8''a%00b%1B%5B31m%0A.txt", "ab [31m .txt"),
        ("attachment; filename*=utf-8''" + "%EA%B0%80" * 200 + ".pdf", "가" * 65 + ".pdf"),
        ('attachment; filename*0="=?UTF-8?Q?2026_=EA=B2=AC=EC=A0?= =?UTF-8?Q?=81=EC=84=9C_(=EC=B5=9"; filename*1="C=EC=A2=85_=E2=9C?= =?UTF-8?Q?=94)"; filename*2=".xlsx?="', "2026 견적서 (최종 ✔).xlsx"),
        ('attachment; filename*0*=utf-8\'\'=%3FUTF-8%3FB%3F; filename*1*="7ZmY67aI%3F="', "환불"),
    ],
)  # fmt: skip
def test_file_name_is_safe(read, parameter, name):
    (file,) = read(
        MIXED, f"--b\nContent-Type: application/octet-stream\nContent-Disposition: {parameter}\n\nx\n--b--\n"
    ).files
    assert file.filename == name


@pytest.mark.parametrize(
    ("inner", "name"),
    [
        ("Subject: =?utf-8?B?7KCE64us7ZWcIOuplOydvA==?=\n\nwords", "전달한 메일.eml"),
        ("Subject: Re: 01/02: a?\n\nwords", "Re: 01_02: a?.eml"),
        ("From: a@x.test\n\nwords", "message.eml"),
        ("Subject: ../../x\n\nwords", "x.eml"),
        ("Subject: note.eml\n\nwords", "note.eml"),
    ],
)
def test_attached_message_is_named_by_its_subject(read, inner, name):
    part = f"--b\nContent-Type: text/plain\n\nsee\n--b\nContent-Type: message/rfc822\nContent-ID: <7f19@x.test>\n\n{inner}\n--b--\n"
    assert read(MIXED, part).files[0].filename == name


ODD = [
    ('"bo jin"@customer.test', '"bo jin"@customer.test'),
    ('"aaa..bbb."@docomo.ne.jp', '"aaa..bbb."@docomo.ne.jp'),
    ("aaa..bbb@docomo.ne.jp", "aaa..bbb@docomo.ne.jp"),
    ("aaa.@docomo.ne.jp", "aaa.@docomo.ne.jp"),
    ('"john"@x.test', "john@x.test"),
    ('"a@b"@X.test', '"a@b"@x.test'),
    (r'"x\"y"@z.test', r'"x\"y"@z.test'),
]


@pytest.mark.parametrize(("written", "sender"), ODD)
@pytest.mark.parametrize("form", ["{}", "<{}>", "Kim <{}>", '"Lee \\"Bo\\", Jin" <{}>'])
def test_unusual_local_part_gives_a_valid_reply_address(read, written, sender, form):
    message = read(f"From: {form.format(written)}\nReply-To: {written}\nTo: {written}, b@x.test")
    assert message.sender == sender
    assert message.to == (sender, "b@x.test") and message.reply_to == (sender,)
    if "Lee" in form:
        assert message.sender_name == 'Lee "Bo", Jin'
    answer = OutboundMessage(1, "<1@acme.test>", (sender,), "Re: x", "words")
    mail = compose(answer, "support@acme.test", lambda sha256: b"")
    (recipient,) = mail.recipients
    assert recipient.strip('"').replace('"@', "@") == sender.strip('"').replace('"@', "@")
    local = recipient.rpartition("@")[0]
    assert local[0] == '"' or (".." not in local and not local.endswith("."))


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        ("=?utf-8?q?=3Ca=40x=2Etest=3E?=", ("<a@x.test>",)),
        ("=?utf-8?q?=3Clong-id=40x?= \r\n =?utf-8?q?=2Etest=3E?=", ("<long-id@x.test>",)),
        ("=?us-ascii?B?PGFAeC50ZXN0Pg==?=\r\n <b@x.test>", ("<a@x.test>", "<b@x.test>")),
    ],
)
def test_encoded_words_in_message_ids_are_decoded(read, written, ids):
    message = read(f"Message-ID: {written}\nIn-Reply-To: {written}\nReferences: {written}".replace("\r\n", "\n"))
    assert message.message_id == ids[0]
    assert message.in_reply_to == message.references == ids
