"""`deskctl init`."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import click

from ...context import CliContext
from ...messages import _

CHANNEL = "support"


@click.command("init")
@click.option(
    "--dir", "folder", metavar="DIR", default=".", help="Folder of the desk, created if needed.  [default: here]"
)
@click.option("--name", metavar="NAME", help='Name that customers see, for example "Acme Support".')
@click.option("--timezone", metavar="ZONE", help="IANA time zone, as in Asia/Seoul.  [default: that of this machine]")
@click.option("--language", metavar="CODE", default="en", show_default=True, help="Language of the desk: en or ko.")
@click.option("--address", metavar="ADDRESS", help="Mail address that customers write to.")
@click.option("--listen", metavar="HOST:PORT", help="Receive mail over SMTP at this address.")
@click.option("--smtp", metavar="HOST:PORT", help="Send mail through this relay.")
@click.option("--team", metavar="TEAM", default="support", show_default=True, help="Team that gets the tickets.")
@click.option("--store", metavar="URL", default="sqlite:///desk.db", show_default=True, help="SQLite or PostgreSQL.")
@click.option("--yes", is_flag=True, help="Ask no questions; use the defaults.")
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
    """Create a desk: folder, configuration and store.

    Asks for missing values; with --yes, or without a terminal, uses the defaults. Overwrites no files.

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
        raise Refused(_("{file} already exists", file=path), _("edit it, or choose another folder with --dir"))
    if not yes and sys.stdin.isatty() and sys.stdout.isatty():
        from .init_prompts import Prompts

        prompts = Prompts(language=language, team=team, channel=CHANNEL, store=store)
        name = prompts.ask("name", _("Name of the desk"), name, "Help desk")
        timezone = prompts.ask("timezone", _("Time zone"), timezone, _timezone())
        question = _("Mail address that customers write to (empty for no mail)")
        address = prompts.ask("address", question, address, "", optional=True)
        if address:
            question = _("Receive mail over SMTP at HOST:PORT (empty to skip)")
            listen = prompts.ask("listen", question, listen, "", optional=True)
            question = _("Send mail through the relay HOST:PORT (empty to skip)")
            smtp = prompts.ask("smtp", question, smtp, "", optional=True)
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
    context.say(_("created {file} and its store", file=path))
    context.say(_("next steps:"))
    if home.absolute() != Path.cwd():
        context.say(f"  cd {shlex.quote(str(home))}")
    context.say(f'  deskctl agent add HANDLE --name "Your Name" --email YOU@EXAMPLE.ORG --team {team}')
    context.say("  deskctl daemon run")


def _make(home: Path, path: Path, text: str) -> None:
    """Create folder, configuration and store. Remove them again after a failure.

    Raises ConfigError for invalid values, Refused if the folder cannot be created.
    """
    from ....config.write import create
    from ....errors import DeskctlError, Refused

    made = not home.exists()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        what = _("cannot create {folder}: {reason}", folder=home, reason=error.strerror)
        raise Refused(what, _("choose another folder with --dir")) from error
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

    config, _plugins = load(path)
    before = os.umask(0o077)
    try:
        upgrade(config.store.url)
        open_desk(path).close()  # the first opening creates the team of the channel
    finally:
        os.umask(before)


def _timezone() -> str:
    """Return the time zone of this machine, UTC if it is unknown."""
    if named := os.environ.get("TZ", "").lstrip(":"):
        return named
    try:
        return Path("/etc/timezone").read_text(encoding="ascii").strip() or "UTC"
    except (OSError, UnicodeDecodeError):
        pass
    target = os.path.realpath("/etc/localtime")
    return target.partition("/zoneinfo/")[2] or "UTC"
