"""The two serialisers: ``deg`` is the model as it stands, ``core`` what the core schema validates."""

from __future__ import annotations

import json
from typing import Any

from gridflex.beckn.messages import Envelope
from gridflex.beckn.vocabulary import CORE_IRI, CORE_WORDS, Action, Dialect, order_status

Json = dict[str, Any]

_PRICED_PER_KWH = {"unitText": "kWh", "unitCode": "KWH", "unitQuantity": 1}
_CHANNELS = frozenset({"PHONE", "EMAIL", "WEB", "CHAT", "WHATSAPP", "IN_APP"})


def write(envelope: Envelope, dialect: Dialect) -> bytes:
    """The exact bytes of a message, serialised once: what is signed is what is sent."""
    message = envelope.message.to_wire()
    action = envelope.context.action
    if dialect is Dialect.CORE:
        message = _core_message(action, message)
    elif action == Action.UPDATE and "order" in message:
        message["order"].pop("beckn:orderItems", None)
    body = {"context": envelope.context.model_dump(mode="json", exclude_none=True), "message": message}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _core_message(action: str, message: Json) -> Json:
    if "order" in message:
        return {**message, "order": _core_order(message["order"])}
    if "catalogs" in message:
        return {**message, "catalogs": [_core_catalog(catalog) for catalog in message["catalogs"]]}
    if action == Action.RATING:
        return _core_rating(message)
    if "support" in message:
        return {**message, "support": _core_support(message["support"])}
    return message


def _core_order(order: Json) -> Json:
    if "beckn:orderStatus" not in order:
        return {"beckn:id": order["beckn:id"]}
    status = order_status(order["beckn:orderStatus"])
    order = order | {"beckn:orderStatus": CORE_WORDS.get(status, status.value), "beckn:buyer": _core_buyer(order)}
    if "beckn:invoice" in order:
        order["beckn:invoice"] = order["beckn:invoice"].get("beckn:id") or f"invoice-{order['beckn:id']}"
    if "beckn:payment" in order:
        order["beckn:payment"] = _core_payment(order["beckn:payment"], order["beckn:id"])
    if "beckn:fulfillment" in order:
        order["beckn:fulfillment"] = _core_fulfillment(order["beckn:fulfillment"])
    order["beckn:orderItems"] = [_core_line(line) for line in order.get("beckn:orderItems", [])]
    return order


def _core_buyer(order: Json) -> Json:
    name = order.get("beckn:invoice", {}).get("schema:customer", {}).get("legalName")
    buyer = {"@context": CORE_IRI, "@type": "beckn:Buyer", "beckn:id": order["beckn:buyer"], "beckn:role": "BUYER"}
    return buyer | {"beckn:displayName": name} if name else buyer


def _core_payment(payment: Json, order_id: str) -> Json:
    return {
        "@context": CORE_IRI,
        "@type": "beckn:Payment",
        "beckn:id": payment.get("beckn:id", f"payment-{order_id}"),
        "beckn:paymentStatus": payment.get("beckn:paymentStatus", "PENDING"),
        "beckn:paymentAttributes": {
            key: value for key, value in payment.items() if key not in ("beckn:id", "beckn:paymentStatus")
        },
    }


def _core_fulfillment(fulfillment: Json) -> Json:
    renamed = {
        ("beckn:fulfillmentStatus" if key == "beckn:status" else key): value for key, value in fulfillment.items()
    }
    return renamed | {"beckn:mode": "RESERVATION"}


def _core_line(line: Json) -> Json:
    line = line | {"beckn:quantity": {"unitText": "slot", "unitCode": "EA", "unitQuantity": line["beckn:quantity"]}}
    if "beckn:acceptedOffer" in line:
        line["beckn:acceptedOffer"] = _core_offer(line["beckn:acceptedOffer"])
    return line


def _core_offer(offer: Json) -> Json:
    price = dict(offer.get("beckn:price", {}))
    if "price" in price:
        price["value"] = price.pop("price")
    return offer | {"beckn:price": price | {"applicableQuantity": _PRICED_PER_KWH}}


def _core_catalog(catalog: Json) -> Json:
    return catalog | {
        "beckn:isActive": True,
        "beckn:items": [item | {"beckn:isActive": True} for item in catalog["beckn:items"]],
        "beckn:offers": [_core_offer(offer) for offer in catalog["beckn:offers"]],
    }


def _core_rating(rating: Json) -> Json:
    core = {"value": "ratingValue", "best": "bestRating", "worst": "worstRating"}
    return {core.get(key, key): value for key, value in rating.items()} | {"category": "order"}


def _core_support(support: Json) -> Json:
    upper = [channel.upper() for channel in support.get("channels", [])]
    return support | {"channels": [channel if channel in _CHANNELS else "OTHER" for channel in upper]}
