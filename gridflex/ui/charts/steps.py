"""Stepped lines and bands that answer no pointer, as path shapes: they cost the browser less than traces do."""

from __future__ import annotations

import numpy as np

from gridflex.planning.horizon import Floats
from gridflex.ui.charts.style import Spec


def steps(y: Floats, name: str, line: Spec, **extra: object) -> Spec:
    """A stepped line, row by row."""
    return {"type": "path", "path": _path(y), "name": name, "line": line, **extra}


def band(low: Floats, high: Floats, name: str, colour: str, **extra: object) -> Spec:
    """The area between two stepped lines."""
    known = np.flatnonzero(~np.isnan(high))
    back = "".join(f"V{low[row]:.4g}H{row}" for row in known[::-1].tolist())
    area = {"type": "path", "path": f"{_path(high)}{back}Z", "fillcolor": colour, "line": {"width": 0}}
    return {**area, "name": name, "layer": "below", **extra}


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
