"""Items joined with their offers, one by one, so that a bad one costs only itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from gridflex.beckn.goods import Catalog, Item, Offer
from gridflex.beckn.reading import explain
from gridflex.errors import InvalidMessage

MAX_READ = 1000
"""Items, offers and pairs of both read of one answer; what is beyond is passed over."""


class Unread(BaseModel):
    """An item or offer that could not be read, and why."""

    model_config = ConfigDict(frozen=True)

    item_id: str
    reason: str


class Keyed(Protocol):
    """What is read: a pair of one item and one offer."""

    @property
    def key(self) -> str:
        """Names the pair among all of an answer."""


T = TypeVar("T", bound=Keyed)
ReadPair = Callable[[Item, Offer, Catalog], T]
"""Raises InvalidMessage for a pair that is not what is looked for."""


def read_pairs(catalogs: Iterable[Catalog], read: ReadPair[T]) -> tuple[tuple[T, ...], tuple[Unread, ...]]:
    """Every item under every offer that names it, as ``read`` takes it; and all that cannot be read."""
    found: dict[str, T] = {}
    unread: list[Unread] = []
    everything = (one for catalog in catalogs for one in _read_catalog(catalog, read))
    for one in islice(everything, MAX_READ):
        if isinstance(one, Unread):
            unread.append(one)
        elif one.key in found:
            unread.append(Unread(item_id=one.key[:80], reason="offered twice under the same ids"))
        else:
            found[one.key] = one
    return tuple(found.values()), tuple(unread)


def _read_catalog(catalog: Catalog, read: ReadPair[T]) -> Iterator[T | Unread]:
    offers, broken = _offers_by_item(catalog.offers)
    yield from broken
    for raw in catalog.items[:MAX_READ]:
        try:
            item = Item.model_validate(raw)
        except ValidationError as error:
            yield Unread(item_id=_id_of(raw), reason=explain(error))
            continue
        joined = offers.get(item.id, ())
        if not joined:
            yield Unread(item_id=item.id, reason="no offer names it, so it has no price")
        for offer in joined:
            yield _read_pair(item, offer, catalog, read)


def _read_pair(item: Item, offer: Offer, catalog: Catalog, read: ReadPair[T]) -> T | Unread:
    try:
        return read(item, offer, catalog)
    except InvalidMessage as error:
        return Unread(item_id=item.id, reason=str(error))
    except ValidationError as error:
        return Unread(item_id=item.id, reason=explain(error))
    except OverflowError:
        return Unread(item_id=item.id, reason="a date in it is out of all bounds")


def _offers_by_item(raw_offers: list[Any]) -> tuple[dict[str, list[Offer]], list[Unread]]:
    by_item: dict[str, list[Offer]] = {}
    broken: list[Unread] = []
    for raw in raw_offers[:MAX_READ]:
        try:
            offer = Offer.model_validate(raw)
        except ValidationError as error:
            broken.append(Unread(item_id=_id_of(raw), reason=f"offer unreadable: {explain(error)}"))
            continue
        for item_id in offer.items:
            by_item.setdefault(item_id, []).append(offer)
    return by_item, broken


def _id_of(raw: object) -> str:
    return str(raw.get("beckn:id", raw.get("id", "")))[:80] if isinstance(raw, dict) else "not an object"
