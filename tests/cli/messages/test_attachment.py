"""`deskctl attachment`, over the socket and without a daemon."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from tests.cli.shell import Shell, mail


def test_attachment_is_listed_and_saved_without_overwriting(desk: Shell) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "support@acme.test", "x"
    message.set_content("see")
    message.add_attachment(b"\x00\x01pdf", maintype="application", subtype="pdf", filename="../../계약서.pdf")
    desk.ingest(message.as_bytes())
    (row,) = desk("attachment", "list", "1", "--json").rows
    desk("attachment", "save", str(row["id"]))
    assert (desk.folder / "계약서.pdf").read_bytes() == b"\x00\x01pdf"
    desk("attachment", "save", str(row["id"]), code=4)
    desk("attachment", "save", "999", code=3)


def test_attachments_of_a_ticket_get_distinct_names(local_desk: Shell, tmp_path: Path) -> None:
    local_desk.ingest(_with_files("a.txt", "A.TXT", "환불.pdf"))
    ids = [row["id"] for row in local_desk("attachment", "list", "1", "--json").rows]
    folder = tmp_path / "saved"
    folder.mkdir()
    local_desk("attachment", "save", "--all", "1", "-o", str(folder))
    assert sorted(p.name for p in folder.iterdir()) == sorted(["a.txt", f"A-{ids[1]}.TXT", "환불.pdf"])
    assert "already exists" in local_desk("attachment", "save", str(ids[0]), "-o", str(folder), code=4).err
    saved = local_desk("attachment", "save", str(ids[2]), "-o", str(folder), "--force", "--json").row
    assert saved == {"id": ids[2], "file": str(folder / "환불.pdf"), "size": 8}


def test_attachment_is_saved_to_the_given_path(local_desk: Shell) -> None:
    local_desk.ingest(_with_files("a.txt", "b.txt"))
    local_desk("attachment", "save", "1", "-o", "mine")
    assert (local_desk.folder / "mine").read_text() == "file no "
    local_desk("attachment", "save", "2")
    assert (local_desk.folder / "b.txt").exists()
    assert "not a folder: mine" in local_desk("attachment", "save", "1", "2", "-o", "mine", code=2).err
    local_desk("attachment", "save", code=2)
    local_desk("attachment", "save", "1", "--all", "1", code=2)
    assert local_desk("attachment", "save", "1", "-o", "-").out == "file no "


def _with_files(*names: str) -> bytes:
    from email import message_from_bytes, policy

    message = message_from_bytes(mail(), policy=policy.default)
    for name in names:
        message.add_attachment(b"file no ", maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()
