"""The carbon feed: one for the process, shared by all its visitors.

Nothing runs on a timer. A page that asks when a fetch is due (twelve settling minutes after a
half-hour, a minute after a failure) starts it in the background and gets at once what is known
already. So a half-hour nobody looks at costs the service nothing, processes spread their calls
by when they are looked at, and a feed recovers as soon as its source does.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from threading import Lock

from gridflex.domain.halfhours import require_utc
from gridflex.domain.regions import region_name
from gridflex.sources.carbon_line import CarbonLine
from gridflex.sources.carbon_ports import CarbonService, FeedState, SnapshotArchive
from gridflex.sources.sharing import Turns

__all__ = ["CarbonFeed", "CarbonService", "FeedState", "SnapshotArchive"]


class CarbonFeed:
    """The newest carbon answer for each region that was asked for. Threads may share it.

    A page is held until ``max_wait_s`` after a fetch began at the latest, and only while nothing
    covers now, nothing was heard yet, or what is known has missed a whole refresh; a source
    that is known to fail holds nobody whose data cover now. Fetches go by ``clock`` alone.
    With ``turns`` the instances on one archive fetch once for all of them.
    """

    def __init__(
        self,
        api: CarbonService,
        archive: SnapshotArchive,
        clock: Callable[[], datetime],
        *,
        max_wait_s: float = 1.5,
        turns: Turns | None = None,
    ) -> None:
        self._api, self._archive, self._turns = api, archive, turns
        self._clock, self._max_wait_s = clock, max_wait_s
        self._lock = Lock()
        self._lines: dict[int, CarbonLine] = {}

    def state(self, region: int, now: datetime) -> FeedState:
        """What is known of a region for ``now``; starts a fetch that is due.

        Raises InputError for a region that is none, or a time without a zone.
        """
        region_name(region)
        return self._line(region).state(require_utc(now))

    def stop(self, wait_s: float = 5.0) -> None:
        """Start nothing more, wait for what still runs, and close the source."""
        with self._lock:
            lines = list(self._lines.values())
        until = time.monotonic() + wait_s
        for line in lines:
            line.stop(max(0.0, until - time.monotonic()))
        self._api.close()

    def _line(self, region: int) -> CarbonLine:
        with self._lock:
            if region not in self._lines:
                parts = (self._api, self._archive, self._clock, self._max_wait_s, self._turns)
                self._lines[region] = CarbonLine(region, *parts)
            return self._lines[region]
