"""Fixtures for real servers. Each server starts on its first use."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

import pytest

from deskctl.testing.desk import TemporaryDesk
from deskctl.testing.smtp_sink import SmtpSink
from tests.cli import shell
from tests.cli.shell import NewDesk, Shell
from tests.servers import leaks, stores, waiting, zygote
from tests.servers.certificate import Certificate, make_certificate
from tests.servers.dovecot import DovecotServer, open_dovecot
from tests.servers.postgres import PostgresServer, open_postgres
from tests.servers.process import missing

StoreCopy = Callable[[str, stores.Fill], str]


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server, one per process of the test run."""
    server = open_postgres()
    zygote.warm_later(server.database)
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
    """A Dovecot server, one per process of the test run. Each test uses its own mailbox."""
    server = open_dovecot(make_certificate(tmp_path_factory.mktemp("tls-dovecot")))
    yield server
    server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new, empty store. A test with this fixture runs once per engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'desk.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.database()
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_copy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreCopy]:
    """`store_copy(name, fill)`: the URL of a copy of the store that `fill(url)` filled once; once for each engine."""
    if request.param == "sqlite":
        yield lambda name, fill: stores.new_sqlite(tmp_path / "desk.db", name, fill)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    urls: list[str] = []

    def copy(name: str, fill: stores.Fill) -> str:
        urls.append(stores.new_postgresql(server, name, fill))
        return urls[-1]

    yield copy
    for url in urls:
        server.drop(url)


@pytest.fixture
def desk_url(store_copy: StoreCopy) -> str:
    """The URL of a new store with its tables, once per engine."""
    return store_copy("migrated", stores.migrated)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a desk created by `deskctl init`, with three agents. Tests use copies of it."""
    return shell.make(tmp_path_factory.mktemp("template")).folder


@pytest.fixture(params=["sqlite", "postgresql"])
def new_desk(
    request: pytest.FixtureRequest, template: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewDesk]:
    """`new_desk(smtp=PORT)`: a copy of the desk in `template`, once for each engine; its daemon does not run."""
    made: list[Shell] = []
    urls: list[str] = []

    def copy(smtp: int | None = None) -> Shell:
        if request.param == "sqlite":
            made.append(shell.copy(template, tmp_path / "acme", smtp=smtp))
            return made[-1]
        server: PostgresServer = request.getfixturevalue("postgres")
        origin = tmp_path_factory.getbasetemp() / "template-postgresql"
        prepared = server.template("template", lambda url: _make_desk(origin, url))
        made.append(shell.copy(origin, tmp_path / "acme", smtp=smtp))
        urls.append(server.database(prepared))
        config = made[-1].folder / "config.toml"
        config.write_text(config.read_text().replace(server.url(prepared), urls[-1]))
        return made[-1]

    yield copy
    for desk in made:
        desk.stop()
    for url in urls:
        request.getfixturevalue("postgres").drop(url)


def _make_desk(folder: Path, url: str) -> None:
    shell.make(folder, store=url)
    assert url in (folder / "config.toml").read_text()


@pytest.fixture(scope="session", autouse=True)
def _forked_temporary_desks() -> Iterator[None]:
    """Let `TemporaryDesk` fork its commands, too. The tests of new plugin projects run it as plugin authors do."""

    def execute(desk: TemporaryDesk, words: Sequence[str], stdin: bytes) -> subprocess.CompletedProcess[bytes]:
        return zygote.shared().run(["--config", str(desk.config), *words], desk.folder, desk.environ, stdin)

    def start(desk: TemporaryDesk, words: Sequence[str], log: IO[bytes]) -> object:
        with Path(os.devnull).open("rb") as nothing:
            streams = [nothing.fileno(), log.fileno(), log.fileno()]
            return zygote.shared().spawn(["--config", str(desk.config), *words], desk.folder, desk.environ, streams)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TemporaryDesk, "_execute", execute)
        patch.setattr(TemporaryDesk, "_start", start)
        yield


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[SmtpSink]:
    """An SMTP server for all recipients. After the test, it must not have sent internal texts to customers."""
    with SmtpSink() as server:
        yield server
        if server.mails:
            leaks.check_folder(tmp_path, server.mails)


@pytest.fixture
def wait_until() -> Callable[..., object]:
    """`wait_until(condition, timeout=10, what="…")` waits and returns the first true result of the condition."""
    return waiting.wait_until


@pytest.fixture
def free_port() -> Callable[[], int]:
    """`free_port()` returns a free loopback port."""
    return waiting.free_port
