"""Reading a mailbox on a real IMAP server: no lost, duplicate or old mail."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from imapclient.imap_utf7 import encode

from deskctl.plugins import AuthFailed, Secret, StoreUnavailable, Unavailable
from deskctl.testing.builders import raw_mail
from deskctl.testing.fakes import MemoryContext
from deskctl_email.config import EmailConfig, Imap
from tests.crash.proxy import Proxy

ADDRESS = "support@acme.test"


def mailbox_config(mailbox: Any, max_size: int = 50 * 1024 * 1024, **imap: Any) -> EmailConfig:
    given = {
        "host": mailbox.host,
        "port": mailbox.port,
        "user": mailbox.user,
        "password": Secret("literal", mailbox.password),
        "poll": timedelta(seconds=1),
        **imap,
    }
    return EmailConfig(address=ADDRESS, imap=Imap(**given), max_size=max_size)


def subjects(context: MemoryContext) -> list[str]:
    """Return the subjects of the journalled mails, in order."""
    lines = [entry.raw.split(b"Subject: ")[1].split(b"\r\n")[0] for entry in context.journal]
    return [line.decode() for line in lines]


def mail(subject: str, **fields: Any) -> bytes:
    return raw_mail(subject=subject, **fields)


async def append(mailbox: Any, *messages: bytes, **where: Any) -> list[int]:
    return await asyncio.to_thread(mailbox.append_all, list(messages), **where)


async def wait_for_login(context: MemoryContext) -> None:
    await context.wait_for(lambda: context.load_state().get("imap"), "the first login is noted")


async def wait_for_mails(context: MemoryContext, count: int) -> None:
    # If the kernel has no more inotify instances, Dovecot polls every 30 s.
    await context.wait_for(lambda: len(context.journal) >= count, f"{count} mails are delivered", 45)


async def wait_for_flags(context: MemoryContext, mailbox: Any, uid: int, *flags: str) -> None:
    def are_set() -> bool:
        return mailbox.flags(uid) >= set(flags)

    for _ in range(100):
        if await asyncio.to_thread(are_set):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(await asyncio.to_thread(mailbox.flags, uid))


@pytest.mark.parametrize("idle", [True, False])
async def test_new_mail_is_ingested_and_old_mail_is_not(
    idle: bool, dovecot: Any, context: MemoryContext, running: Any
) -> None:
    mailbox = dovecot.mailbox()
    old = await append(mailbox, mail("old one"), mail("old two"))
    async with running(mailbox_config(mailbox, idle=idle), context):
        await wait_for_login(context)
        [uid] = await append(mailbox, mail("새 편지"))
        await wait_for_mails(context, 1)
        await wait_for_flags(context, mailbox, uid, "\\Seen", "$DeskctlTaken")
    [delivered] = context.journal
    assert delivered.raw == await asyncio.to_thread(mailbox.raw, uid)
    assert delivered.envelope.via == "imap"
    assert delivered.key.endswith(f"|{uid}")
    assert await asyncio.to_thread(mailbox.flags, old[0]) <= {"\\Recent"}


async def test_idle_announces_mail_immediately(dovecot: Any, context: MemoryContext, running: Any) -> None:
    mailbox = dovecot.mailbox()
    async with running(mailbox_config(mailbox, poll=timedelta(hours=1)), context):
        await wait_for_login(context)
        for number in range(1, 6):
            await append(mailbox, mail(f"number {number}"))
            await wait_for_mails(context, number)
    assert len(context.journal) == 5


async def test_mail_that_arrived_during_downtime_is_ingested_even_if_seen(
    dovecot: Any, context: MemoryContext, running: Any
) -> None:
    mailbox = dovecot.mailbox()
    async with running(mailbox_config(mailbox), context):
        await wait_for_login(context)
    [uid] = await append(mailbox, mail("meanwhile"))
    await asyncio.to_thread(mailbox.set_flags, uid, "\\Seen", "\\Answered")
    async with running(mailbox_config(mailbox), context):
        await wait_for_mails(context, 1)
    assert subjects(context) == ["meanwhile"]


async def test_many_mails_are_ingested_once_in_order(dovecot: Any, context: MemoryContext, running: Any) -> None:
    mailbox = dovecot.mailbox()
    async with running(mailbox_config(mailbox), context):
        await wait_for_login(context)
    await append(mailbox, *(mail(f"number {n}", text="x" * 60_000 if n % 10 == 0 else "x") for n in range(250)))
    async with running(mailbox_config(mailbox), context):
        await wait_for_mails(context, 250)
    assert subjects(context) == [f"number {n}" for n in range(250)]
    assert len(context.attempts) == 250
    async with running(mailbox_config(mailbox), context):
        await append(mailbox, mail("last"))
        await wait_for_mails(context, 251)
    assert len(context.attempts) == 251, "ingested mail is not fetched again"


async def test_move_creates_the_folder_and_empties_the_inbox(
    dovecot: Any, context: MemoryContext, running: Any
) -> None:
    mailbox = dovecot.mailbox()
    async with running(mailbox_config(mailbox, after="move:처리됨"), context):
        await wait_for_login(context)
        await append(mailbox, mail("one"), mail("two"))
        await wait_for_mails(context, 2)
        await wait_until_empty(mailbox)
    assert len(await asyncio.to_thread(mailbox.uids, encode("처리됨").decode())) == 2
    assert context.alerts == []


async def test_delete_removes_only_journalled_mail(dovecot: Any, context: MemoryContext, running: Any) -> None:
    mailbox = dovecot.mailbox()
    [old] = await append(mailbox, mail("old"))
    await asyncio.to_thread(mailbox.set_flags, old, "\\Deleted")
    async with running(mailbox_config(mailbox, after="delete"), context):
        await wait_for_login(context)
        await append(mailbox, mail("one"))
        await wait_for_mails(context, 1)
        for _ in range(100):
            if await asyncio.to_thread(mailbox.uids) == [old]:
                break
            await asyncio.sleep(0.05)
    assert await asyncio.to_thread(mailbox.uids) == [old], "mail that a person deleted is not expunged"


async def wait_until_empty(mailbox: Any) -> None:
    for _ in range(600):
        if not await asyncio.to_thread(mailbox.uids):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the inbox is not empty")


async def test_mail_over_the_limit_is_ingested_as_header_and_stays_on_the_server(
    dovecot: Any, context: MemoryContext, running: Any
) -> None:
    mailbox = dovecot.mailbox()
    large = mail("large", text="x\r\n" * 50_000)
    async with running(mailbox_config(mailbox, max_size=65_536, after="delete"), context):
        await wait_for_login(context)
        [uid, _] = await append(mailbox, large, mail("small"))
        await wait_for_mails(context, 2)
        await wait_for_flags(context, mailbox, uid, "\\Seen")
    stub, whole = sorted(context.journal, key=lambda entry: entry.envelope.size or 0, reverse=True)
    assert stub.envelope.size == len(large)
    assert stub.raw.endswith(b"\r\n\r\n")
    assert len(stub.raw) < 1000
    assert whole.envelope.size is None
    assert await asyncio.to_thread(mailbox.uids) == [uid]


async def test_store_failure_leaves_mail_on_the_server(dovecot: Any, context: MemoryContext, running: Any) -> None:
    mailbox = dovecot.mailbox()
    config = mailbox_config(mailbox, after="delete")
    async with running(config, context):
        await wait_for_login(context)
    [uid] = await append(mailbox, mail("one"))
    context.refuse = True
    from deskctl_email.channel import EmailChannel

    channel = EmailChannel(config, context)
    with pytest.raises(Unavailable):
        await channel.receive()
    assert await asyncio.to_thread(mailbox.uids) == [uid]
    context.refuse = False
    async with running(config, context):
        await wait_for_mails(context, 1)
        await wait_until_empty(mailbox)


class Crashing(MemoryContext):
    """A context that fails once at a step, as if the process had crashed there."""

    def __init__(self, step: str) -> None:
        super().__init__("support")
        self.step = step

    def deliver_blocking(self, batch: list[Any]) -> None:
        super().deliver_blocking(batch)
        self._perhaps("delivered")

    def save_state(self, state: Mapping[str, Any]) -> None:
        if self.journal:
            self._perhaps("before the cursor")
        super().save_state(state)
        if self.journal:
            self._perhaps("after the cursor")

    def _perhaps(self, step: str) -> None:
        if self.step == step:
            self.step = ""
            raise StoreUnavailable("killed here")


@pytest.mark.parametrize("step", ["delivered", "before the cursor", "after the cursor"])
@pytest.mark.parametrize("after", ["flag", "move:Taken", "delete"])
async def test_crash_between_two_steps_neither_loses_nor_duplicates_mail(
    step: str, after: str, dovecot: Any, running: Any
) -> None:
    from deskctl_email.channel import EmailChannel

    context = Crashing(step)
    mailbox = dovecot.mailbox()
    config = mailbox_config(mailbox, after=after)
    async with running(config, context):
        await wait_for_login(context)
    uids = await append(mailbox, mail("one"), mail("two"))
    with pytest.raises(Unavailable):
        await EmailChannel(config, context).receive()
    async with running(config, context):
        await append(mailbox, mail("three"))
        await wait_for_mails(context, 3)
        if after == "flag":
            await wait_for_flags(context, mailbox, uids[0], "\\Seen")
        else:
            await wait_until_empty(mailbox)
    assert subjects(context) == ["one", "two", "three"]


async def test_wrong_password_stops_the_channel_and_is_not_shown(dovecot: Any, context: MemoryContext) -> None:
    from deskctl_email.channel import EmailChannel

    mailbox = dovecot.mailbox()
    channel = EmailChannel(mailbox_config(mailbox, password=Secret("literal", "wrong-word")), context)
    with pytest.raises(AuthFailed) as caught:
        await channel.receive()
    assert "wrong-word" not in str(caught.value)
    assert mailbox.user in str(caught.value)


async def test_missing_folder_is_named(dovecot: Any, context: MemoryContext) -> None:
    from deskctl_email.channel import EmailChannel

    with pytest.raises(Unavailable, match="no longer has the folder Nowhere"):
        await EmailChannel(mailbox_config(dovecot.mailbox(), folder="Nowhere"), context).receive()
    assert "Nowhere" in context.alerts[0][0]


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_mailbox_is_read_over_tls(
    security: Any, dovecot: Any, context: MemoryContext, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if dovecot.certificate is None:
        pytest.skip("no openssl")
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate.cert))
    mailbox = dovecot.mailbox()
    port = dovecot.tls_port if security == "tls" else dovecot.port
    async with running(mailbox_config(mailbox, security=security, port=port), context):
        await wait_for_login(context)
        for number in range(1, 4):
            await append(mailbox, mail(f"number {number}"))
            await wait_for_mails(context, number)


async def test_untrusted_certificate_sends_an_alert(dovecot: Any, context: MemoryContext) -> None:
    from deskctl_email.channel import EmailChannel

    if dovecot.certificate is None:
        pytest.skip("no openssl")
    config = mailbox_config(dovecot.mailbox(), security="tls", port=dovecot.tls_port)
    with pytest.raises(Unavailable, match="untrusted"):
        await EmailChannel(config, context).receive()
    assert "untrusted" in context.alerts[0][0]


async def test_reading_continues_after_server_restart(dovecot: Any, context: MemoryContext, running: Any) -> None:
    from deskctl_email.channel import EmailChannel

    mailbox = dovecot.mailbox()
    config = mailbox_config(mailbox)
    channel = EmailChannel(config, context)
    task = asyncio.create_task(channel.receive())
    await wait_for_login(context)
    dovecot.stop()  # in this thread: the server ends together with the thread that started it
    with pytest.raises(Unavailable):
        await asyncio.wait_for(task, 20)
    with pytest.raises(Unavailable):
        await channel.receive()
    dovecot.start()
    async with running(config, context):
        await append(mailbox, mail("after"))
        await wait_for_mails(context, 1)


async def test_new_uidvalidity_ingests_new_mail_but_no_old_mail(
    dovecot: Any, context: MemoryContext, running: Any
) -> None:
    mailbox = dovecot.mailbox()
    config = mailbox_config(mailbox, folder="Desk")
    ancient = ' "01-Jan-2020 00:00:00 +0000"'
    await append(mailbox, mail("old"), folder="Desk")
    async with running(config, context):
        await wait_for_login(context)
        await append(mailbox, mail("one"), folder="Desk")
        await wait_for_mails(context, 1)
    before = context.load_state()["imap"]
    await asyncio.to_thread(mailbox.remove, "Desk")
    await asyncio.to_thread(
        rebuild, mailbox, [(mail("old"), ancient.strip()), (mail("restored"), ""), (mail("new"), "")]
    )
    async with running(config, context):
        await wait_for_mails(context, 3)
        await append(mailbox, mail("later"), folder="Desk")
        await wait_for_mails(context, 4)
    assert subjects(context) == ["one", "restored", "new", "later"]
    after = context.load_state()["imap"]
    [name] = before
    assert before[name]["uidvalidity"] != after[name]["uidvalidity"]
    assert before[name]["since"] == after[name]["since"]


async def test_many_unknown_mails_after_new_uidvalidity_require_a_decision(
    dovecot: Any, context: MemoryContext, running: Any
) -> None:
    mailbox = dovecot.mailbox()
    config = mailbox_config(mailbox, folder="Desk")
    await append(mailbox, mail("first"), folder="Desk")
    async with running(config, context):
        await wait_for_login(context)
    await asyncio.to_thread(mailbox.remove, "Desk")
    await append(mailbox, *(mail(f"number {n}") for n in range(201)), folder="Desk")
    async with running(config, context):
        await context.wait_for(lambda: context.alerts, "an alert is sent")
    assert "201 mails" in context.alerts[0][0]
    assert context.journal == []
    with mailbox.imap() as client:
        client.select("Desk")
        client.uid("STORE", "1", "+FLAGS", "(\\Deleted)")
        client.expunge()
    async with running(config, context):
        await wait_for_mails(context, 200)
    assert len(context.journal) == 200


def rebuild(mailbox: Any, messages: list[tuple[bytes, str]]) -> None:
    """Create the folder again with these mails and their arrival dates."""
    with mailbox.imap() as client:
        client.create("Desk")
        for raw, date in messages:
            status, data = client.append("Desk", "", f'"{date.strip(chr(34))}"' if date else "", raw)
            assert status == "OK", data


class IdleWatch(Proxy):
    """A proxy that notices when the client sends IDLE."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.idle = threading.Event()

    def take(self, said: bytes | None) -> None:
        if said is not None and b" IDLE" in said:
            self.idle.set()


async def test_cancel_ends_idle_promptly(dovecot: Any, context: MemoryContext) -> None:
    from deskctl_email.channel import EmailChannel

    proxy = IdleWatch(dovecot.port)
    channel = EmailChannel(mailbox_config(dovecot.mailbox(), port=proxy.port), context)
    task = asyncio.create_task(channel.receive())
    assert await asyncio.to_thread(proxy.idle.wait, 30)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=3)
    assert done
    await channel.aclose()
    proxy.close()
