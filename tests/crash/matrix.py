"""All cases: a fault at a fault point, or a connection that is cut during a command."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from tests.crash.named import points
from tests.crash.proxy import WHENS, When
from tests.crash.world import TOO_LARGE, World, mail

STORES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Case:
    """A case. `action`: kill, full, locked, gone or cut. `detail`: the time of a cut, or the action that follows."""

    store: str
    action: str
    point: str
    detail: str = ""

    def __str__(self) -> str:
        return "-".join(filter(None, (self.store, self.action, self.point, self.detail)))


#: Faults that must happen first, so that the process reaches the point.
PRELUDE: dict[str, tuple[str, ...]] = {
    "imap.between": ("KILL imap.flag.before 1",),
    "journal.start_single": ("KILL intake.commit 1",),
    "intake.parsed": ("KILL intake.commit 1",),
}


def prepare(world: World, point: str) -> None:
    """Prepare a world so that its next daemon reaches the point soon."""
    if point.startswith(("imap.compare", "imap.dates")):
        world.boxes["moved"].make_anew()
    if point.startswith("imap.create"):
        mailbox = world.boxes["moved"].mailbox
        if mailbox.uids("Done"):
            mailbox.remove("Done")
    if point.startswith("relay.rset"):
        world.sink.refuse("rcpt", 550)
    if point.startswith(("imap.sent_folder", "imap.append", "imap.known")):
        world.calls = itertools.chain(["flagged"], world.calls)
    if point.startswith("imap.headers"):
        world.sizes = itertools.chain([TOO_LARGE], world.sizes)
    if point.startswith("imap"):
        for box in world.boxes.values():
            box.append(mail(box.channel))
    if point.startswith(("journal.start", "intake")):
        for _ in range(3):
            world.feeders[3].send_one()


#: Points at which the pipe is killed: the command that an MTA runs, without and with a daemon.
PIPE = ("pipe.read", "pipe.taken")
PIPE_ALONE = (*PIPE, "journal.append.commit", "journal.append.committed", "intake.commit", "intake.committed")


def transactions() -> list[str]:
    """Return the names of the transactions that write."""
    return sorted(point.removesuffix(".committed") for point in points() if point.endswith(".committed"))


#: Points at which a mail or an answer is in memory and the next step needs the store.
_IN_HAND = (
    "listener.content",
    "imap.fetch.after",
    "imap.flag.before",
    "intake.parse",
    "relay.data.before",
    "relay.sent",
)

#: The commands on each connection, by a readable name; None is the connection itself.
COMMANDS: dict[str, dict[str, bytes | None]] = {
    "smtp": {
        "connect": None,
        "EHLO": rb"(?i)^EHLO",
        "MAIL": rb"(?i)^MAIL",
        "RCPT": rb"(?i)^RCPT",
        "DATA": rb"(?i)^DATA",
        "content": rb"\r\n\.\r\n$",
        "QUIT": rb"(?i)^QUIT",
    },
    "imap": {
        "connect": None,
        "CAPABILITY": rb" CAPABILITY",
        "LOGIN": rb" LOGIN ",
        "SELECT": rb" SELECT ",
        "SEARCH": rb" SEARCH ",
        "SIZE": rb"RFC822\.SIZE",
        "FETCH": rb"BODY\.PEEK\[\]",
        "HEADER": rb"BODY\.PEEK\[HEADER\]",
        "FLAG": rb" STORE .*Seen",
        "MOVE": rb" MOVE ",
        "DELETE": rb" STORE .*Deleted",
        "EXPUNGE": rb" EXPUNGE ",
        "IDLE": rb" IDLE",
        "DONE": rb"^DONE",
        "NOOP": rb" NOOP",
        "COPY": rb" APPEND ",
    },
}
COMMANDS["lmtp"] = {**COMMANDS["smtp"], "EHLO": rb"(?i)^LHLO"}
COMMANDS["relay"] = {name: said for name, said in COMMANDS["smtp"].items() if name != "QUIT"}
LINES = ("smtp", "lmtp", "imap", "relay")


def cut_cases(store: str, wanted: Callable[[str, When], bool]) -> list[Case]:
    return [
        Case(store, "cut", f"{line}.{name}", when)
        for line in LINES
        for name in COMMANDS[line]
        for when in WHENS
        if wanted(name, when)
    ]


def kill_cases(store: str) -> list[Case]:
    return [Case(store, "kill", point) for point in sorted(points()) if not point.startswith("pipe.")]


def pipe_cases(store: str) -> list[Case]:
    beside = [Case(store, "pipe", point, "beside a daemon") for point in PIPE]
    return beside + [Case(store, "pipe", point, "alone") for point in PIPE_ALONE]


def hindrance_cases(store: str) -> list[Case]:
    """Return cases with a full disk (SQLite), a locked or a missing database, followed by a repair or a kill."""
    found = []
    for follows in ("heals", "killed"):
        for name in transactions():
            for step in ("begin", "commit"):
                point = f"{name}.{step}"
                found.append(Case(store, "gone", point, follows))
                if store == "sqlite":
                    found.append(Case(store, "limit", point, follows))
                if step == "begin":  # later the daemon itself has the lock
                    found.append(Case(store, "locked", point, follows))
        for point in _IN_HAND:
            found += [Case(store, action, point, follows) for action in ("gone", "locked")]
            found += [Case(store, "limit", point, follows)] if store == "sqlite" else []
    return found


def tmpfs_cases() -> list[Case]:
    """Return cases with a full disk, which need a mounted disk."""
    return [
        Case("tmpfs", "full", point, follows)
        for follows in ("heals", "killed")
        for point in (*(f"{name}.{step}" for name in transactions() for step in ("begin", "commit")), *_IN_HAND)
    ]


def all_cases() -> list[Case]:
    found = []
    for store in STORES:
        found += [
            *kill_cases(store),
            *pipe_cases(store),
            *hindrance_cases(store),
            *cut_cases(store, lambda name, when: True),
        ]
    return [*found, *tmpfs_cases()]
