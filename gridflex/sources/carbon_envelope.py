"""The envelopes of the carbon intensity service: which half-hours are in an answer.

Source: NESO Carbon Intensity API v2, as documented and as recorded. A list of half-hours
(national), one object (``/generation`` now), a list of regions that hold half-hours (a region
now), one region that holds them (a region over time), half-hours that hold all regions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gridflex.domain.regions import GB
from gridflex.errors import InvalidAnswer

MAX_RECORDS = 2000
"""Three times the longest range asked for, 13 days."""

Record = Mapping[str, object]


def half_hours_in(body: object, region: int) -> list[Record]:
    """The half-hour records of ``region`` in ``body``, not yet checked, in the order sent.

    Raises InvalidAnswer for an answer that is empty, another region's, absurdly long or of no
    known shape.
    """
    data = body.get("data") if isinstance(body, dict) else None
    items = data if isinstance(data, list) else [data]
    records = [record for item in items if isinstance(item, dict) for record in _unwrapped(item, region)]
    if not records:
        raise InvalidAnswer("The carbon intensity service sent an empty answer")
    if len(records) > MAX_RECORDS:
        raise InvalidAnswer(f"The carbon intensity service sent {len(records)} half-hours, more than can be meant")
    return records


def _unwrapped(item: Record, region: int) -> Iterator[Record]:
    inner, regions = item.get("data"), item.get("regions")
    if isinstance(regions, list):
        times = {"from": item.get("from"), "to": item.get("to")}
        yield from ({**entry, **times} for entry in regions if isinstance(entry, dict) and _is_of(entry, region))
    elif isinstance(inner, list):
        if not _is_of(item, region):
            raise InvalidAnswer("The carbon intensity service answered for another region")
        yield from (record for record in inner if isinstance(record, dict))
    elif region == GB:
        yield item


def _is_of(entry: Record, region: int) -> bool:
    return entry.get("regionid") == region
