"""Exchanges over Beckn as rows of the audit trail: our side as the buyer, and our side as a provider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gridflex.beckn.provider.desk import Served
from gridflex.beckn.record import AuditEntry
from gridflex.store.chain import Entry, Row

KIND = "beckn"
BUYER, PROVIDER = "buyer", "provider"


def buyer_entry(said: AuditEntry, tags: Mapping[str, str]) -> Entry:
    """One exchange or transition of a journey; ``tags`` say whose it is (job, network, who buys)."""
    return Entry(
        KIND,
        said.order_id,
        {
            "side": BUYER,
            "action": said.action,
            "sentence": said.detail,
            "transaction_id": said.transaction_id,
            "message_id": said.message_id,
            "order_id": said.order_id,
            "before": said.before.value,
            "after": said.after.value,
            "request_sha256": said.request_sha256,
            "answer_sha256": said.answer_sha256,
            "http_status": said.http_status,
            "latency_ms": round(said.latency_ms, 3),
            **tags,
        },
    )


def provider_entry(served: Served, provider: str) -> Entry:
    """One request that a provider of ours has answered or refused."""
    return Entry(
        KIND,
        served.order_id,
        {
            "side": PROVIDER,
            "provider": provider,
            "action": served.action,
            "sentence": f"{provider} served {served.action} of {served.buyer}: {served.outcome}",
            "transaction_id": served.transaction_id,
            "message_id": served.message_id,
            "order_id": served.order_id,
            "request_sha256": served.request_sha256,
            "answer_sha256": served.answer_sha256,
            "outcome": served.outcome,
        },
    )


@dataclass(frozen=True)
class BothSides:
    """One message as buyer and provider noted it; ``agree`` says that both saw the same bytes."""

    action: str
    message_id: str
    asked: str
    served: str

    @property
    def agree(self) -> bool:
        """Whether request and answer have the same hashes on both sides."""
        return bool(self.asked) and self.asked == self.served


def both_sides(rows: Sequence[Row], transaction_id: str) -> list[BothSides]:
    """The messages of one transaction that reached a provider of ours, oldest first."""
    messages: dict[str, dict[str, str]] = {}
    for row in reversed(rows):
        said = row.data or {}
        if said.get("transaction_id") == transaction_id and said["message_id"]:
            seen = messages.setdefault(said["message_id"], {"action": said["action"]})
            seen[said["side"]] = f"{said['request_sha256']} {said['answer_sha256']}"
    return [
        BothSides(seen["action"], message_id, seen.get(BUYER, ""), seen[PROVIDER])
        for message_id, seen in messages.items()
        if PROVIDER in seen
    ]
