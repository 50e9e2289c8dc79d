"""Search for articles in other languages than the desk's."""

from __future__ import annotations

import re
from typing import Any

import pytest

Kb = Any

ARTICLES = {
    "de": ("Rechnung ändern", "Unter Konto können Sie Rechnungen und Adressen ändern. Also bitte anmelden."),
    "fr": ("Modifier une facture", "Vous pouvez modifier vos factures et vos adresses dans les réglages."),
    "es": ("Cambiar facturas", "Puede cambiar sus direcciones y facturas en los ajustes de la cuenta."),
    "pt-br": ("Alterar faturas", "Você pode alterar endereços e faturas nas configurações da conta."),
    "ru": ("Изменить счета", "Вы можете изменить счета и адреса в настройках."),
    "tr": ("Faturaları değiştirin", "Faturalarınızı ve adreslerinizi hesap ayarlarından değiştirebilirsiniz."),
    "pl": ("Zmiana faktury", "Faktury i adresy można zmienić w ustawieniach konta."),
    "ja": ("請求書の変更", "アカウントで請求書と住所を変更できます。"),
    "ko": ("청구서 변경", "계정에서 청구서와 주소를 변경하실 수 있습니다. 방법은 같습니다."),
    "en": ("Changing invoices", "You can change invoices and addresses in your account."),
}


@pytest.mark.parametrize("language", ARTICLES)
def test_every_word_of_an_article_finds_it_in_any_language(kb: Kb, language: str) -> None:
    title, text = ARTICLES[language]
    number = kb.add(title, text, language=language, public=True)
    other = kb.add("Lamp", "Is it dark?", language="sv")
    for word in re.findall(r"\w+", f"{title} {text}"):
        assert number in kb.search(word), word
        if word.upper().casefold() == word.casefold():  # the Turkish ı becomes I, the capital of i in other languages
            assert number in kb.search(word.upper()), word
    assert other not in kb.search(title)


def test_search_finds_articles_in_several_languages(kb: Kb) -> None:
    numbers = {language: kb.add(*ARTICLES[language], language=language) for language in ("de", "fr", "en")}
    assert kb.search("Rechnungen") == [numbers["de"]]
    assert kb.search("factures") == [numbers["fr"]]
    assert kb.search("invoices") == [numbers["en"]]
    assert set(kb.search("Adressen addresses")) == set(numbers.values())
    kb("state", ids=(numbers["de"],), state="retired")
    assert kb.search("Rechnungen") == []


def test_question_in_another_language_finds_its_article(kb: Kb) -> None:
    kb.add(*ARTICLES["de"], language="de", public=True)
    answer = kb("search", text="Wie kann ich Rechnungen ändern?", customers=True)
    assert answer["good"] and answer["found"][0]["language"] == "de"
