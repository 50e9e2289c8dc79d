"""Composition of outgoing mail: threading, Korean text, and safety against header injection."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskctl.plugins import FileRef, Rejected
from deskctl.testing.builders import outbound
from deskctl_email.compose import Mail, compose

ADDRESS = "support@acme.test"
NASTY = "Hello\r\nBcc: eve@example.net\r\n\r\nbody\n\x00\x85\u2028X"


def compose_mail(**fields: Any) -> Mail:
    return compose(outbound(**fields), ADDRESS, lambda sha256: b"%PDF\x00\xff" + sha256.encode())


def parse_mail(mail: Mail) -> EmailMessage:
    message = email.message_from_bytes(mail.content, policy=email.policy.default)
    assert not message.defects
    return message


def test_reply_has_threading_headers() -> None:
    references = tuple(f"<{n}.{'x' * 150}@example.org>" for n in range(60))
    message = parse_mail(
        compose_mail(
            message_id="<own@acme.test>",
            in_reply_to=references[-1],
            references=references,
            headers={"thread-index": "AdB1234=", "Thread-Topic": "환불 문의", "X-Evil": "no"},
        )
    )
    assert message["Message-ID"] == "<own@acme.test>"
    assert message["In-Reply-To"] == references[-1]
    given_back = message["References"].split()
    assert given_back[0] == references[0]
    assert given_back[1:] == list(references[-19:])
    assert message["Thread-Index"] == "AdB1234="
    assert message["Thread-Topic"] == "환불 문의"
    assert message["X-Evil"] is None


def test_korean_content_is_sent_in_7_bit() -> None:
    subject = "환불 요청에 대한 답변입니다 " * 12
    text = "안녕하세요.\n" + "긴 줄 " * 2000 + "\n.\nFrom here\n"
    mail = compose_mail(
        subject=subject.strip(),
        text=text,
        sender_name='고객 지원팀, "Acme"',
        files=(FileRef("견적서 (최종) 2026년 11월 아주 긴 이름의 파일.pdf", "application/pdf", 9, "ab"),),
    )
    message = parse_mail(mail)
    assert mail.content.isascii()
    assert max(map(len, mail.content.split(b"\r\n"))) <= 998
    assert b"\n" not in mail.content.replace(b"\r\n", b"")
    assert message["Subject"] == subject.strip()
    assert message["From"].addresses[0].display_name == '고객 지원팀, "Acme"'
    assert message["From"].addresses[0].addr_spec == ADDRESS
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == text
    [file] = message.iter_attachments()
    assert file.get_filename() == "견적서 (최종) 2026년 11월 아주 긴 이름의 파일.pdf"
    assert file.get_content() == b"%PDF\x00\xffab"


@pytest.mark.parametrize(
    "field", ["subject", "sender_name", "thread-topic", "thread-index", "filename", "content_type"]
)
def test_free_text_cannot_end_its_header_line(field: str) -> None:
    if field.startswith("thread"):
        mail = compose_mail(headers={field: NASTY})
    elif field == "filename":
        mail = compose_mail(files=(FileRef(NASTY, "text/plain", 1, "ab"),))
    elif field == "content_type":
        mail = compose_mail(files=(FileRef("a", f"text/plain{NASTY}", 1, "ab"),))
    else:
        mail = compose_mail(**{field: NASTY})
    message = parse_mail(mail)
    assert message["Bcc"] is None
    assert all(part["Bcc"] is None for part in message.walk())
    assert not any(line.lower().startswith(b"bcc") for line in mail.content.split(b"\r\n"))
    assert mail.recipients == ("ana@example.org",)


@pytest.mark.parametrize("field", ["to", "cc", "bcc", "sender_address", "message_id"])
@pytest.mark.parametrize(
    "value", ["a@b.c\r\nBcc: eve@x.y", "a@b.c\nX: y", "a b@c.d", "a@b.c, eve@x.y", "<a@b.c>,<d@e.f>", "a@b.c\x00", ""]
)
def test_invalid_address_or_id_is_rejected(field: str, value: str) -> None:
    if field == "sender_address" and not value:
        pytest.skip("an empty sender address means the channel's own")
    given_value = value if field in ("sender_address", "message_id") else (value,)
    with pytest.raises(Rejected):
        compose_mail(**{field: given_value})


def test_invalid_references_are_left_out() -> None:
    message = parse_mail(
        compose_mail(in_reply_to="<a b\r\nX: y>", references=("<ok@x>", "no id", "<a>\r\nBcc: x@y.z", "<é@x>"))
    )
    assert message["In-Reply-To"] is None
    assert message["References"] == "<ok@x>"


@given(
    subject=st.text(max_size=300),
    sender_name=st.text(max_size=100),
    text=st.text(max_size=300),
    filename=st.text(max_size=150),
    topic=st.text(max_size=100),
)
def test_any_text_gives_a_valid_mail(subject: str, sender_name: str, text: str, filename: str, topic: str) -> None:
    mail = compose_mail(
        subject=subject,
        sender_name=sender_name,
        text=text,
        headers={"Thread-Topic": topic},
        files=(FileRef(filename, "image/png", 1, "ab"),),
    )
    assert mail.content.isascii()
    assert max(map(len, mail.content.split(b"\r\n"))) <= 998
    header = mail.content.partition(b"\r\n\r\n")[0]
    names = {line.partition(b":")[0] for line in header.split(b"\r\n") if not line.startswith((b" ", b"\t"))}
    assert names <= {
        *(b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Thread-Topic", b"MIME-Version", b"Content-Type")
    }


def test_bcc_recipients_are_only_in_the_envelope() -> None:
    mail = compose_mail(to=("ana@example.org",), cc=("bo@example.org",), bcc=("lead@acme.test", "ana@example.org"))
    assert mail.recipients == ("ana@example.org", "bo@example.org", "lead@acme.test")
    assert b"lead@acme.test" not in mail.content


@pytest.mark.parametrize(("in_reply_to", "kind"), [("<a@b>", "auto-replied"), (None, "auto-generated")])
def test_automatic_mail_has_its_headers(in_reply_to: str | None, kind: str) -> None:
    mail = compose_mail(automatic=True, in_reply_to=in_reply_to)
    message = parse_mail(mail)
    assert mail.automatic
    assert message["Auto-Submitted"] == kind
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["X-Deskctl-Loop"]
    assert parse_mail(compose_mail())["Auto-Submitted"] is None


def test_reply_comes_from_the_address_that_received_the_mail() -> None:
    mail = compose_mail(sender_address="help@acme.test")
    assert mail.sender == "help@acme.test"
    assert parse_mail(mail)["From"].addresses[0].addr_spec == "help@acme.test"


def test_international_domain_is_sent_in_ascii() -> None:
    mail = compose_mail(to=("ana@예시.테스트",))
    assert mail.recipients == ("ana@xn--vv4b11d.xn--9t4b11yi5a",)
    assert not mail.international
    assert compose_mail(to=("고객@example.org",)).international


def test_message_without_recipients_is_rejected() -> None:
    with pytest.raises(Rejected):
        compose_mail(to=())


def html_of(mail: Mail) -> str:
    body = parse_mail(mail).get_body(("html",))
    assert body is not None
    return str(body.get_content())


def test_mail_has_text_and_html_alternatives() -> None:
    text = "안녕하세요,\n\nsee https://acme.test/a?b=1&c=2.\n\n> 그때 <주문>\n>> deeper\n\n-- \nAgent One\n"
    mail = compose_mail(text=text, language="ko", files=(FileRef("a.pdf", "application/pdf", 9, "ab"),))
    message = parse_mail(mail)
    assert message.get_content_type() == "multipart/mixed"
    plain = message.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == text
    html = html_of(mail)
    assert '<html lang="ko">' in html
    assert '<a href="https://acme.test/a?b=1&amp;c=2">https://acme.test/a?b=1&amp;c=2</a>.' in html
    assert html.count("<blockquote") == html.count("</blockquote>") == 2
    assert "그때 &lt;주문&gt;" in html
    assert [file.get_filename() for file in message.iter_attachments()] == ["a.pdf"]


HOSTILE = st.lists(
    st.sampled_from(
        [
            *("<script>alert(1)</script>", "<img src=x onerror=y>", '"><svg/onload=x>', "javascript:alert(1)"),
            *(
                'https://a.b/"onclick="x',
                "https://a.b/<b>",
                "http://a.b/&quot;x",
                "</p></body>",
                "> > >",
                "-- ",
                "\x1b[2J",
            ),
            *("\u202ehttps://evil.test/\u202d", "{body}", "{lang}", "&#60;script&#62;", " ", "\n", "\t"),
        ]
    )
    | st.text(max_size=20),
    max_size=12,
).map("".join)


@given(text=HOSTILE)
def test_text_is_escaped_in_html(text: str) -> None:
    from lxml.html import document_fromstring

    tree = document_fromstring(html_of(compose_mail(text=text)))
    allowed = {"html", "head", "meta", "body", "p", "br", "a", "blockquote", "div"}
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    assert {element.tag for element in elements} <= allowed
    for element in elements:
        assert set(element.attrib) <= {"lang", "charset", "style", "href"}
        if element.tag == "a":
            assert element.text_content() == element.get("href"), "a link shows its target"
            assert str(element.get("href")).lower().startswith(("https://", "http://"))
    source, shown = ("".join(c for c in words if c.isalnum()) for words in (text, tree.text_content()))
    assert source == shown


def test_long_text_becomes_html_quickly() -> None:
    import time

    began = time.perf_counter()
    compose_mail(text="> " * 50_000 + "https://" * 20_000 + "\n>" * 50_000)
    assert time.perf_counter() - began < 2


def test_reply_to_has_the_ticket_token() -> None:
    message = parse_mail(compose_mail(reply_to=f"support+{'ab' * 16}@acme.test"))
    assert message["Reply-To"] == f"support+{'ab' * 16}@acme.test"
    with pytest.raises(Rejected):
        compose_mail(reply_to="a@b.c\r\nBcc: eve@x.y")
