"""Recognition of out-of-office replies by their subject, in many languages."""

from __future__ import annotations

import re

# Text that may follow the phrase in an out-of-office subject. Other text means that a person wrote the subject:
# "Out of office supplies", "자동 응답기 문의", "부재중 전화".
_END = (
    r"(?=\s*(?:\Z|[:：\]\)】』>!.,;~–—|/(-])|\s+(?:\d|jusqu|(?:until|till|from|through|thru|to|on|for|in|re|today|this|next"
    r"|since|and|&|auto|reply|response|message|notif\w*|notice|alert|e?mail|bis|vom|am|ab|du|au|hasta|del|desde|fino"
    r"|dal|até|de|tot|van|t\.?/?m|do|od|til|fra|fr[åa]n|vom|до|по|с)\b))"
)
_KOREAN_END = (
    r"(?=\s*(?:\Z|[:：\]\)】』>!.,;~–—|/(-]|re\b|fwd?\b|\d"
    r"|입니다|메일|메세지"
    r"|메시지|알림|안내|공지|이메일"
    r"|드립|중|기간|자동|회신|답장|부재))"
)
_CJK_END = (
    r"(?=\s*(?:\Z|[:：\]\)】』>!.,;~–—|/(-]|re\b|fwd?\b|\d|メール|のお知らせ|のご連絡|メッセージ|です"
    r"|邮件|郵件|信件|通知|訊息|消息))"
)
_OUT_OF_OFFICE = re.compile(
    r"(?:\s|\[[^\]]{0,40}\])*[\[【(]?(?:"
    rf"(?:i am |i'm |currently )?out[ -]of[ -](?:the )?office{_END}|ooo\s*[:!-]|autoreply|auto[: ]re(?:ply"
    rf"|sponse)?\b|auto:"
    r"|auto(?:matic|mated|matische|matisk)?[ -]?(?:reply|response|antwort|svar|respons|responder|generated reply)\b"
    rf"|automatic(?:al)? (?:reply|response)|on (?:vacation|holiday|annual leave|leave|maternity leave"
    rf"|parental leave){_END}"
    rf"|away from (?:the |my )?(?:office|mail|e-?mail|desk){_END}|vacation (?:auto-?)?(?:reply|notice"
    rf"|response|message|notification){_END}"
    rf"|absence (?:notification|message|notice){_END}|i(?:['’]m| am) (?:currently )?(?:away|on (?:vacation"
    rf"|holiday|leave)){_END}"
    rf"|abwesend{_END}|abwesenheit(?:s(?:notiz|meldung|nachricht|benachrichtigung|assistent|info|hinweis)|{_END})"
    r"|automatische (?:antwort|abwesenheit|beantwort|e-?mail|rückmeldung|nachricht)|automatisch(?:e)? antwoord"
    rf"|(?:ich bin )?(?:nicht im büro|nicht im haus|im urlaub|außer haus){_END}|urlaubs(?:notiz|meldung|abwesenheit)"
    r"|r[ée]ponse automatique|absen(?:ce|t|te) du bureau|message d['’]absence|notification d['’]absence"
    r"|(?:message|courriel)"
    rf" automatique|avis d['’]absence|en congés?{_END}|absence\s*[:!-]"
    r"|respuesta autom[áa]tica|contestaci[óo]n autom[áa]tica|fuera de (?:la )?oficina|mensaje autom[áa]tico"
    r"|ausencia\s*[:!-]"
    r"|resposta autom[áa]tica|fora do escrit[óo]rio|aus[êe]ncia (?:tempor|do escr|de escr)"
    r"|ausente do escrit[óo]rio|mensagem autom[áa]tica"
    r"|risposta automatica|fuori (?:sede|ufficio)|messaggio (?:automatico|di assenza)|assenza (?:dall"
    r"|da )ufficio|assente\s*[:!-]"
    rf"|afwezig(?:heid(?:sbericht|smelding|sassistent)?)?{_END}|niet aanwezig{_END}"
    rf"|automatisch(?:e)? (?:antwoord|beantwoording|bericht)|automatische reactie"
    rf"|autosvar|automatiskt? svar|frånvaro(?:meddelande|besked)?{_END}|frånvarande{_END}|fraværs?(?:besked"
    rf"|melding|beskjed)|ikke på kontoret"
    rf"|ute (?:af|av) kontoret|på (?:semester|ferie){_END}|ude af huset|poissa(?:olo(?:ilmoitus"
    rf"|viesti))?{_END}|poissa toimistosta|automaattinen (?:vastaus|viesti)|lomalla{_END}"
    r"|autoodpowied[źz]|odpowied[źz] automatyczna|automatyczna odpowied[źz]|poza biurem"
    r"|nieobecno[śs][ćc](?: w biurze|\s*[:!-])"
    r"|automatick[áa] odpov[ěe][ďd]|mimo kancel[áa][řr]|automatikus v[áa]lasz|házon kívül|otomatik (?:yan[ıi]t"
    r"|cevap)|ofis d[ıi][şs][ıi]nda"
    rf"|автоответ|автоматический ответ|нет на месте|(?:я )?(?:нахожусь )?в отпуске{_END}|вне офиса|отсутствую{_END}"
    r"|автоматична відповідь|αυτόματη απάντηση|εκτός γραφείου"
    rf"|부재\s*중(?!\s*전화){_KOREAN_END}|부재\s*(?:알림|안내|메시지|메일|통보)|자동\s*(?:회신|응답|답장|답변"
    rf"|발송){_KOREAN_END}"
    rf"|\[?(?:휴가|출장|연차|육아휴직|휴직)\s*(?:중(?:입니다|이라|\s*자동|{_KOREAN_END})|알림|안내|부재"
    rf"|로\s*인한\s*부재)"
    rf"|自動(?:返信|応答|回覆|回复|回復|答复|答覆|送信){_CJK_END}|(?:ただいま|只今)?(?:不在|外出中|休暇中"
    rf"|出張中)(?:通知|のお知らせ|のため|です|につき|{_CJK_END})"
    rf"|自动(?:回复|答复|应答|回覆){_CJK_END}|(?:外出|休假|出差|不在办公室|不在辦公室)(?:自动|自動|通知|中"
    rf"|期间|期間|{_CJK_END})"
    r"|trả lời tự động|balasan otomatis|ตอบกลับอัตโนมัติ|رد تلقائي|מענה אוטומטי|स्वचालित उत्तर)",
    re.IGNORECASE,
)


def is_out_of_office(subject: str) -> bool:
    """Return True for the subject of an out-of-office reply."""
    return bool(subject) and _OUT_OF_OFFICE.match(subject) is not None
