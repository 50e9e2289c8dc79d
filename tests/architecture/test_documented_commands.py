"""The commands in the documentation: each names an existing command and existing options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from deskctl.cli.main import cli
from tests.architecture.tree import ROOT, tracked

#: Commands that pages for authors of plugins and for contributors create.
FROM_EXAMPLES = {"birds", "follow", "pigeons"}
_FENCE = re.compile(r"^ *```([a-z]*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^ {4,}\S.*\n)+", re.MULTILINE)
_INLINE = re.compile(r"`(deskctl [a-z][^`\n]*)`")


def commands(page: Path) -> list[str]:
    """Return the deskctl commands on a page: in code blocks, and in the text."""
    text = (ROOT / page).read_text(encoding="utf-8")
    blocks = [fence[2] for fence in _FENCE.finditer(text) if fence[1] in ("", "sh", "console")]
    rest = _FENCE.sub("", text)
    blocks += [block for block in _INDENTED.findall(rest) if re.match(r" *(?:\$ )?[a-z]", block)]
    lines = [line for block in blocks for line in re.sub(r"\\\n\s*", "", block).splitlines()]
    found = [found for line in lines for found in re.findall(r"^\s*(?:\$ |.*[|;&] )?(deskctl(?: .*)?)$", line)]
    return found + [found for found in _INLINE.findall(rest) if "…" not in found]


def arguments(command: str) -> list[str]:
    """Return the words of a command after `deskctl`, up to a pipe or redirection."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    words: list[str] = []
    for word in lexer:
        if word and set(word) <= set("|&;<>"):
            break
        words.append(word)
    return words[1:]


def problems(words: list[str]) -> Iterator[str]:
    """Yield the unknown command or option in the words, if there is one."""
    command: click.Command = cli
    context = click.Context(cli, info_name="deskctl", **cli.context_settings)
    while True:
        try:
            _, rest, _ = command.make_parser(context).parse_args(list(words))
        except click.BadOptionUsage:
            return  # the text names an option without its value
        except click.UsageError as error:
            yield error.format_message()
            return
        if not isinstance(command, click.Group) or not rest:
            return
        name, *words = rest
        below = command.get_command(context, name)
        if below is None:
            yield f"no command {name}"
            return
        command = below
        context = click.Context(command, parent=context, info_name=name, **command.context_settings)


@pytest.mark.parametrize("page", [page for page in tracked("*.md") if page.name != "commands.md"], ids=str)
def test_commands_on_page_exist(page: Path) -> None:
    wrong = []
    for command in commands(page):
        words = arguments(command)
        if words[:1] == ["tag"]:
            words = [word for word in words if not re.match(r"-\w+$", word)]  # tags to remove
        if words and (words[0] in FROM_EXAMPLES or not re.match(r"[a-z-]+$", words[0])):
            continue
        wrong += [f"{command}: {problem}" for problem in problems(words)]
    assert wrong == []


def test_commands_are_found_on_pages() -> None:
    assert sum(len(commands(page)) for page in tracked("docs/*.md")) > 300
    assert commands(Path("README.md"))[-1] == "deskctl reply --help"
