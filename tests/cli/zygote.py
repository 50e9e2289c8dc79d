"""Runs `deskctl` in forks of a process that has imported everything: the same commands without the wait for imports.

python -m tests.cli.zygote SOCKET. A request is one JSON line with the words, the folder and the environment, and the
three standard streams as file descriptors; the answer is the exit code.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

LOADED = (
    "deskctl.bootstrap",
    "deskctl.store",
    "deskctl.store.migrate",
    "deskctl.desk.local",
    "deskctl.config.loader",
    "deskctl.plugins.manager",
    "deskctl_email",
    "deskctl_email.commands",
    "deskctl_email.parse",
    "sqlalchemy.dialects.sqlite",
    "base64",
    "zoneinfo",
)


def serve(path: str) -> None:
    """Run until the parent process has exited."""
    from deskctl.cli import main
    from deskctl.cli.commands import COMMANDS

    for module in (*LOADED, *(entry.target.partition(":")[0] for entry in COMMANDS.values())):
        importlib.import_module(module)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path)
        listener.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            connection, _ = listener.accept()
            request, streams, _, _ = socket.recv_fds(connection, 1 << 20, 3)
            if os.fork() == 0:
                listener.close()
                _child(connection, json.loads(request), streams, main.main)
            for stream in streams:
                os.close(stream)
            connection.close()


def _child(connection: socket.socket, request: dict[str, object], streams: Sequence[int], main: object) -> NoReturn:
    """Fork again for the command, wait for it, and send its exit status."""

    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        command = os.fork()
        if command == 0:
            connection.close()
            _command(request, streams, main)
        _, status = os.waitpid(command, 0)
        code = os.waitstatus_to_exitcode(status)
        connection.sendall(f"{code}".encode())
    finally:
        os._exit(0)


def _command(request: dict[str, object], streams: Sequence[int], main: object) -> NoReturn:
    code = 255
    try:
        os.chdir(str(request["folder"]))
        os.environ.clear()
        os.environ.update(request["env"])  # type: ignore[call-overload]
        time.tzset()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)), encoding="utf-8")
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), encoding="utf-8")
        sys.stderr = io.TextIOWrapper(
            io.BufferedWriter(io.FileIO(2, "w", closefd=False)), encoding="utf-8", line_buffering=True
        )
        sys.argv = ["deskctl", *request["words"]]
        main()  # type: ignore[operator]
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - the test sees the traceback and fails
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def ask(path: str, words: Sequence[str], folder: Path, env: Mapping[str, str], streams: Sequence[int]) -> int:
    """Run a command and return its exit code."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(60)
        connection.connect(path)
        request = json.dumps({"words": list(words), "folder": str(folder), "env": dict(env)}).encode()
        socket.send_fds(connection, [request], list(streams))
        return int(connection.recv(16) or b"254")


if __name__ == "__main__":
    serve(sys.argv[1])
