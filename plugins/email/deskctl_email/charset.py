"""Bytes to text, whatever the sender says they are.

Senders name charsets wrongly (EUC-KR declared as UTF-8 or not at all), by vendor names (`ks_c_5601-1987`), or by the
smaller of two sets (`gb2312` for GBK). The order here: valid UTF-8 wins where a lie is likely, else the declared
charset, else the shape of the bytes, else a statistical guess, else windows-1252. Nothing here raises.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import lru_cache

from . import iso2022

ALIASES = {
    # The larger set that contains the declared one: 똠 and 뷁 are in cp949 only, many names in gb18030 only.
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
    # Web browsers and mail programs read these as the Windows set, which only adds letters where the ISO set has none.
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

SAYS_NOTHING = frozenset({
    "", "ascii", "8bit", "binary", "default", "none", "null", "unknown", "unknown-8bit", "x-unknown", "x-user-defined",
    "_autodetect", "_autodetect_all", "_autodetect_jpn", "_autodetect_kr", "us-ascii-8bit",
})  # fmt: skip

STATEFUL = frozenset({"utf_7", "hz", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le"})
"""Charsets whose text may consist of ASCII bytes only; the ISO 2022 ones are found by their escapes."""

MULTIBYTE = frozenset({"cp949", "gb18030", "cp932", "big5hkscs", "cp950", "euc_jp", "johab", "euc_jis_2004"})

PAIRS = "deskctl_email.pairs"
"""The name of our error handler for damaged two-byte characters."""

SAMPLE = 8_192
"""Bytes that a statistical guess looks at."""

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
_MARK_RUN = 30  # combining marks in a row that a reader could still see (Unicode's stream-safe limit)


@lru_cache(maxsize=256)
def codec_name(declared: str) -> str | None:
    """Python's codec for a declared charset; `""` if the name says nothing, None if nobody knows the name."""
    name = declared.strip(" \t\"'<>;,").lower()
    name = re.sub(r"^(?:charset|cp-?(?=windows))\W*", "", name)
    if name in ALIASES:
        name = ALIASES[name]
    if name in SAYS_NOTHING:
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
    """Text of `data`, and a remark in English if something was wrong with it (`""` if not)."""
    codec = codec_name(declared) if declared else ""
    if data.isascii() and codec not in STATEFUL and b"\x1b" not in data and b"\x0e" not in data:
        return clean(data.decode("ascii")), "" if codec is not None else f"unknown charset {declared[:40]!r}"
    text, remark = _decode(data, codec, declared)
    return clean(text.removeprefix("\ufeff")), remark


def _decode(data: bytes, codec: str | None, declared: str) -> tuple[str, str]:
    if codec == "hz" or (codec or "").startswith("iso2022") or iso2022.DESIGNATES.search(data):
        found = _stateful(data, codec or "", declared)
        if found is not None:
            return found
    elif codec in STATEFUL:
        text = _strict(data, codec or "")
        if text is not None:
            return text, ""
    elif b"\x0e" in data and data.isascii():  # Korean text that lost its first line
        text = _strict(b"\x1b$)C" + data, "iso2022_kr")
        if text is not None:
            return text, "" if codec else "charset not declared: ISO 2022 found"
    utf8 = _strict(data, "utf_8")
    if codec == "utf_8" and utf8 is not None:
        return utf8, ""
    # A legacy two-byte text may be valid UTF-8 by chance when it is short, hardly with three-byte sequences.
    if utf8 is not None and (codec not in MULTIBYTE or _THREE_BYTES.search(data)):
        return utf8, f"declared {declared[:40]!r}, but is UTF-8" if codec else ""
    if codec and codec != "utf_8":
        text = _strict(data, codec)
        if text is not None:
            return text, ""
    if codec:
        text = data.decode(codec, PAIRS if codec in MULTIBYTE else "replace")
        if _mostly_right(text[:SAMPLE], data[:SAMPLE], codec):
            return text, f"some characters are not {declared[:40]}"
    found_text, name = _guess(data)
    if codec is None:
        return found_text, f"unknown charset {declared[:40]!r}, read as {name}"
    return (
        found_text,
        f"declared {declared[:40]!r}, read as {name}" if codec else f"charset not declared, read as {name}",
    )


def _stateful(data: bytes, codec: str, declared: str) -> tuple[str, str] | None:
    """Text whose sets are switched by escapes; None if the data is in another charset than it says."""
    designated = bool(iso2022.DESIGNATES.search(data))
    if not data.isascii() and codec != "hz":
        if _strict(data, "utf_8") is not None:
            return None
        if not designated:
            return _unescaped(data, declared) if codec.startswith("iso2022_jp") else None
    if codec == "hz" and not designated:
        if not data.isascii():
            return None
        text, complete = iso2022.decode_hz(data)
    else:
        text, complete = iso2022.decode(data, korean=codec == "iso2022_kr")
    if not complete:
        return text, f"some characters are not {declared[:40] or 'ISO 2022'}"
    return text, "" if codec else "charset not declared: ISO 2022 found"


def _unescaped(data: bytes, declared: str) -> tuple[str, str] | None:
    """Japanese in 8-bit bytes under the label of ISO-2022-JP: EUC-JP, Shift_JIS, or half-width kana."""
    for name in ("euc_jp", "cp932"):
        text = _strict(data, name)
        if text is not None and _KANA.search(text):
            return text, f"declared {declared[:40]!r}, read as {name}"
    return (iso2022.decode(data)[0], "") if _KANA_BYTES.fullmatch(data) else None


def _mostly_right(text: str, data: bytes, codec: str) -> bool:
    """Whether a few damaged characters stand in a text of the declared charset, rather than a wrong charset."""
    bad = text.count("\ufffd")
    if bad * 12 <= _high(data):
        return True
    if bad > 2 or _high_characters(text) < 3 * bad:
        return False
    likely = guess(data)  # a short text: another charset that reads all of it may be the better one
    other = _strict(data, likely) if likely in MULTIBYTE or likely == "utf_8" else None
    return likely == codec or other is None or _asian(text) >= _asian(other)


def _asian(text: str) -> float:
    """How much of a text's letters outside ASCII are Hangul, Han or full-width kana, as in what people write."""
    return len(_ASIAN.findall(text)) / max(1, _high_characters(text.replace("\ufffd", "")))


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _replace_pair(error: UnicodeError) -> tuple[str, int]:
    """Replace one damaged two-byte character. Its second byte goes along, unless that is ASCII (WHATWG)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    at = error.start
    pair = error.object[at : at + 2]
    if len(pair) < 2 or pair[0] < 0x80 or pair[1] < 0x80:
        return "\ufffd", at + 1
    if error.encoding.startswith("euc_jp") and pair[0] > 0xA0 and pair[1] > 0xA0:
        return iso2022.jis0208(pair[0] & 0x7F, pair[1] & 0x7F) or "\ufffd", at + 2
    return "\ufffd", at + 2


codecs.register_error(PAIRS, _replace_pair)


def _guess(data: bytes) -> tuple[str, str]:
    """The text that the bytes most likely are, and the charset's name."""
    name = guess(data)
    if name == "cp1252" and _strict(data, name) is None:
        name = "latin-1"
    return data.decode(name, "replace"), name


def guess(data: bytes) -> str:
    """The charset that the bytes are most likely written in."""
    sample = data[:SAMPLE]
    high = _high(sample)
    if sample.decode("utf_8", "replace").count("\ufffd") * 12 < high:
        return "utf_8"
    # Chinese and Japanese bytes read as Korean give Hangul mixed with Hanja, Kana and syllables outside of EUC-KR,
    # and Hangul that nobody uses.
    text = sample.decode("euc_kr", "replace")
    korean = len(_KOREAN.findall(text))
    if korean > 0.85 * _high_characters(text) and (korean < 8 or len(_COMMON_KOREAN.findall(text)) * 6 > korean):
        return "cp949"
    if high > len(sample.translate(None, _NOT_LETTERS)) // 2:
        for name in ("koi8_r", "cp1251"):
            if len(_CYRILLIC.findall(sample.decode(name, "replace"))) > 0.75 * high:
                return name
    chinese = sample.decode("gb2312", "replace")
    if (
        chinese.count("\ufffd") <= 1
        and not _KANA.search(chinese)
        and len(_HAN.findall(chinese)) > 0.6 * _high_characters(chinese)
    ):
        return "gb18030"
    return _statistical(sample) or "cp1252"


def _high_characters(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _high(data: bytes) -> int:
    """How many bytes are not ASCII."""
    return len(data) - len(data.decode("ascii", "ignore"))


def _statistical(sample: bytes) -> str | None:
    """charset-normalizer's best candidate. Loaded here only: it costs memory that an idle desk does not need."""
    from charset_normalizer import from_bytes

    codecs_in_mail = ["gb18030", "big5", "cp932", "euc_jp", "cp1251", "koi8_r", "cp1252", "cp1250", "cp1253", "cp1254",
                      "cp1255", "cp1256", "cp874", "cp949", "iso8859_2", "mac_roman"]  # fmt: skip
    try:
        best = from_bytes(sample, cp_isolation=codecs_in_mail, steps=5, chunk_size=512).best()
    except Exception:  # noqa: BLE001 - a guess is optional: whatever the library meets, latin-1 still reads the bytes
        return None
    return best.encoding if best else None


def clean(text: str) -> str:
    """Text that every store takes: no NUL, no lone surrogates, LF line ends, NFC."""
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
    if unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", _thin_out(text))


def _thin_out(text: str) -> str:
    """Cut runs of combining marks: sorting a long run costs the square of its length."""
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if character > "\u02ff" and unicodedata.combining(character) else 0
        if run <= _MARK_RUN:
            kept.append(character)
    return "".join(kept)
