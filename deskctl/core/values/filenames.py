"""Names of files that customers send."""

from __future__ import annotations

import re

#: File extensions by content type. The tables of the operating system are not used, because they differ between hosts.
_ENDINGS = {
    "text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "text/csv": ".csv", "text/vcard": ".vcf",
    "text/x-vcard": ".vcf", "text/rtf": ".rtf", "text/xml": ".xml", "text/markdown": ".md", "text/enriched": ".txt",
    "text/rfc822-headers": ".txt", "text/x-amp-html": ".html",
    "message/rfc822": ".eml", "message/global": ".eml", "message/delivery-status": ".txt",
    "message/disposition-notification": ".txt", "message/feedback-report": ".txt",
    "image/jpeg": ".jpg", "image/jpg": ".jpg", "image/pjpeg": ".jpg", "image/png": ".png", "image/gif": ".gif",
    "image/webp": ".webp", "image/bmp": ".bmp", "image/tiff": ".tif", "image/svg+xml": ".svg", "image/heic": ".heic",
    "image/heif": ".heif", "image/avif": ".avif", "image/x-icon": ".ico",
    "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/x-m4a": ".m4a", "audio/ogg": ".ogg", "audio/wav": ".wav",
    "audio/x-wav": ".wav", "audio/amr": ".amr", "audio/aac": ".aac",
    "video/mp4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm", "video/3gpp": ".3gp", "video/mpeg": ".mpg",
    "application/pdf": ".pdf", "application/zip": ".zip", "application/x-zip-compressed": ".zip",
    "application/gzip": ".gz", "application/x-gzip": ".gz", "application/x-7z-compressed": ".7z",
    "application/vnd.rar": ".rar", "application/x-rar-compressed": ".rar", "application/x-tar": ".tar",
    "application/json": ".json", "application/xml": ".xml", "application/rtf": ".rtf", "application/ics": ".ics",
    "application/msword": ".doc", "application/vnd.ms-excel": ".xls", "application/vnd.ms-powerpoint": ".ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt", "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/x-hwp": ".hwp", "application/haansofthwp": ".hwp", "application/vnd.hancom.hwp": ".hwp",
    "application/vnd.hancom.hwpx": ".hwpx", "application/ms-tnef": ".dat", "application/vnd.ms-tnef": ".dat",
    "application/pgp-signature": ".asc", "application/pgp-encrypted": ".asc", "application/pgp-keys": ".asc",
    "application/pkcs7-signature": ".p7s", "application/x-pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m", "application/x-pkcs7-mime": ".p7m",
}  # fmt: skip

#: The start of a path: a drive, a server, the root, the home folder, a relative step, a URL.
_PATH = re.compile(r"(?:file:)?(?:[A-Za-z]:[/\\]|[/\\~]|\.{1,2}[/\\])|[A-Za-z]{2,9}://", re.IGNORECASE)
_STEPS = re.compile(r"(?:^|[/\\])\.{1,2}(?:[/\\]|$)")
_SEPARATORS = re.compile(r"[ \t]*[/\\]+[ \t]*")


def nameless(number: int, content_type: str) -> str:
    """Return a name for attachment number `number` of a message, with the extension of its type."""
    return f"attachment-{number}{_ENDINGS.get(content_type.partition(';')[0].strip().lower(), '')}"


def one_name(text: str) -> str:
    """Return a name without folders: the last part of a path, otherwise the name with `_` for each slash.

    >>> one_name("Invoice 01/02/2025.pdf"), one_name("C:/plans/a.pdf")
    ('Invoice 01_02_2025.pdf', 'a.pdf')
    """
    if _PATH.match(text) or _STEPS.search(text):
        text = text.rstrip("/\\").replace("\\", "/").rpartition("/")[2]
    return _SEPARATORS.sub("_", text)
