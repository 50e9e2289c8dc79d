"""Fields of tickets that hold one value: how a person writes it, how it is stored, compared, shown and printed as JSON.

A value is stored as text in one form for each type, so that both databases compare it in the same way:

    text    one line of text, NFC
    number  digits without superfluous zeros ("-3.5"); at most 15 of them, which every reader of JSON keeps exactly
    date    YYYY-MM-DD
    choice  one of the choices
    bool    "yes" or "no"
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import field
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple

from ...dataclass import dataclass
from ...errors import UsageError
from ...i18n import _, _p, by_language, joined
from .suggestions import did_you_mean

#: The longest text, in bytes of UTF-8.
LONGEST_TEXT: Final = 10_000
#: The maximum number of digits of a number. A double-precision number stores them exactly.
MOST_DIGITS: Final = 15
#: Characters of a text that the index holds. PostgreSQL does not index more than 2700 bytes.
INDEXED_CHARACTERS: Final = 200

_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YES, _NO = "yes", "no"
_BOOL = {"yes": _YES, "true": _YES, "no": _NO, "false": _NO}
#: The value that clears a field, where it is not itself a value.
_NONE = "none"
#: Unicode categories that a line of text does not contain: controls, surrogates, line and paragraph separators.
_NOT_IN_A_LINE = frozenset({"Cc", "Cs", "Zl", "Zp"})

#: A label: one text, or texts by language.
Label = str | Mapping[str, str]


class FieldType(StrEnum):
    """The types of fields; the values are stored."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    BOOL = "bool"

    @property
    def is_personal(self) -> bool:
        """True if a value can identify a person, so that it is erased with the person's data."""
        return self not in (FieldType.CHOICE, FieldType.BOOL)

    @property
    def is_ordered(self) -> bool:
        """True if values are larger or smaller than others."""
        return self in (FieldType.NUMBER, FieldType.DATE)


class FieldValue(NamedTuple):
    """A stored value. `type` is that of the field when it was set; the configuration may have changed since."""

    type: FieldType
    text: str

    @property
    def key(self) -> str:
        """The text by which the value is found and compared: its order, as bytes, is that of the values."""
        return key(self.type, self.text)


@dataclass(frozen=True, slots=True)
class Field:
    """The declaration of a field. Everything that deskctl does with the field follows from it.

    `choices` are the values of a choice, with `choice_labels` for people. A ticket is solved only if its fields that
    are `required_to_solve` have a value.
    """

    name: str
    type: FieldType
    label: Label = ""
    choices: tuple[str, ...] = ()
    choice_labels: Mapping[str, Label] = field(default_factory=dict)
    required_to_solve: bool = False

    @property
    def title(self) -> str:
        """The label in the reader's language, or else the name."""
        return text_of(self.label) or self.name

    @property
    def has_other_title(self) -> bool:
        """True if the label says more than the name."""
        return self.title.casefold() != self.name.replace("_", " ")

    @property
    def full_name(self) -> str:
        """The label followed by the name in parentheses, or the name alone."""
        return joined("", (self.title, f" ({self.name})")) if self.title != self.name else self.name

    @property
    def values(self) -> tuple[str, ...]:
        """The values that can be completed."""
        return (_YES, _NO) if self.type is FieldType.BOOL else self.choices

    @property
    def form(self) -> str:
        """The form of a value in help texts: `one|team|all`, or a word for it in capitals."""
        return "|".join(self.values) or {FieldType.DATE: "YYYY-MM-DD"}.get(self.type, self.type.value.upper())

    def is_cleared_by(self, written: str) -> bool:
        """Return True if a person writes this to clear the field."""
        word = written.strip()
        if self.type is FieldType.TEXT or word in self.choices:
            return not word
        return word.lower() in ("", _NONE)

    def parse(self, written: str) -> FieldValue:
        """Return the value that a person writes. Raises UsageError."""
        return FieldValue(self.type, _PARSERS[self.type](self, unicodedata.normalize("NFC", written.strip())))

    def read(self, value: FieldValue) -> str | int | float | bool:
        """Return the JSON value of a stored value; text for a value that does not fit the present declaration."""
        try:
            text = self.parse(value.text).text
        except UsageError:
            return value.text
        if self.type is FieldType.BOOL:
            return text == _YES
        if self.type is FieldType.NUMBER:
            return float(text) if "." in text else int(text)
        return text

    def shown(self, value: FieldValue) -> str:
        """Return a stored value for people, in the reader's language."""
        return self.value_label(value.text)

    def value_label(self, text: str) -> str:
        """Return the label of a value in the reader's language, or else the value."""
        if self.type is FieldType.BOOL and text in (_YES, _NO):
            return _p("value", "yes") if text == _YES else _p("value", "no")
        return text_of(self.choice_labels.get(text, "")) or text


def text_of(label: Label) -> str:
    """Return a label in the reader's language; "" without one."""
    if isinstance(label, str):
        return label
    return by_language(label) if label else ""


def key(kind: FieldType, text: str) -> str:
    """Return the text by which a value in its stored form is found and compared.

    Negative numbers have nines' complements, so that texts of the same length have the order of the numbers.
    """
    if kind is not FieldType.NUMBER:
        return text[:INDEXED_CHARACTERS]
    whole, _dot, fraction = text.lstrip("-").partition(".")
    digits = f"{whole:0>{MOST_DIGITS}}.{fraction:0<{MOST_DIGITS}}"
    if not text.startswith("-"):
        return f"1{digits}"
    return "0" + "".join("." if digit == "." else str(9 - int(digit)) for digit in digits)


def is_number(text: str) -> bool:
    """Return True if `text` is the stored form of a number."""
    try:
        return Field("", FieldType.NUMBER).parse(text).text == text
    except UsageError:
        return False


def is_line(text: str) -> bool:
    """Return True for text without control characters, line breaks and lone surrogates."""
    return text.isprintable() or not any(unicodedata.category(character) in _NOT_IN_A_LINE for character in text)


def _text(declared: Field, written: str) -> str:
    if not is_line(written):
        raise UsageError(
            _("{field} contains a line break or a control character", field=declared.name), _("write it in one line")
        )
    size = len(written.encode())
    if size > LONGEST_TEXT:
        raise UsageError(
            _("{field} has {size} bytes", field=declared.name, size=size),
            _("use at most {limit} bytes; a longer text can be an internal note", limit=LONGEST_TEXT),
        )
    return written


def _number(declared: Field, written: str) -> str:
    found = _NUMBER.fullmatch(written)
    if found is None or not (found[2] or found[3]):
        raise UsageError(
            _('{field}: not a number: "{value}"', field=declared.name, value=written),
            _("use digits, with a point before decimals, for example 4711 or -3.50"),
        )
    sign, whole, fraction = found[1], found[2].lstrip("0") or "0", (found[3] or "").rstrip("0")
    count = len(whole) + len(fraction)
    if count > MOST_DIGITS:
        raise UsageError(
            _("{field}: a number with {count} digits", field=declared.name, count=count),
            _("use at most {limit} digits; longer numbers fit into a field of type text", limit=MOST_DIGITS),
        )
    text = f"{whole}.{fraction}" if fraction else whole
    return f"-{text}" if sign == "-" and text != "0" else text


def _date(declared: Field, written: str) -> str:
    try:
        if _DATE.fullmatch(written):
            return date.fromisoformat(written).isoformat()
    except ValueError:
        pass
    raise UsageError(
        _('{field}: not a date: "{value}"', field=declared.name, value=written),
        _("use YYYY-MM-DD, for example 2027-01-31"),
    )


def _choice(declared: Field, written: str) -> str:
    if written in declared.choices:
        return written
    suggestion = did_you_mean(written, declared.choices)
    raise UsageError(
        _('{field} cannot be "{value}"{suggestion}', field=declared.name, value=written, suggestion=suggestion),
        _("use one of {values}", values=", ".join(declared.choices)),
    )


def _bool(declared: Field, written: str) -> str:
    if written.lower() in _BOOL:
        return _BOOL[written.lower()]
    raise UsageError(
        _('{field} cannot be "{value}"{suggestion}', field=declared.name, value=written, suggestion=""),
        _("use one of {values}", values=", ".join((_YES, _NO))),
    )


_PARSERS = {
    FieldType.TEXT: _text,
    FieldType.NUMBER: _number,
    FieldType.DATE: _date,
    FieldType.CHOICE: _choice,
    FieldType.BOOL: _bool,
}
