"""`deskctl completion`."""

from __future__ import annotations

import sys

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a shell completion script.

    The script completes commands, options, ticket numbers, agents, teams, tags and channels.

    \b
    Examples:
      echo 'eval "$(deskctl completion bash)"' >> ~/.bashrc
      echo 'eval "$(deskctl completion zsh)"' >> ~/.zshrc
      deskctl completion fish > ~/.config/fish/completions/deskctl.fish
    """
    from click.shell_completion import get_completion_class

    from ...bash_completion import register
    from ...main import COMPLETING

    register()
    found = get_completion_class(shell)
    assert found is not None, "click supports these three shells"
    root = ctx.find_root().command
    sys.stdout.write(found(root, {}, "deskctl", COMPLETING).source() + "\n")
