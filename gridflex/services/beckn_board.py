"""The windows of this half-hour on a board for all visitors, and the Overview's card that reads it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from gridflex.agents.grid_view import GridView
from gridflex.beckn.candidates import Workload, consider
from gridflex.beckn.provider.catalogue import catalogue, cleanest_block
from gridflex.beckn.provider.zones import ZONES
from gridflex.beckn.windows import Window, read_windows
from gridflex.domain import format as fmt
from gridflex.domain.halfhours import floor_half_hour
from gridflex.domain.provenance import Provenance
from gridflex.domain.tariff import PriceSource
from gridflex.services.beckn_outlook import Outlook, outlook_of
from gridflex.services.overview import Card

PATIENCE_S = 0.25
"""How long the first who asks waits; a source that takes longer is read in the background."""

AGAIN = timedelta(minutes=1)
REMEMBERED = 16


@dataclass(frozen=True)
class Posted:
    """Windows as they were offered at ``at``. ``whole`` once every zone has the values the site itself has."""

    at: datetime
    windows: tuple[Window, ...]
    whole: bool


class Board:
    """Keeps the last half-hours' windows. Threads may share it; the grid is asked by one thread of its own."""

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._pool = ThreadPoolExecutor(1, "beckn-board")
        self._posted: OrderedDict[Hashable, Future[Posted]] = OrderedDict()
        self._lock = Lock()

    def windows(
        self, view_of: Callable[[int], GridView], here: GridView, tariff: PriceSource, now: datetime, who: Hashable = ""
    ) -> tuple[Window, ...] | None:
        """The windows for a tariff in the half-hour of ``now``; None until every zone's values are in.

        ``here`` is the site's own view; ``who`` tells apart those who see another grid (a replay,
        a pulled plug). Costs a look-up once the windows are there.
        """
        key = (floor_half_hour(now), tariff, who)
        with self._lock:
            kept = self._posted.get(key)
            if kept is None or _outdated(kept, now):
                kept = self._posted[key] = self._pool.submit(_posted, view_of, here.provenance, tariff, now)
                fresh = True
                while len(self._posted) > REMEMBERED:
                    self._posted.popitem(last=False)
            else:
                fresh = False
        if fresh:
            wait([kept], self._patience_s)
        if not kept.done():
            return None
        posted = kept.result()
        return posted.windows if posted.whole else None

    def close(self) -> None:
        """Ask nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _outdated(kept: Future[Posted], now: datetime) -> bool:
    if not kept.done():
        return False
    return kept.exception() is not None or (not kept.result().whole and now >= kept.result().at + AGAIN)


def _posted(view_of: Callable[[int], GridView], known: Provenance, tariff: PriceSource, now: datetime) -> Posted:
    outlook = outlook_of(view_of, tariff)
    whole = all(view.provenance is not Provenance.SAMPLE for view in outlook.views.values())
    return Posted(now, windows_of(outlook, now), whole or known is Provenance.SAMPLE)


def windows_of(outlook: Outlook, now: datetime) -> tuple[Window, ...]:
    """What the sandbox's catalogue would hold, read as any catalogue is read."""
    blocks = [block for zone in ZONES if (block := cleanest_block(zone, outlook, now))]
    found, _ = read_windows([catalogue([(block, block.zone.capacity_mw) for block in blocks], now)], now)
    return found


def beckn_card(windows: tuple[Window, ...], workload: Workload, now: datetime) -> Card:
    """8 windows, 3 fit · next in 2 h 10 min."""
    fitting = [one for window in windows if (one := consider(window, workload, now)).fits]
    value = f"{fmt.plural(len(windows), 'window')}, {len(fitting)} fit"
    run = f"{fmt.energy(workload.energy_kwh)} over {fmt.hours(workload.duration_hours)}"
    rule = f"Low-carbon windows that can be ordered over Beckn, and how many fit {run}, as set on the Beckn page."
    if not fitting:
        return Card("Beckn", value, f"none for {fmt.power(workload.load_mw * 1e3)} under the threshold", rule)
    first = min(fitting, key=lambda one: (one.start, one.window.intensity))
    when = "now" if first.start <= now else f"in {fmt.span(first.start - now)}"
    return Card("Beckn", value, f"next {when} · {first.window.locality}, {fmt.intensity(first.window.intensity)}", rule)
