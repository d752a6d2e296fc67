"""The job frame: the pandas table of jobs that all rooms exchange, one row a job.

Columns and types are those of ``JOB_DTYPES``, in its order, under a plain 0..n-1 index.
Times are UTC in microseconds; a missing deadline is NaT, any other missing number NaN.
Ranges, defaults and words are the Job model's own. A frame holds valid jobs with unique
ids only: what comes from outside passes the intake first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridflex.domain.jobs import Job, Priority
from gridflex.errors import InputError

JOB_DTYPES: dict[str, str] = {
    "job_id": "str",
    "kind": "str",
    "priority": "str",
    "energy_kwh": "float64",
    "duration_hours": "float64",
    "release": "datetime64[us, UTC]",
    "deadline": "datetime64[us, UTC]",
    "max_defer_hours": "float64",
    "deferrable": "bool",
    "interruptible": "bool",
    "gpus": "float64",
    "time_limit_hours": "float64",
    "work_units": "float64",
}

TIMES = tuple(name for name, dtype in JOB_DTYPES.items() if dtype.startswith("datetime"))
NUMBERS = tuple(name for name, dtype in JOB_DTYPES.items() if dtype == "float64")
BOOLEANS = tuple(name for name, dtype in JOB_DTYPES.items() if dtype == "bool")
REQUIRED = tuple(name for name in JOB_DTYPES if Job.model_fields[name].is_required())
JSON_FORMAT = "gridflex-jobs-1"
NO_TIME = "NaT"
"""How numpy writes a time that is missing."""


@dataclass(frozen=True)
class NumberRange:
    """What a number column allows: above (or from) ``low``, at most ``high``. Its text goes into messages."""

    low: float
    low_allowed: bool
    high: float

    def allows(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of ``values`` lie in the range; NaN and infinities never do."""
        above = values >= self.low if self.low_allowed else values > self.low
        inside: NDArray[np.bool_] = above & (values <= self.high)
        return inside

    def __str__(self) -> str:
        return f"{'from' if self.low_allowed else 'above'} {self.low:g}, at most {self.high:,.16g}"


def _range_of(schema: Mapping[str, Any]) -> NumberRange:
    """The range in a field's JSON schema; that of an optional field stands in its ``anyOf``."""
    bounds = schema.get("anyOf", [schema])[0]
    low_allowed = "minimum" in bounds
    return NumberRange(bounds["minimum" if low_allowed else "exclusiveMinimum"], low_allowed, bounds["maximum"])


RANGES: dict[str, NumberRange] = {name: _range_of(Job.model_json_schema()["properties"][name]) for name in NUMBERS}


def as_job_frame(columns: Mapping[str, Any]) -> pd.DataFrame:
    """A job frame from columns of equal length (any array-like); absent ones get the model's default.

    Raises KeyError where a required column is absent.
    """
    count = len(columns["job_id"])
    given = {name: columns[name] if name in columns else [_default(name)] * count for name in JOB_DTYPES}
    frame = pd.DataFrame({name: _column(values, name in TIMES) for name, values in given.items()})
    return frame.astype(cast(Any, JOB_DTYPES))


def _default(name: str) -> Any:
    if name in REQUIRED:
        raise KeyError(name)
    return Job.model_fields[name].default


def _column(values: Any, is_time: bool) -> pd.Series:
    series = values.reset_index(drop=True) if isinstance(values, pd.Series) else pd.Series(list(values), dtype=object)
    return pd.to_datetime(series, format="ISO8601", utc=True) if is_time else series


def empty_frame() -> pd.DataFrame:
    """A job frame without rows."""
    return as_job_frame({name: [] for name in JOB_DTYPES})


def frame_from_jobs(jobs: Iterable[Job]) -> pd.DataFrame:
    """Jobs as a frame, in their order."""
    rows = list(jobs)
    return as_job_frame({name: [getattr(job, name) for job in rows] for name in JOB_DTYPES})


def job_from_row(row: Mapping[str, Any]) -> Job:
    """One row of a frame (``frame.loc[i]``, or a dict of it) as a job."""
    given = {name: row[name] for name in JOB_DTYPES}
    times = {name: value.to_pydatetime() for name in TIMES if not pd.isna(value := given[name])}
    return Job.model_validate({name: None if pd.isna(value) else value for name, value in given.items()} | times)


def may_wait(frame: pd.DataFrame) -> pd.Series:
    """Whether a plan may move each job: deferrable and not critical."""
    movable: pd.Series = frame["deferrable"] & (frame["priority"] != str(Priority.CRITICAL))
    return movable


def power_kw(frame: pd.DataFrame) -> pd.Series:
    """Power each job draws while it runs, kW: energy over duration."""
    power: pd.Series = frame["energy_kwh"] / frame["duration_hours"]
    return power


def totals_by(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Sums by ``kind`` or ``priority``: index its words (priorities in their order), columns ``jobs``,
    ``may_wait`` (jobs), ``energy_kwh`` and ``power_kw`` (of all of them at once)."""
    measures = frame.assign(jobs=1, may_wait=may_wait(frame), power_kw=power_kw(frame))
    sums = measures.groupby(column, sort=True)[["jobs", "may_wait", "energy_kwh", "power_kw"]].sum()
    return sums.reindex([str(word) for word in Priority if word in sums.index]) if column == "priority" else sums


def frame_to_json(frame: pd.DataFrame) -> str:
    """A frame as one compact JSON object of columns; ``frame_from_json`` gives exactly it back."""
    columns = {name: _json_cells(frame[name]) for name in JOB_DTYPES}
    return json.dumps({"format": JSON_FORMAT, "columns": columns}, separators=(",", ":"), allow_nan=False)


def _json_cells(series: pd.Series) -> list[Any]:
    if series.name in TIMES:
        return [None if text == NO_TIME else text for text in utc_text(series)]
    cells: list[Any] = series.astype(object).where(series.notna(), None).tolist()
    return cells


def utc_text(times: pd.Series) -> list[str]:
    """Times as ISO 8601 in UTC with a Z, to the second where that is exact for all; NaT as ``NO_TIME``."""
    stamps = times.dt.tz_convert(None).to_numpy("datetime64[us]")
    whole = bool((stamps == stamps.astype("datetime64[s]"))[~np.isnat(stamps)].all())
    texts: list[str] = np.datetime_as_string(stamps, unit="s" if whole else "us", timezone="UTC").tolist()
    return texts


def frame_from_json(text: str) -> pd.DataFrame:
    """The frame that ``frame_to_json`` wrote. Raises InputError for any other text.

    The values themselves are trusted: a file from outside goes through the intake.
    """
    try:
        stored = json.loads(text)
        if stored["format"] != JSON_FORMAT:
            raise InputError(f"the format is {stored['format']!r}, not {JSON_FORMAT!r}")
        return as_job_frame(stored["columns"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"this is not a stored queue: {error}") from error
