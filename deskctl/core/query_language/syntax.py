"""Parse a query in the syntax of Lucene.

    status:open priority:>=high tag:(refund OR billing) NOT assignee:none waiting:>12h "broken link"

Terms without an operator between them must all match. AND has precedence over OR, and OR over a blank, as in Lucene.
A text longer than `LONGEST_QUERY` or with more than `MOST_TERMS` terms or `DEEPEST` levels is refused, because the
databases limit the size of an expression.

The grammar is that of luqum without regular expressions, fuzzy matches and boosts.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from ...dataclass import dataclass
from ...errors import UsageError
from ...i18n import _
from .tree import And, Node, Not, Operator, Or, Term, terms

if TYPE_CHECKING:
    from luqum import tree as lucene

#: Characters.
LONGEST_QUERY: Final = 10_000
MOST_TERMS: Final = 200
#: Levels of parentheses.
DEEPEST: Final = 30
#: Levels of a query: each level of parentheses can have a negation, a blank, OR and AND.
_MOST_LEVELS: Final = 5 * DEEPEST
#: Characters of an unexpected text in an error.
_SHOWN: Final = 20

#: A quoted text, an escaped character, or a sign at the start of a value, which Lucene would take for an operator.
_PREPARED = re.compile(
    r'"(?:\\.|[^"\\])*"|\\.|(?<=[:<>=(\[{\s])(?:[<>]=?)?(?P<sign>[+-])(?=\d)|(?P<bracket>[()])', re.DOTALL
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_PLACE = re.compile(r"position (\d+)")
_TYPOGRAPHIC = str.maketrans("“”„＂", '""""')


def parse(text: str) -> Node:
    """Return the syntax tree. Raises UsageError with the position, in characters from 1."""
    if len(text) > LONGEST_QUERY:
        raise UsageError(
            _("the query has {count} characters", count=len(text)),
            _("use at most {limit}", limit=LONGEST_QUERY),
        )
    if not text.strip():
        return And(())
    prepared = _Prepared.of(text)
    node = _Reader(prepared).read(_lucene(prepared), _FieldName("", 0), 0)
    count = sum(1 for _term in terms(node))
    if count > MOST_TERMS:
        raise UsageError(_("the query has {count} terms", count=count), _("use at most {limit}", limit=MOST_TERMS))
    return node


@dataclass(frozen=True, slots=True)
class _Prepared:
    """The text as luqum reads it, and the positions at which it has one more backslash than the original."""

    text: str
    added: Sequence[int]

    @classmethod
    def of(cls, original: str) -> _Prepared:
        """Escape the sign of a value (`amount:>=-5`, `due:<+2h`). Raises UsageError for deep nesting."""
        text = original.translate(_TYPOGRAPHIC)
        pieces: list[str] = []
        added: list[int] = []
        end = depth = 0
        for found in _PREPARED.finditer(text):
            if found["bracket"]:
                depth += 1 if found["bracket"] == "(" else -1
                if depth > DEEPEST:
                    _refuse_depth(found.start() + 1)
            at = found.start("sign")
            if at < 0 or not _belongs_to_value(text, at):
                continue
            pieces += (text[end:at], "\\")
            added.append(at + len(added))
            end = at
        return cls("".join((*pieces, text[end:])), added)

    def position(self, place: int) -> int:
        """Return the position in the original text, from 1."""
        return place - bisect_right(self.added, place - 1) + 1


def _belongs_to_value(text: str, at: int) -> bool:
    """Return True if a sign stands after a field or a comparison, and not before a term of its own."""
    before = text[:at].rstrip()
    if before.endswith((" TO", "[TO", "{TO")):
        return True
    return text[at - 1 : at] in tuple(":<>=[{")


def _lucene(prepared: _Prepared) -> lucene.Item:
    from luqum.exceptions import ParseError
    from luqum.thread import parse as parse_lucene

    try:
        return parse_lucene(prepared.text)
    except ParseError as error:
        _refuse_syntax(prepared, str(error))
    except (ValueError, ArithmeticError):  # luqum does not check the number after ~ and ^
        raise UsageError(
            _("the query contains ~ or ^ with a value that is not a number"),
            _("write a text that contains special characters in quotes"),
        ) from None


def _refuse_syntax(prepared: _Prepared, message: str) -> NoReturn:
    found = _PLACE.search(message)
    place = int(found[1]) if found else len(prepared.text)
    rest = prepared.text[place:].split()
    position = prepared.position(min(place, len(prepared.text)))
    if rest and not rest[0].startswith('"'):
        raise UsageError(
            _(
                'query, at character {position}: unexpected "{word}"',
                position=position,
                word=_unescaped(rest[0][:_SHOWN]),
            ),
            _("write a text that contains special characters in quotes"),
        )
    if rest:
        raise UsageError(
            _("query, at character {position}: the closing quote is missing", position=position),
            _("write a quotation mark that is part of the text as {sign}", sign='\\"'),
        )
    raise UsageError(
        _("query, at character {position}: unexpected end", position=position),
        _("a value, a term or a closing parenthesis is missing"),
    )


class _FieldName(NamedTuple):
    """The name of a field and its position; "" outside of fields."""

    name: str
    position: int


class _Reader:
    """Converts the tree of luqum."""

    def __init__(self, prepared: _Prepared) -> None:
        self._prepared = prepared

    def read(self, item: Any, field: _FieldName, depth: int) -> Node:
        """Return the node of an item below a field ("": none). Raises UsageError."""
        from luqum import tree as lucene

        position = self._prepared.position(item.pos)
        if depth > _MOST_LEVELS:
            _refuse_depth(position)
        match item:
            case lucene.SearchField():
                if field.name:
                    raise UsageError(
                        _(
                            "query, at character {position}: a field inside the value of {field}",
                            position=position,
                            field=field.name,
                        ),
                        _("write a text that contains a colon in quotes"),
                    )
                return self.read(item.expr, _FieldName(_unescaped(item.name).lower(), position), depth + 1)
            case lucene.Group() | lucene.FieldGroup() | lucene.Plus():
                return self.read(item.children[0], field, depth + 1)
            case lucene.Not() | lucene.Prohibit():
                return Not(self.read(item.children[0], field, depth + 1))
            case lucene.OrOperation():
                return Or(tuple(self.read(part, field, depth + 1) for part in item.children))
            case lucene.AndOperation() | lucene.UnknownOperation():
                return And(tuple(self.read(part, field, depth + 1) for part in item.children))
            case lucene.From():
                return self._value(item.children[0], field, ">=" if item.include else ">", position)
            case lucene.To():
                return self._value(item.children[0], field, "<=" if item.include else "<", position)
            case lucene.Range():
                return self._range(item, field, position)
            case lucene.Word() | lucene.Phrase():
                return self._value(item, field, "=", position)
        raise _unsupported(item, position)

    def _range(self, item: Any, field: _FieldName, position: int) -> Node:
        low = self._value(item.low, field, ">=" if item.include_low else ">", position)
        high = self._value(item.high, field, "<=" if item.include_high else "<", position)
        bounds = tuple(term for term in (low, high) if term.quoted or term.value != "*")
        return And(bounds) if bounds else replace(low, operator="=")

    def _value(self, item: Any, field: _FieldName, operator: Operator, position: int) -> Term:
        from luqum import tree as lucene

        if isinstance(item, lucene.Phrase):
            return Term(*field, operator, _unescaped(item.value[1:-1]), position, quoted=True)
        if isinstance(item, lucene.Word):
            escaped = "*" in item.value and "*" not in _ESCAPED.sub("", item.value)
            return Term(*field, operator, _unescaped(item.value), position, quoted=escaped)
        raise _unsupported(item, self._prepared.position(item.pos))


def _unsupported(item: object, position: int) -> UsageError:
    from luqum import tree as lucene

    if isinstance(item, lucene.Regex):
        problem = _("regular expressions are not part of the query language")
    elif isinstance(item, lucene.Fuzzy | lucene.Proximity):
        problem = _("fuzzy matches (~) are not part of the query language")
    elif isinstance(item, lucene.Boost):
        problem = _("weights (^) are not part of the query language")
    else:
        problem = _("a comparison needs one value")
    return UsageError(
        _("query, at character {position}: {problem}", position=position, problem=problem),
        _("write a text that contains special characters in quotes"),
    )


def _refuse_depth(position: int) -> NoReturn:
    raise UsageError(
        _("query, at character {position}: nested too deeply", position=position),
        _("use at most {limit} levels of parentheses", limit=DEEPEST),
    )


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(r"\1", text)
