"""Detection of a text's language by its script, and for Latin script by its function words."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

SAMPLE = 1_500
"""Characters that are examined."""
MAX_WORDS = 80

_SCRIPTS = (
    ("ko", "가", "힣"), ("ko", "ㄱ", "ㆎ"), ("kana", "ぁ", "ヿ"), ("kana", "ｦ", "ﾝ"), ("han", "一", "鿿"),
    ("han", "㐀", "䶿"),
    ("ru", "Ѐ", "ӿ"), ("el", "Ͱ", "Ͽ"), ("el", "ἀ", "῿"), ("ar", "\u0600", "\u06ff"), ("he", "\u0590", "\u05ff"),
    ("th", "\u0e00", "\u0e7f"), ("hi", "\u0900", "\u097f"), ("latin", "A", "Z"), ("latin", "a", "z"),
    ("latin", "À", "ɏ"), ("latin", "Ḁ", "ỿ"),
)  # fmt: skip
_UKRAINIAN = frozenset("іїєґІЇЄҐ")
_EDGES = '.,;:!?()[]<>"“”„«»¡¿*_-'

_FUNCTION_WORDS = {
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
_LANGUAGES: dict[str, list[str]] = {}
for _language, _words in _FUNCTION_WORDS.items():
    for _word in _words.split():
        _LANGUAGES.setdefault(_word, []).append(_language)


def detect_language(text: str) -> str | None:
    """Return a BCP 47 primary tag ("ko", "en"), or None if the language is not clear."""
    sample = text[:SAMPLE]
    if sample.isascii():
        return _detect_latin(sample)
    counts: Counter[str] = Counter()
    for character, times in Counter(sample).items():
        counts[_script(character)] += times
    del counts[""]
    latin = counts.pop("latin", 0)
    # A Korean or Japanese mail contains many product names in Latin script; an English mail few foreign names.
    if not counts or sum(counts.values()) * 4 < latin:
        return _detect_latin(sample)
    kana, han = counts.pop("kana", 0), counts.pop("han", 0)
    if kana or han:
        counts["ja" if kana * 8 >= han else "zh"] = kana + han
    best = max(counts, key=lambda name: counts[name])
    if best == "ru" and sum(c in _UKRAINIAN for c in sample) * 20 >= counts["ru"]:
        return "uk"
    return best


@lru_cache(maxsize=4_096)
def _script(character: str) -> str:
    if character < "A":
        return ""
    return next((name for name, first, last in _SCRIPTS if first <= character <= last), "")


def _detect_latin(sample: str) -> str | None:
    """Return the language whose function words occur most often, if the result is clear."""
    words = sample.lower().split(None, MAX_WORDS)[:MAX_WORDS]
    if len(words) < 3:
        return None
    scores: dict[str, int] = {}
    for word in words:
        for language in _LANGUAGES.get(word.strip(_EDGES), ()):
            scores[language] = scores.get(language, 0) + 1
    if not scores:
        return None
    name = max(scores, key=lambda language: scores[language])
    best = scores.pop(name)
    if best < 2 or best * 12 < len(words) or best in scores.values():
        return None
    return name
