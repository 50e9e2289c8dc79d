"""What agents are told, in the desk's language."""

from __future__ import annotations

from collections.abc import Iterable

from ...safe import visible, visible_lines
from ..kernel.unit import Unit
from ..messages.model import MessageKind
from ..messages.subjects import differs
from ..messages.thread import Message, MessageHead, Trust
from ..tickets.model import Ticket
from .model import Notice

#: How much of what the customer wrote goes into a notification, in characters.
EXCERPT = 2000

WHAT = {
    "en": {
        "new": "New ticket",
        "assigned": "Assigned to you",
        "escalated": "Escalated to you",
        "failed": "Your reply was not delivered",
        "partly_failed": "Your reply did not reach everyone",
        "uncertain": "Your reply may not have been delivered",
        "refused": "Your mail could not be carried out",
        "quarantined": "A message could not be read",
        "person": "A customer asks for a person",
        "callback": "Call back",
        "due_soon": "Due soon",
        "overdue": "Overdue",
        "routed": "Several tickets assigned to you",
        "nobody": "Tickets wait and nobody is online",
        "stuck": "Tickets wait that nobody who is here may have",
        "approval": "Your approval is asked for",
        "approved": "Approved",
        "denied": "Not approved",
        "undecided": "Done before your question was decided",
        "answered": "Customer replied",
        "replied": "Colleague replied",
        "solved": "Solved",
        "reopened": "Reopened",
        "unverified": "Message of an unverified sender",
    },
    "ko": {
        "new": "새 문의",
        "assigned": "담당자로 지정됨",
        "escalated": "에스컬레이션됨",
        "failed": "답변이 전달되지 않음",
        "partly_failed": "답변이 일부 수신자에게 전달되지 않음",
        "uncertain": "답변 전달 여부를 알 수 없음",
        "refused": "메일로 보낸 요청을 처리하지 못함",
        "quarantined": "읽을 수 없는 메시지",
        "person": "고객이 상담원을 요청함",
        "callback": "회신 전화",
        "due_soon": "기한 임박",
        "overdue": "기한 초과",
        "routed": "여러 문의가 배정됨",
        "nobody": "대기 중인 문의가 있으나 온라인 상담원이 없음",
        "stuck": "지금 맡을 수 있는 상담원이 없는 문의가 대기 중",
        "approval": "승인 요청",
        "approved": "승인됨",
        "denied": "승인되지 않음",
        "undecided": "승인 여부가 정해지기 전에 종료됨",
        "answered": "고객 답변 도착",
        "replied": "동료 상담원이 답변함",
        "solved": "해결됨",
        "reopened": "다시 열림",
        "unverified": "발신자가 확인되지 않은 메시지",
    },
}
DIGEST = {
    "en": {
        "subject": "{count} notifications",
        "more": "And {count} more: {numbers}",
        "foot": "This message is about several tickets: an answer to it belongs to none of them.\n"
        "deskctl show NUMBER · deskctl reply NUMBER · deskctl list",
    },
    "ko": {
        "subject": "알림 {count}건",
        "more": "그 밖에 {count}건: {numbers}",
        "foot": "여러 문의를 모은 알림입니다. 이 메일에 답장해도 어느 문의에도 들어가지 않습니다.\n"
        "deskctl show 번호 · deskctl reply 번호 · deskctl list",
    },
}
_FROM = {"en": "From", "ko": "보낸 사람"}
#: Who wrote the note that it comes with, by what it is about; "" is of everything else.
_BY = {
    "en": {
        "escalated": "Escalated by",
        "approval": "Asked by",
        "approved": "Decided by",
        "denied": "Decided by",
        "replied": "Reply by",
        "solved": "Solved by",
        "reopened": "Reopened by",
        "answered": "Entered by",
        "": "Note by",
    },
    "ko": {
        "escalated": "에스컬레이션한 사람",
        "approval": "요청한 사람",
        "approved": "결정한 사람",
        "denied": "결정한 사람",
        "replied": "답변한 상담원",
        "solved": "해결한 상담원",
        "reopened": "다시 연 상담원",
        "answered": "입력한 상담원",
        "": "메모 작성자",
    },
}
_REASON = {"en": "Reason", "ko": "사유"}
#: Why a message is not verified; "" is of senders who do not take part.
_DOUBT = {
    "en": {
        Trust.FAIL: "Not verified: DMARC failed, the sender may be forged",
        Trust.DOUBT: "Not verified: nothing proves the sender, and Reply-To is new",
        "": "Not verified: the sender is not a participant of the ticket and gets no answer to this message",
    },
    "ko": {
        Trust.FAIL: "확인되지 않음: DMARC 검증에 실패하여 발신자가 위조되었을 수 있습니다",
        Trust.DOUBT: "확인되지 않음: 발신자를 확인할 근거가 없고 Reply-To가 새로운 주소입니다",
        "": "확인되지 않음: 발신자는 이 티켓의 참여자가 아니며, 이 메일에 답장해도 발신자에게 전달되지 않습니다",
    },
}
#: Who that is where it is no agent.
_ITSELF = {
    "en": {"system:sla": "a service level", "": "the desk"},
    "ko": {"system:sla": "서비스 수준", "": "데스크"},
}


def names_customer(line: str) -> bool:
    """Whether a line of a notification says whose ticket it is."""
    return line.startswith(tuple(f"{label}: " for label in _FROM.values()))


def secrets(lines: Iterable[str]) -> list[str]:
    """The reasons in the lines of a notification, without their label."""
    labels = tuple(f"{label}: " for label in _REASON.values())
    return [line.partition(": ")[2] for line in lines if line.startswith(labels)]


def language(unit: Unit) -> str:
    return unit.settings.language if unit.settings.language in WHAT else "en"


def command(notice: Notice) -> str:
    """What to type to see more."""
    if notice.ticket is not None:
        return f"deskctl show {notice.ticket}"
    return "deskctl inbox list" if notice.about == "quarantined" else "deskctl list"


def single(unit: Unit, notice: Notice) -> tuple[str, str]:
    """Subject and text of a message about one thing."""
    ticket = unit.find_ticket(notice.ticket) if notice.ticket is not None else None
    what = WHAT[language(unit)][notice.about]
    subject = f"[#{ticket.number}] {what}: {visible(ticket.subject)}".strip() if ticket else what
    lines = [visible_lines(notice.detail)] if notice.detail else []
    if ticket is None:
        return subject, "\n".join([*lines, "", "-- ", command(notice)])
    written = _head(unit, ticket, notice.message)
    theirs = written if written is not None and written.kind is MessageKind.IN else None
    said = _said(unit, notice.message).strip()
    if theirs is not None and differs(theirs.subject, ticket.subject, said):
        said = f"{theirs.subject}\n\n{said}".strip()  # a customer may answer in the subject alone
    said = visible_lines(said[:EXCERPT])
    head = [f"{_FROM[language(unit)]}: {visible(_who(unit, ticket, theirs))}"]
    if written is not None and written.kind is MessageKind.NOTE:
        head.append(_by(unit, notice, written))
        if notice.about == "escalated":
            lines, said = [*lines, f"{_REASON[language(unit)]}: {said}"], ""
    words = ["", said] if said and said not in lines else []
    return subject, "\n".join([*head, *lines, *words, "", "-- ", command(notice)])


def _head(unit: Unit, ticket: Ticket, message: int | None) -> Message | MessageHead | None:
    if message is None:
        return None
    fresh = next((m for m in unit.changes.messages if m.id == message), None)
    return fresh or next((m for m in unit.heads(ticket.number) if m.id == message), None)


def _who(unit: Unit, ticket: Ticket, written: Message | MessageHead | None) -> str:
    """Who wrote it, by the address that they wrote from; the customer if it is not a customer's message."""
    address = (written and written.author) or next((i.address for i in unit.addresses_of(ticket.contact)), None)
    contact = written.contact if written is not None and written.contact is not None else ticket.contact
    name = unit.contact(contact).name
    return f"{name} <{address}>" if name and address else name or address or "?"


def _by(unit: Unit, notice: Notice, written: Message | MessageHead) -> str:
    """Which agent wrote it, or that nobody did."""
    labels, itself = _BY[language(unit)], _ITSELF[language(unit)]
    agent = unit.agents.get(written.author or "")
    who = agent.name if agent is not None else itself.get(written.author or "", itself[""])
    return f"{labels.get(notice.about, labels[''])}: {visible(who)}"


def done_by(unit: Unit, about: str, name: str) -> str:
    """`Solved by: Ana`, in the desk's language."""
    labels = _BY[language(unit)]
    return f"{labels.get(about, labels[''])}: {visible(name)}"


def doubt(unit: Unit, written: Message) -> str:
    """In a line, why a message is not verified."""
    words = _DOUBT[language(unit)]
    return words.get(written.trust or "", words[""])


def _said(unit: Unit, message: int | None) -> str:
    if message is None:
        return ""
    fresh = next((m.visible_text for m in unit.changes.messages if m.id == message), None)
    return unit.source.visible_texts((message,)).get(message, "") if fresh is None else fresh
