"""The questions of an interactive `deskctl init`: each answer is checked when it is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ....safe import visible


class Questions:
    """Asks on the terminal. An answer is checked by the code that reads the configuration later."""

    def __init__(self, **fixed: Any) -> None:
        """`fixed` are the values of `config.write.initial` that nobody is asked for."""
        self._known = fixed

    def ask(self, key: str, question: str, given: str | None, default: str, *, optional: bool = False) -> str | None:
        """Return `given`, or what the person answers, once it is right; None for an empty answer if `optional`.

        Raises ConfigError for a `given` that is wrong.
        """
        from ....errors import ConfigError

        if given is not None:
            problem = self._problem(key, given)
            if problem:
                raise ConfigError(f"--{key}: {problem}")
            self._known[key] = given
            return given
        while True:
            answer: str = click.prompt(question, default=default, show_default=not optional).strip()
            if optional and not answer:
                return None
            problem = self._problem(key, answer)
            if not problem:
                self._known[key] = answer
                return answer
            click.echo(f"{visible(problem)}; try again", err=True)

    def _problem(self, key: str, answer: str) -> str:
        """What a configuration with this answer would be refused for, "" if it is fine."""
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
