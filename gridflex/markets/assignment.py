"""Who gets which megawatt: the best exclusive split of a block's firm power, exact.

A megawatt in a block holds one service. Services that must be held longer draw on less firm
power, and what they take is taken from the shorter ones too: with services sorted by duration,
longest first, all that is given out so far must fit the firm power of the last one's
duration. One dynamic programme over megawatts given out, in steps of the finest bid; each
service adds a bounded, linear gain, found with a sliding maximum.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from gridflex.errors import InputError

FINEST_MW = Fraction(1, 1000)
MOST_STEPS = 2_000_000
NOTHING = float("-inf")


@dataclass(frozen=True, slots=True)
class Bid:
    """One service's claim: up to ``mw`` in steps of ``step_mw`` from ``minimum_mw`` on, worth ``gbp_per_mw`` each.

    ``room_mw`` is the firm power that lasts as long as the service must be held.
    """

    mw: float
    step_mw: float
    minimum_mw: float
    gbp_per_mw: float
    room_mw: float


def assign(bids: Sequence[Bid]) -> tuple[float, ...]:
    """MW given to each bid so that the worth is greatest; a bid worth nothing or less gets none.

    Raises InputError for more steps than can be tried.
    """
    order = sorted(range(len(bids)), key=lambda i: bids[i].room_mw)
    wanted = [i for i in order if bids[i].gbp_per_mw > 0 and bids[i].mw > 0]
    if not wanted:
        return (0.0,) * len(bids)
    unit = _unit([bids[i] for i in wanted])
    rooms = [int(_steps(bids[i].room_mw, unit)) for i in wanted]
    if rooms[-1] > MOST_STEPS:
        raise InputError(f"{bids[wanted[-1]].room_mw:g} MW is more than can be split")
    best = [0.0] + [NOTHING] * rooms[-1]
    taken: list[list[int]] = []
    for i, room in zip(wanted, rooms, strict=True):
        best, took = _add(best, bids[i], unit, room)
        taken.append(took)
    at = max(range(len(best)), key=lambda used: best[used])
    given = [0.0] * len(bids)
    for i, took in zip(reversed(wanted), reversed(taken), strict=True):
        given[i] = float(took[at] * unit)
        at -= took[at]
    return tuple(given)


def _unit(bids: Sequence[Bid]) -> Fraction:
    """The largest step that every bid's own step is a whole number of, MW."""
    steps = [int(_steps(bid.step_mw, FINEST_MW)) for bid in bids]
    return gcd(*steps) * FINEST_MW


def _steps(mw: float, unit: Fraction) -> int:
    return int(Fraction(mw).limit_denominator(1_000_000) / unit)


def _add(best: list[float], bid: Bid, unit: Fraction, room: int) -> tuple[list[float], list[int]]:
    """Best worth of each total after one more bid, and what the bid took of it."""
    step, most = _steps(bid.step_mw, unit), _steps(bid.mw, unit)
    least = max(_steps(bid.minimum_mw, unit), step)
    worth = bid.gbp_per_mw * float(unit)
    after, took = best[:], [0] * len(best)
    for used in range(room + 1, len(best)):
        after[used] = NOTHING
    for rest in range(min(step, room + 1)):
        window: deque[int] = deque()
        for used in range(rest, room + 1, step):
            entering = used - least - (-least % step)
            if entering >= 0 and best[entering] > NOTHING:
                while window and best[window[-1]] - window[-1] * worth <= best[entering] - entering * worth:
                    window.pop()
                window.append(entering)
            while window and window[0] < used - most:
                window.popleft()
            if window and best[window[0]] + (used - window[0]) * worth > after[used]:
                after[used] = best[window[0]] + (used - window[0]) * worth
                took[used] = used - window[0]
    return after, took
