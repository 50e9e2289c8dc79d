"""How many people it takes to answer in time: the Erlang C model of a queue.

Requests come independently of each other at a steady rate, take exponentially distributed time, wait for the first of
`people` who is free, and do not give up (an M/M/n queue). The offered load is A = arrivals × handling time, in erlangs.

    B(0) = 1,  B(n) = A·B(n-1) / (n + A·B(n-1))          Erlang's loss formula as a recurrence
    C(n) = B(n) / (1 - (A/n)·(1 - B(n)))                 the chance of having to wait, n > A
    W(n, t) = 1 - C(n)·exp(-(n - A)·t / handling time)   the share that is answered within t

A. K. Erlang, "Solution of some Problems in the Theory of Probabilities of Significance in Automatic Telephone
Exchanges" (Elektroteknikeren 13, 1917). Written with factorials and powers the formulas overflow at some 150 people;
the recurrence only ever holds numbers between 0 and 1.
"""

from __future__ import annotations

import math
from datetime import timedelta

from ...errors import UsageError

#: Erlangs that nobody's desk has: the answer is looked for one person after the other.
LARGEST = 1_000_000.0


def load(arrivals: float, handling: timedelta, period: timedelta = timedelta(hours=1)) -> float:
    """Erlangs: how many people would be busy all the time with `arrivals` in a period."""
    return arrivals * (handling / period)


def blocking(people: int, erlangs: float) -> float:
    """Erlang B: the chance that all are busy where nobody waits."""
    chance = 1.0
    for n in range(1, people + 1):
        chance = _next(chance, n, erlangs)
    return chance


def _next(chance: float, n: int, erlangs: float) -> float:
    return erlangs * chance / (n + erlangs * chance)


def waiting(people: int, erlangs: float) -> float:
    """Erlang C: the chance of having to wait. 1 where people are too few for the load: the queue only grows."""
    return _waits(blocking(people, erlangs), people, erlangs)


def _waits(blocked: float, people: int, erlangs: float) -> float:
    if erlangs <= 0:
        return 0.0
    return 1.0 if people <= erlangs else blocked / (1 - (erlangs / people) * (1 - blocked))


def service_level(people: int, erlangs: float, handling: timedelta, within: timedelta) -> float:
    """The share (0 to 1) that is answered `within` some time; 0 where people are too few."""
    return _level(blocking(people, erlangs), people, erlangs, handling, within)


def _level(blocked: float, people: int, erlangs: float, handling: timedelta, within: timedelta) -> float:
    if erlangs <= 0:
        return 1.0
    if people <= erlangs:
        return 0.0
    return 1 - _waits(blocked, people, erlangs) * math.exp(-(people - erlangs) * (within / handling))


def needed(erlangs: float, handling: timedelta, share: float, within: timedelta) -> int:
    """The fewest people with whom at least `share` (0 to 1) is answered `within` some time.

    Raises UsageError for shares that nobody can promise, and loads beyond all desks.
    """
    if not 0 < share < 1:
        raise UsageError(f"a target of {share:.0%} cannot be met", "between 1% and 99%, as in 80%/20s")
    if erlangs > LARGEST:
        raise UsageError(f"a load of {erlangs:.0f} erlangs is beyond every desk", "is the handling time right?")
    if erlangs <= 0:
        return 0
    blocked, people = 1.0, 0
    while _level(blocked, people, erlangs, handling, within) < share:
        people += 1
        blocked = _next(blocked, people, erlangs)
    return people


def with_shrinkage(people: int, share: float) -> int:
    """How many have to be on the rota when `share` (0 to 1) of their time goes to breaks, training and illness."""
    return math.ceil(round(people / (1 - share), 9))
