"""Which heading means which column of the job frame."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from gridflex.domain.job_frame import JOB_DTYPES
from gridflex.errors import InputError

COLUMNS = (*JOB_DTYPES, "power_kw")

OTHER_SPELLINGS: dict[str, str] = {
    "id": "job_id",
    "job": "job_id",
    "type": "kind",
    "job_type": "kind",
    "duration_h": "duration_hours",
    "release_utc": "release",
    "deadline_utc": "deadline",
    "longest_deferral_h": "max_defer_hours",
    "max_defer_h": "max_defer_hours",
    "time_limit_h": "time_limit_hours",
}

REPEATED = ("release_uk_time", "deadline_uk_time")
"""Columns of our own export that say again, for people, what another column says."""


def plain_heading(heading: str) -> str:
    """``Energy (kWh)`` as ``energy_kwh``: lower case, one underscore for all else."""
    return re.sub(r"[^a-z0-9]+", "_", heading.strip().lower()).strip("_")


def recognise(headings: Sequence[str]) -> tuple[list[str], list[str]]:
    """The column of each heading (the heading itself where it is none of ours), and those not ours.

    Raises InputError where a needed column is absent or two headings mean one column.
    """
    plain = [plain_heading(heading) for heading in headings]
    meant = [OTHER_SPELLINGS.get(name, name) for name in plain]
    _require_one_of_each(headings, meant)
    _require_needed(headings, set(meant))
    names = [name if name in COLUMNS else heading for name, heading in zip(meant, headings, strict=True)]
    strangers = [heading for name, heading in zip(meant, headings, strict=True) if name not in (*COLUMNS, *REPEATED)]
    return names, strangers


def _require_one_of_each(headings: Sequence[str], meant: Sequence[str]) -> None:
    for column in COLUMNS:
        twice = [heading for heading, name in zip(headings, meant, strict=True) if name == column]
        if len(twice) > 1:
            raise InputError(f"The columns {listed(twice)} both mean {column}; keep one of them.")


def _require_needed(headings: Sequence[str], given: set[str]) -> None:
    missing = [column for column in ("job_id", "duration_hours") if column not in given]
    if not given & {"energy_kwh", "power_kw"}:
        missing.append("energy_kwh (or power_kw)")
    if missing:
        raise InputError(f"No column {' and no column '.join(missing)}; the columns found are {listed(headings)}.")


def counted(count: int, word: str) -> str:
    """``1 job``, ``2,000 jobs``."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def listed(words: Iterable[str], most: int = 12, longest: int = 40) -> str:
    """Words from outside in a sentence: quoted, cut, at most ``most`` of them."""
    words = list(words)
    shown = ", ".join(repr(word if len(word) <= longest else word[:longest] + "…") for word in words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown or "none"
