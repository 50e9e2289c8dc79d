"""Which part of a mail's text is new: without the quoted message below and without the signature.

Works on whole lines, each looked at a fixed number of times, and looks only at the beginning of long ones, so the cost
is linear whatever the text. When in doubt a line stays visible: an agent who misses a customer's words is worse off
than one who sees a quote. Forwarded messages stay: they are what the sender wants to show.
"""

from __future__ import annotations

import re

LONGEST = 300
"""Characters of a line (or of an attribution over three lines) that are looked at."""

_VERBS = (
    r"wrote|writes|a [ée]crit|schrieb|ha scritto|schreef|escribi[óo]|va escriure|escreveu|napisa[łl](?:\(a\)|a)?|skrev"
    r"|kirjoitti|yazd[ıi]|[íi]rta|a scris|napsal(?:\(a\)|a)?|написал(?:\(а\)|а)?|пишет|пише|писал(?:\(а\)|а)?|έγραψε|menulis"
    r"|đã viết|님이 작성|님이 씀|님이 쓴 글|님께서 작성(?:하신 글)?|님이 작성한 메시지|さんは書きました|のメール|書きました|写道|寫道|写到|כתב|كتب"
)
_ATTRIBUTION_END = re.compile(rf"(?:{_VERBS})\s*(?P<colon>[:：])?[\s\-–—*]*\Z", re.I)
_ADDRESS_COLON = re.compile(r"[\w.+-]@[\w.-]{2,100}\s*(?:&gt;|[>\])]){1,2}\s*[:：]\s*\Z")
_MOMENT = re.compile(r"\d{1,2}[:.h]\d{2}|\d{4}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\b(?:19|20)\d\d\b|\d{1,2}\s?[年月日시년월일]")
_ATTRIBUTION_START = re.compile(
    r"[\s\-–—*]*(?:on|le|am|il|op|el|em|in data|w dniu|dnia|dne|den|d\.|p[åa]|a las|la data|vào|pada|"
    r"mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|mié|jeu|jue|ven|vie|sam|sab|sáb|dim|dom|"
    r"man|tir|ons|tor|fre|lør|lör|søn|sön|ma|ti|ke|to|pe|la|su|пн|вт|ср|чт|пт|сб|вс|\d)[^\n]{0,60}?\d",
    re.I,
)
_ORIGINAL = re.compile(
    r"\s*(?:[-_=*—–]{2,}|\[)\s*(?:original(?:e|a)?\s?(?:message|mail|nachricht|meddelelse|meddelande)?|reply message"
    r"|원본\s*메\s*(?:시지|세지|일)|원문|ursprüngliche\s+nachricht|originalnachricht|oprindelig\s+(?:besked|meddelelse)"
    r"|opprinnelig\s+melding|ursprungligt\s+meddelande|message d['’]origine|message original|mensaje original|mensagem original"
    r"|messaggio originale|oorspronkelijk bericht|wiadomość oryginalna|oryginalna wiadomość|původní (?:zpráva|e-mail)"
    r"|исходное сообщение|оригинальное сообщение|alkuperäinen viesti|orijinal mesaj|özgün ileti|eredeti üzenet"
    r"|元のメッセージ|元のメール|原始邮件|原始郵件|原邮件|回复的原邮件|pôvodná správa|originalt meddelande)\s*(?:[-_=*—–]{2,}|\])\s*\Z",
    re.I,
)
_FORWARDED = re.compile(
    r"\s*(?:[-_=*—–]{2,}|begin)\s*(?:forwarded (?:message|by)|전달된 (?:메시지|메일)|weitergeleitete (?:nachricht|message)|message transféré"
    r"|mensaje reenviado|mensagem encaminhada|messaggio inoltrato|doorgestuurd bericht|videresendt|vidarebefordrat"
    r"|転送(?:された)?メッセージ|转发(?:的)?(?:邮件|消息))",
    re.I,
)
_FROM = re.compile(
    r"[\s>*]*(?:from|von|de|da|van|från|fra|od|от|від|lähettäjä|kimden|feladó|desde|remitente|expéditeur|mittente|afzender|message du"
    r"|보낸\s?사람|보낸\s?이|발신자?|差出人|送信者|送信元|发件人|寄件者|寄件人)\s?\*?\s?[:：]\s?\*?\s*(?P<who>\S)",
    re.I,
)
_OTHER = re.compile(
    r"[\s>*]*(?P<name>sent|date|gesendet|datum|envoyé(?: le)?|enviado(?: el| em)?|fecha|data|inviato|verzonden|skickat|sendt|dato|wysłano"
    r"|отправлено|дата|lähetetty|gönderilen|gönderildi|tarih|odesláno|보낸\s?날짜|날짜|보낸\s?시간|보냄|발송일|日時|送信日時|日付|发送时间|寄件日期|日期"
    r"|to|an|à|a|para|per|aan|till|til|do|кому|kime|komu|vastaanottaja|címzett|받는\s?사람|받는\s?이|수신자?|宛先|收件人|收件者"
    r"|cc|kopie|kopi|copie(?: à)?|copia|참조|抄送|副本"
    r"|subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|temat|тема|aihe|konu|předmět|tárgy|제목|件名|主题|主旨"
    r"|de|von|from|importance|reply-to|답장)\s?\*?\s?[:：]",
    re.I,
)
_SENT_FROM = re.compile(
    r"(?:sent (?:from|via|with) (?:my |mail |outlook|yahoo|samsung|iphone|ipad|android|typeapp|proton|gmail|blackberry|mailbox|a )"
    r"|get outlook for|sent by my|envoyé (?:de mon|depuis|à partir)|gesendet (?:von|mit)|von meinem .{1,40} gesendet"
    r"|enviado (?:desde|do|de meu|a partir)|inviato (?:da|dal)|verzonden (?:vanaf|met|via)|verstuurd (?:vanaf|met)|skickat från|sendt fra"
    r"|wysłane z|wysłano z|отправлено (?:с|из)|lähetetty |发自我的|從我的|iPhoneから送信|Androidから送信"
    r"|.{1,40}에서 보(?:냄|낸 ?(?:메일|이메일|메시지)))",
    re.I,
)
_CLOSING = re.compile(
    r"(?:(?:with )?(?:kind(?:est)?|best|warm(?:est)?|many)? ?regards|best wishes|all the best|sincerely(?: yours)?|yours (?:sincerely|truly|faithfully)"
    r"|cheers|kr|br|mit (?:freundlichen|besten|lieben|herzlichen) gr(?:ü|ue)(?:ß|ss)en|(?:viele|liebe|beste|schöne|freundliche) gr(?:ü|ue)(?:ß|ss)e"
    r"|mfg|vg|lg|cordialement|bien cordialement|bien à vous|(?:meilleures )?salutations|saludos(?: cordiales)?|un saludo|atentamente|atenciosamente"
    r"|cordiali saluti|distinti saluti|saluti|met vriendelijke groet(?:en)?|mvg|groet(?:en|jes)?|med venlig hilsen|venlig hilsen|hilsen|mvh|kh"
    r"|med vänliga? hälsning(?:ar)?|vänliga hälsningar|hälsningar|med vennlig hilsen|pozdrawiam|z powa[żz]aniem|s pozdravem|с уважением|saygılarımla"
    r"|ystävällisin terveisin|드림|배상|敬具|此致)[\s,.!:;*–-]*\Z",
    re.I,
)
# What every marker above has: looked for first, because nearly all lines are plain words.
_MAY_MARK = re.compile(r"[:：@\d]|\A\s*(?:[-_=*—–\[#]|begin)|[a-z] (?:from|via|with|by) |outlook|envoy|gesendet|enviado|inviato|ver(?:zonden|stuurd)"
                       r"|skickat|wysła|отправ|lähete|发自|送信|에서 보|위에|above", re.I)  # fmt: skip
_MARK_BEGINNINGS = frozenset("-_=*—–[#bBsSgGeEvViIwWoOоОlL나내发從A")  # rulers; Sent from, Gesendet von, Envoyé, Verzonden …
_COLONS = frozenset(":：")
_RULER = re.compile(r"\s*(?:_{2,}|-{3,}|={3,}|\*{3,}|—{3,}|–{3,})\s*\Z")
_LIST_RULER = re.compile(r"\s*(?:_{2,}|--)\s*\Z")
_REPLY_ABOVE = re.compile(r"[\s#>*=-]*(?:please )?(?:type|write|add) your reply above|[\s#*=-]+reply above this line|.{0,10}이 줄 위에 (?:회신|답장)", re.I)


def visible(text: str) -> str:
    """The new part of `text`; the whole of it when nothing but quotes would be left out."""
    lines = text.split("\n")
    kept = _without_quotes(lines)
    kept = _without_signature(kept)
    shown = "\n".join(kept).strip()
    return shown or text.strip()


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    index = 0
    something = False  # words of the sender's own before this line
    while index < len(lines):
        line = lines[index]
        head = line[:LONGEST].strip()
        if head[:1] == ">" or head[:4] == "&gt;":
            index += 1
            if kept and len(line) >= 60 and _wrapped(line, lines, index):
                index += 1
            continue
        if not head:
            kept.append(line)
            index += 1
            continue
        if len(line) <= LONGEST and _may_mark(line, lines[index + 1] if index + 1 < len(lines) else ""):
            if _FORWARDED.match(line):
                return kept + lines[index:]
            if _ORIGINAL.match(line) or _REPLY_ABOVE.match(line):
                if something:
                    return kept
            elif (size := _header_block(lines, index)) > 0:
                if something:
                    return _without_ruler(kept)
                index += size
                continue
            elif (size := _attribution(lines, index)) > 0:
                after = _next_words(lines, index + size)
                if after is not None and lines[after].lstrip()[:1] == ">":
                    index += size
                    continue
                if something:
                    return _without_ruler(kept)
            elif something and _sent_from(line):
                return kept
        kept.append(line)
        something = something or not _RULER.match(head)
        index += 1
    return kept


def _may_mark(line: str, following: str) -> bool:
    """A cheap look for what every marker has: nearly all lines are plain words and need no closer look."""
    return (
        ":" in line
        or "@" in line
        or line.lstrip()[:1] in _MARK_BEGINNINGS
        or following.rstrip()[-1:] in _COLONS
        or "：" in line
        or "에서 보" in line
        or "above" in line
        or "위에" in line
    )


def _wrapped(quoted: str, lines: list[str], index: int) -> bool:
    """Whether line `index` is the rest of the quoted line before it, broken off by a mail program on the way."""
    if index + 1 >= len(lines) or not lines[index + 1].startswith(">"):
        return False
    rest = lines[index].strip()
    return rest[:1].islower() and quoted.rstrip()[-1:] not in ".?!:;"


def _attribution(lines: list[str], index: int) -> int:
    """How many lines from `index` on are `On … wrote:`; 0 if none. It never crosses an empty line."""
    joined = ""
    for size in range(1, 4):
        if index + size > len(lines):
            break
        piece = lines[index + size - 1]
        if not piece.strip() or len(joined) + len(piece) > LONGEST:
            break
        joined = f"{joined} {piece.strip()}".strip()
        if size > 1 and not _ATTRIBUTION_START.match(joined):
            break
        if joined[-1] not in ":：-*" and not _ATTRIBUTION_END.search(joined[-40:]):
            continue
        end = _ATTRIBUTION_END.search(joined[-60:])
        dated = _MOMENT.search(joined)
        if end and dated and (end["colon"] or "@" in joined):
            return size
        if dated and _ADDRESS_COLON.search(joined[-140:]):
            return size
        if end and end["colon"] and len(joined) < 120:
            after = _next_words(lines, index + size)
            if after is not None and lines[after].lstrip()[:1] == ">":
                return size
    return 0


def _header_block(lines: list[str], index: int) -> int:
    """How many lines from `index` on are a quoted message's `From: … Sent: … Subject: …`; 0 if none."""
    if not _FROM.match(lines[index][:LONGEST]):
        return 0
    names = 0
    size = 1
    for offset in range(1, 9):
        if index + offset >= len(lines):
            break
        head = lines[index + offset][:LONGEST]
        if _OTHER.match(head):
            names += 1
            size = offset + 1
        elif not head.strip() and names:
            break
    return size if names >= 2 else 0


def _next_words(lines: list[str], index: int) -> int | None:
    """The next of a few lines that is not empty."""
    return next((at for at in range(index, min(index + 6, len(lines))) if lines[at].strip()), None)


def _without_ruler(kept: list[str]) -> list[str]:
    """Drop the line drawn between the new text and the quoted header, and the empty lines around it."""
    end = len(kept)
    while end and (not kept[end - 1].strip() or _RULER.match(kept[end - 1][:LONGEST])):
        end -= 1
    return kept[:end]


def _sent_from(line: str) -> bool:
    stripped = line.strip().strip("*_[]")
    return len(stripped) <= 120 and bool(_SENT_FROM.match(stripped)) and not re.search(r"[.,;!?]\s*\Z|, ", stripped)


def _without_signature(lines: list[str]) -> list[str]:
    """Without what follows `-- `, a list's footer, or a closing phrase with a name below it."""
    end = len(lines)
    words = 0  # lines with words below the one looked at
    short = True
    cut = end
    first = next((at for at, line in enumerate(lines) if line.strip()), end)
    for at in range(end - 1, first, -1):
        line = lines[at]
        stripped = line[:LONGEST].strip()
        if line == "-- ":
            cut = at
        elif short and words <= 12 and (
            stripped[:1] in ("-", "_") and _LIST_RULER.match(stripped)
            or words <= 8 and len(stripped) <= 50 and _CLOSING.match(stripped)
        ):
            cut = at
        if stripped:
            words += 1
            short = short and len(line) <= 100
    return lines[:cut]
