"""Everything one process shares: sources, store, agents, wired once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from gridflex.agents.grid import GridAgent
from gridflex.agents.orchestrator import Orchestrator
from gridflex.backtest.fill import CarbonHistory, Fillable, IndexHistory
from gridflex.domain.tariff import DEFAULT_TARIFF
from gridflex.notify.webhook import Webhook
from gridflex.services.desk import Desk
from gridflex.services.impact_record import Record
from gridflex.services.markets import Markets
from gridflex.services.notifier import Notifier
from gridflex.settings import Settings
from gridflex.sources.agile import AgileApi
from gridflex.sources.carbon_api import CarbonApi
from gridflex.sources.elexon import MARKET_INDEX, ElexonApi
from gridflex.sources.feed import CarbonFeed
from gridflex.sources.http import utc_now
from gridflex.sources.market_feed import MarketFeed
from gridflex.sources.neso_portal import NesoPortal
from gridflex.sources.sample_grid import sample_snapshot
from gridflex.store.archive import Archive
from gridflex.store.chain import Head
from gridflex.store.database import Database
from gridflex.store.deliveries import Deliveries
from gridflex.store.forget import forget
from gridflex.store.leases import Leases
from gridflex.store.market import MarketStore
from gridflex.store.trail import Trail
from gridflex.store.workspaces import Workspaces

if TYPE_CHECKING:
    from gridflex.services.beckn_desk import OrderDesk

Clock = Callable[[], datetime]


@dataclass(frozen=True, eq=False)
class Platform:
    """The wired parts. ``clock`` is the edge's clock: rules get ``now`` from it as an argument."""

    settings: Settings
    clock: Clock
    database: Database
    archive: Archive
    feed: CarbonFeed
    grid: GridAgent
    orchestrator: Orchestrator
    desk: Desk
    notifier: Notifier
    trail: Trail
    markets: Markets
    carbon: CarbonApi
    started_at: datetime

    def fillable(self, region: int) -> tuple[Fillable, ...]:
        """What the archive of a region may be filled with: its carbon intensity, and the market index."""
        index = IndexHistory(self.markets.feed.elexon, MarketStore(self.database), MARKET_INDEX)
        return CarbonHistory(self.carbon, self.archive, region), index

    @property
    def record(self) -> Record:
        """What a backtest is made of."""
        return Record(self.archive, MarketStore(self.database), self.markets.agile)

    @cached_property
    def order_desk(self) -> OrderDesk:
        """Where energy windows are ordered. Raises SettingsError where a network is named and cannot be used."""
        from gridflex.services.beckn_network import order_desk

        return order_desk(self.settings, self.database, self.trail, self.clock)

    def forget(self, workspace_id: str, now: datetime, why: str) -> Head:
        """Delete a workspace and all that belongs to it; the head of its trail, whose hashes stay."""
        return forget(self.database, workspace_id, now, why)

    def close(self) -> None:
        """Stop background fetches and let go of the database."""
        if "order_desk" in self.__dict__:
            self.order_desk.close()
        self.notifier.close()
        self.feed.stop()
        self.markets.feed.stop()
        self.database.dispose()


def build_platform(settings: Settings, clock: Clock = utc_now, max_wait_s: float = 1.5) -> Platform:
    """Wire one process. Raises SettingsError or StoreError with a sentence for the operator.

    ``max_wait_s`` is the longest anyone waits for the carbon service where too little is known.
    """
    database = Database(settings.database())
    archive = Archive(database)
    key = settings.carbon_api_key.get_secret_value() if settings.carbon_api_key else None
    carbon = CarbonApi(settings.carbon_api_url, api_key=key, clock=clock)
    turns = Leases(database)
    feed = CarbonFeed(carbon, archive, clock, max_wait_s=max_wait_s, turns=turns if settings.carbon_api_url else None)
    markets = Markets(_market_feed(settings, MarketStore(database), turns, clock, max_wait_s))
    grid = GridAgent(feed, archive, sample_snapshot, DEFAULT_TARIFF, markets.agile)
    orchestrator = Orchestrator()
    private = settings.webhook_allow_private
    notifier = Notifier(Webhook(clock, allow_private=private), Deliveries(database))
    desk = Desk(Workspaces(database), grid, orchestrator, notifier.send, allow_private=private)
    parts = (archive, feed, grid, orchestrator, desk, notifier, Trail(database), markets, carbon)
    wired = Platform(settings, clock, database, *parts, clock())
    if settings.beckn_url:
        _ = wired.order_desk  # a network that cannot be used is said at the start
    return wired


def _market_feed(settings: Settings, store: MarketStore, turns: Leases, clock: Clock, max_wait_s: float) -> MarketFeed:
    # A source that is switched off here has no say in when the other instances ask it.
    addresses = {
        "elexon": settings.elexon_api_url,
        "portal": settings.neso_portal_url,
        "agile": settings.octopus_api_url,
    }
    return MarketFeed(
        ElexonApi(settings.elexon_api_url, clock=clock),
        NesoPortal(settings.neso_portal_url, clock=clock),
        AgileApi(settings.octopus_api_url, clock=clock),
        clock,
        store,
        max_wait_s=max_wait_s,
        turns={source: turns for source, url in addresses.items() if url},
    )
