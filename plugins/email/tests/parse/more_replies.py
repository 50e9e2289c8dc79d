# ruff: noqa: E501 - lines as programs write them, including direction marks
"""Replies in further languages: attributions, header lines, separators and lines that phones add."""

from __future__ import annotations

WHO = "Support Team <support@acme.test>"

ATTRIBUTIONS: dict[str, list[str]] = {
    "tr": [
        f"{WHO}, 15 Oca 2024 Pzt, 15:12 tarihinde şunu yazdı:",
        "15.01.2024 15:12 tarihinde Support Team yazdı:",
        "Support Team şunları yazdı (15 Oca 2024 15:12):",
    ],
    "el": [
        "Στις Δευ 15 Ιαν 2024 στις 3:12 μ.μ., ο χρήστης Support Team <support@acme.test> έγραψε:",
        "Στις 15/1/24 15:12, ο Support Team έγραψε:",
    ],
    "he": [
        "\u202bבתאריך יום ב׳, 15 בינו׳ 2024 ב-15:12 מאת \u202aSupport Team\u202c\u200f <\u202asupport@acme.test\u202c\u200f>:\u202c",
        "ב-15 בינו׳ 2024, בשעה 15:12, Support Team <support@acme.test> כתב/ה:",
    ],
    "ar": [
        "في الاثنين، 15 يناير 2024 في 3:12 م تمت كتابة ما يلي بواسطة Support Team <support@acme.test>:",
        "في 15 يناير 2024، كتب Support Team <support@acme.test>:",
    ],
    "fa": ["در تاریخ دوشنبه ۱۵ ژانویهٔ ۲۰۲۴،\u200f ۱۵:۱۲ Support Team <support@acme.test> نوشت:"],
    "th": ["เมื่อ จ. 15 ม.ค. 2024 เวลา 15:12 Support Team <support@acme.test> เขียนว่า:"],
    "hi": ["सोम, 15 जन॰ 2024 को 3:12 pm बजे को Support Team <support@acme.test> ने लिखा:"],
    "vi": [
        f"Vào Th 2, 15 thg 1, 2024 vào lúc 15:12 {WHO} đã viết:",
        "Vào 15/01/2024 15:12, Support Team viết:",
    ],
    "id": [f"Pada tanggal Sen, 15 Jan 2024 pukul 15.12 {WHO} menulis:"],
    "ro": [f"În lun., 15 ian. 2024 la 15:12, {WHO} a scris:", "Pe 15.01.2024 15:12, Support Team a scris:"],
    "cs": [
        f"po 15. 1. 2024 v 15:12 odesílatel {WHO} napsal:",
        "Dne 15.01.2024 v 15:12 Support Team napsal(a):",
        "Support Team píše v Po 15. 01. 2024 v 15:12 +0100:",
    ],
    "sk": [f"po 15. 1. 2024 o 15:12 {WHO} napísal(a):", "Dňa 15.1.2024 o 15:12 Support Team napísal(a):"],
    "hu": [
        f"{WHO} ezt írta (időpont: 2024. jan. 15., H, 15:12):",
        "2024. 01. 15. 15:12 keltezéssel, Support Team írta:",
        "Support Team írta 2024. január 15-én 15:12-kor:",
    ],
    "bg": [f"На пн, 15.01.2024 г. в 15:12 {WHO} написа:"],
    "uk": [
        f"пн, 15 січ. 2024 р. о 15:12 {WHO} пише:",
        "15.01.24 15:12, Support Team пише:",
        f"15 січ. 2024 р. о 15:12 {WHO} написав(-ла):",
    ],
    "hr": [f"pon, 15. sij 2024. u 15:12 {WHO} napisao je:", "Dana 15.1.2024. u 15:12, Support Team je napisao/la:"],
    "sl": [
        f"V V pon., 15. jan. 2024 ob 15:12 je oseba {WHO} napisala:",
        "Dne 15. 1. 2024 ob 15:12 je Support Team napisal/-a:",
    ],
    "sr": [f"пон, 15. јан 2024. у 15:12 {WHO} је написао/ла:"],
    "lt": [f"2024-01-15, pr, 15:12 {WHO} rašė:", "2024-01-15 15:12, Support Team rašė:"],
    "lv": [
        "Pirmd., 2024. g. 15. janv., plkst. 15:12 — lietotājs Support Team (<support@acme.test>) rakstīja:",
        "Support Team rakstīja 15.01.2024 15:12:",
    ],
    "et": ["Kuupäev E, 15. jaanuar 2024 kell 15:12 kirjutas Support Team (<support@acme.test>):"],
    "ca": [f"El dl., 15 de gen. 2024, 15:12, {WHO} va escriure:", "El 15/1/24 a les 15:12, Support Team ha escrit:"],
    "nb": [
        f"man. 15. jan. 2024 kl. 15:12 skrev {WHO}:",
        f"15. jan. 2024 kl. 15:12 skrev {WHO} følgende:",
        "Den 15.01.2024 15:12, skrev Support Team:",
    ],
}  # fmt: skip

NAMES: dict[str, list[tuple[str, str, str, str]]] = {
    "tr": [("Kimden", "Gönderildi", "Kime", "Konu"), ("Gönderen", "Tarih", "Kime", "Konu")],
    "el": [("Από", "Στάλθηκε", "Προς", "Θέμα"), ("Από", "Ημερομηνία", "Προς", "Θέμα")],
    "he": [("מאת", "נשלח", "אל", "נושא")],
    "ar": [("من", "تاريخ الإرسال", "إلى", "الموضوع"), ("من", "التاريخ", "إلى", "الموضوع")],
    "fa": [("از", "ارسال", "به", "موضوع")],
    "th": [("จาก", "ส่ง", "ถึง", "เรื่อง")],
    "hi": [("प्रेषक", "भेजा गया", "प्रति", "विषय")],
    "vi": [("Từ", "Đã gửi", "Tới", "Chủ đề"), ("Từ", "Ngày", "Đến", "Tiêu đề")],
    "id": [("Dari", "Terkirim", "Kepada", "Subjek"), ("Dari", "Tanggal", "Kepada", "Perihal")],
    "ro": [("De la", "Trimis", "Către", "Subiect"), ("De la", "Data", "Către", "Subiect")],
    "cs": [("Od", "Odesláno", "Komu", "Předmět"), ("Od", "Datum", "Komu", "Předmět")],
    "sk": [("Od", "Odoslané", "Komu", "Predmet"), ("Od", "Dátum", "Komu", "Predmet")],
    "hu": [("Feladó", "Elküldve", "Címzett", "Tárgy"), ("Feladó", "Dátum", "Címzett", "Tárgy")],
    "bg": [("От", "Изпратено", "До", "Относно")],
    "uk": [("Від", "Надіслано", "Кому", "Тема"), ("Від", "Дата", "Кому", "Тема")],
    "hr": [("Od", "Poslano", "Prima", "Predmet"), ("Šalje", "Poslano", "Za", "Predmet")],
    "sl": [("Od", "Poslano", "Za", "Zadeva")],
    "sr": [("Од", "Послато", "За", "Тема"), ("Od", "Poslato", "Za", "Tema")],
    "lt": [("Nuo", "Išsiųsta", "Kam", "Tema")],
    "lv": [("No", "Nosūtīts", "Kam", "Tēma")],
    "et": [("Saatja", "Saadetud", "Adressaat", "Teema")],
    "ca": [("De", "Enviat el", "Per a", "Tema")],
    "nb": [("Fra", "Sendt", "Til", "Emne"), ("Fra", "Dato", "Til", "Emne")],
}  # fmt: skip

SEPARATORS: dict[str, list[str]] = {
    "tr": ["-----Özgün İleti-----", "-------- Orijinal mesaj --------"],
    "el": ["-----Αρχικό μήνυμα-----"],
    "he": ["-----הודעה מקורית-----"],
    "ar": ["-----الرسالة الأصلية-----"],
    "fa": ["-----پیام اصلی-----"],
    "th": ["-----ข้อความต้นฉบับ-----"],
    "hi": ["-----मूल संदेश-----"],
    "vi": ["-----Thư gốc-----", "-------- Tin nhắn gốc --------"],
    "id": ["-----Pesan Asli-----", "-------- Pesan asli --------"],
    "ro": ["-----Mesaj original-----", "-------- Mesajul original --------"],
    "cs": ["-----Původní zpráva-----", "-----Původní e-mail-----"],
    "sk": ["-----Pôvodná správa-----"],
    "hu": ["-----Eredeti üzenet-----"],
    "bg": ["-----Оригинално съобщение-----"],
    "uk": ["-----Вихідне повідомлення-----", "-------- Початкове повідомлення --------"],
    "hr": ["-----Izvorna poruka-----"],
    "sl": ["-----Izvirno sporočilo-----"],
    "sr": ["-----Оригинална порука-----", "-----Originalna poruka-----"],
    "lt": ["-----Pradinis laiškas-----", "-----Originalus laiškas-----"],
    "lv": ["-----Sākotnējais ziņojums-----"],
    "et": ["-----Algne kiri-----", "-----Algne sõnum-----"],
    "ca": ["-----Missatge original-----"],
    "nb": ["-----Opprinnelig melding-----", "-------- Opprinnelig e-post --------"],
}  # fmt: skip

TELEPHONES: dict[str, list[str]] = {
    "tr": ["iPhone'umdan gönderildi", "iPhone’umdan gönderildi", "iOS için Outlook'u edinin"],
    "el": ["Στάλθηκε από το iPhone μου"],
    "he": ["נשלח מה-iPhone שלי"],
    "ar": ["أُرسلت من الـ iPhone", "مرسل من iPhone الخاص بي"],
    "fa": ["ارسال شده از iPhone من"],
    "th": ["ส่งจาก iPhone ของฉัน"],
    "hi": ["मेरे iPhone से भेजा गया"],
    "vi": ["Đã gửi từ iPhone của tôi", "Gửi từ iPhone của tôi"],
    "id": ["Dikirim dari iPhone saya"],
    "ro": ["Trimis de pe iPhone-ul meu", "Trimis din Outlook pentru Android"],
    "cs": ["Odesláno z iPhonu", "Odesláno z mého iPhonu"],
    "sk": ["Odoslané z iPhonu", "Odoslané z môjho iPhonu"],
    "hu": ["Az iPhone-omról küldve", "iPhone készülékemről küldve"],
    "bg": ["Изпратено от моя iPhone"],
    "uk": ["Надіслано з iPhone", "Відправлено з iPhone"],
    "hr": ["Poslano s mog iPhonea", "Poslano s iPhonea"],
    "sl": ["Poslano iz mojega iPhone", "Poslano z iPhona"],
    "sr": ["Послато са мог iPhone-а", "Poslato sa mog iPhone-a"],
    "lt": ["Išsiųsta iš mano iPhone"],
    "lv": ["Nosūtīts no mana iPhone"],
    "et": ["Saadetud minu iPhone'ist"],
    "ca": ["Enviat des de l'iPhone", "Enviat des del meu iPhone"],
    "nb": ["Sendt fra min iPhone", "Sendt fra Outlook for iOS"],
}  # fmt: skip

WORDS: dict[str, tuple[str, str]] = dict.fromkeys(
    ATTRIBUTIONS, ("It burns again.\nPlease help.", "Have you tried water?")
)

MORE_TELEPHONES = [
    "Sent from my Verizon, Samsung Galaxy smartphone", "Sent via the Samsung Galaxy S21, an AT&T 5G smartphone",
    "Sent from my T-Mobile 4G LTE Device", "Sent from my BlackBerry® wireless device from MTN", "Sent from iPhone",
    "Sent from Outlook<http://aka.ms/weboutlook>", "Sent from Yahoo Mail for iPhone", "Sent from Gmail Mobile",
    "Sent from my Sprint Samsung Galaxy S8.", "Sent from ProtonMail mobile", "Sent with [Proton Mail](https://x.test/)",
    "Get [Outlook for iOS](https://aka.ms/o0ukef)", "Sent from the all new AOL app for iOS", "Sent from Workspace ONE Boxer",
    "Sent from my Windows Phone", "Sent from TypeApp", "Sent using Zoho Mail", "Sent from Mailspring", "Sent by Spike",
    "Enviado desde mi Samsung Mobile de Claro", "Envoyé depuis l'application Mail Orange", "Verzonden vanuit Outlook",
    "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.", "Envoyé à partir de Outlook pour Android",
    "Von meinem/meiner Galaxy gesendet", "iPhoneから送信されました", "Sent from my mobile device, please excuse typos",
    "Please excuse my brevity. Sent from my iPhone", "카카오메일 앱에서 보냄", "Daum 메일앱에서 보냄", "갤럭시에서 보냄",
    "삼성 이메일 앱에서 전송됨", "아이폰에서 보냄", "Outlook for Android에서 보냄", "발송: iPhone", "来自我的iPhone",
    "发自 网易邮箱大师", "發自我的 Galaxy", "从 Windows 版邮件发送", "發送自 Android 的 Outlook", "iPad から送信",
    "Yahoo!メールから送信", "Outlook for Android から送信",
]  # fmt: skip
"""Lines that stand alone below the text, independent of the language of the mail."""
