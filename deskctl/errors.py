"""Every error that deskctl raises on purpose; each kind says who must act.

    DeskctlError                 what went wrong, and what to do about it
    ├── UsageError         (2)   the caller: the request makes no sense as typed
    ├── NotFound           (3)   the caller: there is no such thing
    ├── Refused            (4)   the caller: it exists, but this may not be done now
    │   ├── CustomerWrote     (4)  the author of a reply: read first, then send
    │   └── ColleagueReplied  (4)  the same
    ├── ConfigError        (5)   the sysadmin: the configuration is wrong
    └── Unavailable        (6)   time, or the sysadmin: store, daemon or network cannot be reached
        ├── StoreLost        (6)    the sysadmin: the store's file was taken away under a running process
        └── TemporaryFailure (75)   an MTA: keep the mail and try again (EX_TEMPFAIL of sysexits.h)

`exit_code` is what the CLI exits with. This module imports nothing.
"""


class DeskctlError(Exception):
    """A mistake with a name. `what` is one line; `hint` is one line that says what to do, or ""."""

    exit_code = 1

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return self.what


class UsageError(DeskctlError):
    exit_code = 2


class NotFound(DeskctlError):
    exit_code = 3


class Refused(DeskctlError):
    exit_code = 4


class CustomerWrote(Refused):
    """The customer wrote since the author of a reply last looked; `force` sends it all the same."""


class ColleagueReplied(Refused):
    """Another agent answered since the author of a reply last looked; `force` sends it all the same."""


class ConfigError(DeskctlError):
    """The configuration is wrong; `problems` holds one line for each place, `file:line: path: what`."""

    exit_code = 5

    def __init__(self, what: str, hint: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(what, hint)
        self.problems = problems


class Unavailable(DeskctlError):
    exit_code = 6


class StoreLost(Unavailable):
    """The store's file, or its write-ahead log, was deleted or replaced while it was open. Waiting does not help.

    `closable`: closing the store still writes into it what only the deleted log holds.
    """

    def __init__(self, what: str, hint: str = "", closable: bool = False) -> None:
        super().__init__(what, hint)
        self.closable = closable


class TemporaryFailure(Unavailable):
    exit_code = 75


#: By name, so that an error keeps its kind when it crosses the daemon's socket.
KINDS: dict[str, type[DeskctlError]] = {
    kind.__name__: kind
    for kind in (
        DeskctlError,
        UsageError,
        NotFound,
        Refused,
        CustomerWrote,
        ColleagueReplied,
        ConfigError,
        Unavailable,
        TemporaryFailure,
    )
}
