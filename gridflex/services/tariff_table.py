"""The tariff as an editable table, one row a band, and back."""

from __future__ import annotations

from datetime import time
from typing import Any

from pydantic import ValidationError

from gridflex.domain.tariff import Days, Tariff
from gridflex.errors import InputError

COLUMNS = ("row", "kind", "band", "days", "from (UK)", "to (UK)", "GBP/kWh", "source")
BY_VISITOR = "set by the visitor"
EDITED = " (edited)"
DAYS = tuple(str(days) for days in Days)


def tariff_table(tariff: Tariff) -> dict[str, list[Any]]:
    """Columns of all bands; times as HH:MM of the UK clock, 00:00 as an end is midnight."""
    cells = [
        (row.name, str(row.kind), band.label, str(band.days), _clock(band.start), _clock(band.end), band.gbp_per_kwh,
         row.source)
        for row in tariff.rows
        for band in row.bands
    ]  # fmt: skip
    return {name: [cell[i] for cell in cells] for i, name in enumerate(COLUMNS)}


def edited_tariff(tariff: Tariff, table: dict[str, list[Any]]) -> Tariff:
    """The tariff with the bands of an edited table. Raises InputError with the first thing wrong."""
    rows: dict[str, dict[str, Any]] = {}
    for name, kind, label, days, start, end, price, source in zip(*(table[name] for name in COLUMNS), strict=True):
        row = rows.setdefault(str(name), {"name": str(name), "kind": kind, "bands": [], "source": source})
        row["bands"].append({"label": label, "days": days, "start": start, "end": end, "gbp_per_kwh": price})
    try:
        edited = Tariff.model_validate({**tariff.model_dump(mode="json"), "rows": list(rows.values())})
    except ValidationError as problem:
        first = problem.errors()[0]
        where = " → ".join(str(part) for part in first["loc"])
        raise InputError(f"{first['msg'].removeprefix('Value error, ')} ({where})") from None

    return _marked(tariff, edited)


def _marked(before: Tariff, edited: Tariff) -> Tariff:
    """What a visitor changed no longer carries the published source, nor the tariff its plain name."""
    known = {row.name: row for row in before.rows}
    rows = tuple(
        row.model_copy(update={"source": BY_VISITOR})
        if row != known.get(row.name) and row.source == getattr(known.get(row.name), "source", row.source)
        else row
        for row in edited.rows
    )
    if rows == before.rows:
        return before
    return edited.model_copy(update={"rows": rows, "name": f"{before.name.removesuffix(EDITED)}{EDITED}"})


def _clock(moment: time) -> str:
    return f"{moment:%H:%M}"
