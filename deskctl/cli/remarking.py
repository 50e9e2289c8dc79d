"""Setting something up, and saying what is probably not meant by it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from ..safe import visible
from .execution import act

if TYPE_CHECKING:
    from ..core.kernel.command import Command
    from .context import CliContext


def set_up(context: CliContext, command: Command) -> None:
    """Carry a command out and report it; its remarks go to standard error."""
    outcome = act(context, command)
    for remark in outcome["facts"].get("remarks", ()):
        sys.stderr.write(f"note: {visible(remark)}\n")
