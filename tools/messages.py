"""Collect the messages of each distribution into its catalogues, and compile them: `make messages`.

    python tools/messages.py              update and compile all catalogues
    python tools/messages.py --check      only report messages that are out of date or not translated
    python tools/messages.py --add ja     add a language to each distribution

Messages are the literals in calls of `_`, `_n` and `_p`, the help texts of commands and options, and, for deskctl
itself, the purposes of hooks and the messages of click. Messages of a plugin that deskctl has as well are in the
catalogue of deskctl only.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from deskctl.cli.commands import COMMANDS, SECTIONS
from deskctl.cli.commands.operations.plugin import hook_purposes
from deskctl.cli.lazy import FROM_PLUGINS, load, plugin_commands
from deskctl.cli.localised_help import domain_of, texts
from deskctl.cli.main import cli

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from hatch_build import compiled  # noqa: E402

#: The folder of each domain's project, below `ROOT`. The first domain is deskctl's own.
PROJECTS = {
    "deskctl": ".",
    "deskctl_email": "plugins/email",
    "deskctl_telegram": "plugins/telegram",
    "deskctl_kb": "plugins/kb",
}
#: The functions that mark messages, with the number of their arguments that are texts.
KEYWORDS = {"_": 1, "_n": 2, "_p": 2}
#: Modules of click whose messages a user of deskctl may see.
CLICK = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")
CLICK_KEYWORDS = {"_": 1, "ngettext": 2}
PLACEHOLDER = re.compile(r"\{(\w+)(?:![rs])?\}")

Id = str | tuple[str, str]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 for a problem")
    parser.add_argument("--add", metavar="LANGUAGE", help="add a language")
    arguments = parser.parse_args()
    templates = collected()
    if arguments.check:
        found = list(problems(templates))
        sys.stdout.write("\n".join(found or ["all messages are translated"]) + "\n")
        return 1 if found else 0
    for domain, template in templates.items():
        folder = ROOT / PROJECTS[domain] / domain / "locale"
        if arguments.add:
            new = folder / arguments.add / "LC_MESSAGES" / f"{domain}.po"
            if len(template) and not new.exists():
                new.parent.mkdir(parents=True)
                new.write_bytes(_text(_empty(arguments.add)))
        for path in sorted(folder.glob(f"*/LC_MESSAGES/{domain}.po")):
            text = updated(path, template)
            if text != path.read_bytes():
                path.write_bytes(text)
    for project in PROJECTS.values():
        for _path in compiled(ROOT / project):
            pass
    return 0


# --- collecting -----------------------------------------------------------------------------------


def collected() -> dict[str, Catalog]:
    """Return the messages of each domain."""
    found = {domain: Catalog(charset="utf-8") for domain in PROJECTS}
    for domain, project in PROJECTS.items():
        for module in sorted((ROOT / project / domain).rglob("*.py")):
            if "templates" not in module.parts:
                place = module.relative_to(ROOT).as_posix()
                for message, context in messages(module, KEYWORDS):
                    _add(found, domain, message, place, context)
    for domain, text, place in headings():
        if found["deskctl"].get(text, "column") is None:
            found[domain].add(text, locations=[(place, 0)], context="column")
    for name in CLICK:
        path = Path(click.__file__).with_name(f"{name}.py")
        for message, context in messages(path, CLICK_KEYWORDS):
            _add(found, "deskctl", message, f"click/{name}.py", context)
    for domain, text, place in help_texts():
        _add(found, domain, text, place, None)
    return found


def messages(module: Path, keywords: Mapping[str, int]) -> Iterator[tuple[Id, str | None]]:
    """Return (message, context) of the calls in a module; a message with a plural is a pair.

    `keywords` maps the name of a function to the number of its arguments that are texts. The last argument of `_p` is
    the message, and the one before it is the context.
    """
    calls = [node for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        count = keywords.get(name)
        texts = tuple(_strings(call.args[:count])) if count is not None else ()
        if not texts or len(texts) != count:
            continue
        if name == "_p":
            yield texts[1], texts[0]
        else:
            yield (texts[0], texts[1]) if count == 2 else texts[0], None


def headings() -> Iterator[tuple[str, str, str]]:
    """Return (domain, text, file) of the headings of columns: a heading, or the name of the column."""
    for domain, project in PROJECTS.items():
        for path in sorted((ROOT / project / domain).rglob("*.py")):
            source = path.read_text()
            if not {"cli", "commands", "commands.py"}.intersection(path.parts) or "templates" in path.parts:
                continue
            for text in _headings(ast.parse(source)):
                yield domain, text.replace("_", " "), path.relative_to(ROOT).as_posix()


def _headings(module: ast.Module) -> Iterator[str]:
    constants = {
        target.id: node.value
        for node in module.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in ("field", "Column", "age_column") and node.args:
            headings_ = [k.value for k in node.keywords if k.arg == "heading"]
            headings_ += node.args[1:2] if name == "age_column" else []
            yield from _strings((headings_ or node.args)[:1])
        elif name == "emit" and len(node.args) > 1:
            columns = node.args[1]
            columns = constants.get(columns.id, columns) if isinstance(columns, ast.Name) else columns
            for item in getattr(columns, "elts", ()):
                yield from _strings(item.elts[:1] if isinstance(item, ast.Tuple) else [item])


def _strings(nodes: Iterable[ast.AST]) -> Iterator[str]:
    return (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def help_texts() -> Iterator[tuple[str, str, str]]:
    """Return (domain, text, file) of the help of each command, and of the purpose of each hook of plugins."""
    for text in hook_purposes().values():
        yield "deskctl", text, "deskctl/plugins/hookspecs.py"
    for title in (*SECTIONS, FROM_PLUGINS):
        yield "deskctl", title, "deskctl/cli/commands/__init__.py"
    yield from _help(cli)
    for name, entry in COMMANDS.items():
        yield "deskctl", entry.help, "deskctl/cli/commands/__init__.py"
        yield from _help(load(entry.target, name))
    for name, plugin in sorted(plugin_commands().items()):
        if plugin.target.partition(".")[0] in PROJECTS:
            yield from _help(load(plugin.target, name))


def _help(command: click.Command) -> Iterator[tuple[str, str, str]]:
    domain = domain_of(command)
    module = getattr(command.callback, "__module__", domain)
    project = PROJECTS[domain]
    place = f"{project}/{module.replace('.', '/')}.py".removeprefix("./")
    for text in texts(command):
        yield domain, text, place
    if isinstance(command, click.Group) and command is not cli:
        for child in command.commands.values():
            yield from _help(child)


def _add(found: dict[str, Catalog], domain: str, message: Id, place: str, context: str | None) -> None:
    if not message or (domain != "deskctl" and found["deskctl"].get(message, context) is not None):
        return
    if not (ROOT / place).exists() and not place.startswith("click/"):
        place = place.removesuffix(".py") + "/__init__.py"
    found[domain].add(message, locations=[(place, 0)], context=context)


# --- writing --------------------------------------------------------------------------------------


def updated(path: Path, template: Catalog) -> bytes:
    """Return the text of a catalogue with the messages of the template, and the translations that it has."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parts[-3], domain=path.stem)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    for message in catalogue:
        message.flags.discard("python-format")
        message.flags.discard("python-brace-format")
    return _text(catalogue)


def _text(catalogue: Catalog) -> bytes:
    """Return a catalogue as text without dates, versions and line numbers, so that only its messages change it."""
    out = BytesIO()
    write_po(out, catalogue, width=100, sort_by_file=True, ignore_obsolete=True, include_lineno=False, omit_header=True)
    head = f"""\
msgid ""
msgstr ""
"Language: {catalogue.locale_identifier}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {catalogue.plural_forms}\\n"

"""
    return head.encode() + out.getvalue()


def _empty(language: str) -> Catalog:
    return Catalog(locale=language, charset="utf-8")


# --- checking -------------------------------------------------------------------------------------


def problems(templates: dict[str, Catalog]) -> Iterator[str]:
    """Return a line for each catalogue that is out of date, and for each message without a valid translation."""
    for domain, project in PROJECTS.items():
        for module in sorted((ROOT / project / domain).rglob("*.py")):
            if "templates" not in module.parts:
                yield from (f"{module.relative_to(ROOT)}:{line}: {what}" for line, what in _lost(module))
    for domain, template in templates.items():
        folder = ROOT / PROJECTS[domain] / domain / "locale"
        paths = sorted(folder.glob(f"*/LC_MESSAGES/{domain}.po"))
        if len(template) and not paths:
            yield f"{domain}: no catalogue"
        for path in paths:
            short = path.relative_to(ROOT)
            if updated(path, template) != path.read_bytes():
                yield f"{short}: out of date; run `make messages`"
            with path.open("rb") as file:
                catalogue = read_po(file, locale=path.parts[-3], domain=domain)
            for wanted in template:
                if wanted.id:
                    yield from (f"{short}: {what}: {wanted.id!r}" for what in _faults(wanted, catalogue))


def _lost(module: Path) -> Iterator[tuple[int, str]]:
    """Return (line, what) of the messages in a module that cannot be collected."""
    text = module.read_text()
    if not re.search(r"\b(_|_n|_p)\(", text):
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.JoinedStr):
            yield from ((call.lineno, "a message inside an f-string") for call in ast.walk(node) if _is_message(call))
        elif isinstance(node, ast.Call) and _is_message(node):
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            for argument in node.args[: 1 if name == "_" else 2]:
                if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
                    yield node.lineno, "a message that is not a literal string"


def _is_message(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS


def _faults(wanted: Message, catalogue: Catalog) -> Iterator[str]:
    message = catalogue.get(wanted.id, wanted.context)
    texts = () if message is None else message.string if isinstance(message.string, tuple) else (message.string,)
    if message is None or not texts or not all(texts):
        yield "not translated"
        return
    if message.fuzzy:
        yield "fuzzy"
    ids = wanted.id if isinstance(wanted.id, tuple) else (wanted.id,)
    known = [set(PLACEHOLDER.findall(text)) for text in ids]
    for text in texts:
        there = set(PLACEHOLDER.findall(text))
        # A form may write its number as a word, and may use a parameter that only one of the English forms has.
        needed = set.intersection(*known) - ({"n", "count"} if len(ids) == 2 else set())
        if there - set.union(*known) or needed - there:
            yield "other placeholders"


if __name__ == "__main__":
    sys.exit(main())
