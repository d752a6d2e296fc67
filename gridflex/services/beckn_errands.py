"""Steps on a real network, taken in the background: a peer may think for half a minute, and a page must not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

WORKERS = 8
UNREPORTED = timedelta(hours=1)
"""After this an errand that came to its end, and that nobody asked about, is forgotten."""


@dataclass(frozen=True)
class Errand:
    """Steps of one journey under way, or done but not yet reported."""

    since: datetime
    future: Future[object]

    @property
    def done(self) -> bool:
        """Whether it has come to its end, well or not."""
        return self.future.done()

    def report(self) -> None:
        """Raises what the steps raised."""
        self.future.result()


class Errands:
    """At most one at a time for each journey, whichever tab asks."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(WORKERS, "beckn-step")
        self._errands: dict[str, Errand] = {}
        self._lock = Lock()

    @property
    def busy(self) -> bool:
        """Whether one more would have to wait for another's end."""
        with self._lock:
            return sum(not errand.done for errand in self._errands.values()) >= WORKERS

    def send(self, transaction_id: str, do: Callable[[], object], now: datetime, *, reported: bool = True) -> Errand:
        """Begin unless the journey is on an errand already; the errand it is on.

        One that is not ``reported`` is forgotten at its end.
        """
        with self._lock:
            for name, errand in list(self._errands.items()):
                if errand.done and errand.since < now - UNREPORTED:
                    del self._errands[name]
            if (under_way := self._errands.get(transaction_id)) is not None:
                return under_way
            begun = self._errands[transaction_id] = Errand(now, self._pool.submit(do))
        if not reported:
            begun.future.add_done_callback(lambda _: self.look(transaction_id))
        return begun

    def look(self, transaction_id: str) -> Errand | None:
        """The journey's errand; one that is done is handed out once."""
        with self._lock:
            found = self._errands.get(transaction_id)
            if found is not None and found.done:
                del self._errands[transaction_id]
            return found

    def close(self) -> None:
        """Begin nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
