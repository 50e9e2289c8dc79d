"""Help, common options, errors and exit codes of all commands."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from deskctl.cli.commands import COMMANDS
from deskctl.cli.lazy import load, plugin_commands
from tests.cli.shell import COMMAND, Shell, environment, mail


def commands() -> list[tuple[str, click.Command]]:
    found = []
    for name, target in [(n, e.target) for n, e in COMMANDS.items()] + [
        (n, e.target) for n, e in plugin_commands().items()
    ]:
        command = load(target, name)
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {child}", each) for child, each in command.commands.items()]
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_help_table_matches_the_help_of_commands(name: str) -> None:
    command = load(COMMANDS[name].target, name)
    assert command.name == name
    assert (command.help or "").splitlines()[0] == COMMANDS[name].help


@pytest.mark.parametrize(("name", "command"), commands(), ids=[name for name, _ in commands()])
def test_every_command_help_contains_an_example(name: str, command: click.Command) -> None:
    if isinstance(command, click.Group) and not command.invoke_without_command:
        return
    assert f"deskctl {name.removesuffix(' ')}" in (command.help or "") or name == "config path"


@pytest.mark.parametrize(("name", "command"), commands(), ids=[name for name, _ in commands()])
def test_every_command_has_the_common_options(name: str, command: click.Command) -> None:
    options = {opt for param in command.params for opt in param.opts}
    assert {"--config", "--as", "--json", "--debug", "--no-color"} <= options


def test_help_does_not_import_heavy_modules() -> None:
    """Help imports neither the store nor plugins nor their libraries, so that it is fast."""
    code = (
        "import sys\nfrom deskctl.cli.main import run\n"
        "run(['--help']); run(['list', '--help'])\n"
        "heavy = ['sqlalchemy', 'alembic', 'rich', 'pluggy', 'attrs', 'tomli', 'asyncio', 'email',"
        " 'importlib.metadata', 'deskctl_email', 'deskctl.core.tickets.views']\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, timeout=30)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("words", "requests"),
    [
        (["list"], ("tickets.queries",)),
        (["list", "--json"], ("tickets.queries",)),
        (["show", "1"], ("tickets.queries", "messages.seen_commands")),
        (["show", "1", "--json"], ("tickets.queries", "messages.seen_commands")),
        (["take", "1"], ("tickets.commands",)),
    ],
    ids=" ".join,
)
def test_command_over_the_socket_imports_few_modules(
    local_desk: Shell, words: list[str], requests: tuple[str, ...]
) -> None:
    """With a daemon, a command needs the requests that it sends and a client of the socket, and nothing else."""
    local_desk.start()
    local_desk.ingest(mail())
    code = f"import sys\nfrom deskctl.cli.main import run\nassert run({words!r}) == 0\nprint('\\n', *sys.modules)"
    env = {**local_desk.env, "DESKCTL_CONFIG": str(local_desk.folder / "config.toml")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=30)
    loaded = set(done.stdout.splitlines()[-1].split())
    heavy = {"sqlalchemy", "rich", "pluggy", "attrs", "tomli", "asyncio", "email", "socket", "importlib.metadata"}
    assert heavy & loaded == set()
    parts = {name.split(".")[1] for name in loaded if name.startswith("deskctl.")}
    assert parts <= {"bootstrap", "cli", "config", "core", "dataclass", "desk", "errors", "i18n", "safe"}
    core = {name.removeprefix("deskctl.core.") for name in loaded if name.startswith("deskctl.core.")}
    kernel = {"kernel.command", "kernel.outcome", "kernel.permissions", "kernel.query"}
    assert {name for name in core - kernel if "." in name} == set(requests)


def test_store_on_sqlite_imports_no_other_database(local_desk: Shell) -> None:
    code = (
        "import sys\nimport deskctl.daemon.run\nfrom deskctl.cli.main import run\n"
        "assert run(['list']) == 0\nprint('\\n', *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=local_desk.folder,
        env=local_desk.env,
        capture_output=True,
        text=True,
        timeout=60,
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "sqlalchemy.dialects.sqlite" in loaded
    assert {"sqlalchemy.dialects.postgresql", "sqlalchemy.orm", "alembic", "psycopg"} & loaded == set()
    answers = {name for name in loaded if name.startswith("deskctl.core.") and name.endswith(".views")}
    assert answers <= {"deskctl.core.operations.views"}, "types of answers are imported only for type checks"


def test_plugin_commands_are_listed_without_import() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *COMMAND[1:], "--help"],
        env=environment(), capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert "  mail" in done.stdout
    assert "deskctl_email" not in done.stderr


class TestWithoutDesk:
    @pytest.fixture
    def bare_shell(self, tmp_path: Path) -> Shell:
        return Shell(tmp_path, environment(XDG_CONFIG_HOME=str(tmp_path)))

    def test_missing_desk_is_a_configuration_error_with_a_hint(self, bare_shell: Shell) -> None:
        result = bare_shell("list", code=5)
        what, hint = result.err.splitlines()
        assert what.startswith("error: ")
        assert "deskctl init" in hint

    @pytest.mark.parametrize(
        "words",
        [
            ["lst"],
            ["list", "--nonsense"],
            ["list", "--limit", "0"],
            ["show"],
            ["show", "x"],
            ["show", "-1"],
            ["show", "٣"],
            ["show", "9" * 30],
            ["tag", "1"],
            ["tag", "1", "refund"],
            ["set", "1"],
            ["merge", "1"],
            ["escalate", "1", "--to", "lead"],
            ["escalate", "1", "--to", "lead", "--reason", " "],
            ["reply", "1", "-m", ""],
            ["reply", "1", "-m", "x", "-"],
            ["reply", "1", "no-such-file.txt"],
            ["new", "--from", "a@example.org", "--subject", "x"],
            ["agent"],
            ["undo", "zero"],
            ["completion", "tcsh"],
        ],
        ids=" ".join,
    )
    def test_usage_error_exits_with_2_and_names_the_help(self, bare_shell: Shell, words: list[str]) -> None:
        result = bare_shell(*words, code=2)
        assert result.out == ""
        assert "error: " in result.err or "Usage: " in result.err

    def test_traceback_is_printed_only_with_debug(self, bare_shell: Shell) -> None:
        done = subprocess.run(
            [*COMMAND, "list", "--debug"], cwd=bare_shell.folder, env=bare_shell.env, capture_output=True, text=True
        )
        assert "Traceback" in done.stderr

    def test_invalid_utf8_argument_is_a_usage_error(self, bare_shell: Shell) -> None:
        bare_shell("take", "-", input=b"\xff\xfe", code=2)

    def test_unknown_command_suggests_a_similar_one(self, bare_shell: Shell) -> None:
        assert "reply" in bare_shell("repl", code=2).err

    def test_configuration_of_another_user_in_the_current_folder_is_refused(self, bare_shell: Shell) -> None:
        config = bare_shell.folder / "config.toml"
        config.write_text('[desk]\nname = "x"\n')
        config.chmod(0o666)
        assert "not used" in bare_shell("list", code=5).err

    def test_mail_parse_needs_no_desk(self, bare_shell: Shell) -> None:
        (bare_shell.folder / "a.eml").write_bytes(mail(subject="환불"))
        (bare_shell.folder / "b.eml").write_bytes(b"\x00\xff broken")
        result = bare_shell("mail", "parse", "a.eml", "missing.eml", "b.eml", "--json", code=3)
        assert [(row["file"], row["subject"]) for row in result.rows] == [("a.eml", "환불"), ("b.eml", "")]
        assert "missing.eml" in result.err

    def test_mail_parse_reads_standard_input(self, bare_shell: Shell) -> None:
        assert bare_shell("mail", "parse", "-", "--json", input=mail(subject="hello")).row["subject"] == "hello"

    def test_ingest_without_a_desk_exits_with_a_temporary_failure(self, bare_shell: Shell) -> None:
        bare_shell("mail", "ingest", input=mail(), code=75)

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_completion_scripts_are_printed(self, bare_shell: Shell, shell: str) -> None:
        assert "_DESKCTL_COMPLETE" in bare_shell("completion", shell).out

    def test_completion_reports_no_errors(self, bare_shell: Shell) -> None:
        env = {"_DESKCTL_COMPLETE": "bash_complete", "COMP_WORDS": "deskctl show ", "COMP_CWORD": "2"}
        result = bare_shell(env=env)
        assert (result.out.strip(), result.err) == ("", "")

    def test_closed_pipe_is_not_an_error(self, bare_shell: Shell) -> None:
        (bare_shell.folder / "a.eml").write_bytes(mail(text="x" * 200_000))
        result = bare_shell.pipe("deskctl mail parse a.eml a.eml a.eml --json | head -c 10", code=141)
        assert result.err == ""


def test_ctrl_c_exits_with_130_without_a_message(local_desk: Shell) -> None:
    process = subprocess.Popen(
        [*COMMAND, "reply", "1", "-"],
        cwd=local_desk.folder,
        env=local_desk.env,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        # It reads standard input before it opens anything: it waits there now or soon, and either way ends at once.
        assert process.stdin is not None
        process.stdin.write(b"half a reply")
        process.stdin.flush()
        _reading(process.pid)
        os.kill(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=10)
    finally:
        process.kill()
    assert process.returncode == 130
    assert err == b""


def _reading(pid: int) -> None:
    """Return once the process waits in read(2) of its standard input."""
    from tests.servers.waiting import wait_until

    def waits() -> bool:
        words = Path(f"/proc/{pid}/syscall").read_text().split()
        return words[:2] == ["0", "0x0"]

    wait_until(waits, what="the command reads its standard input")
