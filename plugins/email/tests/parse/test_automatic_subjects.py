"""Out-of-office subjects in many languages, and subjects of people who write about absences."""

from __future__ import annotations

import pytest

AUTOMATIC = [
    "Out of Office", "Out of the office until Monday", "Out of office: Re: Invoice", "OOO: Invoice",
    "Automatic reply: x", "Auto: x", "Autoreply: x", "I'm on vacation until 3 May",
    "Auto-Reply: Printer", "Abwesenheitsnotiz: Urlaub", "Abwesenheit", "Automatische Antwort: x",
    "Ich bin im Urlaub bis 3.5.", "Automatisch antwoord: x", "Réponse automatique : x", "Absence du bureau",
    "Message d'absence", "Respuesta automática: x", "Fuera de la oficina: x", "Resposta automática: x",
    "Ausência temporária", "Risposta automatica: x", "Fuori ufficio: x", "Afwezig: x", "Afwezigheidsbericht",
    "Automatische reactie: x", "Autosvar: x", "Automatiskt svar: x", "Frånvaro: x", "Automatisk svar: x",
    "Fraværsbesked", "Poissa: x", "Automaattinen vastaus: x", "Odpowiedź automatyczna: x", "Autoodpowiedź: x",
    "Автоответ: x", "Автоматический ответ: x", "В отпуске до 3 мая", "부재중", "[부재중] 회신이 늦습니다",
    "부재중 자동 응답", "자동 회신: 문의", "자동회신", "[자동응답] RE: 문의", "자동 응답 메일입니다", "휴가 중입니다",
    "[휴가 안내] 5월 3일까지", "부재 알림", "自動返信: x", "【自動返信】お問い合わせ", "不在のお知らせ",
    "自動応答: x", "自动回复: x", "自動回覆：x", "外出自动回复", "不在通知",
]  # fmt: skip

PERSONAL = [
    "Out of office supplies", "Re: out of office chairs?", "Question about my vacation",
    "On vacation rentals in Jeju", "Vacation notice period", "Automatic door broken", "Auto repair",
    "자동차 보험 문의", "자동 응답기 구매 문의", "부재중 전화 기능 문의", "휴가 신청 방법 문의",
    "휴가 중에 주문한 상품 취소", "부재료 문의", "Urlaubsantrag", "Abwesenheitsverwaltung: Fehler",
    "Im Urlaubsgebiet kein Netz", "Absences répétées", "Réponse à votre devis", "Consulta sobre vacaciones",
    "Ferie arretrate", "Poissaolojen kirjaus", "自動車保険", "自動販売機の件", "自动售货机", "休暇の申請について",
    "Onvakantie", "Automatiskt uppdaterad?", "Office hours", "Re: Automatic reply: x", "Away game tickets",
]  # fmt: skip


@pytest.mark.parametrize("subject", AUTOMATIC)
def test_out_of_office_subject_is_automatic(read, subject):
    assert read(f"Subject: {subject}").automatic.why == "out-of-office subject"


@pytest.mark.parametrize("subject", PERSONAL)
def test_subject_about_absence_is_not_automatic(read, subject):
    assert not read(f"Subject: {subject}").automatic.automatic
