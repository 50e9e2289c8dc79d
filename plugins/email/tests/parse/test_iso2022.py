"""Decoding of ISO 2022 and HZ, and of damaged characters in any charset."""

from __future__ import annotations

import pytest

from deskctl_email.charset import decode

JIS = b"\x1b$B%F%9%H\x1b(B"  # テスト


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (JIS + b' \x1b(IC=D\x1b(B \x1b$B-!-"\x1b(B end', "テスト ﾃｽﾄ ①② end"),
        (JIS + b"\x1b(JA\\~\x1b(B", "テストA¥‾"),
        (b"\x0eC=D\x0f ok", "ﾃｽﾄ ok"),
        (b"\xc3\xbd\xc4 ok", "ﾃｽﾄ ok"),
        (b"\x1b$@%F\x1b(B", "テ"),
        (b"\x1b$(D0!\x1b(B", "丂"),
        (b"\x1b$(Q.!\x1b(B", "俱"),
        (b"\x1b$B%F%\x1b(Bx", "テ\ufffdx"),
        (b"\x1b$B%F\x07%9\x1b(B", "テ\ufffd\ufffdス".replace("\ufffd\ufffd", "\x07")),
        (b"\x1b$B~~\x1b(Bx", "\ufffdx"),
        (b"\x1b$B%F\nplain words\n", "テ\nplain words\n"),
        (b"\x1b$B%F\n%9%H\x1b(B", "テ\nスト"),
        (JIS + b"\x1b?", "テスト\ufffd?"),
        ("〜 ～".encode("cp932").decode("cp932").encode("iso2022_jp", "ignore") + b"", " "),
        (b"\x1b$B\x5d\x1b(B", "\ufffd"),
    ],
)
def test_japanese_is_decoded(data, text):
    assert decode(data, "iso-2022-jp")[0] == text
    assert "\x1b" not in decode(data, "ISO-2022-JP")[0]


@pytest.mark.parametrize("declared", ["", "us-ascii", "utf-8", "x-none"])
def test_undeclared_japanese_is_detected_by_its_escapes(declared):
    assert decode(JIS + b" \x1b(IC=D\x1b(B", declared)[0] == "テスト ﾃｽﾄ"


def test_terminal_escapes_are_not_a_charset():
    assert decode(b"\x1b[31mred", "us-ascii")[0] == "\x1b[31mred"


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp", "utf_8"])
def test_other_japanese_charset_declared_as_iso2022_is_decoded(encoding):
    assert decode("テストの文章です".encode(encoding), "iso-2022-jp")[0] == "テストの文章です"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\x1b$)C\x0e>H3g\x0f ok", "안녕 ok"),
        (b"\x0e>H3g\x0f ok", "안녕 ok"),
        (b"\x1b$)C\x0e>H3\x0f ok", "안\ufffd ok"),
        (b"\x1b$)C\x0e>H3g\nnext", "안녕\nnext"),
    ],
)
def test_korean_is_decoded(data, text):
    assert decode(data, "iso-2022-kr")[0] == text


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"~{VPND~} a~~b", "中文 a~b"), (b"~{VP\nx", "中\nx"), (b"~{VPN~}x", "中\ufffdx"), (b"a~\nb", "ab")],
)
def test_hz_is_decoded(data, text):
    assert decode(data, "hz-gb-2312")[0] == text


WORDS = {
    "cp949": "안녕하세요 고객님",
    "cp932": "注文した商品です",
    "euc_jp": "注文した商品です",
    "gb18030": "订单还没有到",
    "big5": "訂單還沒有到",
    "utf_8": "안녕하세요 고객님",
    "euc_kr": "안녕하세요 고객님",
}


@pytest.mark.parametrize("codec", WORDS)
def test_truncated_character_affects_only_itself(codec):
    data = WORDS[codec].encode(codec)
    declared = {"cp932": "shift_jis", "euc_jp": "euc-jp", "gb18030": "gb2312", "utf_8": "utf-8"}.get(codec, codec)
    text, remark = decode(data[:-1] + b" end", declared)
    assert text.startswith(WORDS[codec][:-1]) and text.endswith(" end")
    assert text.count("\ufffd") == 1 and remark


def test_unknown_pair_does_not_shift_later_characters():
    data = "안녕".encode("cp949") + b"\xc9\xa1" + "하세요".encode("cp949")
    assert decode(data, "euc-kr")[0] == "안녕\ufffd하세요"


def test_circled_digits_in_euc_jp_are_decoded():
    assert decode(b"\xad\xa1" + "テストです".encode("euc_jp"), "euc-jp")[0] == "①テストです"


def test_wrong_declaration_is_detected():
    assert decode("안녕하세요".encode("cp949"), "shift_jis")[0] == "안녕하세요"
    assert decode("안녕하세요".encode("cp949"), "utf-8")[0] == "안녕하세요"
