"""The fixtures that hand out real servers; each starts when a test first asks for it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deskctl.core.kernel.settings import Settings
from deskctl.store import Store
from deskctl.testing.smtp_sink import SmtpSink
from tests.servers import leaks, waiting
from tests.servers.certificate import Certificate, make_certificate
from tests.servers.dovecot import DovecotServer, open_dovecot
from tests.servers.postgres import PostgresServer, open_postgres
from tests.servers.process import missing


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, one for each process of the test run."""
    server = open_postgres()
    yield server
    server.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """A certificate for 127.0.0.1."""
    made = make_certificate(tmp_path_factory.mktemp("tls"))
    if made is None:
        missing("openssl", "apt-get install openssl")
        raise AssertionError("unreachable")
    return made


@pytest.fixture(scope="session")
def dovecot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DovecotServer]:
    """A Dovecot server, one for each process of the test run. Every test takes a mailbox of its own."""
    server = open_dovecot(make_certificate(tmp_path_factory.mktemp("tls-dovecot")))
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a store that is new and empty, once for each engine: a test that asks for it runs on both."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'desk.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.database()
    yield url
    server.drop(url)


@pytest.fixture(scope="session")
def made_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite store with its tables and nothing in them, to copy."""
    path = tmp_path_factory.mktemp("made-store") / "desk.db"
    _make(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def desk_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same with its tables in place: copied, because making them takes longer than most tests."""
    if request.param == "sqlite":
        path = tmp_path / "desk.db"
        shutil.copy(request.getfixturevalue("made_store"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.database(server.template("made_store", _make))
    yield url
    server.drop(url)


def _make(url: str) -> None:
    Store.open(url, Settings(), migrate=True).close()


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[SmtpSink]:
    """An SMTP server that plays the outside world. No customer may have got there what only agents know."""
    with SmtpSink() as server:
        yield server
        if server.mails:
            leaks.check_folder(tmp_path, server.mails)


@pytest.fixture
def wait_until() -> Callable[..., object]:
    """`wait_until(condition, timeout=10, what="…")`: the condition's first true answer."""
    return waiting.wait_until


@pytest.fixture
def free_port() -> Callable[[], int]:
    """`free_port()`: a loopback port that nobody listens on."""
    return waiting.free_port
