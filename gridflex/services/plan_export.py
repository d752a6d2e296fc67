"""The plan to take away: as a calendar, and as commands for two schedulers. Text for a dry run; nothing is sent."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from gridflex.agents.explain import Explained, explain
from gridflex.agents.orchestrator import Decisions
from gridflex.domain.decisions import Action

AHEAD = timedelta(minutes=1)
"""Slurm silently drops a start that is past, so none is given closer than this."""
KUBECTL_WARNING = (
    "# Dry run. Suspending a Kubernetes Job kills its active pods: suspend only jobs that have not begun or checkpoint."
)
SLURM_WARNING = "# Dry run. Read before use: each line sets the earliest start of a pending job."


def calendar(decisions: Decisions, now: datetime) -> str:
    """An iCalendar file (RFC 5545): one event a placed run, in UTC."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//GridFlex//Plan//EN"]
    for job in _placed(decisions):
        assert job.start is not None
        assert job.end is not None
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_escaped(job.job_id)}-{job.start:%Y%m%dT%H%M}@gridflex",
            f"DTSTAMP:{_stamp(now)}",
            f"DTSTART:{_stamp(job.start)}",
            f"DTEND:{_stamp(job.end)}",
            f"SUMMARY:{_escaped(job.job_id)} ({_escaped(job.kind)})",
            f"DESCRIPTION:{_escaped(job.sentence)}",
            "END:VEVENT",
        ]
    return "\r\n".join([*(folded for line in lines for folded in _folded(line)), "END:VCALENDAR", ""])


def slurm_commands(decisions: Decisions, now: datetime) -> str:
    """One ``scontrol update`` a waiting job; a job whose latest start has passed is refused in a comment."""
    lines = [SLURM_WARNING]
    for job in _waiting(decisions):
        if refused := _too_late(job, now):
            lines.append(refused)
            continue
        start = int(_not_past(job, now).timestamp())
        lines.append(f"scontrol update JobId={shlex.quote(job.job_id)} StartTime=uts{start}")
    return "\n".join(lines) + "\n"


def kubernetes_commands(decisions: Decisions, now: datetime) -> str:
    """Suspend each waiting job now, and the command that lets it run with the time it is due."""
    lines = [KUBECTL_WARNING]
    for job in _waiting(decisions):
        if refused := _too_late(job, now):
            lines.append(refused)
            continue
        name = shlex.quote(f"job/{job.job_id}")
        lines.append(f"""kubectl patch {name} -p '{{"spec":{{"suspend":true}}}}'""")
        lines.append(f"# at {_not_past(job, now):%Y-%m-%dT%H:%MZ}:")
        lines.append(f"""kubectl patch {name} -p '{{"spec":{{"suspend":false}}}}'""")
    return "\n".join(lines) + "\n"


def _placed(decisions: Decisions) -> list[Explained]:
    return explain(decisions, np.flatnonzero(decisions.plan.placed))


def _waiting(decisions: Decisions) -> Iterator[Explained]:
    rows = np.flatnonzero(decisions.of(Action.DEFER) & decisions.plan.placed)
    return (job for job in explain(decisions, rows))


def _too_late(job: Explained, now: datetime) -> str:
    """A comment where the job can no longer start in time; its id on one line."""
    if job.latest_start >= now + AHEAD:
        return ""
    return f"# refused: {_one_line(job.job_id)} had to start by {job.latest_start:%Y-%m-%dT%H:%MZ}"


def _not_past(job: Explained, now: datetime) -> datetime:
    assert job.start is not None
    return max(job.start, now + AHEAD)


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _escaped(text: str) -> str:
    """Text of RFC 5545, section 3.3.11."""
    return _one_line(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> list[str]:
    """Lines of at most 75 bytes (RFC 5545, section 3.1), never inside a character."""
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > 74:
            parts.append(part)
            part = " "
        part += letter
    return [*parts, part]
