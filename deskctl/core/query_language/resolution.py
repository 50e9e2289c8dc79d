"""Check the names and values of a parsed query. Errors name the position and the field, with the nearest known name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import field
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from ...dataclass import dataclass
from ...errors import UsageError
from ...i18n import Text, _
from ..kernel.settings import Settings
from ..tickets.model import Priority
from ..values import phone
from ..values.durations import parse_duration
from ..values.suggestions import did_you_mean
from ..values.tokens import phrases
from .conditions import AllQuery, AnyQuery, Condition, NotQuery, Operand, Prefix, Presence, Query
from .fields import BUILT_IN, NameKind, QueryField, ValueType, query_fields
from .periods import Period
from .syntax import MOST_TERMS, parse
from .tree import And, Node, Not, Or, Term, levels


class KnownNames(Protocol):
    """The names that a desk has."""

    def names(self, kind: NameKind) -> Collection[str]:
        """Return the names of a kind."""

    def is_used(self, kind: NameKind, name: str) -> bool:
        """Return True if a ticket has a name that the desk no longer has."""

    def views(self) -> Mapping[str, str]:
        """Return the queries of the saved views by name."""


_NUMBER = re.compile(r"#?(\d{1,15})", re.ASCII)
_TICKET = re.compile(r"#(\d{1,15})", re.ASCII)
#: Digits that are certain to fit into 64 bits.
_LONGEST_ID = 19
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
#: The types of which a value is always complete.
_WHOLE = frozenset({ValueType.NAME, ValueType.ADDRESS, ValueType.DECLARED})
#: Levels of a query together with its views. Each takes several frames of the stack to translate.
_MOST_LEVELS = 100
#: Keywords that are stored in lower case, also those that are not ASCII.
_LOWER_CASE = frozenset({"tag", "language"})
_UPPER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def lowered(text: str) -> str:
    """Return a text with the letters A to Z in lower case, as both databases do it."""
    return text.translate(_UPPER)


def view_name(text: str) -> str:
    """Return the name of a saved view as it is stored: in lower case and NFC, without the `@`."""
    return unicodedata.normalize("NFC", text.strip().removeprefix("@")).lower()


def address_forms(wanted: str) -> set[str]:
    """Return the forms in which an address can be stored: as written and, for a telephone number, in digits."""
    return {wanted, phone.normalised(wanted) or wanted}


def contact_id(wanted: str) -> int | None:
    """Return the number of a contact such as `#7` or `7`; None for an address."""
    number = wanted.removeprefix("#")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < _LONGEST_ID else None


def parse_query(text: str, settings: Settings, known_names: KnownNames, now: datetime, inside: str = "") -> Query:
    """Return a checked query. `inside` is the name of the view whose query it is. Raises UsageError."""
    resolver = _Resolver(query_fields(settings), ZoneInfo(settings.timezone), known_names, now)
    resolver.views += [inside] if inside else []
    return resolver.query(parse(text))


@dataclass(slots=True)
class _Resolver:
    """Checks a query.

    `views` are the names of the views whose queries are being read; `count` counts terms, and `depth` is the number of
    levels above the present one.
    """

    fields: Mapping[str, QueryField]
    zone: ZoneInfo
    known_names: KnownNames
    now: datetime
    views: list[str] = field(default_factory=list)
    count: int = 0
    depth: int = 0

    def query(self, node: Node) -> Query:
        self.depth += 1
        found = self._query(node)
        self.depth -= 1
        return found

    def _query(self, node: Node) -> Query:
        match node:
            case And(parts):
                return AllQuery(tuple(self.query(part) for part in parts))
            case Or(parts):
                return AnyQuery(tuple(self.query(part) for part in parts))
            case Not(part):
                return NotQuery(self.query(part))
            case Term():
                self.count += 1
                if self.count > MOST_TERMS:  # views can contain views
                    raise UsageError(
                        _("the query has more than {count} terms with its views", count=MOST_TERMS),
                        _("leave out a view"),
                    )
                return self._word(node) if not node.field else self._condition(node)

    def _word(self, term: Term) -> Query:
        """Return the query for a term without a field: a ticket number, an address, or words."""
        if term.operator != "=":
            raise _error(term, _("a comparison needs a field"), _("use for example priority:>=high"))
        if not term.quoted:
            if term.value == "*":
                return AllQuery(())
            if (number := _TICKET.fullmatch(term.value)) is not None:
                return Condition(BUILT_IN["number"], "=", int(number[1]))
            if term.value.startswith("@") and term.value != "@":
                return self._view(term, view_name(term.value))
        words = self._words(term)
        if term.quoted or not _ADDRESS.fullmatch(term.value):
            return words
        return AnyQuery((words, Condition(BUILT_IN["contact"], "=", term.value.lower())))

    def _view(self, term: Term, name: str) -> Query:
        """Return the query of a saved view."""
        if name in self.views:
            raise _error(term, _('view "{name}" contains itself', name=name), _("deskctl view edit changes a view"))
        views = self.known_names.views()
        if name not in views:
            raise _error(
                term,
                _('no view is called "{name}"{suggestion}', name=name, suggestion=did_you_mean(name, views)),
                _("deskctl view list shows all views; contact:@example.org finds the customers of a domain"),
            )
        node = parse(views[name])
        if self.depth + levels(node) > _MOST_LEVELS:  # views can contain views
            raise UsageError(
                _("query, at character {position}: nested too deeply", position=term.position), _("leave out a view")
            )
        self.views.append(name)
        query = self.query(node)
        self.views.pop()
        return query

    def _words(self, term: Term, field: QueryField | None = None) -> Query:
        if "*" in term.value and not term.quoted:
            raise _error(term, _('no wildcards in words: "{value}"', value=term.value), _wildcard_hint())
        found = phrases('"{}"'.format(term.value.replace('"', " ")))
        if not found:
            raise _error(
                term,
                _('no word to search for in "{value}"', value=term.value),
                _("words consist of letters and digits"),
            )
        parts = tuple(Condition(field, "=", phrase) for phrase in found)
        return parts[0] if len(parts) == 1 else AllQuery(parts)

    def _condition(self, term: Term) -> Query:
        field = self.fields.get(term.field)
        if field is None:
            raise UsageError(
                _(
                    'query, at character {position}: no field is called "{field}"{suggestion}',
                    position=term.field_position,
                    field=term.field,
                    suggestion=did_you_mean(term.field, self.fields),
                ),
                _("fields: {fields}; write a text that contains a colon in quotes", fields=", ".join(self.fields)),
            )
        if not term.value.strip():
            hint = _("use {field}:none for tickets without a value", field=field.name) if field.optional else ""
            raise _error(term, _("{field} has no value", field=field.name), hint)
        special = "" if term.quoted or term.operator != "=" else lowered(term.value)
        if special in ("*", "none") and field.optional:
            return Condition(field, "=", Presence(special == "*"))
        if special == "*":
            return AllQuery(())
        if term.operator != "=" and not field.is_ordered:
            raise _error(
                term,
                _("{field} cannot be compared with {operator}", field=field.name, operator=term.operator),
                _("use {field}:VALUE", field=field.name),
            )
        if field.type is ValueType.TEXT:
            return self._words(term, field)
        try:
            return Condition(field, term.operator, self._operand(field, term))
        except UsageError as error:
            raise _error(term, error.what, error.hint) from None

    def _operand(self, field: QueryField, term: Term) -> Operand:
        """Return the value. Raises UsageError."""
        value = term.value.strip()
        if field.type in _WHOLE and "*" in value and not term.quoted and value not in field.values:
            raise UsageError(_('not a value: "{value}"', value=value), _wildcard_hint())
        match field.type:
            case ValueType.KEYWORD | ValueType.STATE:
                return self._keyword(field, term, value)
            case ValueType.NAME:
                return lowered(value)
            case ValueType.ADDRESS:
                return value.lower()
            case ValueType.PRIORITY:
                _check_known(field, lowered(value), field.values)
                return Priority[value.upper()]
            case ValueType.NUMBER:
                number = _NUMBER.fullmatch(value)
                if number is None:
                    raise UsageError(_('not a number: "{value}"', value=value))
                return int(number[1])
            case ValueType.MOMENT:
                return self._period(term, value)
            case ValueType.ELAPSED:
                if term.operator == "=":
                    raise UsageError(
                        _("{field} needs a comparison", field=field.name),
                        _("use for example {field}:>12h", field=field.name),
                    )
                return parse_duration(value)
        assert field.declared is not None, field
        return field.declared.parse(value)

    def _keyword(self, field: QueryField, term: Term, value: str) -> Operand:
        wanted = value.lower() if field.name in _LOWER_CASE else lowered(value)
        if "*" in value and not term.quoted:
            if field.type is ValueType.STATE or value.index("*") < len(value) - 1:
                raise UsageError(_('not a value: "{value}"', value=value), _("only the end of a word can be *"))
            return Prefix(wanted[:-1])
        if field.names is None:
            if field.values:
                _check_known(field, wanted, field.values)
            return wanted
        known = self.known_names.names(field.names)
        same = sorted(name for name in known if lowered(name) == wanted)
        if same:
            return value if value in same else same[0]
        if self.known_names.is_used(field.names, value):
            return value
        raise UsageError(
            _unknown_name(field.names, value, did_you_mean(value, known)),
            _("use one of {values}", values=", ".join(sorted(known))) if known else "",
        )

    def _period(self, term: Term, value: str) -> Period:
        period = Period(value, self.zone)
        start, end = period.bounds(self.now)
        if start == end and term.operator == "=":
            raise UsageError(
                _('"{value}" is a moment, which no ticket has exactly', value=value),
                _("use a comparison, for example >{value}", value=value),
            )
        return period


def _wildcard_hint() -> Text:
    return _("only values of one word, such as those of tag, can end with *")


def _unknown_name(kind: NameKind, name: str, suggestion: str) -> Text:
    match kind:
        case "agent":
            return _('no agent is called "{handle}"{suggestion}', handle=name, suggestion=suggestion)
        case "team":
            return _('no team is called "{handle}"{suggestion}', handle=name, suggestion=suggestion)
        case "channel":
            return _('no channel is called "{name}"{suggestion}', name=name, suggestion=suggestion)
        case "tier":
            return _('no tier is called "{name}"{suggestion}', name=name, suggestion=suggestion)


def _check_known(field: QueryField, wanted: str, known: Collection[str]) -> None:
    if wanted not in known:
        raise UsageError(
            _(
                '{field} cannot be "{value}"{suggestion}',
                field=field.name,
                value=wanted,
                suggestion=did_you_mean(wanted, known),
            ),
            _("use one of {values}", values=", ".join(known)),
        )


def _error(term: Term, problem: str, hint: Text | str) -> UsageError:
    return UsageError(_("query, at character {position}: {problem}", position=term.position, problem=problem), hint)
