"""Names, addresses, subjects, ids and dates in headers as people and programs write them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest


def word(data: bytes, charset: str) -> str:
    return f"=?{charset}?B?{base64.b64encode(data).decode()}?="


def test_encoded_words_split_inside_a_character_are_joined(read):
    data = "환불 부탁드립니다".encode()
    message = read(f"Subject: {word(data[:4], 'utf-8')}\n {word(data[4:], 'utf-8')}")
    assert message.subject == "환불 부탁드립니다"


@pytest.mark.parametrize(
    ("header", "subject"),
    [
        ("=?ks_c_5601-1987?B?yLi/+LTUsrI=?=", "회원님께"),
        ("=?EUC-KR?Q?=C8=AF=BA=D2_=BF=E4=C3=BB?=", "환불 요청"),
        ("Re: =?utf-8?q?Gr=C3=BC=C3=9Fe?= an alle", "Re: Grüße an alle"),
        ("=?utf-8?q?a?= =?utf-8?q?b?= c", "ab c"),
        ("=?utf-8*de?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?X-IAS-German?B?bXlHb3Y=?=", "myGov"),
        ("=?utf-8?Q?is it open?=", "is it open"),
        ("=?utf-8?Q?really?_yes?=", "really? yes"),
        ("=?utf-8?q?line=0D=0ABcc:_x?=", "line Bcc: x"),
        ("no =?words? here", "no =?words? here"),
        ("=?utf-8?b?%%%?=", ""),
        ("  spaces\t and\n  folds ", "spaces and folds"),
        ("", ""),
    ],
)
def test_subject_is_decoded(read, header, subject):
    assert read(f"Subject: {header}").subject == subject


def test_missing_subject_is_empty(read):
    assert read("X-Other: 1").subject == ""


@pytest.mark.parametrize("codec", ["utf-8", "cp949"])
def test_raw_8_bit_headers_are_decoded(read, codec):
    message = read("From: 김민아 <mina@example.kr>\nSubject: 환불 요청합니다".encode(codec))
    assert (message.sender_name, message.subject) == ("김민아", "환불 요청합니다")


def test_raw_headers_use_the_charset_of_the_body(read):
    headers = "Subject: お問い合わせ\nContent-Type: text/plain; charset=shift_jis".encode("cp932")
    assert read(headers, "こんにちは".encode("cp932")).subject == "お問い合わせ"


@pytest.mark.parametrize(
    ("header", "name", "address"),
    [
        ("Ana <ana@EXAMPLE.org>", "Ana", "ana@example.org"),
        ("ana@example.org", None, "ana@example.org"),
        ("<ana@example.org>", None, "ana@example.org"),
        ("ana@example.org (Ana)", "Ana", "ana@example.org"),
        ('"Kim, Mina" <mina@example.org>', "Kim, Mina", "mina@example.org"),
        ("Kim, Mina <mina@example.org>", "Kim, Mina", "mina@example.org"),
        ('"This one: is \\"right\\"" <ding@dong.com>', 'This one: is "right"', "ding@dong.com"),
        ('"Unclosed <ana@example.org>', "Unclosed", "ana@example.org"),
        ("=?utf-8?B?6rmA66+87JWE?= <mina@example.org>", "김민아", "mina@example.org"),
        ('"=?utf-8?B?6rmA66+87JWE?=" <mina@example.org>', "김민아", "mina@example.org"),
        ("=?utf-8?q?Kim=2C_Mina?=<mina@example.org>", "Kim, Mina", "mina@example.org"),
        ("'Ana' <ana@example.org>", "Ana", "ana@example.org"),
        ("ana@other.org <ana@example.org>", "ana@other.org", "ana@example.org"),
        ("Ana <mailto:ana@example.org>", "Ana", "ana@example.org"),
        ("Ana [mailto:ana@example.org]", None, "ana@example.org"),
        ("Ana.Lopez+tag@Sub.Example.ORG", None, "Ana.Lopez+tag@sub.example.org"),
        ("미나 <미나@example.kr>", "미나", "미나@example.kr"),
        ("Ana", "Ana", None),
        ("", None, None),
        ("<>", None, None),
    ],
)
def test_sender_is_read(read, header, name, address):
    message = read(f"From: {header}")
    assert message.sender == address
    if name is not None or address is None:
        assert message.sender_name == name


def test_sender_header_replaces_missing_from(read):
    assert read("From: \nSender: desk@example.org").sender == "desk@example.org"


@pytest.mark.parametrize(
    ("header", "addresses"),
    [
        ("a@x.org, B <b@x.org>,c@x.org", ("a@x.org", "b@x.org", "c@x.org")),
        ("undisclosed-recipients:;", ()),
        ("Undisclosed recipients:;", ()),
        ('"Undisclosed Recipients" <>', ()),
        ("Team: a@x.org, B <b@x.org>;, c@x.org", ("a@x.org", "b@x.org", "c@x.org")),
        ("a@x.org; b@x.org", ("a@x.org", "b@x.org")),
        ("A <a@x.org> B <b@x.org>", ("a@x.org", "b@x.org")),
        ("no-address, a@x.org", ("a@x.org",)),
        ("a@x.org, a@X.ORG", ("a@x.org",)),
        ("(a comment (nested)) a@x.org", ("a@x.org",)),
        ("a@[192.0.2.1]", ("a@[192.0.2.1]",)),
        (",,;:", ()),
    ],
)
def test_recipients_are_read(read, header, addresses):
    assert read(f"To: {header}").to == addresses


def test_repeated_recipient_headers_are_combined(read):
    assert read("Cc: a@x.org\nCc: b@x.org").cc == ("a@x.org", "b@x.org")


@pytest.mark.parametrize(
    ("header", "ids"),
    [
        ("<1@x> <2@x>", ("<1@x>", "<2@x>")),
        ("<1@x><2@x>\n <1@x>", ("<1@x>", "<2@x>")),
        ("1@x 2@x", ("<1@x>", "<2@x>")),
        ("<1@\n x>", ("<1@x>",)),
        ("Your letter of Monday <1@x>", ("<1@x>",)),
        ("<>", ()),
        ("", ()),
    ],
)
def test_references_are_read(read, header, ids):
    assert read(f"References: {header}").references == ids


def test_long_references_keep_the_first_and_the_newest(read):
    ids = read("References: " + " ".join(f"<{n}@x>" for n in range(5_000))).references
    assert (ids[0], ids[-1], len(ids)) == ("<0@x>", "<4999@x>", 1_000)


@pytest.mark.parametrize(
    ("header", "moment"),
    [
        ("Mon, 2 Oct 2017 12:13:43 +0200", datetime(2017, 10, 2, 10, 13, 43, tzinfo=UTC)),
        ("2 Oct 2017 12:13 GMT", datetime(2017, 10, 2, 12, 13, tzinfo=UTC)),
        ("Mon, 02 Oct 17 12:13:43 -0500 (EST)", datetime(2017, 10, 2, 17, 13, 43, tzinfo=UTC)),
        ("2017-10-02T12:13:43+09:00", datetime(2017, 10, 2, 3, 13, 43, tzinfo=UTC)),
        ("Mon, 2 Oct 2017 12:13:43", datetime(2017, 10, 2, 12, 13, 43, tzinfo=UTC)),
        ("Mon, 32 Oct 2017 12:13:43 +0200", None),
        ("Mon, 2 Oct 2017 12:13:43 +9999999", None),
        ("yesterday", None),
        ("31 Dec 9999 23:59:59 -2300", None),
        ("", None),
    ],
)
def test_date_is_read(read, header, moment):
    found = read(f"Date: {header}").sent_at
    if header.endswith("+9999999"):
        assert found is None or found.tzinfo is not None  # any result, but no exception
    else:
        assert found == moment


def test_missing_message_id_is_derived_without_transit_headers(read):
    first, again, other = read("X-Relay: 1", "a"), read("X-Relay: 2", "a"), read("X-Relay: 1", "b")
    assert first.message_id == again.message_id != other.message_id
    assert read("To: ben@example.org", "a").message_id != read("To: eve@example.org", "a").message_id
    assert first.message_id.endswith("@missing.deskctl.invalid>")
    assert "no Message-ID" in first.problems


@pytest.mark.parametrize(
    ("header", "wanted"), [("<1@x>", "<1@x>"), ("1@x", "<1@x>"), (" <1@x> ", "<1@x>"), ("12345", "<12345>")]
)
def test_message_id_keeps_its_brackets(read, header, wanted):
    assert read(f"Message-ID: {header}").message_id == wanted


def test_headers_for_replies_are_kept(read):
    headers = read(
        "Thread-Index: AdlT8uVm\nThread-Topic: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\nDelivered-To: a@x.org\nX-Secret: 1"
    ).headers
    assert headers == {"thread-index": "AdlT8uVm", "thread-topic": "Grüße", "delivered-to": "a@x.org"}


def test_invalid_header_line_does_not_end_the_header(read):
    message = read("Subject: first\nbroken fold\nContent-Type: text/plain; charset=utf-8", "Hi")
    assert (message.subject, message.text) == ("first broken fold", "Hi")


def test_body_without_separator_line_is_read(read_raw):
    message = read_raw(b"From: a@x.org\r\nSubject: s\r\nHello there,\r\nhow are you?\r\n")
    assert (message.subject, message.text) == ("s", "Hello there,\nhow are you?")


def test_mbox_separator_and_leading_empty_lines_are_skipped(read_raw):
    assert read_raw(b"From a@x Mon Oct 2 2017\nFrom: a@x.org\n\nHi").sender == "a@x.org"
    assert read_raw(b"\r\n\r\nFrom: a@x.org\r\n\r\nHi").sender == "a@x.org"
