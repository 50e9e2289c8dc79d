"""Bounces without a machine-readable part, such as those of qmail, Exim, Postfix, Exchange, Yahoo and Notes.

The text alone does not identify a bounce: people write about bounced mail and forward bounces. A bounce must show that
a mail system wrote it (an empty envelope sender, the sender's name, a header) and contain typical phrases as well.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from deskctl.plugins import ReasonClass

from . import bounce_reasons

MAX_TEXT = 20_000
"""Characters of a report that are examined."""
MAX_RECIPIENTS = 50

#: Distinct lines of a report whose reason is classified, which takes many patterns for each.
_MAX_CLASSIFIED = 200
_DAEMON = re.compile(
    r"(?:mailer[-_.]?daemon|post-?master|mail-?daemon|mmdf|mailerdaemon|microsoftexchange[0-9a-f]{8,40}"
    r"|maildeliverysystem"
    r"|mail-?delivery(?:-?(?:system|subsystem|service))?|delivery-?(?:failure|status|notification)s?)(?:[+=._-]|\Z)",
    re.IGNORECASE,
)
_DAEMON_NAME = re.compile(
    r"mail delivery|mailer[- ]daemon|post\s?master|mail administrator|system administrator|administrador del sistema"
    r"|systemadministrator|microsoft outlook|mail system|mail router|delivery (?:service|system|subsystem"
    r"|failure|status)"
    r"|returned mail|internet mail|mail gateway|메일\s?(?:배달|전송|서버|시스템|관리자)|메일러|系统退信"
    r"|邮件系统|郵件系統|システム管理者"
    r"|メール配信",
    re.IGNORECASE,
)
_POSSIBLE_DAEMON = re.compile(
    r"(?:daemon|root|mail|mailer|smtp|bounces?|uucp|admin(?:istrator)?|mailadmin|noreply|no-reply|nobody"
    r"|notification)\b|(?:mdaemon|imss|inetgw|ndr|listserv|mimesweeper|jetmail|mailscan\w*)\d*\Z"
    r"|.*(?:mail|smtp|virus|mta|mx)[\w.-]*[._-]?(?:service|gateway|system|server|wall|admin|delivery|for_smtp\w"
    r"*)s?\Z",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|non[- ]?deliver|not delivered|returned mail|mail returned|returned to sender"
    r"|return(?:ed)? message|deliver(?:y|ing)"
    r" (?:status )?(?:notification|report|failure|failed|error|problem|has failed|unsuccessful|delayed|incomplete)"
    r"|failure notice|failed (?:mail|delivery|message)|(?:mail|message|e-?mail) (?:delivery )?(?:failed"
    r"|failure|error|delayed|status"
    r"|undelivered|rejected|could not)|delivery (?:status|could not|has been delayed)|mail (?:system error|could not)"
    r"|could ?n[o']t? be (?:sent|delivered)|cannot send|user unknown|unknown (?:user|address|recipient)"
    r"|\bmail error|error (?:during|in) delivery|(?:mail )?delivery (?:warning|rejected)|automatically rejected"
    r"|postponed"
    r"|warning: (?:could not|message)|nondeliverable|rejected mail"
    r"|\bndn\b|\bndr\b|mail failure|message status - undeliverable|permanent (?:delivery )?fail|unable to deliver"
    r"|배달되지 않음|배달 (?:실패|지연|상태)|전송\s?(?:실패|되지|오류)|발송\s?실패|반송|전달\s?(?:실패|되지)"
    r"|메일\s?(?:배달|전달).{0,6}실패"
    r"|配信(?:不能|できません|エラー|失敗)|配達不能|送信(?:エラー|失敗|できません)|未配信|未配達|退信|投递失败"
    r"|无法(?:投递|送达|传递)|未(?:能)?(?:传递|送达)|無法(?:傳遞|遞送|送達|寄達)"
    r"|发送失败|傳送失敗|unzustellbar|nicht zugestellt|zustell(?:ung|bar)|fehlgeschlagen|non remis|échec|non distribu"
    r"|retour(?:né)? (?:de|à)|no (?:se )?(?:pudo|puede|ha podido)? ?entrega|no entregad|error de entrega|fallo"
    r"|mancat[oa]"
    r" (?:recapito|consegna)|non recapitabile|impossibile recapitare|não (?:entregue|é possível entregar)"
    r"|falha na entrega"
    r"|onbestelbaar|niet (?:bezorgd|bezorgbaar|afgeleverd)|bezorging|niedostarcz|nie dostarczon|niedoręczon"
    r"|недоставлен"
    r"|не доставлен|не удалось доставить|не может быть доставлен|oleverer|ej levererat|inte leverera|kan ikke leveres"
    r"|ikke leveret|kunne ikke leveres|ei voi(?:tu|da)? toimittaa|toimittamaton|perillesaattamaton|nedoruč"
    r"|teslim edilem"
    r"|kézbesíthetetlen",
    re.IGNORECASE,
)
_PHRASE = re.compile(
    r"(?:could|can|did|was|were|has|have|been|is|be|wo|ca)\s?n(?:o|['’])?t (?:yet )?(?:be "
    r"|been )?(?:successfully )?(?:deliver|reach|sent|routed|processed|relayed|accepted)"
    r"|(?:unable|not able|failed|impossible) to (?:be )?(?:deliver|relay|send|find|route|reach)|undeliver"
    r"|non-?deliver"
    r"|deliver(?:y|ies) (?:to .{1,200} )?(?:has |have |was |of your message )?(?:been )?(?:postpone|fail|error"
    r"|unsuccess|delay"
    r"|attempt|status|temporarily)|did not reach|didn['’]t reach|delivery failure"
    r"|permanent(?:ly)? (?:fatal )?(?:error|fail)|fatal errors?|returned (?:to sender|mail|message|because"
    r"|unopened|undeliver)|return(?:ing|ed) (?:your |the )?(?:mail|message)|(?:user|recipient|mailbox|address"
    r"|addressee|account|host|domain)s? (?:name )?(?:is |was |does )?(?:not |un)(?:known|exist|found|available"
    r"|recogni|listed|allowed|local)"
    r"|unknown (?:user|recipient|address|host|local|mailbox|or illegal)|no such (?:user|recipient|mailbox"
    r"|address|person|account|domain)|(?:mailbox|quota|account|inbox) (?:is )?(?:full|exceeded|disabled"
    r"|inactive|unavailable|over)|over (?:its )?quota|quota exceeded|exceeded (?:the )?(?:storage|quota|mailbox)"
    r"|(?:message|mail|address|recipient)s? (?:was |were |has been |address )?(?:rejected|refused"
    r"|undeliverable|bounced|failed)|problems? (?:delivering|sending|with)|invalid (?:recipient|address|user"
    r"|mailbox)|bad (?:recipient|address|destination)|host or domain name not found"
    r"|relay(?:ing)? (?:access )?denied|will (?:be retried|keep trying|continue trying)|still being retried"
    r"|couldn['’]t (?:be )?(?:deliver|find|send)|wasn['’]t (?:able|deliver|found)|isn['’]t (?:able|a valid)"
    r"|not listed in"
    r"|전(?:송|달)(?:되지|하지|할 수) (?:못|않|없)|(?:전송|발송|배달|전달)(?:에|이|을)? ?실패|배달(?:되지|하지"
    r"|할 수)|반송|찾을 수 없|존재하지 않는|없는 (?:사용자|주소|계정)|보내지 못|용량.{0,10}초과|수신\s?거부|지연되"
    r"|配信(?:でき|に失敗|不能|され)|送信でき|届け(?:られ|でき)|宛先.{0,10}(?:不明|見つかり|存在)|配達(?:不能"
    r"|でき)|存在しません|見つかりません"
    r"|无法(?:送达|投递|传递|递送|发送)|退信|(?:投递|发送|传递)失败|(?:發送|傳送|傳遞)失敗|無法(?:傳遞|遞送"
    r"|送達|傳送|寄)|未能送达|被退回|不存在|拒收"
    r"|nicht (?:zu(?:gestellt|stellbar)|übermittelt|ausgeliefert|erreicht|gefunden|zustellen)|unzustellbar"
    r"|zustellung .{0,40}(?:fehl|nicht)|n['’](?:a|ont) pas (?:pu|été)|non remis|échec|impossible d|introuvable"
    r"|no (?:se )?(?:ha |han )?(?:podido|pudo|puede|pudieron|puedo) |no (?:fue|ha sido|se) entreg|non (?:è"
    r"|e['’]) stato|mancat[oa] (?:recapito|consegna)|impossibile (?:recapit|conseg|inv)|não (?:pôde|pode|foi"
    r"|é possível)|falha|(?:kan|kon) niet|niet (?:worden )?(?:bezorgd|afgeleverd)|nie (?:została|mogła|można"
    r"|udało|może)|не (?:может|могло|удалось|было|найден|доставлен|существует)|невозможно|kunde inte"
    r"|inte (?:kunnat )?leverera|kunne ikke|kan ikke|ikke leveret|ei voitu|epäonnistui|nelze doručit|teslim edilem",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"delayed|postponed|delay(?:ed)? (?:mail|delivery)|will (?:be retried|keep trying|continue)"
    r"|still (?:being retried"
    r"|trying|attempting)|warning(?: message)?[: ]|not yet (?:been )?deliver"
    r"|do not need to (?:resend|re-send|do)|no action is required|temporar(?:y|ily)|지연|遅延|遅れ|延迟|延誤"
    r"|延遲|verzögert|retardé|retrasad|ritardat|atrasad|vertraagd|opóźni|задерж|отложен|försen|forsinke|viivästy",
    re.IGNORECASE,
)
_FINAL = re.compile(
    r"permanent|fatal|fail(?:ed|ure)|gave up|giving up|given up|undeliverable|returned|(?<![\d.])5\d\d[ -]"
    r"|(?<![\d.])5\.\d{1,3}\.\d{1,3}",
    re.IGNORECASE,
)
_RETRIED = re.compile(
    r"will (?:be retried|keep trying|continue (?:to|trying))|attempts will continue|warning message only"
    r"|do not need to (?:resend"
    r"|re-send)|still (?:being retried|trying)|no action is required"
    r"|has not yet been delivered|delivery attempts will continue",
    re.IGNORECASE,
)
_GIVEN_UP = re.compile(
    r"permanent|fatal|gave up|giving up|given up|undeliver|could not be delivered|returned|failure notice|expired"
    r"|delivery (?:has )?failed|not be delivered|has been rejected|too long|반송|실패|配信(?:不能|できません)|退信"
    r"|失败|失敗|unzustellbar",
    re.IGNORECASE,
)
_STATUS = re.compile(r"(?<![\d.])([45]\.\d{1,2}\.\d{1,3})(?![\d.]*\d)")
_CODE = re.compile(r"(?<![\d.:/-])([45]\d\d)(?:[ -]|\Z)(?!\d{2}:)")
_ADDRESS = re.compile(r"(?<![\w.+=@/-])([\w.+=&'*-]{1,64}+@[\w-]{1,63}+(?:\.[\w-]{1,63}+){1,8})(?![\w@])", re.ASCII)
_RETURNED = re.compile(
    r"^(?:[-=_* ]{2,}.{0,10}(?:below this line|this is a copy|(?:returned|original|undelivered|unsent|rejected"
    r"|failed|copy of)\b.{0,20}(?:message|mail|headers?)|message (?:header|text|follows)|(?:the )?(?:body"
    r"|header|text) of|included|start of|enclosed|원본|반송|元の|原始|ursprüngliche|message d)"
    r"|(?:the )?(?:original|returned|your|full)?\s?(?:message|mail|headers?)(?: headers| text"
    r"| body)? (?:follows|is included|attached)|original message headers|(?:ursprüngliche nachrichtenkopf"
    r"|en-têtes de message|encabezados de mensajes? original|원본 메시지 헤더)"
    r"|(?:received|return-path|message-id|x-mailer|mime-version|dkim-signature): ?\S)",
    re.IGNORECASE | re.MULTILINE,
)
_COPY_ID = re.compile(r"^[ \t>|]*Message-ID:\s{0,5}(<[^<>\s]{1,900}>)", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Origin:
    """The properties of a mail that show whether a mail system wrote it."""

    sender: str | None
    sender_name: str
    subject: str
    null_sender: bool
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FreeformReport:
    """The content of a free-form bounce."""

    recipients: tuple[str, ...]
    status: str | None
    permanent: bool
    reason: str | None
    original_message_id: str | None
    delayed: bool = False
    words: str = ""  # the text above the copy of the returned mail


def report_confidence(origin: Origin, first: Mapping[str, str], *, is_report: bool) -> int:
    """Return the confidence that a mail system wrote the mail.

    0: none; 1: possible by the sender's address; 2: an empty envelope sender; 3: the sender's name or a header.
    """
    if is_report or "x-failed-recipients" in first:
        return 3
    local = (origin.sender or "").rpartition("@")[0]
    if origin.sender is None or _DAEMON.match(local) or _DAEMON_NAME.search(origin.sender_name):
        return 3
    if origin.null_sender or first.get("return-path", "x").strip() in ("<>", "", "<MAILER-DAEMON>"):
        return 2
    return 1 if _POSSIBLE_DAEMON.match(local) else 0


def read_freeform(
    text: str,
    origin: Origin,
    first: Mapping[str, str],
    confidence: int,
    *,
    is_report: bool = False,
    copied: bool = False,
) -> FreeformReport | None:
    """Return the content of a bounce; None if the text is not that of a bounce.

    `is_report`: the mail has the form of a delivery report; `copied`: it contains the returned mail.
    """
    text = text[:MAX_TEXT]
    report = text_above_copy(text)
    head = report[:4_000]
    subject = bool(_SUBJECT.search(origin.subject[:300]))
    phrase = _PHRASE.search(head)
    code = _CODE.search(report)
    status = _STATUS.search(report)
    recipients = _recipients(report, origin, first)
    if confidence == 1 and not (subject and phrase and (recipients or status or copied)):
        return None
    if confidence == 2 and not ((subject and phrase) or (phrase and recipients and (code or status))):
        return None
    if not (subject or phrase or "x-failed-recipients" in first):
        return None
    if origin.sender is None and not (phrase and (subject or is_report)):
        return None
    stated = status[1] if status else code[1] if code else ""
    permanent = _permanent(origin.subject, head, stated)
    return FreeformReport(
        recipients,
        status[1] if status else None,
        permanent,
        _reason(report),
        _copy_message_id(text),
        delayed=not permanent and not _is_final(origin.subject, head),
        words=head,
    )


def text_above_copy(text: str) -> str:
    """Return the report's own text, without the copy of the returned mail."""
    returned = _RETURNED.search(text[:MAX_TEXT], 1)
    return text[: returned.start()] if returned and returned.start() > 10 else text[:MAX_TEXT]


def _is_final(subject: str, head: str) -> bool:
    """Return True if the text says that the server has given up, regardless of the status."""
    if _RETRIED.search(head) or (_DELAYED.search(subject) and not _FINAL.search(subject)):
        return False
    return _GIVEN_UP.search(f"{subject}\n{head}") is not None


def _permanent(subject: str, head: str, code: str) -> bool:
    if _RETRIED.search(head):
        return False
    if _DELAYED.search(subject) and not _FINAL.search(subject):
        return False
    if code:
        return code.startswith("5")
    return not (_DELAYED.search(head) and not _FINAL.search(head))


def _recipients(report: str, origin: Origin, first: Mapping[str, str]) -> tuple[str, ...]:
    """Return the addresses in the report, without the sender and the recipients of the report itself."""
    named = _ADDRESS.findall(first.get("x-failed-recipients", ""))
    if named:
        return tuple(dict.fromkeys(_lower_domain(one) for one in named[:MAX_RECIPIENTS]))
    excluded = {one.lower() for one in origin.recipients} | {(origin.sender or "").lower()}
    found: dict[str, None] = {}
    for match in _ADDRESS.finditer(report):
        address = match[1].strip("'.")
        if address.lower() not in excluded and not _DAEMON.match(address):
            found.setdefault(_lower_domain(address))
            if len(found) >= MAX_RECIPIENTS:
                break
    return tuple(found)


def _lower_domain(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def _reason(report: str) -> str | None:
    """Return the line with the reason: one with an error code, else one with a known reason, else a typical phrase."""
    lines = [" ".join(line.split()) for line in report.split("\n")]
    for pattern in (_STATUS, _CODE):
        found = next((line for line in lines if pattern.search(line) and any(c.isalpha() for c in line)), None)
        if found:
            return found[:500]
    distinct = islice(dict.fromkeys(filter(None, lines)), _MAX_CLASSIFIED)
    found = next((line for line in distinct if bounce_reasons.classify_reason(line) is not ReasonClass.OTHER), None)
    found = found or next((line for line in lines if _PHRASE.search(line[:300])), None)
    return found[:500] if found else None


def _copy_message_id(text: str) -> str | None:
    match = _COPY_ID.search(text)
    return match[1] if match else None
