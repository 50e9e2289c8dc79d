"""Read receipts: RFC 8098, signed receipts (RFC 2634), and the plain-text receipts of Exchange and old gateways."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from deskctl.plugins import Confirmation

from . import headers as field
from .mime import Part, read_headers

_NOTIFICATIONS = frozenset(("message/disposition-notification", "message/global-disposition-notification"))
#: The start of the subject that mail programs write in a receipt.
_SUBJECT = re.compile(
    r"\s*(?:(?:not |un)?read(?: receipt)?|return receipt(?: \(displayed\))?|disposition notification|deleted"
    r"|(?:un)?gelesen|nicht gelesen|gelöscht|lesebestätigung|(?:non )?lu|accusé de (?:lecture|réception)"
    r"|(?:no )?leído|confirmación de lectura|(?:não )?lida?|confirmação de leitura|(?:non )?letto"
    r"|conferma di lettura|(?:niet )?gelezen|leesbevestiging|(?:ej )?läst|(?:ikke )?læst|(?:ikke )?lest|luettu"
    r"|przeczytan[eoy]|(?:не )?прочитано|přečteno|okundu"
    r"|읽음|읽지 않음|수신\s?확인|수신확인|開封済み|未開封|開封確認|已读|已讀|未读|未讀|已閱讀|未閱讀|阅读回执"
    r"|讀取回條"
    r")\s?(?:[:：]|\Z|-)",
    re.IGNORECASE,
)
#: Phrases in the text of a receipt, which a person's mail with such a subject does not contain.
_WORDS = re.compile(
    r"(?:was|has been|were) (?:read|opened|displayed|deleted)\b.{0,60}?(?:\bon\b|\bwithout\b|\bby\b|\bat\b|\.|\Z)"
    r"|this is a (?:return|read) receipt|no guarantee that the (?:message|recipient)"
    r"|wurde .{0,60}(?:gelesen|gelöscht|angezeigt)|a été (?:lu|supprimé|affiché)|(?:fue|se ha) (?:leído|eliminado)"
    r"|è stato (?:letto|eliminato)|foi (?:lida?|excluíd)|(?:is|werd) .{0,60}gelezen|lästes|blev læst|ble lest"
    r"|была? (?:прочита|просмотр|удален)|został[ao]? .{0,40}(?:przeczytan|usunięt)"
    r"|읽었습니다|읽음으로|읽은 시간|(?:읽지 않고|읽지 않은 채) ?삭제|열람|확인하(?:였|셨)습니다|개봉"
    r"|開封され|読まれました|表示されました|已(?:被)?(?:阅读|閱讀|读取|讀取|打开)|被(?:阅读|閱讀)|未(?:经)?阅读",
    re.IGNORECASE | re.DOTALL,
)
#: Characters of the longest text of a receipt.
_MAX_LENGTH = 1_500


class ReadReceipt(NamedTuple):
    """A read receipt: the reason why it was recognized, and its content."""

    why: str
    confirmation: Confirmation


def find_receipt(root: Part, leaves: Sequence[Part], subject: str, text: str) -> ReadReceipt | None:
    """Return the read receipt in a mail; None for other mail."""
    kind = field.parameters(root.get("content-type"))
    report = (root.content_type == "multipart/report" and kind.get("report-type", "").lower()) or ""
    notification = next((leaf for leaf in leaves if leaf.content_type in _NOTIFICATIONS), None)
    if notification is not None and (report or root.content_type in ("multipart/report", notification.content_type)):
        return ReadReceipt("read receipt", _from_notification(notification, root))
    if report in ("disposition-notification", "global-disposition-notification"):
        return ReadReceipt("read receipt", Confirmation("read", (), _answered(root)))
    if _is_signed(root, leaves):
        return ReadReceipt("signed receipt", Confirmation("read", (), _answered(root)))
    if _is_worded(root, subject, text):
        return ReadReceipt("read receipt subject", Confirmation("read", (), _answered(root)))
    return None


def _from_notification(notification: Part, root: Part) -> Confirmation:
    fields: dict[str, bytes] = {}
    for name, value in read_headers(notification.content()[:100_000].strip(b"\r\n") + b"\r\n")[0]:
        fields.setdefault(name, value)
    final = field.text(fields.get("final-recipient", b"")).rpartition(";")[2]
    found = field.addresses(final.encode("utf-8", "replace"))
    original = field.message_id(fields["original-message-id"]) if "original-message-id" in fields else None
    return Confirmation("read", tuple(address for _, address in found[:1]), original or _answered(root))


def _answered(root: Part) -> str | None:
    ids = field.message_ids(root.get("in-reply-to")) or field.message_ids(root.get("references"))
    return ids[-1] if ids else None


def _is_signed(root: Part, leaves: Sequence[Part]) -> bool:
    """Return True for a signed receipt: application/pkcs7-mime; smime-type=signed-receipt (RFC 8551, 3.2.2)."""
    for part in (root, *leaves):
        if part.content_type in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            return field.parameters(part.get("content-type")).get("smime-type", "").lower() == "signed-receipt"
    return False


def _is_worded(root: Part, subject: str, text: str) -> bool:
    """Return True for a plain-text receipt, which has the subject and only the text of a receipt."""
    content_class = field.text(root.get("content-class")).lower()
    if content_class.endswith((":mdn", "content-classes:mdn")):
        return True
    if not _SUBJECT.match(subject):
        return False
    words = " ".join(text.split())
    if not words:
        return bool(root.get("in-reply-to").strip() or root.get("references").strip())
    return len(words) <= _MAX_LENGTH and _WORDS.search(words) is not None
