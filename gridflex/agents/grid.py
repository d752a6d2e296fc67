"""The Grid Market agent: the grid behind us, now and ahead, and where each value came from."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np

from gridflex.agents.forecast_error import ForecastErrors
from gridflex.agents.grid_reading import HALF_HOURS_AHEAD, HALF_HOURS_BACK, Asked, from_outside, from_sample
from gridflex.agents.grid_view import GridView
from gridflex.agents.ports import ArchivePort, FeedPort, FeedStatePort, PricePort, PublishedPort, SamplePort
from gridflex.domain.grid import CarbonSnapshot
from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour, half_hours_between
from gridflex.domain.market_data import PriceSeries
from gridflex.domain.provenance import Provenance
from gridflex.domain.tariff import Follows, Tariff
from gridflex.markets.forward import PublishedTariff
from gridflex.planning.horizon import Floats, Horizon

REMEMBERED_VIEWS = 64


def _nothing_published(region: int) -> PriceSeries | None:
    return None


class GridAgent:
    """Reads the carbon feed and falls back: live, cached, estimated from the archive, sample."""

    def __init__(
        self,
        feed: FeedPort,
        archive: ArchivePort,
        sample: SamplePort,
        tariff: PricePort,
        published: PublishedPort = _nothing_published,
    ) -> None:
        self._feed, self._archive, self._sample, self._tariff = feed, archive, sample, tariff
        self._published = published
        self._views: OrderedDict[tuple[object, ...], GridView] = OrderedDict()
        self._gates: dict[tuple[object, ...], threading.Lock] = {}
        self._lock = threading.Lock()
        self.errors = ForecastErrors(archive)

    def view(self, region: int, now: datetime, tariff: PricePort | None = None) -> GridView:
        """The grid at ``now``; one view is shared by all sessions until something changes."""
        tariff = self.price_of(region, tariff)
        state = self._feed.state(region, now)
        known = Provenance.LIVE if state.live else Provenance.CACHED
        return self._shared(region, now, tariff, state, known)

    def price_of(self, region: int, tariff: PricePort | None = None) -> PricePort:
        """What a tariff comes to now: a published price where it follows one, which its rows stand in for."""
        chosen = tariff or self._tariff
        if not isinstance(chosen, Tariff) or chosen.follows is Follows.ROWS:
            return chosen
        series = self._published(region)
        if series is None:
            return chosen.model_copy(update={"name": f"{chosen.name} (Octopus Agile cannot be read)"})
        return PublishedTariff(series, chosen)

    def unplugged(
        self, region: int, now: datetime, tariff: PricePort | None = None, *, left: Provenance = Provenance.SAMPLE
    ) -> GridView:
        """The grid as if the source were down: with its last answer (CACHED), or nothing at all (SAMPLE)."""
        return self._shared(region, now, tariff, self._feed.state(region, now), left)

    def replay(self, region: int, at: datetime, tariff: PricePort | None = None) -> GridView:
        """The grid as it was known at ``at``: from the archive if it holds that moment, else the sample.

        Where nothing was known when its half-hour began, as after a first start, what came within it counts.
        """
        at = floor_half_hour(at)

        def build() -> GridView:
            snapshot = self._archive.known_at(region, at)
            fresh = snapshot is not None and at - snapshot.fetched_at <= timedelta(hours=1)
            if not fresh:
                snapshot = self._archive.known_at(region, at + HALF_HOUR - timedelta(seconds=1))
                fresh = snapshot is not None and snapshot.fetched_at >= at
            known = Provenance.CACHED if fresh else Provenance.SAMPLE
            return self._build(Asked(region, at, tariff or self._tariff, known, replay=True), snapshot)

        return self._remembered((region, at, tariff, "replay"), build)

    def settled(self, view: GridView, start: datetime, count: int) -> Floats:
        """What runs are settled on in ``count`` half-hours from ``start``, gCO2/kWh; NaN where not known.

        Great Britain's measured values, a region's last forecast issued: from the archive, and
        from the view's own answer; nothing from the view's present on.
        """
        known = np.full(count, np.nan)
        for at, value in self._archive.settled(view.region, start, min(start + count * HALF_HOUR, view.horizon.now)):
            known[half_hours_between(start, at)] = value
        rows = np.arange(count) - half_hours_between(start, view.horizon.start)
        inside = np.flatnonzero((rows >= 0) & (rows < view.horizon.now_index))
        answer = (view.forecast if view.settles_on_forecast else view.actual)[rows[inside]]
        real = (view.horizon.provenance[rows[inside]] < Provenance.ESTIMATED) & ~np.isnan(answer)
        known[inside[real]] = answer[real]
        return known

    def _shared(
        self, region: int, now: datetime, tariff: PricePort | None, state: FeedStatePort, known: Provenance
    ) -> GridView:
        answered = state.snapshot.fetched_at if state.snapshot else None
        key = (region, floor_half_hour(now), tariff, known, answered, state.error, state.next_due)
        asked = Asked(region, now, tariff or self._tariff, known, state.error, state.next_due)
        return self._remembered(key, lambda: self._build(asked, state.snapshot))

    def _remembered(self, key: tuple[object, ...], build: Callable[[], GridView]) -> GridView:
        """The view kept under ``key``, built once; only those who ask for the same one wait for it."""
        with self._lock:
            if key in self._views:
                self._views.move_to_end(key)
                return self._views[key]
            gate = self._gates.setdefault(key, threading.Lock())
        with gate:
            with self._lock:
                if key in self._views:
                    return self._views[key]
            built = build()
            with self._lock:
                self._views[key] = built
                self._gates.pop(key, None)
                while len(self._views) > REMEMBERED_VIEWS:
                    self._views.popitem(last=False)
        return built

    def _build(self, asked: Asked, answer: CarbonSnapshot | None) -> GridView:
        columns = from_outside(self._archive, asked, answer) if asked.known is not Provenance.SAMPLE else None
        snapshot = answer
        if columns is None:
            snapshot = self._sample(asked.region, asked.now)
            columns = from_sample(self._sample, snapshot, asked.now)
        start, count = columns.start, HALF_HOURS_BACK + HALF_HOURS_AHEAD
        here = Provenance(int(columns.provenance[HALF_HOURS_BACK]))
        real = answer if here is not Provenance.SAMPLE else None
        issued = half_hours_between(start, min(real.fetched_at, asked.now) if real else asked.now)
        lead = np.maximum(np.arange(count) - issued, 0) / 2
        sd = np.where(np.isnan(columns.actual), self.errors.sd(asked.region, asked.now, lead, columns.provenance), 0.0)
        prices = asked.tariff.prices(start, count)
        return GridView(
            region=asked.region,
            now=asked.now,
            horizon=Horizon(start, columns.intensity, prices, sd, columns.provenance, HALF_HOURS_BACK),
            actual=columns.actual,
            forecast=columns.forecast,
            mix=snapshot.mix if snapshot else None,
            provenance=here,
            fetched_at=real.fetched_at if real else None,
            next_due=asked.next_due,
            error=asked.error,
            price_name=asked.tariff.name,
            energy_price=asked.tariff.energy_row(start, count),
            notes=real.notes if real else (),
            replay=asked.replay,
            unplugged=asked.known is Provenance.SAMPLE,
        )
