"""Sends notices in the background, so that no page waits for a receiver, and logs what became of each."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from threading import Lock

from gridflex.errors import InputError, StoreError
from gridflex.notify.rules import Notice, Rule
from gridflex.notify.webhook import Outcome, Sender
from gridflex.services.watching import trial
from gridflex.store.deliveries import Deliveries, Delivery

WORKERS = 4
MOST_WAITING, MOST_OF_ONE = 200, 10
"""Notices that wait or are under way, of all workspaces and of one: a rule each."""
A_MINUTE = 6
"""Notices of one rule that are sent within a minute."""
CLOSE_S = 5.0
TESTS_PER_MINUTE = 5
TESTS_AT_ONCE = 8
"""Of all workspaces: each holds a thread of the API for as long as its receiver is silent."""

_log = logging.getLogger("gridflex.notices")


class Notifier:
    """One for the process. What is too much is dropped, and the log of deliveries says why.

    ``clock`` gives seconds that never go back.
    """

    def __init__(self, sender: Sender, log: Deliveries, clock: Callable[[], float] = time.monotonic) -> None:
        self._sender, self._deliveries, self._clock = sender, log, clock
        self._pool = ThreadPoolExecutor(WORKERS, "notice")
        self._testing, self._lock = Counter[str](), Lock()
        self._begun: dict[Future[Delivery], Notice] = {}
        self._sent: list[tuple[float, str]] = []
        self._closed = False

    def send(self, notices: Sequence[Notice]) -> None:
        """Begin to deliver them; waits for no receiver."""
        for notice in notices:
            with self._lock:
                why = self._why_not(notice)
                if not why:
                    self._sent.append((self._clock(), notice.rule.id))
                    future = self._pool.submit(self._deliver, notice)
                    self._begun[future] = notice
            if why:
                self._note(notice, Outcome("dropped", why, 0))
            else:
                future.add_done_callback(self._ended)

    def test(self, rule: Rule, workspace_id: str, now: datetime) -> Delivery:
        """Send a test and wait for its end. Raises InputError for too many, in a minute or at once."""
        with self._lock:  # the log knows a test only once it has come to its end
            sent = self._deliveries.tests_since(workspace_id, now - timedelta(minutes=1))
            if sent + self._testing[workspace_id] >= TESTS_PER_MINUTE:
                raise InputError(f"At most {TESTS_PER_MINUTE} tests are sent in a minute; try again in a moment.")
            if self._testing.total() >= TESTS_AT_ONCE:
                raise InputError("Other tests wait for their receivers; try again in a moment.")
            self._testing[workspace_id] += 1
        try:
            return self._deliver(trial(rule, workspace_id, now))
        finally:
            with self._lock:
                self._testing -= Counter([workspace_id])

    def close(self, wait_s: float = CLOSE_S) -> None:
        """Begin nothing more, and wait at most ``wait_s`` seconds for what is under way.

        What still waits for its turn is dropped. What is under way longer is logged by its own thread, in some
        twenty seconds at most.
        """
        end = time.monotonic() + wait_s
        with self._lock:
            self._closed, begun = True, dict(self._begun)
        self._pool.shutdown(wait=False, cancel_futures=True)
        for future, notice in begun.items():
            if future.cancelled() and time.monotonic() < end:
                self._note(notice, Outcome("dropped", "the app was stopped before it was sent", 0))
        under_way = [future for future in begun if not future.cancelled()]
        wait(under_way, max(0.0, end - time.monotonic()))

    def _why_not(self, notice: Notice) -> str:
        """Why a notice is not sent; empty where it is. The lock is held."""
        if self._closed:
            return "the app was stopped before it was sent"
        since = self._clock() - 60
        self._sent = [(at, rule) for at, rule in self._sent if at > since]
        if sum(rule == notice.rule.id for _, rule in self._sent) >= A_MINUTE:
            return f"its rule has sent {A_MINUTE} within a minute, which is the most"
        if sum(other.workspace_id == notice.workspace_id for other in self._begun.values()) >= MOST_OF_ONE:
            return f"{MOST_OF_ONE} notices of this workspace wait for their receivers, which is the most"
        if len(self._begun) >= MOST_WAITING:
            return f"{MOST_WAITING} notices of all workspaces wait for their receivers, which is the most"
        return ""

    def _ended(self, future: Future[Delivery]) -> None:
        with self._lock:
            del self._begun[future]

    def _deliver(self, notice: Notice) -> Delivery:
        return self._note(notice, self._sender.deliver(notice))

    def _note(self, notice: Notice, found: Outcome) -> Delivery:
        one = Delivery(
            notice.id,
            notice.workspace_id,
            notice.rule.id,
            notice.at,
            notice.sentence,
            notice.test,
            found.status,
            found.reason,
            found.attempts,
        )
        try:
            self._deliveries.note(one)
        except StoreError as problem:  # it was delivered or not all the same; nobody waits for this thread
            _log.warning("a delivery could not be logged", extra={"fields": {"reason": str(problem)}})
        return one
