"""From raw cells to a job frame: the same judgement for every format and for the editable table."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from gridflex.agents.intake.checks import (
    Refusals,
    as_text,
    booleans,
    column_of,
    in_order,
    is_empty,
    is_typed,
    numbers,
    shown,
    texts,
    times,
    words,
)
from gridflex.agents.intake.columns import counted, listed, recognise
from gridflex.agents.intake.model import Intake, Limits, RawTable
from gridflex.domain.halfhours import require_utc
from gridflex.domain.job_frame import JOB_DTYPES, RANGES, NumberRange, as_job_frame
from gridflex.domain.jobs import MAX_ENERGY_KWH, Job, Priority

POWER_RANGE = NumberRange(0.0, False, MAX_ENERGY_KWH)
AGREEMENT = 0.01
"""Share by which a given power and energy / duration may differ: roundings of one another, no more."""


def validate_edited(edited: pd.DataFrame, now: datetime) -> Intake:
    """Judge a table that a person edited (the columns of the job frame, cells of any type).

    Rows count from 1 in the order of the table. Raises InputError where a needed column is absent.
    """
    cells = edited.set_axis(pd.RangeIndex(1, len(edited) + 1))
    return checked("edited", RawTable(cells, "table"), now, Limits())


def checked(name: str, raw: RawTable, now: datetime, limits: Limits) -> Intake:
    """Judge the raw cells of the source ``name`` by column; ``now`` (UTC) stands where no release is given.

    Raises InputError where a needed column is absent, or two columns mean the same.
    """
    names, strangers = recognise([str(name) for name in raw.cells.columns])
    cells, blank = _without_blank_rows(_text_or_typed(raw.cells.set_axis(names, axis=1)))
    refusals = Refusals()
    _refuse_long_cells(cells, limits.cell, refusals)
    cells = refusals.without(cells)
    columns = _typed(cells, require_utc(now), refusals)
    good = refusals.without(pd.DataFrame(columns))
    frame = as_job_frame({name: good[name] for name in JOB_DTYPES})
    notes = [*raw.notes, *_notes(cells.loc[good.index], strangers, blank)]
    if not (len(frame) or raw.problems or refusals.problems):
        notes.append("It lists no waiting job.")
    problems, rows = in_order(raw.problems, refusals.problems), good.index.to_numpy(np.int64)
    return Intake(name, frame, problems, tuple(notes), raw.format, rows)


def _text_or_typed(cells: pd.DataFrame) -> pd.DataFrame:
    """Columns of numbers, times and booleans as they are, all others as text."""
    columns = {name: column if is_typed(column) else as_text(column) for name, column in cells.items()}
    return pd.DataFrame(columns, index=cells.index)


def _without_blank_rows(cells: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    blank = pd.DataFrame({name: is_empty(column) for name, column in cells.items()}, index=cells.index).all(axis=1)
    return cells[~blank], int(blank.sum())


def _refuse_long_cells(cells: pd.DataFrame, longest: int, refusals: Refusals) -> None:
    for name, column in cells.items():
        if not is_typed(column):
            long = column.str.len() > longest
            refusals.refuse(
                long, shown(name), column, f"at most {longest:,} characters (is a quotation mark left open?)"
            )


def _typed(cells: pd.DataFrame, now: datetime, refusals: Refusals) -> dict[str, pd.Series]:
    """All columns of the job frame, typed; wrong cells are refused."""
    defaults = {name: field.default for name, field in Job.model_fields.items()}
    release = times(cells, "release", refusals)
    columns = {
        "job_id": texts(cells, "job_id", "", refusals),
        "kind": texts(cells, "kind", defaults["kind"], refusals),
        "priority": words(cells, "priority", [str(word) for word in Priority], str(defaults["priority"]), refusals),
        "duration_hours": numbers(cells, "duration_hours", RANGES["duration_hours"], refusals, needed=True),
        "release": release.fillna(pd.Timestamp(now)),
        "deadline": times(cells, "deadline", refusals),
        "deferrable": booleans(cells, "deferrable", defaults["deferrable"], refusals),
        "interruptible": booleans(cells, "interruptible", defaults["interruptible"], refusals),
    }
    columns["energy_kwh"] = _energies(cells, columns["duration_hours"], refusals)
    for name in JOB_DTYPES:
        if name not in columns:
            columns[name] = numbers(cells, name, RANGES[name], refusals)
    _refuse_contradictions(columns, cells, refusals)
    return columns


def _energies(cells: pd.DataFrame, hours: pd.Series, refusals: Refusals) -> pd.Series:
    """Energy in kWh, as given or power times duration; both must agree where both are given."""
    energy = numbers(cells, "energy_kwh", RANGES["energy_kwh"], refusals, needed="power_kw" not in cells)
    if "power_kw" not in cells:
        return energy
    power = numbers(cells, "power_kw", POWER_RANGE, refusals, needed="energy_kwh" not in cells)
    product = power * hours
    impossible = energy.isna() & product.notna() & ~RANGES["energy_kwh"].allows(product.to_numpy())
    refusals.refuse(impossible, "power_kw", cells["power_kw"], f"power x duration {RANGES['energy_kwh']} kWh")
    if "energy_kwh" in cells:
        neither = is_empty(cells["energy_kwh"]) & is_empty(cells["power_kw"])
        refusals.refuse(neither, "energy_kwh", cells["energy_kwh"], "a number here or under power_kw")
    apart = (product - energy).abs() > AGREEMENT * energy
    refusals.refuse(apart, "power_kw", cells["power_kw"], "energy_kwh / duration_hours, or only one of the two")
    return energy.fillna(product)


def _refuse_contradictions(columns: dict[str, pd.Series], cells: pd.DataFrame, refusals: Refusals) -> None:
    """What is right in itself and wrong beside another column or row; only rows good so far are judged."""
    good = refusals.without(pd.DataFrame(columns))
    cells = cells.loc[good.index]
    late = good["deadline"] <= good["release"]
    refusals.refuse(late, "deadline", column_of(cells, "deadline"), "a time after the release")
    short = good["time_limit_hours"] < good["duration_hours"]
    refusals.refuse(short, "time_limit_hours", column_of(cells, "time_limit_hours"), "at least duration_hours")
    ids = refusals.without(good)["job_id"]
    refusals.refuse(ids.duplicated(), "job_id", ids, "an id that no good row above has")


def _notes(cells: pd.DataFrame, strangers: list[str], blank: int) -> list[str]:
    notes = []
    if strangers:
        notes.append(f"Columns ignored: {listed(strangers)}.")
    if blank:
        notes.append(f"{counted(blank, 'blank row')} skipped.")
    unreleased = len(cells) if "release" not in cells else int(is_empty(cells["release"]).sum())
    if unreleased:
        notes.append(f"{counted(unreleased, 'job')} without a release: taken as waiting since now.")
    return notes
