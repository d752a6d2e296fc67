"""Jobs as JSON: a list of objects, an object with ``jobs``, or a stored queue of ours."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from gridflex.agents.intake.checks import Refusals, cell_text
from gridflex.agents.intake.columns import COLUMNS
from gridflex.agents.intake.model import Limits, RawTable
from gridflex.domain.job_frame import JSON_FORMAT
from gridflex.errors import InputError


def parsed_json(text: str) -> Any:
    """The JSON value. NaN and Infinity, which JSON does not have, come as words. Raises InputError."""
    try:
        return json.loads(text, parse_constant=str)
    except json.JSONDecodeError as error:
        raise InputError(f"The JSON breaks off at line {error.lineno}, column {error.colno}: {error.msg}.") from error
    except (ValueError, RecursionError) as error:
        raise InputError("The JSON is nested too deeply or has a number of thousands of digits.") from error


def read_json(value: Any, limits: Limits) -> RawTable:
    """Cells of a parsed JSON value. Raises InputError where it holds no list of jobs."""
    if isinstance(value, dict) and value.get("format") == JSON_FORMAT:
        return _from_columns(value.get("columns"), limits)
    jobs = value.get("jobs") if isinstance(value, dict) else value
    if not isinstance(jobs, list):
        raise InputError('The JSON holds no jobs; give a list of objects, or an object with "jobs".')
    return _from_objects(jobs, limits)


def _from_objects(jobs: list[Any], limits: Limits) -> RawTable:
    require_rows(len(jobs), limits)
    rows = pd.Series(jobs, index=range(1, len(jobs) + 1), dtype=object)
    refusals = Refusals()
    is_object = rows.map(lambda job: isinstance(job, dict)).astype(bool)
    refusals.refuse(~is_object, "job", rows, 'an object such as {"job_id": "a", "energy_kwh": 50, "duration_hours": 2}')
    objects = rows[is_object]
    names = list(dict.fromkeys(name for job in objects for name in job)) if len(objects) else list(COLUMNS)
    _require_columns(len(names), limits)
    columns = {cell_text(name): pd.Series([job.get(name) for job in objects], objects.index, object) for name in names}
    return RawTable(pd.DataFrame(columns, index=objects.index), "JSON", tuple(refusals.problems))


def _from_columns(columns: Any, limits: Limits) -> RawTable:
    """A stored queue: judged like any other file, for it may have been edited."""
    if not isinstance(columns, dict) or not all(isinstance(column, list) for column in columns.values()):
        raise InputError("The stored queue is damaged: its columns are no lists.")
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1:
        raise InputError("The stored queue is damaged: its columns have different lengths.")
    _require_columns(len(columns), limits)
    count = lengths.pop()
    require_rows(count, limits)
    index = range(1, count + 1)
    return RawTable(pd.DataFrame({n: pd.Series(c, index, object) for n, c in columns.items()}), "GridFlex queue")


def require_rows(count: int, limits: Limits) -> None:
    """Raises InputError for more rows than are read."""
    if count > limits.rows:
        raise InputError(f"The file has {count:,} rows; at most {limits.rows:,} are read.")


def _require_columns(count: int, limits: Limits) -> None:
    if count > limits.columns:
        raise InputError(f"The file has {count:,} columns; at most {limits.columns:,} are read.")
