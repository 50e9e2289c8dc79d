"""What the desk itself says to customers, in their language."""

from __future__ import annotations

from collections.abc import Sequence

from ..kernel.settings import ChannelInfo
from ..kernel.unit import Unit
from ..messages.model import Choice
from ..tickets.model import Status, Ticket

#: A customer who asks how things stand is told of so many tickets at most, the newest first.
MOST_TICKETS = 10

_PHRASES = {
    "en": {
        "machine": "This is an automatic answer.",
        "choose": "Answer with a number:",
        "greeting": "Hello! This is {desk}.",
        "help": "Write what you need, and somebody will answer you here.\n"
        "You can also ask how your tickets stand, begin a new matter, or ask for a person.",
        "hours": "People answer: {hours}",
        "tickets": "Your open tickets:",
        "more": "… and {count} more",
        "no_tickets": "You have no open tickets. Write what you need, and it becomes one.",
        "no_subject": "(no subject)",
        "begin": "What is it about? What you write next becomes a new ticket.",
        "person": "A person will answer you here (ticket #{number}).",
        "person_again": "Our people know that you wait for one of them (ticket #{number}).",
        "asks_for_person": "A person, please",
        "linked": "Done: we know now that this is you, and all that you told us before.",
        "not_linked": "This code does not work. Codes can be used once and for a short time; ask us for another one.",
        "solved": "Thank you! Ticket #{number} is solved. If it is not, just write again.",
        "worked_on": "Thank you! Somebody is at work on ticket #{number} and has been told.",
        "chosen": "You have chosen already (ticket #{number}).",
        "too_late": "That can no longer be chosen. Just write what you need.",
        "not_yours": "That is not yours to choose.",
        "about": "About ticket #{number}: {subject}",
        "so_far": "What was said so far:",
        "files": "[file: {name}]",
    },
    "ko": {
        "machine": "자동으로 보내 드리는 답변입니다.",
        "choose": "번호로 답해 주세요:",
        "greeting": "안녕하세요! {desk}입니다.",
        "help": "필요하신 내용을 적어 주시면 담당자가 여기에서 답변드립니다.\n"
        "문의 현황을 묻거나, 새 문의를 시작하거나, 상담원을 요청하실 수도 있습니다.",
        "hours": "상담 시간: {hours}",
        "tickets": "진행 중인 문의:",
        "more": "… 외 {count}건",
        "no_tickets": "진행 중인 문의가 없습니다. 필요하신 내용을 적어 주시면 문의로 접수됩니다.",
        "no_subject": "(제목 없음)",
        "begin": "어떤 내용인가요? 다음에 보내시는 메시지가 새 문의로 접수됩니다.",
        "person": "상담원이 여기에서 답변드리겠습니다 (문의 #{number}).",
        "person_again": "상담원을 기다리고 계신 것을 이미 전달했습니다 (문의 #{number}).",
        "asks_for_person": "상담원을 요청합니다",
        "linked": "확인되었습니다. 이제 여기에 쓰시는 내용은 이전 문의와 함께 답변드립니다.",
        "not_linked": "사용할 수 없는 코드입니다. 코드는 짧은 시간 동안 한 번만 쓸 수 있으니 새 코드를 요청해 주세요.",
        "solved": "감사합니다! 문의 #{number}이(가) 해결되었습니다. 그렇지 않다면 다시 적어 주세요.",
        "worked_on": "감사합니다! 문의 #{number}의 담당자에게 전달했습니다.",
        "chosen": "이미 선택하셨습니다 (문의 #{number}).",
        "too_late": "더 이상 선택할 수 없습니다. 필요하신 내용을 적어 주세요.",
        "not_yours": "선택하실 수 없는 항목입니다.",
        "about": "문의 #{number} 관련: {subject}",
        "so_far": "지금까지의 대화:",
        "files": "[파일: {name}]",
    },
}
_STATES = {
    "en": {
        Status.NEW: "received",
        Status.OPEN: "in progress",
        Status.PENDING: "waits for your answer",
        Status.HOLD: "waits for somebody else's answer",
        Status.SOLVED: "solved",
    },
    "ko": {
        Status.NEW: "접수됨",
        Status.OPEN: "처리 중",
        Status.PENDING: "고객님의 답변을 기다리는 중",
        Status.HOLD: "다른 곳의 답변을 기다리는 중",
        Status.SOLVED: "해결됨",
    },
}


def spoken(unit: Unit, *wanted: str | None) -> str:
    """The first of the wanted languages that the desk has words in, else its own, else English."""
    known = (language.partition("-")[0].lower() for language in (*wanted, unit.settings.language) if language)
    return next((language for language in known if language in _PHRASES), "en")


def phrase(language: str, name: str, /, **facts: object) -> str:
    """`language` is one that `spoken` gave. What stands in `facts` may hold braces: it is filled in once."""
    words = _PHRASES[language][name]
    for key, value in facts.items():
        head, found, tail = words.partition(f"{{{key}}}")
        words = f"{head}{value}{tail}" if found else words
    return words


def subject(language: str, ticket: Ticket) -> str:
    return " ".join(ticket.subject.split()) or phrase(language, "no_subject")


def states(language: str, tickets: Sequence[Ticket]) -> str:
    """A customer's open tickets, one a line, in words for customers."""
    if not tickets:
        return phrase(language, "no_tickets")
    lines = [f"#{t.number} {subject(language, t)}: {_STATES[language][t.status]}" for t in tickets[:MOST_TICKETS]]
    if len(tickets) > MOST_TICKETS:
        lines.append(phrase(language, "more", count=len(tickets) - MOST_TICKETS))
    return "\n".join([phrase(language, "tickets"), *lines])


def greeting(unit: Unit, channel: ChannelInfo, language: str) -> str:
    """The channel's greeting, what can be done here, and when people answer."""
    texts = channel.greeting
    own = texts.get(language) or texts.get("") or texts.get(unit.settings.language) or next(iter(texts.values()), None)
    first = own or phrase(language, "greeting", desk=unit.settings.name)
    return "\n\n".join(part for part in (first.strip(), phrase(language, "help"), hours(channel, language)) if part)


def hours(channel: ChannelInfo, language: str) -> str:
    """When people answer; "" where nobody says."""
    return phrase(language, "hours", hours=channel.hours) if channel.hours else ""


def numbered(language: str, choices: Sequence[Choice]) -> str:
    """What can be picked, for a channel that shows no buttons; "" for nothing."""
    if not choices:
        return ""
    lines = (f"{number}: {' '.join(choice.label.split())}" for number, choice in enumerate(choices, 1))
    return "\n".join([phrase(language, "choose"), *lines])
