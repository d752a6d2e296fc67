"""What the load says of memory and of the server's log."""

from __future__ import annotations

import pytest

from benchmarks.load.__main__ import UNWELL, latencies, slope_mb_per_min


def test_the_slope_is_of_the_time_after_the_warm_up() -> None:
    warming = [(5.0 * n, 200.0 + 10 * n) for n in range(40)]
    flat = [(200 + 5.0 * n, 600.0 + 2.5 * n / 12) for n in range(60)]
    assert slope_mb_per_min(warming + flat) == pytest.approx(2.5)


def test_a_row_has_the_quantiles_of_its_steps() -> None:
    row = latencies("open queue", [float(n) for n in range(1, 101)], 0)
    assert (row["count"], row["p50, ms"], row["p95, ms"], row["p99, ms"]) == (100, 51.0, 96.0, 100.0)


@pytest.mark.parametrize(
    ("line", "unwell"),
    [
        (b'{"severity": "INFO", "message": "WARNING"}', False),
        (b'{"severity": "ERROR"}', True),
        (b"Traceback (most", True),
    ],
)
def test_the_servers_log_is_read_for_warnings(line: bytes, unwell: bool) -> None:
    assert bool(UNWELL.search(line)) is unwell
