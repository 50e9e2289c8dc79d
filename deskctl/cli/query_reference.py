"""Generate `docs/reference/queries.md` from the declarations of the fields."""

from __future__ import annotations

from ..core.query_language.fields import BUILT_IN, STATES, QueryField, ValueType

_HEAD = """\
# Queries

Generated from the declarations of the fields by `make docs`. Do not edit.

A query selects tickets by conditions and words, in the syntax of Lucene:

```console
$ deskctl list 'status:open priority:>=high tag:(refund OR billing) NOT assignee:none waiting:>12h 환불' --sort due
```

Put a query in single quotes, because the shell interprets parentheses, `>`, `*` and `#`.

| form | matches |
| --- | --- |
| `환불`, `printer` | tickets with a message that contains the word, in its text, subject or file names |
| `"broken link"` | the words side by side |
| `#42` | the ticket with this number |
| `anna@example.org` | tickets of this customer, and messages that contain the address |
| `@urgent-vip` | the tickets of a [saved view](#saved-views) |
| `field:value` | tickets with this value |
| `field:none`, `field:*` | tickets without a value, with any value |
| `field:>5`, `field:>=5`, `field:<5`, `field:<=5` | larger or smaller values, of ordered fields |
| `field:[1 TO 5]`, `field:{1 TO 5}` | values from 1 to 5, with or without the bounds; `*` leaves a side open |
| `tag:(a OR b)` | either value |
| `tag:ref*` | values that begin with this text, of fields whose values are words or names such as agents |
| `a b`, `a AND b` | both |
| `a OR b` | either |
| `NOT a`, `-a` | not this |

Operators are in capitals. AND binds more strongly than OR, and OR more strongly than a blank: `a b OR c` means
`a AND (b OR c)`. Use parentheses where in doubt. A backslash before a special character makes it an ordinary one; a
text in double quotes can contain all of them. In quotes, `"none"` and `"*"` are ordinary values. Regular expressions,
fuzzy matches (`~`) and weights (`^`) are not part of the language.

On the command line, write `NOT printer` instead of `-printer` at the beginning of a query, because a word that begins
with `-` is an option. `-tag:refund`, `-"broken link"` and `-(a OR b)` are accepted.

Words are found as in [search](../how-to/search.md): without regard to case, Korean, Japanese and Chinese also inside of
words. Values are compared without regard to the case of ASCII letters, except those of custom fields. An agent, team,
channel, status or state that does not exist is an error. A tag that no ticket has is not an error. `contact:` accepts a
telephone number in any form, such as `contact:+82-2-555-0101`.

A query has at most 10,000 characters, 200 terms and 30 levels of parentheses.

`list` leaves out solved, closed and merged tickets, unless the query has a condition on `status`, `is`, `solved` or
`number`, and spam, unless it has the condition `is:spam` or one on `number`. `--all` includes all tickets.

## Saved views

```console
$ deskctl view add urgent-vip "contact.tier:vip is:open priority:>=high"
$ deskctl list @urgent-vip
$ deskctl @urgent-vip --mine --json
$ deskctl list '@urgent-vip waiting:>4h'
```

A view is a query that has a name. It belongs to the desk, so that everyone can use it, in queries and in other views.
`deskctl view list` shows all views, `view edit` and `view remove` change them, and `undo` undoes each change. A view
can have at most 200 terms together with the views in it.

## Times

| value | meaning |
| --- | --- |
| `2026-11-20`, `2026-11` | the day, the month, in the desk's time zone |
| `today`, `yesterday`, `tomorrow`, `오늘`, `어제`, `내일` | the day |
| `now`, `now-7d`, `now+2h` | this moment, for comparisons |
| `"2026-11-20 10:00"` | the minute; other forms of times work as well, such as `"tomorrow 10:00"` |

`created:2026-11-20` selects the whole day, `created:>2026-11-20` what is after it. Durations are written `15m`, `12h`,
`7d` or `1h30m`.

## Fields

| field | values | meaning |
| --- | --- | --- |
"""

_STATES = """

## Values of `is`

| value | meaning |
| --- | --- |
"""

_TAIL = """

A field of the configuration (`[fields.NAME]`) is queried as `fields.NAME`, or as `NAME` if no field above has this
name. See [Custom fields](../how-to/custom-fields.md).
"""

_FORMS = {
    ValueType.KEYWORD: "a word",
    ValueType.NAME: "a text",
    ValueType.ADDRESS: "an address",
    ValueType.TEXT: "words",
    ValueType.NUMBER: "a number, ordered",
    ValueType.MOMENT: "a time, ordered",
    ValueType.ELAPSED: "a comparison with a duration",
}


def reference() -> str:
    """Return the page in Markdown."""
    fields = "\n".join(f"| `{field.name}` | {_form(field)} | {field.about} |" for field in BUILT_IN.values())
    states = "\n".join(f"| `{name}` | {about} |" for name, about in STATES.items())
    return _HEAD + fields + _TAIL.rstrip("\n") + _STATES + states + "\n"


def _form(field: QueryField) -> str:
    if field.type is ValueType.STATE:
        form = "see below"
    elif field.type is ValueType.PRIORITY:
        form = f"{_listed(field.values)}, ordered"
    elif field.values:
        form = _listed(field.values)
    elif field.names:
        form = f"{'an' if field.names == 'agent' else 'a'} {field.names}"
    else:
        form = _FORMS[field.type]
    return f"{form}, `none`" if field.optional else form


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(f"`{value}`" for value in values)
