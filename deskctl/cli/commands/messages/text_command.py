"""A command class that keeps the text of `-m` as a draft if the command line is wrong."""

from __future__ import annotations

import contextlib
from typing import Any

import click

from ....errors import UsageError
from ...context import CliContext
from ...messages import _
from .composition import OWN_FIELDS, desk_path, draft_options


class TextCommand(click.Command):
    """A command with a text. If click rejects the arguments, the text of `-m` is kept as a draft."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        arguments = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            hint = "" if ctx.resilient_parsing else self._keep_text(ctx, arguments, error)
            if not hint:
                raise
            help_hint = _("see {command} --help", command=ctx.command_path)
            raise UsageError(error.format_message(), f"{help_hint}; {hint}") from error

    def _keep_text(self, ctx: click.Context, args: list[str], error: click.UsageError) -> str:
        """Save the text of `-m` as a draft and return a hint that names it; "" without a text or in a dry run."""
        found = self._readable_options(ctx, args)
        text = found.get("message")
        if not isinstance(text, str) or not text.strip() or found.get("dry_run"):
            return ""
        from .draft_files import Draft, save_or_print

        context = ctx.obj if isinstance(ctx.obj, CliContext) else CliContext()
        context.config = context.config or found.get("config")
        context.claim = context.claim or found.get("claim")
        exposed = {param.name for param in self.get_params(ctx) if param.expose_value}
        options = {name: value for name, value in found.items() if name in exposed and name not in OWN_FIELDS}
        return save_or_print(
            Draft(
                command=self.name or "",
                text=text,
                desk=desk_path(context),
                agent=context.agent,
                ticket=found.get("ticket"),
                options=draft_options(options),
                why=error.format_message(),
            )
        )

    def _readable_options(self, ctx: click.Context, args: list[str]) -> dict[str, Any]:
        """Return the parameters that can be read in spite of the error, by name."""
        with click.Context(self, ctx.parent, info_name=ctx.info_name, resilient_parsing=True) as lenient:
            parser = self.make_parser(lenient)
            parser.ignore_unknown_options = True
            values, _rest, _order = parser.parse_args(args)
            found = {}
            for param in self.get_params(lenient):
                value = values.get(param.name or "")
                if isinstance(value, (str, bool, list, tuple)) and value not in ((), []):  # click marks missing ones
                    with contextlib.suppress(click.UsageError):
                        found[param.name or ""] = param.type_cast_value(lenient, value)
        return found
