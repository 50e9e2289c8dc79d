"""The sandbox: customer actions reach the bot, and the bot's messages appear in the chat."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from deskctl_telegram.api import Api
from deskctl_telegram.errors import ApiError, ErrorKind

COMMAND = [sys.executable, "-m", "deskctl_telegram.sandbox"]
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@pytest.fixture
def sandbox() -> Iterator[str]:
    """Run the sandbox and return its URL."""
    with subprocess.Popen([*COMMAND, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()
        assert process.wait(10) == 0


def request(url: str, **fields: Any) -> str:
    with _direct.open(url, urlencode(fields).encode() if fields else None, timeout=10) as answer:
        return str(answer.read().decode())


async def test_conversation_through_the_sandbox(sandbox: str) -> None:
    api = Api("1:any", sandbox)
    chat = f"{sandbox}/chats/42"
    try:
        assert (await api.me()).username == "desk_sandbox_bot"
        with pytest.raises(ApiError, match=r"(?i)chat not found"):
            await api.call("sendMessage", chat_id="42", text="too early")
        request(chat, text="안녕하세요 🔥", name="민수")
        [update] = await api.call("getUpdates", timeout=5)
        assert (update["message"]["text"], update["message"]["from"]["first_name"]) == ("안녕하세요 🔥", "민수")
        assert await api.call("getUpdates") == [update]
        markup = json.dumps({"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]})
        await api.call("sendMessage", chat_id="42", text="Solved?", reply_markup=markup)
        await api.upload("sendDocument", "document", b"x", "안내.pdf", chat_id="42")
        request(chat, press=1)
        [pressed] = await api.call("getUpdates", offset=update["update_id"] + 1)
        assert (pressed["callback_query"]["data"], pressed["callback_query"]["message"]["text"]) == ("y", "Solved?")
        first, asked, file = [json.loads(line) for line in request(chat).splitlines()]
        assert (first["from"], first["text"]) == ("민수", "안녕하세요 🔥")
        assert (asked["from"], asked["buttons"]) == ("bot", ["Yes"])
        assert file["file"] == "안내.pdf"
        with pytest.raises(ApiError, match=r"(?i)too long") as refused:
            await api.call("sendMessage", chat_id="42", text="x" * 4097)
        assert refused.value.kind is ErrorKind.REFUSED
    finally:
        await api.close()


@pytest.mark.parametrize("fields", [{"press": 1}, {"text": ""}, {"press": "x"}])
def test_invalid_customer_action_returns_an_error(sandbox: str, fields: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        request(f"{sandbox}/chats/42", **fields)
    with refused.value as answer:
        assert answer.code in (400, 404)
        assert json.loads(answer.read())["description"]


def test_occupied_port_is_reported(sandbox: str) -> None:
    port = sandbox.rpartition(":")[2]
    done = subprocess.run([*COMMAND, "--port", port], capture_output=True, text=True, timeout=30)
    assert (done.returncode, f"127.0.0.1:{port}" in done.stderr) == (6, True)
