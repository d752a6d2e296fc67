"""Will what is written still be there after a restart? Said in a sentence for the System page."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

_TEMPORARY = {
    "tmpfs": "is memory: lost when the machine restarts",
    "ramfs": "is memory: lost when the machine restarts",
    "overlay": "lies inside the container: lost when the container is replaced",
    "aufs": "lies inside the container: lost when the container is replaced",
}
_PROBE_BYTES = 256 * 1024
"""More than an empty database takes, so that a full disk is noticed here."""


@dataclass(frozen=True, slots=True)
class Durability:
    """``note`` is a sentence: where the trail is kept, and what would lose it."""

    durable: bool
    note: str

    @property
    def word(self) -> str:
        """The word on the System page."""
        return "durable" if self.durable else "temporary"


def of_directory(directory: Path, mounts: Path = Path("/proc/self/mountinfo")) -> Durability:
    """Durable unless the directory's file system is known to be temporary (known on Linux alone)."""
    table = mounts.read_text() if mounts.exists() else ""
    if loss := _TEMPORARY.get(file_system(directory, table)):
        return Durability(False, f"Kept in {directory}, which {loss}.")
    return Durability(True, f"Kept in {directory}.")


def file_system(directory: Path, mountinfo: str) -> str:
    """Type of the file system that holds ``directory``, empty if unknown.

    ``mountinfo`` is in the form of proc_pid_mountinfo(5): the mount point is the fifth field,
    the type the first one after a lone hyphen; the last of the longest points counts.
    """
    depth, found = 0, ""
    for line in mountinfo.splitlines():
        fields = line.split(" ")
        point = Path(fields[4].replace("\\040", " "))
        if len(point.parts) >= depth and directory.resolve().is_relative_to(point):
            depth, found = len(point.parts), fields[fields.index("-") + 1]
    return found


def obstacle(file: Path) -> str:
    """Why a database cannot be kept in ``file``; empty when it can. Creates the directory."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=file.parent) as probe:
            probe.write(bytes(_PROBE_BYTES))
    except OSError as problem:
        return problem.strerror or str(problem)
    # Opening the file itself here would drop the locks SQLite holds on it in this process.
    return "" if os.access(file, os.W_OK) or not file.exists() else "the file is read-only"
