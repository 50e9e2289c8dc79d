"""`deskctl demo`."""

from __future__ import annotations

import click

from ..cli.context import CliContext


@click.command("demo")
@click.option("--keep", is_flag=True, help="Keep the desk running at the end.")
@click.pass_obj
def demo(context: CliContext, keep: bool) -> int:
    """Show a running example desk on this machine.

    The demo uses a temporary folder and loopback addresses only. A daemon receives real mail over SMTP, an agent works
    on the tickets with commands, and the replies arrive at a local SMTP server. The exit code is 1 if a step fails.

    \b
    Examples:
      deskctl demo
      deskctl demo --keep
    """
    from .stage import Stage
    from .story import run_story

    with Stage(color=context.color, keep=keep) as stage:
        return run_story(stage)
