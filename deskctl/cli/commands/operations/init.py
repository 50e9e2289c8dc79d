"""`deskctl init`."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import click

from ...context import CliContext

CHANNEL = "support"


@click.command("init")
@click.option("--dir", "folder", metavar="DIR", default=".", help="The desk's folder, made if need be; this one.")
@click.option("--name", metavar="NAME", help="What customers see: your organisation and that it helps.")
@click.option("--timezone", metavar="ZONE", help="As in Asia/Seoul; this machine's.")
@click.option("--language", metavar="CODE", default="en", show_default=True, help="As in en or ko.")
@click.option("--address", metavar="ADDRESS", help="The mail address that customers write to.")
@click.option("--listen", metavar="HOST:PORT", help="Take mail in over SMTP here.")
@click.option("--smtp", metavar="HOST:PORT", help="Send answers through this relay.")
@click.option("--team", metavar="TEAM", default="support", show_default=True, help="Whose tickets these are.")
@click.option("--store", metavar="URL", default="sqlite:///desk.db", show_default=True, help="SQLite or PostgreSQL.")
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.pass_obj
def init(
    context: CliContext,
    folder: str,
    name: str | None,
    timezone: str | None,
    language: str,
    address: str | None,
    listen: str | None,
    smtp: str | None,
    team: str,
    store: str,
    yes: bool,
) -> None:
    """Make a new desk: folder, configuration and store.

    Asks for what is not given; with --yes, or without a terminal, it takes the defaults. Nothing that exists is
    overwritten.

    \b
    Example:
      deskctl init --dir desk --name "Acme Support" --timezone Asia/Seoul \\
        --address support@acme.test --listen 127.0.0.1:2525 --smtp 127.0.0.1:25 --yes
    """
    from ....config.write import initial
    from ....errors import Refused

    home = Path(folder)
    path = home / "config.toml"
    if path.exists():
        raise Refused(f"{path} exists", "edit it, or take another folder with --dir")
    if not yes and sys.stdin.isatty() and sys.stdout.isatty():
        from .init_prompts import Questions

        questions = Questions(language=language, team=team, channel=CHANNEL, store=store)
        name = questions.ask("name", "Name of the desk", name, "Help desk")
        timezone = questions.ask("timezone", "Time zone", timezone, _timezone())
        asked = "Address that customers write to (empty: no mail)"
        address = questions.ask("address", asked, address, "", optional=True)
        if address:
            asked = "Receive mail over SMTP at HOST:PORT (empty: no)"
            listen = questions.ask("listen", asked, listen, "", optional=True)
            asked = "Send answers through the relay HOST:PORT (empty: none)"
            smtp = questions.ask("smtp", asked, smtp, "", optional=True)
    text = initial(
        name=name or "Help desk",
        timezone=timezone or _timezone(),
        language=language,
        address=address,
        team=team,
        channel=CHANNEL,
        listen=listen,
        smtp=smtp,
        store=store,
    )
    _make(home, path, text)
    if context.json:
        context.document({"config": str(path), "channel": CHANNEL if address else None})
        return
    context.say(f"made {path} and its store")
    context.say("next:")
    if home.absolute() != Path.cwd():
        context.say(f"  cd {shlex.quote(str(home))}")
    context.say(f'  deskctl agent add HANDLE --name "Your Name" --email YOU@EXAMPLE.ORG --team {team}')
    context.say("  deskctl daemon run")


def _make(home: Path, path: Path, text: str) -> None:
    """Folder, configuration, store; what was begun is taken back when something fails.

    Raises ConfigError for values that make no sense, Refused when the folder cannot be made.
    """
    from ....config.write import create
    from ....errors import DeskctlError, Refused

    made = not home.exists()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"{home} cannot be made: {error.strerror}", "take another folder with --dir") from error
    create(path, text)
    try:
        _make_store(path)
    except DeskctlError:
        path.unlink()
        if made and not any(home.iterdir()):
            home.rmdir()
        raise


def _make_store(path: Path) -> None:
    from ....bootstrap import load, open_desk
    from ....store.migrate import upgrade

    config, _ = load(path)
    before = os.umask(0o077)
    try:
        upgrade(config.store.url)
        open_desk(path).close()  # the team of its channel is made by whoever opens the desk first
    finally:
        os.umask(before)


def _timezone() -> str:
    """This machine's time zone by name; UTC when it does not say."""
    if named := os.environ.get("TZ", "").lstrip(":"):
        return named
    try:
        return Path("/etc/timezone").read_text(encoding="ascii").strip() or "UTC"
    except (OSError, UnicodeDecodeError):
        pass
    target = os.path.realpath("/etc/localtime")
    return target.partition("/zoneinfo/")[2] or "UTC"
