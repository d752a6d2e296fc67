"""Keeping in order what is kept: pruned once a day, by whichever instance comes first."""

from __future__ import annotations

from datetime import datetime, timedelta

from gridflex.domain import format as fmt
from gridflex.services.platform import Platform
from gridflex.store.leases import Leases
from gridflex.store.retention import Pruned, prune

PRUNE, DAILY = "prune", timedelta(days=1)
LEASE = timedelta(minutes=20)
"""Whoever fails or dies loses its turn after this, so that the next half-hour's tick tries again."""


def prune_daily(shared: Platform, now: datetime) -> str:
    """Prune by the retention that is set, once a day for all instances; what went, if anything. Raises StoreError."""
    turns = Leases(shared.database)
    if not turns.take(PRUNE, now, now + LEASE).mine:
        return ""
    done = prune(shared.database, now, timedelta(days=shared.settings.retention_days))
    turns.put_off(PRUNE, now + DAILY, "")
    return pruned_words(done) if done.workspaces or done.snapshots or done.market else ""


def pruned_words(done: Pruned) -> str:
    """One sentence."""
    return (
        f"{fmt.plural(done.workspaces, 'workspace')} forgotten, {done.only_looked_at} of them only looked at; "
        f"{fmt.plural(done.snapshots, 'old snapshot')} and "
        f"{fmt.plural(done.market, 'old market value')} deleted. The hashes of their trails stay."
    )
