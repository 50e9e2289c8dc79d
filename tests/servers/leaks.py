"""Check that no internal text reached a customer, in every desk that a test left.

The lines of internal notes and of notifications are compared with the mail to customers in the outbox and with the
mail that arrived at the test's SMTP server. Text that the customer wrote is not internal.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deskctl.core.intake.text_match import weight, words
from deskctl.store import Store
from deskctl.testing.smtp_sink import Received

#: The minimum number of words and characters of a line. A shorter line may also be written by a customer: "Done.".
WORDS, LETTERS = 3, 12
_SAID = "SELECT kind, subject, text, coalesce(visible_text, text), coalesce(original, '') FROM messages"
_SENT = 'SELECT kind, "to", subject, text FROM outbox'
_QUERIES = (_SAID, "SELECT email FROM agents", "SELECT subject FROM tickets", _SENT)


@dataclass(slots=True)
class Told:
    """The texts of a desk. `internal` are lines, the others whole texts. `agents` are addresses."""

    agents: set[str] = field(default_factory=set)
    internal: list[str] = field(default_factory=list)
    theirs: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)


def check(url: str, mails: Iterable[Received] = ()) -> None:
    """Raise AssertionError if mail to customers contains text of a note or notification. `url` is that of the store."""
    _check(_rows(url), mails)


def check_open(store: Store) -> None:
    """Check an open store, which is faster than to connect again."""
    with store.reading() as connection:
        _check([connection.exec_driver_sql(query).all() for query in _QUERIES], ())


def _check(rows: Sequence[Sequence[Any]], mails: Iterable[Received]) -> None:
    told = Told()
    said, agents, tickets, sent = rows
    for kind, subject, text, visible, original in said:
        if kind == "note":
            told.internal += [*text.splitlines(), *visible.splitlines()]
        elif kind in ("in", "auto"):
            told.theirs += [subject, text, original]
    told.agents = {email.lower() for (email,) in agents}
    told.theirs += [subject for (subject,) in tickets]
    for kind, to, subject, text in sent:
        if kind == "notification":
            told.internal += [subject, *text.splitlines()]
        elif not told.agents & {address.lower() for address in json.loads(to)}:
            told.sent.append(f"{subject}\n{text}")
    told.sent += [text for mail in mails for text in _of_customers(mail, told)]
    left = set(leaked(told))
    assert not left, f"only agents know this, and it was sent to a customer: {sorted(left)}"


def leaked(told: Told) -> Iterator[str]:
    """Return the internal lines in the sent texts."""
    sent, theirs = (words("\n".join(texts).split("\n")).letters for texts in (told.sent, told.theirs))
    for line in told.internal:
        said = words([line])
        secret = len(said.starts) >= WORDS and weight(said.letters) >= LETTERS and said.letters not in theirs
        if secret and said.letters in sent:
            yield line


def _of_customers(mail: Received, told: Told) -> Iterator[str]:
    if told.agents & {address.lower() for address in mail.recipients}:
        return
    yield mail.subject
    for part in mail.message.walk():
        if part.get_content_maintype() == "text":
            yield str(part.get_content())


def check_folder(folder: Path, mails: Iterable[Received]) -> None:
    """Check every SQLite store in a folder."""
    for path in folder.rglob("*.db"):
        check(f"sqlite:///{path}", mails)


def _rows(url: str) -> list[list[tuple[Any, ...]]]:
    """Return the rows of each query; none if the store lacks the tables, because some tests damage stores."""
    try:
        if url.startswith("sqlite:///"):
            with closing(sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True)) as store:
                return [store.execute(query).fetchall() for query in _QUERIES]
        import psycopg

        try:
            with psycopg.connect(url) as server:
                return [server.execute(query.encode()).fetchall() for query in _QUERIES]
        except psycopg.Error:
            return [[]] * len(_QUERIES)
    except sqlite3.Error:
        return [[]] * len(_QUERIES)
