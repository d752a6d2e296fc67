"""``gridflex check``: verify the configuration a start would use, a line a part, and exit."""

from __future__ import annotations

import argparse
from typing import Any, TextIO

from gridflex.domain import format as fmt

FAILED = 1


def add_to(commands: Any) -> None:
    """Add the command to the subparsers of ``gridflex``."""
    parser = commands.add_parser("check", help="verify the configuration and exit", description=__doc__)
    parser.set_defaults(run=run)


def run(_: argparse.Namespace, out: TextIO) -> int:
    """A line a finding; 0, or 1 where the app could not start or not keep what it decides."""
    import stamina.instrumentation

    from gridflex.services.checkup import Verdict, checkup
    from gridflex.sources.http import utc_now

    stamina.instrumentation.set_on_retry_hooks([])  # the finding tells of it
    found = []
    for finding in checkup(utc_now):
        print(f"{finding.verdict:<8} {finding.part:<15} {finding.sentence}", file=out, flush=True)
        found.append(finding.verdict)
    failed, warned = found.count(Verdict.FAILED), found.count(Verdict.WARNING)
    print(f"{fmt.plural(len(found), 'part')} checked: {failed} failed, {fmt.plural(warned, 'warning')}.", file=out)
    return FAILED if failed else 0
