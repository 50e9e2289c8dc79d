"""The errors that deskctl raises. Each class has the exit code of the command line.

    DeskctlError                 base class: what went wrong, and what to do
    ├── UsageError         (2)   the request is invalid
    ├── NotFound           (3)   the requested object does not exist
    ├── Refused            (4)   the object exists, but the action is not allowed now
    │   ├── CustomerWrote     (4)  a customer wrote meanwhile: read the message before you reply
    │   └── ColleagueReplied  (4)  an agent replied meanwhile: read the reply before you reply
    ├── ConfigError        (5)   the configuration is wrong
    └── Unavailable        (6)   the store, the daemon or the network cannot be reached now
        ├── StoreLost        (6)    the file of the store was removed while it was open
        └── TemporaryFailure (75)   the mail server must keep the mail and retry (EX_TEMPFAIL of sysexits.h)

This module imports nothing.
"""


class DeskctlError(Exception):
    """The base class of all errors. `what` is one line; `hint` is one line with the action to take, or ""."""

    exit_code = 1

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint

    def __str__(self) -> str:
        return self.what


class UsageError(DeskctlError):
    """The request is invalid."""

    exit_code = 2


class NotFound(DeskctlError):
    """The requested object does not exist."""

    exit_code = 3


class Refused(DeskctlError):
    """The action is not allowed now."""

    exit_code = 4


class CustomerWrote(Refused):
    """The customer wrote after the author of a reply last read the ticket. `force` sends the reply anyway."""


class ColleagueReplied(Refused):
    """Another agent replied after the author of a reply last read the ticket. `force` sends the reply anyway."""


class ConfigError(DeskctlError):
    """The configuration is wrong. `problems` has one line per problem: `file:line: path: what`."""

    exit_code = 5

    def __init__(self, what: str, hint: str = "", problems: tuple[str, ...] = ()) -> None:
        super().__init__(what, hint)
        self.problems = problems


class Unavailable(DeskctlError):
    """The store, the daemon or the network cannot be reached now."""

    exit_code = 6


class StoreLost(Unavailable):
    """The file of the store, or its write-ahead log, was deleted or replaced while it was open. Retrying does not help.

    `closable`: closing the store still writes the data of the deleted log into it.
    """

    def __init__(self, what: str, hint: str = "", closable: bool = False) -> None:
        super().__init__(what, hint)
        self.closable = closable


class TemporaryFailure(Unavailable):
    """The mail server must keep the mail and retry."""

    exit_code = 75


#: The error classes by name, so that an error keeps its class over the daemon's socket.
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
