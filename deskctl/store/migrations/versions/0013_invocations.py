"""Store the shell command that a command was part of, and the former state that undo needs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

#: Commands of people that could not be undone. Undo now considers them, so that it does not skip them.
NOTICED = (
    *("AddAgent", "ChangeAgent", "AddTeam", "ChangeTeam", "Block", "SetContact", "IssueLink", "ExportContact"),
    *("EraseContact", "AddCalendar", "ChangeCalendar", "RemoveCalendar", "AddPolicy", "ChangePolicy", "AddStep"),
    *("MovePolicy", "RemovePolicy", "RetryIntake", "DropIntake", "RetryOutbox", "CancelOutbox", "SetPresence"),
    *("RunRoutes", "AddShift", "TakeOff", "RemoveShift", "HandOver"),
)


def upgrade() -> None:
    op.add_column("commands", sa.Column("invocation", sa.Text))
    op.add_column("events", sa.Column("kept", sa.Text))
    commands = sa.table("commands", sa.column("name", sa.Text), sa.column("undoable", sa.Boolean))
    op.execute(commands.update().where(commands.c.name.in_(NOTICED)).values(undoable=True))
    op.drop_index("ix_commands_undoable", "commands")
    _partial("ix_commands_undoable", "undoable", "actor", "id")
    _partial("ix_commands_invocation", "invocation IS NOT NULL", "invocation")


def _partial(name: str, where: str, *columns: str) -> None:
    op.create_index(name, "commands", list(columns), sqlite_where=sa.text(where), postgresql_where=sa.text(where))
