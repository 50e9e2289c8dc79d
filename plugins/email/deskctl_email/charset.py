"""Decoding of bytes to text, with wrong and missing charset declarations.

Senders declare the wrong charset or none (EUC-KR as UTF-8), use vendor names (`ks_c_5601-1987`), or name the smaller
of two sets (`gb2312` for GBK). The order of decisions: valid UTF-8 where a wrong declaration is likely, the declared
charset, the structure of the bytes, a statistical guess, windows-1252. No function raises for bad input.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from deskctl.plugins import normalize

from . import iso2022
from .messages import _

ALIASES = {
    # The larger set that contains the declared one: only cp949 has 똠 and 뷁, only gb18030 has many names.
    "ks_c_5601-1987": "cp949", "ks_c_5601-1989": "cp949", "ks_c_5601": "cp949", "ksc_5601": "cp949",
    "ksc5601": "cp949", "ks_x_1001": "cp949", "euc-kr": "cp949", "euckr": "cp949", "euc_kr": "cp949", "korean": "cp949",
    "x-windows-949": "cp949", "windows-949": "cp949", "ms949": "cp949", "uhc": "cp949", "cp949": "cp949",
    "x-euc-kr": "cp949", "iso-ir-149": "cp949", "5601": "cp949",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "cp936": "gb18030", "ms936": "gb18030",
    "windows-936": "gb18030", "euc-cn": "gb18030", "gb_2312-80": "gb18030", "csgb2312": "gb18030",
    "x-euc-cn": "gb18030",
    "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "sjis": "cp932", "windows-31j": "cp932",
    "ms932": "cp932", "ms_kanji": "cp932", "cswindows31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext", "csiso2022jp": "iso2022_jp_ext", "cp50220": "iso2022_jp_ext",
    "cp50221": "iso2022_jp_ext", "cp50222": "iso2022_jp_ext", "iso-2022-jp-ms": "iso2022_jp_ext",
    "iso-2022-jp-1": "iso2022_jp_ext", "iso-2022-jp-2": "iso2022_jp_ext", "iso-2022-jp-3": "iso2022_jp_ext",
    "iso-2022-jp-2004": "iso2022_jp_ext", "jis": "iso2022_jp_ext", "csiso2022jp2": "iso2022_jp_ext",
    "x-euc-jp": "euc_jp", "eucjp": "euc_jp", "eucjp-ms": "euc_jp", "cp51932": "euc_jp", "windows-51932": "euc_jp",
    "iso-2022-kr": "iso2022_kr", "csiso2022kr": "iso2022_kr", "hz-gb-2312": "hz", "iso-2022-cn": "iso2022_kr",
    "big5": "big5hkscs", "x-x-big5": "big5hkscs", "cn-big5": "big5hkscs", "big5-eten": "big5hkscs", "ms950": "cp950",
    # Browsers and mail programs read these as the Windows set, which only adds letters where the ISO set has none.
    "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "iso8859-1": "cp1252", "iso_8859-1": "cp1252",
    "windows-1252": "cp1252", "x-ansi": "cp1252", "ansi": "cp1252", "x-western": "cp1252", "cp-1252": "cp1252",
    "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874", "windows-874": "cp874",
    "x-ias-german": "cp1252",
    "iso-8859-8-i": "iso8859_8", "iso-8859-8-e": "iso8859_8", "iso-8859-6-i": "iso8859_6", "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman", "x-mac-cyrillic": "mac_cyrillic", "koi8-ru": "koi8_u", "x-cp1251": "cp1251",
    "x-cp1250": "cp1250", "cp-850": "cp850", "utf8": "utf_8", "utf-8": "utf_8", "utf_8": "utf_8", "x-utf-8": "utf_8",
    "unicode-1-1-utf-8": "utf_8", "utf8mb4": "utf_8", "x-unicode-2-0-utf-7": "utf_7", "unicode-1-1-utf-7": "utf_7",
    "utf-7-imap": "utf_7", "us-ascii": "ascii", "ascii": "ascii", "ansi_x3.4-1968": "ascii", "7bit": "ascii",
}  # fmt: skip

UNSPECIFIED = frozenset({
    "", "ascii", "8bit", "binary", "default", "none", "null", "unknown", "unknown-8bit", "x-unknown", "x-user-defined",
    "_autodetect", "_autodetect_all", "_autodetect_jpn", "_autodetect_kr", "us-ascii-8bit",
})  # fmt: skip

STATEFUL = frozenset({"utf_7", "hz", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le"})
"""Charsets whose text may consist of ASCII bytes only; ISO 2022 charsets are detected by their escapes."""

MULTIBYTE = frozenset({"cp949", "gb18030", "cp932", "big5hkscs", "cp950", "euc_jp", "johab", "euc_jis_2004"})

REPLACE_PAIRS = "deskctl_email.pairs"
"""The name of the error handler for damaged two-byte characters."""

SAMPLE_BYTES = 8_192
"""Bytes that a guess examines."""

_SURROGATES = re.compile("[\ud800-\udfff]")
_THREE_BYTES = re.compile(rb"[\xe0-\xf4][\x80-\xbf]{2}")
_KANA_BYTES = re.compile(rb"[\x00-\x7f\xa1-\xdf]*")
_ASIAN = re.compile("[가-힣ぁ-ヿ一-鿿、-〟！-～]")
_COMMON_KOREAN = re.compile(
    "[이다는을를에의가고하지로기사리도서시자어대정인스수나제아부전보일장해원라상그안구조동주신한과있으게습니요세까]"
)
_KANA = re.compile("[ぁ-ヿ]")
_HAN = re.compile("[一-鿿]")
_CYRILLIC = re.compile("[а-я]")
_NOT_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
_KOREAN = re.compile("[가-힣·…“”‘’「」『』《》〈〉【】。、，！？：；（）～ㅋㅎㅠㅜ\u3000※→←↑↓■□●○★☆▶]")


@lru_cache(maxsize=256)
def codec_name(declared: str) -> str | None:
    """Return Python's codec for a declared charset; `""` if the name specifies no charset, None if it is unknown."""
    name = declared.strip(" \t\"'<>;,").lower()
    name = re.sub(r"^(?:charset|cp-?(?=windows))\W*", "", name)
    if name in ALIASES:
        name = ALIASES[name]
    if name in UNSPECIFIED:
        return ""
    try:
        info = codecs.lookup(ALIASES.get(name.replace("_", "-"), name))
    except (LookupError, ValueError):
        return None
    if not info._is_text_encoding or info.name in (
        "idna",
        "punycode",
        "raw-unicode-escape",
        "unicode-escape",
        "undefined",
    ):
        return None
    name = info.name.replace("-", "_")
    return ALIASES.get(name, ALIASES.get(info.name, name))


def decode(data: bytes, declared: str = "") -> tuple[str, str]:
    """Return the text of `data`, and a description of the problem in English (`""` if there was none)."""
    codec = codec_name(declared) if declared else ""
    if data.isascii() and codec not in STATEFUL and b"\x1b" not in data and b"\x0e" not in data:
        return normalize_text(data.decode("ascii")), "" if codec is not None else _(
            'unknown charset "{charset}"', charset=declared[:40]
        )
    text, remark = _decode(data, codec, declared)
    return normalize_text(text.removeprefix("\ufeff")), remark


def _decode(data: bytes, codec: str | None, declared: str) -> tuple[str, str]:
    if codec == "hz" or (codec or "").startswith("iso2022") or iso2022.DESIGNATES.search(data):
        found = _decode_stateful(data, codec or "", declared)
        if found is not None:
            return found
    elif codec in STATEFUL:
        text = _decode_strict(data, codec or "")
        if text is not None:
            return text, ""
    elif b"\x0e" in data and data.isascii():  # Korean text whose first line, with the designation, is lost
        text = _decode_strict(b"\x1b$)C" + data, "iso2022_kr")
        if text is not None:
            return text, "" if codec else _("charset not declared: ISO 2022 found")
    utf8 = _decode_strict(data, "utf_8")
    if codec == "utf_8" and utf8 is not None:
        return utf8, ""
    # Short text in a legacy two-byte charset may be valid UTF-8 by chance, but rarely with three-byte sequences.
    if utf8 is not None and (codec not in MULTIBYTE or _THREE_BYTES.search(data)):
        return utf8, _('declared as "{charset}", but is UTF-8', charset=declared[:40]) if codec else ""
    if codec and codec != "utf_8":
        text = _decode_strict(data, codec)
        if text is not None:
            return text, ""
    if codec:
        text = data.decode(codec, REPLACE_PAIRS if codec in MULTIBYTE else "replace")
        if _is_mostly_valid(text[:SAMPLE_BYTES], data[:SAMPLE_BYTES], codec):
            return text, _("some characters are not {charset}", charset=declared[:40])
    found_text, name = _decode_guess(data)
    if codec is None:
        return found_text, _('unknown charset "{charset}", read as {used}', charset=declared[:40], used=name)
    return (
        found_text,
        _('declared as "{charset}", read as {used}', charset=declared[:40], used=name)
        if codec
        else _("charset not declared, read as {used}", used=name),
    )


def _decode_stateful(data: bytes, codec: str, declared: str) -> tuple[str, str] | None:
    """Decode text whose character sets are switched by escapes; None if the data is not in the declared charset."""
    designated = bool(iso2022.DESIGNATES.search(data))
    if not data.isascii() and codec != "hz":
        if _decode_strict(data, "utf_8") is not None:
            return None
        if not designated:
            return _decode_unescaped_japanese(data, declared) if codec.startswith("iso2022_jp") else None
    if codec == "hz" and not designated:
        if not data.isascii():
            return None
        text, complete = iso2022.decode_hz(data)
    else:
        text, complete = iso2022.decode(data, korean=codec == "iso2022_kr")
    if not complete:
        return text, _("some characters are not {charset}", charset=declared[:40] or "ISO 2022")
    return text, "" if codec else _("charset not declared: ISO 2022 found")


def _decode_unescaped_japanese(data: bytes, declared: str) -> tuple[str, str] | None:
    """Decode 8-bit Japanese that is declared as ISO-2022-JP: EUC-JP, Shift_JIS, or half-width kana."""
    for name in ("euc_jp", "cp932"):
        text = _decode_strict(data, name)
        if text is not None and _KANA.search(text):
            return text, _('declared as "{charset}", read as {used}', charset=declared[:40], used=name)
    return (iso2022.decode(data)[0], "") if _KANA_BYTES.fullmatch(data) else None


def _is_mostly_valid(text: str, data: bytes, codec: str) -> bool:
    """Return True if the text has few damaged characters, so that the declared charset is probably right."""
    bad = text.count("\ufffd")
    if bad * 12 <= _count_non_ascii_bytes(data):
        return True
    if bad > 2 or _count_non_ascii(text) < 3 * bad:
        return False
    likely = guess_charset(data)  # for a short text, another charset that decodes all of it may be right
    other = _decode_strict(data, likely) if likely in MULTIBYTE or likely == "utf_8" else None
    return likely == codec or other is None or _asian_share(text) >= _asian_share(other)


def _asian_share(text: str) -> float:
    """Return the share of Hangul, Han and full-width kana among the non-ASCII characters of a text."""
    return len(_ASIAN.findall(text)) / max(1, _count_non_ascii(text.replace("\ufffd", "")))


def _decode_strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _replace_pair(error: UnicodeError) -> tuple[str, int]:
    """Replace one damaged two-byte character, including its second byte unless that is ASCII (WHATWG)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    at = error.start
    pair = error.object[at : at + 2]
    if len(pair) < 2 or pair[0] < 0x80 or pair[1] < 0x80:
        return "\ufffd", at + 1
    if error.encoding.startswith("euc_jp") and pair[0] > 0xA0 and pair[1] > 0xA0:
        return iso2022.jis0208(pair[0] & 0x7F, pair[1] & 0x7F) or "\ufffd", at + 2
    return "\ufffd", at + 2


codecs.register_error(REPLACE_PAIRS, _replace_pair)


def _decode_guess(data: bytes) -> tuple[str, str]:
    """Decode bytes in their most likely charset; return the text and the charset's name."""
    name = guess_charset(data)
    if name == "cp1252" and _decode_strict(data, name) is None:
        name = "latin-1"
    return data.decode(name, "replace"), name


def guess_charset(data: bytes) -> str:
    """Return the most likely charset of the bytes."""
    sample = data[:SAMPLE_BYTES]
    high = _count_non_ascii_bytes(sample)
    if sample.decode("utf_8", "replace").count("\ufffd") * 12 < high:
        return "utf_8"
    # Chinese and Japanese bytes read as Korean give Hangul mixed with Hanja, Kana, syllables outside EUC-KR and
    # rare Hangul.
    text = sample.decode("euc_kr", "replace")
    korean = len(_KOREAN.findall(text))
    if korean > 0.85 * _count_non_ascii(text) and (korean < 8 or len(_COMMON_KOREAN.findall(text)) * 6 > korean):
        return "cp949"
    if high > len(sample.translate(None, _NOT_LETTERS)) // 2:
        for name in ("koi8_r", "cp1251"):
            if len(_CYRILLIC.findall(sample.decode(name, "replace"))) > 0.75 * high:
                return name
    chinese = sample.decode("gb2312", "replace")
    if (
        chinese.count("\ufffd") <= 1
        and not _KANA.search(chinese)
        and len(_HAN.findall(chinese)) > 0.6 * _count_non_ascii(chinese)
    ):
        return "gb18030"
    return _statistical(sample) or "cp1252"


def _count_non_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _count_non_ascii_bytes(data: bytes) -> int:
    """Return the number of bytes that are not ASCII."""
    return len(data) - len(data.decode("ascii", "ignore"))


def _statistical(sample: bytes) -> str | None:
    """Return charset-normalizer's best candidate. The library is imported here to save memory on an idle desk."""
    from charset_normalizer import from_bytes

    codecs_in_mail = ["gb18030", "big5", "cp932", "euc_jp", "cp1251", "koi8_r", "cp1252", "cp1250", "cp1253", "cp1254",
                      "cp1255", "cp1256", "cp874", "cp949", "iso8859_2", "mac_roman"]  # fmt: skip
    try:
        best = from_bytes(sample, cp_isolation=codecs_in_mail, steps=5, chunk_size=512).best()
    except Exception:  # noqa: BLE001 - the guess is optional: latin-1 decodes the bytes if the library fails
        return None
    return best.encoding if best else None


def normalize_text(text: str) -> str:
    """Return text that every store accepts: no NUL, no lone surrogates, LF line ends, NFC."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        text = _SURROGATES.sub("", text)
    return normalize("NFC", text)
