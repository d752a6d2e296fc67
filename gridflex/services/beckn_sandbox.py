"""Our own providers as one workspace meets them: what they remember is on disk before they answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import RLock

from gridflex.beckn.client import Client, Clock
from gridflex.beckn.embedded import NAME, embedded_client
from gridflex.beckn.messages import Envelope, OrderMessage
from gridflex.beckn.parties import Buyer
from gridflex.beckn.provider.base import BaseProvider
from gridflex.beckn.provider.desk import Served
from gridflex.beckn.provider.misbehaviour import Misbehaviour
from gridflex.beckn.vocabulary import Dialect, Mode
from gridflex.beckn.wire import Plain
from gridflex.errors import Conflict, Forgotten
from gridflex.services.beckn_trail import provider_entry
from gridflex.store.orders import Orders
from gridflex.store.trail import Trail

_LOCKS = tuple(RLock() for _ in range(64))
"""A workspace's requests are served one after the other; its id says by which lock."""


@dataclass(frozen=True)
class TestBench:
    """How the embedded network is to be spoken to, and what it is told to do wrong."""

    __test__ = False  # no test, though pytest would take it for one by its name

    mode: Mode = Mode.ASYNC
    dialect: Dialect = Dialect.DEG
    misbehaviour: Misbehaviour = Misbehaviour.NONE


@dataclass(frozen=True, eq=False)
class Books:
    """Where one workspace's providers keep their books and their side of the trail."""

    workspace_id: str
    orders: Orders
    trail: Trail
    clock: Clock

    def client(
        self, provider: BaseProvider, bench: TestBench, *, buyer: Buyer | None = None, name: str = NAME
    ) -> Client:
        """A client whose network is this provider, with its memory. Its answers raise StoreError if the store fails."""
        kept = _Remembered(provider, self)
        return embedded_client(
            kept,
            self.clock,
            mode=bench.mode,
            dialect=bench.dialect,
            buyer=buyer,
            name=name,
            trail=self._note(provider.subscriber_id),
        )

    def _note(self, provider: str) -> Callable[[Served], None]:
        def note(served: Served) -> None:
            self.trail.append(self.workspace_id, served.at, [provider_entry(served, provider)])

        return note


class _Remembered:
    """A provider that takes its books up before it answers and has put them down when it does."""

    def __init__(self, inner: BaseProvider, books: Books) -> None:
        self.subscriber_id, self.uri = inner.subscriber_id, inner.uri
        self._inner, self._books = inner, books

    def answer(self, envelope: Envelope, now: datetime) -> Plain:
        """The inner provider's answer."""
        with _LOCKS[hash(self._books.workspace_id) % len(_LOCKS)]:
            while True:
                try:
                    return self._answer(envelope, now)
                except Forgotten:
                    raise
                except Conflict:
                    continue  # another instance has served this workspace meanwhile

    def _answer(self, envelope: Envelope, now: datetime) -> Plain:
        orders, place = self._books.orders, (self._books.workspace_id, self.subscriber_id)
        if remembered := orders.books(*place):
            self._inner.restore(remembered)
        said = self._inner.answer(envelope, now)
        orders.keep_books(*place, self._inner.to_dict(), remembered)
        return said

    def keeps_silent(self, envelope: Envelope) -> bool:
        """As the inner provider."""
        return self._inner.keeps_silent(envelope)

    def pushed(self, envelope: Envelope, now: datetime) -> OrderMessage | None:
        """As the inner provider."""
        return self._inner.pushed(envelope, now)
