"""The journey: discover, choose, select, init, confirm, and what follows a confirmed order."""

from __future__ import annotations

from typing import Any

from gridflex.beckn import drafts
from gridflex.beckn.candidates import Candidate, Choice, Workload, consider
from gridflex.beckn.client import Client
from gridflex.beckn.comparison import compared
from gridflex.beckn.flexing import Flexing
from gridflex.beckn.messages import Envelope, OnDiscover
from gridflex.beckn.ordering import Ordering
from gridflex.beckn.orders import Order, OrderAttributes
from gridflex.beckn.placement import Placement, placement_of
from gridflex.beckn.record import Audit, Record, Step
from gridflex.beckn.states import BOOKED, State, require
from gridflex.beckn.steps import Ways
from gridflex.beckn.terms import terms_of
from gridflex.beckn.vocabulary import Action
from gridflex.beckn.windows import Window, read_windows
from gridflex.errors import NoWindowFits, OutOfOrder


class Journey(Ordering, Flexing):
    """One order for an energy window, from the first question to its end, over one network."""

    record: Record

    @classmethod
    def begin(
        cls,
        client: Client,
        workload: Workload,
        audit: Audit,
        ways: Ways | None = None,
        *,
        order_id: str = "",
        excluded: tuple[str, ...] = (),
    ) -> Journey:
        """A new journey; its ids are made here and never change. ``excluded`` are windows not to take."""
        transaction_id = client.new_id()
        record = Record(
            transaction_id=transaction_id,
            order_id=order_id or _order_id(workload, transaction_id),
            network=client.network.name,
            workload=workload,
            excluded=excluded,
        )
        return cls(client, record, audit, ways)

    @classmethod
    def from_dict(cls, state: dict[str, Any], client: Client, audit: Audit, ways: Ways | None = None) -> Journey:
        """Go on with a journey that ``to_dict`` wrote, perhaps in another process."""
        return cls(client, Record.model_validate(state), audit, ways)

    def again(self) -> Journey:
        """A new journey for the same workload that leaves the window of this one out."""
        record = self.record
        tried = (record.choice.key,) if record.choice else ()
        return Journey.begin(
            self.client, record.workload, self.talk.audit, self.ways, excluded=(*record.excluded, *tried)
        )

    def run_all(self) -> tuple[Step, ...]:
        """Discover to confirm, one step after the other, until one does not come off."""
        return self._run(self.discover, self.choose, self.select, self.init, self.confirm)

    def discover(self) -> Step:
        """Ask for windows, and see which fit."""
        require(self.record.state, frozenset({State.NEW, State.DISCOVERED}), "discover")
        exchange = self.talk.repeat(Action.DISCOVER, drafts.discover_windows(self.record.workload, self.ways.site))
        return self._finish(exchange, self._on_discover)

    def _on_discover(self, envelope: Envelope) -> tuple[State, str]:
        assert isinstance(envelope.message, OnDiscover)
        record, context, network = self.record, envelope.context, self.client.network
        now = self.client.clock()
        record.bpp_id = context.bpp_id or network.bpp_id
        record.bpp_uri = context.bpp_uri or network.bpp_uri
        windows, record.unread = read_windows(envelope.message.catalogs, now)
        record.discovered_at = now
        record.choice = None
        self._consider(windows)
        return State.DISCOVERED, self._found()

    def reconsider(self, workload: Workload) -> None:
        """Look at the windows found again, for another threshold, energy or duration; asks nobody."""
        require(self.record.state, frozenset({State.NEW, State.DISCOVERED}), "another workload")
        self.record.workload = workload
        self.record.choice = None
        self._consider(tuple(candidate.window for candidate in self.record.candidates))

    def _consider(self, windows: tuple[Window, ...]) -> None:
        now = self.client.clock()
        candidates = [consider(window, self.record.workload, now) for window in windows]
        self.record.candidates = tuple(self._without_excluded(candidate) for candidate in candidates)

    def _without_excluded(self, candidate: Candidate) -> Candidate:
        if candidate.window.key not in self.record.excluded:
            return candidate
        return candidate.model_copy(update={"passed_over": "tried before, without success"})

    def _found(self) -> str:
        candidates, unread = self.record.candidates, self.record.unread
        fit = sum(candidate.fits for candidate in candidates)
        plural = "" if len(candidates) == 1 else "s"
        broken = f"; {len(unread)} could not be read" if unread else ""
        return f"{len(candidates)} window{plural} found, {fit} fit{broken}"

    def choose(self, key: str = "") -> Step:
        """Take the window the objective prefers, or the one with this key."""
        record = self.record
        require(record.state, frozenset({State.DISCOVERED}), "choose")
        fitting = [candidate for candidate in record.candidates if candidate.fits]
        if key and key not in {candidate.window.key for candidate in fitting}:
            raise OutOfOrder("that window does not fit, or is not among those found")
        if not fitting:
            error = NoWindowFits(f"{self._found()}: none can be ordered")
            return self._local("choose", record.state, str(error), error)
        choice = Choice(key=key, reason="chosen by hand") if key else self.ways.chooser(fitting, record.workload)
        record.choice = choice
        chosen = record.chosen
        assert chosen is not None
        record.terms = terms_of(chosen)
        against = compared(chosen, record.workload)
        return self._local("choose", record.state, f"{choice.reason}; {against}" if against else choice.reason)

    def _to_quote(self) -> Order:
        chosen = self.record.chosen
        if chosen is None:
            raise OutOfOrder("select needs a window to be chosen first")
        record = self.record
        record.bpp_id = chosen.window.bpp_id or record.bpp_id
        record.bpp_uri = chosen.window.bpp_uri or record.bpp_uri
        return drafts.order_to_quote(record.order_id, chosen.window, self.client.buyer)

    def _to_initialise(self, order: Order) -> Order:
        what = drafts.metadata_of(self.record.workload, self._terms)
        about = OrderAttributes(
            request_type="compute_slot_reservation",
            priority=self.record.workload.priority,
            flexibility_level="high" if self.record.workload.transfer else "medium",
        )
        return drafts.order_to_initialise(order, self._terms, what, about, self.client.buyer, self.ways.site)

    @property
    def placement(self) -> Placement:
        """What the booked order means for the job. Raises OutOfOrder before it is confirmed."""
        require(self.record.state, BOOKED, "a placement")
        chosen, workload = self.record.chosen, self.record.workload
        if chosen is None:
            raise OutOfOrder("no window has been chosen yet")
        return placement_of(chosen, workload, self.record.order_id)


def _order_id(workload: Workload, transaction_id: str) -> str:
    place = "-".join(workload.locality.lower().split()) or "gb"
    return f"order-ce-{place}-{transaction_id[:13]}"
