"""What benchmarks share: quantiles, and a result printed as a table and kept as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value with at least ``share`` of all at or below it."""
    ranked = sorted(values)
    return ranked[min(int(share * len(ranked)), len(ranked) - 1)]


def machine() -> str:
    """Processor count, kind and Python: what a figure depends on."""
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def publish(name: str, rows: Sequence[Mapping[str, object]], note: str = "") -> None:
    """Print rows as a table and write them to ``benchmarks/results/NAME.json``."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    cells = [[_shown(row.get(column, "")) for column in columns] for row in rows]
    widths = [max(len(column), *(len(line[i]) for line in cells)) for i, column in enumerate(columns)]
    print(f"\n{name} ({machine()}){': ' + note if note else ''}")
    for line in (columns, *cells):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))
    RESULTS.mkdir(exist_ok=True)
    found = {"benchmark": name, "machine": machine(), "note": note, "rows": list(rows)}
    (RESULTS / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n")


def _shown(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
