"""The SMTP server of the customers: it stores each mail as a file. Run: python -m deskctl.demo.world PORT FOLDER"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from threading import Event

from deskctl.testing.smtp_sink import SmtpSink


def main(port: int, folder: Path) -> None:
    """Serve until SIGTERM. The n-th mail becomes the file `n.eml`, which is complete when it appears."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with SmtpSink(port=port) as sink:
        (folder / "ready").touch()
        kept = 0
        while not stop.wait(0.02):
            for mail in sink.mails[kept:]:
                kept += 1
                part = folder / f"{kept}.part"
                part.write_bytes(mail.raw)
                part.rename(folder / f"{kept}.eml")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
