"""The carbon intensity service's half-hours, read and checked: no I/O, no clock.

One value that cannot be costs that value and leaves a note; an answer with nothing usable
left, or to a question that was not asked, is refused whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gridflex.domain.grid import FUELS, GenerationMix, Reading
from gridflex.domain.halfhours import HALF_HOUR, floor_half_hour, parse_utc
from gridflex.domain.regions import GB
from gridflex.errors import InputError, InvalidAnswer
from gridflex.sources.carbon_envelope import Record, half_hours_in

MAX_GRAMS = 1000.0
"""gCO2/kWh, not reached by any mix: coal, the dirtiest fuel of the service's table, has 937."""

MAX_STRAYS = 2
"""Half-hours outside what was asked that are only left out: the service adds one before a start
that lies on a half-hour, and may add the one at the end. More of them answer another question."""

MIX_PERCENT = (95.0, 105.0)
"""Bounds of a mix's sum; nine rounded shares were recorded as 99.8 to 100.2."""


@dataclass(slots=True)
class Notes:
    """What was repaired or refused, gathered into one sentence for each kind."""

    seen: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, where: object) -> None:
        """Note ``what``, once more, at ``where``."""
        self.seen.setdefault(what, []).append(str(where)[:60])

    def sentences(self) -> tuple[str, ...]:
        """A sentence for each kind: where first, and how often."""
        return tuple(
            f"{what}: {places[0]}{f' and {len(places) - 1} more' if len(places) > 1 else ''}"
            for what, places in self.seen.items()
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What one answer says of one region: in time order, unique, checked."""

    readings: tuple[Reading, ...]
    mixes: tuple[GenerationMix, ...] = ()
    notes: tuple[str, ...] = ()


def reading_at(readings: Sequence[Reading], moment: datetime) -> Reading | None:
    """The reading with a forecast for the half-hour that contains ``moment``, if there is one."""
    start = floor_half_hour(moment)
    return next((reading for reading in readings if reading.start == start and reading.forecast is not None), None)


def read_intensity(body: object, region: int, start: datetime, end: datetime) -> Answer:
    """Readings (and, for a region, mixes) of ``body``, which was asked for ``start`` to ``end``.

    Of a half-hour sent more than once the last one counts, as a later word corrects an
    earlier one. Raises InvalidAnswer.
    """
    notes = Notes()
    readings: dict[datetime, Reading] = {}
    mixes: list[GenerationMix] = []
    for when, record in _dated(half_hours_in(body, region), notes):
        if when in readings:
            notes.add("A half-hour was sent more than once and the last one kept", stamp(when))
        if (reading := _reading(when, record, region, notes)) is not None:
            readings[when] = reading
        if "generationmix" in record and (mix := _mix(when, record, notes)) is not None:
            mixes.append(mix)
    _leave_out_strays(readings, start, end, notes)
    if not readings:
        raise _nothing_usable("half-hour", notes)
    return Answer(tuple(readings[when] for when in sorted(readings)), tuple(mixes), notes.sentences())


def read_mix(body: object, after: datetime, before: datetime) -> GenerationMix:
    """The newest national mix of ``body`` that starts within ``after`` and ``before``.

    Raises InvalidAnswer if there is none.
    """
    notes = Notes()
    mixes = [_mix(when, record, notes) for when, record in _dated(half_hours_in(body, GB), notes)]
    fresh = [mix for mix in mixes if mix is not None and after <= mix.start <= before]
    if not fresh:
        raise _nothing_usable("generation mix of the last hours", notes)
    return max(fresh, key=lambda mix: mix.start)


def without_provisional(readings: Sequence[Reading], now: datetime, settling: timedelta) -> tuple[Reading, ...]:
    """``readings`` without actuals that cannot be known yet.

    For some ten minutes after a half-hour the service repeats the previous one's value as its
    actual; the newest finished half-hour counts as measured ``settling`` after its end.
    """
    unknown_from = floor_half_hour(now - settling)
    kept = (r if r.start < unknown_from else Reading(r.start, r.forecast, None) for r in readings)
    return tuple(reading for reading in kept if (reading.forecast, reading.actual) != (None, None))


def stamp(moment: datetime) -> str:
    """A time as the service writes and reads it."""
    return f"{moment:%Y-%m-%dT%H:%MZ}"


def _dated(records: Sequence[Record], notes: Notes) -> Iterator[tuple[datetime, Record]]:
    for record in records:
        start, end = _time(record.get("from")), _time(record.get("to"))
        if start is None or end is None or end - start != HALF_HOUR or start != floor_half_hour(start):
            notes.add("A record that spans no half-hour was refused", f"{record.get('from')} to {record.get('to')}")
        else:
            yield start, record


def _time(value: object) -> datetime | None:
    try:
        return parse_utc(value) if isinstance(value, str) else None
    except InputError:
        return None


def _reading(when: datetime, record: Record, region: int, notes: Notes) -> Reading | None:
    intensity = record.get("intensity")
    values = intensity if isinstance(intensity, dict) else {}
    forecast = _grams("forecast", values, when, region, notes)
    actual = _grams("actual", values, when, region, notes) if region == GB else None
    return None if forecast is None and actual is None else Reading(when, forecast, actual)


def _grams(name: str, values: Record, when: datetime, region: int, notes: Notes) -> float | None:
    value = values.get(name)
    number = _number(value, MAX_GRAMS)
    if number is None and value is not None:
        notes.add(f"A {name} that is no number from 0 to under 1000 was refused", f"{value!r} at {stamp(when)}")
    # Great Britain as a whole has never been at 0; a windy region is.
    if number == 0 and region == GB:
        notes.add(f"A national {name} of 0 marks a fault and was left out", stamp(when))
        return None
    return number


def _number(value: object, bound: float) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < bound:
        return None
    return float(value)


def _mix(when: datetime, record: Record, notes: Notes) -> GenerationMix | None:
    listed = record.get("generationmix")
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    told = {
        fuel: _number(entry.get("perc"), MIX_PERCENT[1]) for entry in entries if (fuel := entry.get("fuel")) in FUELS
    }
    shares = {fuel: share for fuel, share in told.items() if share is not None}
    if MIX_PERCENT[0] <= sum(shares.values()) <= MIX_PERCENT[1]:
        return GenerationMix(when, shares)
    notes.add("A generation mix that does not sum to 100 % was refused", stamp(when))
    return None


def _leave_out_strays(readings: dict[datetime, Reading], start: datetime, end: datetime, notes: Notes) -> None:
    strays = [when for when in readings if not start <= when < end]
    if len(strays) > MAX_STRAYS:
        sent, asked = (
            f"{stamp(a)} to {stamp(b)}" for a, b in ((min(readings), max(readings) + HALF_HOUR), (start, end))
        )
        raise InvalidAnswer(f"The carbon intensity service answered for {sent} when asked for {asked}")
    for when in strays:
        del readings[when]
        notes.add("A half-hour outside what was asked was left out", stamp(when))


def _nothing_usable(what: str, notes: Notes) -> InvalidAnswer:
    return InvalidAnswer("; ".join((f"The carbon intensity service sent no usable {what}", *notes.sentences()[:1])))
