"""The half-hour's work for all workspaces in use, from one place."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from gridflex.errors import Conflict, GridFlexError, NoAnswer
from gridflex.services.tick import Outcome, Ticked, tick_all
from gridflex.services.workspace import Workspace
from gridflex.store.packing import pack
from gridflex.store.tables import workspaces
from tests.bench import NOW, Bench, job

LATER = NOW + timedelta(hours=3)


def ticked(here: Bench, days: float = 7.0) -> list[Ticked]:
    return list(tick_all(here.store, here.trail, here.desk, LATER, days))


def test_each_workspace_is_brought_up_to_now(here: Bench) -> None:
    own = here.own(job("c", priority="critical"))
    other = here.desk.open(None, NOW)
    found = {line.workspace_id: line for line in ticked(here)}
    assert found.keys() == {own.id, other.id}
    assert found[own.id] == Ticked(
        own.id,
        Outcome.PLANNED,
        "Asleep 17:30–20:00, plan kept. Re-plan of a new half-hour. The plan stands: nothing better is known. "
        "1 run settled.",
        1,
    )
    again = here.desk.open(own.token, LATER)
    assert again.planned_at == LATER
    assert len(here.rows(own, "settled")) == 1


def test_a_second_tick_in_the_half_hour_finds_all_up_to_date(here: Bench) -> None:
    own = here.own(job())
    ticked(here)
    rows = here.trail.count(own.id)
    (line,) = ticked(here)
    assert (line.outcome, line.sentence) == (Outcome.CURRENT, "planned at Thu 8 Jan 20:05 UK time")
    assert here.trail.count(own.id) == rows


def test_a_tick_is_no_visit(here: Bench) -> None:
    own = here.own(job())
    assert [line.outcome for line in ticked(here, 0.2)] == [Outcome.PLANNED]
    kept = here.store.find(own.id)
    assert kept is not None
    assert (kept.touched_at, kept.version) == (NOW, own.version + 1)
    assert ticked(here, 0.1) == []  # visited three hours ago


def test_who_comes_after_a_tick_has_visited_all_the_same(here: Bench) -> None:
    own = here.own(job())
    ticked(here)
    opened, minute = here.desk.open(own.token, LATER), timedelta(minutes=1)
    here.desk.open(own.token, LATER + minute)
    kept = here.store.find(own.id)
    assert kept is not None
    assert (kept.touched_at, kept.version) == (LATER, opened.version)
    named = here.desk.find(own.id, LATER + 60 * minute)
    assert named is not None
    assert here.store.touched_since(LATER + 60 * minute) == [own.id]


def test_a_workspace_that_is_changed_meanwhile_is_skipped(here: Bench) -> None:
    own = here.own(job())
    find = here.store.find

    class Slow:
        """A store whose reader is overtaken by a visitor."""

        def __getattr__(self, name: str) -> object:
            return getattr(here.store, name)

        def find(self, name: str) -> object:
            kept = find(name)
            here.desk.catch_up(own, LATER)
            return kept

    (line,) = tick_all(Slow(), here.trail, here.desk, LATER, 7)  # type: ignore[arg-type]
    assert line.outcome is Outcome.SKIPPED
    assert here.trail.verify(own.id)


def test_a_workspace_that_is_gone_is_skipped(here: Bench) -> None:
    own = here.own(job())

    class Emptied:
        def touched_since(self, _at: object) -> list[str]:
            return [own.id]

        def find(self, _name: str) -> None:
            return None

    (line,) = tick_all(Emptied(), here.trail, here.desk, LATER, 7)  # type: ignore[arg-type]
    assert (line.outcome, line.sentence) == (Outcome.SKIPPED, "no longer kept")


@pytest.mark.parametrize("damage", [b"not what was kept", pack({"seed": 1})[:-4]])
def test_one_that_cannot_be_read_is_told_and_the_others_go_on(here: Bench, damage: bytes) -> None:
    broken, fine = here.own(job("a")), here.own(job("b"))
    with here.database.write() as connection:
        connection.execute(workspaces.update().where(workspaces.c.id == broken.id).values(state=damage))
    found = {line.workspace_id: line for line in ticked(here)}
    assert found[broken.id].outcome is Outcome.FAILED
    assert "damaged" in found[broken.id].sentence
    assert found[fine.id].outcome is Outcome.PLANNED


@pytest.mark.parametrize(
    ("problem", "outcome", "said"),
    [
        (NoAnswer("The network gave no answer.", sent=True), Outcome.FAILED, "Orders: The network gave no answer."),
        (
            Conflict("saved elsewhere"),
            Outcome.PLANNED,
            "Orders: changed elsewhere meanwhile; the next tick sees to the rest.",
        ),
    ],
)
def test_what_was_planned_and_settled_stands_where_orders_cannot_be_seen_to(
    here: Bench, problem: GridFlexError, outcome: Outcome, said: str
) -> None:
    own = here.own(job("c", priority="critical"))

    def tend(_workspace: Workspace, _now: datetime) -> int:
        raise problem

    (line,) = tick_all(here.store, here.trail, here.desk, LATER, 7, tend)
    assert (line.workspace_id, line.outcome, line.settled) == (own.id, outcome, 1)
    assert line.sentence == (
        "Asleep 17:30–20:00, plan kept. Re-plan of a new half-hour. The plan stands: nothing better is known. "
        f"1 run settled. {said}"
    )
    kept = here.store.find(own.id)
    assert kept is not None
    assert kept.version == own.version + 1
