"""The Standard Workload Format, version 2: a log of finished jobs, 18 columns, ``;`` comments.

Format: D. Feitelson, Parallel Workloads Archive, "The Standard Workload Format". Columns
used: 1 job, 2 submit (s), 4 run (s), 5 processors, 8 and 9 those and the time asked for,
11 status, 15 queue; -1 is missing.
"""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime

import pandas as pd

from gridflex.agents.intake.checks import Refusals, numbers
from gridflex.agents.intake.columns import counted
from gridflex.agents.intake.delimited import WHITESPACE, text_cells
from gridflex.agents.intake.json_jobs import require_rows
from gridflex.agents.intake.model import Limits, RawTable, Watts
from gridflex.agents.intake.trace import CENTURY_S, trace_cells, trace_notes
from gridflex.domain.job_frame import NumberRange
from gridflex.domain.jobs import MAX_DURATION_H
from gridflex.errors import InputError

WIDTH = 18
JOB, SUBMIT, RUN, PROCESSORS, ASKED_PROCESSORS, ASKED_TIME, STATUS, QUEUE = 0, 1, 3, 4, 7, 8, 10, 14
COMMENT_LINES = 10_000
MISSING = "-1"
STOPPED = ("0", "5")
ANY_SECONDS = NumberRange(0.0, True, CENTURY_S)


def is_swf(text: str) -> bool:
    """Whether the first line is a comment (``; Version: 2.2``, no table beginning with a semicolon), or 18 numbers."""
    first = text.lstrip().partition("\n")[0].strip()
    if first.startswith(";"):
        return bool(re.match(r";+\s*(?:\w+:|[^;]*$)", first))
    return bool(re.fullmatch(rf"(?:-?[0-9.]+\s+){{{WIDTH - 1}}}-?[0-9.]+", first))


def read_swf(text: str, now: datetime, watts: Watts, limits: Limits) -> RawTable:
    """Cells of the log's jobs, all as they ran; lines that are no job are refused."""
    header = dict(re.findall(r"^;\s*(\w+):[ \t]*(.+?)\s*$", text, re.MULTILINE))
    refusals = Refusals()
    log = _lines(text, limits, refusals)
    table = pd.DataFrame({"job_id": log[JOB], "arrival_s": log[SUBMIT]})
    table["run_s"] = log[RUN].where(log[RUN] != MISSING, log[ASKED_TIME])
    table["processors"] = log[PROCESSORS].where(log[PROCESSORS] != MISSING, log[ASKED_PROCESSORS])
    table["kind"] = ("queue " + log[QUEUE]).where(log[QUEUE] != MISSING, "trace")
    cells = trace_cells(table, now, watts, refusals)
    cells["time_limit_hours"] = _limits(log.loc[cells.index], cells["duration_hours"], refusals)
    notes = (*trace_notes(cells["release"], watts, _recorded(header)), *_notes(log))
    return RawTable(refusals.without(cells), "Standard Workload Format", tuple(refusals.problems), notes)


def _lines(text: str, limits: Limits, refusals: Refusals) -> pd.DataFrame:
    if text.count("\n") > limits.rows + COMMENT_LINES:
        raise InputError(f"The workload log has more than {limits.rows:,} jobs; at most that many are read.")
    if max(map(len, text.split("\n"))) > limits.line:
        raise InputError(f"The workload log has a line of more than {limits.line:,} characters; at most that is read.")
    log = text_cells(text, WIDTH + 1, limits.rows + 1, sep=WHITESPACE, comment=";", quoting=csv.QUOTE_NONE)
    require_rows(len(log), limits)
    log.index = pd.RangeIndex(1, len(log) + 1)
    wrong_width = (log[WIDTH - 1] == "") | (log[WIDTH] != "")
    refusals.refuse(wrong_width, "line", log[JOB], f"{WIDTH} numbers, -1 where one is missing")
    return refusals.without(log)


def _limits(log: pd.DataFrame, hours: pd.Series, refusals: Refusals) -> pd.Series:
    """Time limits in hours, where one was asked for that the job kept and a job may have."""
    asked = log[[ASKED_TIME]].set_axis(["time asked for"], axis=1)
    asked = asked.where(asked != MISSING, "")
    limit = numbers(asked, "time asked for", ANY_SECONDS, refusals) / 3600
    return limit.where((limit >= hours) & (limit <= MAX_DURATION_H))


def _recorded(header: dict[str, str]) -> str:
    start = header.get("UnixStartTime", "")
    if not re.fullmatch(r"[0-9]{1,10}", start):
        return ""
    return f"Recorded from {datetime.fromtimestamp(int(start), UTC):%Y-%m-%d %H:%M UTC}. "


def _notes(log: pd.DataFrame) -> list[str]:
    notes = []
    unmeasured = int(((log[RUN] == MISSING) & (log[ASKED_TIME] != MISSING)).sum())
    if unmeasured:
        notes.append(f"{counted(unmeasured, 'job')} without a run time: the time asked for stands in its place.")
    stopped = int(log[STATUS].isin(STOPPED).sum())
    if stopped:
        notes.append(
            f"{counted(stopped, 'job')} failed or cancelled in the log: those that ran are kept, they used energy."
        )
    return notes
