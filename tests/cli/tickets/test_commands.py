"""The commands on tickets, over the socket and without a daemon."""

from __future__ import annotations

import base64
import re
from email.message import EmailMessage

import pytest

from deskctl.cli.width import width
from tests.cli.shell import Shell, mail

TICKET = [
    "number", "subject", "status", "priority", "channel", "team", "assignee", "contact", "tags", "language",
    "created_at", "updated_at", "waiting_since", "due_at", "sla", "callback_at", "tier",
    "approval",
]  # fmt: skip
MESSAGE = {
    "id", "kind", "author", "sent_at", "subject", "text", "visible_text", "attachments", "delivery",
    "delivery_error", "ticket", "automatic", "verified", "channel", "choices", "original",
    "call", "version", "to", "cc", "bcc", "reply_to", "doubt", "may_answer", "deliveries",
}  # fmt: skip
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


class TestDocuments:
    """The JSON output for scripts: exact keys, times in UTC."""

    def test_list_prints_one_documented_object_per_line(self, desk: Shell) -> None:
        desk.ingest(mail("Ana Kim <ana@example.org>", "환불"))
        row = desk("list", "--json").row
        assert list(row) == TICKET
        assert list(row["contact"]) == ["id", "name", "address", "tier", "org"]
        assert (row["contact"]["name"], row["contact"]["address"]) == ("Ana Kim", "ana@example.org")
        assert (row["subject"], row["status"], row["priority"], row["channel"]) == ("환불", "new", "normal", "support")
        assert (row["team"], row["assignee"], row["tags"]) == ("support", None, [])
        assert all(MOMENT.fullmatch(row[key]) for key in ("created_at", "updated_at", "waiting_since"))

    def test_show_adds_messages_and_events(self, desk: Shell) -> None:
        desk.ingest(mail())
        desk("note", "1", "-m", "remember")
        document = desk.show(1)
        assert set(TICKET) <= set(document)
        assert [(m["kind"], m["author"]) for m in document["messages"]] == [
            ("in", "ana@example.org"),
            ("note", "agent1"),
        ]
        assert all(set(m) == MESSAGE for m in document["messages"])
        assert all({"kind", "at", "by"} <= set(e) and MOMENT.fullmatch(e["at"]) for e in document["events"])
        assert document["events"][0]["kind"] == "ticket_created"

    def test_outbox_and_inbox_print_their_documented_keys(self, desk: Shell) -> None:
        desk.ingest(mail())
        desk("reply", "1", "-m", "x")
        (row,) = desk("outbox", "list", "--json", "--all", "--ticket", "1").rows[-1:]
        assert list(row) == [
            "id", "ticket", "to", "state", "attempts", "next_attempt_at", "last_error", "message_id",
        ]  # fmt: skip
        (row,) = desk("inbox", "list", "--json", "--all").rows
        keys = ["id", "channel", "received_at", "from", "subject", "state", "attempts", "reason"]
        assert [key for key in row if key in keys] == keys
        assert row["state"] == "done"
        assert desk("inbox", "list", "--json").out == ""

    def test_command_prints_its_outcome(self, desk: Shell) -> None:
        desk.ingest(mail())
        outcome = desk("take", "1", "--json").row
        assert set(outcome) == {"command", "changed", "said", "tickets", "subjects", "facts"}
        assert (outcome["changed"], outcome["tickets"]) == (True, [1])

    def test_columns_option_selects_and_orders(self, desk: Shell) -> None:
        desk.ingest(mail(subject="One"))
        assert desk("list", "--columns", "subject,number,status").out == "One\t1\tnew\n"
        assert desk("list", "--json", "--columns", "number,subject").row == {"number": 1, "subject": "One"}
        assert "columns: number" in desk("list", "--columns", "colour", code=2).err

    def test_common_options_work_before_and_after_the_command(self, desk: Shell) -> None:
        desk.ingest(mail())
        config = str(desk.folder / "config.toml")
        before = desk("--config", config, "--json", "list").out
        assert before == desk("list", "--json", "--config", config).out != ""


class TestListing:
    def test_solved_tickets_are_listed_only_with_all(self, desk: Shell) -> None:
        for subject in "abc":
            desk.ingest(mail(f"{subject}@example.org", subject))
        desk("solve", "2")
        desk("set", "1", "priority=high")
        assert [row["number"] for row in desk.tickets()] == [1, 3]
        assert [row["number"] for row in desk.tickets("--all")] == [1, 2, 3]
        assert [row["number"] for row in desk.tickets("--all", "--limit", "2")] == [1, 2]
        assert [row["number"] for row in desk.tickets("--status", "solved")] == [2]
        assert [row["number"] for row in desk.tickets("--priority", "high")] == [1]

    def test_filters_by_owner(self, desk: Shell) -> None:
        desk.ingest(mail("a@example.org"))
        desk.ingest(mail("b@example.org"))
        desk("take", "2")
        assert [row["number"] for row in desk.tickets("--mine")] == [2]
        assert [row["number"] for row in desk.tickets("--assignee", "none")] == [1]
        assert [row["number"] for row in desk.tickets("--contact", "a@example.org")] == [1]

    def test_exit_code_option_reports_an_empty_list(self, desk: Shell) -> None:
        desk("list")
        desk("list", "--exit-code", code=1)
        desk.ingest(mail())
        desk("list", "--exit-code")

    def test_search_finds_korean_words_of_two_syllables(self, desk: Shell) -> None:
        desk.ingest(mail(subject="문의", text="지난주에 산 것을 환불해 주세요."))
        desk.ingest(mail("b@example.org", "Printer"))
        row = desk("search", "환불", "--json").row
        assert list(row) == ["number", "subject", "message", "snippet", "at"]
        assert (row["number"], row["subject"], row["snippet"]) == (1, "문의", "지난주에 산 것을 ⟦환불⟧해 주세요.")
        assert desk("search", "산 것을", "환불").out.split("\t")[3] == "지난주에 산 것을 환불해 주세요."
        assert desk("search", "환불", "printer", "--json").out == ""

    def test_search_reports_no_match(self, desk: Shell) -> None:
        desk.ingest(mail(subject="Printer"))
        nothing = desk("search", "scanner", "환불")
        assert (nothing.out, "scanner 환불" in nothing.err, "fewer words" in nothing.err) == ("", True, True)
        desk("search", "scanner", "--exit-code", code=1)
        desk("search", "printer", "--exit-code")
        desk("search", "!!!", code=2)

    def test_search_finds_contacts(self, desk: Shell) -> None:
        desk.ingest(mail("berta@shop.example", "Printer"))
        assert desk("search", "berta", "--contacts", "--json").row["addresses"] == ["berta@shop.example"]
        assert desk("search", "berta", "--json").out == ""

    def test_db_reindex_rebuilds_the_index(self, desk: Shell) -> None:
        desk.ingest(mail(subject="Printer"))
        desk.stop()
        assert desk("db", "reindex", "--json").row["messages"] == 1
        assert desk("search", "printer", "--json").row["number"] == 1

    def test_ticket_number_of_a_mail_subject_is_accepted(self, desk: Shell) -> None:
        for n in (1, 2, 3):
            desk.ingest(mail(f"user{n}@example.org"))
        for word in ("2", "#2", "[#2]", "＃２", "２"):
            assert desk("show", word, "--json").row["number"] == 2
            assert desk("search", word if "#" in word or "＃" in word else "#2", "--json").row["number"] == 2
        desk("take", "-", input="[#1]\n#2 ＃３\n")
        assert {row["number"] for row in desk("list", "--mine", "--json").rows} == {1, 2, 3}
        for word in ("[2]", "#", "[#2", "##2", "#-2", "2²"):
            assert word in desk("show", word, code=2).err

    def test_deskctl_without_command_lists_my_tickets(self, desk: Shell) -> None:
        desk.ingest(mail("a@example.org"))
        desk.ingest(mail("b@example.org"))
        desk("take", "2")
        assert [row["number"] for row in desk("--json").rows] == [2]


class TestReplying:
    def test_reply_is_refused_after_an_unseen_message(self, desk: Shell) -> None:
        first = mail(headers=[("X-Test", "1")])
        desk.ingest(first)
        message_id = re.search(rb"Message-ID: (<[^>]+>)", first)
        assert message_id is not None
        desk("show", "1")
        desk.ingest(mail(subject="Re: Printer", text="Never mind!", headers=[("References", message_id[1].decode())]))
        refused = desk("reply", "1", "-m", "We come.", code=4)
        assert "Never mind!" in refused.err
        assert "--force" in refused.err
        assert [m["kind"] for m in desk.show(1)["messages"]] == ["in", "in"]
        desk("reply", "1", "-m", "We come.", "--force")
        assert [m["kind"] for m in desk.show(1)["messages"]] == ["in", "in", "out"]

    def test_reply_is_accepted_after_show(self, desk: Shell) -> None:
        first = mail()
        desk.ingest(first)
        message_id = re.search(rb"Message-ID: (<[^>]+>)", first)
        assert message_id is not None
        desk("show", "1")
        desk.ingest(mail(text="More.", headers=[("References", message_id[1].decode())]))
        desk("reply", "1", "-m", "x", code=4)
        desk("show", "1")
        desk("reply", "1", "-m", "x")

    def test_reply_reads_text_from_file_or_pipe(self, desk: Shell) -> None:
        desk.ingest(mail())
        (desk.folder / "answer.txt").write_text("안녕하세요\n")
        desk("reply", "1", "answer.txt", "--status", "open")
        desk("reply", "1", "-", input="from a pipe\n")
        assert [m["text"] for m in desk.show(1)["messages"][1:]] == ["안녕하세요", "from a pipe"]

    def test_unknown_insert_or_channel_sends_nothing(self, desk: Shell) -> None:
        desk.ingest(mail())
        assert "no suggestion nothing:1" in desk("reply", "1", "--insert", "nothing:1", "-m", "x", code=3).err
        assert "did you mean support" in desk("reply", "1", "--via", "suport", "-m", "x", code=3).err
        assert (
            "known addresses: ana@example.org (email)"
            in desk("reply", "1", "--to", "eve@a.example", "-m", "x", code=4).err
        )
        assert "ana@example.org" not in desk("outbox", "list").out

    def test_undone_reply_is_never_sent(self, desk: Shell) -> None:
        desk.ingest(mail())
        desk("reply", "1", "-m", "Too fast")
        desk("undo")
        assert [m["kind"] for m in desk.show(1)["messages"]] == ["in"]
        assert desk.show(1)["status"] != "pending"
        states = {row["state"] for row in desk("outbox", "list", "--all", "--json", "--ticket", "1").rows
                  if row["to"] == ["ana@example.org"]}  # fmt: skip
        assert states == {"cancelled"}

    def test_editor_needs_a_terminal(self, desk: Shell) -> None:
        desk.ingest(mail())
        assert "-m TEXT" in desk("reply", "1", code=2).err


class TestActingAgent:
    def test_as_option_overrides_the_environment(self, desk: Shell) -> None:
        desk.ingest(mail())
        desk("take", "1", "--as", "agent2")
        assert desk.show(1)["assignee"] == "agent2"

    def test_missing_agent_error_lists_the_agents(self, desk: Shell) -> None:
        desk.ingest(mail())
        error = desk("take", "1", code=2, env={"DESKCTL_AGENT": ""}).err
        assert "agent1, agent2, lead" in error
        assert "--as" in error

    def test_unknown_agent_is_refused_with_a_suggestion(self, desk: Shell) -> None:
        desk.ingest(mail())
        assert "agent1" in desk("take", "1", "--as", "agnet1", code=2).err

    def test_reading_and_administration_need_no_agent(self, desk: Shell) -> None:
        nobody = {"DESKCTL_AGENT": "somebody-else"}
        desk("list", env=nobody)
        desk("agent", "add", "new1", "--name", "New", "--email", "new1@acme.test", env=nobody)
        assert "new1" in {row["handle"] for row in desk("agent", "list", "--json").rows}

    def test_agent_is_found_by_login(self, desk: Shell) -> None:
        import getpass

        desk.ingest(mail())
        desk("agent", "set", "agent2", "--login", getpass.getuser())
        desk("take", "1", env={"DESKCTL_AGENT": ""})
        assert desk.show(1)["assignee"] == "agent2"


class TestManyTickets:
    def test_numbers_are_read_from_a_pipe(self, desk: Shell) -> None:
        for n in range(3):
            desk.ingest(mail(f"c{n}@example.org"))
        desk.pipe("deskctl list --json | jq -r .number | deskctl assign - agent2")
        assert [row["assignee"] for row in desk.tickets()] == ["agent2"] * 3

    def test_missing_ticket_does_not_stop_the_others(self, desk: Shell) -> None:
        desk.ingest(mail("a@example.org"))
        desk.ingest(mail("b@example.org"))
        result = desk("take", "1", "99", "#2", code=3)
        assert "99" in result.err
        assert {row["assignee"] for row in desk.tickets()} == {"agent1"}
        result = desk("show", "1", "99", "2", "--json", code=3)
        assert [row["number"] for row in result.rows] == [1, 2]

    def test_empty_pipe_is_a_usage_error(self, desk: Shell) -> None:
        desk("take", "-", input="", code=2)


class TestDryRun:
    @pytest.mark.parametrize(
        "words",
        [
            ["take", "1"],
            ["next"],
            ["assign", "1", "agent2"],
            ["reply", "1", "-m", "x"],
            ["note", "1", "-m", "x"],
            ["tag", "1", "+x"],
            ["set", "1", "priority=high"],
            ["escalate", "1", "--to", "lead", "--reason", "x"],
            ["solve", "1"],
            ["close", "1"],
            ["new", "--from", "x@example.org", "--subject", "x", "-m", "x"],
            ["agent", "add", "z", "--name", "Z", "--email", "z@acme.test"],
        ],
        ids=lambda words: words[0],
    )
    def test_dry_run_reports_and_changes_nothing(self, alone: Shell, words: list[str]) -> None:
        alone.ingest(mail())
        before = (alone.show(1), alone("agent", "list", "--json").out, alone("outbox", "list", "--all", "--json").out)
        assert alone(*words, "--dry-run").out.startswith("dry run: ")
        after = (alone.show(1), alone("agent", "list", "--json").out, alone("outbox", "list", "--all", "--json").out)
        assert before == after
        assert len(alone.tickets("--all")) == 1

    def test_dry_run_works_over_the_socket(self, desk: Shell) -> None:
        desk.ingest(mail())
        desk("take", "1", "--dry-run")
        assert desk.show(1)["assignee"] is None


class TestHostileMail:
    SUBJECT = "=?utf-8?B?" + base64.b64encode("\x1b[2Jgone \u202efdp.exe\x9b31m".encode()).decode() + "?="

    def hostile(self) -> bytes:
        message = EmailMessage()
        message["From"] = '"Evil \\\x1b]0;pwned\x07" <eve@example.net>'.replace("\x1b", "").replace("\x07", "")
        message["To"] = "support@acme.test"
        message["Message-ID"] = "<evil@example.net>"
        message.set_content("clear \x1b[2J\x1b]52;c;AAAA\x07 screen\u202e and\u200b more\x9bm\n")
        message.add_attachment(b"x", maintype="image", subtype="png", filename="a\u202egnp.sh")
        return f"Subject: {self.SUBJECT}\n".encode() + message.as_bytes()

    @pytest.mark.parametrize(
        "words", [["list"], ["list", "--json"], ["show", "1"], ["show", "1", "--full"], ["show", "1", "--json"],
                  ["attachment", "list", "1"], ["log", "1"], []], ids=" ".join
    )  # fmt: skip
    def test_hostile_mail_is_shown_safely(self, desk: Shell, words: list[str]) -> None:
        desk.ingest(self.hostile())
        desk("take", "1")
        out = desk(*words).out
        assert out
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202e]", out)


class TestScreens:
    def test_show_hides_quotes_and_full_shows_them(self, desk: Shell) -> None:
        desk.ingest(mail(text="Now this.\n\nOn Sat, 21 Nov 2026, Acme wrote:\n> old words\n"))
        assert "old words" not in desk("show", "1").out
        assert "old words" in desk("show", "1", "--full").out
        assert "created via support" in desk("show", "1", "--full").out

    def test_korean_ticket_fits_80_columns(self, desk: Shell) -> None:
        desk.ingest(mail("김민수 <minsu@example.kr>", "환불 " * 30, "결제한 상품을 환불받고 싶습니다. " * 10))
        out = desk("show", "1", env={"COLUMNS": "80"}).out
        assert max(map(width, out.splitlines())) <= 80

    def test_times_are_in_the_time_zone_of_the_desk(self, desk: Shell) -> None:
        desk.ingest(mail())
        assert "KST" in desk("show", "1").out


class TestAttachments:
    def test_attachment_is_listed_and_saved_without_overwriting(self, desk: Shell) -> None:
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


class TestIntake:
    def test_same_bytes_twice_are_one_message(self, desk: Shell) -> None:
        raw = mail()
        desk.ingest(raw)
        desk.ingest(raw)
        assert len(desk.show(1)["messages"]) == 1

    def test_unknown_channel_is_named(self, desk: Shell) -> None:
        assert "support" in desk("mail", "ingest", "nowhere", input=mail(), code=3).err

    def test_empty_input_is_not_a_mail(self, desk: Shell) -> None:
        desk("mail", "ingest", input=b"", code=2)


class TestRefusals:
    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (["show", "99"], 3),
            (["take", "99"], 3),
            (["assign", "1", "nobody-of-that-name"], 3),
            (["merge", "1", "--into", "1"], 4),
            (["merge", "1", "--into", "99"], 3),
            (["set", "1", "colour=red"], 2),
            (["set", "1", "priority=highest"], 2),
            (["outbox", "show", "99"], 3),
            (["inbox", "show", "99"], 3),
            (["channel", "test", "nowhere"], 3),
            (["agent", "add", "agent1", "--name", "x", "--email", "x@acme.test"], 4),
            (["new", "--from", "x@example.org", "--subject", "x", "--channel", "nowhere", "-m", "x"], 3),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else None,
    )
    def test_refusals_have_exit_codes_and_hints(self, desk: Shell, words: list[str], code: int) -> None:
        desk.ingest(mail())
        result = desk(*words, code=code)
        assert result.out == ""
        assert result.err.startswith("error: ")

    def test_next_exits_with_1_if_the_queue_is_empty(self, desk: Shell) -> None:
        desk("next", code=1)


class TestCompletion:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("deskctl sho", "show"),
            ("deskctl show ", "1"),
            ("deskctl assign 1 age", "agent2"),
            ("deskctl set 1 priority=h", "priority=high"),
            ("deskctl list --status so", "solved"),
            ("deskctl take --as le", "lead"),
        ],
    )
    def test_completion_offers_names_of_the_desk(self, desk: Shell, line: str, expected: str) -> None:
        desk.ingest(mail())
        words = {"COMP_WORDS": line, "COMP_CWORD": str(line.count(" ")), "_DESKCTL_COMPLETE": "bash_complete"}
        assert expected in [each.partition(",")[2] for each in desk(env=words).out.splitlines()]
