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
