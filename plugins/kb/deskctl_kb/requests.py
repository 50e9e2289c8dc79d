"""What can be asked of the knowledge base through the desk, by name."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from deskctl.plugins import RequestContext, RequestType

from . import asks


def _later(module: str, function: str) -> Callable[[Any, RequestContext], Any]:
    """A handler whose module, and the store's library with it, is imported when it is first needed."""

    def handler(params: Any, context: RequestContext) -> Any:
        return getattr(import_module(f".{module}", __package__), function)(params, context)

    return handler


def _reads(name: str, params: type, handler: Callable[[Any, RequestContext], Any], description: str) -> RequestType:
    return RequestType(f"kb.{name}", params, handler, description=description)


def _writes(
    name: str, params: type, handler: Callable[[Any, RequestContext], Any], description: str, undo: str
) -> RequestType:
    return RequestType(f"kb.{name}", params, handler, writes=True, description=description, undo=undo)


REQUESTS = (
    _writes("add", asks.Add, _later("writing", "add"), "write a new article", "deskctl kb retire hides the article"),
    _writes(
        "edit",
        asks.Edit,
        _later("writing", "edit"),
        "change an article",
        "deskctl kb history and kb show --version show the former text; kb edit restores it",
    ),
    _writes(
        "state",
        asks.SetState,
        _later("writing", "set_state"),
        "publish articles, draft them, retire them",
        "deskctl kb publish, draft or retire sets the state",
    ),
    _writes(
        "import",
        asks.Import,
        _later("writing", "import_"),
        "take articles from files",
        "deskctl kb retire hides articles; kb history shows their former text",
    ),
    _reads("export", asks.Export, _later("reading", "export"), "give articles as files"),
    _reads("show", asks.Show, _later("reading", "show"), "an article, or a version of it"),
    _reads("history", asks.History, _later("reading", "history"), "an article's versions"),
    _reads("list", asks.List, _later("reading", "list_"), "articles"),
    _reads("search", asks.Search, _later("reading", "search"), "the articles that answer a question"),
    _reads("suggest", asks.Suggest, _later("reading", "suggest"), "the articles that fit a ticket"),
    RequestType(
        "kb.missed",
        asks.Missed,
        _later("reading", "remember_missed"),
        writes=True,
        description="remember that nothing was found",
        counts=False,
    ),
    _reads("stats", asks.Stats, _later("measures", "stats"), "what came of articles"),
    _reads("gaps", asks.Gaps, _later("gaps", "gaps"), "what nobody has written yet"),
)
