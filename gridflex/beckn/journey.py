"""The journey: discover, choose, select, init, confirm, and what follows a confirmed order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gridflex.beckn import drafts
from gridflex.beckn.aftercare import Aftercare
from gridflex.beckn.candidates import Candidate, Choice, Workload, compared, consider
from gridflex.beckn.client import Client
from gridflex.beckn.messages import Envelope, OnDiscover, OrderMessage
from gridflex.beckn.orders import Order
from gridflex.beckn.record import Audit, Record, Step
from gridflex.beckn.states import State, require
from gridflex.beckn.steps import Ways
from gridflex.beckn.terms import terms_of
from gridflex.beckn.vocabulary import Action, OrderStatus
from gridflex.beckn.windows import Window, read_windows
from gridflex.errors import NoWindowFits, OutOfOrder, TermsBroken

QUOTES_HOLD = timedelta(minutes=30)
"""A catalogue is a settlement period's view of the grid: what was found is not ordered after it."""


class Journey(Aftercare):
    """One order, from the first question to its end, over one network.

    A step that fails is a Step with its problem named, not an exception; a step that cannot
    follow the present state raises OutOfOrder. What the audit port raises goes through, and
    then the state has not changed.
    """

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

    def to_dict(self) -> dict[str, Any]:
        """All state as JSON values."""
        return self.record.model_dump(mode="json")

    def again(self) -> Journey:
        """A new journey for the same workload that leaves the window of this one out."""
        record = self.record
        tried = (record.choice.key,) if record.choice else ()
        return Journey.begin(
            self.client, record.workload, self.talk.audit, self.ways, excluded=(*record.excluded, *tried)
        )

    def run_all(self) -> tuple[Step, ...]:
        """Discover to confirm, one step after the other, until one does not come off."""
        steps: list[Step] = []
        for step in (self.discover, self.choose, self.select, self.init, self.confirm):
            steps.append(step())
            if not steps[-1].ok:
                break
        return tuple(steps)

    def discover(self) -> Step:
        """Ask for windows, and see which fit."""
        require(self.record.state, frozenset({State.NEW, State.DISCOVERED}), "discover")
        exchange = self.talk.repeat(Action.DISCOVER, drafts.discover(self.record.workload, self.ways.site))
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

    def select(self) -> Step:
        """Ask for a quote for the chosen window."""
        record = self.record
        require(record.state, frozenset({State.DISCOVERED}), "select")
        chosen = record.chosen
        if chosen is None:
            raise OutOfOrder("select needs a window to be chosen first")
        if (lapsed := self._lapsed("select")) is not None:
            return lapsed
        record.order = drafts.order_to_quote(record.order_id, chosen, self.client.buyer)
        exchange = self.talk.repeat(Action.SELECT, OrderMessage(order=record.order))
        return self._finish(exchange, self._on_select)

    def _on_select(self, envelope: Envelope) -> tuple[State, str]:
        self._agreed(envelope.order)
        terms = self._terms
        return State.QUOTED, f"quote £{terms.cost_gbp:.2f} for {terms.load_mw * terms.hours * 1000:g} kWh"

    def init(self) -> Step:
        """Reserve: who pays, what runs, where and when."""
        record = self.record
        require(record.state, frozenset({State.QUOTED}), "init")
        if (lapsed := self._lapsed("init")) is not None:
            return lapsed
        record.order = drafts.order_to_initialise(
            self._order, record.workload, self._terms, self.client.buyer, self.ways.site
        )
        exchange = self.talk.repeat(Action.INIT, OrderMessage(order=record.order))
        return self._finish(exchange, self._on_init)

    def _on_init(self, envelope: Envelope) -> tuple[State, str]:
        self._agreed(envelope.order)
        terms = self._terms
        self.record.order = drafts.order_to_confirm(self._order, envelope.order.payment)
        return State.INITIALISED, f"{terms.load_mw:.4g} MW reserved for {terms.hours:g} h"

    def confirm(self) -> Step:
        """Mean it. Confirmed only when the provider says so of our order, on our terms."""
        record = self.record
        require(record.state, frozenset({State.INITIALISED}), "confirm")
        if record.doubt is None and (lapsed := self._lapsed("confirm")) is not None:
            return lapsed
        self._settle_other(Action.CONFIRM)
        exchange = self.talk.bind(Action.CONFIRM, OrderMessage(order=self._order), _is_booked)
        step = self._finish(exchange, self._on_booked, Action.CONFIRM)
        if step.problem == TermsBroken.__name__:
            self.cancel("confirmed on terms that were not agreed")
        return step

    def _lapsed(self, what: str) -> Step | None:
        record, now = self.record, self.client.clock()
        if record.discovered_at is not None and now > record.discovered_at + QUOTES_HOLD:
            return self._expire(what, "what was found is more than half an hour old")
        if record.terms is not None and now > record.terms.start:
            return self._expire(what, "the run was to have started by now")
        return None

    def _expire(self, what: str, why: str) -> Step:
        return self._local(what, State.EXPIRED, why, OutOfOrder(why))


def _order_id(workload: Workload, transaction_id: str) -> str:
    place = "-".join(workload.locality.lower().split()) or "gb"
    return f"order-ce-{place}-{transaction_id[:13]}"


def _is_booked(order: Order) -> bool:
    return order.order_status in (OrderStatus.CONFIRMED, OrderStatus.IN_PROGRESS, OrderStatus.COMPLETED)
