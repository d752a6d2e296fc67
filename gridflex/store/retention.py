"""What is kept for how long: workspaces nobody visits any more go, old snapshots thin out, old market values go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, and_, delete, func, or_, select, type_coerce

from gridflex.store.database import Database
from gridflex.store.forget import forget, sweep
from gridflex.store.tables import api_keys, beckn_orders, carbon_snapshots, market_answers, market_prices, workspaces

LOOKED_AT = timedelta(days=2)
"""A demo that was only looked at: every first visit writes one."""
CLOSE = timedelta(days=60)
"""Every snapshot is kept so long; calibration reads 28 days. Before, the first of each hour, which is all it reads."""
ANSWERS = timedelta(days=60)
"""Of each market source the last answer alone is kept, and none that was not renewed for so long."""
PRICES = timedelta(days=1100)
"""Settled prices are of use as far back as carbon values are kept."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many workspaces were forgotten (of them ``only_looked_at``), snapshots and market values deleted."""

    workspaces: int
    only_looked_at: int
    snapshots: int
    market: int = 0


def prune(database: Database, now: datetime, keep: timedelta) -> Pruned:
    """Forget workspaces that nobody visited for ``keep``, thin out old snapshots, delete old market answers and prices.

    What was written for a workspace after it was forgotten goes, too.

    A demo that its visitor never changed goes after ``LOOKED_AT``. Of every trail the hashes
    stay. One transaction a workspace, so that nobody waits long. Raises StoreError.
    """
    unvisited = workspaces.c.touched_at < now - keep
    looked_at = and_(workspaces.c.touched_at < now - min(keep, LOOKED_AT), _only_looked_at())
    gone = _forget(database, looked_at, now, f"only looked at, and not for {_days(min(keep, LOOKED_AT))}")
    more = _forget(database, unvisited, now, f"nobody came for {_days(keep)}")
    sweep(database)
    return Pruned(gone + more, gone, _thin_out(database, now - CLOSE), _market(database, now))


def _only_looked_at() -> ColumnElement[bool]:
    bought = select(beckn_orders.c.workspace_id).where(beckn_orders.c.workspace_id == workspaces.c.id)
    keyed = select(api_keys.c.workspace_id).where(api_keys.c.workspace_id == workspaces.c.id)
    return and_(workspaces.c.changed_at.is_(None), ~or_(bought.exists(), keyed.exists()))


def _forget(database: Database, which: ColumnElement[bool], now: datetime, why: str) -> int:
    with database.read() as connection:
        names = connection.execute(select(workspaces.c.id).where(which)).scalars().all()
    count = 0
    for name in names:
        with database.write() as connection:
            still = select(workspaces.c.id).where(which, workspaces.c.id == name).with_for_update()
            if connection.execute(still).first() is not None:  # nobody came back meanwhile
                forget(database, name, now, why, connection)
                count += 1
    return count


def _thin_out(database: Database, before: datetime) -> int:
    kept = carbon_snapshots.c
    hour = func.substr(type_coerce(kept.fetched_at, String), 1, len("2026-01-08T17"))
    first = select(kept.region, func.min(type_coerce(kept.fetched_at, String)).label("fetched_at"))
    firsts = first.where(kept.fetched_at < before).group_by(kept.region, hour).subquery()
    is_first = select(firsts.c.region).where(
        firsts.c.region == kept.region, firsts.c.fetched_at == type_coerce(kept.fetched_at, String)
    )
    with database.write() as connection:
        old = delete(carbon_snapshots).where(kept.fetched_at < before, ~is_first.exists())
        return connection.execute(old).rowcount


def _market(database: Database, now: datetime) -> int:
    with database.write() as connection:
        answers = connection.execute(delete(market_answers).where(market_answers.c.fetched_at < now - ANSWERS))
        prices = connection.execute(delete(market_prices).where(market_prices.c.start < now - PRICES))
        return answers.rowcount + prices.rowcount


def _days(span: timedelta) -> str:
    return "1 day" if span.days == 1 else f"{span.days:,} days"
