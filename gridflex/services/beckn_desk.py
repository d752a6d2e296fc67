"""The order desk: opens a workspace's journeys, keeps every step, and says what comes next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gridflex.beckn.candidates import Chooser, Workload
from gridflex.beckn.client import Client, Clock
from gridflex.beckn.embedded import NAME, embedded_client
from gridflex.beckn.goods import Address
from gridflex.beckn.journey import Journey
from gridflex.beckn.parties import Site
from gridflex.beckn.provider.energy import EnergyProvider
from gridflex.beckn.provider.zones import ZONES
from gridflex.beckn.record import Audit, AuditEntry, Record, Step
from gridflex.beckn.steps import Ways
from gridflex.beckn.vocabulary import Mode
from gridflex.domain.regions import region_name
from gridflex.services.beckn_board import Board
from gridflex.services.beckn_errands import Errands
from gridflex.services.beckn_keeper import WINDOW, Keeper, is_due
from gridflex.services.beckn_lines import to_come
from gridflex.services.beckn_outlook import Outlook
from gridflex.services.beckn_sandbox import Books, TestBench
from gridflex.services.beckn_trail import buyer_entry
from gridflex.store.orders import Orders, StoredOrder
from gridflex.store.trail import Trail


@dataclass(frozen=True, eq=False)
class Dealing:
    """How one workspace deals: whose orders, over which client, by which objective, from which site."""

    workspace_id: str
    client: Client
    chooser: Chooser
    site: Site


@dataclass(eq=False)
class Opened:
    """A journey that is kept step by step. ``queue`` names the queue its job is from; empty for an imagined one."""

    journey: Journey
    keeper: Keeper

    @property
    def record(self) -> Record:
        """Where the journey stands."""
        return self.journey.record

    def aim(self, workload: Workload, queue: str) -> None:
        """Look at the windows found for another workload; nothing is sent or kept."""
        self.journey.reconsider(workload)
        self.keeper.queue = queue


class OrderDesk:
    """One for the process. ``remote`` is the network an operator has named; without it the sandbox answers."""

    def __init__(
        self, orders: Orders, trail: Trail, clock: Clock, remote: Client | None = None, board: Board | None = None
    ) -> None:
        self.orders, self.trail, self.clock, self.remote = orders, trail, clock, remote
        self.board = board or Board()
        self.errands = Errands()

    @property
    def network(self) -> str:
        """Whom we speak to."""
        return self.remote.network.name if self.remote else NAME

    def close(self) -> None:
        """Let go of threads and open connections."""
        self.board.close()
        self.errands.close()
        if self.remote:
            self.remote.close()

    def books(self, workspace_id: str) -> Books:
        """Where our own providers keep what they remember for a workspace."""
        return Books(workspace_id, self.orders, self.trail, self.clock)

    def dealing(self, workspace_id: str, outlook: Outlook, bench: TestBench, chooser: Chooser, region: int) -> Dealing:
        """A workspace's way to the network."""
        provider = EnergyProvider(outlook, bench.misbehaviour)
        client = self.remote or self.books(workspace_id).client(provider, bench)
        return Dealing(workspace_id, client, chooser, site_in(region))

    def begin(self, dealing: Dealing, workload: Workload, queue: str = "", *, without: Journey | None = None) -> Opened:
        """A new journey, kept from its first step on; ``without`` leaves the window of a failed one out."""
        keeper = Keeper(self.orders, dealing.workspace_id, WINDOW, self.clock(), self.clock, queue)
        ways, audit = self._ways(dealing, keeper), self._audit(dealing, workload.workload_id)
        record = without.record if without else None
        excluded = (*record.excluded, *((record.choice.key,) if record.choice else ())) if record else ()
        return Opened(Journey.begin(dealing.client, workload, audit, ways, excluded=excluded), keeper)

    def resume(self, dealing: Dealing, transaction_id: str) -> Opened | None:
        """A journey as it was kept last; None where there is none of that id."""
        found = self.orders.load(dealing.workspace_id, transaction_id)
        if found is None:
            return None
        order, state = found
        queue = str(order.summary["queue"])
        keeper = Keeper(self.orders, dealing.workspace_id, WINDOW, order.started_at, self.clock, queue, order.version)
        audit = self._audit(dealing, order.job_id)
        journey = Journey.from_dict(state, dealing.client, audit, self._ways(dealing, keeper))
        dealing.client.inbox.open(transaction_id, journey.record.bpp_id)
        return Opened(journey, keeper)

    def count_due(self, workspace_id: str, now: datetime) -> int:
        """How many of a workspace's orders on this network are due, whatever was posted for them."""
        polled = self.remote is not None and self.remote.network.mode is Mode.SYNC
        here = (order for order in self.listed(workspace_id) if order.summary["network"] == self.network)
        return sum(is_due(order, now, polled=polled) for order in here)

    def look_after(self, dealing: Dealing, now: datetime, *, waited: bool = False) -> None:
        """See to orders that are due or that something was posted for; on a real network in the background.

        Where it is ``waited`` for, raises what the steps raise.
        """
        network, inbox = dealing.client.network, dealing.client.inbox
        for order in self.listed(dealing.workspace_id):
            due = inbox.holds_any(order.transaction_id) or is_due(order, now, polled=network.mode is Mode.SYNC)
            if due and order.summary["network"] == network.name:
                self._see_to(dealing, order.transaction_id, now, waited)

    def _see_to(self, dealing: Dealing, transaction_id: str, now: datetime, waited: bool) -> None:
        def look() -> None:
            if found := self.resume(dealing, transaction_id):
                found.journey.look_after()

        if self.remote is None:
            look()
        else:
            errand = self.errands.send(transaction_id, look, now, reported=False)
            if waited:
                errand.report()

    def listed(self, workspace_id: str) -> list[StoredOrder]:
        """The workspace's journeys, the newest first."""
        return self.orders.listed(workspace_id, WINDOW)

    def _ways(self, dealing: Dealing, keeper: Keeper) -> Ways:
        # In process an answer is there at once or never, so nobody waits for one.
        waiting: dict[str, Callable[[float], None]] = {} if self.remote else {"sleep": lambda seconds: None}
        return Ways(chooser=dealing.chooser, site=dealing.site, keep=keeper, **waiting)

    def _audit(self, dealing: Dealing, job_id: str) -> Audit:
        tags = {"job": job_id, "network": dealing.client.network.name}

        def note(entry: AuditEntry) -> None:
            self.trail.append(dealing.workspace_id, entry.at, [buyer_entry(entry, tags)])

        return note


def rehearsed(outlook: Outlook, workload: Workload, chooser: Chooser, region: int, now: datetime) -> Journey:
    """What the sandbox would offer at ``now``: a discovery that is kept nowhere."""
    client = embedded_client(EnergyProvider(outlook), lambda: now)
    journey = Journey.begin(client, workload, lambda entry: None, Ways(chooser=chooser, site=site_in(region)))
    journey.discover()
    return journey


def site_in(region: int) -> Site:
    """The site's place in messages: that of the zone in its region, else the demo's own."""
    zone = next((zone for zone in ZONES if zone.region == region), None)
    if zone is None:
        return Site()
    address = Address(address_locality=zone.locality, address_region=region_name(region), address_country="GB")
    return Site(longitude=zone.longitude, latitude=zone.latitude, address=address)


def next_step(record: Record) -> str:
    """What *Next step* would do; empty when the journey needs no more."""
    ahead = to_come(record)
    return ahead[0][0] if ahead else ""


def advance(opened: Opened, key: str = "") -> tuple[Step, ...]:
    """Take the next step: before a select the window is chosen, by the objective or by ``key``.

    Raises OutOfOrder, Conflict or StoreError.
    """
    journey, name = opened.journey, next_step(opened.record)
    taken: list[Step] = []
    if name == "select":
        taken.append(journey.choose(key))
        if not taken[0].ok:
            return tuple(taken)
    step: Callable[[], Step] = getattr(journey, name)
    return (*taken, step(), *journey.take_pushed())


def run_rest(opened: Opened, key: str = "") -> tuple[Step, ...]:
    """Take every step up to a confirmed order, until one does not come off."""
    taken: list[Step] = []
    while next_step(opened.record) and all(step.ok for step in taken):
        taken.extend(advance(opened, key))
    return tuple(taken)
