"""What the price sources share: rows of an answer read and checked, no I/O and no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import Any

from gridflex.domain.halfhours import floor_half_hour, parse_utc
from gridflex.errors import InputError, InvalidAnswer
from gridflex.sources.carbon_parse import MAX_STRAYS, Notes, stamp

Row = Mapping[str, Any]

MAX_GBP_PER_MWH = 10_000.0
"""Either sign. The value of lost load, the highest price there is by rule, is 6,000; the lowest seen was −103."""


def rows_in(body: object, *keys: str) -> Sequence[Row]:
    """The rows below ``keys`` of an answer. Raises InvalidAnswer where there is no list of objects."""
    for key in keys:
        body = body.get(key) if isinstance(body, dict) else None
    if not isinstance(body, list):
        raise InvalidAnswer(f"The answer holds no list of {keys[-1]}")
    return [row for row in body if isinstance(row, dict)]


def moment_of(value: object) -> datetime | None:
    """A time with a zone, or the portal's own UTC without one; None for anything else."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        return parse_utc(text if text.endswith("Z") or "+" in text else f"{text}Z")
    except InputError:
        return None


def half_hour_of(value: object) -> datetime | None:
    """A time that is a half-hour's start; None for anything else."""
    moment = moment_of(value)
    return moment if moment is not None and moment == floor_half_hour(moment) else None


def number_of(value: object, lowest: float, highest: float) -> float | None:
    """A number, or one written as text, within the bounds; None for anything else."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if isfinite(value) and lowest <= value <= highest else None


def price_of(value: object, when: datetime, notes: Notes) -> float | None:
    """GBP/MWh; what cannot be one is refused with a note."""
    price = number_of(value, -MAX_GBP_PER_MWH, MAX_GBP_PER_MWH)
    if price is None and value is not None:
        notes.add("A price that cannot be one was refused", f"{value!r} at {stamp(when)}")
    return price


def dated(rows: Iterable[Row], key: str, notes: Notes) -> Iterator[tuple[datetime, Row]]:
    """Rows with the half-hour they start; others are refused with a note."""
    for row in rows:
        when = half_hour_of(row.get(key))
        if when is None:
            notes.add("A row that starts on no half-hour was refused", row.get(key))
        else:
            yield when, row


def within(points: dict[datetime, float], start: datetime, end: datetime, service: str) -> dict[datetime, float]:
    """The points asked for. Raises InvalidAnswer where another question was answered, or nothing is left.

    The services may add a row at either end; more of them are another day's answer.
    """
    strays = [when for when in points if not start <= when < end]
    if len(strays) > MAX_STRAYS:
        raise InvalidAnswer(
            f"The {service} answered for {stamp(min(strays))} when asked for {stamp(start)} to {stamp(end)}"
        )
    kept = {when: value for when, value in points.items() if start <= when < end}
    if not kept:
        raise InvalidAnswer(f"The {service} sent no usable price")
    return kept
