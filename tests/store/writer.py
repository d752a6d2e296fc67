"""A process that appends three rows at a time and says, once they are on disk, how many the trail has.

Run as ``python -m tests.store.writer URL WORKSPACE THREADS APPENDS``.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from gridflex.store.chain import Entry
from gridflex.store.database import Database
from gridflex.store.trail import Trail

NOW = datetime(2026, 1, 8, 17, 0, tzinfo=UTC)
ROWS = [Entry("decision", f"job-{n}", {"padding": "x" * 500}) for n in range(3)]


def append(trail: Trail, workspace: str, appends: int) -> None:
    for _ in range(appends):
        sys.stdout.write(f"{trail.append(workspace, NOW, ROWS).count}\n")
        sys.stdout.flush()


def main(url: str, workspace: str, threads: int, appends: int) -> None:
    database = Database(url)
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(append, Trail(database), workspace, appends) for _ in range(threads)]:
            done.result()
    database.dispose()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
