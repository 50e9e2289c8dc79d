"""`deskctl spam`, `unspam` and `block`, over the socket and without a daemon."""

from __future__ import annotations

from tests.cli.shell import Shell, mail


def test_spam_is_only_in_the_spam_list_until_unspam(desk: Shell) -> None:
    desk.ingest(mail("eve@spam.example", "Lottery"))
    desk.ingest(mail())
    desk("spam", "1", "--block", "domain")
    assert [row["number"] for row in desk.tickets()] == [2]
    assert [row["number"] for row in desk.tickets("--status", "closed")] == []
    assert [row["number"] for row in desk.tickets("--spam")] == [1]
    assert {row["number"] for row in desk.tickets("--all")} == {1, 2}
    desk("search", "lottery", "--exit-code", code=1)
    desk("search", "lottery", "--spam", "--exit-code")
    assert desk("block", "list", "--json").rows == [{"pattern": "@spam.example"}]
    document = desk.show(1)
    assert (document["spam"], document["spam_reason"], document["status"]) == (True, "agent1 said so", "closed")
    assert "Spam: agent1 said so" in desk("show", "1").out
    desk("unspam", "1")
    assert [row["number"] for row in desk.tickets()] == [1, 2]
    assert desk("block", "list").out == ""
    assert desk.show(1)["spam_reason"] is None


def test_undo_of_spam_removes_the_block(desk: Shell) -> None:
    desk.ingest(mail("eve@spam.example"))
    before = desk.show(1)["waiting_since"]
    desk("spam", "1", "--block", "sender")
    desk("undo")
    after = desk.show(1)
    assert (after["spam"], after["status"], after["waiting_since"]) == (False, "new", before)
    desk("block", "list", "--exit-code", code=1)


def test_mail_of_blocked_sender_is_spam_until_unblocked(desk: Shell) -> None:
    desk("block", "add", "@Spam.example", "bob@example.org")
    desk.ingest(mail("eve@spam.example"))
    assert desk.show(1)["spam_reason"] == "blocked sender"
    desk("block", "remove", "@spam.example")
    desk.ingest(mail("eve@spam.example"))
    assert desk.show(2)["spam"] is False
    assert desk("block", "list").out == "bob@example.org\n"
    assert "not blocked" in desk("block", "remove", "@spam.example", code=3).err
    desk("block", "add", "nonsense", code=2)


def test_show_prints_the_spam_verdict(desk: Shell) -> None:
    desk.ingest(mail(headers=[("X-Spam-Flag", "YES")]))
    assert desk("show", "1", "--json").row["spam_reason"] == "x-spam-flag: YES"
