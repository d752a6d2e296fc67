"""Many writers at once, and writers killed at any moment."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from gridflex.store.database import Database
from gridflex.store.trail import Trail

ROOT = Path(__file__).parents[2]


def writer(url: str, *, threads: int, appends: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.writer", url, "w", str(threads), str(appends)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def acknowledged(output: str) -> list[int]:
    """Only whole lines: a process killed while writing may leave half a number."""
    return [int(line) for line in output.splitlines(keepends=True) if line.endswith("\n")]


def test_eight_threads_in_each_of_two_processes_that_start_at_once(url: str) -> None:
    writers = [writer(url, threads=8, appends=5) for _ in range(2)]
    told = []
    for process in writers:
        output, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        told += acknowledged(output)
    assert sorted(told) == list(range(3, 3 * 80 + 1, 3))
    database = Database(url)
    assert Trail(database).verify("w").count == 3 * 80
    database.dispose()


@pytest.mark.parametrize("times", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_kill_9_loses_nothing_that_was_acknowledged(url: str, times: int) -> None:
    database = Database(url)
    trail, seen = Trail(database), 0
    choice = random.Random(9)
    for _ in range(times):
        process = writer(url, threads=2, appends=10**6)
        assert process.stdout is not None
        head = [process.stdout.readline() for _ in range(choice.randrange(1, 40))]
        process.kill()
        rest, _ = process.communicate(timeout=60)
        told = acknowledged("".join(head) + rest)
        verified = trail.verify("w")
        assert max(told) <= verified.count
        assert min(told) > seen
        assert verified.count % 3 == 0, "an append is written whole or not at all"
        seen = verified.count
    database.dispose()
