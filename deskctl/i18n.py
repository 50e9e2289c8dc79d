"""Messages in the reader's language.

English is the source text. `_` makes a message that remembers its template and its parameters, so that it can be
translated later, where the reader's language is known:

    _("no ticket {number}", number=7)                     # reads "no ticket 7"
    _n("{n} ticket", "{n} tickets", 3)                    # plural forms; {n} is always filled in
    _p("status", "open")                                  # the same English word in another sense
    _("{what} is {state}", what=name, state=_("closed"))  # a parameter may itself be a message

A message is a `str`: its value is the English sentence. Joining it with other text, or an f-string, keeps the English
and loses the rest; pass texts as parameters instead, or use `joined`. Each call of `_` takes a literal string, because
`make messages` collects the literals into the catalogues `locale/LANGUAGE/LC_MESSAGES/DOMAIN.po`.

Only `{name}` with a parameter of that name is replaced, once: values may contain braces, and so may templates.
Format values first (`when=f"{age:.1f}"`); templates have no format specifications.

This module imports nothing but `os` when it is loaded, because every command imports it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from gettext import GNUTranslations

DOMAIN: Final = "deskctl"

#: The context of texts whose parameters are their translations.
_BY_LANGUAGE: Final = "by language"

#: The values that a parameter keeps; any other value becomes a `str`.
_PLAIN = (str, int, float)


class Text(str):
    """An English sentence that can be translated.

    `template` is the message id, `params` fill it. `plural` and `number` select a plural form, `context` tells apart
    equal ids. `domain` names the catalogue; "" is text that no catalogue has, such as a list of other messages.
    """

    __slots__ = ("context", "domain", "number", "params", "plural", "template")

    template: str
    params: Mapping[str, Any]
    plural: str | None
    number: int
    context: str | None
    domain: str

    def __new__(
        cls,
        template: str,
        params: Mapping[str, Any],
        *,
        plural: str | None = None,
        number: int = 1,
        context: str | None = None,
        domain: str = DOMAIN,
    ) -> Text:
        params = {name: value if isinstance(value, _PLAIN) else str(value) for name, value in params.items()}
        self = super().__new__(cls, fill(template if plural is None or number == 1 else plural, params))
        self.template, self.params, self.plural, self.number = template, params, plural, number
        self.context, self.domain = context, domain
        return self

    def filled(self, **params: object) -> Text:
        """Return the message with parameters; those that it has stay."""
        return Text(
            self.template,
            {**self.params, **params},
            plural=self.plural,
            number=self.number,
            context=self.context,
            domain=self.domain,
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return text_from, (document(self),)


class Phrases:
    """Messages by name, whose parameters are given when they are rendered: `phrases("hours", "ko", hours="9-18")`."""

    __slots__ = ("_by_name",)

    def __init__(self, by_name: Mapping[str, Text]) -> None:
        self._by_name = by_name

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def __call__(self, name: str, language: str | Sequence[str] | None, /, **params: object) -> str:
        """Return a message in a language, else in English."""
        return translate(self._by_name[name].filled(**params), language)

    def everywhere(self, name: str) -> tuple[str, ...]:
        """Return the message in English and in each language that has a catalogue."""
        return tuple(dict.fromkeys(self(name, language) for language in ("en", *languages())))


class Translator:
    """Makes messages of one catalogue: `_n = _.plural`, `_p = _.context`."""

    __slots__ = ("domain",)

    def __init__(self, domain: str) -> None:
        self.domain = domain

    def __call__(self, message: str, /, **params: object) -> Text:
        """Return a message; `{name}` in it is replaced by the parameter `name`."""
        return Text(message, params, domain=self.domain)

    def plural(self, singular: str, plural: str, n: int, /, **params: object) -> Text:
        """Return a message in the form for the number `n`, which `{n}` shows."""
        return Text(singular, {"n": n, **params}, plural=plural, number=n, domain=self.domain)

    def context(self, context: str, message: str, /, **params: object) -> Text:
        """Return a message whose English text has more than one translation; `context` says which is meant."""
        return Text(message, params, context=context, domain=self.domain)

    def translate(self, text: str, language: str | Sequence[str] | None) -> str:
        """Return a message in `language`, or in the first of several that has a catalogue, else in English."""
        return translate(text, language)


def translator(domain: str) -> Translator:
    """Return the `_` of a plugin: its messages come from `locale/LANGUAGE/LC_MESSAGES/DOMAIN.mo` in the package DOMAIN.

        _ = translator("deskctl_pigeon")
        raise NotFound(_("no pigeon {name}", name=name))

    `_.plural` and `_.context` make messages with plural forms and with a context.
    """
    return Translator(domain)


_ = Translator(DOMAIN)
_n = _.plural
_p = _.context


def joined(separator: str, parts: Iterable[str]) -> Text:
    """Return the parts as one text; parts that are messages stay translatable."""
    params = {f"part{place}": part for place, part in enumerate(parts)}
    return Text(separator.join(f"{{{name}}}" for name in params), params, domain="")


def listed(parts: Sequence[str]) -> str:
    """Return `a, b and c`."""
    if len(parts) < 2:
        return parts[0] if parts else ""
    return _("{items} and {last}", items=joined(", ", parts[:-1]), last=parts[-1])


def by_language(texts: Mapping[str, str]) -> Text:
    """Return a text that someone wrote in several languages, by code. Other readers get English, or else the first."""
    default = "en" if "en" in texts else next(iter(texts))
    return Text(f"{{{default}}}", texts, context=_BY_LANGUAGE, domain="")


# --- translating ----------------------------------------------------------------------------------


def translate(text: str, language: str | Sequence[str] | None) -> str:
    """Return a message in `language` (a code as in "ko" or "pt_BR", or several by preference), else in English.

    Plain text is returned as it is.
    """
    if not isinstance(text, Text) or not language:
        return text
    languages = (language,) if isinstance(language, str) else language
    template = _found(text, languages)
    return fill(template, {name: translate_value(value, languages) for name, value in text.params.items()})


def translate_value(value: Any, language: str | Sequence[str] | None) -> Any:
    """Return a parameter of a message in `language`; only messages change."""
    return translate(value, language) if isinstance(value, Text) else value


def translated_id(message: str, language: str | Sequence[str], domain: str = DOMAIN) -> str:
    """Return the translation of a message id without parameters, else the id; "" stays empty."""
    languages = (language,) if isinstance(language, str) else language
    if not message or not languages:
        return message
    found = _catalogue(domain, tuple(languages))
    return message if found is None else found.gettext(message)


def available(language: str) -> bool:
    """Return True for English and for each language that has a catalogue."""
    return language.partition("-")[0].lower() == "en" or _catalogue(DOMAIN, (language,)) is not None


def languages(domain: str = DOMAIN) -> tuple[str, ...]:
    """Return the languages that have a catalogue, without English."""
    try:
        names = sorted(os.listdir(_folder(domain)))  # noqa: PTH208
    except OSError:
        return ()
    return tuple(name for name in names if _catalogue(domain, (name,)) is not None)


def preferred(*wanted: str | None) -> str:
    """Return the first of these languages that is available, else "en"."""
    return next((language for language in wanted if language and available(language)), "en")


def shell_languages() -> tuple[str, ...]:
    """Return the languages that the environment asks for, by preference; () for English.

    `LANGUAGE` has priority over `LC_ALL`, `LC_MESSAGES` and `LANG`, as in gettext; the locales C and POSIX overrule it.
    """
    environ = os.environ
    locale = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG") or ""
    if locale in ("C", "POSIX"):
        return ()
    found: list[str] = []
    for wanted in (environ.get("LANGUAGE") or locale).split(":"):
        code = wanted.partition(".")[0].partition("@")[0]
        if code in ("C", "POSIX", "en") or code.startswith(("en_", "en-")):
            break  # the user prefers English to the languages after it
        if code:
            found.append(code)
    return tuple(found)


_catalogues: dict[tuple[str, tuple[str, ...]], GNUTranslations | None] = {}


def _found(text: Text, languages: Sequence[str]) -> str:
    """Return the template in the first language that has a catalogue.

    Messages that a plugin shares with deskctl are only in the catalogue of deskctl.
    """
    english = text.template if text.plural is None or text.number == 1 else text.plural
    if not text.domain and text.context == _BY_LANGUAGE:
        by_code = {str(code).replace("-", "_").lower(): code for code in text.params}
        known = (by_code.get(code.lower()) for language in languages for code in _variants(language))
        return next((f"{{{code}}}" for code in known if code is not None), english)
    for domain in dict.fromkeys((text.domain, DOMAIN)) if text.domain else ():
        found = _looked_up(text, _catalogue(domain, tuple(languages)))
        if found not in (None, english):
            return str(found)
    return english


def _looked_up(text: Text, catalogue: GNUTranslations | None) -> str | None:
    """Return the template in the language of a catalogue; None without a catalogue."""
    if catalogue is None or not text.template:
        return None
    if text.plural is not None:
        return catalogue.ngettext(text.template, text.plural, text.number)
    if text.context is not None:
        return catalogue.pgettext(text.context, text.template)
    return catalogue.gettext(text.template)


def _catalogue(domain: str, languages: tuple[str, ...]) -> GNUTranslations | None:
    """Return the compiled catalogue of the first of the languages that has one; None for English or without one."""
    key = domain, languages
    if key not in _catalogues:
        _catalogues[key] = _load(domain, languages)
    return _catalogues[key]


def _load(domain: str, languages: tuple[str, ...]) -> GNUTranslations | None:
    """Return the catalogue of a domain; a message that is not in a plugin's catalogue may be in deskctl's."""
    folder = _folder(domain)
    shared = None if domain == DOMAIN else _catalogue(DOMAIN, languages)
    for language in languages:
        for code in _variants(language):
            if code == "en":
                return shared
            path = f"{folder}/{code}/LC_MESSAGES/{domain}.mo"
            if folder and os.path.exists(path):  # noqa: PTH110 - pathlib takes longer to import than a catalogue
                from gettext import GNUTranslations

                with open(path, "rb") as file:  # noqa: PTH123
                    found = GNUTranslations(file)
                if shared is not None:
                    found.add_fallback(shared)
                return found
    return shared


def _variants(language: str) -> tuple[str, ...]:
    """Return `pt_BR` and `pt` for pt-BR; nothing for text that is not a language code."""
    code = language.replace("-", "_")
    if not code.replace("_", "").isalnum():
        return ()
    short = code.partition("_")[0].lower()
    return (code, short) if code != short else (short,)


def catalogue_folder(domain: str) -> str:
    """Return the folder of a domain's catalogues, "" if there is none: `locale` in the package of that name."""
    return _folder(domain)


def _folder(domain: str) -> str:
    """Return the folder `locale` of a package. The package is found without being imported."""
    if domain == DOMAIN:
        return os.path.join(os.path.dirname(os.path.abspath(__file__)), "locale")  # noqa: PTH100, PTH118, PTH120
    if not domain.isidentifier():
        return ""  # for a name with a dot, `find_spec` imports the package before the dot
    from importlib.util import find_spec

    try:
        spec = find_spec(domain)
    except (ImportError, ValueError):
        return ""
    places = spec.submodule_search_locations if spec is not None else None
    return os.path.join(next(iter(places)), "locale") if places else ""  # noqa: PTH118


def fill(template: str, params: Mapping[str, Any]) -> str:
    """Return the template with each `{name}` replaced by its parameter, in one pass."""
    if not params or "{" not in template:
        return template
    head, *pieces = template.split("{")
    out = [head]
    for piece in pieces:
        name, brace, rest = piece.partition("}")
        if brace and name in params:
            out += (str(params[name]), rest)
        else:
            out += ("{", piece)
    return "".join(out)


# --- messages as JSON -----------------------------------------------------------------------------


def document(text: Text) -> dict[str, Any]:
    """Return a message as a JSON document: `{"id": …, "params": {…}}`, with other fields only where they are used."""
    params = {name: document(value) if isinstance(value, Text) else value for name, value in text.params.items()}
    found: dict[str, Any] = {"id": text.template, "params": params}
    if text.plural is not None:
        found |= {"plural": text.plural, "n": text.number}
    if text.context is not None:
        found["context"] = text.context
    if text.domain != DOMAIN:
        found["domain"] = text.domain
    return found


def text_from(found: Mapping[str, Any]) -> Text:
    """Return the message of a document that `document` made. Raises KeyError and TypeError for another document."""
    params = {name: text_from(v) if isinstance(v, Mapping) else v for name, v in found["params"].items()}
    return Text(
        str(found["id"]),
        params,
        plural=found.get("plural"),
        number=int(found.get("n", 1)),
        context=found.get("context"),
        domain=str(found.get("domain", DOMAIN)),
    )


def texts_in(value: Any, path: str = "") -> dict[str, dict[str, Any]]:
    """Return the messages in a JSON document, each under its JSON Pointer (RFC 6901)."""
    if isinstance(value, Text):
        return {path: document(value)}
    found: dict[str, dict[str, Any]] = {}
    if isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(item, (Text, Mapping, list, tuple)):
                found |= texts_in(item, f"{path}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, (list, tuple)):
        for number, item in enumerate(value):
            if isinstance(item, (Text, Mapping, list, tuple)):
                found |= texts_in(item, f"{path}/{number}")
    return found


def restored(value: Any, texts: Mapping[str, Any]) -> Any:
    """Return a JSON document with the messages of `texts_in` in their places. Messages that do not fit are ignored."""
    for path, found in texts.items():
        try:
            text = text_from(found)
            if not path:
                return text if value == text else value
            *way, last = (step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/"))
            place = value
            for step in way:
                place = place[int(step)] if isinstance(place, list) else place[step]
            if isinstance(place, list):
                place[int(last)] = text
            elif last in place:
                place[last] = text
        except (AttributeError, KeyError, IndexError, TypeError, ValueError):
            continue  # from a newer version: the English sentence is in the document itself
    return value
