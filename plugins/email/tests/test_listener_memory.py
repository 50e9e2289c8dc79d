"""A daemon that receives large mails does not hold them in memory, and returns the memory of finished ones."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.daemon.running import add_agent, make_desk, running
from tests.servers.process import resident_mb
from tests.servers.smtp_client import Client
from tests.servers.waiting import wait_until

MAIL_MB, MAILS = 20, 20
ALLOWED_MB = 30


@pytest.mark.parametrize("unlimited", [True, False], ids=["no limit reached", "default limits"])
def test_memory_of_unfinished_mails_is_returned(tmp_path: Path, free_port: Callable[[], int], unlimited: bool) -> None:
    port = free_port()
    limits = "max_unfinished = 1000000000\nmax_unfinished_per_peer = 1000000000\n" if unlimited else ""
    channel = (
        '[channels.support]\ntype = "email"\naddress = "support@acme.test"\nteam = "support"\n'
        f'[channels.support.listen]\nhost = "127.0.0.1"\nport = {port}\n{limits}'
    )
    folder = make_desk(tmp_path / "desk", f"sqlite:///{tmp_path / 'desk.db'}", channel)

    def half_mail(number: int) -> Client:
        client = Client(("127.0.0.1", port))
        client.open_mail()
        for _ in range(MAIL_MB):
            client.send(b"x" * 1024 * 1024)
        return client

    with running(folder) as daemon:
        add_agent(daemon)
        before = resident_mb(daemon.process.pid)
        with ThreadPoolExecutor(4) as senders:
            clients = list(senders.map(half_mail, range(MAILS)))
        assert resident_mb(daemon.process.pid) < before + ALLOWED_MB
        for client in clients:
            client.close()
        wait_until(lambda: resident_mb(daemon.process.pid) < before + ALLOWED_MB, what="the memory is returned")
        last = Client(("127.0.0.1", port))
        last.open_mail()
        assert last.say(b"Subject: small\r\n\r\nhello\r\n.\r\n").startswith("250")
        last.close()
