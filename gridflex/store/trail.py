"""The audit trail: append-only, hash-chained, one chain for each workspace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from gridflex.store.chain import Entry, Head, Row, Verified, canonical, link, storable, verify_rows
from gridflex.store.database import Database, upsert
from gridflex.store.export import export_trail, read_row
from gridflex.store.forgotten import refuse_forgotten
from gridflex.store.tables import trail_heads, trail_rows

_COLUMNS = [column for column in trail_rows.c if column is not trail_rows.c.workspace_id]
_BATCH = 1000


class Trail:
    """All methods raise StoreError when the database fails; ``chain`` has the recipe of the hashes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(
        self, workspace_id: str, at: datetime, entries: Sequence[Entry], connection: Connection | None = None
    ) -> Head:
        """Write ``entries`` at the end, all or none, and the head with them; the new head.

        On disk on return, or with the transaction of ``connection`` if one is given. Writers
        of one workspace wait for each other, whatever thread, process or machine they are in.
        Raises Forgotten where the workspace was; who gives a connection has asked.
        """
        with self._database.write(connection) as transaction:
            if connection is None:
                refuse_forgotten(transaction, workspace_id)
            head = _locked_head(transaction, workspace_id)
            rows = link(head, at, entries)
            if not rows:
                return head
            values = [{"workspace_id": workspace_id, **asdict(row)} for row in rows]
            transaction.execute(trail_rows.insert(), values)
            head = Head(workspace_id, rows[-1].seq, rows[-1].row_hash)
            changed = update(trail_heads).where(trail_heads.c.workspace_id == workspace_id)
            transaction.execute(changed.values(count=head.count, hash=head.hash))
            return head

    def rows(
        self,
        workspace_id: str,
        *,
        kind: str | None = None,
        subject: str | None = None,
        text: str | None = None,
        limit: int = 100,
        before_seq: int | None = None,
    ) -> list[Row]:
        """Newest first, at most ``limit``, older than ``before_seq``: the last row's ``seq`` asks for the next page.

        ``text`` is looked for in subject and content; A to Z and a to z are the same.
        """
        wanted = select(*_COLUMNS).where(*_conditions(workspace_id, kind, subject, text))
        if before_seq is not None:
            wanted = wanted.where(trail_rows.c.seq < before_seq)
        with self._database.read() as connection:
            found = connection.execute(wanted.order_by(trail_rows.c.seq.desc()).limit(limit))
            return [Row(*row) for row in found]

    def count(
        self, workspace_id: str, *, kind: str | None = None, subject: str | None = None, text: str | None = None
    ) -> int:
        """How many rows there are of what ``rows`` would give."""
        wanted = select(func.count()).select_from(trail_rows).where(*_conditions(workspace_id, kind, subject, text))
        with self._database.read() as connection:
            return connection.execute(wanted).scalar_one()

    def verify(self, workspace_id: str) -> Verified:
        """Walk the whole chain as it is kept. Raises TrailBroken naming the first row at fault."""
        with self._chain(workspace_id) as (rows, head):
            return verify_rows(rows, head)

    def export(self, workspace_id: str) -> dict[str, object]:
        """The whole trail for ``export.verify_export``. Raises TrailBroken for a row that cannot be read."""
        with self._chain(workspace_id) as (rows, head):
            return export_trail(rows, head)

    def erase(self, workspace_id: str, connection: Connection | None = None) -> None:
        """Forget what the rows say. Their hashes stay, and the chain still verifies."""
        mine = trail_rows.c.workspace_id == workspace_id
        with self._database.write(connection) as transaction:
            transaction.execute(update(trail_rows).where(mine).values(content=None))

    @contextmanager
    def _chain(self, workspace_id: str) -> Iterator[tuple[Iterator[Row], Head]]:
        wanted = select(*_COLUMNS).where(trail_rows.c.workspace_id == workspace_id).order_by(trail_rows.c.seq)
        with self._database.read() as connection:
            head = _head(connection, workspace_id)
            with connection.execute(wanted, execution_options={"yield_per": _BATCH}) as kept:
                yield (read_row(row._asdict(), position) for position, row in enumerate(kept, start=1)), head


def _head(connection: Connection, workspace_id: str, *, lock: bool = False) -> Head:
    wanted = select(trail_heads.c.count, trail_heads.c.hash).where(trail_heads.c.workspace_id == workspace_id)
    kept = connection.execute(wanted.with_for_update() if lock else wanted).first()
    return Head(workspace_id, *kept) if kept else Head(workspace_id)


def _locked_head(connection: Connection, workspace_id: str) -> Head:
    first = upsert(connection, trail_heads).values(asdict(Head(workspace_id)))
    connection.execute(first.on_conflict_do_nothing())
    return _head(connection, workspace_id, lock=True)


def _conditions(
    workspace_id: str, kind: str | None, subject: str | None, text: str | None
) -> Iterator[ColumnElement[bool]]:
    yield trail_rows.c.workspace_id == workspace_id
    if kind is not None:
        yield trail_rows.c.kind == storable(kind)
    if subject is not None:
        yield trail_rows.c.subject == storable(subject)
    if text:
        as_kept = canonical(text)[1:-1]
        yield or_(
            trail_rows.c.subject.icontains(storable(text), autoescape=True),
            trail_rows.c.content.icontains(as_kept, autoescape=True),
        )
