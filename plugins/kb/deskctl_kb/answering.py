"""The automatic first answer, and what became of it.

A new ticket's question is looked for. What finds an article for sure is answered with it where the channel lets a
machine answer; what finds nothing good is remembered for `kb gaps`. What the customer does next is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import insert, select

from deskctl.plugins import Happening, NotFound, PluginContext, Write, WriteContext
from deskctl.plugins.actions import Answer
from deskctl.plugins.queries import ShowTicket

from . import documents, measures
from .article import Article, guess_language
from .finding import answerable, surest
from .letters import choices, letter
from .tables import missed
from .ticket import Asked, question_of

#: What our answers are called on a ticket.
ABOUT = "kb"
#: How many articles an answer shows, and how near to the best the others must come.
MOST, NEAR = 3, 0.7

Work = Callable[[WriteContext], None]


def run(happening: Happening, context: PluginContext) -> Iterable[Write]:
    """Gives at most one piece of work."""
    if happening.ticket is None:
        return []
    try:
        document = context.desk.ask(ShowTicket(happening.ticket))
    except NotFound:
        return []
    work: Work | None
    match happening.kind:
        case "message_received":
            work = _asked(happening, document, context) or _wrote_again(happening, document, context)
        case "choice_made":
            ours = happening.facts["message"] in _answers(document)
            what = {"solved": "solved", "person": "contradicted"}.get(str(happening.facts["key"]))
            work = _remember(document, what, _shown(context, document)) if ours and what else None
        case "person_asked":
            work = _remember(document, "contradicted", _shown(context, document)) if _answers(document) else None
        case _:
            work = _inserted(happening, document)
    return [Write(work)] if work is not None else []


def _asked(happening: Happening, document: Mapping[str, Any], context: PluginContext) -> Work | None:
    """What to do about the first message of a new ticket; None for every other message."""
    facts = happening.facts
    first = next((m["id"] for m in document["messages"] if m["kind"] == "in"), None)
    if facts["matched"] != "new" or facts["automatic"] is not None or first != facts["message"]:
        return None
    if document["follows"] is not None or document["merged_into"] is not None:
        return None
    asked = question_of(document, first)
    language = asked.language or guess_language(asked.text, context.language)
    answer = _answer(document, asked, language, context)
    if answer is not None:
        return answer
    return None if answerable(context.connection, asked.text, language, context.language) else _miss(document)


def _answer(document: Mapping[str, Any], asked: Asked, language: str, context: PluginContext) -> Work | None:
    channel = context.channel(document["channel"])
    if channel is None or not channel.answer or not channel.sends:
        return None
    finding = surest(context.connection, asked.text, language=language, default=context.language, limit=MOST)
    if finding is None:
        return None
    contact = document["contact"]["id"]
    least = NEAR * finding.found[0].score
    best = [one.article for one in finding.found[:MOST] if one.score >= least]
    known = measures.known_to(context.connection, contact)
    if best[0].number in known:
        return None  # it did not help them before
    shown = [article for article in best if article.number not in known]
    message = next(m["id"] for m in document["messages"] if m["kind"] == "in")
    command = Answer(
        ticket=document["number"],
        message=message,
        text=letter(shown, language, channel.hours),
        choices=choices(language),
        about=ABOUT,
    )

    def work(context: WriteContext) -> None:
        if not _still(context, shown):
            return
        facts = context.execute(command)
        if "silent" not in facts:
            numbers = [article.number for article in shown]
            measures.remember(context.connection, "shown", numbers, command.ticket, contact, context.now())

    return work


def _still(context: WriteContext, shown: list[Article]) -> bool:
    """Whether the articles are for customers to this moment: they may have been taken back since they were found."""
    from .shelf import several

    now = several(context.connection, [article.number for article in shown])
    return all(
        article.number in now
        and now[article.number].content.for_customers
        and now[article.number].version == article.version
        for article in shown
    )


def _miss(document: Mapping[str, Any]) -> Work:
    def work(context: WriteContext) -> None:
        known = select(missed.c.id).where(missed.c.ticket == document["number"])
        if context.connection.execute(known).first() is None:
            row = {"at": documents.moment(context.now()), "ticket": document["number"], "query": None}
            context.connection.execute(insert(missed), row)

    return work


def _wrote_again(happening: Happening, document: Mapping[str, Any], context: PluginContext) -> Work | None:
    """A message that opens the ticket again after the customer had said that an article solved it."""
    ours = _answers(document)
    events = list(document["events"])
    here = next(
        (
            place
            for place, event in enumerate(events)
            if event["kind"] == "message_received" and event["message"] == happening.facts["message"]
        ),
        None,
    )
    if here is None or not ours:
        return None
    command = events[here]["command"]
    solved = any(
        event["kind"] == "choice_made"
        and event["key"] == "solved"
        and event["message"] in ours
        and event["command"] != command
        for event in events[:here]
    )
    opened = any(
        event["kind"] == "status_changed" and event["old"] == "solved" and event["command"] == command
        for event in events
    )
    return _remember(document, "contradicted", _shown(context, document)) if solved and opened else None


def _inserted(happening: Happening, document: Mapping[str, Any]) -> Work | None:
    """An agent answered with articles."""
    references = [str(reference) for reference in happening.facts.get("inserted", ())]
    numbers = [int(r[3:]) for r in references if r.startswith("kb:") and r[3:].isdecimal()]
    return _remember(document, "inserted", numbers) if numbers else None


def _remember(document: Mapping[str, Any], what: str, numbers: list[int]) -> Work:
    def work(context: WriteContext) -> None:
        contact = document["contact"]["id"]
        measures.remember(context.connection, what, numbers, document["number"], contact, context.now())

    return work


def _shown(context: PluginContext, document: Mapping[str, Any]) -> list[int]:
    return measures.on_ticket(context.connection, document["number"], "shown")


def _answers(document: Mapping[str, Any]) -> set[int]:
    """The messages of a ticket that were our automatic answers."""
    return {
        event["message"]
        for event in document["events"]
        if event["kind"] == "machine_answered" and event["about"] == ABOUT
    }
