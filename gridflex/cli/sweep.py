"""``gridflex sweep``: backtests over thresholds, regions and years, here or on a Dask cluster, as CSV."""

from __future__ import annotations

import argparse
import sys
from datetime import date, timedelta
from typing import Any, TextIO


def add_to(commands: Any) -> None:
    """Add the command to the subparsers of ``gridflex``."""
    parser = commands.add_parser("sweep", help="backtests over thresholds, regions and years", description=__doc__)
    parser.add_argument("--first", type=date.fromisoformat, required=True, help="first UK day, such as 2026-01-01")
    parser.add_argument("--days", type=int, default=30, help="days from it (30)")
    parser.add_argument("--jobs", type=int, default=15, help="demo jobs a day (15)")
    parser.add_argument("--thresholds", type=_numbers, default=(100.0, 150.0, 200.0), help="gCO2/kWh (100,150,200)")
    parser.add_argument("--regions", type=_whole, default=(0,), help="region numbers (0: Great Britain)")
    parser.add_argument("--years", type=_whole, default=(), help="the same days of these years (that of --first)")
    parser.add_argument("--dask", nargs="?", const="", metavar="ADDRESS", help="a cluster; alone: a local one")
    parser.add_argument("--workers", type=int, default=2, help="processes of a local cluster (2)")
    parser.set_defaults(run=run)


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))


def _whole(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def run(options: argparse.Namespace, out: TextIO) -> int:
    """A row a study and policy. Raises InputError for what cannot be run."""
    from gridflex.backtest.study import BEST_WINDOW
    from gridflex.domain.spreadsheet import row_writer
    from gridflex.services.demo_workspace import DEMO_SEED
    from gridflex.services.impact_study import Asked
    from gridflex.services.impact_sweep import points_of, swept
    from gridflex.services.platform import build_platform
    from gridflex.settings import read_settings

    last = options.first + timedelta(days=options.days - 1)
    asked = Asked(options.first, last, 0, options.jobs, (BEST_WINDOW,), DEMO_SEED)
    platform = build_platform(read_settings())
    try:
        years = options.years or (options.first.year,)
        points = points_of(asked, options.thresholds, options.regions, years, platform.record, platform.clock())
        rows = swept(points, options.dask, options.workers, _tell)
    finally:
        platform.close()
    write = row_writer(out, "\n")
    write(rows[0])
    for row in rows:
        write(row.values())
    return 0


def _tell(share: float) -> None:
    if sys.stderr.isatty():
        print(f"\r{share:4.0%}", end="" if share < 1 else "\n", file=sys.stderr, flush=True)
