"""Help pages in the language of the shell.

click reads help texts when a command is defined. `help_page` translates a copy of the command when its page is printed,
so that other commands spend no time on it. The units of translation are the paragraphs of a docstring,
in one line each, and the help of options; blocks after `\\b` are examples and stay as they are.
"""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Callable, Iterator
from unicodedata import east_asian_width

import click

from .. import i18n
from .messages import help_template

#: Follows each wide character while click lays out a page, so that click counts two columns for it.
_FILLER = "\ue000"
_WIDE = re.compile("[\u1100-\uffef\U0001f300-\U0003ffff]")


def help_page(context: click.Context, languages: tuple[str, ...]) -> str:
    """Return the help page of a command, laid out by click."""
    return localised(context.command, languages).get_help(context).replace(_FILLER, "")


def localised(command: click.Command, languages: tuple[str, ...]) -> click.Command:
    """Return a copy of a command with translated texts."""
    domain = domain_of(command)

    def localise(text: str) -> str:
        return widened(translated(text, languages, domain))

    found = copy.copy(command)
    found.help = (
        None if command.help is None else "\n\n".join(_block(block, localise) for block in blocks(command.help))
    )
    found.short_help = None if command.short_help is None else localise(command.short_help)
    found.epilog = None if command.epilog is None else localise(unwrapped(command.epilog))
    found.params = [_parameter(param, localise) for param in command.params]
    if isinstance(found, click.Group) and isinstance(command, click.Group):
        found.commands = {name: localised(child, languages) for name, child in command.commands.items()}
    return found


def _block(block: str, localise: Callable[[str], str]) -> str:
    """Return a paragraph, or a block of examples with a translated heading."""
    heading = example_heading(block)
    if heading:
        return block.replace(heading, localise(heading), 1)
    return block if is_example(block) else localise(unwrapped(block))


def _parameter(param: click.Parameter, localise: Callable[[str], str]) -> click.Parameter:
    text = getattr(param, "help", None)
    if not text:
        return param
    found = copy.copy(param)
    found.help = localise(unwrapped(text))
    return found


def section(title: str, rows: list[tuple[str, str]], languages: tuple[str, ...]) -> tuple[str, list[tuple[str, str]]]:
    """Return a section of the list of commands, translated."""

    def localise(text: str) -> str:
        return widened(translated(text, languages, i18n.DOMAIN))

    return localise(title), [(name, localise(text)) for name, text in rows]


def translated(text: str, languages: tuple[str, ...], domain: str) -> str:
    """Return a text of a help page, translated by the command's own distribution or by deskctl."""
    template = help_template(text)
    if template is not None:
        return i18n.translate(template, languages)
    found = i18n.translated_id(text, languages, domain)
    return i18n.translated_id(text, languages) if found == text and domain != i18n.DOMAIN else found


def domain_of(command: click.Command) -> str:
    """Return the domain of a command's texts: the top-level package of its function."""
    return getattr(command.callback, "__module__", i18n.DOMAIN).partition(".")[0]


def texts(command: click.Command) -> Iterator[str]:
    """Return the ids of a command's own texts, without those of the commands below it."""
    for text in (command.help, command.epilog):
        for block in blocks(text or ""):
            if not is_example(block):
                yield unwrapped(block)
            elif example_heading(block):
                yield example_heading(block)
    if command.short_help:
        yield command.short_help
    for param in command.params:
        text = getattr(param, "help", None)
        if text and help_template(unwrapped(text)) is None:  # those with parameters are messages in the code
            yield unwrapped(text)


def blocks(page: str) -> list[str]:
    """Return the paragraphs of a help text, without what follows a form feed."""
    text = inspect.cleandoc(page).partition("\f")[0].strip()
    return re.split(r"\n{2,}", text) if text else []


def is_example(block: str) -> bool:
    """Return True if click prints a paragraph as it is."""
    return block.startswith("\b")


def example_heading(block: str) -> str:
    """Return the heading of a block of examples, "" for a paragraph or a block without one."""
    first = block.partition("\n")[2].partition("\n")[0] if is_example(block) else ""
    return first if first.endswith(":") and not first.startswith(" ") else ""


def unwrapped(paragraph: str) -> str:
    """Return a paragraph in one line, so that its id does not depend on where lines break."""
    return " ".join(paragraph.split())


def widened(text: str) -> str:
    """Return a text with a filler after each character that takes two columns."""
    return _WIDE.sub(lambda m: m[0] + _FILLER if east_asian_width(m[0]) in "WF" else m[0], text)
