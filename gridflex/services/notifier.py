"""Sends notices in the background, so that no page waits for a receiver, and logs what became of each."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Lock

from gridflex.errors import InputError, StoreError
from gridflex.notify.rules import Notice, Rule
from gridflex.notify.webhook import Sender
from gridflex.services.watching import trial
from gridflex.store.deliveries import Deliveries, Delivery

WORKERS = 4
TESTS_PER_MINUTE = 5
TESTS_AT_ONCE = 8
"""Of all workspaces: each holds a thread of the API for as long as its receiver is silent."""

_log = logging.getLogger("gridflex.notices")


class Notifier:
    """One for the process. ``close`` waits for what was begun: each notice takes some twenty seconds at most."""

    def __init__(self, sender: Sender, log: Deliveries) -> None:
        self._sender, self._deliveries = sender, log
        self._pool = ThreadPoolExecutor(WORKERS, "notice")
        self._testing, self._lock = Counter[str](), Lock()

    def send(self, notices: Sequence[Notice]) -> None:
        """Begin to deliver them; returns at once."""
        for notice in notices:
            self._pool.submit(self._deliver, notice)

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

    def close(self) -> None:
        """Wait for what was begun, and begin nothing more."""
        self._pool.shutdown(wait=True)

    def _deliver(self, notice: Notice) -> Delivery:
        found = self._sender.deliver(notice)
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
