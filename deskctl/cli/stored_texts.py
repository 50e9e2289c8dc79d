"""Texts that the desk stores in English, such as the reason of a quarantine, in the language of the shell.

The store and JSON documents contain the English text. A list for people shows a translation if the text matches one of
these templates.
"""

from __future__ import annotations

import re

from ..i18n import Text, _, _p, shell_languages
from .messages import shown

#: A test checks that the code still stores these texts.
TEMPLATES = (
    # reasons of journal rows (core.intake, core.answers, desk.intake)
    _("delivery report about outgoing message {number}"),
    _("delivery confirmation about outgoing message {number}"),
    _("delivery confirmation about an unknown message"),
    _("read receipt about an unknown message"),
    _("dropped by {actor}"),
    _("the process died {count} times while it processed the message"),
    _("could not be read: {reason}"),
    _("changed message {number}"),
    _("asked for {intent}; not answered"),
    _("asked for {intent}"),
    # requests to the desk itself (core.messages.model)
    _p("request", "new"),
    _p("request", "person"),
    _p("request", "status"),
    _p("request", "help"),
    _p("request", "link"),
    _p("request", "choice"),
    # verdicts on spam (core.messages.spam)
    _("blocked sender"),
    # errors of outgoing messages (core.delivery, daemon.sender)
    _("the daemon died while it was being sent"),
    _("sending was cancelled"),
    _("bounced for {addresses}: {reason}"),
    _("bounced: {reason}"),
    _("delayed: {reason}"),
    _("no reason given"),
)


def stored(text: str | None) -> str:
    """Return a stored text in the language of the shell; a text that matches no template is returned unchanged."""
    if not text or isinstance(text, Text) or not shell_languages():
        return shown(text or "")
    for template in TEMPLATES:
        found = _pattern(template).fullmatch(text)
        if found is not None:
            return shown(template.filled(**{name: stored(value) for name, value in found.groupdict().items()}))
    return text


def _pattern(template: Text) -> re.Pattern[str]:
    """Return a pattern with one group for each parameter of a template."""
    parts = re.split(r"\{(\w+)\}", template.template)
    return re.compile(
        "".join(f"(?P<{part}>.+?)" if place % 2 else re.escape(part) for place, part in enumerate(parts)), re.DOTALL
    )
