"""The main path against an independent emulator of the Bot API: telegram-test-api from the npm registry."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deskctl.plugins import Choice, Intent, IntentKind, Secret
from deskctl.testing.builders import outbound
from deskctl.testing.fakes import MemoryContext
from deskctl_telegram.config import TelegramConfig
from deskctl_telegram.parse import parse
from tests.servers.process import missing
from tests.servers.waiting import free_port

EMULATOR = Path(__file__).with_name("emulator")
TOKEN = "777:SECRET-of-the-emulator"
REQUIREMENTS = "it needs Node.js 18 with npm (apt-get install nodejs npm) and the npm registry"

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Emulator:
    """Actions of a customer in the emulator."""

    def __init__(self, url: str) -> None:
        self.url = url

    def write(self, text: str, kind: str = "sendMessage", **more: Any) -> None:
        self.post(kind, {"botToken": TOKEN, **self.identity(), "date": int(time.time()), "text": text, **more})

    def press(self, message: dict[str, Any], data: str) -> None:
        shown = {**message, **self.identity()}
        self.post("sendCallback", {"botToken": TOKEN, "from": shown["from"], "message": shown, "data": data})

    def identity(self) -> dict[str, Any]:
        sender = {"id": 42, "is_bot": False, "first_name": "지우", "language_code": "ko"}
        return {"from": sender, "chat": {"id": 42, "type": "private", "first_name": "지우"}}

    def received(self) -> list[dict[str, Any]]:
        """Return the bot's messages, oldest first."""
        history = self.post("getUpdatesHistory", {"token": TOKEN})["result"]
        return [{"message_id": one["messageId"], **one["message"]} for one in history if "chat_id" in one["message"]]

    def post(self, endpoint: str, body: dict[str, Any]) -> Any:
        request = urllib.request.Request(
            f"{self.url}/{endpoint}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with _direct.open(request, timeout=10) as answer:
            return json.load(answer)


@pytest.fixture(scope="session")
def modules() -> Path:
    """Install the emulator once into the user's cache folder."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        missing("Node.js", REQUIREMENTS)
    wanted = (EMULATOR / "package.json").read_text()
    version = json.loads(wanted)["dependencies"]["telegram-test-api"]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "deskctl-tests"
    folder = cache / f"telegram-test-api-{version}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            (folder / "package.json").write_text(wanted)
            command = ["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
            with (folder / "npm.log").open("w") as log:
                code = subprocess.call(["timeout", "90", *command], cwd=folder, stdout=log, stderr=log)
            if code:
                output = (folder / "npm.log").read_text(errors="replace")[-500:]
                missing("telegram-test-api", f"{REQUIREMENTS}; npm ended with {code}: {output}")
            (folder / "installed").touch()
    return folder / "node_modules"


@pytest.fixture
def emulator(modules: Path) -> Iterator[Emulator]:
    port = free_port()
    process = subprocess.Popen(
        ["node", str(EMULATOR / "serve.js"), str(port), str(modules)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        assert process.stdout.readline() == b"ready\n"
        yield Emulator(f"http://127.0.0.1:{port}")
    finally:
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def test_conversation_through_the_emulator(
    emulator: Emulator, context: MemoryContext, running: Callable[[TelegramConfig, MemoryContext], Any]
) -> None:
    config = TelegramConfig(token=Secret.of(TOKEN), api=emulator.url)
    async with running(config, context) as channel:
        emulator.write("프린터에서 연기가 나요 🔥")
        await context.wait_for(lambda: len(context.journal) == 1, "the message is in the journal")
        emulator.write("/human", "sendCommand", entities=[{"type": "bot_command", "offset": 0, "length": 6}])
        await context.wait_for(lambda: len(context.journal) == 2, "the command is in the journal")
        first, second = (parse(entry.raw, entry.envelope) for entry in context.journal)
        assert (first.sender, first.sender_name, first.text) == ("42", "지우", "프린터에서 연기가 나요 🔥")
        assert second.intent == Intent(IntentKind.PERSON)

        choices = (Choice("solved", "해결됐어요"), Choice("person", "상담원"))
        answer = outbound("전원을 꺼 주세요 <b>😀</b>", to=("42",), in_reply_to=first.message_id, choices=choices)
        receipt = await channel.send(answer)
        [shown] = emulator.received()
        assert (shown["chat_id"], shown["text"]) == ("42", "전원을 꺼 주세요 <b>😀</b>")
        [[solved], [person]] = shown["reply_markup"]["inline_keyboard"]
        assert (solved["text"], person["text"]) == ("해결됐어요", "상담원")

        emulator.press(shown, solved["callback_data"])
        await context.wait_for(lambda: len(context.journal) == 3, "the button press is in the journal")
        picked = parse(context.journal[2].raw, context.journal[2].envelope)
        assert picked.intent == Intent(IntentKind.CHOICE, "solved")
        assert picked.in_reply_to == receipt.ids

        health = await channel.check()
        assert health.ok, health


async def test_long_reply_arrives_in_parts(
    emulator: Emulator, context: MemoryContext, running: Callable[[TelegramConfig, MemoryContext], Any]
) -> None:
    config = TelegramConfig(token=Secret.of(TOKEN), api=emulator.url)
    async with running(config, context) as channel:
        await channel.send(outbound("한 문단입니다.\n\n" * 900, to=("42",)))
    parts = [message["text"] for message in emulator.received()]
    assert [part[:6] for part in parts] == [f"({n}/{len(parts)}) " for n in range(1, len(parts) + 1)]
    assert "".join(parts).count("한 문단입니다.") == 900
