"""A served app to measure: started on a free port, watched, stopped."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

ROOT = Path(__file__).resolve().parent.parent.parent


class Served:
    """``streamlit run`` of a script in its own process; RSS in MB. ``log`` is where its log goes, else to ours.

    ``more`` is what its environment has besides.
    """

    def __init__(self, script: str, log: IO[bytes] | None = None, **more: str) -> None:
        self._data = TemporaryDirectory()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {**os.environ, "GRIDFLEX_CARBON_API_URL": "", "GRIDFLEX_DATA_DIR": self._data.name, **more}
        command = [sys.executable, "-m", "streamlit", "run", script, f"--server.port={self.port}"]
        began = time.perf_counter()
        self._process = subprocess.Popen(
            [*command, "--server.address=127.0.0.1"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=log
        )
        self._await_health()
        self.seconds_to_health = time.perf_counter() - began

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def rss_mb(self) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._data.cleanup()

    def _await_health(self) -> None:
        for _ in range(200):
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"the app on port {self.port} did not come up")
