"""Recipients of a reply, case by case, and the invariants of the rule for any mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deskctl.core.agents.repository import Agents
from deskctl.core.answers.automatic_answer import notify_customer
from deskctl.core.answers.commands import Answer
from deskctl.core.contacts.repository import Contacts
from deskctl.core.delivery.repository import Outbox
from deskctl.core.kernel.outcome import Outcome
from deskctl.core.kernel.settings import Settings
from deskctl.core.merges.commands import Merge
from deskctl.core.messages.channels import Channels
from deskctl.core.messages.commands import Reply
from deskctl.core.messages.model import Choice
from deskctl.core.messages.recipients import Recipients, decide
from deskctl.core.messages.reply_context import correspondence
from deskctl.core.messages.repository import Messages
from deskctl.core.tickets.commands import Create
from deskctl.core.tickets.model import Status
from deskctl.core.tickets.repository import Tickets
from deskctl.errors import Refused, UsageError
from tests.unit.core.desk import MAIL, UnitDesk

DESK = ("support@acme.test",)
ANNA, BEN, EVE = "anna@corp.example", "ben@corp.example", "eve@evil.example"
TRUSTED = "mx.acme.test"
OURS = replace(MAIL, aliases=("help@acme.test",), plus=True, authority=TRUSTED, answer=True)
SETTINGS = Settings(name="Acme Support").with_features(Channels({"support": OURS}))
PASS = (f"{TRUSTED}; spf=pass; dmarc=pass (p=none) header.from=corp.example",)
FAIL = (f"{TRUSTED}; spf=fail; dmarc=fail (p=reject) header.from=corp.example",)


def desk_with(**first: Any) -> UnitDesk:
    """Return a desk with a mail of Anna; `first` are more fields of it."""
    desk = UnitDesk(SETTINGS)
    desk.mail(ANNA, message_id="<one@corp.example>", **{"to": DESK, **first})
    return desk


def found(desk: UnitDesk, ticket: int = 1) -> Recipients:
    return decide(correspondence(desk.unit, Tickets.of(desk.unit).get(ticket)), OURS)


def recipients_of(desk: UnitDesk, ticket: int = 1) -> tuple[Sequence[str], Sequence[str]]:
    recipients = found(desk, ticket)
    return recipients.to, recipients.cc


def reply(desk: UnitDesk, **fields: Any) -> Outcome:
    return desk.do(Reply(1, "An answer.", force=True, **fields))


def answered(desk: UnitDesk, **fields: Any) -> str:
    """Reply, and return the Message-ID of the sent mail."""
    message_id: str = reply(desk, **fields).facts["message_id"]
    return message_id


@pytest.mark.parametrize(
    ("first", "to", "cc"),
    [
        ({}, [ANNA], []),
        ({"cc": (BEN, EVE)}, [ANNA], [BEN, EVE]),
        ({"to": (*DESK, BEN)}, [ANNA], [BEN]),
        ({"reply_to": ("office@corp.example",)}, ["office@corp.example"], []),
        ({"reply_to": ("office@corp.example", BEN)}, ["office@corp.example", BEN], []),
        ({"reply_to": DESK}, [ANNA], []),
        ({"reply_to": ("Support+abc@ACME.test", "help@acme.test")}, [ANNA], []),
        ({"reply_to": ("noreply@corp.example",)}, [ANNA], []),
        ({"cc": ("HELP@acme.test", "Ben@Corp.example", BEN, ANNA.upper())}, [ANNA], ["Ben@Corp.example"]),
        ({"cc": ("no-reply@x.example", "MAILER-DAEMON@x.example", "x-bounces@y.example", BEN)}, [ANNA], [BEN]),
        ({"to": (BEN,), "cc": (EVE,)}, [ANNA], []),
        ({"to": (), "cc": ()}, [ANNA], []),
        ({"to": ("team@list.example",), "cc": (BEN,), "lists": ("team@list.example",)}, [ANNA], [BEN]),
        ({"reply_to": ("Team@list.example",), "lists": ("team@list.example",)}, [ANNA], []),
        ({"automatic": "Precedence: bulk", "reply_to": ("office@corp.example",)}, ["office@corp.example"], []),
        ({"reply_to": (EVE,), "cc": (BEN,), "authentication": FAIL}, [ANNA], []),
    ],
)  # fmt: skip
def test_first_reply_goes_to_the_sender_and_copies(first: dict[str, Any], to: list[str], cc: list[str]) -> None:
    desk = desk_with(**first)
    assert tuple(map(list, recipients_of(desk))) == (to, cc)
    sent = Outbox.of(desk.unit).get(reply(desk).facts["outbox"])
    assert (list(sent.to), list(sent.cc)) == (to, cc), "the reply goes to the shown recipients"


@pytest.mark.parametrize("sender", ["noreply@shop.example", "support@acme.test", "shop-no_reply@shop.example"])
def test_form_is_answered_at_its_reply_to(sender: str) -> None:
    desk = UnitDesk(SETTINGS)
    desk.mail(sender, to=DESK, reply_to=(ANNA,))
    assert recipients_of(desk) == ((ANNA,), ())


def test_reply_to_a_noreply_sender_is_refused() -> None:
    desk = UnitDesk(SETTINGS)
    desk.mail("noreply@shop.example", to=DESK)
    with pytest.raises(Refused, match="does not accept answers"):
        reply(desk)
    assert reply(desk, to=(ANNA,)).facts["to"] == [ANNA]


@pytest.mark.parametrize("proof", [(), ("mx.evil.example; dmarc=pass",), ("x; dmarc=pass", *PASS), FAIL])
def test_later_message_without_proof_adds_no_recipients(proof: tuple[str, ...]) -> None:
    desk = desk_with(cc=(BEN,))
    ours = answered(desk)
    desk.mail(ANNA, to=DESK, cc=(BEN, EVE), reply_to=(EVE,), in_reply_to=(ours,), authentication=proof)
    recipients = found(desk)
    assert (recipients.to, recipients.cc) == ((ANNA,), (BEN,))
    assert any(EVE in warning for warning in recipients.warnings)
    assert EVE not in Tickets.of(desk.unit).participants(1)
    reply(desk)
    assert found(desk).warnings == ()


def test_later_message_with_dmarc_pass_adds_recipients() -> None:
    desk = desk_with()
    ours = answered(desk)
    desk.mail(ANNA, to=DESK, cc=(BEN,), reply_to=("office@corp.example",), in_reply_to=(ours,), authentication=PASS)
    assert recipients_of(desk) == (("office@corp.example",), (BEN,))
    assert reply(desk).facts["new"] == ["office@corp.example", BEN]


def test_agent_can_accept_new_recipients_and_undo_it() -> None:
    desk = desk_with()
    ours = answered(desk)
    desk.mail(ANNA, to=DESK, cc=(BEN,), reply_to=("office@corp.example",), in_reply_to=(ours,))
    facts = reply(desk, accept_recipients=True).facts
    assert (facts["to"], facts["cc"]) == (["office@corp.example"], [BEN])
    assert recipients_of(desk) == (("office@corp.example",), (BEN,))
    Messages.of(desk.unit).withdraw(facts["message"])
    assert recipients_of(desk) == ((ANNA,), ())


def test_copied_participant_does_not_become_the_reply_address_of_another() -> None:
    desk = desk_with(cc=(BEN,))
    ours = answered(desk)
    desk.mail(ANNA, to=DESK, reply_to=(BEN,), in_reply_to=(ours,))
    assert found(desk).to == (ANNA,)
    reply(desk)
    assert found(desk).to == (ANNA,)


FORGED: dict[str, Any] = {"subject": "Re: Printer [#1]", "reply_to": (EVE,), "cc": ("spy@evil.example",), "to": DESK}


def test_forged_sender_changes_nothing() -> None:
    desk = desk_with()
    reply(desk, status="solved")
    before = Tickets.of(desk.unit).get(1)
    desk.mail(ANNA, name="Eve", **FORGED)
    assert [m.verified for m in Messages.of(desk.unit).changes.messages] == [True, True, False]
    after = Tickets.of(desk.unit).get(1)
    assert (after.status, after.waiting_since, after.due_at) == (Status.SOLVED, None, before.due_at)
    assert recipients_of(desk) == ((ANNA,), ())
    assert len(found(desk).warnings) == 1
    assert Contacts.of(desk.unit).get(1).name is None or Contacts.of(desk.unit).get(1).name != "Eve"


def test_dmarc_failure_counts_even_if_the_mail_quotes_the_ticket() -> None:
    desk = desk_with()
    ours = answered(desk, status="solved")
    desk.mail(ANNA, to=DESK, in_reply_to=(ours,), references=("<one@corp.example>", ours), authentication=FAIL)
    assert not Messages.of(desk.unit).changes.messages[-1].verified
    assert Tickets.of(desk.unit).get(1).status is Status.SOLVED
    desk.mail(ANNA, to=DESK, subject="Again", authentication=FAIL)
    assert Tickets.of(desk.unit).get(2).waiting_since is not None, (
        "a new ticket needs work, even if its sender is forged"
    )
    assert not Messages.of(desk.unit).changes.messages[-1].verified
    assert found(desk, 2).warnings


def test_answer_matched_by_subject_reopens_the_ticket() -> None:
    desk = desk_with(reply_to=("office@corp.example",))
    reply(desk, status="solved")
    desk.mail(ANNA, to=DESK, subject="Re: Printer [#1]", reply_to=("office@corp.example",))
    assert Tickets.of(desk.unit).get(1).status is Status.OPEN
    assert recipients_of(desk) == (("office@corp.example",), ())


def test_blind_copy_recipient_does_not_become_a_participant() -> None:
    desk = desk_with()
    ours = answered(desk, bcc=("sup@supplier.example",), status="hold")
    desk.mail("sup@supplier.example", to=DESK, cc=(BEN,), in_reply_to=(ours,))
    assert Tickets.of(desk.unit).get(1).status is Status.HOLD
    assert recipients_of(desk) == ((ANNA,), ())
    assert "use deskctl reply 1 --to sup@supplier.example" in found(desk).warnings[0]
    assert reply(desk).facts["to"] == [ANNA]


def test_reply_without_the_requester_does_not_answer_them() -> None:
    desk = desk_with(cc=(BEN,))
    with pytest.raises(Refused, match="not a known email address") as refused:
        reply(desk, to=("sup@supplier.example",))
    assert "--cc or --bcc for a new address" in refused.value.hint
    desk.mail("sup@supplier.example", to=DESK, in_reply_to=(answered(desk, bcc=("sup@supplier.example",)),))
    desk.mail(ANNA, to=DESK, cc=(BEN,), subject="Re: Printer [#1]")
    before = Tickets.of(desk.unit).get(1)
    facts = reply(desk, to=("Supplier <sup@supplier.example>",)).facts
    assert (facts["to"], facts["cc"], facts["aside"]) == (["sup@supplier.example"], [], True)
    after = Tickets.of(desk.unit).get(1)
    assert (after.status, after.waiting_since) == (before.status, before.waiting_since)
    theirs = next(m for m in Messages.of(desk.unit).changes.messages if m.author == "sup@supplier.example")
    assert Outbox.of(desk.unit).get(facts["outbox"]).in_reply_to == theirs.message_id
    assert recipients_of(desk) == ((ANNA,), (BEN,))
    desk.mail("sup@supplier.example", to=DESK, in_reply_to=(facts["message_id"],))
    assert recipients_of(desk) == ((ANNA,), (BEN,))
    again = Outbox.of(desk.unit).get(reply(desk, to=("sup@supplier.example",), status="hold").facts["outbox"])
    assert again.in_reply_to == Messages.of(desk.unit).changes.messages[-2].message_id
    assert Tickets.of(desk.unit).get(1).status is Status.HOLD
    assert Tickets.of(desk.unit).get(1).waiting_since is not None


@pytest.mark.parametrize("to", [(ANNA,), (ANNA.upper(), BEN)])
def test_reply_to_the_requester_answers_them(to: tuple[str, ...]) -> None:
    desk = desk_with(cc=(BEN,))
    facts = reply(desk, to=to).facts
    assert (facts["aside"], facts["cc"]) == (False, [])
    assert Tickets.of(desk.unit).get(1).status is Status.PENDING


@pytest.mark.parametrize(
    "wish", [{"to": ("support@acme.test",)}, {"cc": ("Help+x@acme.test",)}, {"bcc": ("x",)}, {"cc": ("a@b c@d",)},
             {"to": ("",)}, {"to": ("a@b\r\nBcc: c@d",)}],
)  # fmt: skip
def test_invalid_recipient_is_refused(wish: dict[str, Any]) -> None:
    desk = desk_with()
    with pytest.raises(UsageError):
        reply(desk, **wish)
    assert Outbox.of(desk.unit).changes.new_outbox == {
        n for n in Outbox.of(desk.unit).changes.new_outbox if n and Outbox.of(desk.unit).get(n).agent
    }


def test_copies_are_added_and_dropped() -> None:
    desk = desk_with(cc=(BEN,))
    assert reply(desk, cc=("boss@corp.example",)).facts["cc"] == [BEN, "boss@corp.example"]
    assert recipients_of(desk) == ((ANNA,), (BEN, "boss@corp.example"))
    assert reply(desk, no_cc=True).facts["cc"] == []
    assert reply(desk, no_cc=True, cc=(BEN, ANNA)).facts["cc"] == [BEN]


def test_copy_that_the_requester_drops_gets_no_reply() -> None:
    desk = desk_with(cc=(BEN, "boss@corp.example"))
    ours = answered(desk)
    desk.mail(ANNA, to=DESK, in_reply_to=(ours,))
    assert recipients_of(desk) == ((ANNA,), (BEN, "boss@corp.example"))
    desk.mail(ANNA, to=DESK, cc=(BEN,), in_reply_to=(ours,))
    assert recipients_of(desk) == ((ANNA,), (BEN,))


def test_reply_to_a_copied_colleague_has_the_requester_in_copy() -> None:
    desk = desk_with(cc=(BEN,))
    ours = answered(desk)
    desk.mail(BEN, to=DESK, cc=(ANNA, EVE), in_reply_to=(ours,))
    assert recipients_of(desk) == ((BEN,), (ANNA,))
    assert any(EVE in warning for warning in found(desk).warnings)


def test_new_recipients_are_reported_from_the_second_reply() -> None:
    desk = desk_with(cc=(BEN,))
    assert reply(desk).facts["new"] == []
    assert reply(desk).facts["new"] == []
    assert reply(desk, cc=("boss@corp.example",), bcc=(EVE,)).facts["new"] == ["boss@corp.example", EVE]


def test_reply_on_merged_tickets_goes_to_both_customers() -> None:
    desk = desk_with()
    desk.mail("kim@other.example", to=DESK, subject="Same", reply_to=("kim2@other.example",))
    said = desk.do(Merge(2, 1))
    assert said.facts["customers"] == [ANNA, "kim@other.example"]
    assert {*found(desk).to, *found(desk).cc} == {ANNA, "kim2@other.example"}
    assert reply(desk, to=(ANNA,)).facts["cc"] == []
    desk.mail(ANNA, to=DESK, subject="Mine")
    assert desk.do(Merge(3, 1)).facts["customers"] == []


def test_later_merge_does_not_change_recipients_of_a_written_reply() -> None:
    desk = desk_with()
    sent = reply(desk).facts["outbox"]
    desk.mail("kim@other.example", to=DESK, subject="Same")
    desk.do(Merge(2, 1))
    assert (Outbox.of(desk.unit).get(sent).to, Outbox.of(desk.unit).get(sent).cc) == ((ANNA,), ())


def test_phone_ticket_has_no_recipients() -> None:
    desk = UnitDesk(SETTINGS)
    desk.do(Create("+82-2-555-0101", "By phone", "Call me.", channel="phone"))
    with pytest.raises(Refused):
        found(desk)


OFFER = (Choice("solved", "This solved it"), Choice("person", "I need a person"))


@pytest.mark.parametrize(
    ("sender", "fields", "picked"),
    [
        (ANNA, {"in_reply_to": "offer"}, True),
        (ANNA, {"references": "offer"}, True),
        (ANNA, {"subject": "Re: Printer [#1]"}, False),
        (ANNA, {"in_reply_to": "<one@corp.example>"}, False),
        (ANNA, {"in_reply_to": "offer", "authentication": FAIL}, False),
        (EVE, {"in_reply_to": "offer"}, False),
    ],
)
def test_number_is_a_choice_only_in_answer_to_the_offer(sender: str, fields: dict[str, Any], picked: bool) -> None:
    desk = desk_with()
    desk.do(Answer(1, 1, "Turn it off and on.", OFFER), "agent1")
    offer = next(e for e in Outbox.of(desk.unit).changes.outbox.values() if e.kind.value == "auto").message_id
    named: dict[str, Any] = {
        k: (offer if v == "offer" else v,) if k in ("in_reply_to", "references") else v for k, v in fields.items()
    }
    desk.mail(sender, to=DESK, text="1", visible_text="1", **named)
    assert ("choice_made" in desk.kinds(1)) is picked
    assert (Tickets.of(desk.unit).get(1).status is Status.SOLVED) is picked


def test_automatic_answer_goes_to_one_address() -> None:
    desk = desk_with(reply_to=("office@corp.example", BEN), cc=("boss@corp.example",))
    desk.do(Answer(1, 1, "Turn it off and on."), "agent1")
    [entry] = [e for e in Outbox.of(desk.unit).changes.outbox.values() if e.kind.value == "auto"]
    assert (entry.to, entry.cc) == (("office@corp.example",), ())
    desk.mail(ANNA, to=DESK, subject="Other", reply_to=(EVE,), authentication=FAIL)
    desk.do(Answer(2, 2, "Turn it off and on."), "agent1")
    assert desk.sent_to(EVE) == []
    with pytest.raises(Refused):
        list(notify_customer(desk.unit, Tickets.of(desk.unit).get(2), "Soon.", about="update"))


# --- invariants ------------------------------------------------------------------------------------

PEOPLE = (ANNA, BEN, "carl@other.example", "dora@other.example")
STRANGERS = (EVE, "spy@evil.example")
MACHINES = ("noreply@corp.example", "mailer-daemon@mx.example", "list-bounces@list.example")
LISTS = ("team@list.example",)
OWN = ("support@acme.test", "SUPPORT+abc@acme.test", "Help@acme.test")
EVERY = st.sampled_from((*PEOPLE, *STRANGERS, *MACHINES, *LISTS, *OWN, BEN.upper()))
SOME = st.lists(EVERY, max_size=3).map(tuple)
MAILS = st.fixed_dictionaries(
    {
        "sender": st.sampled_from((*PEOPLE, EVE)),
        "to": st.one_of(st.just(DESK), SOME),
        "cc": SOME,
        "reply_to": SOME,
        "lists": st.sampled_from(((), LISTS)),
        "by": st.sampled_from(("id", "subject", "nothing")),
        "proof": st.sampled_from(((), (), PASS, FAIL)),
    }
)
REPLIES = st.fixed_dictionaries(
    {"bcc": st.lists(st.sampled_from(STRANGERS), max_size=1).map(tuple), "cc": st.just(())}
    | {"to": st.sampled_from(((), (), (), (EVE,)))}
)


class Books:
    """A separate record of the facts that the rules are checked against."""

    def __init__(self) -> None:
        self.open: set[str] = set()  # visible recipients that the requester named with proof
        self.hidden: set[str] = set()  # recipients of blind copies only

    def record(self, desk: UnitDesk, mail: dict[str, Any], *, first: bool) -> None:
        believed = (mail["proof"] == PASS and mail["sender"].endswith("@corp.example")) or (
            first and mail["proof"] != FAIL
        )
        if believed and (first or mail["sender"] == ANNA):
            self.open |= {a.lower() for a in (mail["sender"], *mail["to"], *mail["cc"], *mail["reply_to"])}
        elif believed:
            self.open |= {a.lower() for a in mail["reply_to"]}


@settings(deadline=None)
@given(MAILS, st.lists(st.one_of(MAILS, REPLIES), max_size=6))
def test_recipients_obey_the_invariants_for_any_mail(first: dict[str, Any], later: list[dict[str, Any]]) -> None:
    first = {**first, "sender": ANNA, "by": "nothing"}
    desk, books, ours = UnitDesk(SETTINGS), Books(), None
    for number, step in enumerate((first, *later)):
        if "sender" not in step:
            try:
                facts = reply(desk, **step).facts
            except Refused:
                continue
            ours = facts["message_id"]
            books.open |= set() if facts["aside"] else {a.lower() for a in (*facts["to"], *facts["cc"])}
            books.hidden |= {*facts["bcc"], *(facts["to"] if facts["aside"] else ())}
            continue
        quoted = {"in_reply_to": (ours,)} if step["by"] == "id" and ours else {}
        subject = "Re: Printer [#1]" if step["by"] != "nothing" or number == 0 else "Another"
        named = {name: step[name] for name in ("to", "cc", "reply_to", "lists")}
        before = Tickets.of(desk.unit).get(1) if number else None
        desk.mail(step["sender"], subject if number else "Printer", authentication=step["proof"], **named, **quoted)
        latest = Messages.of(desk.unit).changes.messages[-1]
        if latest.ticket == 1:
            books.record(desk, step, first=number == 0)
            if before is not None and not latest.verified:
                after = Tickets.of(desk.unit).get(1)
                assert (after.status, after.waiting_since) == (before.status, before.waiting_since)
        _obeys(desk, books, latest if latest.ticket == 1 else None)


def _obeys(desk: UnitDesk, books: Books, latest: Any) -> None:
    try:
        recipients = found(desk)
    except Refused:
        return
    everyone = [a.lower() for a in (*recipients.to, *recipients.cc)]
    assert recipients.to and len(everyone) == len(set(everyone))
    lists = {a for m in Messages.of(desk.unit).changes.messages if m.ticket == 1 for a in m.lists}
    for address in everyone:
        assert not SETTINGS.of(Channels).owns(address)
        assert address not in lists
        assert address not in MACHINES
        assert address == ANNA or address in books.open, "a recipient that no requester or agent named"
        assert address not in books.hidden - books.open
    answers = recipients.answers
    if answers is not None and latest is not None and answers.id == latest.id:
        openly = any(SETTINGS.of(Channels).owns(a) or a in lists for a in (*latest.to, *latest.cc))
        assert openly or not recipients.cc


def test_copy_added_by_an_agent_after_a_blind_copy_is_kept() -> None:
    desk = desk_with(to=(BEN,), cc=(EVE,))
    assert recipients_of(desk) == ((ANNA,), ())
    reply(desk, cc=("boss@corp.example",))
    assert recipients_of(desk) == ((ANNA,), ("boss@corp.example",))
    desk.mail(ANNA, to=(BEN,), in_reply_to=("<one@corp.example>",))
    assert recipients_of(desk) == ((ANNA,), ())


def test_agent_in_copy_who_writes_is_not_the_recipient() -> None:
    desk = UnitDesk(SETTINGS)
    agent = next(iter(Agents.of(desk.unit).agents.values())).email
    desk.mail(ANNA, message_id="<one@corp.example>", to=DESK, cc=(agent, BEN))
    desk.mail(agent, to=(ANNA,), cc=DESK, in_reply_to=("<one@corp.example>",))
    to, cc = recipients_of(desk)
    assert (to, sorted(cc)) == ((ANNA,), sorted([agent, BEN]))


def test_agent_who_opens_a_ticket_is_answered() -> None:
    desk = UnitDesk(SETTINGS)
    agent = next(iter(Agents.of(desk.unit).agents.values())).email
    desk.mail(agent, to=DESK)
    assert recipients_of(desk) == ((agent,), ())
