"""A backtest cut into pieces of work that can be done anywhere, kept, and put together again.

Without a site cap a piece is one contender over one month of arrivals; under a cap jobs meet
and a piece is one contender over all. Pieces depend on nothing but the study.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast
from zipfile import BadZipFile

import numpy as np

from gridflex.backtest.capped import CappedReplay
from gridflex.backtest.clairvoyant import Possible, possible
from gridflex.backtest.engine import PAUSING, Replay, Watch, undisturbed
from gridflex.backtest.outcome import COLUMNS, Outcome
from gridflex.backtest.study import AT_ONCE, Contender, Study
from gridflex.errors import StoreError
from gridflex.planning.horizon import Ints

SEGMENT = 30 * 48
"""Half-hours of arrivals in one piece."""

Columns = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Unit:
    """One piece of work: a contender (None: the clairvoyant bound) over arrivals of rows ``first`` to below ``end``.

    ``weight`` is what it takes beside the others, roughly.
    """

    contender: Contender | None
    first: int
    end: int
    weight: float

    def key(self, digest: str) -> str:
        """Name under which its result is kept."""
        who = hashlib.sha256(repr(self.contender).encode()).hexdigest()
        return f"{digest[:24]}-{self.first}-{self.end}-{who[:12]}"

    def jobs(self, study: Study) -> Ints:
        """Rows of the study's jobs it covers."""
        earliest = study.jobs.earliest
        return np.flatnonzero((earliest >= self.first) & (earliest < self.end))


def units_of(study: Study, contenders: Sequence[Contender], segment: int = SEGMENT) -> list[Unit]:
    """The pieces of a backtest, the heaviest first."""
    first, end = int(study.jobs.earliest.min()), int(study.jobs.earliest.max()) + 1
    capped = study.rules.site_capped
    spans = [(at, min(at + segment, end)) for at in range(first, end, segment)]
    units = [Unit(None, *span, weight=0.4) for span in spans]
    for contender in contenders:
        units += [Unit(contender, *span, _weight(contender)) for span in ([(first, end)] if capped else spans)]
    return sorted(units, key=lambda unit: -unit.weight)


def _weight(contender: Contender) -> float:
    if contender == AT_ONCE:
        return 0.1
    return (2.5 if contender.policy in PAUSING else 1.0) if contender.rolling else 0.5


def work(study: Study, unit: Unit, watch: Watch = undisturbed) -> Columns | None:
    """Do one piece; None if ``watch`` stopped it."""
    jobs = unit.jobs(study)
    if unit.contender is None:
        found = possible(study, jobs)
        return {"job": found.job, "unbroken_g": found.unbroken_g, "pausing_g": found.pausing_g}
    capped = study.rules.site_capped
    outcome = (CappedReplay if capped else Replay)(study, unit.contender, jobs).run(watch)
    return None if outcome is None else {name: getattr(outcome, name) for name in COLUMNS}


def outcome_of(columns: Columns) -> Outcome:
    """An outcome from its columns."""
    return Outcome(**{name: columns[name] for name in COLUMNS})


def possible_of(columns: Columns) -> Possible:
    """A bound from its columns."""
    return Possible(columns["job"], columns["unbroken_g"], columns["pausing_g"])


class Shelf(Protocol):
    """Where finished pieces are kept, so that a backtest goes on where it stopped."""

    def get(self, key: str) -> Columns | None:
        """A kept piece; None where there is none."""
        ...

    def put(self, key: str, columns: Columns) -> None:
        """Keep a piece."""
        ...


class MemoryShelf:
    """Keeps pieces as long as the process."""

    def __init__(self) -> None:
        self._kept: dict[str, Columns] = {}

    def get(self, key: str) -> Columns | None:
        """A kept piece."""
        return self._kept.get(key)

    def put(self, key: str, columns: Columns) -> None:
        """Keep a piece."""
        self._kept[key] = columns


class FolderShelf:
    """Keeps pieces as files in a folder. A piece that cannot be read counts as none.

    Raises StoreError where the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> Columns | None:
        """A kept piece."""
        try:
            packed = io.BytesIO((self._folder / f"{key}.npz").read_bytes())
            with np.load(packed, allow_pickle=False) as kept:
                return {name: kept[name] for name in kept.files}
        except (OSError, ValueError, EOFError, KeyError, BadZipFile):
            return None

    def put(self, key: str, columns: Columns) -> None:
        """Keep a piece: written beside its place and moved there whole."""
        packed = io.BytesIO()
        np.savez_compressed(packed, **cast(Any, dict(columns)))
        beside = self._folder / f"{key}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(packed.getvalue())
            beside.replace(self._folder / f"{key}.npz")
        except OSError as problem:
            raise StoreError(f"A piece of the backtest could not be kept: {problem.strerror}") from None
