"""A worker process of a backtest: reads a study, then pieces of it, and writes back what each comes to.

``python -m gridflex.backtest.worker``, started by ``processes`` alone: what it reads and writes are pickles
over its own two pipes. A process of its own kind, as one that is spawned by name would run the page's script.
"""

from __future__ import annotations

import os
import pickle
import sys
import time
from typing import BinaryIO

from gridflex.backtest.units import work

NICER = 10
"""Steps of priority given away, so that pages stay quick."""

EVERY_S = 0.2


class _Line:
    """The way back to who started us."""

    def __init__(self, out: BinaryIO) -> None:
        self._out, self._told = out, 0.0

    def send(self, kind: str, value: object) -> None:
        pickle.dump((kind, value), self._out, pickle.HIGHEST_PROTOCOL)
        self._out.flush()

    def share(self, share: float) -> bool:
        """Tells how far a piece is, a few times a second; who wants it stopped ends the process."""
        if time.monotonic() - self._told > EVERY_S:
            self._told = time.monotonic()
            self.send("share", share)
        return False


def serve(source: BinaryIO, out: BinaryIO) -> None:
    """Work until there are no more pieces."""
    line = _Line(out)
    study = pickle.load(source)
    while True:
        try:
            unit = pickle.load(source)
        except EOFError:
            return
        line.send("done", work(study, unit, line.share))


if __name__ == "__main__":
    os.nice(NICER)
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever is printed must not end up among the answers
    serve(sys.stdin.buffer, out)
