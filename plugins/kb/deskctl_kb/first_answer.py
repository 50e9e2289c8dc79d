"""The automatic first answer and its outcome.

The automation searches for the question of a new ticket. If the result is confident and the channel has `answer =
true`, it answers with the article. If there is no good match, it records the question for `kb gaps`. It counts what the
customer does next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from deskctl.plugins import Happening, NotFound, PluginContext, Write, WriteContext
from deskctl.plugins.actions import Answer
from deskctl.plugins.queries import ShowTicket

from . import usage
from .answer_text import answer_choices, answer_text
from .article import Article, guess_language
from .events import inserted_articles, opens_ticket
from .missed_questions import record_missed
from .search import confident_result, has_good_match
from .ticket_question import TicketQuestion, ticket_question

#: The value of `about` on the ticket's events for these answers.
ABOUT = "kb"
#: The maximum number of articles in an answer, and the minimum score of the others as a share of the best score.
MAX_SHOWN, MIN_SCORE_SHARE = 3, 0.7

Work = Callable[[WriteContext], None]


def run(happening: Happening, context: PluginContext) -> Iterable[Write]:
    """Return the write for an event, if it has one."""
    if happening.ticket is None:
        return []
    try:
        document = context.desk.ask(ShowTicket(happening.ticket))
    except NotFound:
        return []
    return writes_for(happening, document, context)


def writes_for(happening: Happening, document: Mapping[str, Any], context: PluginContext) -> list[Write]:
    """Return the write for an event, if it has one. `document` is that of the ticket."""
    work: Work | None
    match happening.kind:
        case "message_received":
            work = _on_first_message(happening, document, context)
        case "status_changed":
            work = _on_reopened(document, context)
        case "choice_made":
            ours = happening.facts["message"] in _answers(document)
            kind = {"solved": "solved", "person": "contradicted"}.get(str(happening.facts["key"]))
            work = _record_use(document, kind, _shown(context, document)) if ours and kind else None
        case "person_asked":
            work = _record_use(document, "contradicted", _shown(context, document)) if _answers(document) else None
        case _:
            work = _on_reply(happening, document)
    return [Write(work)] if work is not None else []


def _on_first_message(happening: Happening, document: Mapping[str, Any], context: PluginContext) -> Work | None:
    """Answer the first message of a new ticket, or record it as missed. Return None for other messages."""
    facts = happening.facts
    first = next((m["id"] for m in document["messages"] if m["kind"] == "in"), None)
    if not opens_ticket(facts) or first != facts["message"]:
        return None
    if document["follows"] is not None or document["merged_into"] is not None:
        return None
    question = ticket_question(document, first)
    language = question.language or guess_language(question.text, context.language)
    answer = _answer(document, question, language, context)
    if answer is not None:
        return answer
    if has_good_match(context.connection, question.text, language, context.language):
        return None
    return record_missed(document["number"])


def _answer(
    document: Mapping[str, Any], question: TicketQuestion, language: str, context: PluginContext
) -> Work | None:
    """Return the work that answers with articles; None if channel, score or the contact's history forbids it."""
    channel = context.channel(document["channel"])
    if channel is None or not channel.answer or not channel.sends:
        return None
    result = confident_result(
        context.connection, question.text, language=language, default=context.language, limit=MAX_SHOWN
    )
    if result is None:
        return None
    contact = document["contact"]["id"]
    least = MIN_SCORE_SHARE * result.found[0].score
    best = [one.article for one in result.found[:MAX_SHOWN] if one.score >= least]
    known = usage.known_to(context.connection, contact)
    if best[0].number in known:
        return None  # the customer has this article and still asks
    shown = [article for article in best if article.number not in known]
    message = next(m["id"] for m in document["messages"] if m["kind"] == "in")
    command = Answer(
        ticket=document["number"],
        message=message,
        text=answer_text(shown, language, channel.hours),
        choices=answer_choices(language),
        about=ABOUT,
    )

    def work(context: WriteContext) -> None:
        if not _still_public(context, shown):
            return
        facts = context.execute(command)
        if "silent" not in facts:
            numbers = [article.number for article in shown]
            usage.record(context.connection, "shown", numbers, command.ticket, contact, context.now())

    return work


def _still_public(context: WriteContext, shown: list[Article]) -> bool:
    """Return True if the articles are unchanged and customers may still see them at the time of the write."""
    from .repository import get_articles

    now = get_articles(context.connection, [article.number for article in shown])
    return all(
        article.number in now
        and now[article.number].content.for_customers
        and now[article.number].version == article.version
        for article in shown
    )


def _on_reopened(document: Mapping[str, Any], context: PluginContext) -> Work | None:
    """Count a contradiction if a message reopened a ticket that the customer had marked as solved by an article."""
    ours = _answers(document)
    solved: set[int] = set()  # commands
    received: set[int] = set()
    for event in document["events"] if ours else ():
        match event["kind"]:
            case "choice_made" if event["key"] == "solved" and event["message"] in ours:
                solved.add(event["command"])
            case "message_received":
                received.add(event["command"])
            case "status_changed" if event["old"] == "solved" and event["command"] in received and solved:
                if event["command"] not in solved:
                    return _record_use(document, "contradicted", _shown(context, document))
    return None


def _on_reply(happening: Happening, document: Mapping[str, Any]) -> Work | None:
    """Count the articles that an agent inserted into a reply."""
    numbers = inserted_articles(happening.facts)
    return _record_use(document, "inserted", numbers) if numbers else None


def _record_use(document: Mapping[str, Any], kind: str, numbers: list[int]) -> Work:
    def work(context: WriteContext) -> None:
        contact = document["contact"]["id"]
        usage.record(context.connection, kind, numbers, document["number"], contact, context.now())

    return work


def _shown(context: PluginContext, document: Mapping[str, Any]) -> list[int]:
    return usage.on_ticket(context.connection, document["number"], "shown")


def _answers(document: Mapping[str, Any]) -> set[int]:
    """Return the ids of the ticket's messages that are automatic answers of this plugin."""
    return {
        event["message"]
        for event in document["events"]
        if event["kind"] == "machine_answered" and event["about"] == ABOUT
    }
