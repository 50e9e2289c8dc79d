"""What announces a quoted message or a signature, in the languages that mail comes in."""

from __future__ import annotations

import re

VERBS = (
    r"wrote|writes|a [ée]crit|schrieb|ha scritto|schreef|escribi[óo]|va escriure|escreveu|napisa[łl](?:\(a\)"
    r"|a)?|skrev"
    r"|kirjoitti|yazd[ıi]|[íi]rta|a scris|napsal(?:\(a\)|a)?|написал(?:\(а\)|а)?|пишет|пише|писал(?:\(а\)|а)?"
    r"|έγραψε|menulis"
    r"|đã viết|님이 작성|님이 씀|님이 쓴 글|님께서 작성(?:하신 글)?|님이 작성한 메시지|さんは書きました"
    r"|のメール|書きました|写道|寫道|写到|כתב|كتب"
)
ATTRIBUTION_END = re.compile(rf"(?:{VERBS})\s*(?P<colon>[:：])?[\s\-–—*]*\Z", re.IGNORECASE)
ADDRESS_COLON = re.compile(r"[\w.+-]@[\w.-]{2,100}\s*(?:&gt;|[>\])]){1,2}\s*[:：]\s*\Z")
MOMENT = re.compile(
    r"\d{1,2}[:.h]\d{2}|\d{4}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\b(?:19|20)\d\d\b"
    r"|\d{1,2}\s?[年月日시년월일]"
)
ATTRIBUTION_START = re.compile(
    r"[\s\-–—*]*(?:on|le|am|il|op|el|em|in data|w dniu|dnia|dne|den|d\.|p[åa]|a las|la data|vào|pada|"
    r"mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|mié|jeu|jue|ven|vie|sam|sab|sáb|dim|dom|"
    r"man|tir|ons|tor|fre|lør|lör|søn|sön|ma|ti|ke|to|pe|la|su|пн|вт|ср|чт|пт|сб|вс|\d)[^\n]{0,60}?\d",
    re.IGNORECASE,
)
ORIGINAL = re.compile(
    r"\s*(?:[-_=*—–]{2,}|\[)\s*(?:original(?:e|a)?\s?(?:message|mail|nachricht|meddelelse|meddelande)?|reply message"
    r"|원본\s*메\s*(?:시지|세지|일)|원문|ursprüngliche\s+nachricht|originalnachricht|oprindelig\s+(?:besked"
    r"|meddelelse)"
    r"|opprinnelig\s+melding|ursprungligt\s+meddelande|message d['’]origine|message original|mensaje original"
    r"|mensagem original"
    r"|messaggio originale|oorspronkelijk bericht|wiadomość oryginalna|oryginalna wiadomość|původní (?:zpráva|e-mail)"
    r"|исходное сообщение|оригинальное сообщение|alkuperäinen viesti|orijinal mesaj|özgün ileti|eredeti üzenet"
    r"|元のメッセージ|元のメール|原始邮件|原始郵件|原邮件|回复的原邮件|pôvodná správa"
    r"|originalt meddelande)\s*(?:[-_=*—–]{2,}|\])\s*\Z",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"\s*(?:[-_=*—–]{2,}|begin)\s*(?:forwarded (?:message|by)|전달된 (?:메시지|메일)"
    r"|weitergeleitete (?:nachricht|message)|message transféré"
    r"|mensaje reenviado|mensagem encaminhada|messaggio inoltrato|doorgestuurd bericht|videresendt|vidarebefordrat"
    r"|転送(?:された)?メッセージ|转发(?:的)?(?:邮件|消息))",
    re.IGNORECASE,
)
FROM = re.compile(
    r"[\s>*]*(?:from|von|de|da|van|från|fra|od|от|від|lähettäjä|kimden|feladó|desde|remitente|expéditeur"
    r"|mittente|afzender|message du"
    r"|보낸\s?사람|보낸\s?이|발신자?|差出人|送信者|送信元|发件人|寄件者|寄件人)\s?\*?\s?[:：]\s?\*?\s*(?P<who>\S)",
    re.IGNORECASE,
)
OTHER = re.compile(
    r"[\s>*]*(?P<name>sent|date|gesendet|datum|envoyé(?: le)?|enviado(?: el| em)?|fecha|data|inviato"
    r"|verzonden|skickat|sendt|dato|wysłano"
    r"|отправлено|дата|lähetetty|gönderilen|gönderildi|tarih|odesláno|보낸\s?날짜|날짜|보낸\s?시간|보냄"
    r"|발송일|日時|送信日時|日付|发送时间|寄件日期|日期"
    r"|to|an|à|a|para|per|aan|till|til|do|кому|kime|komu|vastaanottaja|címzett|받는\s?사람|받는\s?이|수신자?"
    r"|宛先|收件人|收件者"
    r"|cc|kopie|kopi|copie(?: à)?|copia|참조|抄送|副本"
    r"|subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|temat|тема|aihe|konu|předmět|tárgy"
    r"|제목|件名|主题|主旨"
    r"|de|von|from|importance|reply-to|답장)\s?\*?\s?[:：]",
    re.IGNORECASE,
)
SENT_FROM = re.compile(
    r"(?:sent (?:from|via|with) (?:my |mail |outlook|yahoo|samsung|iphone|ipad|android|typeapp|proton|gmail"
    r"|blackberry|mailbox|a )"
    r"|get outlook for|sent by my|envoyé (?:de mon|depuis|à partir)|gesendet (?:von|mit)|von meinem .{1,40} gesendet"
    r"|enviado (?:desde|do|de meu|a partir)|inviato (?:da|dal)|verzonden (?:vanaf|met|via)|verstuurd (?:vanaf"
    r"|met)|skickat från|sendt fra"
    r"|wysłane z|wysłano z|отправлено (?:с|из)|lähetetty |发自我的|從我的|iPhoneから送信|Androidから送信"
    r"|.{1,40}에서 보(?:냄|낸 ?(?:메일|이메일|메시지)))",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"(?:(?:with )?(?:kind(?:est)?|best|warm(?:est)?|many)? ?regards|best wishes|all the best"
    r"|sincerely(?: yours)?|yours (?:sincerely|truly|faithfully)"
    r"|cheers|kr|br|mit (?:freundlichen|besten|lieben|herzlichen) gr(?:ü|ue)(?:ß|ss)en|(?:viele|liebe|beste"
    r"|schöne|freundliche) gr(?:ü|ue)(?:ß|ss)e"
    r"|mfg|vg|lg|cordialement|bien cordialement|bien à vous|(?:meilleures )?salutations"
    r"|saludos(?: cordiales)?|un saludo|atentamente|atenciosamente"
    r"|cordiali saluti|distinti saluti|saluti|met vriendelijke groet(?:en)?|mvg|groet(?:en|jes)?"
    r"|med venlig hilsen|venlig hilsen|hilsen|mvh|kh"
    r"|med vänliga? hälsning(?:ar)?|vänliga hälsningar|hälsningar|med vennlig hilsen|pozdrawiam"
    r"|z powa[żz]aniem|s pozdravem|с уважением|saygılarımla"
    r"|ystävällisin terveisin|드림|배상|敬具|此致)[\s,.!:;*–-]*\Z",
    re.IGNORECASE,
)
MARK_BEGINNINGS = frozenset(
    "-_=*—–[#bBsSgGeEvViIwWoOоОlL나내发從A"
)  # rulers; Sent from, Gesendet von, Envoyé, Verzonden …
COLONS = frozenset(":：")
RULER = re.compile(r"\s*(?:_{2,}|-{3,}|={3,}|\*{3,}|—{3,}|–{3,})\s*\Z")
LIST_RULER = re.compile(r"\s*(?:_{2,}|--)\s*\Z")
REPLY_ABOVE = re.compile(
    r"[\s#>*=-]*(?:please )?(?:type|write|add) your reply above|[\s#*=-]+reply above this line"
    r"|.{0,10}이 줄 위에 (?:회신|답장)",
    re.IGNORECASE,
)
