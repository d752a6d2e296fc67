"""Where a value came from; carried by every value to the screen."""

from __future__ import annotations

from enum import IntEnum


class Provenance(IntEnum):
    """Ordered from best to worst, so the worst of several is their maximum.

    LIVE: the last due fetch succeeded and covers now. CACHED: it failed, the values are
    real. ESTIMATED: our forecast from the archive, or a filled gap. SAMPLE: the embedded
    model of a GB year.
    """

    LIVE = 0
    CACHED = 1
    ESTIMATED = 2
    SAMPLE = 3

    @property
    def word(self) -> str:
        """The word on the screen."""
        return self.name.lower()
