"""The daemon's log on standard error: a line of text or of JSON for each record. Never bodies, never secrets."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from deskctl.safe import json_text, visible, visible_lines


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, message and, where there is one, the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json_text(json.dumps(entry, ensure_ascii=False))


class Plain(logging.Formatter):
    """Text for people. Nothing inside a message makes up records of its own, or moves a terminal's cursor."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        return visible(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        return visible_lines(super().formatException(ei))


def configure(level: str = "info", form: str = "text") -> None:
    """Send the log of everything to standard error. `form` is text or json."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else Plain())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)  # libraries speak of trouble only
    logging.getLogger("deskctl").setLevel(level.upper())
