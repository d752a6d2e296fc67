"""What the carbon feed asks of others, and what it tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from gridflex.domain.grid import CarbonSnapshot, Reading


class CarbonService(Protocol):
    """The live source; ``CarbonApi`` is one. Called from background threads."""

    def fetch(self, region: int, now: datetime) -> CarbonSnapshot:
        """A snapshot that covers ``now``. Raises SourceError."""
        ...

    def history(self, region: int, start: datetime, end: datetime) -> Sequence[Reading]:
        """Settled readings of the past. Raises SourceError."""
        ...

    def requests_on(self, day: date) -> int:
        """Requests sent on a UTC day."""
        ...

    def close(self) -> None:
        """Give the connections back."""
        ...


class SnapshotArchive(Protocol):
    """What outlives the process. Called from background threads, one at a time for a region."""

    def save(self, snapshot: CarbonSnapshot) -> None:
        """Keep an answer. Raises StoreError."""
        ...

    def latest(self, region: int) -> CarbonSnapshot | None:
        """The answer saved last for a region, None where there is none. Raises StoreError."""
        ...

    def save_history(self, region: int, readings: Sequence[Reading]) -> None:
        """Keep readings of the past. Raises StoreError."""
        ...


@dataclass(frozen=True, slots=True)
class FeedState:
    """What the feed knows of one region at one moment.

    ``live``: the last due fetch succeeded and covers now. ``snapshot`` is the last good answer,
    of this process or an earlier one. ``error`` is why the last fetch failed and
    ``archive_note`` what could not be kept or read back, each a sentence for a page.
    ``requests_today`` counts the whole source on the UTC day.
    """

    snapshot: CarbonSnapshot | None
    live: bool
    refreshing: bool
    error: str | None
    archive_note: str | None
    last_attempt: datetime | None
    last_success: datetime | None
    next_due: datetime | None
    requests_today: int
