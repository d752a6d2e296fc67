"""The carbon intensity service's questions: one snapshot for now, and the past by ranges.

NESO Carbon Intensity API v2, https://carbon-intensity.github.io/api-definitions (CC BY 4.0).
A range is asked for from a minute past its first half-hour: a start that lies on a half-hour
brings the one before it as well. A snapshot is cut from a range by time, as ``/intensity``
alone answers with the last finished half-hour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import httpx

from gridflex.domain.grid import CarbonSnapshot, GenerationMix, Reading
from gridflex.domain.halfhours import floor_half_hour, half_hours_between
from gridflex.domain.regions import GB, region_name
from gridflex.errors import InvalidAnswer, SourceError
from gridflex.sources.carbon_parse import Answer, read_intensity, read_mix, reading_at, stamp, without_provisional
from gridflex.sources.http import JsonClient, Patience, utc_now

BACK = timedelta(hours=24)
AHEAD = timedelta(hours=48)
SETTLING = timedelta(minutes=12)
"""After a half-hour's end, until its actual is its own (stale for up to 11.4 minutes in answers
polled on 5 February 2026)."""

LONGEST_RANGE = timedelta(days=13)
"""The service documents 14 days; its off-by-one start must fit as well."""

MIX_AGE = timedelta(hours=2)
"""How old the newest generation mix may be; the service gives the last finished half-hour."""


class CarbonApi:
    """Asks the carbon intensity service. Threads may share it; close it when done."""

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
        patience: Patience | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._client = JsonClient(
            "carbon intensity service", base_url, api_key, transport=transport, patience=patience, clock=clock
        )

    def fetch(self, region: int, now: datetime) -> CarbonSnapshot:
        """24 h back and up to 48 h ahead of ``now``, with the mix of the newest half-hour told.

        Always covers the half-hour that contains ``now``. Raises SourceError, and InputError
        for a region that is none.
        """
        region_name(region)
        here = floor_half_hour(now)
        answer = self._ask(region, here - BACK, here + AHEAD)
        if reading_at(answer.readings, now) is None:
            answer = _joined([answer, self._ask(region, here, here + AHEAD)])
        if reading_at(answer.readings, now) is None:
            raise InvalidAnswer(
                "; ".join((f"Nothing usable was sent for {stamp(here)}, the half-hour now", *answer.notes[:1]))
            )
        readings = without_provisional(answer.readings, now, SETTLING)
        mix, mix_notes = self._mix(region, answer, now)
        missing = half_hours_between(here - BACK, here + AHEAD) - len(readings)
        gaps = (f"{missing} of the half-hours asked for were not sent",) if missing else ()
        return CarbonSnapshot(region, now, readings, mix, (*answer.notes, *gaps, *mix_notes))

    def history(self, region: int, start: datetime, end: datetime) -> tuple[Reading, ...]:
        """Readings from ``start`` to ``end``, which lies ``SETTLING`` or more in the past.

        Of a past half-hour the forecast is the last one issued, not one to plan with. A range
        that fails is absent like any gap. Raises SourceError if all of them fail.
        """
        region_name(region)
        return self._ask(region, floor_half_hour(start), floor_half_hour(end)).readings

    def requests_on(self, day: date) -> int:
        """Requests sent on a UTC day."""
        return self._client.requests_on(day)

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def _ask(self, region: int, start: datetime, end: datetime) -> Answer:
        answers: list[Answer] = []
        failures: list[SourceError] = []
        for first, last in ranges(start, end):
            span = f"/intensity/{stamp(first + timedelta(minutes=1))}/{stamp(last)}"
            path = span if region == GB else f"/regional{span}/regionid/{region}"
            try:
                answers.append(read_intensity(self._client.get(path), region, first, last))
            except SourceError as problem:
                failures.append(problem)
        if failures and not answers:
            raise failures[0]
        return _joined([*answers, Answer((), notes=tuple(map(str, failures)))])

    def _mix(self, region: int, answer: Answer, now: datetime) -> tuple[GenerationMix | None, tuple[str, ...]]:
        if region != GB:
            here = floor_half_hour(now)
            return next((mix for mix in answer.mixes if mix.start == here), None), ()
        try:
            return read_mix(self._client.get("/generation"), now - MIX_AGE, now), ()
        except SourceError as problem:
            return None, (str(problem),)


def ranges(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """``start`` to ``end`` in pieces that the service answers whole.

    At most 13 days each, and none over a new year: ranges of regions were cut there.
    """
    while start < end:
        new_year = datetime(start.year + 1, 1, 1, tzinfo=UTC)
        stop = min(end, start + LONGEST_RANGE, new_year)
        yield start, stop
        start = stop


def _joined(answers: list[Answer]) -> Answer:
    readings = {reading.start: reading for answer in answers for reading in answer.readings}
    return Answer(
        tuple(readings[start] for start in sorted(readings)),
        tuple(mix for answer in answers for mix in answer.mixes),
        tuple(dict.fromkeys(note for answer in answers for note in answer.notes)),
    )
