"""Every table of the store. Instants are UTC text that sorts as time does."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Dialect, Index, LargeBinary, MetaData, Named, String, Table, TypedColumns
from sqlalchemy.types import TypeDecorator

from gridflex.domain.halfhours import parse_utc
from gridflex.store.chain import utc_text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Constraints are named so that a migration can speak of them on any database."""


class Utc(TypeDecorator[datetime]):
    """An aware instant, kept as UTC text to the microsecond. A time without a zone is refused (InputError)."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else utc_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        return None if value is None else parse_utc(value)


class TrailRowColumns(TypedColumns):
    """One link of one workspace's chain, the columns of ``chain.Row``."""

    workspace_id: Named[str] = Column(String(32), primary_key=True)
    seq: Named[int] = Column(primary_key=True, autoincrement=False)
    at: Named[str]
    kind: Named[str]
    subject: Named[str]
    content: Named[str | None]
    content_hash: Named[str]
    prev_hash: Named[str]
    row_hash: Named[str]


class TrailHeadColumns(TypedColumns):
    """What each chain must end with."""

    workspace_id: Named[str] = Column(String(32), primary_key=True)
    count: Named[int]
    hash: Named[str]


class WorkspaceColumns(TypedColumns):
    """One visitor's state: compressed JSON under a version that counts its savings.

    ``touched_at``: the last visit; ``changed_at``: the last change a person asked for, null before the first.
    """

    id: Named[str] = Column(String(32), primary_key=True)
    version: Named[int]
    state: Named[bytes] = Column(LargeBinary)
    created_at: Named[datetime] = Column(Utc)
    touched_at: Named[datetime] = Column(Utc, index=True)
    changed_at: Named[datetime | None] = Column(Utc)


class SnapshotColumns(TypedColumns):
    """One answer of the carbon service as it was issued, compressed."""

    region: Named[int] = Column(primary_key=True, autoincrement=False)
    fetched_at: Named[datetime] = Column(Utc, primary_key=True)
    payload: Named[bytes] = Column(LargeBinary)


class ReadingColumns(TypedColumns):
    """The last known values of one half-hour, gCO2/kWh."""

    region: Named[int] = Column(primary_key=True, autoincrement=False)
    start: Named[datetime] = Column(Utc, primary_key=True)
    forecast: Named[float | None]
    actual: Named[float | None]


class AnswerColumns(TypedColumns):
    """The last good answer of one market source, compressed."""

    name: Named[str] = Column(String(64), primary_key=True)
    fetched_at: Named[datetime] = Column(Utc)
    payload: Named[bytes] = Column(LargeBinary)


class PriceColumns(TypedColumns):
    """One settled price of one series, GBP/kWh."""

    series: Named[str] = Column(String(64), primary_key=True)
    start: Named[datetime] = Column(Utc, primary_key=True)
    gbp_per_kwh: Named[float]


class OrderColumns(TypedColumns):
    """One order over Beckn: what a list shows of it, and its whole record, compressed, under a version."""

    workspace_id: Named[str] = Column(String(32), primary_key=True)
    transaction_id: Named[str] = Column(String(64), primary_key=True)
    side: Named[str]
    job_id: Named[str]
    state: Named[str]
    summary: Named[str]
    version: Named[int]
    record: Named[bytes] = Column(LargeBinary)
    started_at: Named[datetime] = Column(Utc)
    changed_at: Named[datetime] = Column(Utc)


class BooksColumns(TypedColumns):
    """What one provider of ours remembers for one workspace, compressed."""

    workspace_id: Named[str] = Column(String(32), primary_key=True)
    provider: Named[str] = Column(String(64), primary_key=True)
    books: Named[bytes] = Column(LargeBinary)


class LeaseColumns(TypedColumns):
    """Whose turn it is to do what, until when; ``why`` it was put off, empty where it is under way."""

    name: Named[str] = Column(String(64), primary_key=True)
    holder: Named[str] = Column(String(32))
    until: Named[datetime] = Column(Utc)
    why: Named[str]


class ApiKeyColumns(TypedColumns):
    """One key to a workspace: the hash of it, and never itself."""

    id: Named[str] = Column(String(16), primary_key=True)
    workspace_id: Named[str] = Column(String(32), index=True)
    name: Named[str]
    key_hash: Named[str] = Column(String(64), index=True)
    created_at: Named[datetime] = Column(Utc)
    last_used_at: Named[datetime | None] = Column(Utc)
    revoked_at: Named[datetime | None] = Column(Utc)


class DeliveryColumns(TypedColumns):
    """What became of one notice that a rule sent."""

    id: Named[str] = Column(String(32), primary_key=True)
    workspace_id: Named[str] = Column(String(32))
    rule_id: Named[str] = Column(String(16))
    at: Named[datetime] = Column(Utc)
    sentence: Named[str]
    test: Named[bool]
    status: Named[str] = Column(String(16))
    reason: Named[str]
    attempts: Named[int]


trail_rows = Table("trail_rows", metadata, TrailRowColumns)
trail_heads = Table("trail_heads", metadata, TrailHeadColumns)
workspaces = Table("workspaces", metadata, WorkspaceColumns)
carbon_snapshots = Table("carbon_snapshots", metadata, SnapshotColumns)
carbon_readings = Table("carbon_readings", metadata, ReadingColumns)
market_answers = Table("market_answers", metadata, AnswerColumns)
market_prices = Table("market_prices", metadata, PriceColumns)
beckn_orders = Table("beckn_orders", metadata, OrderColumns)
beckn_books = Table("beckn_books", metadata, BooksColumns)
leases = Table("leases", metadata, LeaseColumns)
api_keys = Table("api_keys", metadata, ApiKeyColumns)
deliveries = Table("deliveries", metadata, DeliveryColumns)

Index(None, trail_rows.c.workspace_id, trail_rows.c.subject, trail_rows.c.seq)
Index(None, deliveries.c.workspace_id, deliveries.c.at)
