"""`deskctl kb`: the knowledge base at the shell."""

from __future__ import annotations

import click

from .articles import add, draft, edit, history, list_, publish, retire, show
from .folder import export, import_
from .questions import gaps, search, stats, suggest


@click.group("kb")
def kb() -> None:
    """Articles for customers and agents: write, find, keep in git."""


for _command in (
    search, suggest, show, list_, add, edit, history, publish, draft, retire, import_, export, stats, gaps,
):  # fmt: skip
    kb.add_command(_command)
