"""Measure the intake of mail on PostgreSQL, next to the same daemon with one mail in each commit."""

from __future__ import annotations

import sys

from bench.real.measure import FLOORS, Figure, compare, without_floor
from bench.real.reading import read
from tests.servers.dovecot import open_dovecot
from tests.servers.postgres import open_postgres

ONE_BY_ONE = (sys.executable, FLOORS / "commit_each.py")


def postgres(runs: int) -> list[Figure]:
    """Read the same mails from a Dovecot server into new databases of a durable PostgreSQL server."""
    server = open_postgres(durable=True)
    try:
        mail = open_dovecot(None)
        try:
            floor, real = [], []
            for number in range(runs):
                name = f"postgres-{number}"
                floor.append(read(mail.mailbox(), name, url=server.database(), program=ONE_BY_ONE))
                real.append(read(mail.mailbox(), name, url=server.database()))
        finally:
            mail.close()
    finally:
        server.close()
    return [
        compare(
            "intake on PostgreSQL : one mail in each commit",
            "mails/s",
            [run.rate for run in floor],
            [run.rate for run in real],
            at_least=5,
        ),
        without_floor(
            "intake on PostgreSQL: threads that differ", "threads", [run.differing for run in real], at_most=0
        ),
    ]
