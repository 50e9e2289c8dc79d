"""Patterns for the start of a quoted message, a forwarded message or a signature, in many languages.

The languages are those of Europe, Korean, Japanese, Chinese, Turkish, Hebrew, Arabic, Persian, Hindi, Thai, Vietnamese
and Indonesian. The phrases are those of Gmail, Outlook, Apple Mail, Thunderbird, Yahoo, Samsung, Zimbra, Naver, Daum,
QQ, NetEase and GMX.
"""

from __future__ import annotations

import re

VERBS = (
    r"wrote\b|writes\b|a [ée]crit|schrieb|geschrieben|ha scritto|schreef|het volgende geschreven|escribi[óo]"
    r"|va escriure|escreveu|napisa[łl](?:\(a\)|a)?|napisana przez|pisze\b|skrev\b|skrifaði|kirjoitti|yazd[ıi]"
    r"|[íi]rta\b|a scris|napsal(?:\(a\)|a)?|napísal(?:\(a\)|a)?|написал(?:\(а\)|а)?|пишет|пише|писал(?:\(а\)|а)?"
    r"|έγραψε|menulis|đã viết|님이 작성|이 작성|작성(?=\s*[:：])|님이 씀|이 쓴 글|이\(가\) 쓴 글|님이 쓰신 글"
    r"|님께서 작성|님이 보낸 메일|さんは書きました|のメール|が書きました|書きました|さんからのメッセージ"
    r"|写道|寫道|写到|כתב|كتب"
    r"|[şs]unu yazd[ıi]|[şs]unlar[ıi] yazd[ıi]|píše\b|írta\b|написа\b|написав|napisao|napisala|napisal\b|написао"
    r"|rašė\b|rakstīja\b|kirjutas\b|ha escrit\b|escrigué|a scris\b|viết(?=\s*[:：])|เขียน|ने लिखा|نوشت|كتبت|بواسطة"
)
VERB = re.compile(VERBS)
"""The verb of an attribution, in lower case.

The pattern has no flags and no leading `\\b`, so that a search skips quickly to the letters that start a verb.
"""
ATTRIBUTION_END = re.compile(rf"(?:{VERBS}).{{0,8}}?(?P<colon>[:：])?[\s\-–—*]*\Z")
DATE = re.compile(
    r"\d{4}[-/.]\s?\d{1,2}|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?\d{2,4}|(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,2}\s?[月일日]"
    r"|(?<!\d)[۱٢٠-٩۰-۹]{4}(?!\d)"
)
CLOCK = re.compile(r"(?<!\d)\d{1,2}[:.h時时시]\s?\d{2}(?!\d)")
BRACKETED = re.compile(r"[<(\[]\s*(?:mailto:)?[\w.+\-]{1,64}@[\w.\-]{2,100}\s*[>)\]]")
QUOTING = re.compile(
    r"(?:quoting|zitat von|citando(?: a)?|citat(?: av| fra)?|cytat od|citation de|quote from) .{3,200}[:：]\s*\Z",
    re.IGNORECASE,
)
ADDRESS_COLON = re.compile(r"[\w.+-]@[\w.-]{2,100}\s*(?:&gt;|[>\])]){1,2}\s*[:：]\s*\Z")
ADDRESS_LAST = re.compile(r"[\w.+-]@[\w.-]{2,100}\s*(?:&gt;|[>\])]){1,2}\s*\Z")
ADDRESS_ALONE = re.compile(r"[^\n@<]{0,60}<[\w.+\-]{1,64}@[\w.\-]{2,100}>\s*\S{0,3}\Z")
"""`Ana Lopez <ana@example.org>` alone on a line, the first part of a wrapped attribution."""
DATE_OR_TIME = re.compile(
    r"\d{1,2}[:.h]\d{2}|\d{4}[-/.]\s?\d{1,2}|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?\d{2,4}|\b(?:19|20)\d\d\b"
    r"|\d{1,2}\s?[年月日시년월일]"
)
ATTRIBUTION_START = re.compile(
    r"[\s\-–—*(\[>]*+(?:on|at|le|am|il|op|el|em|in data|w dniu|dnia|dne|den|d\.|p[åa]|a las|la data|vào|pada|no dia|às"
    r"|il giorno|на|в|во|у|wiadomość napisana|date|在|"
    r"mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|mié|jeu|jue|ven|vie|sam|sab|sáb|dim|dom|seg|ter|qua|qui|sex|"
    r"man|tir|ons|tor|fre|lør|lör|søn|sön|mån|tis|ma|ti|ke|to|pe|la|su|pon|wt|śr|czw|pt|sob|niedz|po|út|st|čt|pá|so|ne"
    r"|пн|вт|ср|чт|пт|сб|вс|\d)[^\n]{0,60}?\d",
    re.IGNORECASE,
)
DASHED = re.compile(
    rf"\s*-{{2,}}+\s*[^-].{{0,200}}(?:{VERBS})\s*[:：]?\s*-{{2,}}\s*\Z", re.IGNORECASE
)  # ---- Ana wrote ----
_ORIGINAL_WORDS = (
    r"original(?:e|a|t|et)?[\s-]?(?:message|mail|e-?mail|nachricht|meddelelse|meddelande|besked|melding)"
    r"|originalnachricht|reply message|message original|mail original|courriel original|e-mail d['’]origine"
    r"|message d['’]origine|(?:\[\s?)?원본\s*(?:메\s*시지|메\s*세지|메일|이메일)(?:\s?\])?|원문|원래\s*메시지"
    r"|ursprüngliche[rs]?\s+(?:nachricht|mail|e-mail)"
    r"|oprindelig\s+(?:besked|meddelelse|mail|e-mail)|opprinnelig\s+(?:melding|e-post)"
    r"|ursprungligt\s+(?:meddelande|mail|e-post)|ursprungliga\s+meddelandet|mensaje original|correo original"
    r"|mensagem original|e-mail original|messaggio originale|oorspronkelijke?\s+(?:bericht|e-mail|mail)"
    r"|origineel bericht|wiadomość oryginalna|oryginalna wiadomość|(?:pierwotna|oryginalny) (?:wiadomość|e-mail)"
    r"|původní (?:zpráva|e-mail)|pôvodná správa|исходное сообщение|оригинальное (?:сообщение|письмо)|исходное письмо"
    r"|початкове повідомлення|alkuperäinen (?:viesti|sähköposti)|orijinal mesaj|özgün ileti|eredeti üzenet"
    r"|元の?(?:メッセージ|メール)|オリジナル\s?メッセージ|原始(?:邮件|郵件|信件|訊息|消息)|原邮件|邮件原件"
    r"|回复的原邮件|回复邮件原文"
    r"|αρχικό μήνυμα|הודעה מקורית|الرسالة الأصلية|پیام اصلی|ข้อความต้นฉบับ|ข้อความเดิม|मूल संदेश|thư gốc|tin nhắn gốc"
    r"|pesan asli|mesaj(?:ul)? original|оригинално съобщение|вихідне повідомлення|izvorna poruka|izvirno sporočilo"
    r"|(?:оригинална|изворна) порука|originalna poruka|(?:pradinis|originalus) laiškas|sākotnējais ziņojums"
    r"|algne (?:kiri|sõnum)|missatge original|originele? bericht|原来的?(?:邮件|信件)"
)
ORIGINAL = re.compile(
    rf"[\s>]*+(?:[-_=*—–]{{2,}}+|\[)\s*+(?:{_ORIGINAL_WORDS})\s*[:：]?\s*(?:[-_=*—–]{{2,}}|\])\s*\Z",
    re.IGNORECASE,
)
_FORWARDED_WORDS = (
    r"forwarded (?:message|mail|email|by)|전달(?:된|한)\s?(?:메\s?시지|메일|이메일)"
    r"|weitergeleitete (?:nachricht|message"
    r"|mail)|message (?:transf[ée]r[ée]|réexpédié)|mensaje reenviado|mensagem (?:re)?encaminhada|messaggio inoltrato"
    r"|doorgestuurd bericht|(?:videresendt|videresendte|vidarebefordrat)(?: (?:besked|meddelelse|melding|mail"
    r"|meddelande"
    r"|brev|e-post))?|välitetty viesti|(?:treść )?przekazan(?:a|ej) wiadomo(?:ść|ści)|пересылаемое (?:сообщение|письмо)"
    r"|перенаправленное сообщение|пересланное (?:сообщение|письмо)|переслане повідомлення|přeposlaná zpráva"
    r"|továbbított üzenet|iletilen mesaj|転送(?:された)?(?:メッセージ|メール)|转发(?:的)?(?:邮件|消息|信息)"
    r"|轉寄(?:的)?(?:郵件|信件|訊息|邮件)"
)
FORWARDED = re.compile(
    rf"\s*+(?:[-_=*—–]{{2,}}+\s*+(?:{_FORWARDED_WORDS})"
    r"|(?:begin(?:ning of)? forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)"
    r"|début du (?:message|courriel|e-mail) (?:réexpédié|transféré)|in[ií]cio (?:del mensaje reenviado|da mensagem"
    r" (?:re)?encaminhada)|inizio(?: del)? messaggio inoltrato|begin (?:van )?doorgestuurd bericht"
    r"|(?:początek|rozpoczęcie) (?:przekazywanej|przekazanej) wiadomości|начало (?:переадресованного|пересылаемого)"
    r" сообщения|(?:början på )?vidarebefordra(?:t|de) (?:brev|meddelande)|start på videresendt (?:besked|meddelelse"
    r"|mail)|videresendt (?:melding|besked)|välitetty viesti(?: alkaa)?|전달된 (?:메시지|메일)(?:\s?시작)?"
    r"|転送されたメッセージ|以下は転送されたメッセージ|开始转发的邮件|(?:以下|下面)是被转发的邮件|開始轉寄郵件"
    r"|以下是被轉寄的郵件|转发邮件信息)"
    r"\s*[:：])",
    re.IGNORECASE,
)

HEADER_NAMES = {
    "from": (
        r"from|von|de|da|van|från|fra|od|от|від|lähettäjä|kimden|feladó|desde|remitente|expéditeur|mittente|afzender"
        r"|absender|gönderen|보낸\s?사람|보낸\s?이|발신자?|발신인|差出人|送信者|送信元|发件人|發件人|寄件者"
        r"|寄件人|发送人"
        r"|από|מאת|من|از|จาก|प्रेषक|từ|dari|de la|saatja|nuo|no|šalje|pošiljatelj|од|od koga|odesílatel"
        r"|odosielateľ|pošiljalac|remetente|rem"
    ),
    "date": (
        r"sent(?: on| at)?|message du|date|gesendet(?: am)?|datum|envoyé(?: le)?|date d['’]envoi"
        r"|enviad[oa](?: el| em)?|fecha"
        r"|data|inviato(?: il)?|verzonden(?: op)?|skickat|skickades|sendt|dato|wysłano|data wysłania|отправлено|дата"
        r"|lähetetty|päivämäärä|päiväys|pvm|gönderilen|gönderildi|tarih|odesláno|odoslané|보낸\s?날짜|보낸\s?일시|날짜"
        r"|일시|보낸\s?시간|보냄|전송|발송일|발신일시|日時|送信日時|日付|发送时间|發送時間|寄件日期|日期"
        r"|发送日期|date de l['’]envoi|надіслано"
        r"|gönderme tarihi|στάλθηκε|εστάλη|ημερομηνία|נשלח|תאריך|تاريخ الإرسال|تم الإرسال|التاريخ|تاريخ"
        r"|ارسال(?: شده)?|ส่ง(?:เมื่อ)?|วันที่|भेजा गया|दिनांक|đã gửi|ngày(?: gửi)?|terkirim|dikirim"
        r"|tanggal|trimis|expediat|dátum|elküldve|küldve|изпратено|poslano|poslato|послато|датум|išsiųsta"
        r"|data|nosūtīts|datums|saadetud|kuupäev|enviat(?: el)?|odoslaná|odeslán[oa]"
    ),
    "to": (
        r"to|an|à|a|para|per|aan|till|til|do|кому|kime|komu|vastaanottaja|vast\.ott|címzett|empfänger|destinataire"
        r"|destinatario|받는\s?사람|받는\s?이|수신자?|수신인|宛先|收件人|收件者|送信先"
        r"|προς|אל|إلى|الى|به|ถึง|प्रति|tới|đến|kepada|untuk|către|catre|до|za|за|prima|primatelj|kam"
        r"|adressaat|saaja|per a|pre|příjemce|príjemca"
    ),
    "cc": (
        r"cc|c\.c\.|kopie|kopi|copie(?: à)?|copia|cópia|dw|kopia|копия|копія|bcc|참조|숨은\s?참조|抄送|副本|密件副本"
        r"|reply-to|antwort an|répondre à|responder a|importance|wichtigkeit|attachments|anlagen|답장|중요도|첨부"
        r"|kopija|κοιν\.?|κοινοποίηση|עותק|نسخة|รสำเนา|สำเนา|bilgi|másolatot kap|másolat|koopia"
        r"|skrytá kopie|vertrouwelijkheid|anexos|adjuntos|pièces jointes|bijlagen|allegati|priority"
        r"|sensitivity"
    ),
    "subject": (
        r"subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|temat|тема|aihe|konu|předmět|predmet|tárgy"
        r"|제\s?목|件\s?名|主\s?题|主\s?題|主\s?旨|标题"
        r"|θέμα|נושא|الموضوع|موضوع|เรื่อง|विषय|chủ đề|tiêu đề|subjek|subyek|perihal|subiect|относно|zadeva"
        r"|tema|tēma|teema|наслов|naslov|dalykas|assumpte|onderw\.?"
    ),
}
"""The header fields of a quoted message, by kind, with the names that mail programs write."""
_ALL_NAMES = "|".join(HEADER_NAMES.values())
HEADER = re.compile(
    rf"[\s>|*=-]*+(?:{_ALL_NAMES})\s?\*?\s{{0,10}}[:：]|[\s|]*(?:发件人|日期|收件人|主题|抄送人?)\s{{0,20}}\|",
    re.IGNORECASE,
)
NAMED = {
    kind: re.compile(rf"[\s>|*=-]*+(?:{names})\s?\*?\s{{0,10}}[:：|]\s?\*?\s*+(?P<value>.*)", re.IGNORECASE)
    for kind, names in HEADER_NAMES.items()
}

_DEVICE = (
    r"(?:iphon|ipad|ipod|galaxy|samsung|android|blackberry|outlook|yahoo|proton|gmail|huawei|honor|xiaomi"
    r"|redmi|oppo|vivo"
    r"|oneplus|pixel|nokia|sony|xperia|windows|gmx|web\.de|mail\.ru|yandex|aol|aquamail|k-9|bluemail|typeapp|spark|nine"
    r"|zoho|mailbird|fairemail|thunderbird|tutanota|naver|daum|네이버|다음|카카오|갤럭시|아이폰|안드로이드"
    r"|mailspring|spike\b|boxer|edison|airmail|mailmaster|smartphone|phone|tablet|mobile|handy|網易|网易|邮件|郵件|メール"
    r"|메일|삼성|華為|华为|手机|手機|小米)"
)
SENT_FROM = re.compile(
    r"(?:sent (?:from|via|with|on) (?:my |mail |outlook|yahoo|samsung|iphone|ipad|android|typeapp|proton|gmail|the "
    r"|blackberry|mailbox|a |mobile|nine|aol|zoho|workspace|windows)"
    r"|sent by my|envoyé (?:de mon|depuis|à partir|avec|via)|gesendet (?:von|mit|aus)|von meinem .{1,60} gesendet"
    r"|(?:diese nachricht wurde )?von (?:meinem|meiner) .{1,60} gesendet|verschickt (?:von|mit)"
    r"|enviado (?:desde|do|da|de meu|de mi|a partir|con|com|via)|inviat[oa] (?:da|dal|con|tramite)"
    r"|verzonden (?:vanaf|met|via|vanuit)|verstuurd (?:vanaf|met|via)|skickat (?:från|med)|sendt (?:fra|med)"
    r"|wysłan[eoy] (?:z|za|przy)|отправлено (?:с |из |от )|надіслано з|odesláno z|lähetetty |skickad från"
    r"|发自|傳自我的|来自我的|寄自我的|从我的.{1,20}发送|從我的.{1,20}(?:傳送|寄出)|由我的.{1,20}发送"
    r"|.{1,30}から送信|.{1,40}에서 (?:보(?:냄|냈습니다|낸 ?(?:메일|이메일|메시지)(?:입니다)?)|전송|발송)(?:됨"
    r"|했습니다|되었습니다)?\.?\Z)",
    re.IGNORECASE,
)
SENT_WITH = re.compile(
    r"sent (?:from|via|with|on|using|by)\b|(?:please )?(?:excuse|forgive|pardon)\b.{1,60}sent from"
    r"|.{1,30}(?:dan|den|tan|ten) gönderildi|στάλθηκε από|εστάλη από|נשלח מ|(?:أُ?رسلت?|مرسلة?|تم الإرسال) من"
    r"|ارسال شده از|ส่งจาก|मेरे .{1,20} से भेजा|(?:đã )?gửi từ|dikirim dari|trimis (?:de pe|din|de la)|odoslané z"
    r"|.{1,30}r[óoő]l küldve|изпратено от|відправлено з|(?:poslano|poslato) (?:s|z|iz|sa)\b|послато (?:са|с|из)\b"
    r"|išsiųsta iš|nosūtīts no|saadetud minu|enviat d|lähetetty |odesláno z|skickat fr|sendt fr|gesendet "
    r"|von (?:mein|unter)"
    r"|[發发送]+自|寄自|(?:从|從|用|由) ?.{1,20}(?:发送|發送|傳送|寄出|寄送)\Z|발송 ?: ?|.{1,30}から送信",
    re.IGNORECASE,
)
"""Phrases that start such a line only if it also names a device or a mail program."""
DEVICE = re.compile(_DEVICE, re.IGNORECASE)
BRAND = re.compile(
    r"iphone|ipad|galaxy|samsung|android|blackberry|verizon|sprint|t-mobile|at&t|vodafone|orange|telekom|huawei|xiaomi"
    r"|sony|nokia|pixel|outlook|yahoo|gmail|proton",
    re.IGNORECASE,
)
EXCUSE = re.compile(r"typo|brevity|spelling|autocorrect|mistake|error|short|thumb", re.IGNORECASE)
GET_OUTLOOK = re.compile(
    r"(?:get|download|edinin|obtenir|télécharge[rz]|téléchargez|obtener|descarga[r]?|ottieni|scarica|obter|obtenha"
    r"|baixar|hämta"
    r"|skaffa|hent|få|hanki|lataa|pobierz(?: aplikację)?|uzyskaj|получить|скачать|скачайте|downloaden|holen sie sich"
    r"|laden sie|获取|下载|取得|下載)\s?.{0,10}outlook\b"
    r"|outlook (?:für|voor|for|pour) \S+ (?:beziehen|downloaden|herunterladen|laden|를|を入手)"
    r"|outlook for \S+ を(?:入手|取得)"
    r"|(?:ios|android) (?:için|για|עבור|لـ?|สำหรับ) outlook|get \[outlook"
    r"|(?:ios|android|mac)용 outlook|適用於 .{1,12} 的 outlook",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"(?:(?:with )?(?:my )?(?:kind(?:est)?|best|warm(?:est)?|many|very best)? ?regards|best wishes|all the best"
    r"|sincerely(?: yours)?|yours (?:sincerely|truly|faithfully)|respectfully(?: yours)?|(?:with )?kind regards"
    r"|cheers|kr|br|rgds|mit (?:freundlichen?|besten|lieben|herzlichen|freundlichem|bestem) gr(?:ü|ue|u)(?:ß|ss)(?:en)?"
    r"|(?:viele|liebe|beste|schöne|freundliche|herzliche) gr(?:ü|ue)(?:ß|ss)e|(?:schöne[nr]? )?gru(?:ß|ss)|grüße"
    r"|mfg|vg|lg|(?:bien )?cordialement|bien à (?:vous|toi)|(?:meilleures |sincères |cordiales )?salutations"
    r"|(?:un )?(?:cordial |atento |afectuoso )?saludos?(?: cordial(?:es)?)?|un abrazo|atentamente|atte\.?|att"
    r"|atenciosamente|cumprimentos|(?:com )?(?:os )?melhores cumprimentos|abraços|cordialmente"
    r"|(?:i più )?cordiali saluti|distinti saluti|(?:tanti )?saluti|un saluto"
    r"|met (?:vriendelijke|hartelijke) groet(?:en)?|(?:hartelijke|vriendelijke) groet(?:en)?|mvg|groet(?:en|jes)?"
    r"|(?:med )?(?:venlig|vennlig|kærlig|hjertelig|beste)e? hilsen(?:er)?|(?:de )?bedste hilsner|hilsen|mvh|kh|vh|dbh"
    r"|(?:med )?(?:vänliga?|bästa|varma) hälsning(?:ar)?|hälsningar|(?:z )?pozdrawiam(?: serdecznie)?|pozdrowienia"
    r"|(?:serdecznie |z )?pozdrowieniami|z (?:wyrazami szacunku|powa[żz]aniem)|s pozdravem|с уважением|с наилучшими"
    r" пожеланиями|з повагою|saygılarımla"
    r"|(?:parhain |ystävällisin )?terveisin|ystävällisin terveisin|terv\.?|t:"
    r"|.{1,20} (?:드림|배상|올림)|드림|배상|敬具|此致(?:敬礼)?|祝好|顺祝商祺|順頌商祺)[\s,.!:;*–-]*\Z",
    re.IGNORECASE,
)
SLASHED_NAME = re.compile(r"/\s?[^\W\d_a-z][^\W\d_]+(?:[ -][^\W\d_a-z][^\W\d_]+){0,2}\Z")
SENT_FROM_INITIALS = frozenset(
    "sSgGeEvViIwWoOlLpPhHfFdDtTbB*_[|나내네발发發A아갤삼네다i从從来來寄傳由获下取適отОНСПнс카Ууyñ모"
    "נđĐkKaAцИПВΣσΕεнמأمتاสमnNšŠzZuU用送Yr"
)
"""The first characters of a line that a phone or mail program adds ("Sent from …", "iPhone에서 보냄")."""
COLONS = frozenset(":：")
RULER = re.compile(r"\s*(?:_{2,}|-{3,}|={3,}|\*{3,}|—{3,}|–{3,})\s*\Z")
TITLED_RULER = re.compile(r"\s*+[-_=*—–]{2,}+[^-_=*—–\n]{1,60}[-_=*—–]{2,}\s*\Z")
LIST_RULER = re.compile(r"\s*(?:_{2,}|--)\s*\Z")
REPLY_ABOVE = re.compile(
    r"[\s#>*=-]*+(?:please )?(?:type|write|add|enter) your reply above|[\s#*=-]*(?:please )?reply above this line"
    r"|.{0,10}이 (?:줄|선) 위에 (?:회신|답장|답변)|.{0,10}bitte (?:antworten sie )?(?:oberhalb"
    r"|über) dieser (?:linie|zeile)"
    r"|.{0,10}(?:répondez|répondre) au[- ]dessus de cette ligne",
    re.IGNORECASE,
)
