"""Small queues built by hand: each job a row of (kW, half-hours, earliest, latest)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from gridflex.markets.products import PRODUCTS, Product
from gridflex.planning.queue import Queue, whole_slots

Row = tuple[float, float, int, int]


def product(code: str) -> Product:
    """The availability product that is called ``code``."""
    (found,) = (one for one in PRODUCTS if one.code == code)
    return found


def _queue(rows: Sequence[Row], *, interruptible: bool = True, fixed: Sequence[int] = ()) -> Queue:
    power, length, earliest, latest = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    first = earliest.astype(np.int64)
    held = np.isin(np.arange(len(rows)), list(fixed))
    return Queue(
        job_id=np.array([f"job-{i}" for i in range(len(rows))], dtype=object),
        power_kw=power,
        length=length,
        slots=whole_slots(length),
        earliest=first,
        latest=latest.astype(np.int64),
        baseline=first.copy(),
        fixed=held,
        critical=held,
        interruptible=np.full(len(rows), interruptible),
        late=np.zeros(len(rows), np.bool_),
    )


@pytest.fixture
def queue_of() -> Callable[..., Queue]:
    """Builds a queue from rows of (kW, half-hours, earliest, latest start)."""
    return _queue
