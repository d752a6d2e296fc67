"""What goes when: by who came last, and whether anybody ever did anything."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from gridflex.domain.grid import CarbonSnapshot, Reading
from gridflex.domain.regions import GB
from gridflex.store.archive import Archive
from gridflex.store.chain import Entry
from gridflex.store.database import Database
from gridflex.store.market import MarketStore
from gridflex.store.orders import Orders, StoredOrder
from gridflex.store.retention import Pruned, prune
from gridflex.store.tables import carbon_snapshots
from gridflex.store.trail import Trail
from gridflex.store.workspaces import Workspaces

DAY = timedelta(days=1)
ENTRY = Entry("plan", "", {"cause": "opened"})


def opened(database: Database, token: str, at: datetime, *, changed: bool = False) -> str:
    store = Workspaces(database)
    name = store.create(token * 32, {}, at, [ENTRY]).id
    if changed:
        store.save(name, {"n": 1}, expected_version=1, at=at, entries=[ENTRY])
    return name


def kept(database: Database, *names: str) -> list[bool]:
    return [Workspaces(database).find(name) is not None for name in names]


def test_who_changed_something_is_kept_for_long_and_who_only_looked_is_not(
    database: Database, trail: Trail, now: datetime
) -> None:
    looked, looked_lately = opened(database, "a", now - 2.01 * DAY), opened(database, "b", now - 1.99 * DAY)
    used, left = (
        opened(database, "c", now - 89 * DAY, changed=True),
        opened(database, "d", now - 91 * DAY, changed=True),
    )
    assert prune(database, now, 90 * DAY) == Pruned(workspaces=2, only_looked_at=1, snapshots=0)
    assert kept(database, looked, looked_lately, used, left) == [False, True, True, False]
    assert [trail.verify(name).erased for name in (looked, looked_lately, used, left)] == [1, 0, 0, 2]
    assert [trail.rows(name)[0].data for name in (looked, left)] == [
        {"why": "only looked at, and not for 2 days"},
        {"why": "nobody came for 90 days"},
    ]
    assert prune(database, now, 90 * DAY) == Pruned(0, 0, 0)


def test_a_re_plan_is_no_change_and_an_order_is_one(database: Database, now: datetime) -> None:
    re_planned, bought = opened(database, "a", now - 3 * DAY), opened(database, "b", now - 3 * DAY)
    Workspaces(database).save(re_planned, {}, expected_version=1, at=now, visited=False, asked=False)
    Orders(database).save(bought, StoredOrder("t-1", "window", "", "CONFIRMED", now, now), {})
    prune(database, now, 90 * DAY)
    assert kept(database, re_planned, bought) == [False, True]


def test_a_site_that_keeps_for_a_day_keeps_nothing_longer(database: Database, now: datetime) -> None:
    looked, used = opened(database, "a", now - 1.5 * DAY), opened(database, "b", now - 1.5 * DAY, changed=True)
    prune(database, now, DAY)
    assert kept(database, looked, used) == [False, False]


def test_of_old_snapshots_the_first_of_each_hour_stays_for_each_region(database: Database, now: datetime) -> None:
    archive = Archive(database)
    old, hour = now - 61 * DAY, timedelta(hours=1)
    times = [old + hour * n / 4 for n in range(8)] + [now - 59 * DAY + hour * n / 4 for n in range(4)]
    for region in (GB, 13):
        for at in times:
            archive.save(CarbonSnapshot(region, at, (Reading(at.replace(minute=0), 100.0, None),), None))
    errors = archive.forecast_errors(old, now)
    assert prune(database, now, 90 * DAY) == Pruned(0, 0, snapshots=2 * 6)
    with database.read() as connection:
        left = connection.execute(select(carbon_snapshots.c.fetched_at).where(carbon_snapshots.c.region == 13))
        assert sorted(left.scalars()) == [old, old + hour, *times[8:]]
    assert archive.forecast_errors(old, now) == errors


def test_market_answers_go_that_were_not_renewed_and_prices_older_than_any_carbon_value(
    database: Database, now: datetime
) -> None:
    market, half_hour = MarketStore(database), timedelta(minutes=30)
    market.keep("gone", ["old"], now - 60 * DAY - half_hour)
    market.keep("renewed", ["older"], now - 61 * DAY)
    market.keep("renewed", ["new"], now - 60 * DAY)
    first = now - 1100 * DAY
    market.save_prices("index", {first - half_hour: 0.08, first: 0.09, now: 0.10})
    assert prune(database, now, 90 * DAY) == Pruned(0, 0, snapshots=0, market=2)
    assert (market.recall("gone"), market.recall("renewed")) == (None, (["new"], now - 60 * DAY))
    assert market.prices("index", first - DAY, now + DAY) == [(first, 0.09), (now, 0.10)]
    assert prune(database, now, 90 * DAY) == Pruned(0, 0, 0)
