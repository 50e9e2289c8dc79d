"""Search finds words in subjects and messages, including Korean words of two syllables inside longer words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskctl.core.contacts.model import Contact, Identity
from deskctl.core.contacts.repository import Contacts
from deskctl.core.kernel.unit import Unit
from deskctl.core.messages.model import InboundMessage, IncomingFile, MessageKind
from deskctl.core.messages.repository import Messages
from deskctl.core.search.queries import SearchContacts, SearchMessages
from deskctl.core.values.tokens import Phrase, fold, phrases, tokenize
from deskctl.errors import UsageError
from deskctl.store import Store, migrate
from deskctl.store.queries.search import search as queries
from deskctl.store.search import candidates
from deskctl.store.search.excerpts import Readable, snippet
from deskctl.store.search.index import _rows, words_of
from deskctl.store.search.offsets import COMPOSING, OffsetMap
from tests.store.build import Clock, add_message, change_ticket, open_ticket


def _found(store: Store, words: str, limit: int = 50) -> list[int]:
    """Return the ticket numbers."""
    return [hit["number"] for hit in store.ask(SearchMessages(words, limit))["hits"]]


def _ticket(store: Store, subject: str, text: str) -> int:
    return store.transaction(lambda unit: open_ticket(unit, subject=subject, text=text).number)


_SAID_AND_SEARCHED = [
    ("카드결제가 안 됩니다", "결제"),
    ("환불해주세요", "환불"),
    ("전환불금액", "환불금"),
    ("the Printer BURNS", "printer"),
    ("the Printer BURNS", "burns PRINTER"),
    ("Straße", "STRASSE"),
    ("Crème brûlée", "crème"),
    ("error ERR_CONN_RESET at 10.0.0.1", "err_conn"),
    ("error ERR_CONN_RESET at 10.0.0.1", "10.0.0.1"),
    ("write to ana@example.org now", "ana@example.org"),
    ("注文番号は東京都です", "東京"),
    ("カタカナ文字", "タカ"),
    ("돈 주세요", "돈"),
    ("돈까스", "돈"),
    (unicodedata.normalize("NFD", "환불해주세요"), "환불"),
    ("환불해주세요", unicodedata.normalize("NFD", "환불")),
    ("x" * 60, "x" * 60),
    ("Привет мир", "привет"),
    ("it's \"quoted\" (and) 'more': *stars*", "'more' *stars*"),
]


def test_word_is_found(store: Store) -> None:
    for text, words in _SAID_AND_SEARCHED:
        wanted = _ticket(store, "Subject", text)
        assert wanted in _found(store, words), words


_NOT_SAID = ("불환", "printe", "burns badly", "결재", "example@ana", "org.example", "결제환", '"burns it"', "인사이")


def test_missing_word_is_not_found(store: Store) -> None:
    ticket = _ticket(store, "Printer", "it burns 결제 환불 ana@example.org 인사 사이")
    for words in _NOT_SAID:
        assert _found(store, words) == [], words
    # words match separately, but words written together must be adjacent
    assert _found(store, "example ana") == [ticket]


@pytest.mark.parametrize("words", ["", "   ", "!!!", '""'])
def test_search_without_words_is_rejected(store: Store, words: str) -> None:
    with pytest.raises(UsageError, match="no word"):
        store.ask(SearchMessages(words))


def test_pasted_text_is_rejected(store: Store) -> None:
    with pytest.raises(UsageError, match="too many"):
        store.ask(SearchMessages("word " * 1000))


def test_quoted_words_must_be_adjacent(store: Store) -> None:
    together = _ticket(store, "Subject", "the broken link, and 카드 결제 오류")
    apart = _ticket(store, "Subject", "a link to what is broken: 오류가 나는 결제")
    assert _found(store, "broken link") == [apart, together]
    assert _found(store, '"broken link"') == [together]
    assert _found(store, '"카드 결제" "broken link"') == [together]
    assert _found(store, "“broken link”") == [together]
    assert _found(store, '"link broken"') == []
    assert _found(store, '"broken link') == [apart, together]  # an unclosed quote is ignored


def test_every_word_is_in_the_message_or_the_subject_of_its_ticket(store: Store, clock: Clock) -> None:
    def work(unit: Unit) -> tuple[int, int]:
        ticket = open_ticket(unit, subject="환불 문의", text="first").number
        return ticket, add_message(unit, ticket, kind=MessageKind.NOTE, subject="", text="second 결제").id

    older, note = store.transaction(work)
    clock.advance(minutes=1)
    newer = _ticket(store, "환불", "second")
    assert _found(store, "환불 결제") == [older]
    assert _found(store, "first 결제") == []
    assert [hit["message"] for hit in store.ask(SearchMessages("결제 second"))["hits"]] == [note]
    assert _found(store, "환불 second") == [newer, older]
    assert _found(store, "환불 second", limit=1) == [newer]


def test_spam_is_found_on_request_only(store: Store) -> None:
    spam = store.transaction(lambda unit: open_ticket(unit, subject="Lottery", spam=True)).number
    wanted = _ticket(store, "Lottery", "no spam")
    assert _found(store, "lottery") == [wanted]
    assert [hit["number"] for hit in store.ask(SearchMessages("lottery", spam=True))["hits"]] == [wanted, spam]


def test_notes_can_be_left_out(store: Store) -> None:
    def work(unit: Unit) -> None:
        ticket = open_ticket(unit, text="the customer says needle").number
        add_message(unit, ticket, kind=MessageKind.NOTE, text="a note says needle")

    store.transaction(work)
    assert len(store.ask(SearchMessages("needle"))["hits"]) == 2
    assert len(store.ask(SearchMessages("needle", notes=False))["hits"]) == 1


def test_new_subject_is_found_and_the_old_one_is_not(store: Store) -> None:
    ticket = store.transaction(lambda unit: open_ticket(unit, subject="Printer", text="text").number)
    note = store.transaction(lambda unit: add_message(unit, ticket, subject="", text="by phone").id)
    store.transaction(lambda unit: change_ticket(unit, ticket, subject="Scanner"))
    assert _found(store, "scanner") == [ticket]
    assert _found(store, "printer text") == [ticket]  # the mail itself still has this subject
    assert [hit["message"] for hit in store.ask(SearchMessages("scanner phone"))["hits"]] == [note]
    assert _found(store, "printer phone") == []


def test_names_of_attachments_are_found(store: Store) -> None:
    files = (IncomingFile("영수증-2026.pdf", "application/pdf", b"x"), IncomingFile("log.txt", "text/plain", b"y"))
    ticket = store.transaction(lambda unit: open_ticket(unit, text="see there", files=files).number)
    assert _found(store, "영수증") == _found(store, "log.txt there") == [ticket]
    assert store.ask(SearchMessages("영수증"))["hits"][0]["snippet"] == "⟦영수증⟧-2026.pdf log.txt"
    assert _found(store, '"pdf log"') == [ticket]


def test_reparsed_message_is_found_by_its_new_words(store: Store) -> None:
    old = (IncomingFile("old.txt", "text/plain", b"x"),)
    ticket = store.transaction(lambda unit: open_ticket(unit, text="wrong words", files=old)).number
    [hit] = store.ask(SearchMessages("wrong"))["hits"]
    anew = InboundMessage("ana@example.org", "Ana", "Printer", "right words", "right words", "digest")
    store.transaction(lambda unit: Messages.of(unit).changes.reread.update({hit["message"]: anew}))
    assert _found(store, "right words") == [ticket]
    assert _found(store, "wrong") == _found(store, "old.txt") == []


def test_purged_ticket_is_not_found(store: Store) -> None:
    ticket = store.transaction(lambda unit: open_ticket(unit, subject="Lottery", text="you won").number)
    store.transaction(lambda unit: Messages.of(unit).changes.purged.add(ticket))
    assert _found(store, "lottery") == _found(store, "won") == []


def test_merged_message_is_found_under_the_target_ticket(store: Store) -> None:
    last = _ticket(store, "Printer", "it burns")
    second = _ticket(store, "Scanner", "it smokes")
    first = _ticket(store, "Toaster", "it melts")
    store.transaction(lambda unit: change_ticket(unit, first, merged_into=second))
    store.transaction(lambda unit: change_ticket(unit, second, merged_into=last))
    [hit] = store.ask(SearchMessages("melts"))["hits"]
    assert (hit["number"], hit["subject"]) == (last, "Printer")


def test_ticket_that_repeats_the_words_is_listed_once(store: Store) -> None:
    def work(unit: Unit) -> list[int]:
        ticket = open_ticket(unit, subject="Login", text="the needle is here").number
        for _ in range(5):
            quoted = {"text": "thanks\n> the needle is here", "visible_text": "thanks"}
            add_message(unit, ticket, subject="Re: Login", **quoted)
        other = open_ticket(unit, subject="Needle", text="hello").number
        for _ in range(5):
            add_message(unit, other, subject="Re: Needle", text="any news?")
        return [other, ticket]

    assert store.transaction(work) == _found(store, "needle")
    assert [hit["snippet"] for hit in store.ask(SearchMessages("needle"))["hits"]] == [
        "Re: ⟦Needle⟧ · any news?",
        "the ⟦needle⟧ is here",
    ]


def test_best_message_comes_first_on_request(store: Store) -> None:
    often = _ticket(store, "Hello", "refund refund refund please")
    titled = _ticket(store, "Refund", "please refund me")
    once = _ticket(store, "Hello", "word " * 300 + "refund " + "word " * 300)
    assert _found(store, "refund") == [once, titled, often]
    ranked = store.ask(SearchMessages("refund", rank=True))
    assert [hit["number"] for hit in ranked["hits"]][-1] == once
    assert {hit["number"] for hit in ranked["hits"]} == {once, titled, often}
    assert ranked["ranked"] is None
    assert [hit["number"] for hit in store.ask(SearchMessages("refund", 1, rank=True))["hits"]] in ([titled], [often])


def test_only_newest_messages_are_ranked_and_the_answer_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "RANKED", 3)
    monkeypatch.setattr(queries, "RANKED", 3)
    best = _ticket(store, "Refund", "refund refund")
    others = [_ticket(store, "Hello", f"refund {n}") for n in range(3)]
    ranked = store.ask(SearchMessages("refund", rank=True))
    assert sorted(hit["number"] for hit in ranked["hits"]) == others
    assert best not in others
    assert ranked["ranked"] == 3


def test_word_that_only_old_messages_contain_is_found(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL searches windows of messages, page by page; the test makes them small."""
    monkeypatch.setattr(candidates, "_WINDOWS", (2, 5))
    monkeypatch.setattr(candidates, "_PAGE", 2)
    made = store.transaction(lambda unit: [open_ticket(unit, text=f"needle {n}").number for n in range(12)])
    store.transaction(lambda unit: [open_ticket(unit, text="hay") for _ in range(4)] and None)
    assert _found(store, "needle") == made[::-1]
    assert _found(store, "needle", limit=3) == made[:-4:-1]


def test_rebuilt_index_finds_the_same(store: Store, reopen: Callable[..., Store], desk_url: str) -> None:
    def work(unit: Unit) -> None:
        ticket = open_ticket(unit, subject="환불 문의", text="first").number
        add_message(unit, ticket, kind=MessageKind.NOTE, text="second 결제")
        Messages.of(unit).withdraw(add_message(unit, ticket, text="gone").id)

    store.transaction(work)
    before = store.ask(SearchMessages("환불"))
    told: list[tuple[int, int]] = []
    assert migrate.reindex(desk_url, lambda done, total: told.append((done, total))) == 3
    assert told[-1] == (4, 4)
    again = reopen()
    assert again.ask(SearchMessages("환불")) == before
    assert again.ask(SearchMessages("gone"))["hits"] == []
    assert [row["name"] for row in again.ask(SearchContacts("ana"))] == ["Ana"]


def test_contacts_are_found_by_name_and_address(store: Store) -> None:
    def work(unit: Unit) -> None:
        for address in ("ana@example.org", "bob@shop.example"):
            open_ticket(unit, address=address)
        kim = Contact(unit.source.next_id("contacts"), "김철수", unit.now)
        Contacts.of(unit).put(kim)
        Contacts.of(unit).add_identity(Identity("phone", "+82-2-555-0101", kim.id))

    store.transaction(work)

    def names(words: str, limit: int = 50) -> list[str]:
        return [row["name"] for row in store.ask(SearchContacts(words, limit))]

    assert names("ana@example.org") == names("an") == names("ANA exam") == ["Ana"]
    assert names("김") == names("철수") == names("555-0101") == ["김철수"]
    assert names("example") == ["Bob", "Ana"]
    assert names("example", 1) == ["Bob"]
    assert names("carol") == []
    assert store.ask(SearchContacts("철수"))[0]["addresses"] == ["+82-2-555-0101"]


def test_merged_contact_is_found_as_its_target(store: Store) -> None:
    def work(unit: Unit) -> None:
        open_ticket(unit, address="ana@example.org")
        open_ticket(unit, address="berta@example.org")

    store.transaction(work)
    [old], [new] = store.ask(SearchContacts("ana")), store.ask(SearchContacts("berta"))
    store.transaction(
        lambda unit: Contacts.of(unit).put(replace(Contacts.of(unit).get(old["id"]), merged_into=new["id"]))
    )
    assert store.ask(SearchContacts("ana")) == [new]
    assert store.ask(SearchContacts("example")) == [new]


def test_renamed_contact_is_found_by_new_name(store: Store) -> None:
    store.transaction(open_ticket)
    [row] = store.ask(SearchContacts("ana"))
    store.transaction(lambda unit: Contacts.of(unit).put(replace(Contacts.of(unit).get(row["id"]), name="Berta")))
    assert [r["name"] for r in store.ask(SearchContacts("berta"))] == ["Berta"]
    assert store.ask(SearchContacts("ana berta")) != []  # the address still belongs to her


def test_withdrawn_message_is_not_found(store: Store) -> None:
    def work(unit: Unit) -> int:
        ticket = open_ticket(unit).number
        return add_message(unit, ticket, kind=MessageKind.NOTE, text="secret").id

    note = store.transaction(work)
    assert _found(store, "secret") == [1]
    store.transaction(lambda unit: Messages.of(unit).withdraw(note))
    assert _found(store, "secret") == []


def test_words_at_the_end_of_a_very_long_text_are_found(store: Store) -> None:
    ticket = _ticket(store, "Log", "line " * 60_000 + "needle 결제오류")
    assert _found(store, "needle") == _found(store, "결제") == _found(store, "needle log 오류") == [ticket]


@given(st.text())
def test_any_text_is_split_into_words_that_both_databases_accept(text: str) -> None:
    for word in tokenize(text):
        assert 0 < len(word) <= 40
        assert not set(word) & set("\0'\"\\ :*&|!()<>-")


@given(st.text(alphabet=st.characters(categories=["L", "N", "Zs"])))
def test_text_is_found_by_each_of_its_parts(text: str) -> None:
    """Each part between blanks is a phrase of the text, both in the index and in the displayed text."""
    whole, readable = tokenize(text), Readable(text)
    for part in text.split():
        for phrase in phrases(f'"{part}"'):
            assert _holds(whole, phrase)
            assert readable.first(phrase) is not None


_HANGUL = st.text("가나다라 ", max_size=12)


@given(_HANGUL, st.text("가나다라", min_size=1, max_size=4))
def test_korean_is_found_by_any_part_and_by_no_other_text(text: str, piece: str) -> None:
    [phrase] = phrases(piece)
    held = piece in text
    assert (Readable(text).first(phrase) is not None) == held
    # a lone syllable inside a word begins a pair, or ends the word
    assert _holds(tokenize(text), phrase) == held


@given(st.text("aB 가나-.ß", max_size=20), st.lists(st.text("aB가나ß", min_size=1, max_size=3), min_size=1, max_size=2))
def test_index_and_reader_find_the_same_words_in_a_text(text: str, parts: list[str]) -> None:
    for phrase in phrases('"' + " ".join(parts) + '"'):
        assert _holds(tokenize(text), phrase) == (Readable(text).first(phrase) is not None)


@given(st.text("aB 가나-ßé\u0301\n⟦", max_size=400), st.lists(st.sampled_from(["a", "b", "가나", "가", "ss", "é"])))
def test_snippet_marks_the_searched_words(text: str, words: list[str]) -> None:
    wanted = [phrase for word in words for phrase in phrases(word)]
    shown = snippet(Readable(text), wanted)
    assert shown.count("⟦") == shown.count("⟧")
    assert "\n" not in shown
    marked = re.findall("⟦(.*?)⟧", shown)
    for piece in marked:
        assert any(Readable(piece).first(phrase) == 0 for phrase in wanted), piece
    if any(Readable(text).first(phrase) is not None for phrase in wanted):
        assert marked


def test_snippet_surrounds_the_first_match() -> None:
    [phrase] = phrases("결제")
    text = "아무 말도 아닌 말 " * 30 + "카드결제가 안 됩니다. " + "그래서 어떻게 하나요 " * 30
    shown = snippet(Readable(text), [phrase])
    assert "카드⟦결제⟧가 안 됩니다" in shown
    assert (shown[0], shown[-1]) == ("…", "…")
    assert len(shown) < 180
    assert snippet(Readable("broken\nlink"), phrases("link broken")) == "⟦broken link⟧"
    assert snippet(Readable("STRASSE, Straße"), phrases("straße")) == "⟦STRASSE⟧, ⟦Straße⟧"
    assert snippet(Readable("no such word"), [phrase]) == "no such word"


def _holds(whole: list[str], phrase: Phrase) -> bool:
    """Match a phrase as both databases do."""
    *before, last = phrase.words
    return any(
        whole[i : i + len(before)] == before
        and (word := whole[i + len(before)])
        and (word.startswith(last) if phrase.prefix else word == last)
        for i in range(len(whole) - len(before))
    )


def test_long_message_has_overlapping_rows() -> None:
    words = words_of(1, "Log", "Log", (), " ".join(f"w{n}" for n in range(9_000)))
    rows = list(_rows(words))
    assert [(message, piece, long) for message, piece, long, _ in rows] == [(1, 0, True), (1, 1, True), (1, 2, True)]
    assert all(len(tokens.split()) <= 4000 for *_, tokens in rows)
    assert rows[0][3].startswith("'log':1A 'w0':4 'w1':5")
    assert rows[1][3].startswith("'w3949':1 ")
    assert rows[0][3].endswith(" 'w3997':4000") is False


@pytest.mark.parametrize(
    ("written", "wanted", "shown"),
    [
        ("ＦＵＬＬ ｗｉｄｔｈ", "full width", "⟦ＦＵＬＬ ｗｉｄｔｈ⟧"),
        ("the full story", "ｆｕｌｌ", "the ⟦full⟧ story"),
        ("新しいﾌﾟﾘﾝﾀｰです", "プリンター", "新しい⟦ﾌﾟﾘﾝﾀｰ⟧です"),
        ("新しいプリンターです", "ﾌﾟﾘﾝﾀｰ", "新しい⟦プリンター⟧です"),
        ("ﾡￂ 둘", "ㄱㅏ", "⟦ﾡￂ⟧ 둘"),
        ("１２３－４５", "123-45", "⟦１２３－４５⟧"),
        ("weighs 10㎏ net", "10kg", "weighs ⟦10㎏⟧ net"),
        ("㈜한국상사", "한국상사", "㈜⟦한국상사⟧"),
        ("the oﬃce key", "office", "the ⟦oﬃce⟧ key"),
        ("ＡＢＣ", "＂abc＂", "⟦ＡＢＣ⟧"),
    ],
)
def test_full_width_half_width_and_other_compatibility_forms_are_the_same(
    store: Store, written: str, wanted: str, shown: str
) -> None:
    store.transaction(lambda unit: open_ticket(unit, subject="Question", text=written))
    for rank in (False, True):
        [hit] = store.ask(SearchMessages(wanted, rank=rank))["hits"]
        assert hit["snippet"] == shown


def test_contacts_are_found_in_compatibility_forms(store: Store) -> None:
    def work(unit: Unit) -> None:
        Contacts.of(unit).put(Contact(unit.source.next_id("contacts"), "ＡＣＭＥ ﾃｽﾄ", unit.now))

    store.transaction(work)
    for words in ("acme", "テスト", "ａｃｍｅ", "ﾃｽﾄ"):
        assert [row["name"] for row in store.ask(SearchContacts(words))] == ["ＡＣＭＥ ﾃｽﾄ"]


def test_composing_characters_match_unicode_data() -> None:
    found = set()
    for number in range(0x110000):
        decomposed = unicodedata.normalize("NFD", chr(number)) if not 0xD800 <= number < 0xE000 else ""
        if len(decomposed) > 1 and unicodedata.normalize("NFC", decomposed) == chr(number):
            last = decomposed[-1]
            if unicodedata.combining(last) == 0:
                found.add(last)
    assert {last for last in found if not re.match(f"[{COMPOSING}]", last)} == set()


_FORMS = "aß 가각힣ㄱㅏㄴㄳ\u1100\u1161\u11a8ｶﾞﾟﾊガ㎏ﬁ…\u00a0ﾡￂ①´\u0301\u0328é\u09c7\u09be\u3099か"
_COMPATIBLE = st.text(st.sampled_from(_FORMS) | st.characters(), max_size=12)


@given(_COMPATIBLE)
def test_offsets_in_a_folded_text_map_to_the_text(text: str) -> None:
    shown = unicodedata.normalize("NFC", text)
    places = OffsetMap(shown)
    folded = fold(shown)
    for place, character in enumerate(folded):
        start, end = places.shown(place), places.shown_after(place + 1)
        assert character in fold(shown[start:end])
        assert places.folded(start) <= place
    assert places.shown_after(len(folded)) == len(shown) or not folded
