"""The command group `deskctl kb`."""

from __future__ import annotations

import click

from .articles import add, draft, edit, history, list_, publish, retire, show
from .import_export import export, import_
from .search import gaps, search, stats, suggest


@click.group("kb")
def kb() -> None:
    """Write, find and manage knowledge base articles."""


for _command in (
    search, suggest, show, list_, add, edit, history, publish, draft, retire, import_, export, stats, gaps,
):  # fmt: skip
    kb.add_command(_command)
