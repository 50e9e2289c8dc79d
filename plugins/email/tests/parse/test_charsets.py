"""Decoding of text with correct, wrong and missing charset declarations."""

from __future__ import annotations

import base64
import quopri
import unicodedata

import pytest

KOREAN = "안녕하세요, 결제가 두 번 되었습니다. 환불 부탁드립니다."
JAPANESE = "お世話になっております。注文の件でご連絡しました。よろしくお願いいたします。"
CHINESE = "您好，我的订单还没有收到，请帮我查询一下物流信息。谢谢！"
RUSSIAN = "Здравствуйте, мой заказ не пришёл, пожалуйста, проверьте статус доставки."


@pytest.mark.parametrize("transfer", ["8bit", "base64", "quoted-printable"])
@pytest.mark.parametrize(
    ("declared", "codec", "text"),
    [
        ("euc-kr", "euc_kr", KOREAN),
        ("ks_c_5601-1987", "cp949", KOREAN + " 똠방각하 뷁"),
        ("KS_C_5601-1987", "cp949", KOREAN),
        ("x-windows-949", "cp949", KOREAN),
        ("iso-2022-kr", "iso2022_kr", KOREAN),
        ("utf-8", "utf_8", KOREAN),
        ("gb2312", "gb18030", CHINESE + "镕"),
        ("gbk", "gbk", CHINESE),
        ("big5", "big5", "您好，訂單還沒有收到"),
        ("shift_jis", "cp932", JAPANESE + "①"),
        ("iso-2022-jp", "iso2022_jp", JAPANESE),
        ("euc-jp", "euc_jp", JAPANESE),
        ("koi8-r", "koi8_r", RUSSIAN),
        ("windows-1251", "cp1251", RUSSIAN),
        ("iso-8859-1", "cp1252", "Grüße – 5 €"),
        ("utf-16", "utf_16", KOREAN),
        ("utf-7", "utf_7", KOREAN),
    ],
)
def test_declared_charset_is_decoded(read, declared, codec, text, transfer):
    data = text.encode(codec)
    if transfer == "base64":
        data = base64.encodebytes(data)
    elif transfer == "quoted-printable":
        data = quopri.encodestring(data)
    elif codec == "utf_16":
        pytest.skip("UTF-16 has NULs and cannot be sent without an encoding")
    message = read(f"Content-Type: text/plain; charset={declared}\nContent-Transfer-Encoding: {transfer}", data)
    assert message.text.strip() == text


@pytest.mark.parametrize("declared", ["utf-8", "us-ascii", "x-unknown", "", "iso-2022-kr", "made-up-charset"])
def test_korean_with_wrong_declaration_is_decoded(read, declared):
    kind = f"Content-Type: text/plain; charset={declared}" if declared else "Content-Type: text/plain"
    assert read(kind, KOREAN.encode("cp949")).text == KOREAN


@pytest.mark.parametrize("declared", ["euc-kr", "us-ascii", "iso-8859-1", "gb2312", "shift_jis", "windows-1251", ""])
def test_utf8_with_wrong_declaration_is_decoded(read, declared):
    kind = f"Content-Type: text/plain; charset={declared}" if declared else "X-None: 1"
    assert read(kind, KOREAN.encode()).text == KOREAN


@pytest.mark.parametrize("short", ["하", "네", "최", "채", "감사", "차차"])
def test_short_korean_text_is_not_read_as_utf8(read, short):
    assert read("Content-Type: text/plain; charset=euc-kr", short.encode("euc-kr")).text == short


@pytest.mark.parametrize(
    ("text", "codec"),
    [(JAPANESE, "cp932"), (JAPANESE, "euc_jp"), (CHINESE, "gb18030"), (RUSSIAN, "cp1251"), (RUSSIAN, "koi8_r")],
)
def test_undeclared_charset_is_guessed(read, text, codec):
    message = read("Content-Type: text/plain", (text * 2).encode(codec))
    assert message.text == text * 2
    assert any("not declared" in problem for problem in message.problems)


def test_one_invalid_byte_does_not_change_the_charset(read):
    message = read("Content-Type: text/plain; charset=utf-8", KOREAN.encode() * 3 + b"\xec\x95")
    assert message.text.startswith(KOREAN)
    assert message.problems


def test_text_is_nfc_without_nul_and_surrogates(read):
    message = read("Content-Type: text/plain; charset=utf-8", unicodedata.normalize("NFD", KOREAN).encode() + b"\x00!")
    assert message.text == KOREAN + "!"
    message = read("Content-Type: text/plain; charset=utf-7", b"a+2AA-b")
    assert "\ud800" not in message.text


def test_codec_that_is_not_a_charset_is_ignored(read):
    message = read("Content-Type: text/plain; charset=rot13", b"uryyb")
    assert message.text == "uryyb"
    message = read("Content-Type: text/plain; charset=unicode_escape", rb"\x41")
    assert message.text == r"\x41"


def test_html_charset_comes_from_the_meta_tag(read):
    body = f'<html><meta http-equiv="Content-Type" content="text/html; charset=koi8-r"><p>{RUSSIAN}</p></html>'
    assert read("Content-Type: text/html", body.encode("koi8_r")).text == RUSSIAN


@pytest.mark.parametrize(
    ("codec", "text", "subject"),
    [
        ("gb18030", CHINESE, "您好"),
        ("cp932", JAPANESE, "件名"),
        ("cp949", KOREAN, "환불"),
        ("cp1251", RUSSIAN, "заказ"),
    ],
)
def test_raw_headers_use_the_guessed_charset_of_the_body(read, codec, text, subject):
    message = read(f"Subject: {subject}".encode(codec), text.encode(codec))
    assert (message.subject, message.text) == (subject, text)
