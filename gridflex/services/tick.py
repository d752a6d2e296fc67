"""The half-hour's work for every workspace in use: re-plan, follow the plan through sleep, settle, see to orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from gridflex.domain import format as fmt
from gridflex.errors import Conflict, GridFlexError
from gridflex.services.desk import Desk
from gridflex.services.rolling import asleep, asleep_words
from gridflex.services.workspace import Workspace, from_state
from gridflex.store.trail import Trail
from gridflex.store.workspaces import Workspaces


class Outcome(StrEnum):
    """What became of one workspace."""

    PLANNED = "planned"
    CURRENT = "up to date"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True)
class Ticked:
    """One workspace by its public id, in words, and how many of its runs were settled."""

    workspace_id: str
    outcome: Outcome
    sentence: str
    settled: int = 0


Tend = Callable[[Workspace, datetime], int]
"""Sees to the orders of a workspace that are due, and says to how many."""


def no_orders(workspace: Workspace, now: datetime) -> int:
    """Sees to none."""
    return 0


def tick_all(
    store: Workspaces, trail: Trail, desk: Desk, now: datetime, days: float, tend: Tend = no_orders
) -> Iterator[Ticked]:
    """Bring every workspace visited in the last ``days`` up to ``now``, one by one, then ``tend`` its orders.

    Safe beside a running app: a workspace that somebody else changes meanwhile is skipped. What
    cannot be read or written is reported, and the others go on. Where its orders cannot be seen to
    it is told as failed, with what was planned and settled all the same.
    """
    for name in store.touched_since(now - timedelta(days=days)):
        try:
            yield _tick(name, store, trail, desk, now, tend)
        except Conflict:
            yield Ticked(name, Outcome.SKIPPED, "changed elsewhere meanwhile; whoever did has planned it")
        except GridFlexError as problem:
            yield Ticked(name, Outcome.FAILED, str(problem))


def _tick(name: str, store: Workspaces, trail: Trail, desk: Desk, now: datetime, tend: Tend) -> Ticked:
    kept = store.find(name)
    if kept is None:
        return Ticked(name, Outcome.SKIPPED, "no longer kept")
    before = from_state("", name, kept.version, kept.state)
    after = desk.roll(before, now, visited=False)
    settled = int(after.before.settled.sum() - before.before.settled.sum())
    planned = list(_said(before, trail, now, settled)) if after is not before else []
    orders, failed = _tended(tend, after, now)
    if planned:
        outcome, sentence = Outcome.PLANNED, " ".join([*planned, *orders])
    else:
        current = f"planned at {fmt.date_clock(before.planned_at)} UK time"
        outcome, sentence = Outcome.CURRENT, ". ".join([current, *orders])
    return Ticked(name, Outcome.FAILED if failed else outcome, sentence, settled)


def _tended(tend: Tend, workspace: Workspace, now: datetime) -> tuple[list[str], bool]:
    """What became of the orders, in words, and whether it failed; the plan is on disk and stands either way."""
    try:
        seen = tend(workspace, now)
    except Conflict:
        return ["Orders: changed elsewhere meanwhile; the next tick sees to the rest."], False
    except GridFlexError as problem:
        return [f"Orders: {problem}"], True
    return [f"{fmt.plural(seen, 'order')} seen to."] if seen else [], False


def _said(before: Workspace, trail: Trail, now: datetime, settled: int) -> Iterator[str]:
    if slept := asleep(before.planned_at, now):
        yield f"A{asleep_words(*slept)[1:]}."
    for row in trail.rows(before.id, kind="plan", limit=1):
        yield (row.data or {}).get("sentence", "")
    if settled:
        yield f"{fmt.plural(settled, 'run')} settled."
