"""Our own side of the market: the queue's deferrable jobs as a catalogue, and who has booked what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from gridflex.agents.grid_view import GridView
from gridflex.agents.orchestrator import Decisions
from gridflex.beckn.goods import Address
from gridflex.beckn.orders import Customer
from gridflex.beckn.parties import Buyer
from gridflex.beckn.provider.jobs import Commitment, JobProvider
from gridflex.beckn.record import AuditEntry
from gridflex.beckn.slot_booking import GridNeed, SlotBooking
from gridflex.beckn.slots import JobSlot
from gridflex.beckn.steps import Ways
from gridflex.domain import format as fmt
from gridflex.domain.decisions import Action, Rationale
from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour
from gridflex.domain.regions import GB, region_name
from gridflex.errors import InputError
from gridflex.services.beckn_commit import ByOrder, free, queue_name
from gridflex.services.beckn_desk import OrderDesk, site_in
from gridflex.services.beckn_keeper import SLOT, Keeper, overdue
from gridflex.services.beckn_sandbox import TestBench
from gridflex.services.beckn_trail import KIND, PROVIDER, buyer_entry
from gridflex.services.beckn_workload import movable_rows
from gridflex.services.desk import Desk
from gridflex.services.workspace import Workspace
from gridflex.store.chain import Entry

MOST_SLOTS = 50
"""Jobs on offer at a time; a catalogue of a thousand would be a message of megabytes."""

CATALOGUE = "job catalogue"
NETWORK = "our own catalogue"
GRID_AGENT = Buyer(
    subscriber_id="grid-agent.gridflex.example",
    uri="https://grid-agent.gridflex.example/beckn",
    buyer_id="buyer-grid-agent-001",
    customer=Customer(
        email="desk@grid-agent.gridflex.example",
        legal_name="Demo grid agent",
        address=Address(address_locality="Warwick", address_region="West Midlands", address_country="GB"),
    ),
)
"""Plays the buyer: a grid operator's agent that wants load at a time of its own."""


@dataclass
class QueueJobs:
    """The workload agent as the job provider needs it. ``workspace`` is the newest one, with what was committed."""

    desk: Desk
    workspace: Workspace
    decisions: Decisions
    premium: float
    now: datetime

    def open_slots(self, now: datetime) -> Sequence[JobSlot]:
        """Deferrable jobs that have not begun and that no order and no person has fixed; of many the largest."""
        rows = np.array(movable_rows(self.decisions), dtype=np.int64)
        free = rows[~self.workspace.before.pinned[rows]]
        largest = np.argsort(-self.decisions.plan.queue.energy_kwh[free], kind="stable")[:MOST_SLOTS]
        return [self._slot(int(row)) for row in free[np.sort(largest)]]

    def _slot(self, row: int) -> JobSlot:
        queue, horizon = self.decisions.plan.queue, self.decisions.plan.horizon
        job, region = self.decisions.frame.iloc[row], self.workspace.site.region
        hours = float(job["duration_hours"])
        site = site_in(region)
        return JobSlot(
            job_id=str(job["job_id"]),
            kind=str(job["kind"]),
            energy_kwh=float(queue.energy_kwh[row]),
            duration_hours=hours,
            opens=horizon.at(queue.earliest[row]),
            closes=horizon.at(queue.latest[row]) + timedelta(hours=hours),
            premium=self.premium,
            region=region,
            locality="" if region == GB else region_name(region),
            longitude=site.longitude,
            latitude=site.latitude,
        )

    def commit(self, commitment: Commitment) -> None:
        """Move the job to the booked time and hold it there. Raises GridFlexError if that is not possible any more."""
        said = f"order {commitment.order_id} over Beckn: booked by {commitment.buyer} for £{commitment.premium_gbp:.2f}"
        later = commitment.start > floor_half_hour(self.now)
        action = Action.DEFER if later else Action.EXECUTE_NOW
        word = ByOrder(commitment.slot.job_id, action, said, commitment.start, Rationale.SLOT_SOLD)
        self.workspace = self.desk.override(self.workspace, word, self.now)

    def release(self, order_id: str) -> None:
        """Let the plan place the job again. Raises InputError where no job is bound by that order."""
        self.workspace = free(self.desk, self.workspace, order_id, "cancelled", self.now)


@dataclass
class Market:
    """Our catalogue of one workspace at one moment."""

    orders: OrderDesk
    jobs: QueueJobs
    bench: TestBench = field(default_factory=TestBench)

    @property
    def workspace_id(self) -> str:
        """Whose jobs they are."""
        return self.jobs.workspace.id

    def book(self, need: GridNeed) -> SlotBooking:
        """A grid agent finds a job that can run when it wants load, and books it."""
        keeper = Keeper(
            self.orders.orders, self.workspace_id, SLOT, self.jobs.now, self.orders.clock,
            queue_name(self.jobs.workspace),
        )  # fmt: skip
        booking = SlotBooking.begin(self._client(), need, self._note, self._ways(keeper))
        booking.run_all()
        return booking

    def cancel(self, transaction_id: str) -> SlotBooking:
        """The grid agent backs out: the job is free again. Raises InputError for an order that is none."""
        booking = self.open(transaction_id)
        booking.cancel("the load is no longer wanted")
        return booking

    def hear_of_runs(self) -> None:
        """The grid agent asks how its orders stand whose run has begun or ended meanwhile."""
        for order in self.orders.orders.listed(self.workspace_id, SLOT):
            if overdue(order, self.jobs.now):
                self.open(order.transaction_id).status()

    def open(self, transaction_id: str) -> SlotBooking:
        """A grid agent's order as it was kept. Raises InputError for one that is none."""
        found = self.orders.orders.load(self.workspace_id, transaction_id)
        if found is None:
            raise InputError("That order is not kept here.")
        order, state = found
        keeper = Keeper(
            self.orders.orders, self.workspace_id, SLOT, order.started_at, self.orders.clock,
            str(order.summary["queue"]), order.version,
        )  # fmt: skip
        return SlotBooking.from_dict(state, self._client(), self._note, self._ways(keeper))

    def _client(self) -> Any:
        books = self.orders.books(self.workspace_id)
        return books.client(JobProvider(self.jobs), self.bench, buyer=GRID_AGENT, name=NETWORK)

    def _ways(self, keeper: Keeper) -> Ways:
        return Ways(site=site_in(self.jobs.workspace.site.region), sleep=lambda seconds: None, keep=keeper)

    def _note(self, entry: AuditEntry) -> None:
        tags = {"network": NETWORK, "buyer": GRID_AGENT.subscriber_id}
        self.orders.trail.append(self.workspace_id, entry.at, [buyer_entry(entry, tags)])


def published(orders: OrderDesk, workspace_id: str) -> float | None:
    """The premium our jobs are published at, GBP/kWh; None while they are not."""
    premium = orders.orders.books(workspace_id, CATALOGUE).get("premium")
    return None if premium is None else float(premium)


def publish(orders: OrderDesk, workspace_id: str, premium: float | None, slots: int, now: datetime) -> None:
    """Publish the queue's job slots at a premium (GBP/kWh), or withdraw them (None); a row in the trail."""
    offered = f"{fmt.plural(slots, 'job slot')} published at {fmt.unit_price(premium or 0.0)}"
    said = "job slots withdrawn" if premium is None else offered
    entry = Entry(KIND, CATALOGUE, {"side": PROVIDER, "action": "publish", "sentence": said, "premium": premium})
    orders.trail.append(workspace_id, now, [entry])
    orders.orders.keep_books(workspace_id, CATALOGUE, {"premium": premium})


def cleanest_need(view: GridView, hours: float) -> GridNeed:
    """When the grid would want load: its cleanest stretch of so many hours in the next 24."""
    first, length = view.horizon.now_index + 1, int(hours * 2)
    ahead = view.horizon.intensity[first : first + 48]
    means = np.convolve(ahead, np.ones(length) / length, "valid")
    start = view.horizon.at(first + int(means.argmin()))
    return GridNeed(start=start, end=start + HALF_HOUR * length)
