"""Many backtests at once, over thresholds, regions or years: here, or on a Dask cluster with the same answer.

Dask is an extra (``pip install "dask[distributed]"``) and is imported only when it is used.
A task is one study; a worker that dies costs nothing but its time, the task is done again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from gridflex.backtest.runner import run
from gridflex.backtest.study import STANDARD, Contender, Study
from gridflex.errors import InputError, PlanError

RETRIES = 3


@dataclass(frozen=True, eq=False)
class Point:
    """One study of a sweep, with the labels it stands under, such as (("region", "London"), ("year", "2023"))."""

    labels: tuple[tuple[str, str], ...]
    study: Study
    contenders: tuple[Contender, ...] = STANDARD


Row = dict[str, object]


def rows_of(point: Point) -> list[Row]:
    """One row a contender: the point's labels and the result's table."""
    result = run(point.study, point.contenders).result
    assert result is not None, "nothing stops it here"
    table = result.table()
    count = len(next(iter(table.values())))
    return [dict(point.labels) | {name: column[at] for name, column in table.items()} for at in range(count)]


def sweep_here(points: Sequence[Point], tell: Callable[[float], None] = lambda share: None) -> list[Row]:
    """All points, one after another in this process."""
    rows: list[Row] = []
    for number, point in enumerate(points):
        rows += rows_of(point)
        tell((number + 1) / len(points))
    return rows


def sweep_on_dask(
    points: Sequence[Point],
    address: str | None = None,
    workers: int = 2,
    tell: Callable[[float], None] = lambda share: None,
) -> list[Row]:
    """All points on a cluster: the one at ``address``, else one of ``workers`` processes on this machine.

    Raises InputError where Dask is not installed, PlanError where a task fails again and again.
    """
    try:
        distributed: Any = import_module("dask.distributed")
    except ImportError:
        raise InputError('a sweep on a cluster needs Dask: pip install "dask[distributed]"') from None
    with _client(distributed, address, workers) as client:
        futures = [client.submit(rows_of, point, retries=RETRIES, pure=False) for point in points]
        for done, future in enumerate(distributed.as_completed(futures), start=1):
            if future.status == "error":
                raise PlanError(f"A study of the sweep could not be run: {future.exception()}")
            tell(done / len(points))
        return [row for rows in client.gather(futures) for row in rows]


@contextmanager
def _client(distributed: Any, address: str | None, workers: int) -> Iterator[Any]:
    if address is not None:
        with distributed.Client(address) as client:
            yield client
        return
    with local_cluster(distributed, workers) as cluster, distributed.Client(cluster) as client:
        yield client


def local_cluster(distributed: Any, workers: int) -> Any:
    """``workers`` processes on this machine, reached over loopback alone."""
    return distributed.LocalCluster(
        n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    )
