"""Run `deskctl` without waiting for imports: each command is a fork of a process that has imported everything.

A test run starts thousands of commands and hundreds of daemons, and imports would take most of their time. The
commands are separate processes in all other respects: environment, folder, standard streams, signals, exit code.

`python -m tests.servers.zygote SOCKET` is the process that forks. A request is a length and a JSON document with the
words, the folder and the environment; the three standard streams come with it as file descriptors. The answers are the
process id with a descriptor of the process, and later its exit code. A daemon requests its parsers in the same way.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import fcntl
import gc
import importlib
import io
import json
import logging
import os
import pkgutil
import select
import selectors
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

from tests.servers import statements
from tests.servers.waiting import free_port, wait_until

ROOT = Path(__file__).parents[2]

_LIBC = ctypes.CDLL(None)
#: PR_SET_PDEATHSIG of prctl(2).
_DIE_WITH_PARENT = 1
#: The advice of madvise(2) of Linux 6.1; earlier ones refuse it.
_MADV_COLLAPSE = 25
_LARGE_PAGE = 1 << 21
_LARGEST_GAP = 8192
_LENGTH = struct.Struct("!I")
_CODE = struct.Struct("!i")
#: The standard streams of a command; a parser has two descriptors more.
_MAX_STREAMS = 5
#: With this variable, a daemon starts its parsers as it does outside of tests: as new Python processes.
NEW_PARSERS = "DESK_TEST_NEW_PARSERS"

#: All modules of these packages, and third-party modules that deskctl imports only where it needs them.
PACKAGES = ("deskctl", "deskctl_email", "deskctl_telegram", "deskctl_kb")
LIBRARIES = (
    *("alembic.command", "alembic.config", "cattrs", "packaging.requirements", "tomli", "tomlkit", "zoneinfo"),
    *("sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql.psycopg", "sqlalchemy.ext.compiler"),
    *("asyncio", "base64", "concurrent.futures.thread", "difflib", "email.headerregistry", "email.policy"),
    *("encodings.idna", "http.client", "imaplib", "imapclient", "mako.template", "queue", "smtplib", "urllib.request"),
)
#: Modules that need pytest, that run as a program, or that only another module may import.
_LEFT_OUT = ("deskctl.testing", "deskctl.store.migrations", "deskctl.cli.project.templates", "deskctl_telegram.sandbox")


# --- the process that forks


def serve(path: str) -> None:
    """Fork for each request until the standard input ends, because the test run has ended then."""
    for module in (*LIBRARIES, *_modules()):
        importlib.import_module(module)
    from deskctl.cli import main

    statements.share()
    _remember_distributions()
    _warm(main.run)
    waiting: dict[int, socket.socket] = {}
    ended, wakeup = socket.socketpair()
    ended.setblocking(False)
    wakeup.setblocking(False)
    signal.set_wakeup_fd(wakeup.fileno())
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener, selectors.DefaultSelector() as selector:
        listener.bind(path)
        listener.listen(64)
        selector.register(listener, selectors.EVENT_READ)
        selector.register(ended, selectors.EVENT_READ)
        selector.register(sys.stdin, selectors.EVENT_READ)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            ready = [key.fileobj for key, _ in selector.select()]
            if listener in ready:
                _accept(listener, waiting, path, main)
                signal.set_wakeup_fd(wakeup.fileno())
            if ended in ready:
                ended.recv(4096)
                _send_exit_codes(waiting)
            if sys.stdin in ready:
                return


#: A short day of a desk. `{folder}` is the folder of the desk, and `{here}` an address where nothing listens.
_DAY = (
    (
        *("init", "--dir", "{folder}", "--name", "Acme", "--timezone", "UTC", "--address", "support@acme.test"),
        *("--listen", "{here}", "--smtp", "{here}", "--yes"),
    ),
    ("agent", "add", "ana", "--name", "Ana", "--email", "ana@acme.test", "--team", "support"),
    ("mail", "ingest"),
    ("new", "--from", "bob@example.org", "--subject", "Printer", "-m", "It burns."),
    *(("list",), ("list", "--json"), ("show", "1"), ("show", "1", "--json"), ("search", "printer"), ("queue",)),
    *(("reply", "1", "-m", "Thanks."), ("note", "1", "-m", "Hm."), ("assign", "1", "ana"), ("solve", "1")),
    *(("undo", "--list"), ("undo",), ("outbox", "list"), ("contact", "list"), ("agent", "list"), ("inbox", "list")),
    *(("daemon", "run"), ("--help",)),
)
#: Commands while the daemon runs. The first is repeated until it fails.
_WITH_DAEMON = (
    ("inbox", "list", "--exit-code"),
    *(("list", "--json"), ("show", "1", "--json"), ("reply", "1", "-m", "Thanks."), ("undo",)),
)
_MAIL = b"From: bob@example.org\r\nTo: support@acme.test\r\nSubject: Help\r\n\r\nHelp!\r\n"


class _Ready(io.StringIO):
    """Standard error of the daemon, which runs commands and ends when it is ready."""

    def __init__(self, run: Callable[[list[str]], int]) -> None:
        super().__init__()
        self._run = run

    def write(self, text: str) -> int:
        if "is ready" in text:
            threading.Thread(target=self._use).start()
        return super().write(text)

    def _use(self) -> None:
        try:
            _command_in_this_process(self._run, ["mail", "ingest"])
            first, *others = _WITH_DAEMON
            wait_until(lambda: _command_in_this_process(self._run, first) == 1, what="the inbox is empty")
            for words in others:
                _command_in_this_process(self._run, words)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)


def _command_in_this_process(run: Callable[[list[str]], int], words: Sequence[str]) -> int:
    sys.stdin, sys.stdout = io.TextIOWrapper(io.BytesIO(_MAIL)), io.TextIOWrapper(io.BytesIO())
    return run(list(words))


def _warm(run: Callable[[list[str]], int], store: str | None = None) -> None:
    """Run some commands here, so that no command compiles statements and converters that another has compiled.

    Nothing else of them is left: what depends on the environment, on the time or on the streams is restored. `store` is
    the URL of an empty store, None for a SQLite store.
    """
    from deskctl.cli import lazy
    from deskctl.desk import caller

    environ, streams = dict(os.environ), (sys.stdin, sys.stdout, sys.stderr)
    with tempfile.TemporaryDirectory(prefix="desk-warm-") as folder:
        for name in [name for name in os.environ if name.startswith("DESKCTL_")]:
            del os.environ[name]
        os.environ |= {"XDG_STATE_HOME": folder, "LC_ALL": "C.UTF-8", "DESKCTL_CONFIG": f"{folder}/config.toml"}
        here = f"127.0.0.1:{free_port()}"
        for words in _DAY:
            sys.stderr = _Ready(run)
            more = ("--store", store) if store and words[0] == "init" else ()
            _command_in_this_process(run, [*(word.format(folder=folder, here=here) for word in words), *more])
            os.environ["DESKCTL_AGENT"] = "ana"
    os.environ.clear()
    os.environ.update(environ)
    sys.stdin, sys.stdout, sys.stderr = streams
    logging.getLogger().handlers.clear()
    logging.getLogger("deskctl").setLevel(logging.NOTSET)
    lazy._plugins = None
    caller._uids.clear()
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(30)
    assert threading.active_count() == 1, "a fork has no other threads"
    gc.collect()
    gc.freeze()  # the forks share this memory for longer
    _use_up_gaps()
    _collapse_pages()


def _use_up_gaps() -> None:
    """Allocate the gaps between the present blocks of the C library, so that a fork gets blocks from new pages.

    Otherwise each small block of a fork makes the kernel copy a page: a fifth of all copied pages.
    """
    malloc = _LIBC.malloc
    malloc.restype = ctypes.c_void_p
    for size in range(_LARGEST_GAP, 16, -16):
        adjacent, last = 0, 0
        while adjacent < 8:
            block = malloc(ctypes.c_size_t(size)) or 0
            adjacent = adjacent + 1 if 0 < block - last <= size + 32 else 0
            last = block


def _collapse_pages() -> None:
    """Use large pages where the kernel can: there is less to copy for each fork, and less to free at its end."""
    for row in Path("/proc/self/maps").read_text().splitlines():
        span, mode, _, _, _, *name = row.split()
        if mode == "rw-p" and name in ([], ["[heap]"]):
            start, end = (int(address, 16) for address in span.split("-"))
            start, end = -(-start // _LARGE_PAGE) * _LARGE_PAGE, end // _LARGE_PAGE * _LARGE_PAGE
            if start < end:
                _LIBC.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _MADV_COLLAPSE)


def _remember_distributions() -> None:
    """Read the metadata of the installed distributions once. A fork with another path reads it again."""
    library: Any = metadata
    find, read = library.entry_points, library.Distribution.metadata.fget
    found: dict[object, Any] = {}
    known: dict[object, Any] = {}

    def entry_points(**parameters: str) -> Any:
        key = (*sys.path, *sorted(parameters.items()))
        if key not in found:
            found[key] = find(**parameters)
        return found[key]

    def described(distribution: Any) -> Any:
        path = getattr(distribution, "_path", distribution)
        if path not in known:
            known[path] = read(distribution)
        return known[path]

    library.entry_points = entry_points
    library.Distribution.metadata = property(described)


def _modules() -> Iterator[str]:
    for package in PACKAGES:
        folder = importlib.import_module(package).__path__
        for found in pkgutil.walk_packages(folder, f"{package}.", onerror=lambda name: None):
            if not found.name.startswith(_LEFT_OUT) and not found.name.endswith("__main__"):
                yield found.name


def _accept(listener: socket.socket, waiting: dict[int, socket.socket], path: str, program: Any) -> None:
    connection, _ = listener.accept()
    request, streams = _receive(connection)
    if request is None:
        connection.close()
        return
    if "store" in request:
        _warm(program.run, request["store"])
        connection.close()
        return
    pid = os.fork()
    if pid == 0:
        _run(request, streams, path, program.main)
    for stream in streams:
        os.close(stream)
    handle = os.pidfd_open(pid)
    with contextlib.suppress(OSError):  # the test is gone
        socket.send_fds(connection, [_LENGTH.pack(pid)], [handle])
    os.close(handle)
    waiting[pid] = connection


def _receive(connection: socket.socket) -> tuple[dict[str, Any] | None, list[int]]:
    head, streams, _, _ = socket.recv_fds(connection, _LENGTH.size, _MAX_STREAMS)
    if len(head) < _LENGTH.size:
        return None, streams
    (length,) = _LENGTH.unpack(head)
    body = bytearray()
    while len(body) < length:
        piece = connection.recv(length - len(body))
        if not piece:
            return None, streams
        body += piece
    return json.loads(body), streams


def _send_exit_codes(waiting: dict[int, socket.socket]) -> None:
    """Send the exit codes of the commands that have ended."""
    while waiting:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        connection = waiting.pop(pid)
        with contextlib.suppress(OSError):
            connection.sendall(_CODE.pack(os.waitstatus_to_exitcode(status)))
        connection.close()


def _run(request: dict[str, Any], streams: Sequence[int], path: str, main: Callable[[], object]) -> NoReturn:
    """Run the request in this process. The other state is that of a new Python process."""
    code = 255
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if request["session"]:
            os.setsid()
        _LIBC.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        os.chdir(request["folder"])
        os.umask(request["umask"])
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        os.closerange(len(streams), 1 << 16)
        _environment(request["env"])
        time.tzset()
        _streams()
        if "path" in request:
            _parse(request["path"])
        else:
            _command(request["words"], path, main)
        code = 0
    except SystemExit as end:
        code = _code(end)
    except BaseException:  # noqa: BLE001 - the test sees the traceback and fails
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code & 255)


def _command(words: Sequence[str], path: str, main: Callable[[], object]) -> None:
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and path not in sys.path]
    if paths:
        sys.path[:0] = paths
        importlib.invalidate_caches()
    sys.argv = ["deskctl", *words]
    sys.orig_argv = [sys.executable, "-m", "deskctl.cli.main", *words]
    from deskctl import faultpoints
    from deskctl.daemon import parse_pool

    vars(faultpoints)["_FAULTS"] = faultpoints._armed()  # read when a process starts, and this one starts here
    if NEW_PARSERS not in os.environ:
        vars(parse_pool)["_start_process"] = lambda connection: Parser(path, connection)
    main()


def _parse(path: Sequence[str]) -> None:
    """Serve a daemon, whose connection is descriptor 3. The kernel ends this process when no one has the other end of
    the pipe that is descriptor 4: it is not a child of the daemon.
    """
    from deskctl.daemon import parse_worker

    fcntl.fcntl(4, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(4, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(4, fcntl.F_SETFL, fcntl.fcntl(4, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([4], [], [], 0)[0]:
        return
    sys.path[:] = path
    importlib.invalidate_caches()
    parse_worker.main(3, os.getppid())


def _environment(variables: Mapping[str, str]) -> None:
    """Change only what differs: most variables are those of the test run."""
    for name in os.environ.keys() - variables.keys():
        del os.environ[name]
    for name, value in variables.items():
        if os.environ.get(name) != value:
            os.environ[name] = value


def _code(end: SystemExit) -> int:
    if isinstance(end.code, str):
        sys.stderr.write(f"{end.code}\n")
        return 1
    return end.code or 0


def _streams() -> None:
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8")
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(1, "w", closefd=False)), encoding="utf-8", line_buffering=os.isatty(1)
    )
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(io.FileIO(2, "w", closefd=False)),
        encoding="utf-8", errors="backslashreplace", line_buffering=True,
    )  # fmt: skip
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr


# --- the tests' side


class Process:
    """A command that runs, with the methods of `subprocess.Popen` that tests use.

    A descriptor holds it: a signal cannot reach another process that got the same pid.
    """

    def __init__(self, connection: socket.socket) -> None:
        with connection:
            head, handles, _, _ = socket.recv_fds(connection, _LENGTH.size, 1)
            if len(head) < _LENGTH.size:
                raise RuntimeError("the zygote is gone")
            self._answers = connection.detach()  # a descriptor, because the collector may come to a socket before this
        (self.pid,) = _LENGTH.unpack(head)
        (self._handle,) = handles
        self.returncode: int | None = None

    def __del__(self) -> None:
        for name in ("_handle", "_answers"):
            with contextlib.suppress(AttributeError, OSError):
                os.close(getattr(self, name))

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code, negative for a signal. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._answers], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(["deskctl"], timeout or 0)
            answer = os.read(self._answers, _CODE.size)
            (self.returncode,) = _CODE.unpack(answer) if answer else (-signal.SIGKILL,)
        assert self.returncode is not None
        return self.returncode

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Parser(Process):
    """A process that parses for the daemon that is this process, forked by the zygote at a path. It ends with it."""

    def __init__(self, zygote: str, connection: socket.socket) -> None:
        alive, self._alive = os.pipe()  # the other end closes with this process
        nothing = os.open(os.devnull, os.O_RDWR)
        streams = (nothing, nothing, 2, connection.fileno(), alive)
        request = {"folder": str(Path.cwd()), "env": dict(os.environ), "umask": 0o077, "session": False}
        try:
            super().__init__(_request(zygote, streams, **request, path=sys.path))
        finally:
            os.close(alive)
            os.close(nothing)

    def __del__(self) -> None:
        super().__del__()
        os.close(self._alive)


def _request(zygote: str, streams: Sequence[int], **request: Any) -> socket.socket:
    """Send a request to the zygote at a path, and return the connection for its answers."""
    body = json.dumps(request).encode()
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(zygote)
    socket.send_fds(connection, [_LENGTH.pack(len(body))], list(streams))
    connection.sendall(body)
    return connection


class Zygote:
    """The process that forks. `script` is a program `deskctl` for shell scripts, which runs commands here, too."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="desk-zygote-"))
        self._socket = str(self._folder / "socket")
        self.script = self._folder / "deskctl"
        self.script.write_text(_CLIENT.format(python=sys.executable, socket=self._socket), encoding="utf-8")
        self.script.chmod(0o755)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.zygote", self._socket],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))},
            start_new_session=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        if self._process.stdout.readline() != b"ready\n":
            raise RuntimeError("the zygote did not start")

    def warm(self, store: str) -> None:
        """Run commands in the process that forks, on the empty store at a URL, to speed up later commands."""
        with _request(self._socket, (), store=store) as connection:
            connection.recv(1)

    @property
    def pid(self) -> int:
        """The id of the process that forks."""
        return self._process.pid

    def spawn(
        self,
        words: Sequence[str],
        folder: Path,
        env: Mapping[str, str],
        streams: Sequence[int],
        *,
        session: bool = False,
    ) -> Process | subprocess.Popen[bytes]:
        """Start a command; `streams` are its standard input, output and error. `session`: in a new session.

        With LD_PRELOAD it is a new process, because a fork cannot load a library before all others.
        """
        while _to_warm:
            self.warm(_to_warm.pop()())
        if "LD_PRELOAD" in env:
            line = [sys.executable, "-m", "deskctl.cli.main", *words]
            stdin, stdout, stderr = streams
            return subprocess.Popen(
                line, cwd=folder, env=env, stdin=stdin, stdout=stdout, stderr=stderr, start_new_session=session
            )
        umask = os.umask(0)
        os.umask(umask)
        request = {"words": list(words), "folder": str(folder), "env": dict(env), "umask": umask, "session": session}
        return Process(_request(self._socket, streams, **request))

    def run(
        self, words: Sequence[str], folder: Path, env: Mapping[str, str], given: bytes = b"", timeout: float = 300
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a command to its end. Kills it and raises subprocess.TimeoutExpired after `timeout` seconds."""
        with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            stdin.write(given)
            stdin.seek(0)
            process = self.spawn(words, folder, env, [stream.fileno() for stream in (stdin, out, err)])
            try:
                code = process.wait(timeout)
            except BaseException:
                process.kill()
                raise
            out.seek(0)
            err.seek(0)
            return subprocess.CompletedProcess(["deskctl", *words], code, out.read(), err.read())

    def close(self) -> None:
        """End the process, and with it every command that still runs."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        for path in (Path(self._socket), self.script):
            path.unlink(missing_ok=True)
        self._folder.rmdir()


#: Sends the standard streams to the zygote, forwards signals, and ends as the command does.
_CLIENT = """\
#!{python} -IS
import json, os, signal, socket, struct, sys

umask = os.umask(0)
os.umask(umask)
request = dict(words=sys.argv[1:], folder=os.getcwd(), env=dict(os.environ), umask=umask, session=False)
body = json.dumps(request).encode()
zygote = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
zygote.connect({socket!r})
socket.send_fds(zygote, [struct.pack("!I", len(body))], [0, 1, 2])
zygote.sendall(body)
head, handles, _, _ = socket.recv_fds(zygote, 4, 1)
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, lambda number, frame: signal.pidfd_send_signal(handles[0], number))
answer = zygote.recv(4)
code = struct.unpack("!i", answer)[0] if answer else 255
sys.exit(code if code >= 0 else 128 - code)
"""


_to_warm: list[Callable[[], str]] = []


def warm_later(store: Callable[[], str]) -> None:
    """Call `Zygote.warm` with the URL that `store()` returns before the next command."""
    _to_warm.append(store)


@cache
def shared() -> Zygote:
    """Return the zygote of this process, started when a test first needs it."""
    zygote = Zygote()
    atexit.register(zygote.close)
    return zygote


if __name__ == "__main__":
    serve(sys.argv[1])
