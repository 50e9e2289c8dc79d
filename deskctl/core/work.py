"""What agents do with a ticket short of answering it: take, assign, note, escalate, tag, set, solve, close, reopen."""

from __future__ import annotations

from collections.abc import Generator

from ..errors import DeskctlError, Refused, UsageError
from . import targets
from .commands import Command
from .commands import tickets as c
from .conversation import Message
from .events import (
    Assigned,
    Escalated,
    Event,
    FollowerAdded,
    LanguageChanged,
    MessageReceived,
    NoteAdded,
    PriorityChanged,
    StatusChanged,
    Tagged,
    TeamChanged,
    TicketCreated,
    WaitingChanged,
)
from .handling import Handler, Said, Steps
from .identity import contact_for
from .lifecycle import TRANSITIONS
from .messages import MessageKind
from .people import Actor, Agent
from .queue import virtual_due
from .suggest import did_you_mean
from .tickets import FINAL, Priority, Status, Ticket
from .unit import Unit

#: How many heads of the queue `next` looks at before it says that there is nothing; others may be taking them too.
NEXT_LOOKS_AT = 20


def workable(unit: Unit, number: int) -> Ticket:
    """The ticket, if anything may still be done with it. Raises NotFound and Refused."""
    ticket = unit.ticket(number)
    if ticket.status is Status.MERGED:
        raise Refused(f"ticket {number} was merged into {ticket.merged_into}", f"name {ticket.merged_into} instead")
    if ticket.status in FINAL:
        raise Refused(f"ticket {number} is closed", "a new message of the customer opens a follow-up ticket")
    return ticket


def to_status(ticket: Ticket, new: Status) -> Generator[Event, None, None]:
    """Change the status, if it is another. Raises Refused for a way that does not exist."""
    if ticket.status is new:
        return
    if new not in TRANSITIONS[ticket.status]:
        raise Refused(f"ticket {ticket.number} is {ticket.status} and cannot become {new}")
    yield StatusChanged(ticket.number, ticket.status, new)
    if new in (Status.SOLVED, Status.CLOSED) and ticket.waiting_since is not None:
        yield WaitingChanged(ticket.number, ticket.waiting_since, None)


def give_to_agent(ticket: Ticket, agent: str) -> Generator[Event, None, None]:
    """Assign, and open what was new."""
    if ticket.assignee != agent:
        yield Assigned(ticket.number, ticket.assignee, agent)
    if ticket.status is Status.NEW:
        yield StatusChanged(ticket.number, Status.NEW, Status.OPEN)


def give_to_team(ticket: Ticket, team: str) -> Generator[Event, None, None]:
    """Into a team's queue: nobody's until one of them takes it."""
    if ticket.team != team:
        yield TeamChanged(ticket.number, ticket.team, team)
    if ticket.assignee is not None:
        yield Assigned(ticket.number, ticket.assignee, None)


def take(unit: Unit, command: c.Take, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    handle = _agent(actor)
    if ticket.assignee == handle:
        return Said(f"ticket {ticket.number} is yours already", (ticket.number,))
    yield from give_to_agent(ticket, handle)
    was = f", was {ticket.assignee}'s" if ticket.assignee else ""
    return Said(f"ticket {ticket.number} is yours{was}", (ticket.number,))


def next_(unit: Unit, command: c.Next, actor: Actor) -> Steps:
    agent = unit.agents[_agent(actor)]
    teams = agent.teams if command.team is None else {command.team}
    if command.team is not None and command.team not in unit.teams:
        targets.resolve(unit, f"team:{command.team}")
    for number in unit.source.queue(teams, NEXT_LOOKS_AT):
        ticket = unit.ticket(number)
        if ticket.assignee is None and ticket.status in (Status.NEW, Status.OPEN):
            yield from give_to_agent(ticket, agent.handle)
            return Said(f"ticket {number} is yours", (number,), {"number": number})
    raise DeskctlError("nothing waits in your queue", "deskctl list shows what others have")


def assign(unit: Unit, command: c.Assign, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    number = (ticket.number,)
    if command.to is None:
        if ticket.assignee is None:
            return Said(f"ticket {ticket.number} is nobody's already", number)
        yield Assigned(ticket.number, ticket.assignee, None)
        return Said(f"ticket {ticket.number} is back in the queue", number)
    target = targets.resolve(unit, command.to)
    if isinstance(target, Agent):
        if ticket.assignee == target.handle:
            return Said(f"ticket {ticket.number} is {target.handle}'s already", number)
        yield from give_to_agent(ticket, target.handle)
        return Said(f"ticket {ticket.number} is {target.handle}'s", number)
    yield from give_to_team(ticket, target.handle)
    return Said(f"ticket {ticket.number} is in the queue of {target.handle}", number)


def note(unit: Unit, command: c.Note, actor: Actor) -> Steps:
    ticket = unit.ticket(command.ticket)
    message = write_note(unit, ticket, command.text, actor)
    yield NoteAdded(ticket.number, message)
    return Said(f"noted on ticket {ticket.number}", (ticket.number,), {"message": message})


def write_note(unit: Unit, ticket: Ticket, text: str, actor: Actor) -> int:
    """A note's text on the ticket; the event that speaks of it is the caller's. The message's id."""
    message = Message(
        id=unit.source.next_id("messages"),
        ticket=ticket.number,
        kind=MessageKind.NOTE,
        channel=ticket.channel,
        author=actor.handle or str(actor),
        sent_at=unit.now,
        created_at=unit.now,
        subject=ticket.subject,
        text=_words(text),
        visible_text=_words(text),
    )
    unit.add_message(message)
    return message.id


def escalate(unit: Unit, command: c.Escalate, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    target = targets.resolve(unit, command.to)
    named = f"{'agent' if isinstance(target, Agent) else 'team'}:{target.handle}"
    message = write_note(unit, ticket, command.reason, actor)
    yield Escalated(ticket.number, named, message)
    if ticket.assignee and ticket.assignee != target.handle and ticket.assignee not in ticket.followers:
        yield FollowerAdded(ticket.number, ticket.assignee)
    if isinstance(target, Agent):
        yield from give_to_agent(ticket, target.handle)
    else:
        yield from give_to_team(ticket, target.handle)
    facts = {"message": message, "to": named}
    return Said(f"ticket {ticket.number} is escalated to {target.handle}", (ticket.number,), facts)


def tag(unit: Unit, command: c.Tag, actor: Actor) -> Steps:
    ticket = unit.ticket(command.ticket)
    added = tuple(sorted({_tag(t) for t in command.add} - ticket.tags))
    removed = tuple(sorted({_tag(t) for t in command.remove} & ticket.tags))
    if added or removed:
        yield Tagged(ticket.number, added, removed)
    now = ", ".join(sorted(unit.ticket(ticket.number).tags)) or "none"
    return Said(f"tags of ticket {ticket.number}: {now}", (ticket.number,))


def _tag(text: str) -> str:
    tag = text.strip().lower()
    if not tag or any(ch.isspace() or ch in ',:"()' or not ch.isprintable() for ch in tag):
        raise UsageError(f"“{text}” cannot be a tag", "a tag is one word without blanks, commas, colons or quotes")
    return tag


def set_(unit: Unit, command: c.Set, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    done = []
    for name, value in command.values:
        if name not in _SETTERS:
            raise UsageError(
                f"there is no field “{name}” to set{did_you_mean(name, _SETTERS)}",
                f"the fields are {', '.join(sorted(_SETTERS))}",
            )
        yield from _SETTERS[name](unit, unit.ticket(ticket.number), value)
        done.append(f"{name} is {value}")
    return Said(f"ticket {ticket.number}: {', '.join(done)}", (ticket.number,))


def _set_priority(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, None]:
    priority = parse_priority(value)
    if priority is not ticket.priority:
        yield PriorityChanged(ticket.number, ticket.priority, priority)


def _set_status(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, None]:
    settable = {"open": Status.OPEN, "pending": Status.PENDING, "hold": Status.HOLD}
    if value not in settable:
        verb = {"solved": "solve", "closed": "close", "merged": "merge"}.get(value)
        hint = f"deskctl {verb} {ticket.number}" if verb else f"one of {', '.join(settable)}"
        raise UsageError(f"status cannot be set to “{value}”{did_you_mean(value, settable)}", hint)
    yield from to_status(ticket, settable[value])


def _set_team(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, None]:
    team = targets.resolve(unit, f"team:{value}").handle
    if team != ticket.team:
        yield TeamChanged(ticket.number, ticket.team, team)


def _set_language(unit: Unit, ticket: Ticket, value: str) -> Generator[Event, None, None]:
    if not (2 <= len(value) <= 3 and value.isascii() and value.isalpha()):
        raise UsageError(f"“{value}” is not a language", "two letters, as in ko or en")
    if value.lower() != ticket.language:
        yield LanguageChanged(ticket.number, ticket.language, value.lower())


_SETTERS = {"priority": _set_priority, "status": _set_status, "team": _set_team, "language": _set_language}


def parse_priority(value: str) -> Priority:
    """Raises UsageError."""
    try:
        return Priority[value.upper()]
    except KeyError:
        names = [p.label for p in Priority]
        raise UsageError(
            f"there is no priority “{value}”{did_you_mean(value, names)}", f"one of {', '.join(names)}"
        ) from None


def solve(unit: Unit, command: c.Solve, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    if ticket.status is Status.SOLVED:
        return Said(f"ticket {ticket.number} is solved already", (ticket.number,))
    yield from to_status(ticket, Status.SOLVED)
    return Said(f"ticket {ticket.number} is solved", (ticket.number,))


def close(unit: Unit, command: c.Close, actor: Actor) -> Steps:
    ticket = unit.ticket(command.ticket)
    if ticket.status is Status.CLOSED:
        return Said(f"ticket {ticket.number} is closed already", (ticket.number,))
    yield from to_status(workable(unit, command.ticket), Status.CLOSED)
    return Said(f"ticket {ticket.number} is closed", (ticket.number,))


def reopen(unit: Unit, command: c.Reopen, actor: Actor) -> Steps:
    ticket = workable(unit, command.ticket)
    if ticket.status in (Status.OPEN, Status.NEW):
        return Said(f"ticket {ticket.number} is {ticket.status} already", (ticket.number,))
    yield from to_status(ticket, Status.OPEN)
    return Said(f"ticket {ticket.number} is open again", (ticket.number,))


def create(unit: Unit, command: c.Create, actor: Actor) -> Steps:
    """Write down what a customer said elsewhere: their words, kind `in`; nothing is sent."""
    channel = unit.settings.channel(command.channel)
    if channel is None:
        names = [*unit.settings.channels, "phone", "manual"]
        raise UsageError(
            f"there is no channel “{command.channel}”{did_you_mean(command.channel, names)}",
            f"the channels are {', '.join(names)}",
        )
    team = channel.team
    if command.team is not None:
        team = targets.resolve(unit, f"team:{command.team}").handle
    sender = command.sender.strip()
    if not sender or any(ch in sender for ch in "\r\n\0"):
        raise UsageError("say who the customer is: --from ADDRESS or --from NUMBER")
    kind = "email" if "@" in sender else channel.kind if channel.kind != "manual" else "phone"
    contact = contact_for(unit, kind, sender, command.sender_name)
    ticket = open_ticket(
        unit,
        subject=command.subject,
        channel=channel.name,
        contact=contact.id,
        team=team,
        priority=Priority.NORMAL if command.priority is None else parse_priority(command.priority),
    )
    message = Message(
        id=unit.source.next_id("messages"),
        ticket=ticket.number,
        kind=MessageKind.IN,
        channel=channel.name,
        author=sender,
        sent_at=unit.now,
        created_at=unit.now,
        subject=command.subject,
        text=_words(command.text),
        visible_text=_words(command.text),
        contact=contact.id,
    )
    unit.add_message(message)
    if kind == "email":
        unit.add_participants(ticket.number, (sender,))
    yield created(ticket)
    yield MessageReceived(ticket.number, message.id)
    yield WaitingChanged(ticket.number, None, unit.now)
    if command.tags:
        yield Tagged(ticket.number, tuple(sorted({_tag(t) for t in command.tags})))
    facts = {"number": ticket.number, "message": message.id}
    return Said(f"ticket {ticket.number} is open for {sender}", (ticket.number,), facts)


def open_ticket(
    unit: Unit,
    *,
    subject: str,
    channel: str,
    contact: int,
    team: str | None,
    priority: Priority = Priority.NORMAL,
    language: str | None = None,
    follows: int | None = None,
) -> Ticket:
    """A new ticket in the working set; the event that speaks of it is the caller's (`created`)."""
    ticket = Ticket(
        number=unit.source.next_id("tickets"),
        subject=subject.strip(),
        channel=channel,
        contact=contact,
        created_at=unit.now,
        updated_at=unit.now,
        queue_at=virtual_due(unit.now, priority),
        priority=priority,
        team=team,
        language=language,
        follows=follows,
    )
    unit.add_ticket(ticket)
    return ticket


def created(ticket: Ticket) -> TicketCreated:
    return TicketCreated(
        ticket.number,
        channel=ticket.channel,
        contact=ticket.contact,
        team=ticket.team,
        priority=ticket.priority,
        language=ticket.language,
        follows=ticket.follows,
    )


def _words(text: str) -> str:
    if not text.strip():
        raise UsageError("there is no text", "say it with -m TEXT, a file or standard input")
    return text


def _agent(actor: Actor) -> str:
    """The acting agent; dispatch has made sure that there is one."""
    handle = actor.handle
    assert handle is not None
    return handle


HANDLERS: dict[type[Command], Handler] = {
    c.Take: take,
    c.Next: next_,
    c.Assign: assign,
    c.Note: note,
    c.Escalate: escalate,
    c.Tag: tag,
    c.Set: set_,
    c.Solve: solve,
    c.Close: close,
    c.Reopen: reopen,
    c.Create: create,
}
