"""The commands `deskctl kb import` and `export`, which exchange articles with a folder of Markdown files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from deskctl.plugins import UsageError
from deskctl.plugins.commands import CommandContext, dry_run_option, pass_context
from deskctl.plugins.folders import Folder

from ..folder import MAX_FILE_BYTES, MAX_TOTAL_BYTES, decode_file, parse_files


@click.command("import")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--public", is_flag=True, help="Make articles public unless their file has a value.")
@dry_run_option
@pass_context
def import_(context: CommandContext, folder: Path, public: bool) -> int:
    """Import the *.md files of a folder and its subfolders.

    The title comes from the front matter, or from the first `# Heading`. A file that was imported before updates its
    article; an unchanged file changes nothing. If any file is invalid, no file is imported: the command lists the
    problems and exits with 2. Symbolic links are not followed.

    \b
    Examples:
      deskctl kb import docs/
      deskctl kb import docs/ --public --dry-run
    """
    files, problems = _read(folder)
    if not files and not problems:
        raise UsageError(f"no *.md file in {folder}")
    _, invalid = parse_files(files.items(), public=public, language="en")
    problems += [{"file": one.path, "problem": one.problem} for one in invalid]
    if problems:
        answer: dict[str, Any] = {"added": [], "changed": [], "unchanged": 0, "problems": sorted(problems, key=str)}
    else:
        answer = context.request("kb.import", files=tuple(files.items()), public=public)
        context.release()
    if context.json:
        context.document(answer)
    problems = answer["problems"]
    if problems:
        if not context.json:
            for one in problems:
                click.echo(f"{_printable(one['file'])}: {_printable(one['problem'])}", err=True)
        count = "1 file is" if len(problems) == 1 else f"{len(problems)} files are"
        click.echo(f"error: {count} invalid; no file was imported\nhint: fix them and import again", err=True)
        return UsageError.exit_code
    for article in answer["added"]:
        context.say(f"added    #{article['id']} {article['title']}")
    for article in answer["changed"]:
        context.say(f"changed  #{article['id']} {article['title']}")
    dry_run = " (dry run: nothing was changed)" if context.dry_run else ""
    context.say(
        f"{len(answer['added'])} added, {len(answer['changed'])} changed, {answer['unchanged']} unchanged{dry_run}"
    )
    return 0


@click.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--public", is_flag=True, help="Only articles that customers may see.")
@dry_run_option
@pass_context
def export(context: CommandContext, folder: Path, public: bool) -> None:
    """Export articles to a folder, one file each.

    The same articles give the same bytes, and a file that already matches its article stays untouched. With --public,
    the folder contains only articles that customers may see: files of other articles from an earlier export are
    removed.

    \b
    Examples:
      deskctl kb export docs/ && git -C docs diff --stat
      deskctl kb export site/ --public
    """
    present, _ = _read(folder) if folder.is_dir() else ({}, [])
    answer = context.request("kb.export", present=tuple(present.items()), public=public)
    context.release()
    if context.dry_run:
        changed = [f"wrote    {path}" for path in answer["write"]] + [f"removed  {path}" for path in answer["remove"]]
        for line in changed:
            context.say(line)
    else:
        with Folder.opened(folder, make=True) as opened:
            for path, text in answer["write"].items():
                opened.write(path, text.encode())
                context.say(f"wrote    {path}")
            for path in answer["remove"]:
                opened.remove(path)
                context.say(f"removed  {path}")
    if context.json:
        context.document(
            {"articles": answer["articles"], "written": sorted(answer["write"]), "removed": answer["remove"]}
        )
    dry_run = " (dry run: nothing was changed)" if context.dry_run else ""
    written, removed = len(answer["write"]), len(answer["remove"])
    unchanged = answer["articles"] - written
    context.say(f"{written} written, {removed} removed, {unchanged} unchanged{dry_run}")


def _read(folder: Path) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Return the texts of the folder's files by path, and the problems of unreadable files. Raise UsageError."""
    files: dict[str, str] = {}
    problems: list[dict[str, str]] = []
    total = 0
    with Folder.opened(folder) as opened:
        for name in opened.files(".md"):
            try:
                name.encode()
                raw = opened.read(name, MAX_FILE_BYTES)
                total += len(raw)
                files[name] = decode_file(raw)
            except UnicodeEncodeError:
                printable = name.encode("utf-8", "replace").decode()
                problems.append({"file": printable, "problem": "the file name is not UTF-8"})
            except UsageError as error:
                problems.append({"file": name, "problem": error.what.removeprefix(f"{folder / name}: ")})
            if total > MAX_TOTAL_BYTES:
                raise UsageError(
                    f"{folder} contains more than {MAX_TOTAL_BYTES // 1_000_000} MB of articles", "import it in parts"
                )
    return files, problems


def _printable(text: str) -> str:
    """Replace control characters of file names and texts, so that a terminal does not interpret them."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
