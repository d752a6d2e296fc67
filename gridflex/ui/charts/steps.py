"""Stepped lines and bands that answer no pointer, as path shapes: they cost the browser less than traces do."""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Floats, Ints
from gridflex.ui.charts.style import Spec


def steps(y: Floats, name: str, line: Spec, **extra: object) -> Spec:
    """A stepped line, row by row."""
    return {"type": "path", "path": _path(y), "name": name, "line": line, **extra}


def band(low: Floats, high: Floats, name: str, colour: str, **extra: object) -> Spec:
    """The area between two stepped lines, closed wherever a value is missing."""
    known = np.flatnonzero(~np.isnan(high))
    path = "".join(_area(rows, low, high) for rows in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1))
    area = {"type": "path", "path": path, "fillcolor": colour, "line": {"width": 0}, "layer": "below"}
    return {**area, "name": name, **extra}


def _area(rows: Ints, low: Floats, high: Floats) -> str:
    """There above, back below, over rows that follow one another."""
    if not len(rows):
        return ""
    there = "".join(f"V{high[row]:.4g}H{row + 1}" for row in rows.tolist())
    back = "".join(f"V{low[row]:.4g}H{row}" for row in rows[::-1].tolist())
    return f"M{rows[0]},{low[rows[0]]:.4g}{there}{back}Z"


def _path(y: Floats) -> str:
    """A level stroke for each run of equal values; a stroke begins anew after rows without a value."""
    firsts = np.flatnonzero(np.concatenate(([True], y[1:] != y[:-1])))
    strokes, joined = [], False
    for first, end, value in zip(firsts.tolist(), [*firsts[1:].tolist(), len(y)], y[firsts].tolist(), strict=True):
        known = value == value
        if known:
            strokes.append(f"{'V' if joined else f'M{first},'}{value:.4g}H{end}")
        joined = known
    return "".join(strokes)
