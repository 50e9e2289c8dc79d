"""Measure the intake of Telegram updates by long polling against the same texts over SMTP."""

from __future__ import annotations

import multiprocessing
import time
from multiprocessing.connection import Connection

from bench.real.desk import BenchDesk
from bench.real.intake import MAILS, smtp_once
from bench.real.measure import Figure, compare, without_floor
from tests.servers.telegram import TOKEN, BotServer


def telegram(runs: int) -> list[Figure]:
    """Measure waiting updates at a local Bot API server until each is in the journal and confirmed. The floor is the
    SMTP intake of the same daemon from ten senders."""
    floor, real, lag = [], [], []
    for number in range(runs):
        floor.append(smtp_once(number)[0])
        rate, ratio = telegram_once(number)
        real.append(rate)
        lag.append(ratio)
    return [
        compare("updates from Telegram, beside SMTP", "a second", floor, real, at_least=0.5),
        without_floor("journal worked off, in receiving times", "×", lag),
    ]


def telegram_once(number: int) -> tuple[float, float]:
    """Return updates per second between the first request and the last confirmation, and the relative total time."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=_serve, args=(theirs,))
    server.start()
    url = ours.recv()
    try:
        table = f'[channels.tg]\ntype = "telegram"\ntoken = "{TOKEN}"\napi = "{url}"\nteam = "support"\n'
        with BenchDesk(f"telegram-{number}", table) as desk:
            ours.send("go")
            began = time.perf_counter()
            taking = ours.recv()
            desk.wait_processed(MAILS)
            return MAILS / taking, (time.perf_counter() - began) / taking
    finally:
        ours.send("end")
        server.join(30)


def _serve(pipe: Connection) -> None:
    """Run the server in a separate process. After `go` all users write at once. Returns the seconds to the end."""
    with BotServer() as bots:
        pipe.send(bots.url)
        if pipe.recv() == "go":
            updates = [_update(number) for number in range(MAILS)]
            began = time.perf_counter()
            bots.add_updates(updates)
            bots.wait_confirmed(MAILS, 180)
            pipe.send(time.perf_counter() - began)
            pipe.recv()


def _update(number: int) -> dict[str, object]:
    """Return a message of one of 200 customers."""
    user = 1000 + number % 200
    text = f"프린터 {number}에서 연기가 나요. The printer in room {number} burns.\n" * 6
    person = {"id": user, "is_bot": False, "first_name": f"Customer {user}", "language_code": "ko"}
    message = {
        "message_id": number + 1,
        "date": int(time.time()),
        "chat": {"id": user, "type": "private", "first_name": person["first_name"]},
        "from": person,
        "text": text,
    }
    return {"message": message}
