"""A complete desk with a Telegram bot: a conversation, and crashes of the daemon."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from deskctl.testing.desk import TemporaryDesk
from tests.servers.telegram import TOKEN, BotServer


@pytest.fixture
def desk(tmp_path: Path, bots: BotServer) -> Iterator[TemporaryDesk]:
    with TemporaryDesk(tmp_path / "desk") as desk:
        desk.environ |= {"TG_TOKEN": TOKEN, "DESKCTL_AGENT": "agent1"}
        desk.configure(f'[channels.tg]\ntype = "telegram"\ntoken = {{ env = "TG_TOKEN" }}\napi = "{bots.url}"\n')
        yield desk


def message_texts(desk: TemporaryDesk) -> list[str]:
    """Return the texts of the first ticket's messages; none before it exists."""
    if not desk.json("list", "--all"):
        return []
    return [message["text"] for message in desk.ticket(1)["messages"]]


def test_conversation_stays_in_one_ticket(desk: TemporaryDesk, bots: BotServer) -> None:
    """Exchange text, pictures and files; reply to an old message; edit a message."""
    png = b"\x89PNG\r\n\x1a\n" + b"x" * 100
    (desk.folder / "안내.pdf").write_bytes(b"%PDF-1.7 x")
    bots.add_file("p1", png)
    with desk.daemon():
        bots.customer_writes(42, "프린터에서 연기가 나요 🔥")
        bots.wait_confirmed(1)
        picture = {"file_id": "p1", "file_name": "연기.png", "mime_type": "image/png"}
        bots.customer_writes(42, caption="사진입니다", document=picture)
        desk.wait_until(lambda: len(message_texts(desk)) == 2, "both messages are on the ticket")
        desk.run("reply", "1", "-m", "전원을 꺼 주세요 😀", "--attach", "안내.pdf", "--force")
        words, file = bots.wait_sent(2)
        assert (words.params["chat_id"], words.text.splitlines()[0]) == ("42", "전원을 꺼 주세요 😀")
        assert (file.method, file.filename, file.content) == ("sendDocument", "안내.pdf", b"%PDF-1.7 x")
        desk.wait_until(lambda: not desk.json("outbox", "list"), "the outbox is empty")

        bots.customer_writes(42, "/new 결제 오류")
        desk.wait_until(lambda: len(desk.json("list", "--all")) == 2, "/new opened a second ticket")
        answer = bots.customer_writes(
            42, "껐어요", reply_to_message={"message_id": words.message_id, "from": {"id": 777}}
        )
        desk.wait_until(lambda: message_texts(desk)[-1] == "껐어요", "the reply is on the first ticket")

        edited = {**answer, "text": "껐어요. 이제 괜찮아요", "edit_date": answer["date"] + 60}
        bots.add_update(edited_message=edited)
        desk.wait_until(lambda: message_texts(desk)[-1] == "껐어요. 이제 괜찮아요", "the ticket shows the edited text")
    first = desk.ticket(1)
    assert first["channel"] == "tg"
    assert [m["kind"] for m in first["messages"]] == ["in", "in", "out", "in"]
    assert [f["filename"] for f in first["messages"][1]["attachments"]] == ["연기.png"]
    assert "SECRET" not in desk.log


def run_until_killed(desk: TemporaryDesk, point: str, *command: str) -> None:
    """Run the daemon until a fault point kills it. Run the deskctl `command`, if given, before."""
    fault = desk.folder / point
    fault.mkdir()
    (fault / "fault").write_text(f"KILL {point} 1\n")
    desk.environ["DESKCTL_FAULT"] = str(fault)
    with pytest.raises(AssertionError, match=f"ended with -{signal.SIGKILL.value}"), desk.daemon():
        del desk.environ["DESKCTL_FAULT"]
        if command:
            desk.wait_until(desk.tickets, "the update is on a ticket")
            desk.run(*command)
        desk.wait_until(lambda: desk._daemon is not None and desk._daemon.poll() is not None, "the daemon was killed")
    (desk.folder / "daemon.log").unlink()


def test_crash_neither_duplicates_updates_nor_replies(desk: TemporaryDesk, bots: BotServer) -> None:
    """Kill the daemon between commit and confirmation, and between the call and the end of the delivery."""
    bots.customer_writes(42, "Only once.")
    run_until_killed(desk, "telegram.journalled")
    assert bots.confirmed == 0
    run_until_killed(desk, "telegram.sent", "reply", "1", "-m", "Once, too.")
    with desk.daemon():
        desk.wait_until(lambda: [row["state"] for row in desk.json("outbox", "list")] == ["uncertain"], "uncertain")
        desk.wait_until(lambda: bots.confirmed == 1, "the update is confirmed")
        assert message_texts(desk) == ["Only once.", "Once, too."]
    assert bots.handed_over >= 2
    assert [sent.text for sent in bots.sent] == ["Once, too."]
    assert bots.confirmed == 1
