from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gridflex.beckn.embedded import embedded_client
from gridflex.beckn.provider.jobs import Commitment, JobProvider
from gridflex.beckn.slot_booking import GridNeed, SlotBooking
from gridflex.beckn.slots import JobSlot, read_slots, slot_catalogue
from gridflex.beckn.states import State
from gridflex.beckn.steps import Ways
from gridflex.beckn.vocabulary import Dialect, Mode
from gridflex.errors import OutOfOrder, PlanError

NOW = datetime(2026, 1, 8, 12, 7, tzinfo=UTC)


def slot(job_id: str = "batch-1", **changes: Any) -> JobSlot:
    given: dict[str, Any] = {
        "job_id": job_id,
        "kind": "fine-tuning",
        "energy_kwh": 150.0,
        "duration_hours": 4.0,
        "opens": NOW,
        "closes": NOW + timedelta(hours=24),
        "premium": 0.02,
        "region": 10,
        "locality": "Cambridge",
    }
    return JobSlot(**given | changes)


class Agent:
    """A workload agent with a handful of jobs."""

    def __init__(self, *slots: JobSlot) -> None:
        self.slots = list(slots)
        self.commitments: dict[str, Commitment] = {}
        self.refuses = ""

    def open_slots(self, now: datetime) -> Sequence[JobSlot]:
        taken = {commitment.slot.job_id for commitment in self.commitments.values()}
        return [slot for slot in self.slots if slot.job_id not in taken]

    def commit(self, commitment: Commitment) -> None:
        if self.refuses:
            raise PlanError(self.refuses)
        self.commitments[commitment.order_id] = commitment

    def release(self, order_id: str) -> None:
        del self.commitments[order_id]


class Market:
    def __init__(self, *slots: JobSlot, mode: Mode = Mode.ASYNC, dialect: Dialect = Dialect.DEG) -> None:
        self.now = NOW
        self.agent = Agent(*slots)
        self.served: list[Any] = []
        self.provider = JobProvider(self.agent)
        self.client = embedded_client(
            self.provider, lambda: self.now, mode=mode, dialect=dialect, trail=self.served.append
        )
        self.trail: list[Any] = []

    def booking(self, **need: Any) -> SlotBooking:
        given = {"start": NOW.replace(hour=20, minute=0), "end": NOW + timedelta(hours=24)} | need
        return SlotBooking.begin(self.client, GridNeed(**given), self.trail.append, Ways(sleep=lambda s: None))


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("dialect", Dialect)
def test_a_grid_agent_books_a_job_and_the_planner_gets_a_commitment(mode, dialect):
    market = Market(slot(), mode=mode, dialect=dialect)
    booking = market.booking()
    steps = booking.run_all()
    assert [step.problem for step in steps] == [""] * 5
    (commitment,) = market.agent.commitments.values()
    assert commitment.slot == slot()
    assert (commitment.start, commitment.end) == (NOW.replace(hour=20, minute=0), NOW.replace(day=9, hour=0, minute=0))
    assert commitment.premium_gbp == pytest.approx(3.0)
    assert commitment.order_id == booking.record.order_id
    assert commitment.transaction_id == booking.record.transaction_id
    assert commitment.buyer == "gridflex.example"
    assert market.agent.open_slots(NOW) == []
    assert [e.after.value for e in market.trail][-1] == "confirmed"


@pytest.mark.parametrize("mode", Mode)
def test_the_trail_shows_both_sides_of_every_exchange(mode):
    market = Market(slot(), mode=mode)
    market.booking().run_all()
    asked = [entry for entry in market.trail if entry.request_sha256]
    assert [served.action for served in market.served] == ["discover", "select", "init", "confirm"]
    assert [served.outcome for served in market.served] == ["answered", "QUOTE_REQUESTED", "INITIALIZED", "CONFIRMED"]
    for ours, theirs in zip(asked, market.served, strict=True):
        assert (ours.transaction_id, ours.message_id) == (theirs.transaction_id, theirs.message_id)
        assert (ours.request_sha256, ours.answer_sha256) == (theirs.request_sha256, theirs.answer_sha256)
        assert theirs.buyer == "gridflex.example"
    assert market.served[-1].order_id == asked[-1].order_id


def test_a_refusal_is_in_the_providers_trail_too():
    market = Market(slot())
    market.agent.slots = []
    booking = market.booking()
    booking.record.state = State.DISCOVERED
    booking.record.slots = (slot(),)
    booking.choose()
    booking.select()
    assert (market.served[-1].outcome, market.served[-1].answer_sha256) == ("refused: that job is not on offer", "")


def test_a_provider_goes_on_in_another_process():
    market = Market(slot())
    booking = market.booking()
    booking.run_all()
    other = Market(slot())
    other.provider.restore(json.loads(json.dumps(market.provider.to_dict())))
    again = SlotBooking.from_dict(booking.to_dict(), other.client, other.trail.append, booking.ways)
    assert again.status().state is State.CONFIRMED


def test_a_catalogue_of_slots_reads_back_as_it_was_written():
    slots = (slot(), slot("batch-2", energy_kwh=30.0, duration_hours=0.5, region=5))
    read, unread = read_slots([slot_catalogue(slots, NOW)])
    assert unread == ()
    assert [one.model_dump(exclude={"provider_id"}) for one in read] == [
        one.model_dump(exclude={"provider_id"}) for one in slots
    ]


def test_the_cheapest_flexibility_that_fits_is_taken():
    market = Market(
        slot("dear", premium=0.05),
        slot("cheap"),
        slot("late", premium=0.001, opens=NOW + timedelta(hours=22)),
        slot("north", premium=0.001, region=1),
    )
    booking = market.booking(region=10)
    assert booking.discover().sentence == "4 job slots found, 2 can run when they are needed"
    booking.choose()
    assert booking.record.slot.job_id == "cheap"
    booking.choose("item-job-dear")
    assert booking.record.slot.job_id == "dear"


def test_where_nothing_fits_it_is_said():
    booking = Market(slot(premium=0.5)).booking(max_premium=0.1)
    booking.discover()
    assert booking.choose().problem == "NoWindowFits"
    with pytest.raises(OutOfOrder, match="chosen first"):
        booking.select()


def test_a_job_that_can_no_longer_move_is_not_sold():
    market = Market(slot())
    market.agent.refuses = "the job has started"
    booking = market.booking()
    step = booking.run_all()[-1]
    assert (step.problem, step.state) == ("Nack", State.FAILED)
    assert "the job has started" in step.sentence
    assert market.agent.commitments == {}


def test_two_agents_want_one_job_and_one_gets_it():
    market = Market(slot())
    first, second = market.booking(), market.booking()
    for booking in (first, second):
        booking.discover()
        booking.choose()
        booking.select()
    assert first.init().ok
    assert first.confirm().ok
    assert second.init().problem == "Nack"
    assert len(market.agent.commitments) == 1


def test_a_cancelled_slot_is_offered_again_and_one_that_runs_is_not_cancelled():
    market = Market(slot())
    booking = market.booking()
    booking.run_all()
    assert booking.cancel().state is State.CANCELLED
    assert market.agent.open_slots(NOW) == [slot()]
    again = market.booking()
    again.run_all()
    market.now = again.record.terms.start
    assert again.status().state is State.IN_PROGRESS
    assert again.cancel().problem == "Nack"
    market.now = again.record.terms.end
    assert again.status().state is State.COMPLETED
    assert again.rate(5).ok
    assert again.support().ok


def test_another_process_can_go_on():
    market = Market(slot())
    booking = market.booking()
    booking.discover()
    booking.choose()
    other = SlotBooking.from_dict(booking.to_dict(), market.client, market.trail.append, booking.ways)
    assert other.record == booking.record
    assert [other.select().ok, other.init().ok, other.confirm().ok] == [True] * 3


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"load_mw": 0.1}, "the job draws 0.0375 MW"),
        ({"start": NOW.replace(hour=21)}, "the job cannot run then"),
        ({"end": NOW + timedelta(hours=30)}, "the job cannot run then"),
    ],
)
def test_a_run_the_job_cannot_make_is_refused(change, said):
    market = Market(slot())
    booking = market.booking()
    booking.discover()
    booking.choose()
    booking.select()
    booking.record.terms = booking.record.terms.model_copy(update=change)
    step = booking.init()
    assert step.problem == "Nack"
    assert said in step.sentence


def test_energy_windows_are_no_job_slots(setting):
    place = setting()
    booking = SlotBooking.begin(place.client, GridNeed(start=NOW, end=NOW + timedelta(hours=1)), place.trail.append)
    assert booking.discover().sentence == "0 job slots found, 0 can run when they are needed"
    assert {one.reason for one in booking.record.unread} == {"it is no job slot"}


def test_job_slots_are_no_energy_windows(setting):
    market = Market(slot())
    journey = setting().journey()
    journey.client = journey.talk.client = market.client
    assert journey.discover().sentence == "0 windows found, 0 fit; 1 could not be read"


def change(part: str, value: Any) -> Any:
    def apply(raw: dict[str, Any]) -> None:
        raw["beckn:itemAttributes"][part] = value

    return apply


def nowhere(raw: dict[str, Any]) -> None:
    del raw["beckn:availableAt"], raw["beckn:itemAttributes"]["beckn:gridParameters"]


@pytest.mark.parametrize(
    ("breaks", "reason"),
    [
        (change("beckn:timeWindow", {"start": "2026-01-08T12:00:00Z"}), "it does not say when the job may run"),
        (change("beckn:timeWindow", None), "it does not say when the job may run"),
        (change("beckn:capacityParameters", {"availableCapacity": 5}), "its power is not its energy over its duration"),
        (
            change("beckn:jobSlot", {"jobId": "j", "energy": 0, "runDuration": "PT1H"}),
            "energy_kwh: Input should be greater than 0",
        ),
        (
            change("beckn:jobSlot", {"jobId": "j", "energy": 5, "runDuration": "an hour"}),
            "'an hour' is not a duration",
        ),
        (
            lambda raw: (raw.pop("beckn:availableAt"), change("beckn:gridParameters", None)(raw)),
            "it names no region of the grid",
        ),
    ],
)
def test_slots_that_cannot_be_are_refused_with_their_reason(breaks, reason):
    catalogue = slot_catalogue([slot()], NOW)
    breaks(catalogue.items[0])
    read, (unread,) = read_slots([catalogue])
    assert (read, unread.reason) == ((), reason)
