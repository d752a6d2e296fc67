"""What a journey leaves behind: its steps for the page, its entries for the audit trail, its state to go on from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from gridflex.beckn.candidates import Candidate, Choice, Workload
from gridflex.beckn.client import Exchange
from gridflex.beckn.joining import Unread
from gridflex.beckn.orders import Order
from gridflex.beckn.states import State
from gridflex.beckn.terms import Terms
from gridflex.beckn.vocabulary import Action
from gridflex.domain.jobs import UtcTime


class Step(BaseModel):
    """One step of the timeline: what was asked and answered, in a sentence and in full.

    ``problem`` is the name of the error, empty where the step came off. ``state`` is the
    journey's state after it. ``ms`` is 0 for a step that asked nobody.
    """

    model_config = ConfigDict(frozen=True)

    action: str
    state: State
    at: UtcTime
    sentence: str
    problem: str = ""
    ms: float = 0.0
    http_status: int = 0
    message_id: str = ""
    signed: str = ""
    verified: str = ""
    request: str = ""
    answer: str = ""

    @property
    def ok(self) -> bool:
        """Whether the step came off."""
        return not self.problem


@dataclass(frozen=True)
class AuditEntry:
    """One exchange or transition, for the audit trail; hashes are of the exact bytes, empty where none went."""

    at: datetime
    action: str
    transaction_id: str
    message_id: str
    order_id: str
    before: State
    after: State
    request_sha256: str
    answer_sha256: str
    http_status: int
    latency_ms: float
    detail: str


Audit = Callable[[AuditEntry], None]
"""Must have kept the entry when it returns: the new state is taken on only then."""


class Doubt(BaseModel):
    """An action whose outcome is not known. It may be sent again after ``resend_after``; None: never.

    ``event_id`` is what an update answers to: a status that names it tells that the update was taken.
    """

    model_config = ConfigDict(frozen=True)

    action: Action
    resend_after: UtcTime | None
    event_id: str = ""


class Alert(BaseModel):
    """The grid has changed under the order: gCO2/kWh and GBP/kWh as they are now said to be."""

    model_config = ConfigDict(frozen=True)

    event_id: str
    kind: str
    severity: str
    message: str
    intensity: float | None
    price: float | None
    answered: bool = False


class Ledger(BaseModel):
    """State of one order of any kind; JSON by ``model_dump``, so that another process can go on."""

    transaction_id: str
    order_id: str
    network: str
    state: State = State.NEW
    bpp_id: str | None = None
    bpp_uri: str | None = None
    discovered_at: UtcTime | None = None
    terms: Terms | None = None
    order: Order | None = None
    doubt: Doubt | None = None
    alert: Alert | None = None
    metrics: dict[str, Any] = Field(default_factory=dict)
    steps: list[Step] = Field(default_factory=list)


class Record(Ledger):
    """State of a journey to an energy window."""

    workload: Workload
    candidates: tuple[Candidate, ...] = ()
    unread: tuple[Unread, ...] = ()
    excluded: tuple[str, ...] = ()
    choice: Choice | None = None

    @property
    def chosen(self) -> Candidate | None:
        """The candidate that was chosen."""
        key = self.choice.key if self.choice else None
        return next((candidate for candidate in self.candidates if candidate.window.key == key), None)


def entry_of(exchange: Exchange, record: Ledger, after: State, detail: str) -> AuditEntry:
    """The audit entry of one exchange."""
    return AuditEntry(
        at=exchange.sent_at,
        action=exchange.action.value,
        transaction_id=record.transaction_id,
        message_id=exchange.message_id,
        order_id=record.order_id,
        before=record.state,
        after=after,
        request_sha256=exchange.request_sha256,
        answer_sha256=exchange.answer_sha256 if exchange.answer else "",
        http_status=exchange.status,
        latency_ms=exchange.ms,
        detail=detail,
    )


def step_of(exchange: Exchange, state: State, sentence: str, problem: str) -> Step:
    """The timeline's step of one exchange."""
    return Step(
        action=exchange.action.value,
        state=state,
        at=exchange.sent_at,
        sentence=sentence,
        problem=problem,
        ms=exchange.ms,
        http_status=exchange.status,
        message_id=exchange.message_id,
        signed=exchange.signed,
        verified=exchange.verified,
        request=exchange.request.decode(),
        answer=as_text(exchange.answer),
    )


def as_text(body: bytes) -> str:
    """A body for people and databases: what is no text is shown as a replacement character."""
    return body.decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")


def entry_of_move(record: Ledger, step: Step, answer: bytes = b"") -> AuditEntry:
    """The audit entry of a step that sent nothing: a decision of ours, or a message that was pushed to us."""
    return AuditEntry(
        at=step.at,
        action=step.action,
        transaction_id=record.transaction_id,
        message_id=step.message_id,
        order_id=record.order_id,
        before=record.state,
        after=step.state,
        request_sha256="",
        answer_sha256=sha256(answer).hexdigest() if answer else "",
        http_status=0,
        latency_ms=0.0,
        detail=f"{step.action}: {step.sentence}",
    )
