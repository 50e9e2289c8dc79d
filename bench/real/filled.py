"""Create stores with many tickets: some hundred real tickets, and copies of them with all related rows."""

from __future__ import annotations

import hashlib
import smtplib
import sqlite3

from bench.real.desk import ADDRESS, BenchDesk
from bench.real.measure import ROOT, until
from tests.servers.waiting import free_port

SEED = 500
#: The tables of a ticket, without those of its contact and of the search index, which the copies share.
COPIED = ("commands", "tickets", "messages", "events", "ticket_tags", "participants")


def filled(tickets: int) -> BenchDesk:
    """Return a desk with this number of tickets, nine of ten solved. It is created once and kept."""
    name = f"filled-{tickets}-open-tenth-own-ids-{schema()}"
    desk = BenchDesk(name, keep=True)
    if desk.count("count(*) FROM tickets") >= tickets:
        return desk
    port = free_port()
    desk = BenchDesk(name, f'[channels.support.listen]\nhost = "127.0.0.1"\nport = {port}\n')
    seed(desk, port)
    connection = sqlite3.connect(desk.store, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA foreign_keys = OFF")
    steps = {table: step(connection, table) for table in COPIED}
    for table in COPIED:
        multiply(connection, table, tickets // SEED, steps)
    connection.execute("UPDATE tickets SET updated_at = updated_at + (number * 7919) % 1000003 * 1000")
    connection.execute("UPDATE tickets SET status = 'solved' WHERE number % 10 > 0")
    connection.execute("UPDATE counters SET last = last * ?", (tickets // SEED + 1,))
    connection.execute("ANALYZE")
    connection.close()
    return desk


def schema() -> str:
    """Return a name for the current tables. A desk with other tables is not reused."""
    versions = sorted((ROOT / "deskctl" / "store" / "migrations" / "versions").glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in versions)).hexdigest()[:8]


def seed(desk: BenchDesk, port: int) -> None:
    """Create real tickets from mail."""
    with desk, smtplib.SMTP("127.0.0.1", port) as client:
        for n in range(1, SEED + 1):
            sender = f"user{n % 97}@example.org"
            head = f"From: {sender}\nTo: {ADDRESS}\nSubject: printer on floor {n}\nMessage-ID: <{n}@example.org>\n"
            client.sendmail(sender, [ADDRESS], f"{head}\nIt burns, please come.\n")
        until(lambda: desk.count("count(*) FROM tickets") >= SEED, 60, "the first tickets are there")


def columns(connection: sqlite3.Connection, table: str) -> list[tuple[str, bool]]:
    """Return the columns of a table, each with True if it is part of the key."""
    return [(row[1], bool(row[5])) for row in connection.execute(f"PRAGMA table_info({table})")]


def step(connection: sqlite3.Connection, table: str) -> int:
    """Return the offset of the ids of a table in each copy, 0 for a table without its own ids."""
    keys = [name for name, is_key in columns(connection, table) if is_key]
    if len(keys) != 1:
        return 0
    return int(connection.execute(f"SELECT coalesce(max({keys[0]}), 0) FROM {table}").fetchone()[0])


def multiply(connection: sqlite3.Connection, table: str, times: int, steps: dict[str, int]) -> None:
    """Add `times` - 1 copies of the rows of a table. Keys and references to copied tables get an offset. Each copy of a
    message has its own Message-ID, and each of a ticket its own token: SQLite would not use an index of common ones.
    """
    refers = {row[3]: row[2] for row in connection.execute(f"PRAGMA foreign_key_list({table})")}
    values = []
    for name, is_key in columns(connection, table):
        if name in ("message_id", "token"):
            values.append(f'copy.n || t."{name}"')
            continue
        moves_with = refers.get(name, table if is_key and steps[table] else "")
        values.append(f't."{name}"' + (f" + copy.n * {steps[moves_with]}" if steps.get(moves_with) else ""))
    rows = f"WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < {times - 1})"
    connection.execute(f"CREATE TEMP TABLE original AS SELECT * FROM {table}")
    connection.execute(f"{rows} INSERT INTO {table} SELECT {', '.join(values)} FROM copy, original t")
    connection.execute("DROP TABLE original")
