"""Real daemons in separate processes, for tests."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deskctl.core.agents.commands import AddAgent
from deskctl.desk.remote import RemoteDesk
from tests.servers import stores, zygote
from tests.servers.waiting import wait_until

#: A plugin with channels that misbehave on purpose, each in its own way. `mode` is a key of the channel.
AWKWARD = '''
"""Channels that crash, hang, are refused, or send slowly."""
import asyncio, os, time
from dataclasses import dataclass
from pathlib import Path
from deskctl.plugins import (AuthFailed, Capabilities, ChannelType, Health, InboundMessage, Receipt, Unavailable,
                             hookimpl)

@dataclass(frozen=True)
class Config:
    mode: str
    sent: Path | None = None

def parse(raw, envelope):
    text = raw.decode()
    if "KILL" in text:
        os._exit(9)
    if "BROKEN" in text:
        raise ValueError("no channel can read this")
    return InboundMessage(sender="ann@example.org", sender_name=None, subject=text[:40], text=text,
                          visible_text=text, digest=text)

class Channel:
    def __init__(self, config, context):
        self.config, self.context = config, context

    async def receive(self):
        match self.config.mode:
            case "crash":
                raise SystemExit("the plugin ends the process")
            case "refused":
                self.context.alert("the password is wrong", "change it")
                raise AuthFailed("the password is wrong", "change it")
            case "away":
                raise Unavailable("nobody answers")
            case "stuck":
                while True:
                    try:
                        await asyncio.Event().wait()
                    except asyncio.CancelledError:
                        pass
            case _:
                await asyncio.Event().wait()

    async def send(self, message):
        if self.config.mode == "stuck":
            await asyncio.Event().wait()
        if self.config.mode == "slow":
            Path(str(self.config.sent) + ".begun").touch()
            while not Path(str(self.config.sent) + ".continue").exists():
                await asyncio.sleep(0.01)
        with open(self.config.sent, "a") as file:
            file.write(message.message_id + "\\n")
        return Receipt("written down")

    async def check(self):
        return Health(())

    async def aclose(self):
        pass

@hookimpl
def deskctl_channels():
    # A lambda cannot be imported by another process, so it runs in the daemon, which KILL ends.
    return [ChannelType("awkward", Config, Channel, lambda raw, envelope: parse(raw, envelope))]
'''


class Daemon:
    """A daemon that has reported that it is ready."""

    def __init__(self, folder: Path, process: zygote.Process | subprocess.Popen[bytes], log: Path) -> None:
        self.folder = folder
        self.process = process
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text()

    def desk(self) -> RemoteDesk:
        desk = RemoteDesk.connect(self.folder / "desk.sock")
        assert desk is not None, self.log
        return desk

    def terminate(self, timeout: float = 30) -> int:
        """Send SIGTERM and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def make_desk(folder: Path, store_url: str, channels: str, plugins: Mapping[str, str] | None = None) -> Path:
    """Create a folder with a configuration, one-file plugins and a store. A store on a server must have its tables."""
    folder.mkdir(exist_ok=True)
    lengths = 'undo_window = "1s"\nclose_after = "1s"\ndigest = "1s"\n'
    text = f'[desk]\nname = "Acme"\n{lengths}[store]\nurl = "{store_url}"\n'
    if plugins:
        (folder / "plugins").mkdir(mode=0o700)
        for name, source in plugins.items():
            (folder / "plugins" / f"{name}.py").write_text(source)
        text += '[plugins]\ndir = "plugins"\n'
    (folder / "config.toml").write_text(text + channels)
    if store_url.startswith("sqlite:"):
        stores.prepare(store_url)
    return folder


def command(folder: Path, *arguments: str, given: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a `deskctl` command in the desk of `folder`."""
    words = ["--config", str(folder / "config.toml"), *arguments]
    env = {**os.environ, "XDG_STATE_HOME": str(folder / "state"), **environ}
    done = zygote.shared().run(words, Path.cwd(), env, given.encode())
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def launch(folder: Path, log: Path, **environ: str) -> zygote.Process | subprocess.Popen[bytes]:
    words = ["--config", str(folder / "config.toml"), "daemon", "run"]
    with log.open("wb") as output, Path(os.devnull).open("rb") as nothing:
        streams = [nothing.fileno(), output.fileno(), output.fileno()]
        return zygote.shared().spawn(words, Path.cwd(), {**os.environ, **environ}, streams)


def start(folder: Path, **environ: str) -> Daemon:
    """Return a daemon that is ready; the caller ends it."""
    log = folder / f"daemon-{len(list(folder.glob('daemon-*.log')))}.log"
    process = launch(folder, log, **environ)

    def ready() -> bool:
        assert process.poll() is None, log.read_text()
        return "is ready" in log.read_text()

    try:
        wait_until(ready, 30, "the daemon is ready")
    except BaseException:
        process.kill()
        process.wait()
        raise
    return Daemon(folder, process, log)


@contextmanager
def running(folder: Path, **environ: str) -> Iterator[Daemon]:
    daemon = start(folder, **environ)
    try:
        yield daemon
    finally:
        if daemon.process.poll() is None:
            daemon.kill()


def add_agent(daemon: Daemon, handle: str = "ana", login: str | None = None) -> None:
    desk = daemon.desk()
    desk.execute(AddAgent(handle, handle.title(), f"{handle}@acme.test", login=login))
    desk.close()
