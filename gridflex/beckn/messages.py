"""Every message of the journey, typed: a context, and a body for each action."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, model_validator

from gridflex.beckn.goods import Catalog
from gridflex.beckn.orders import Order
from gridflex.beckn.times import YEARS
from gridflex.beckn.vocabulary import DOMAIN, TTL, VERSION, Action
from gridflex.beckn.wire import Ident, Named, Number, Plain, Text
from gridflex.domain.halfhours import require_utc


def stamp(moment: datetime) -> str:
    """A time as the protocol writes it: UTC, milliseconds, ``Z``."""
    return require_utc(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _in_our_time(moment: datetime) -> datetime:
    if moment.year not in YEARS:
        raise ValueError(f"the year {moment.year} cannot be meant")
    return moment


class Context(BaseModel):
    """Who speaks to whom about what; ``transaction_id`` spans the journey, ``message_id`` one exchange."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)

    version: Text = VERSION
    action: Ident
    domain: Text = DOMAIN
    timestamp: Annotated[AwareDatetime, AfterValidator(_in_our_time), PlainSerializer(stamp)]
    message_id: Ident
    transaction_id: Ident
    bap_id: Text | None = None
    bap_uri: Text | None = None
    bpp_id: Text | None = None
    bpp_uri: Text | None = None
    ttl: Text = TTL
    schema_context: list[Text] | None = None


class Discover(Plain):
    """Which windows; the provider may filter, we filter again."""

    model_config = ConfigDict(alias_generator=None)

    text_search: str | None = None
    filters: dict[str, Any] | None = None
    spatial: list[dict[str, Any]] | None = None


class OnDiscover(Plain):
    """Catalogues, of one provider or of several."""

    catalogs: list[Catalog]


class OrderMessage(Plain):
    """An order in full."""

    order: Order


class OrderRef(Named):
    """An order by its id, with nothing else that need be true."""

    id: Ident
    order_attributes: dict[str, Any] | None = None


class OrderRefMessage(Plain):
    """Which order a status or cancel is about; some peers write a bare ``order_id``."""

    order: OrderRef

    @model_validator(mode="before")
    @classmethod
    def _bare_id(cls, data: Any) -> Any:
        if isinstance(data, dict) and "order" not in data and "order_id" in data:
            return {"order": {"id": data["order_id"]}}
        return data


class Feedback(Plain):
    """Words beside a rating."""

    comments: str | None = None
    tags: list[str] | None = None


class Rating(Plain):
    """A rating of an order, ``worst`` to ``best``."""

    id: Ident
    value: Number
    best: Number = 5
    worst: Number = 1
    category: str = "grid_service"
    feedback: Feedback | None = None

    @model_validator(mode="before")
    @classmethod
    def _core_names(cls, data: Any) -> Any:
        core = {"ratingValue": "value", "bestRating": "best", "worstRating": "worst"}
        return {core.get(key, key): value for key, value in data.items()} if isinstance(data, dict) else data


class OnRating(Plain):
    """Whether the rating was taken."""

    received: bool = True
    aggregate: dict[str, Any] | None = None
    feedback_form: dict[str, Any] | None = None


class Support(Plain):
    """A question about an order."""

    model_config = ConfigDict(alias_generator=None)

    ref_id: Ident
    ref_type: str = "order"


class SupportContact(Plain):
    """Whom to ask."""

    name: Text | None = None
    phone: Text | None = None
    email: Text | None = None
    url: Text | None = None
    hours: Text | None = None
    channels: list[Text] = Field(default_factory=list)


class OnSupport(Plain):
    """Whom to ask about the order."""

    support: SupportContact


_ORDER_ACTIONS = (Action.SELECT, Action.INIT, Action.CONFIRM, Action.STATUS, Action.UPDATE, Action.CANCEL)

BODIES: dict[str, type[Plain]] = {
    **dict.fromkeys((action.value for action in _ORDER_ACTIONS), OrderMessage),
    **dict.fromkeys((action.answer for action in _ORDER_ACTIONS), OrderMessage),
    Action.DISCOVER.value: Discover,
    Action.STATUS.value: OrderRefMessage,
    Action.CANCEL.value: OrderRefMessage,
    Action.RATING.value: Rating,
    Action.SUPPORT.value: Support,
    Action.DISCOVER.answer: OnDiscover,
    Action.RATING.answer: OnRating,
    Action.SUPPORT.answer: OnSupport,
}
"""The type of ``message`` for each action."""


@dataclass(frozen=True)
class Envelope:
    """A whole message."""

    context: Context
    message: Plain

    @property
    def order(self) -> Order:
        """The order inside. Raises TypeError for a message that carries none."""
        if not isinstance(self.message, OrderMessage):
            raise TypeError(f"{self.context.action} carries no order")
        return self.message.order
