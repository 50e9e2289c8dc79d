"""`deskctl kb import` and `export`: articles as a folder of Markdown files, kept in git."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from deskctl.plugins import UsageError
from deskctl.plugins.commands import CommandContext, dry_run_option, pass_context

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
    which is listed, and the exit code is 2.

    \b
    Examples:
      deskctl kb import docs/
      deskctl kb import docs/ --public --dry-run
    """
    files, bad = _read(folder, following=True)
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
    present, _ = _read(folder, following=False) if folder.is_dir() else ({}, [])
    answer = context.request("kb.export", present=tuple(present.items()), public=public)
    context.release()
    for path, text in answer["write"].items():
        if not context.dry_run:
            _write(folder, path, text)
        context.say(f"wrote    {path}")
    for path in answer["remove"]:
        if not context.dry_run:
            (folder / path).unlink()
        context.say(f"removed  {path}")
    if context.json:
        context.document(
            {"articles": answer["articles"], "written": sorted(answer["write"]), "removed": answer["remove"]}
        )
    would = " (nothing was done: --dry-run)" if context.dry_run else ""
    written, removed = len(answer["write"]), len(answer["remove"])
    same = answer["articles"] - written
    context.say(f"{written} written, {removed} removed, {same} as before{would}")


def _read(folder: Path, *, following: bool) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The folder's articles, text by path; and what cannot be read. Raises UsageError."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder" if folder.exists() else f"there is no folder {folder}")
    files: dict[str, str] = {}
    bad: list[dict[str, str]] = []
    total = 0
    for path in sorted(_markdown(folder)):
        name = path.relative_to(folder).as_posix()
        try:
            name.encode()
            size = path.stat().st_size
            total += size
            files[name] = decoded(path.read_bytes() if size <= LARGEST else b" " * size)
        except UnicodeEncodeError:
            bad.append({"file": name.encode("utf-8", "replace").decode(), "problem": "its name is no UTF-8"})
        except OSError as error:
            bad.append({"file": name, "problem": f"it cannot be read: {error.strerror}"})
        except UsageError as error:
            bad.append({"file": name, "problem": error.what})
        if total > LARGEST_ALL:
            raise UsageError(f"{folder} holds more than {LARGEST_ALL // 1_000_000} MB of articles", "take it in parts")
    return files, bad if following else []


def _markdown(folder: Path) -> list[Path]:
    """Every *.md below, but nothing hidden (.git) and nothing through a link to another folder."""
    found = []
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [Path(root, name) for name in names if name.lower().endswith(".md") and not name.startswith(".")]
    return found


def _write(folder: Path, path: str, text: str) -> None:
    """All of it or nothing, and nowhere but below the folder. Raises UsageError."""
    target = folder / path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.parent.resolve().is_relative_to(folder.resolve()):
            raise UsageError(f"{target.parent} is a link out of {folder}", "remove it, or export elsewhere")
        new = target.with_name(f".{target.name}.new")
        new.write_text(text, encoding="utf-8", newline="\n")
        new.replace(target)
    except OSError as error:
        raise UsageError(f"{target} cannot be written: {error.strerror}") from error


def _clean(words: str) -> str:
    """Names of files and what stands in them can hold anything; a terminal shall not obey it."""
    return "".join(c if c.isprintable() else "\ufffd" for c in words)
