"""Report the state of the daemon to systemd (sd_notify(3)). Without systemd this does nothing."""

from __future__ import annotations

import os
import socket


def notify(state: str) -> None:
    """Send a line such as "READY=1". Errors are ignored: the daemon must run without a listener too."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):  # an abstract socket
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
            channel.connect(address)
            channel.sendall(state.encode())
    except OSError:
        return


def watchdog_seconds() -> float | None:
    """Return the seconds between WATCHDOG=1 messages (half of systemd's time limit), None without a watchdog."""
    micros, pid = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID")
    if not micros.isdecimal() or (pid and pid != str(os.getpid())):
        return None
    return int(micros) / 1_000_000 / 2
