"""``gridflex tick``: the half-hour's work, for cron or a cloud scheduler; safe beside a running app."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, TextIO

from gridflex.domain import format as fmt
from gridflex.errors import GridFlexError

if TYPE_CHECKING:
    from gridflex.services.platform import Platform

FAILED = 1
LONGEST_WAIT_S = 20.0
"""Nobody looks at a page meanwhile: the carbon service may take its time-outs and its retry."""


def add_to(commands: Any) -> None:
    """Add the command to the subparsers of ``gridflex``."""
    parser = commands.add_parser(
        "tick", help="re-plan the workspaces in use, settle what is over and see to orders", description=__doc__
    )
    parser.add_argument("--days", type=_days, default=7.0, help="workspaces visited in the last so many days (7)")
    parser.set_defaults(run=run)


def _days(text: str) -> float:
    days = float(text)
    if not 0 < days <= 3660:
        raise argparse.ArgumentTypeError("a number above 0, at most 3660")
    return days


def run(options: argparse.Namespace, out: TextIO) -> int:
    """A line a workspace and a summary; 0, or 1 where anything failed."""
    from gridflex.services.platform import build_platform
    from gridflex.settings import read_settings

    try:
        platform = build_platform(read_settings(), max_wait_s=LONGEST_WAIT_S)
    except GridFlexError as problem:
        print(problem, file=sys.stderr)
        return FAILED
    try:
        return tick(platform, options.days, out)
    finally:
        platform.close()


def tick(platform: Platform, days: float, out: TextIO) -> int:
    """The work of ``run`` on a platform that is open."""
    from gridflex.services.beckn_tending import tending
    from gridflex.services.keeping import prune_daily
    from gridflex.services.tick import Outcome, tick_all
    from gridflex.store.workspaces import Workspaces

    counted: Counter[Outcome] = Counter()
    settled = 0
    now = platform.clock()
    store, tend = Workspaces(platform.database), tending(platform, waited=True)
    for found in tick_all(store, platform.trail, platform.desk, now, days, tend):
        print(f"{found.workspace_id[:12]}  {found.outcome}: {found.sentence}", file=out)
        counted[found.outcome] += 1
        settled += found.settled
    if said := prune_daily(platform, now):
        print(said, file=out)
    each = ", ".join(f"{counted[outcome]} {outcome}" for outcome in Outcome)
    print(f"{fmt.plural(counted.total(), 'workspace')}: {each}; {fmt.plural(settled, 'run')} settled.", file=out)
    return FAILED if counted[Outcome.FAILED] else 0
