"""``squeue --json`` of Slurm: the pending jobs, in both encodings of its numbers.

Slurm 21.08 writes plain integers (0xFFFFFFFF infinite, 0xFFFFFFFE not set, 0 no time),
newer versions ``{"set": true, "infinite": false, "number": 90}``; ``job_state`` is a word
or a list of words. Times are seconds since 1970, time limits minutes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from gridflex.agents.intake.checks import Refusals, cell_text
from gridflex.agents.intake.columns import counted
from gridflex.agents.intake.json_jobs import require_rows
from gridflex.agents.intake.model import Limits, RawTable, Watts
from gridflex.domain.jobs import MAX_DURATION_H, Priority
from gridflex.errors import InputError

INFINITE, NOT_SET = (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF), (0xFFFFFFFE, 0xFFFFFFFFFFFFFFFE)
LAST_SECOND = 4_102_444_800
"""2100-01-01, the end of what a job may name."""


def is_squeue(value: Any) -> bool:
    """Whether parsed JSON is an answer of squeue."""
    if not isinstance(value, dict) or "columns" in value:
        return False
    jobs = value.get("jobs")
    first = jobs[0] if isinstance(jobs, list) and jobs else None
    return "errors" in value or "meta" in value or (isinstance(first, dict) and "job_state" in first)


def read_squeue(value: dict[str, Any], watts: Watts, limits: Limits) -> RawTable:
    """Cells of the pending jobs. Raises InputError where Slurm reports errors or lists no jobs at all."""
    if value.get("errors"):
        raise InputError(f"squeue reports an error, so its list may be incomplete: {_error_text(value['errors'])}.")
    records = value.get("jobs")
    if not isinstance(records, list):
        raise InputError("This answer of Slurm has no list of jobs; save the output of squeue --json.")
    require_rows(len(records), limits)
    refusals = Refusals()
    jobs = pd.Series(records, index=range(1, len(records) + 1), dtype=object)
    is_object = jobs.map(lambda job: isinstance(job, dict)).astype(bool)
    refusals.refuse(~is_object, "job", jobs, "an object with job_id, job_state, time_limit")
    states = jobs[is_object].map(_state)
    pending = jobs[is_object][states == "PENDING"]
    cells = _cells(pending, watts, refusals)
    return RawTable(refusals.without(cells), "Slurm squeue", tuple(refusals.problems), _notes(pending, states, watts))


def _cells(jobs: pd.Series, watts: Watts, refusals: Refusals) -> pd.DataFrame:
    minutes, tasks = _minutes(jobs, refusals), jobs.map(array_tasks).astype("float64")
    cpus, gpus = (each(jobs, count) * tasks for count in (lambda job: number(job.get("cpus")), gpus_of))
    kilowatts = np.where(gpus > 0, gpus * watts.per_gpu, cpus * watts.per_cpu) / 1000
    refusals.refuse(~(kilowatts > 0), "cpus", jobs.map(lambda job: cell_text(job.get("cpus"))), "at least 1")
    submitted, eligible = _moments(jobs, "submit_time", refusals), _moments(jobs, "eligible_time", refusals)
    return pd.DataFrame(
        {
            "job_id": jobs.map(lambda job: cell_text(job.get("job_id"))),
            "kind": jobs.map(lambda job: cell_text(job.get("partition"))),
            "priority": jobs.map(_priority),
            "energy_kwh": kilowatts * minutes / 60,
            "duration_hours": minutes / 60,
            "release": submitted.where(~(eligible > submitted), eligible),
            "deadline": _moments(jobs, "deadline", refusals),
            "gpus": gpus.where(gpus > 0),
            "time_limit_hours": minutes / 60,
        },
        index=jobs.index,
    )


def number(value: Any) -> float:
    """A number in either encoding: infinity where it has no limit, NaN where it is not set or no number."""
    if isinstance(value, dict):
        if value.get("infinite"):
            return math.inf
        return number(value.get("number")) if value.get("set") else math.nan
    if not isinstance(value, (int, float)) or isinstance(value, bool) or value in NOT_SET:
        return math.nan
    return math.inf if value in INFINITE else float(value)


def each(jobs: pd.Series, reading: Callable[[dict[str, Any]], float]) -> pd.Series:
    """A number of every record."""
    values: pd.Series = jobs.map(reading).astype("float64")
    return values


def _minutes(jobs: pd.Series, refusals: Refusals) -> pd.Series:
    minutes = each(jobs, lambda job: number(job.get("time_limit")))
    given = minutes.map(
        lambda limit: "infinite" if limit == math.inf else "not set" if math.isnan(limit) else f"{limit:g}"
    )
    impossible = ~((minutes > 0) & (minutes <= MAX_DURATION_H * 60))
    refusals.refuse(
        impossible, "time_limit", given, f"1 to {MAX_DURATION_H * 60:,.0f} minutes (a job's energy needs an end)"
    )
    return minutes.where(~impossible)


def _moments(jobs: pd.Series, name: str, refusals: Refusals) -> pd.Series:
    """Seconds since 1970 as UTC times; 0 is none."""
    seconds = each(jobs, lambda job: number(job.get(name)))
    given = (seconds.notna()) & (seconds != 0)
    impossible = given & ~((seconds > 0) & (seconds < LAST_SECOND))
    refusals.refuse(impossible, name, seconds, "seconds since 1970, 0 for none")
    usable = seconds.where(given & ~impossible)
    return pd.to_datetime(usable, unit="s", utc=True).astype("datetime64[us, UTC]")


def gpus_of(job: dict[str, Any]) -> float:
    """GPUs of a job: all it asks for in ``tres_req_str``, else those per node times its nodes."""
    total = _gpus_in(cell_text(job.get("tres_req_str")))
    nodes = number(job.get("node_count"))
    return total or _gpus_in(cell_text(job.get("tres_per_node"))) * (nodes if math.isfinite(nodes) else 1.0)


def _gpus_in(text: str) -> float:
    """``gres/gpu=4,gres/gpu:a100=4`` says four GPUs twice: the plain count first, else the sum by type."""
    counts = re.findall(r"gres[/:]gpu((?::[A-Za-z][\w.-]*)?)(?:[:=](\d{1,7}))?(?=[,(]|$)", text)
    plain = [float(count or 1) for kind, count in counts if not kind]
    return plain[0] if plain else sum(float(count or 1) for _, count in counts)


def array_tasks(job: dict[str, Any]) -> int:
    """Tasks that wait in a job array's record (``1-10``, ``1,4-20:4%2``); 1 for a plain job."""
    spans = re.findall(
        r"(\d{1,9})(?:-(\d{1,9})(?::(\d{1,9}))?)?(?=,|$)", cell_text(job.get("array_task_string")).split("%")[0]
    )
    tasks = sum(len(range(int(low), int(high or low) + 1, max(int(step or 1), 1))) for low, high, step in spans)
    return max(tasks, 1)


def _state(job: dict[str, Any]) -> str:
    state = job.get("job_state")
    first = (state or [None])[0] if isinstance(state, list) else state
    return cell_text(first).upper() or "UNKNOWN"


def _priority(job: dict[str, Any]) -> str:
    """The quality of service where its name is one of our words; Slurm's own number is no such word."""
    word = cell_text(job.get("qos")).lower()
    return word if word in list(Priority) else ""


def _error_text(errors: Any) -> str:
    """What Slurm says, cut to a sentence's length."""
    first = errors[0] if isinstance(errors, list) else errors
    said = first.get("description") or first.get("error") if isinstance(first, dict) else first
    return cell_text(said)[:200].rstrip(".") or "without a description"


def _notes(jobs: pd.Series, states: pd.Series, watts: Watts) -> tuple[str, ...]:
    power = (
        f"Energy is assumed: {watts.per_cpu:g} W per CPU, or {watts.per_gpu:g} W per GPU, over the whole time limit."
    )
    others = [f"{count:,} {str(state).lower()}" for state, count in states[states != "PENDING"].value_counts().items()]
    arrays = int((jobs.map(array_tasks) > 1).sum())
    reasons = jobs.map(lambda job: cell_text(job.get("state_reason")))
    chained = int(reasons.str.contains("Dependency", regex=False).sum()) if len(jobs) else 0
    notes = [power]
    if others:
        notes.append(f"Not pending, so not in the queue: {', '.join(others)}.")
    if arrays:
        notes.append(
            f"{counted(arrays, 'job array')} read as one job each: the energy of all tasks, run at the same time."
        )
    if chained:
        notes.append(f"{counted(chained, 'job')} with a dependency on other jobs, which the plan does not know.")
    return tuple(notes)
