"""The commands `deskctl kb import` and `export`, which exchange articles with a folder of Markdown files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from deskctl.plugins import UsageError
from deskctl.plugins.commands import CommandContext, dry_run_option, pass_context
from deskctl.plugins.folders import Folder

from ..folder import MAX_FILE_BYTES, MAX_TOTAL_BYTES, decode_file, parse_files
from ..messages import _, _n


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
        raise UsageError(_("no *.md file in {folder}", folder=folder))
    _valid, invalid = parse_files(files.items(), public=public, language="en")
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
                context.warn(_("{file}: {problem}", file=one["file"], problem=one["problem"]))
        error = _n(
            "{n} file is invalid; no file was imported", "{n} files are invalid; no file was imported", len(problems)
        )
        context.warn(_("error: {error}", error=error))
        context.warn(_("hint: {hint}", hint=_("fix them and import again")))
        return UsageError.exit_code
    for article in answer["added"]:
        context.say(_("added    #{number} {title}", number=article["id"], title=article["title"]))
    for article in answer["changed"]:
        context.say(_("changed  #{number} {title}", number=article["id"], title=article["title"]))
    context.say(
        _(
            "{added} added, {changed} changed, {unchanged} unchanged",
            added=len(answer["added"]),
            changed=len(answer["changed"]),
            unchanged=answer["unchanged"],
        )
    )
    if context.dry_run:
        context.say(_("dry run: nothing was changed"))
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
    present, _unreadable = _read(folder) if folder.is_dir() else ({}, [])
    answer = context.request("kb.export", present=tuple(present.items()), public=public)
    context.release()
    if context.dry_run:
        for path in answer["write"]:
            context.say(_("wrote    {file}", file=path))
        for path in answer["remove"]:
            context.say(_("removed  {file}", file=path))
    else:
        with Folder.opened(folder, make=True) as opened:
            for path, text in answer["write"].items():
                opened.write(path, text.encode())
                context.say(_("wrote    {file}", file=path))
            for path in answer["remove"]:
                opened.remove(path)
                context.say(_("removed  {file}", file=path))
    if context.json:
        context.document(
            {"articles": answer["articles"], "written": sorted(answer["write"]), "removed": answer["remove"]}
        )
    written, removed = len(answer["write"]), len(answer["remove"])
    context.say(
        _(
            "{written} written, {removed} removed, {unchanged} unchanged",
            written=written,
            removed=removed,
            unchanged=answer["articles"] - written,
        )
    )
    if context.dry_run:
        context.say(_("dry run: nothing was changed"))


def _read(folder: Path) -> tuple[dict[str, str], list[dict[str, str]]]:
    """Return the texts of the folder's files by path, and the problems of unreadable files. Raises UsageError."""
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
                problems.append({"file": printable, "problem": _("the file name is not UTF-8")})
            except UsageError as error:
                problems.append({"file": name, "problem": error.what.removeprefix(f"{folder / name}: ")})
            if total > MAX_TOTAL_BYTES:
                raise UsageError(
                    _(
                        "{folder} contains more than {limit} MB of articles",
                        folder=folder,
                        limit=MAX_TOTAL_BYTES // 1_000_000,
                    ),
                    _("import it in parts"),
                )
    return files, problems
