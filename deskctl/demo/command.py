"""`deskctl demo`."""

from __future__ import annotations

import click

from ..cli.context import CliContext


@click.command("demo")
@click.option("--keep", is_flag=True, help="Leave the desk running at the end, to play with.")
@click.pass_obj
def demo(context: CliContext, keep: bool) -> int:
    """Run a whole desk on this machine and show it at work.

    In a temporary folder and on loopback only: a daemon takes real mails in over SMTP, an agent works on the tickets
    at the shell, the answers arrive at an SMTP server that plays the outside world. Exits with 1 when something that
    should have happened did not.

    \b
    Examples:
      deskctl demo
      deskctl demo --keep
    """
    from .stage import Stage
    from .story import tell

    with Stage(color=context.color, keep=keep) as stage:
        return tell(stage)
