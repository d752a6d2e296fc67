"""Where it is kept, and whether it lasts there."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridflex.store.durability import file_system, obstacle, of_directory

MOUNTS = """\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw
30 22 0:26 / /tmp rw,nosuid - tmpfs tmpfs rw,size=8G
31 30 254:1 / /tmp/keep rw master:1 propagate_from:2 - xfs /dev/vdb rw
32 22 0:30 / /mnt/my\\040disk rw - ramfs ramfs rw
33 22 0:31 / /over rw - ext4 /dev/vdc rw
34 33 0:32 / /over rw - overlay overlay rw
"""


@pytest.mark.parametrize(
    ("directory", "kind"),
    [
        ("/srv/data", "ext4"),
        ("/tmp", "tmpfs"),
        ("/tmp/a/b", "tmpfs"),
        ("/tmpfile", "ext4"),
        ("/tmp/keep/data", "xfs"),
        ("/mnt/my disk", "ramfs"),
        ("/over/x", "overlay"),
    ],
)
def test_the_deepest_and_last_mount_counts(directory: str, kind: str) -> None:
    assert file_system(Path(directory), MOUNTS) == kind


def test_nothing_known_of_mounts_is_no_alarm(tmp_path: Path) -> None:
    kept = of_directory(tmp_path, mounts=tmp_path / "missing")
    assert (kept.durable, kept.word, kept.note) == (True, "durable", f"Kept in {tmp_path}.")


@pytest.mark.parametrize(("kind", "reason"), [("tmpfs", "is memory"), ("overlay", "inside the container")])
def test_a_temporary_file_system_is_said(tmp_path: Path, kind: str, reason: str) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 0:1 / / rw - {kind} none rw\n")
    kept = of_directory(tmp_path, mounts)
    assert (kept.durable, kept.word) == (False, "temporary")
    assert reason in kept.note


def test_memory_is_recognised_on_this_machine() -> None:
    shared_memory = Path("/dev/shm")
    if not shared_memory.is_dir():
        pytest.skip("no shared memory is mounted here")
    assert not of_directory(shared_memory).durable


def test_a_directory_that_can_be_written_is_no_obstacle(tmp_path: Path) -> None:
    assert obstacle(tmp_path / "new" / "deep" / "gridflex.sqlite3") == ""
    assert list((tmp_path / "new" / "deep").iterdir()) == []


def test_a_directory_that_cannot_be_is_one(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert obstacle(tmp_path / "file" / "gridflex.sqlite3") == "File exists"
    assert obstacle(Path("/proc/nowhere/gridflex.sqlite3")) != ""
