"""What the carbon service said, kept as issued: for outages, replays and honest backtests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from gridflex.domain.grid import CarbonSnapshot, GenerationMix, Reading
from gridflex.domain.halfhours import epoch_half_hour, parse_utc
from gridflex.domain.regions import GB, REGIONS
from gridflex.store.chain import utc_text
from gridflex.store.database import Database, upsert
from gridflex.store.packing import pack, unpack
from gridflex.store.tables import carbon_readings, carbon_snapshots


class Archive:
    """Two records: snapshots as they were issued, and the last known values of each half-hour.

    Both are bounded by age, measured from the newest snapshot saved: ``keep_snapshots`` and
    ``keep_readings``. All methods raise StoreError if the database fails.
    """

    def __init__(
        self,
        database: Database,
        keep_snapshots: timedelta = timedelta(days=400),
        keep_readings: timedelta = timedelta(days=1100),
    ) -> None:
        self._database = database
        self._keep_snapshots = keep_snapshots
        self._keep_readings = keep_readings

    def save(self, snapshot: CarbonSnapshot) -> None:
        """Keep a snapshot, bring its half-hours up to date, and drop what is too old."""
        row = {"region": snapshot.region, "fetched_at": snapshot.fetched_at, "payload": _packed(snapshot)}
        with self._database.write() as connection:
            new = upsert(connection, carbon_snapshots).values(row)
            connection.execute(new.on_conflict_do_update(index_elements=carbon_snapshots.primary_key, set_=row))
            _merge(connection, snapshot.region, snapshot.readings)
            self._prune(connection, snapshot.fetched_at)

    def save_history(self, region: int, readings: Iterable[Reading]) -> None:
        """Bring half-hours up to date. A revised value replaces the older one, a missing one replaces nothing."""
        with self._database.write() as connection:
            _merge(connection, region, readings)

    def latest(self, region: int) -> CarbonSnapshot | None:
        """The newest snapshot of a region; None before the first."""
        return self._newest(region, datetime.max.replace(tzinfo=UTC))

    def known_at(self, region: int, at: datetime) -> CarbonSnapshot | None:
        """What was known of a region at ``at``: its newest snapshot fetched at or before; None before the first."""
        return self._newest(region, at)

    def issued(self, region: int, start: datetime, end: datetime) -> Iterator[CarbonSnapshot]:
        """The snapshots fetched in [start, end) as they were issued, the last of each half-hour, in time order."""
        kept = carbon_snapshots.c
        wanted = select(kept.fetched_at, kept.payload).where(
            kept.region == region, kept.fetched_at >= start, kept.fetched_at < end
        )
        with self._database.read() as connection:
            found = connection.execute(wanted.order_by(kept.fetched_at))
            newest = {epoch_half_hour(at): payload for at, payload in found}
        return (_snapshot(payload) for payload in newest.values())

    def settled(self, region: int, start: datetime, end: datetime) -> list[tuple[datetime, float]]:
        """What a run is settled on, gCO2/kWh, for each half-hour known that starts in [start, end), in time order.

        The measured value for Great Britain. A region has none and settles on the last forecast
        issued, so ``end`` must not lie after the current half-hour: this archive has no clock.
        """
        kept = carbon_readings.c
        value = kept.actual if region == GB else kept.forecast
        wanted = select(kept.start, value).where(kept.region == region, kept.start >= start, kept.start < end)
        with self._database.read() as connection:
            found = connection.execute(wanted.order_by(kept.start))
            return [(begin, figure) for begin, figure in found if figure is not None]

    def forecast_errors(self, start: datetime, end: datetime) -> list[tuple[int, float]]:
        """Half-hours ahead, and by how much a forecast of Great Britain was off, forecast minus measured, gCO2/kWh.

        Of the snapshots fetched in [start, end), one an hour as neighbours say nearly the same,
        and of half-hours that are measured and start in [start, end). 0 ahead is the half-hour
        in which a snapshot was fetched.
        """
        measured = {utc_text(at): (epoch_half_hour(at), value) for at, value in self.settled(GB, start, end)}
        kept = carbon_snapshots.c
        wanted = select(kept.fetched_at, kept.payload).where(
            kept.region == GB, kept.fetched_at >= start, kept.fetched_at < end
        )
        errors: list[tuple[int, float]] = []
        hour = None
        with self._database.read() as connection:
            for fetched_at, payload in connection.execute(wanted.order_by(kept.fetched_at)):
                if hour == (hour := epoch_half_hour(fetched_at) // 2):
                    continue
                issued = epoch_half_hour(fetched_at)
                for text, forecast, _ in unpack(payload)["readings"]:
                    at, value = measured.get(text, (-1, 0.0))
                    if at >= issued and forecast is not None:
                        errors.append((at - issued, forecast - value))
        return errors

    def _newest(self, region: int, at: datetime) -> CarbonSnapshot | None:
        kept = carbon_snapshots.c
        wanted = select(kept.payload).where(kept.region == region, kept.fetched_at <= at)
        with self._database.read() as connection:
            payload = connection.execute(wanted.order_by(kept.fetched_at.desc()).limit(1)).scalar()
        return None if payload is None else _snapshot(payload)

    def _prune(self, connection: Connection, newest: datetime) -> None:
        # Naming every region lets the database find the old ones by key.
        known = list(REGIONS)
        old = carbon_snapshots.c.fetched_at < newest - self._keep_snapshots
        connection.execute(delete(carbon_snapshots).where(carbon_snapshots.c.region.in_(known), old))
        old = carbon_readings.c.start < newest - self._keep_readings
        connection.execute(delete(carbon_readings).where(carbon_readings.c.region.in_(known), old))


def _merge(connection: Connection, region: int, readings: Iterable[Reading]) -> None:
    rows = [{"region": region, **asdict(reading)} for reading in sorted(readings, key=lambda reading: reading.start)]
    if not rows:
        return
    new = upsert(connection, carbon_readings)
    kept = {
        name: func.coalesce(new.excluded[name], carbon_readings.c[name], type_=carbon_readings.c[name].type)
        for name in ("forecast", "actual")
    }
    connection.execute(new.on_conflict_do_update(index_elements=carbon_readings.primary_key, set_=kept), rows)


def _packed(snapshot: CarbonSnapshot) -> bytes:
    mix = snapshot.mix
    return pack(
        {
            "region": snapshot.region,
            "fetched_at": utc_text(snapshot.fetched_at),
            "readings": [[utc_text(reading.start), reading.forecast, reading.actual] for reading in snapshot.readings],
            "mix": mix and [utc_text(mix.start), dict(mix.shares)],
            "notes": snapshot.notes,
        }
    )


def _snapshot(payload: bytes) -> CarbonSnapshot:
    kept = unpack(payload)
    return CarbonSnapshot(
        region=kept["region"],
        fetched_at=parse_utc(kept["fetched_at"]),
        readings=tuple(Reading(parse_utc(start), *values) for start, *values in kept["readings"]),
        mix=kept["mix"] and GenerationMix(parse_utc(kept["mix"][0]), kept["mix"][1]),
        notes=tuple(kept["notes"]),
    )
