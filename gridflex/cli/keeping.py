"""``gridflex backup``, ``verify`` and ``prune``: for whoever keeps the database; safe beside a running app."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path
from typing import Any, TextIO

from gridflex.domain import format as fmt

FAILED = 1


def add_to(commands: Any) -> None:
    """Add the commands to the subparsers of ``gridflex``."""
    backup = commands.add_parser("backup", help="copy the SQLite database while it is in use, and prove the copy")
    backup.add_argument("file", type=Path, help="where to; must not be there yet")
    backup.set_defaults(run=run_backup)
    verify = commands.add_parser("verify", help="verify every audit trail in the database")
    verify.set_defaults(run=run_verify)
    prune = commands.add_parser("prune", help="forget workspaces that nobody visits any more")
    prune.add_argument(
        "--older-than", type=_days, metavar="DAYS", help="days without a visit (GRIDFLEX_RETENTION_DAYS)"
    )
    prune.set_defaults(run=run_prune)


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= 36_500:
        raise argparse.ArgumentTypeError("a whole number from 1 to 36500")
    return days


def run_backup(options: argparse.Namespace, out: TextIO) -> int:
    """Says what the copy holds."""
    from gridflex.settings import read_settings
    from gridflex.store.backup import back_up

    proof = back_up(read_settings().database(), options.file)
    print(f"{options.file}: {_held(proof.trails, proof.rows)}", file=out)
    return 0


def run_verify(_: argparse.Namespace, out: TextIO) -> int:
    """A line for each trail that is broken and a summary; 0, or 1 where one is."""
    from gridflex.settings import read_settings
    from gridflex.store.backup import prove
    from gridflex.store.database import Database

    database = Database(read_settings().database())
    try:
        proof = prove(database)
    finally:
        database.dispose()
    print(*(f"broken  {fault}" for fault in proof.broken), _held(proof.trails, proof.rows), sep="\n", file=out)
    return FAILED if proof.broken else 0


def run_prune(options: argparse.Namespace, out: TextIO) -> int:
    """Says what was forgotten."""
    from gridflex.services.keeping import pruned_words
    from gridflex.settings import read_settings
    from gridflex.sources.http import utc_now
    from gridflex.store.database import Database
    from gridflex.store.retention import prune

    settings = read_settings()
    database = Database(settings.database())
    try:
        days = options.older_than or settings.retention_days
        print(pruned_words(prune(database, utc_now(), timedelta(days=days))), file=out)
    finally:
        database.dispose()
    return 0


def _held(trails: int, rows: int) -> str:
    return f"{fmt.plural(trails, 'trail')} with {fmt.plural(rows, 'row')}: verified."
