"""The prompts of an interactive `deskctl init`, which check each answer immediately."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ....safe import visible
from ...messages import _, shown


class Prompts:
    """Prompts on the terminal. The code that reads the configuration checks the answers."""

    def __init__(self, **fixed: Any) -> None:
        """Keep the values of `config.write.initial` that the command does not ask for."""
        self._known = fixed

    def ask(self, key: str, question: str, value: str | None, default: str, *, optional: bool = False) -> str | None:
        """Return `value`, else a valid answer to the question; None for an empty answer if `optional`.

        Raises ConfigError if `value` is invalid.
        """
        from ....errors import ConfigError

        if value is not None:
            problem = self._problem(key, value)
            if problem:
                raise ConfigError(f"--{key}: {problem}")
            self._known[key] = value
            return value
        while True:
            answer: str = click.prompt(question, default=default, show_default=not optional).strip()
            if optional and not answer:
                return None
            problem = self._problem(key, answer)
            if not problem:
                self._known[key] = answer
                return answer
            click.echo(_("{problem}; try again", problem=visible(shown(problem))), err=True)

    def _problem(self, key: str, answer: str) -> str:
        """Return the error of a configuration with this answer, "" if it is valid."""
        from tempfile import TemporaryDirectory

        from ....config import check
        from ....config.schema import PluginsTable
        from ....config.write import initial
        from ....errors import UsageError
        from ....plugins import manager

        try:
            text = initial(**{"name": "desk", **self._known, key: answer})
        except UsageError as error:
            return error.what
        plugins = manager.load(PluginsTable())
        with TemporaryDirectory(prefix="deskctl-") as folder:
            path = Path(folder) / "config.toml"
            path.write_text(text, encoding="utf-8")
            path.chmod(0o600)
            report = check(path, plugins.channel_types, plugins.disabled_reasons(), plugins.configs)
        return next((error.what for error in report.errors), "")
