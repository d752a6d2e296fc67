"""A grid agent's journey: find a job that can run when the grid wants load, and book it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from gridflex.beckn import drafts
from gridflex.beckn.client import Client
from gridflex.beckn.joining import Unread
from gridflex.beckn.messages import Envelope, OnDiscover
from gridflex.beckn.ordering import Ordering
from gridflex.beckn.orders import Order, OrderAttributes, WorkloadMetadata
from gridflex.beckn.record import Audit, Ledger, Step
from gridflex.beckn.slots import JobSlot, read_slots
from gridflex.beckn.states import State, require
from gridflex.beckn.steps import Ways
from gridflex.beckn.terms import Terms
from gridflex.beckn.vocabulary import Action
from gridflex.domain.format import date_clock
from gridflex.domain.halfhours import ceil_half_hour
from gridflex.domain.jobs import UtcTime
from gridflex.errors import NoWindowFits, OutOfOrder


class GridNeed(BaseModel):
    """When and where the grid wants load: a whole run between ``start`` and ``end``, for at most ``max_premium``.

    ``region`` None is anywhere; ``max_premium`` is GBP/kWh.
    """

    model_config = ConfigDict(frozen=True)

    start: UtcTime
    end: UtcTime
    region: int | None = None
    max_premium: float = Field(default=1.0, ge=0, allow_inf_nan=False)


class SlotRecord(Ledger):
    """State of a grid agent's journey to a job slot."""

    need: GridNeed
    slots: tuple[JobSlot, ...] = ()
    unread: tuple[Unread, ...] = ()
    slot: JobSlot | None = None


class SlotBooking(Ordering):
    """One order for a job slot, from the first question to its end."""

    record: SlotRecord

    @classmethod
    def begin(cls, client: Client, need: GridNeed, audit: Audit, ways: Ways | None = None) -> SlotBooking:
        """A new journey; its ids are made here and never change."""
        transaction_id = client.new_id()
        record = SlotRecord(
            transaction_id=transaction_id,
            order_id=f"order-job-{transaction_id[:13]}",
            network=client.network.name,
            need=need,
        )
        return cls(client, record, audit, ways)

    @classmethod
    def from_dict(cls, state: dict[str, Any], client: Client, audit: Audit, ways: Ways | None = None) -> SlotBooking:
        """Go on with a journey that ``to_dict`` wrote."""
        return cls(client, SlotRecord.model_validate(state), audit, ways)

    def run_all(self) -> tuple[Step, ...]:
        """Discover to confirm, one step after the other, until one does not come off."""
        return self._run(self.discover, self.choose, self.select, self.init, self.confirm)

    def discover(self) -> Step:
        """Ask for job slots."""
        require(self.record.state, frozenset({State.NEW, State.DISCOVERED}), "discover")
        condition = "@.beckn:itemAttributes.beckn:jobSlot.energy > 0"
        message = drafts.discover("Deferrable compute jobs", condition, self.ways.site)
        return self._finish(self.talk.repeat(Action.DISCOVER, message), self._on_discover)

    def _on_discover(self, envelope: Envelope) -> tuple[State, str]:
        assert isinstance(envelope.message, OnDiscover)
        record, network = self.record, self.client.network
        record.slots, record.unread = read_slots(envelope.message.catalogs)
        record.bpp_id = envelope.context.bpp_id or network.bpp_id
        record.bpp_uri = envelope.context.bpp_uri or network.bpp_uri
        record.discovered_at = self.client.clock()
        record.slot = None
        fit = sum(self._fits(slot) for slot in record.slots)
        return State.DISCOVERED, f"{len(record.slots)} job slots found, {fit} can run when they are needed"

    def _start(self, slot: JobSlot) -> datetime:
        return ceil_half_hour(max(slot.opens, self.record.need.start, self.client.clock()))

    def _fits(self, slot: JobSlot) -> bool:
        need = self.record.need
        return (
            self._start(slot) + slot.length <= min(slot.closes, need.end)
            and slot.premium <= need.max_premium
            and need.region in (None, slot.region)
        )

    def choose(self, item_id: str = "") -> Step:
        """Take the slot with the lowest premium (the larger of equals), or the one with this id."""
        record = self.record
        require(record.state, frozenset({State.DISCOVERED}), "choose")
        fitting = [slot for slot in record.slots if self._fits(slot) and item_id in ("", slot.item_id)]
        if not fitting:
            error = NoWindowFits("no job slot can run when it is needed")
            return self._local("choose", record.state, str(error), error)
        slot = min(fitting, key=lambda slot: (slot.premium, -slot.energy_kwh, slot.item_id))
        start = self._start(slot)
        record.slot = slot
        record.terms = Terms(
            start=start, end=start + slot.length, load_mw=slot.load_mw, price=slot.premium, intensity=0.0
        )
        return self._local(
            "choose", record.state, f"{slot.offer_name}: £{slot.premium:.4g}/kWh, from {date_clock(start)} UK time"
        )

    def _to_quote(self) -> Order:
        if self.record.slot is None:
            raise OutOfOrder("select needs a job slot to be chosen first")
        return drafts.order_to_quote(self.record.order_id, self.record.slot, self.client.buyer)

    def _to_initialise(self, order: Order) -> Order:
        slot = self.record.slot
        what = WorkloadMetadata(workload_type="FLEXIBILITY", workload_id=slot.job_id if slot else None)
        about = OrderAttributes(request_type="flexibility_activation")
        return drafts.order_to_initialise(order, self._terms, what, about, self.client.buyer, self.ways.site)
