"""Messages keep their templates, are filled once, and are shown in the reader's language."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from hypothesis import given
from hypothesis import strategies as st

from deskctl import i18n
from deskctl.i18n import Text, _, _n, _p, joined, listed, restored, texts_in, translate
from deskctl.plugins import translator

VALUES = st.text() | st.integers() | st.booleans() | st.none()


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small catalogue in a language that no distribution has."""
    found = Catalog(locale="pl")
    found.add("no ticket {number}", "brak zgłoszenia {number}")
    found.add("{what} is {state}", "{state}: {what}")
    found.add("open", "otwórz")
    found.add("open", "otwarte", context="status")
    found.add("solved", "rozwiązane")
    found.add(("{n} ticket", "{n} tickets"), ("{n} zgłoszenie", "{n} zgłoszenia", "{n} zgłoszeń"))
    folder = tmp_path / "locale" / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "deskctl.mo").open("wb") as file:
        write_mo(file, found)
    monkeypatch.setattr(i18n, "_folder", lambda domain: str(tmp_path / "locale") if domain == "deskctl" else "")
    monkeypatch.setattr(i18n, "_catalogues", {})


def test_message_is_its_english_sentence() -> None:
    assert _("no ticket {number}", number=7) == "no ticket 7"
    assert json.dumps({"what": _("no ticket {number}", number=7)}) == '{"what": "no ticket 7"}'


@given(st.text(), st.dictionaries(st.from_regex(r"\A[a-z]+\Z"), VALUES, max_size=3))
def test_text_accepts_any_template_and_values(template: str, params: dict[str, Any]) -> None:
    assert isinstance(Text(template, params), str)


@given(st.text(), st.text())
def test_values_are_filled_in_once(first: str, second: str) -> None:
    assert _("{a}|{b}", a=first, b=second) == f"{first}|{second}"


def test_braces_without_a_parameter_stay() -> None:
    assert _("{hours_line} and {name}", name="x") == "{hours_line} and x"
    assert _("{ {name}", name="x") == "{ x"


@pytest.mark.usefixtures("catalogue")
class TestTranslation:
    def test_parameters_are_filled_into_the_translation(self) -> None:
        assert translate(_("no ticket {number}", number="{number}"), "pl") == "brak zgłoszenia {number}"

    def test_parameters_that_are_messages_are_translated(self) -> None:
        assert translate(_("{what} is {state}", what="x", state=_("solved")), "pl") == "rozwiązane: x"

    @pytest.mark.parametrize(("n", "said"), [(1, "1 zgłoszenie"), (3, "3 zgłoszenia"), (5, "5 zgłoszeń")])
    def test_number_selects_the_plural_form(self, n: int, said: str) -> None:
        assert translate(_n("{n} ticket", "{n} tickets", n), "pl") == said

    def test_context_tells_equal_words_apart(self) -> None:
        assert (translate(_("open"), "pl"), translate(_p("status", "open"), "pl")) == ("otwórz", "otwarte")

    @pytest.mark.parametrize("language", [None, "", "en", "en_GB", "xx", "../../etc", ("en", "pl")])
    def test_other_languages_fall_back_to_english(self, language: Any) -> None:
        assert translate(_n("{n} ticket", "{n} tickets", 2), language) == "2 tickets"

    @pytest.mark.parametrize("language", ["pl", "pl_PL", "pl-PL", ("xx", "pl")])
    def test_region_falls_back_to_the_language(self, language: Any) -> None:
        assert translate(_("solved"), language) == "rozwiązane"

    def test_unknown_message_falls_back_to_english(self) -> None:
        assert translate(_("never heard of {name}", name="x"), "pl") == "never heard of x"

    def test_lists_of_messages_are_translated(self) -> None:
        assert translate(joined("; ", [_("solved"), "x"]), "pl") == "rozwiązane; x"
        assert listed(["a", "b", "c"]) == "a, b and c"

    def test_preferred_is_the_first_language_with_a_catalogue(self) -> None:
        assert i18n.preferred("xx", None, "pl", "en") == "pl"
        assert i18n.preferred("xx") == "en"

    def test_message_survives_json_and_pickle(self) -> None:
        text = _n("{n} ticket", "{n} tickets", 3)
        for back in (i18n.text_from(json.loads(json.dumps(i18n.document(text)))), pickle.loads(pickle.dumps(text))):
            assert translate(back, "pl") == "3 zgłoszenia"

    def test_messages_in_a_document_are_found_and_restored(self) -> None:
        document = {"said": _("solved"), "rows": [{"a/b~": _("no ticket {number}", number=1)}, "plain"]}
        texts = texts_in(document)
        assert set(texts) == {"/said", "/rows/0/a~1b~0"}
        back = restored(json.loads(json.dumps(document)), json.loads(json.dumps(texts)))
        assert back == document
        assert translate(back["rows"][0]["a/b~"], "pl") == "brak zgłoszenia 1"


@given(
    st.dictionaries(
        st.text(), st.recursive(VALUES, lambda x: st.lists(x) | st.dictionaries(st.text(), x), max_leaves=10)
    )
)
def test_any_texts_of_an_answer_are_harmless(texts: dict[str, Any]) -> None:
    assert restored({"said": "x"}, texts) == {"said": "x"}


@pytest.mark.parametrize(
    ("environment", "languages"),
    [
        ({}, ()),
        ({"LANG": "ko_KR.UTF-8"}, ("ko_KR",)),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ko_KR.UTF-8"}, ("ko_KR",)),
        ({"LC_MESSAGES": "ko_KR.UTF-8", "LC_ALL": "de_DE@euro"}, ("de_DE",)),
        ({"LANGUAGE": "ko:fr", "LANG": "de_DE"}, ("ko", "fr")),
        ({"LANGUAGE": "fr:en:ko", "LANG": "de_DE"}, ("fr",)),
        ({"LANGUAGE": "ko", "LC_ALL": "C.UTF-8"}, ("ko",)),
        ({"LANGUAGE": "ko", "LC_ALL": "C"}, ()),
        ({"LANGUAGE": "ko", "LANG": "POSIX"}, ()),
        ({"LC_ALL": "C.UTF-8", "LANG": "ko_KR.UTF-8"}, ()),
    ],
)
def test_shell_language_follows_gettext(
    environment: dict[str, str], languages: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert i18n.shell_languages() == languages


def test_plugin_messages_name_their_catalogue() -> None:
    text = translator("deskctl_pigeon")("no pigeon {name}", name="Ada")
    assert (text, text.domain) == ("no pigeon Ada", "deskctl_pigeon")
    assert translate(text, "ko") == "no pigeon Ada"


@pytest.mark.usefixtures("catalogue")
def test_messages_that_a_plugin_shares_with_deskctl_are_translated() -> None:
    text = translator("deskctl_pigeon")("no ticket {number}", number=7)
    assert translate(text, "pl") == "brak zgłoszenia 7"


def test_catalogue_of_a_plugin_is_found_without_importing_it() -> None:
    import sys

    folder = i18n.catalogue_folder("deskctl_kb")
    assert folder.endswith("deskctl_kb/locale")
    assert i18n.catalogue_folder("os.path") == ""
    assert sys.modules.get("deskctl_pigeon") is None
