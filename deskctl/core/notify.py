"""Telling agents what concerns them, by mail, in the desk's language."""

from __future__ import annotations

from ..errors import NotFound
from ..safe import visible, visible_lines
from .commands import Command
from .commands.machine import Tell
from .events import AgentTold
from .handling import Handler, Said, Steps
from .outbox import OutboxEntry, OutboxKind
from .people import Actor
from .replying import new_message_id
from .sla import storms
from .tickets import Ticket
from .unit import Unit

#: How much of what the customer wrote goes into a notification, in characters.
EXCERPT = 2000

_SUBJECT = {
    "en": {
        "new": "New ticket",
        "assigned": "Assigned to you",
        "escalated": "Escalated to you",
        "failed": "Your reply was not delivered",
        "uncertain": "Your reply may not have been delivered",
        "refused": "Your mail could not be carried out",
        "quarantined": "A message could not be read",
        "person": "A customer asks for a person",
        "callback": "Call back",
        "due_soon": "Due soon",
        "overdue": "Overdue",
        "routed": "Several tickets assigned to you",
        "nobody": "Tickets wait and nobody is online",
        "approval": "Your approval is asked for",
        "approved": "Approved",
        "denied": "Not approved",
    },
    "ko": {
        "new": "새 문의",
        "assigned": "담당자로 지정됨",
        "escalated": "에스컬레이션됨",
        "failed": "답변이 전달되지 않음",
        "uncertain": "답변 전달 여부를 알 수 없음",
        "refused": "메일로 보낸 요청을 처리하지 못함",
        "quarantined": "읽을 수 없는 메시지",
        "person": "고객이 상담원을 요청함",
        "callback": "회신 전화",
        "due_soon": "기한 임박",
        "overdue": "기한 초과",
        "routed": "여러 문의가 배정됨",
        "nobody": "대기 중인 문의가 있으나 온라인 상담원이 없음",
        "approval": "승인 요청",
        "approved": "승인됨",
        "denied": "승인되지 않음",
    },
}
_FROM = {"en": "From", "ko": "보낸 사람"}


def tell(unit: Unit, command: Tell, actor: Actor) -> Steps:
    """Put a notification into the outbox. Nothing to say it through, or nobody to say it to, is no error."""
    agent = unit.agents.get(command.agent)
    if agent is None:
        raise NotFound(f"no agent is called “{command.agent}”")
    channel = unit.settings.notifier
    if channel is None or unit.settings.owns(agent.email) or not agent.active:
        return Said(f"{agent.handle} cannot be told by mail")
    ticket = unit.ticket(command.ticket) if command.ticket is not None else None
    language = unit.settings.language if unit.settings.language in _SUBJECT else "en"
    entry = OutboxEntry(
        id=unit.source.next_id("outbox"),
        kind=OutboxKind.NOTIFICATION,
        channel=channel.name,
        message_id=new_message_id(unit, channel),
        to=(agent.email,),
        subject=_subject(language, command.about, ticket),
        text=_text(unit, language, command, ticket),
        created_at=unit.now,
        due_at=unit.now,
        ticket=command.ticket,
        sender_name=unit.settings.name,
        sender_address=channel.address,
        language=language,
        automatic=True,
    )
    digest = storms.gathered(unit, agent.handle, entry) if command.about in storms.KINDS else None
    if digest is None:
        unit.enqueue(entry)
    yield AgentTold(command.ticket, agent.handle, command.about, (digest or entry).id)
    return Said(f"{agent.handle} is told", facts={"outbox": entry.id})


def _subject(language: str, about: str, ticket: Ticket | None) -> str:
    what = _SUBJECT[language][about]
    return f"[#{ticket.number}] {what}: {visible(ticket.subject)}".strip() if ticket else what


def _text(unit: Unit, language: str, command: Tell, ticket: Ticket | None) -> str:
    lines = [visible_lines(command.detail)] if command.detail else []
    if ticket is None:
        see = "deskctl list" if command.about in ("routed", "nobody") else "deskctl inbox list"
        return "\n".join([*lines, "", "-- ", see])
    fresh = [m for m in unit.changes.messages if m.ticket == ticket.number]
    address = fresh[-1].author if fresh else next((i.address for i in unit.addresses_of(ticket.contact)), None)
    name = unit.contact(ticket.contact).name
    who = f"{name} <{address}>" if name and address else name or address or "?"
    words = ["", visible_lines(fresh[-1].visible_text.strip()[:EXCERPT])] if fresh else []
    return "\n".join([f"{_FROM[language]}: {visible(who)}", *lines, *words, "", "-- ", f"deskctl show {ticket.number}"])


HANDLERS: dict[type[Command], Handler] = {Tell: tell}
