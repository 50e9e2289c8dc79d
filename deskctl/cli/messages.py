"""Messages in the language of the shell.

    from .messages import _, _n

    context.say(_("{count} drafts deleted", count=count))

These functions translate at once and return a plain `str`, so the result can be part of a longer text. Use them inside
functions only: at module level the language is not known yet. For text that `--json` prints as well, or that is made at
module level, use `deskctl.i18n._`, whose result stays English until `CliContext.say` or `shown` translates it.
"""

from __future__ import annotations

from typing import Any

import click

from .. import i18n


def _(message: str, /, **params: Any) -> str:
    """Return a message in the language of the shell; `{name}` is replaced by the parameter `name`."""
    return shown(i18n.Text(message, params))


def _n(singular: str, plural: str, n: int, /, **params: Any) -> str:
    """Return a message in the form for the number `n`, which `{n}` shows."""
    return shown(i18n.Text(singular, {"n": n, **params}, plural=plural, number=n))


def _p(context: str, message: str, /, **params: Any) -> str:
    """Return a message whose English text has more than one translation."""
    return shown(i18n.Text(message, params, context=context))


def shown(text: str) -> str:
    """Return a text in the language of the shell; plain text is returned as it is."""
    return i18n.translate(text, i18n.shell_languages())


def word(text: str) -> str:
    """Return a word of a document (a status, a priority, a state) for people; one without a translation stays."""
    languages = i18n.shell_languages()
    return i18n.translate(i18n.Text(text, {}, context="value"), languages) if languages else text


def heading(text: str) -> str:
    """Return the heading of a column."""
    languages = i18n.shell_languages()
    if not languages:
        return text
    command = click.get_current_context(silent=True)
    module = getattr(command and command.command.callback, "__module__", "")
    domain = module.partition(".")[0] or i18n.DOMAIN
    return i18n.translate(i18n.Text(text, {}, context="column", domain=domain), languages)


#: Help texts with parameters, by their English sentence, which is all that click keeps of them.
_HELP: dict[str, i18n.Text] = {}


def help_text(text: i18n.Text) -> str:
    """Return a help text with parameters for click: `help=help_text(_("…"))`, with the `_` of `deskctl.i18n`."""
    _HELP[str(text)] = text
    return str(text)


def help_template(text: str) -> i18n.Text | None:
    """Return the message of a help text that has parameters."""
    return _HELP.get(text)


def use_shell_language() -> None:
    """Make click, too, use the catalogue. It asks gettext's current text domain."""
    if i18n.shell_languages():
        import gettext

        gettext.bindtextdomain(i18n.DOMAIN, i18n.catalogue_folder(i18n.DOMAIN))
        gettext.textdomain(i18n.DOMAIN)


class LocalisedContext(click.Context):
    """A context whose help page is in the language of the shell."""

    def get_help(self) -> str:
        languages = i18n.shell_languages()
        if not languages:
            return super().get_help()
        from .localised_help import help_page

        return help_page(self, languages)
