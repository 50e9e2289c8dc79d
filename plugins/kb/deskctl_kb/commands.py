"""`deskctl kb`."""

from __future__ import annotations

import click


@click.group("kb")
def kb() -> None:
    """Knowledge base: articles for customers and agents."""
