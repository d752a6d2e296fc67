"""A re-plan that waits for a person: what approve mode keeps instead of taking it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from gridflex.agents.commitments import Commitments
from gridflex.agents.orchestrator import Decisions
from gridflex.domain.halfhours import floor_half_hour, parse_utc
from gridflex.errors import InputError
from gridflex.planning.horizon import Ints


@dataclass(frozen=True, eq=False)
class Proposal:
    """A better plan found at ``made_at``: starts and pauses, half-hours since 1970, as in Commitments."""

    made_at: datetime
    sentence: str
    start: Ints
    pauses: Mapping[int, tuple[int, ...]]

    @classmethod
    def of(cls, decisions: Decisions, before: Commitments, now: datetime, sentence: str) -> Proposal:
        """What ``decisions`` would make the plan."""
        kept = decisions.kept(before)
        return cls(now, sentence, kept.start, kept.pauses)

    def taken(self, before: Commitments) -> Commitments:
        """The commitments with its starts."""
        return replace(before, start=self.start, pauses=self.pauses)

    def require(self, made_at: datetime, now: datetime) -> None:
        """Raises InputError unless it is the proposal made at ``made_at``, in this half-hour."""
        if made_at != self.made_at or floor_half_hour(made_at) != floor_half_hour(now):
            raise InputError("Another proposal has taken the place of this one; look at it first.")

    def to_state(self) -> dict[str, Any]:
        """Plain JSON."""
        return {
            "made_at": self.made_at.isoformat(),
            "sentence": self.sentence,
            "start": self.start.tolist(),
            "pauses": [[row, list(used)] for row, used in self.pauses.items()],
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Proposal:
        """What ``to_state`` gave."""
        pauses = {int(row): tuple(used) for row, used in state["pauses"]}
        return cls(parse_utc(state["made_at"]), state["sentence"], np.asarray(state["start"], np.int64), pauses)
