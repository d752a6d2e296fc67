"""A desk, an order desk and a clock: what a test of orders over Beckn holds in its hands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gridflex.agents.grid_view import GridView
from gridflex.beckn.candidates import Transfer
from gridflex.domain.controls import Site
from gridflex.planning.objective import COST_ONLY, Objective
from gridflex.services.beckn_commit import queue_name, settle
from gridflex.services.beckn_desk import Dealing, Opened, OrderDesk, run_rest
from gridflex.services.beckn_outlook import Outlook, outlook_of
from gridflex.services.beckn_sandbox import TestBench
from gridflex.services.beckn_slots import Market, QueueJobs
from gridflex.services.beckn_workload import Wish, chooser, queued, workload_of
from gridflex.services.workspace import Workspace
from gridflex.store.orders import Orders
from tests.bench import NOW, RULE, Bench

WISH = Wish(2000.0, transfer=Transfer(hours=0.5, energy_kwh=2.0))


@dataclass(eq=False)
class Place:
    """One process over a bench; ``again`` is another one on the same database."""

    bench: Bench
    now: datetime = NOW
    objective: Objective = COST_ONLY
    orders: OrderDesk = field(init=False)

    def __post_init__(self) -> None:
        self.orders = OrderDesk(Orders(self.bench.database), self.bench.trail, lambda: self.now)

    def again(self) -> Place:
        return Place(self.bench, self.now, self.objective)

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)

    def view(self, region: int, here: Workspace) -> GridView:
        return self.bench.grid.view(region, self.now, here.tariff)

    def outlook(self, here: Workspace) -> Outlook:
        return outlook_of(lambda region: self.view(region, here), here.tariff)

    def dealing(self, here: Workspace, **bench: Any) -> Dealing:
        outlook, choose = self.outlook(here), chooser(self.objective)
        return self.orders.dealing(here.id, outlook, TestBench(**bench), choose, here.site.region)

    def begin(self, here: Workspace, row: int = 0, wish: Wish = WISH, **bench: Any) -> Opened:
        """A journey for a job of the queue."""
        decided = self.bench.desk.decide(here, self.view(here.site.region, here))
        workload = workload_of(queued(decided, row), decided.view, here.site, wish, self.objective)
        return self.orders.begin(self.dealing(here, **bench), workload, queue_name(here))

    def order(self, here: Workspace, row: int = 0, wish: Wish = WISH, **bench: Any) -> tuple[Opened, Workspace]:
        """An order run to its end, and the workspace that follows it."""
        opened = self.begin(here, row, wish, **bench)
        run_rest(opened)
        return opened, self.settle(here, opened)

    def settle(self, here: Workspace, opened: Opened) -> Workspace:
        return settle(self.bench.desk, here, opened, self.now)

    def market(self, here: Workspace, premium: float = 0.02) -> Market:
        decided = self.bench.desk.decide(here, self.view(here.site.region, here))
        return Market(self.orders, QueueJobs(self.bench.desk, here, decided, premium, self.now))

    def said(self, here: Workspace) -> list[dict[str, Any]]:
        """The trail's Beckn rows, oldest first."""
        return [row.data for row in self.bench.rows(here, "beckn")]


def in_region(place: Place, here: Workspace, region: int) -> Workspace:
    return place.bench.desk.change_site(here, Site(region=region), RULE, place.now)
