"""The Erlang C model of a queue: how many agents are needed to answer in time.

Requests come independently of each other at a steady rate, take exponentially distributed time, wait for the first free
agent of n agents, and do not give up (an M/M/n queue). The offered load is A = arrivals × handling time, in erlangs.

    B(0) = 1,  B(n) = A·B(n-1) / (n + A·B(n-1))          Erlang's loss formula as a recurrence
    C(n) = B(n) / (1 - (A/n)·(1 - B(n)))                 the probability of waiting, n > A
    W(n, t) = 1 - C(n)·exp(-(n - A)·t / handling time)   the share that is answered within t

A. K. Erlang, "Solution of some Problems in the Theory of Probabilities of Significance in Automatic Telephone
Exchanges" (Elektroteknikeren 13, 1917). With factorials and powers the formulas overflow at about 150 agents; the
recurrence only uses numbers between 0 and 1.
"""

from __future__ import annotations

import math
from datetime import timedelta

from ...errors import UsageError
from ...i18n import _

#: The maximum load in erlangs, because the result is searched one agent at a time.
LARGEST = 1_000_000.0


def load(arrivals: float, handling: timedelta, period: timedelta = timedelta(hours=1)) -> float:
    """Return the load in erlangs: the number of agents who would be busy all the time with `arrivals` in a period."""
    return arrivals * (handling / period)


def blocking(people: int, erlangs: float) -> float:
    """Return the probability that all agents are busy if no request waits (Erlang B)."""
    chance = 1.0
    for n in range(1, people + 1):
        chance = _next(chance, n, erlangs)
    return chance


def _next(chance: float, n: int, erlangs: float) -> float:
    return erlangs * chance / (n + erlangs * chance)


def waiting(people: int, erlangs: float) -> float:
    """Return the probability of waiting (Erlang C).

    It is 1 if there are too few agents for the load: the queue grows.
    """
    return _waits(blocking(people, erlangs), people, erlangs)


def _waits(blocked: float, people: int, erlangs: float) -> float:
    if erlangs <= 0:
        return 0.0
    return 1.0 if people <= erlangs else blocked / (1 - (erlangs / people) * (1 - blocked))


def service_level(people: int, erlangs: float, handling: timedelta, within: timedelta) -> float:
    """Return the share (0 to 1) of requests answered `within` some time; 0 if there are too few agents."""
    return _level(blocking(people, erlangs), people, erlangs, handling, within)


def _level(blocked: float, people: int, erlangs: float, handling: timedelta, within: timedelta) -> float:
    if erlangs <= 0:
        return 1.0
    if people <= erlangs:
        return 0.0
    return 1 - _waits(blocked, people, erlangs) * math.exp(-(people - erlangs) * (within / handling))


def needed(erlangs: float, handling: timedelta, share: float, within: timedelta) -> int:
    """Return the minimum number of agents who answer at least `share` (0 to 1) `within` some time.

    Raises UsageError for a share that cannot be met, and for a load above LARGEST.
    """
    if not 0 < share < 1:
        raise UsageError(
            _("a target of {share} cannot be met", share=f"{share:.0%}"),
            _("use a share between 1% and 99%, for example 80%/20s"),
        )
    if erlangs > LARGEST:
        raise UsageError(
            _("a load of {load} erlangs is too large", load=f"{erlangs:.0f}"), _("check the handling time")
        )
    if erlangs <= 0:
        return 0
    blocked, people = 1.0, 0
    while _level(blocked, people, erlangs, handling, within) < share:
        people += 1
        blocked = _next(blocked, people, erlangs)
    return people


def with_shrinkage(people: int, share: float) -> int:
    """Return how many agents the rota needs if `share` (0 to 1) of their time goes to breaks, training and illness."""
    return math.ceil(round(people / (1 - share), 9))
