"""Replies of mail programs, by language: the text between the new part and the quote."""

from __future__ import annotations

WHO = "Support Team <support@acme.test>"

# Attributions of Gmail, Apple Mail, Thunderbird, Yahoo and others.
ATTRIBUTIONS: dict[str, list[str]] = {
    "en": [
        f"On Mon, Jan 15, 2024 at 3:12 PM {WHO} wrote:",
        f"On Mon, Jan 15, 2024 at 3:12\u202fPM {WHO} wrote:",
        f"On Jan 15, 2024, at 3:12 PM, {WHO} wrote:",
        f"On 15 Jan 2024, at 15:12, {WHO} wrote:",
        "On 1/15/24 15:12, Support Team wrote:",
        f"On Monday, January 15, 2024, 03:12:11 PM GMT+9, {WHO} wrote:",
        f"On Monday, January 15th, 2024 at 3:12 PM, {WHO} wrote:",
        "On Mon, Jan 15, 2024 at 3:12 PM A Very Long Team Name That Wraps\n<support@acme.test> wrote:",
        "On Mon, Jan 15, 2024 at 3:12 PM Support Team <\nsupport@acme.test> wrote:",
        "On Mon, Jan 15, 2024 at 3:12 PM Support Team\n\n<\nsupport@acme.test\n> wrote:",
        f"---- On Mon, 15 Jan 2024 15:12:11 +0530 {WHO} wrote ---",
        "---- Support Team wrote ----",
        f"At 2024-01-15 15:12:11, {WHO} wrote:",
        f"Quoting {WHO}:",
        f"2024-01-15 15:12 GMT+01:00 {WHO}:",
    ],
    "ko": [
        f"2024년 1월 15일 (월) 오후 3:12, {WHO}님이 작성:",
        f"2024년 1월 15일 (월) 15:12, {WHO}님이\n작성:",
        f"2024. 1. 15. 오후 3:12, {WHO} 작성:",
        f"2024. 1. 15., 오후 3:12, {WHO} 작성:",
        f"2024. 1. 15. 오후 3:12, {WHO}님이 작성:",
        "2024-01-15 오후 3:12에 Support Team 이(가) 쓴 글:",
        "2024-01-15 15:12에 Support Team님이 쓴 글:",
        f"{WHO}님이 2024년 1월 15일 (월) 오후 3:12에 작성:",
    ],
    "ja": [
        f"2024年1月15日(月) 15:12 {WHO}:",
        f"2024/01/15 15:12、{WHO}のメール:",
        f"2024年1月15日 15:12、{WHO}のメール：",
        "On 2024/01/15 15:12, Support Team wrote:",
        "2024/01/15 15:12、Support Team さんは書きました:",
    ],
    "zh": [
        f"{WHO} 于2024年1月15日周一 15:12写道：",
        f"{WHO} 於 2024年1月15日 週一 下午3:12寫道：",
        f"2024年1月15日 15:12，{WHO} 写道：",
        f"在 2024年1月15日，15:12，{WHO} 写道：",
        "在 2024/1/15 15:12, Support Team 写道:",
        '在 2024-01-15 15:12:11，"Support Team" <support@acme.test> 写道：',
        "在2024年01月15日 15:12，Support Team 写道：",
        f"{WHO} 於 2024年1月15日 下午3:12 寫道：",
    ],
    "de": [
        f"Am Mo., 15. Jan. 2024 um 15:12 Uhr schrieb {WHO}:",
        f"Am 15.01.2024 um 15:12 schrieb {WHO}:",
        "Am 15.01.24 um 15:12 schrieb Support Team:",
        f"Am Montag, 15. Januar 2024 um 15:12:11 MEZ hat {WHO} Folgendes geschrieben:",
        "Am Mo., 15. Jan. 2024 um 15:12 Uhr schrieb Support Team <\nsupport@acme.test>:",
        f"Zitat von {WHO}:",
    ],
    "fr": [
        f"Le lun. 15 janv. 2024 à 15:12, {WHO} a écrit :",
        f"Le 15 janv. 2024 à 15:12, {WHO} a écrit :",
        "Le 15/01/2024 à 15:12, Support Team a écrit :",
        f"Le lundi 15 janvier 2024 à 15:12:11 UTC+1, {WHO} a écrit :",
        "Le lun. 15 janv. 2024 à 15:12, Support Team <support@acme.test> a\nécrit :",
    ],
    "es": [
        "El lun, 15 ene 2024 a las 15:12, Support Team (<support@acme.test>) escribió:",
        f"El 15 ene 2024, a las 15:12, {WHO} escribió:",
        "El 15/1/24 a las 15:12, Support Team escribió:",
        f"El lunes, 15 de enero de 2024, 15:12:11 CET, {WHO} escribió:",
    ],
    "it": [
        f"Il giorno lun 15 gen 2024 alle ore 15:12 {WHO} ha scritto:",
        f"Il giorno 15 gen 2024, alle ore 15:12, {WHO} ha scritto:",
        "Il 15/01/2024 15:12, Support Team ha scritto:",
        f"Il lunedì 15 gennaio 2024 alle ore 15:12:11 CET, {WHO} ha scritto:",
    ],
    "pt": [
        f"Em seg., 15 de jan. de 2024 às 15:12, {WHO} escreveu:",
        f"{WHO} escreveu (segunda, 15/01/2024 à(s) 15:12):",
        f"No dia 15/01/2024, às 15:12, {WHO} escreveu:",
        "Em 15/01/2024 15:12, Support Team escreveu:",
        "Às 15:12 de 15/01/2024, Support Team escreveu:",
    ],
    "nl": [
        f"Op ma 15 jan 2024 om 15:12 schreef {WHO}:",
        f"Op 15 jan. 2024 om 15:12 heeft {WHO} het volgende geschreven:",
        "Op 15-01-2024 om 15:12 schreef Support Team:",
        f"Op maandag 15 januari 2024 om 15:12:11 CET schreef {WHO}:",
    ],
    "pl": [
        f"pon., 15 sty 2024 o 15:12 {WHO} napisał(a):",
        f"Wiadomość napisana przez {WHO} w dniu 15.01.2024, o godz. 15:12:",
        "W dniu 15.01.2024 o 15:12, Support Team pisze:",
        f"Dnia 15 stycznia 2024 15:12 {WHO} napisał(a):",
    ],
    "ru": [
        f"пн, 15 янв. 2024 г. в 15:12, {WHO}:",
        f"15 янв. 2024 г., в 15:12, {WHO} написал(а):",
        "15.01.2024 15:12, Support Team пишет:",
        f"Понедельник, 15 января 2024, 15:12 +03:00 от {WHO}:",
    ],
    "sv": [
        f"Den mån 15 jan. 2024 kl 15:12 skrev {WHO}:",
        f"15 jan. 2024 kl. 15:12 skrev {WHO}:",
        "Den 2024-01-15 kl. 15:12, skrev Support Team:",
    ],
    "da": [
        f"Den man. 15. jan. 2024 kl. 15.12 skrev {WHO}:",
        "Den 15-01-2024 kl. 15:12 skrev Support Team:",
        f"man. 15. jan. 2024 kl. 15:12 skrev {WHO}:",
    ],
    "fi": [
        "ma 15. tammik. 2024 klo 15.12 Support Team (support@acme.test) kirjoitti:",
        f"{WHO} kirjoitti 15.1.2024 kello 15.12:",
        "Support Team kirjoitti 15.1.2024 klo 15.12:",
    ],
}  # fmt: skip

# Names of the header lines that Outlook and others write above an unquoted message: From, Sent, To, Subject.
NAMES: dict[str, list[tuple[str, str, str, str]]] = {
    "en": [("From", "Sent", "To", "Subject"), ("From", "Date", "To", "Subject")],
    "ko": [
        ("보낸 사람", "보낸 날짜", "받는 사람", "제목"),
        ("보낸사람", "날짜", "받는사람", "제목"),
        ("발신", "날짜", "수신", "제목"),
        ("보낸사람 ", "보낸날짜 ", "받는사람 ", "제목 "),
    ],
    "ja": [("差出人", "送信日時", "宛先", "件名"), ("送信者", "日付", "宛先", "件名")],
    "zh": [
        ("发件人", "发送时间", "收件人", "主题"),
        ("寄件者", "寄件日期", "收件者", "主旨"),
        ("发件人", "日期", "收件人", "主　题"),
    ],
    "de": [("Von", "Gesendet", "An", "Betreff"), ("Von", "Datum", "An", "Betreff")],
    "fr": [("De ", "Envoyé ", "À ", "Objet "), ("De", "Date", "À", "Objet"), ("De", "Envoyé", "A", "Objet")],
    "es": [("De", "Enviado el", "Para", "Asunto"), ("De", "Fecha", "Para", "Asunto")],
    "it": [("Da", "Inviato", "A", "Oggetto"), ("Da", "Data", "A", "Oggetto")],
    "pt": [("De", "Enviada em", "Para", "Assunto"), ("De", "Enviado", "Para", "Assunto")],
    "nl": [("Van", "Verzonden", "Aan", "Onderwerp"), ("Van", "Datum", "Aan", "Onderwerp")],
    "pl": [("Od", "Wysłano", "Do", "Temat"), ("Od", "Data", "Do", "Temat")],
    "ru": [("От", "Отправлено", "Кому", "Тема"), ("От", "Дата", "Кому", "Тема")],
    "sv": [("Från", "Skickat", "Till", "Ämne"), ("Från", "Datum", "Till", "Ämne")],
    "da": [("Fra", "Sendt", "Til", "Emne"), ("Fra", "Dato", "Til", "Emne")],
    "fi": [("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"), ("Lähettäjä", "Päivämäärä", "Vastaanottaja", "Aihe")],
}

SEPARATORS: dict[str, list[str]] = {
    "en": ["-----Original Message-----", "-------- Original message --------", "----- Original Message -----"],
    "ko": [
        "-----Original Message-----", "-----원본 메시지-----", "---------- 원본 메일 ----------", "-----원본 메일-----",
        "--------- [원본 메시지] ---------", "-------- 원본 이메일 --------",
    ],
    "ja": ["-----元のメッセージ-----", "-------- 元のメッセージ --------", "-----Original Message-----"],
    "zh": [
        "------------------ 原始邮件 ------------------", "---- 回复的原邮件 ----", "-------- 原始郵件 --------",
        "-----邮件原件-----",
    ],
    "de": [
        "-----Ursprüngliche Nachricht-----", "-------- Ursprüngliche Nachricht --------",
        "----- Ursprüngliche Mail -----", "-------- Originalnachricht --------",
    ],
    "fr": [
        "-----Message d'origine-----", "-------- Message d’origine --------", "----- Mail original -----",
        "-------- Message original --------",
    ],
    "es": ["-----Mensaje original-----", "-------- Mensaje original --------"],
    "it": ["-----Messaggio originale-----", "-------- Messaggio originale --------", "----Messaggio originale----"],
    "pt": ["-----Mensagem original-----", "-------- Mensagem original --------"],
    "nl": ["-----Oorspronkelijk bericht-----", "-------- Oorspronkelijk bericht --------"],
    "pl": ["-----Wiadomość oryginalna-----", "-------- Oryginalna wiadomość --------"],
    "ru": ["-----Исходное сообщение-----", "-------- Исходное сообщение --------", "-----Original Message-----"],
    "sv": ["-----Ursprungligt meddelande-----", "-------- Originalmeddelande --------"],
    "da": ["-----Oprindelig meddelelse-----", "-------- Oprindelig besked --------"],
    "fi": ["-----Alkuperäinen viesti-----", "-------- Alkuperäinen viesti --------"],
}  # fmt: skip

TELEPHONES: dict[str, list[str]] = {
    "en": [
        "Sent from my iPhone", "Sent from my Galaxy", "Get Outlook for iOS", "Get Outlook for Android<https://x.test/>",
        "Sent from Outlook for Android", "Sent from Mail for Windows 10", "Sent from Yahoo Mail on Android",
        "Sent via the Samsung Galaxy S7", "Sent with Proton Mail secure email.", "Sent from my Verizon, Samsung Galaxy"
        if False else "Sent from my Verizon Wireless BlackBerry",
    ],
    "ko": [
        "나의 iPhone에서 보냄", "내 iPhone에서 보냄", "내 갤럭시 스마트폰에서 보냈습니다.", ("Android용 Outlook "
        "다운로드"),
        "iOS용 Outlook 받기", "네이버 메일앱에서 보낸 메일입니다.",
    ],
    "ja": ["iPhoneから送信", "Galaxyから送信", "Outlook for iOS を入手"],
    "zh": ["发自我的iPhone", "從我的 iPhone 傳送", "从我的 iPhone 发送", "获取 Outlook for iOS", "发自我的华为手机"],
    "de": [
        "Von meinem iPhone gesendet", "Gesendet mit der GMX Mail App", "Gesendet von Outlook für iOS",
        "Von meinem Samsung Galaxy Smartphone gesendet.", "Outlook für Android beziehen",
        "Diese Nachricht wurde von meinem Android-Mobiltelefon mit GMX Mail gesendet.",
    ],
    "fr": ["Envoyé de mon iPhone", "Envoyé depuis mon appareil Galaxy", "Obtenir Outlook pour Android"],
    "es": ["Enviado desde mi iPhone", "Obtener Outlook para iOS", "Enviado desde mi Galaxy"],
    "it": ["Inviato da iPhone", "Inviato dal mio dispositivo Galaxy", "Ottieni Outlook per Android"],
    "pt": ["Enviado do meu iPhone", "Enviado de meu iPhone", "Obter o Outlook para Android"],
    "nl": ["Verstuurd vanaf mijn iPhone", "Verzonden vanaf mijn Galaxy", "Outlook voor iOS downloaden"],
    "pl": ["Wysłane z iPhone'a", "Wysłano z iPhone’a", "Pobierz aplikację Outlook dla systemu iOS"],
    "ru": ["Отправлено с iPhone", "Отправлено с моего iPhone", "Отправлено из мобильной Почты Mail.ru"],
    "sv": ["Skickat från min iPhone", "Hämta Outlook för iOS"],
    "da": ["Sendt fra min iPhone", "Hent Outlook til iOS"],
    "fi": ["Lähetetty iPhonesta", "Hanki Outlook for iOS"],
}  # fmt: skip

WORDS: dict[str, tuple[str, str]] = {
    "en": ("It burns again.\nPlease help.", "Have you tried water?"),
    "ko": ("또 불이 났습니다.\n도와주세요.", "물을 부어 보셨나요?"),
    "ja": ("また燃えています。\n助けてください。", "水をかけてみましたか？"),
    "zh": ("又着火了。\n请帮忙。", "您试过用水吗？"),
    "de": ("Es brennt wieder.\nBitte helfen Sie.", "Haben Sie es mit Wasser versucht?"),
    "fr": ("Ça brûle encore.\nAidez-moi s'il vous plaît.", "Avez-vous essayé de l'eau ?"),
    "es": ("Se quema otra vez.\nAyuda, por favor.", "¿Ha probado con agua?"),
    "it": ("Brucia di nuovo.\nAiuto, per favore.", "Ha provato con l'acqua?"),
    "pt": ("Está a arder de novo.\nAjude, por favor.", "Já tentou com água?"),
    "nl": ("Het brandt weer.\nHelp alstublieft.", "Hebt u water geprobeerd?"),
    "pl": ("Znowu się pali.\nProszę o pomoc.", "Czy próbował Pan wody?"),
    "ru": ("Снова горит.\nПомогите, пожалуйста.", "Вы пробовали воду?"),
    "sv": ("Det brinner igen.\nHjälp mig.", "Har du provat vatten?"),
    "da": ("Det brænder igen.\nHjælp mig.", "Har du prøvet vand?"),
    "fi": ("Se palaa taas.\nAuttakaa.", "Oletteko kokeillut vettä?"),
}


def header_blocks(language: str) -> list[str]:
    """Return the header lines of Outlook on the desktop, on the web and on phones."""
    blocks = []
    for sender, sent, to, subject in NAMES[language]:
        date = "2024년 1월 15일 월요일 오후 3:12" if language == "ko" else "Monday 15.01.2024 15:12"
        lines = [
            f"{sender}: {WHO}", f"{sent}: {date}", f"{to}: Ana <ana@example.org>", f"{subject}: RE: Printer",
        ]  # fmt: skip
        blocks.append("\n".join(lines))
        blocks.append("________________________________\n" + "\n".join(lines))
        blocks.append("\n".join(f"*{line.replace(':', ':*', 1)}" for line in lines))
        blocks.append(
            "\n".join([lines[0], lines[1], f"{to}: Ana <ana@example.org>; Bob Miller\n <bob@example.org>", lines[3]])
        )
        blocks.append("\n".join([lines[1], lines[0], lines[2], lines[3]]))  # GMX: the date first
    return blocks


def cases(language: str) -> list[tuple[str, str, str]]:
    """Return (description, text, visible text) of each kind of reply in a language."""
    new, old = WORDS[language]
    quoted = f"> {old}\n>\n> Support Team"
    found = []
    for line in ATTRIBUTIONS[language]:
        found += [
            (f"{line}: top", f"{new}\n\n{line}\n\n{quoted}\n", new),
            (f"{line}: top, unquoted", f"{new}\n\n{line}\n\n{old}\n\nSupport Team\n", new),
            (f"{line}: bars", f"{new}\n\n{line}\n| {old}\n| Support Team", new),
            (f"{line}: no blank line", f"{new}\n{line}\n{quoted}", new),
            (f"{line}: bottom", f"{line}\n\n{quoted}\n\n{new}\n", new),
            (f"{line}: inline", f"{line}\n> {old}\n{new}\n> Support Team\n{new}", f"{new}\n{new}"),
            (f"{line}: telephone", f"{new}\n\n{TELEPHONES[language][0]}\n\n{line}\n\n{quoted}", new),
        ]
        if "\n" not in line:
            found.append((f"{line}: quoted too", f"{new}\n\n> {line}\n>\n{quoted}", new))
    for block in header_blocks(language):
        found.append((f"{block}: top", f"{new}\n\n{block}\n\n{old}\n\nSupport Team\n", new))
        found.append((f"{block}: quoted", f"{new}\n\n{block}\n\n{quoted}\n", new))
        found += [
            (f"{separator} {block}", f"{new}\n\n{separator}\n{block}\n\n{old}", new)
            for separator in SEPARATORS[language]
        ]
    found += [(one, f"{new}\n\n{one}\n\n{old}\n", new) for one in SEPARATORS[language]]
    found += [(one, f"{new}\n\n{one}\n", new) for one in TELEPHONES[language]]
    found += [(f"{one}: dashes", f"{new}\n\n-- \n{one}\nAna\n", new) for one in TELEPHONES[language]]
    return found
