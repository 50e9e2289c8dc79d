"""`deskctl kb import` and `export`: articles as a folder of Markdown files, kept in git."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from deskctl.plugins import UsageError
from deskctl.plugins.commands import CommandContext, dry_run_option, pass_context
from deskctl.plugins.folders import Folder

from ..folder import LARGEST, LARGEST_ALL, decoded, parse_files


@click.command("import")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--public", is_flag=True, help="Customers may see what does not say otherwise.")
@dry_run_option
@pass_context
def import_(context: CommandContext, folder: Path, public: bool) -> int:
    """Take in a folder's *.md files, and those of the folders in it.

    A file's title is what its front matter says, else its first `# Heading`. A file that was taken in before changes
    its article; one that says nothing new changes nothing. Either all files are taken in or none: what is wrong with
    which is listed, and the exit code is 2. Symbolic links are not followed.

    \b
    Examples:
      deskctl kb import docs/
      deskctl kb import docs/ --public --dry-run
    """
    files, bad = _read(folder)
    if not files and not bad:
        raise UsageError(f"there is no *.md file in {folder}")
    _, unread = parse_files(files.items(), public=public, language="en")
    bad += [{"file": one.path, "problem": one.problem} for one in unread]
    if bad:
        answer: dict[str, Any] = {"added": [], "changed": [], "unchanged": 0, "problems": sorted(bad, key=str)}
    else:
        answer = context.request("kb.import", files=tuple(files.items()), public=public)
        context.release()
    if context.json:
        context.document(answer)
    problems = answer["problems"]
    if problems:
        if not context.json:
            for one in problems:
                click.echo(f"{_clean(one['file'])}: {_clean(one['problem'])}", err=True)
        files_ = "1 file" if len(problems) == 1 else f"{len(problems)} files"
        click.echo(f"error: {files_} cannot be taken in, so nothing was\nhint: mend them and import again", err=True)
        return UsageError.exit_code
    for article in answer["added"]:
        context.say(f"added    #{article['id']} {article['title']}")
    for article in answer["changed"]:
        context.say(f"changed  #{article['id']} {article['title']}")
    would = " (nothing was done: --dry-run)" if context.dry_run else ""
    context.say(
        f"{len(answer['added'])} added, {len(answer['changed'])} changed, {answer['unchanged']} as before{would}"
    )
    return 0


@click.command("export")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--public", is_flag=True, help="Only what customers may see.")
@dry_run_option
@pass_context
def export(context: CommandContext, folder: Path, public: bool) -> None:
    """Write articles into a folder, a file each.

    The same articles give the same bytes, and a file that says what its article is stays untouched. With --public the
    folder is fit for customers: what they may not see is not written, and removed where an export wrote it before.

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
    would = " (nothing was done: --dry-run)" if context.dry_run else ""
    written, removed = len(answer["write"]), len(answer["remove"])
    same = answer["articles"] - written
    context.say(f"{written} written, {removed} removed, {same} as before{would}")


def _read(folder: Path) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The folder's articles, text by path; and what cannot be read: links, for one, are not followed.

    Raises UsageError.
    """
    files: dict[str, str] = {}
    bad: list[dict[str, str]] = []
    total = 0
    with Folder.opened(folder) as opened:
        for name in opened.files(".md"):
            try:
                name.encode()
                raw = opened.read(name, LARGEST)
                total += len(raw)
                files[name] = decoded(raw)
            except UnicodeEncodeError:
                bad.append({"file": name.encode("utf-8", "replace").decode(), "problem": "its name is no UTF-8"})
            except UsageError as error:
                bad.append({"file": name, "problem": error.what.removeprefix(f"{folder / name}: ")})
            if total > LARGEST_ALL:
                raise UsageError(
                    f"{folder} holds more than {LARGEST_ALL // 1_000_000} MB of articles", "take it in parts"
                )
    return files, bad


def _clean(words: str) -> str:
    """Names of files and what stands in them can hold anything; a terminal shall not obey it."""
    return "".join(c if c.isprintable() else "\ufffd" for c in words)
