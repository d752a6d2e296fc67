"""A person's word on one job, and whether it can be kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

import pandas as pd

from gridflex.agents.commitments import NOT_YET, Commitments
from gridflex.agents.grid_view import GridView
from gridflex.domain import format as fmt
from gridflex.domain.decisions import Action
from gridflex.domain.halfhours import ceil_half_hour, epoch_half_hour
from gridflex.errors import InputError
from gridflex.planning.queue import queue_from_frame

MOST_REASON = 200


@dataclass(frozen=True)
class Override:
    """Run now, hold (DEFER) ``until``, or cancel one job; always with a reason. A person's word can be undone."""

    undoable: ClassVar[bool] = True

    job_id: str
    action: Action
    reason: str
    until: datetime | None = None

    @property
    def verb(self) -> str:
        """What is done, as the trail has it."""
        return str(self.action)

    def applied(self, before: Commitments, row: int, start: int) -> Commitments:
        """The commitments with this word on job ``row``. Raises InputError for one that an order binds."""
        if before.bound(row):
            raise InputError(f"Job {self.job_id!r} is bound by an order over Beckn; cancel the order first.")
        return before.overridden(row, self.action, start)

    @property
    def said(self) -> str:
        """The reason, bounded. Raises InputError where there is none."""
        return reason_given(self.reason)

    def start(self, now: datetime) -> int:
        """The chosen half-hour since 1970; NOT_YET for a cancelled job. Raises InputError for one not ahead."""
        match self.action:
            case Action.CANCEL:
                return NOT_YET
            case Action.EXECUTE_NOW:
                return epoch_half_hour(now)
            case Action.DEFER if self.until and self.until > now:
                return epoch_half_hour(ceil_half_hour(self.until))
            case Action.DEFER:
                raise InputError("Hold a job until a later half-hour than this one.")
            case _:
                raise InputError("A person may run a job now, hold it or cancel it.")


def reason_given(text: str) -> str:
    """A person's reason, bounded. Raises InputError where there is none."""
    if not text.strip():
        raise InputError("An override needs a reason; it goes into the audit trail.")
    return text.strip()[:MOST_REASON]


def require_in_window(row: pd.DataFrame, view: GridView, now: datetime, start: int) -> None:
    """Raises InputError unless the one job of ``row`` may start at ``start`` (half-hours since 1970).

    That is from its release to its latest start; a job that cannot be in time any more may still run at once.
    """
    if start == NOT_YET:
        return
    horizon = view.horizon
    queue = queue_from_frame(row, horizon, now=now)
    at = start - epoch_half_hour(horizon.start)
    earliest, latest = int(queue.earliest[0]), int(queue.latest[0])
    if at < earliest:
        raise InputError(f"It is released at {fmt.day_clock(horizon.at(earliest), view.now)} and cannot run before.")
    if at + int(queue.slots[0]) > len(horizon):
        raise InputError("Its run would end beyond the 48 hours that are known ahead.")
    if at > earliest and queue.fixed[0]:
        raise InputError("A job that may not wait cannot be held; it can be cancelled.")
    if at > max(earliest, latest):
        last = fmt.day_clock(horizon.at(max(earliest, latest)), view.now)
        raise InputError(f"Held until then it could not be done in time; its latest start is {last}.")
