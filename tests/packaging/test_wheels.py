"""The built wheels work when they are installed without a checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT
from tests.servers.waiting import free_port, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

MAIL = (
    b"From: Ana <ana@example.org>\r\nTo: support@acme.test\r\nSubject: Printer\r\n"
    b"Message-ID: <1@example.org>\r\n\r\nIt burns.\r\n"
)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel of each distribution."""
    folder = tmp_path_factory.mktemp("wheels")
    for source in (ROOT, ROOT / "plugins" / "email"):
        command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(source)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def installed(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `deskctl` program of an environment with `deskctl[email]` and without the checkout."""
    home = tmp_path_factory.mktemp("env") / "venv"
    venv.create(home, with_pip=False)
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(home / "bin" / "python"),
        "install",
        "--quiet",
        "--no-compile",
    ]
    command += ["--constraint", str(ROOT / "constraints.txt")]
    # By path, so that no other package with the same name is installed.
    command += [f"{wheel}[email]" if wheel.name.startswith("deskctl-") else str(wheel) for wheel in wheels.iterdir()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, cwd=wheels)
    assert done.returncode == 0, done.stdout + done.stderr
    return home / "bin" / "deskctl"


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Iterator[Desk]:
    yield Desk(installed, tmp_path)


class Desk:
    """A function that runs the installed program in a separate folder, independent of the checkout."""

    def __init__(self, program: Path, home: Path) -> None:
        self.program = program
        self.folder = home
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL", "TMPDIR")}
        self.environ = {**kept, "HOME": str(home)}

    def __call__(self, *words: str, text: bytes = b"", code: int = 0) -> str:
        command: Sequence[str] = [str(self.program), *words]
        done = subprocess.run(command, cwd=self.folder, env=self.environ, input=text, capture_output=True, timeout=60)
        assert done.returncode == code, f"{' '.join(words)}: {done.returncode}\n{done.stdout!r}\n{done.stderr.decode()}"
        return done.stdout.decode()

    @contextmanager
    def daemon(self) -> Iterator[None]:
        """Run the daemon, through which commands take a fraction of the time."""
        log = self.folder / "daemon.log"
        with log.open("wb") as output:
            command = [str(self.program), "daemon", "run"]
            process = subprocess.Popen(command, cwd=self.folder, env=self.environ, stdout=output, stderr=output)
        try:
            wait_until(lambda: "is ready" in log.read_text() or process.poll() is not None, 30, "the daemon is ready")
            yield
        finally:
            process.terminate()
            code = process.wait(60)
        assert code == 0, log.read_text()


def test_wheel_contains_only_its_package(wheels: Path) -> None:
    tops = {}
    for wheel in wheels.glob("*.whl"):
        names = zipfile.ZipFile(wheel).namelist()
        tops[wheel.name.split("-")[0]] = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"deskctl": {"deskctl"}, "deskctl_email": {"deskctl_email"}}


def test_core_wheel_contains_migrations_types_and_licence(wheels: Path) -> None:
    (wheel,) = wheels.glob("deskctl-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "deskctl/py.typed" in names
    assert any(name.startswith("deskctl/store/migrations/versions/") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("/templates/channel/pyproject.toml") for name in names), "`plugin new` copies it"


def test_transcript_works_with_installed_wheels(run: Desk) -> None:
    where = run.program.with_name("python")
    said = subprocess.run(
        [where, "-c", "import deskctl, deskctl_email; print(deskctl.__file__, deskctl_email.__file__)"],
        cwd=run.folder, env=run.environ, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert str(ROOT) not in said.stdout

    listen, smtp = (f"127.0.0.1:{free_port()}" for _ in range(2))
    run("init", "--dir", "desk", "--name", "Acme Support", "--timezone", "Asia/Seoul", "--address", "support@acme.test",
        "--listen", listen, "--smtp", smtp, "--yes")  # fmt: skip
    run.folder /= "desk"
    run("agent", "add", "agent1", "--name", "Agent One", "--email", "agent1@acme.test", "--team", "support")
    run("agent", "add", "agent2", "--name", "Agent Two", "--email", "agent2@acme.test", "--team", "support")
    run.environ["DESKCTL_AGENT"] = "agent1"
    run("config", "check")
    assert "email" in run("plugin", "list")
    run("mail", "ingest", text=MAIL)

    (row,) = [json.loads(line) for line in run("list", "--json").splitlines()]
    assert (row["number"], row["subject"], row["contact"]["address"]) == (1, "Printer", "ana@example.org")
    with run.daemon():
        run("take", "1")
        run("reply", "1", "-m", "We are on it.")
        run("note", "1", "-m", "asked finance")
        run("assign", "1", "agent2")

        ticket = json.loads(run("show", "1", "--json"))
        assert [message["kind"] for message in ticket["messages"]] == ["in", "out", "note"]
        assert ticket["assignee"] == "agent2"
        assert "It burns." in run("show", "1")
        replies = [json.loads(line) for line in run("outbox", "list", "--json").splitlines()]
        assert "ana@example.org" in json.dumps([reply["to"] for reply in replies])

        (parsed,) = [json.loads(line) for line in run("mail", "parse", mail_file(run.folder), "--json").splitlines()]
        assert parsed["subject"] == "Printer"
        run("show", "99", code=3)
        run("db", "status")


def mail_file(folder: Path) -> str:
    path = folder / "some.eml"
    path.write_bytes(MAIL)
    return str(path)
