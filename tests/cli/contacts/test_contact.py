"""`deskctl contact`, over the socket and without a daemon."""

from __future__ import annotations

import json

from tests.cli.shell import Shell, mail

CALL = ("new", "--channel", "phone", "--from", "+82-2-555-0101", "--direction", "in", "--duration", "4m")


def test_contact_merge_joins_mail_and_phone(desk: Shell) -> None:
    desk.ingest(mail("김민수 <minsu@example.org>", "결제 오류", "카드가 두 번 결제되었습니다."))
    desk(*CALL, "--callback", "tomorrow 10:00", "-m", "환불을 원합니다.")
    assert "did you mean tier?" in desk("contact", "set", "2", "teir=vip", code=2).err
    done = desk("contact", "set", "2", "tier=vip", "org=에이씨엠이").out
    assert done == "contact 2: tier is vip, org is 에이씨엠이\n"
    assert desk("contact", "merge", "1", "1", code=4).err.startswith("error: a contact cannot be merged with itself")
    dry = desk("contact", "merge", "1", "2", "--dry-run").out
    assert dry == "dry run: contact 2 merged into contact 1\n"
    assert len(desk("contact", "list", "--json").rows) == 2
    desk("contact", "merge", "1", "2")
    [row] = desk("contact", "list", "--org", "에이씨엠이", "--tier", "VIP", "--search", "김민수", "--json").rows
    assert (row["id"], row["tier"], row["open"]) == (1, "vip", 2)
    assert row["addresses"] == ["minsu@example.org", "+8225550101"]
    shown = desk("show", "2").out
    assert "From 김민수 <+8225550101> · contact 1 · vip · 에이씨엠이" in shown
    assert "incoming call, 4 min" in shown
    assert "Call back" in shown
    assert "Other open tickets: #1 결제 오류 (support)" in shown
    head, _, timeline = desk("contact", "show", "2").out.partition("\nTimeline\n")
    assert "contact 2 was merged into contact 1:" in head
    assert timeline.index("카드가 두 번") < timeline.index("환불을 원합니다")
    assert [r["kind"] for r in desk("log", "--contact", "1", "--json").rows] == ["contact_changed", "contact_merged"]
    desk("contact", "unmerge", "2")
    assert [t["number"] for t in desk("contact", "show", "2", "--json").row["tickets"]] == [2]
    assert "senders can be forged" in desk("contact", "link", "1", "--channel", "support", code=4).err
    code = desk("contact", "link", "1", "--json").row["facts"]["code"]
    assert code not in desk("log", "--contact", "1").out


EXPORTED = "exported contact 1 to contact-1/: tickets: 1, messages: 2, attachments: 1\n"


def test_contact_export_leaves_out_notes_and_erase_removes_personal_data(desk: Shell) -> None:
    desk.ingest(mail("김민수 <minsu@example.org>", "결제 오류", "카드 1234"))
    (desk.folder / "영수증.txt").write_text("receipt")
    desk("reply", "1", "-m", "확인했습니다.", "--attach", "영수증.txt")
    desk("note", "1", "-m", "secret note")
    assert desk("contact", "export", "1").out == EXPORTED
    folder = desk.folder / "contact-1"
    about = json.loads((folder / "contact.json").read_text())
    assert (about["name"], about["tickets"]) == ("김민수", [1])
    ticket = json.loads((folder / "tickets" / "1.json").read_text())
    assert [m["kind"] for m in ticket["messages"]] == ["in", "out"]
    [file] = ticket["messages"][1]["attachments"]
    assert (folder / file["file"]).read_text() == "receipt"
    assert "카드 1234" in (folder / ticket["messages"][0]["file"]).read_text()
    assert "already exists" in desk("contact", "export", "1", code=4).err
    desk("contact", "export", "1", "--force", "--notes")
    assert "secret note" in "".join(p.read_text() for p in (folder / "messages").iterdir())
    assert "confirmation needs a terminal; pass --yes" in desk("contact", "erase", "1", code=4).err
    assert "dry run" in desk("contact", "erase", "1", "--dry-run").out
    assert desk("contact", "show", "1", "--json").row["name"] == "김민수"
    facts = desk("contact", "erase", "1", "--yes", "--json").row["facts"]
    assert (facts["tickets"], facts["messages"], facts["attachments"], facts["addresses"]) == (1, 3, 1, 1)
    left = desk("contact", "show", "1", "--json").out + desk("show", "1", "--json", "--full").out
    assert not [word for word in ("민수", "카드", "secret", "영수증") if word in left]
    events = [row["kind"] for row in desk("log", "--contact", "1", "--json").rows]
    assert events == ["contact_exported", "contact_exported", "contact_erased"]
    assert "was erased" in desk("contact", "export", "1", "--force", code=4).err


def test_contact_is_found_by_address(desk: Shell) -> None:
    desk.ingest(mail("Ana <ana@example.org>"))
    desk("new", "--channel", "phone", "--from", "+82-2-555-0101", "-m", "called")
    assert desk("contact", "show", "ANA@example.org", "--json").row["id"] == 1
    assert desk("contact", "show", "+82 2 555 0101", "--json").row["id"] == 2
    assert "did you mean ana@example.org?" in desk("contact", "show", "anna@example.org", code=3).err
    desk("contact", "set", "ana@example.org", "tier=vip")
    assert desk("contact", "show", "1", "--json").row["tier"] == "vip"
