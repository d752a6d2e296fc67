"""What the market sources said last, and settled prices by half-hour: for outages, restarts and backtests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from gridflex.store.database import Database, upsert
from gridflex.store.packing import pack, unpack
from gridflex.store.tables import market_answers, market_prices


class MarketStore:
    """Last good answers by name, and price series. Threads may share it; all methods raise StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, name: str, answer: object, at: datetime) -> None:
        """Keep an answer (plain JSON values) fetched ``at``, in place of the one before."""
        row = {"name": name, "fetched_at": at, "payload": pack(answer)}
        with self._database.write() as connection:
            new = upsert(connection, market_answers).values(row)
            connection.execute(new.on_conflict_do_update(index_elements=market_answers.primary_key, set_=row))

    def recall(self, name: str) -> tuple[object, datetime] | None:
        """The kept answer and when it was fetched; None before the first."""
        kept = market_answers.c
        with self._database.read() as connection:
            found = connection.execute(select(kept.payload, kept.fetched_at).where(kept.name == name)).first()
        return None if found is None else (unpack(found[0]), found[1])

    def save_prices(self, series: str, points: Mapping[datetime, float]) -> None:
        """Bring settled prices (GBP/kWh by half-hour) up to date; a revised one replaces the older."""
        rows = [{"series": series, "start": start, "gbp_per_kwh": price} for start, price in sorted(points.items())]
        if not rows:
            return
        with self._database.write() as connection:
            new = upsert(connection, market_prices)
            changed = {"gbp_per_kwh": new.excluded["gbp_per_kwh"]}
            connection.execute(new.on_conflict_do_update(index_elements=market_prices.primary_key, set_=changed), rows)

    def prices(self, series: str, start: datetime, end: datetime) -> list[tuple[datetime, float]]:
        """Settled prices of the half-hours that start in [start, end), in time order."""
        kept = market_prices.c
        wanted = select(kept.start, kept.gbp_per_kwh).where(
            kept.series == series, kept.start >= start, kept.start < end
        )
        with self._database.read() as connection:
            return [(at, price) for at, price in connection.execute(wanted.order_by(kept.start))]
