"""One customer on all channels, the knowledge base and plugins, as a list of commands: on both stores, over the socket
and without a daemon, which then runs only while the desk receives Telegram messages."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import pytest

from deskctl.testing.smtp_sink import Received, SmtpSink
from tests.cli.shell import NewDesk, Result, Shell, mail
from tests.servers.telegram import TOKEN, BotServer
from tests.servers.waiting import wait_until

CHANNEL = """
[channels.tg]
type = "telegram"
token = {{ env = "TG_TOKEN" }}
api = "{api}"
team = "support"
greeting = "Hello! This is Acme."
hours = "Mon to Fri, 9 to 18"
"""
REFUND = "카드로 결제한 금액은 환불을 신청하면 3일 안에 돌려드립니다. 주문 번호를 알려 주세요.\n"
ENGLISH = """# How to change the delivery address

Open your order and choose *Change the delivery address*, until the parcel is sent.
"""


class Acme:
    """A desk with mail, Telegram and a knowledge base; `with acme.daemon():` always has a daemon."""

    def __init__(self, made: Shell, bots: BotServer, sink: SmtpSink, *, socket: bool) -> None:
        self.shell, self.bots, self.sink, self.socket = made, bots, sink, socket

    def __call__(self, line: str, code: int = 0) -> Result:
        """Run a line. Raises AssertionError for another exit code."""
        command, *words = shlex.split(line)
        assert command == "deskctl"
        return self.shell(*words, code=code)

    def received(self, address: str) -> Received:
        """Return the first mail to an address."""
        found = wait_until(
            lambda: next((m for m in self.sink.mails if m.recipients == (address,)), None), what=f"mail for {address}"
        )
        assert found is not None
        return found

    def __enter__(self) -> None:
        """Run the daemon in this block."""
        if not self.socket:
            self.shell.start()

    def __exit__(self, *_: object) -> None:
        if not self.socket:
            self.shell.stop()


@pytest.fixture(params=["socket", "alone"])
def acme(request: pytest.FixtureRequest, new_desk: NewDesk, sink: SmtpSink) -> Iterator[Acme]:
    made = new_desk(smtp=sink.port)
    made.env["TG_TOKEN"] = TOKEN
    with BotServer() as bots:
        config = made.folder / "config.toml"
        text = config.read_text().replace("[channels.support]\n", "[channels.support]\nanswer = true\n")
        text = text.replace('#undo_window = "10s"', 'undo_window = "1s"')
        config.write_text(text + CHANNEL.format(api=bots.url))
        socket = request.param == "socket"
        if socket:
            made.start()
        yield Acme(made, bots, sink, socket=socket)
        made.stop()


@pytest.mark.slow
def test_transcript_of_channels_and_knowledge_base_works(acme: Acme) -> None:
    assert acme("deskctl config check").out.endswith("no problems found\n")
    one_customer(acme)
    from_mail_to_telegram_and_back(acme)
    found(acme)
    knowledge(acme)
    answered_by_an_article(acme)
    plugins(acme)
    export_and_erase(acme)


def one_customer(acme: Acme) -> None:
    """Merge contacts 1 (mail) and 2 (phone)."""
    acme.shell.ingest(mail("김민수 <minsu@example.kr>", "결제 오류", "카드가 두 번 결제되었습니다. broken link"))
    made = acme(
        "deskctl new --channel phone --from +82-2-555-0101 --direction in --duration 4m"
        ' --callback "tomorrow 10:00" -m "환불을 원합니다."'
    )
    assert "2" in made.out
    assert [row["id"] for row in acme("deskctl contact list --json").rows] == [2, 1]
    for merged, parted in (("merge 1 2", "contact unmerge 2"), ("merge 1 2", "undo"), ("merge 1 2", "")):
        acme(f"deskctl contact {merged}")
        assert [ticket["number"] for ticket in acme("deskctl contact show 1 --json").row["tickets"]] == [2, 1]
        if parted:
            acme(f"deskctl {parted}")
            assert [ticket["number"] for ticket in acme("deskctl contact show 1 --json").row["tickets"]] == [1]
    assert "a contact cannot be merged with itself" in acme("deskctl contact merge 1 1", 4).err
    acme("deskctl contact set 1 tier=vip org=acme language=ko")
    acme("deskctl contact set 1 tier", 2)
    [row] = acme("deskctl contact list --json").rows
    assert (row["tier"], row["org"], row["language"], row["open"]) == ("vip", "acme", "ko", 2)
    timeline = acme("deskctl contact show 1").out.partition("\nTimeline\n")[2]
    assert 0 < timeline.index("카드가 두 번") < timeline.index("환불을 원합니다.")
    acme("deskctl contact show 99", 3)


def from_mail_to_telegram_and_back(acme: Acme) -> None:
    """Continue ticket 1 in the chat, and by mail again."""
    said = acme("deskctl contact link 1 --channel tg").out
    code = said.partition("/start ")[2].split()[0]
    with acme:
        acme.bots.customer_writes(42, f"/start {code}")
        assert "together with your earlier messages" in acme.bots.wait_sent(1)[0].text or "알" in acme.bots.sent[0].text
        acme.bots.customer_writes(666, f"/start {code}")
        assert acme.bots.wait_sent(2)[1].params["chat_id"] == "666"
    [row] = [row for row in acme("deskctl contact list --json").rows if row["id"] == 1]
    assert {"42", "minsu@example.kr", "+8225550101"} == set(row["addresses"])
    with acme:
        acme("deskctl reply 1 --via tg -m '어느 결제입니까?' --wait")
        asked = acme.bots.wait_sent(3)[2]
        assert (asked.params["chat_id"], "어느 결제입니까?" in asked.text) == ("42", True)
        acme.bots.customer_writes(42, "두 번째 결제입니다.")
        wait_until(lambda: len(acme.shell.show(1)["messages"]) == 3, what="the customer's answer is there")
    assert "── 김민수 (42) · " in acme("deskctl show 1").out
    acme('deskctl reply 1 --via support -m "continuing by mail"')
    ways = [(m["kind"], m["channel"]) for m in acme.shell.show(1)["messages"]]
    assert ways == [("in", "support"), ("out", "tg"), ("in", "tg"), ("out", "support")]
    with acme:
        by_mail = acme.received("minsu@example.kr")
    assert "continuing by mail" in by_mail.text
    timeline = acme("deskctl contact show 1").out.partition("\nTimeline\n")[2]
    places = [timeline.find(words) for words in ("카드가", "환불을", "어느", "두 번째", "continuing")]
    assert -1 not in places
    assert places == sorted(places)
    assert {row["by"] for row in acme("deskctl log --contact 1 --json").rows} <= {"agent1", "system:intake"}


def found(acme: Acme) -> None:
    hits = acme('deskctl search "결제 오류" --json').rows
    assert all(set(hit) >= {"number", "subject", "message", "snippet", "at"} for hit in hits)
    assert {(hit["number"], hit["subject"]) for hit in hits} == {(1, "결제 오류")}
    assert [hit["at"] for hit in hits] == sorted((hit["at"] for hit in hits), reverse=True)
    assert "결제" in acme('deskctl search "결제 오류"').out
    assert [hit["number"] for hit in acme('deskctl search "broken link" --rank --json').rows] == [1]
    assert [hit["number"] for hit in acme("deskctl search --json 환불").rows] == [2]
    assert acme("deskctl search --json nowhere").rows == []


def knowledge(acme: Acme) -> None:
    folder = acme.shell.folder
    (folder / "refund.md").write_text(REFUND)
    docs = folder / "docs"
    docs.mkdir()
    (docs / "address.md").write_text(ENGLISH)
    (docs / "night.md").write_text("---\npublic: false\n---\n# Whom to call at night\n\nMina.\n")
    (docs / "notes.txt").write_text("no article")
    acme('deskctl kb add "환불 방법" -f refund.md --public --tag billing')
    acme("deskctl kb import docs/ --public")
    imported = {row["title"]: (row["id"], row["public"]) for row in acme("deskctl kb list --json").rows}
    assert {title: public for title, (_, public) in imported.items()} == {
        "환불 방법": True,
        "How to change the delivery address": True,
        "Whom to call at night": False,
    }
    night = imported["Whom to call at night"][0]
    assert "unchanged" in acme("deskctl kb import docs/ --public").out or acme("deskctl kb history 2 --json").rows
    acme("deskctl kb export out/")
    assert "Mina." in "".join(file.read_text() for file in (folder / "out").rglob("*.md"))
    [best, *_] = acme('deskctl kb search "카드 환불" --json').rows
    assert {"id", "title", "language", "public", "score", "snippet"} <= set(best)
    assert (best["id"], best["title"], best["language"], best["public"]) == (1, "환불 방법", "ko", True)
    assert len(acme('deskctl kb search "how to change" --json --limit 1').rows) == 1
    assert "3일 안에" in acme("deskctl kb show 1").out
    acme("deskctl kb edit 1 --title '카드 환불 방법' -f refund.md")
    assert [row["version"] for row in acme("deskctl kb history 1 --json").rows] == [2, 1]
    acme("deskctl kb retire 1")
    acme("deskctl show 2")
    assert "retired" in acme("deskctl reply 2 --kb 1", 4).err
    acme("deskctl kb publish 1")
    assert [row["id"] for row in acme("deskctl kb suggest 2 --json").rows][:1] == [1]
    assert "internal" in acme(f"deskctl reply 2 --kb {night}", 4).err
    assert "Mina" not in str(acme.shell.show(2))
    acme("deskctl reply 1 --kb 1")
    assert "3일 안에" in acme.shell.show(1)["messages"][-1]["text"]
    acme("deskctl kb show 99", 3)
    (docs / "broken.md").write_bytes(b"# x\n\xff\xfe\x00")
    assert "broken.md" in acme("deskctl kb import docs/", 2).err
    (docs / "broken.md").unlink()


def answered_by_an_article(acme: Acme) -> None:
    """Answer a question by mail automatically; the customer chooses 1."""
    question = mail("Ana <ana@example.org>", "Address", "How do I change the delivery address of my order?")
    with acme:
        acme.shell.ingest(question)
        answer = acme.received("ana@example.org")
        assert "automatic answer" in answer.text
        assert "Mina" not in answer.text
        acme.shell.ingest(
            mail("Ana <ana@example.org>", "Re: Address", "1", [("In-Reply-To", str(answer.message["Message-ID"]))])
        )
        wait_until(lambda: acme.shell.show(3)["status"] == "solved", what="the ticket is solved")
        wait_until(lambda: acme("deskctl plugin jobs --json").rows == [], what="the knowledge base has counted it")
    assert "1 solved" in acme("deskctl kb stats").out
    acme("deskctl kb gaps")


def plugins(acme: Acme) -> None:
    names = {row["name"] for row in acme("deskctl plugin list --json").rows}
    assert {"console", "email", "kb", "telegram"} <= names
    assert "kb.search" in acme("deskctl plugin show kb").out
    acme("deskctl plugin disable kb")
    acme("deskctl plugin enable kb")
    acme("deskctl plugin enable nobody", 3)
    acme("deskctl plugin hooks")
    acme("deskctl plugin new my-channel")
    assert (acme.shell.folder / "deskctl-my-channel" / "pyproject.toml").exists()
    acme("deskctl plugin new my-channel", 4)


def export_and_erase(acme: Acme) -> None:
    acme("deskctl contact export 1")
    assert (acme.shell.folder / "contact-1" / "contact.json").exists()
    acme("deskctl contact erase 1", 4)
    acme("deskctl contact erase 1 --yes")
    left = acme("deskctl contact show 1 --json").out + acme("deskctl show 1 --json --full").out
    assert not [word for word in ("민수", "카드가", "두 번째", "continuing") if word in left]
    assert acme("deskctl search 결제 --json").rows == []
