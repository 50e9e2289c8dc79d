"""Text and attachments of a mail."""

from __future__ import annotations

import base64
import hashlib

import pytest

MIXED = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="B"'


def parts(*pieces: str | bytes, boundary: str = "B") -> bytes:
    """Return a multipart body of complete parts, each with headers, an empty line and a body (LF)."""
    line = b"--" + boundary.encode()
    out = b"preamble\r\n"
    for piece in pieces:
        raw = piece.encode() if isinstance(piece, str) else piece
        out += line + b"\r\n" + raw.replace(b"\n", b"\r\n") + b"\r\n"
    return out + line + b"--\r\nepilogue\r\n"


def test_plain_text_is_preferred_to_its_html_alternative(read):
    body = parts("Content-Type: text/plain\n\nplain", "Content-Type: text/html\n\n<p>rich</p>")
    message = read(MIXED.replace("mixed", "alternative"), body)
    assert (message.text, message.html, message.files) == ("plain", "<p>rich</p>", ())


def test_html_is_read_without_plain_text(read):
    message = read(
        "Content-Type: text/html; charset=utf-8", "<title>T</title><style>p{}</style><p>Hello</p><p>you &amp; me</p>"
    )
    assert message.text == "Hello\n\nyou & me"
    assert message.visible_text == message.text


def test_empty_plain_part_is_ignored(read):
    body = parts("Content-Type: text/plain\n\n \n", "Content-Type: text/html\n\n<p>rich</p>")
    assert read(MIXED.replace("mixed", "alternative"), body).text == "rich"


def test_plain_list_footer_does_not_hide_html(read):
    body = parts("Content-Type: text/html\n\n<p>The letter</p>", "Content-Type: text/plain\n\nlist footer")
    assert read(MIXED, body).text == "The letter\nlist footer"


def test_several_plain_parts_are_joined(read):
    assert read(MIXED, parts("\none", "Content-Type: text/plain\n\ntwo")).text == "one\ntwo"


def test_other_leaf_parts_are_attachments(read):
    inner = parts(
        "Content-Type: text/html\n\n<img src=cid:i>", "Content-Type: image/png\nContent-ID: <i>\n\nPNG", boundary="R"
    )
    body = parts(
        b'Content-Type: multipart/related; boundary="R"\n\n' + inner.replace(b"\r\n", b"\n"),
        "Content-Type: text/plain\nContent-Disposition: attachment; filename=notes.txt\n\nnot the text",
        "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nJVBERg==",
    )
    files = read(MIXED, body).files
    assert [(f.filename, f.content_type, f.content, f.inline) for f in files] == [
        (None, "image/png", b"PNG", True),
        ("notes.txt", "text/plain", b"not the text", False),
        ("a.pdf", "application/pdf", b"%PDF", False),
    ]
    assert files[0].content_id == "i"


def test_embedded_message_is_one_attachment_with_its_exact_bytes(read):
    inner = b"From:  x@y.org\r\nSubject:weird   spacing\r\n\r\n--B-not\r\nbody\r\n"
    body = b"--B\r\n\r\nsee below\r\n--B\r\nContent-Type: message/rfc822\r\n\r\n" + inner + b"\r\n--B--\r\n"
    (file,) = read(MIXED, body).files
    assert (file.content_type, file.content) == ("message/rfc822", inner)


def test_digest_contains_messages(read):
    message = read(MIXED.replace("mixed", "digest"), parts("\nFrom: a@x.org\n\none", "\nFrom: b@x.org\n\ntwo"))
    assert [file.content_type for file in message.files] == ["message/rfc822", "message/rfc822"]


@pytest.mark.parametrize(
    ("parameter", "name"),
    [
        ("filename=plain.txt", "plain.txt"),
        ('filename="with; semicolon.txt"', "with; semicolon.txt"),
        (r'filename="quo\"te.txt"', 'quo"te.txt'),
        ("filename*=utf-8''%ED%99%98%EB%B6%88.pdf", "환불.pdf"),
        ("filename*=EUC-KR'ko'%C8%AF%BA%D2.pdf", "환불.pdf"),
        ("filename*0*=utf-8''%ED%99; filename*1*=%98%EB%B6; filename*2*=%88.pdf", "환불.pdf"),
        ('filename*0="long na"; filename*1="me.txt"', "long name.txt"),
        ('filename*1="me.txt"; filename*0="long na"', "long name.txt"),
        ("filename=ascii.txt; filename*=utf-8''%ED%99%98.txt", "환.txt"),
        ('filename="=?utf-8?B?7ZmY67aI?=.pdf"', "환불.pdf"),
        ("filename==?utf-8?B?7ZmY67aI?=.pdf", "환불.pdf"),
        ("filename=환불.pdf", "환불.pdf"),
        ("filename=../../etc/passwd", "passwd"),
        (r'filename="C:\Users\ana\plan.doc"', "plan.doc"),
        ('filename="a\x00b\x1b[31m.txt"', "ab [31m.txt"),
        ("filename=..", None),
        ('filename=""', None),
        ("filename*=x''%", "%"),
        ("filename=" + "a" * 500 + ".pdf", "a" * 196 + ".pdf"),
    ],
)
def test_file_name_is_decoded(read, parameter, name):
    body = parts(f"Content-Type: application/octet-stream\nContent-Disposition: attachment; {parameter}\n\nx")
    (file,) = read(MIXED, body).files
    assert file.filename == name


def test_raw_korean_file_name_is_decoded(read):
    body = parts(
        b"Content-Type: application/pdf\nContent-Disposition: attachment; filename="
        + "환불요청.pdf".encode("cp949")
        + b"\n\nx"
    )
    assert read(MIXED, body).files[0].filename == "환불요청.pdf"


def test_decomposed_hangul_in_a_file_name_is_composed(read):
    body = parts("Content-Type: image/png; name*=utf-8''%E1%84%92%E1%85%A9%E1%86%AB.png\n\nx")
    assert read(MIXED, body).files[0].filename == "혼.png"


@pytest.mark.parametrize(
    ("encoding", "body", "text"),
    [
        ("base64", b"SGVsbG8", "Hello"),
        ("base64", b"SGVs\r\n!!bG8=", "Hello"),
        ("base64", b"S", ""),
        ("BASE64 ", b"SGVsbG8=", "Hello"),
        ("quoted-printable", b"a=3Db=\r\nc =zz", "a=bc =zz"),
        ("x-uuencode", b"begin 644 a\n%2&5L;&\\\n`\nend\n", "Hello"),
        ("foobar", b"Hello", "Hello"),
        ('"8bit"', b"Hello", "Hello"),
    ],
)
def test_transfer_encoding_is_decoded(read, encoding, body, text):
    assert read(f"Content-Transfer-Encoding: {encoding}", body).text == text


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/mixed",
        "multipart/mixed; boundary=",
        "multipart/mixed; boundary=other",
        "",
        "text",
        "nonsense",
        "text/plain;;;=",
        "/",
    ],
)
def test_part_with_wrong_declaration_is_shown(read, content_type):
    assert read(f"Content-Type: {content_type}", "--B\r\nHello").text == "--B\nHello"


def test_unclosed_multipart_keeps_its_last_part(read):
    body = b"--B\r\n\r\nHello\r\n--B\r\nContent-Type: image/png\r\n\r\nhalf a pict"
    message = read(MIXED, body)
    assert (message.text, message.files[0].content) == ("Hello", b"half a pict")


def test_nested_multiparts_with_similar_boundaries_are_separated(read):
    inner = "--BB\n\ninner\n--BB--\n"
    body = parts("Content-Type: multipart/mixed; boundary=BB\n\n" + inner, "Content-Type: text/plain\n\nouter")
    assert read(MIXED, body).text == "inner\nouter"


def test_flowed_text_is_joined_except_quotes_and_signature(read):
    message = read(
        "Content-Type: text/plain; format=flowed", "one \r\ntwo\r\n> quoted \r\n> more\r\n three\r\n-- \r\nAna \r\nB"
    )
    assert message.text == "one two\n> quoted \n> more\nthree\n-- \nAna B"
    korean = read("Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes", "안녕 \r\n하세요")
    assert korean.text == "안녕하세요"


@pytest.mark.parametrize(
    ("content_type", "remark"),
    [
        ("application/ms-tnef", "winmail.dat"),
        ("application/pkcs7-mime", "S/MIME"),
        ("application/pgp-encrypted", "PGP"),
        ("text/calendar", "calendar"),
    ],
)
def test_special_parts_are_kept_and_listed(read, content_type, remark):
    message = read(MIXED, parts("\nHello", f"Content-Type: {content_type}\n\nx"))
    assert len(message.files) == 1
    assert any(remark in problem for problem in message.problems)


def test_digest_depends_on_content_not_transport(read):
    one = read("Content-Transfer-Encoding: base64\nReceived: by a", base64.b64encode(b"Hello"))
    other = read("Received: by b\nX-Spam: no", b"Hello")
    assert one.digest == other.digest
    assert len({one.digest, read("X: 1", "Hello!").digest, read("Subject: s", "Hello").digest}) == 3


def test_json_document_has_exactly_the_documented_keys(described):
    said = described(
        MIXED + "\nMessage-ID: <1@x>\nTo: b@x.org\nIn-Reply-To: <0@x>\nReferences: <0@x>",
        parts("\nHi", "Content-Type: image/png\n\nx"),
    )
    assert said == {
        "file": "a.eml",
        "from": "ana@example.org",
        "from_name": "Ana",
        "to": ["b@x.org"],
        "cc": [],
        "reply_to": [],
        "subject": "",
        "date": "2017-10-02T10:13:43Z",
        "message_id": "<1@x>",
        "in_reply_to": "<0@x>",
        "references": ["<0@x>"],
        "text": "Hi",
        "visible_text": "Hi",
        "html": None,
        "attachments": [
            {"filename": None, "content_type": "image/png", "size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
        ],
        "automatic": {"is": False, "why": None, "may_answer": True},
        "lists": [],
        "through": None,
        "bounce": None,
        "confirmation": None,
        "language": None,
        "problems": [],
    }


def test_missing_values_are_null(described):
    said = described("From: \nDate: ")
    assert [said[key] for key in ("from", "from_name", "date", "message_id", "in_reply_to", "html", "language")] == [
        None
    ] * 7


def test_mail_too_large_to_fetch_is_reported(read_raw):
    assert any("too large" in problem for problem in read_raw(b"From: a@x.org\r\n\r\n", size=99_000_000).problems)
