"""The language a text is written in: by its script, and for Latin letters by its small words. A guess, or none."""

from __future__ import annotations

import re

SAMPLE = 4_000
"""Characters that are looked at."""

_SCRIPTS = re.compile(
    "(?P<ko>[가-힣ㄱ-ㆎ])|(?P<kana>[ぁ-ヿｦ-ﾝ])|(?P<han>[一-鿿㐀-䶿])|(?P<uk>[іїєґІЇЄҐ])|(?P<ru>[Ѐ-ӿ])|(?P<el>[Ͱ-Ͽἀ-῿])"
    "|(?P<ar>[\u0600-\u06ff])|(?P<he>[\u0590-\u05ff])|(?P<th>[\u0e00-\u0e7f])|(?P<hi>[\u0900-\u097f])|(?P<latin>[A-Za-zÀ-ɏḀ-ỿ])"
)
_WORDS = re.compile(r"[a-zà-ɏḁ-ỿ']+")
_NOISE = re.compile(r"https?://\S{1,2000}|\S{1,200}@\S{1,200}")

_SMALL_WORDS = {
    "en": "the and is are to of you your i my for it that this with have not was can on please thanks hello we be",
    "de": "der die das und ist nicht ich sie mit für ein eine auf zu den wir ihre mein bitte danke hallo habe von es",
    "fr": "le la les et est je vous ne pas pour une un des que mon votre nous bonjour merci avec sur dans au du ai",
    "es": "el la los las y es que no de en un una por para mi su con hola gracias se me pero le del está he",
    "pt": "o os as e é que não de em um uma por para meu sua com olá obrigado obrigada se me mas do da está você",
    "it": "il lo la gli e è che non di in un una per mio con ciao grazie si mi ma del della ho sono buongiorno",
    "nl": "de het een en is niet ik je u van voor met op dat mijn bedankt hallo we te heb er zijn naar",
    "sv": "och är inte jag det att en ett på för med som hej tack av den har vi kan du mitt",
    "da": "og er ikke jeg det at en et på for med som hej tak af den har vi kan du mit",
    "pl": "i jest nie się na do w z że to dzień dobry proszę dziękuję mam jak czy po za ale od",
    "cs": "je se na že to v s z a dobrý den prosím děkuji mám jak ale jsem pro od jsme",
    "tr": "ve bir bu için ile değil merhaba teşekkürler lütfen ben mi da de ne çok var benim",
    "vi": "và là của tôi không có cho xin chào cảm ơn được này các một với trong",
    "id": "dan yang di ke dari ini itu saya tidak untuk dengan terima kasih ada anda mohon",
}
_LANGUAGES = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}


def detect(text: str) -> str | None:
    """A BCP 47 primary tag ("ko", "en"), or None when the text does not say enough."""
    sample = text[:SAMPLE]
    if sample.isascii():
        return _latin(sample)
    counts: dict[str, int] = {}
    for match in _SCRIPTS.finditer(_NOISE.sub(" ", sample)):
        name = str(match.lastgroup)
        counts[name] = counts.get(name, 0) + 1
    if not counts:
        return None
    latin = counts.pop("latin", 0)
    # A Korean or Japanese mail is full of product names in Latin letters; a foreign name in an English mail is short.
    if not counts or sum(counts.values()) * 4 < latin:
        return _latin(sample)
    kana, han = counts.pop("kana", 0), counts.pop("han", 0)
    if kana or han:
        counts["ja" if kana * 8 >= han and kana else "zh"] = kana + han
    if "uk" in counts and "ru" in counts:
        counts["uk" if counts["uk"] * 20 >= counts["ru"] else "ru"] = counts.pop("uk") + counts.pop("ru")
    return max(counts, key=lambda name: counts[name])


def _latin(sample: str) -> str | None:
    words = _WORDS.findall(_NOISE.sub(" ", sample.lower()))
    if len(words) < 3:
        return None
    scores = sorted(((sum(w in small for w in words), name) for name, small in _LANGUAGES.items()), reverse=True)
    (best, name), (second, _) = scores[0], scores[1]
    if best < 2 or best == second or best * 12 < len(words):
        return None
    return name
