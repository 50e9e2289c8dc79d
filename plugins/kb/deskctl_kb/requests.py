"""The plugin's requests, by name."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from deskctl.plugins import RequestContext, RequestType

from . import params
from .messages import _


def _lazy(module: str, function: str) -> Callable[[Any, RequestContext], Any]:
    """Return a handler that imports its module, and with it SQLAlchemy, on the first call."""

    def handler(params: Any, context: RequestContext) -> Any:
        return getattr(import_module(f".{module}", __package__), function)(params, context)

    return handler


def _read(name: str, params: type, handler: Callable[[Any, RequestContext], Any], description: str) -> RequestType:
    return RequestType(f"kb.{name}", params, handler, description=description)


def _write(
    name: str, params: type, handler: Callable[[Any, RequestContext], Any], description: str, undo: str
) -> RequestType:
    return RequestType(f"kb.{name}", params, handler, writes=True, description=description, undo=undo)


REQUESTS = (
    _write(
        "add",
        params.Add,
        _lazy("write_requests", "add"),
        _("write a new article"),
        _("deskctl kb retire hides the article"),
    ),
    _write(
        "edit",
        params.Edit,
        _lazy("write_requests", "edit"),
        _("change an article"),
        _("deskctl kb history and kb show --version show the former text; kb edit restores it"),
    ),
    _write(
        "state",
        params.SetState,
        _lazy("write_requests", "set_state"),
        _("publish articles, make them drafts, retire them"),
        _("deskctl kb publish, draft or retire sets the state"),
    ),
    _write(
        "import",
        params.Import,
        _lazy("write_requests", "import_"),
        _("import articles from files"),
        _("deskctl kb retire hides articles; kb history shows their former text"),
    ),
    _read("export", params.Export, _lazy("read_requests", "export"), _("return articles as files")),
    _read("show", params.Show, _lazy("read_requests", "show"), _("return an article, or one of its versions")),
    _read("history", params.History, _lazy("read_requests", "history"), _("return the versions of an article")),
    _read("list", params.List, _lazy("read_requests", "list_"), _("return articles")),
    _read("search", params.Search, _lazy("read_requests", "search"), _("find the articles that answer a question")),
    _read("suggest", params.Suggest, _lazy("read_requests", "suggest"), _("find articles for a ticket")),
    RequestType(
        "kb.missed",
        params.Missed,
        _lazy("read_requests", "record_missed"),
        writes=True,
        description=_("record a search without a good match"),
        counts=False,
    ),
    _read("stats", params.Stats, _lazy("usage", "stats"), _("count the uses of articles")),
    _read("gaps", params.Gaps, _lazy("gaps", "gaps"), _("group the questions without a good match")),
)
