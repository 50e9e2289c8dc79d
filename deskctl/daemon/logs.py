"""The log of the daemon on standard error, in text or JSON. It never contains message texts or secrets."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

from deskctl.safe import json_text, visible, visible_lines


class JsonFormatter(logging.Formatter):
    """Formats records as one JSON object per line: at, level, logger, message and, if there is one, traceback."""

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


class TextFormatter(logging.Formatter):
    """Formats records as text. A message cannot forge other records or send control sequences to a terminal."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        return visible(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
        return visible_lines(super().formatException(ei))


def configure(level: str = "info", form: str = "text") -> None:
    """Send all log records to standard error. `form` is text or json."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)  # libraries log warnings and errors only
    logging.getLogger("deskctl").setLevel(level.upper())
