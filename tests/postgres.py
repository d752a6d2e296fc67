"""A PostgreSQL server of one's own on a private socket: ``python -m tests.postgres COMMAND…`` runs a command beside it.

The command finds it in GRIDFLEX_TEST_DATABASE_URL. The server runs as an ordinary user: who
tests as root starts it as ``postgres``, the user that Debian's package makes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SETTINGS = "-c listen_addresses= -c fsync=off -c max_connections=200"
"""Nobody pulls the plug of a test's machine; nothing listens on a port."""


@dataclass(frozen=True)
class Server:
    """A server that can be stopped and started again; its data stay."""

    home: Path
    programs: Path

    @property
    def url(self) -> str:
        return f"postgresql://gridflex@/postgres?host={self.home}"

    def start(self) -> None:
        options = f"{SETTINGS} -c unix_socket_directories={self.home}"
        self._run("pg_ctl", "start", "-w", "-D", self._data, "-l", str(self.home / "log"), "-o", options)

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "stop", "-w", "-m", mode, "-D", self._data)

    def make(self) -> None:
        self._run("initdb", "-D", self._data, "-U", "gridflex", "-A", "trust", "-N", "-E", "UTF8", "--no-locale")

    @property
    def _data(self) -> str:
        return str(self.home / "data")

    def _run(self, program: str, *arguments: str) -> None:
        other = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
        command = [str(self.programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.home, **other)  # type: ignore[call-overload]


def programs() -> Path | None:
    """Where the server's programs are; None where it is not installed."""
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    return max((path.parent for path in installed), key=lambda path: int(path.parent.name), default=None)


@contextmanager
def running(found: Path) -> Iterator[Server]:
    """A new server, gone with everything in it at the end."""
    with tempfile.TemporaryDirectory(prefix="gridflex-pg-", dir="/tmp") as home:  # a socket's path must be short
        if os.geteuid() == 0:
            shutil.chown(home, "postgres", "postgres")
        server = Server(Path(home), found)
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()


def main(command: list[str]) -> int:
    found = programs()
    if found is None:
        print("PostgreSQL is not installed (Debian: apt-get install postgresql).", file=sys.stderr)
        return 1
    with running(found) as server:
        return subprocess.run(command, env={**os.environ, "GRIDFLEX_TEST_DATABASE_URL": server.url}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
