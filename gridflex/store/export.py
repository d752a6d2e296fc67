"""A trail as plain JSON values that anyone can keep and check without the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import get_type_hints

from gridflex.errors import TrailBroken
from gridflex.store.chain import Head, Row, Verified, verify_rows

FORMAT = "gridflex-trail-1"
RECIPE = (
    "content_hash = sha256(content); row_hash = sha256 of the compact JSON line "
    "[workspace_id,seq,at,kind,subject,content_hash,prev_hash]; prev_hash of row 1 is 64 zeros; "
    "head = number of rows and row_hash of the last"
)
_COLUMNS = get_type_hints(Row)


def read_row(values: object, position: int) -> Row:
    """A row from columns nobody vouches for. Raises TrailBroken at ``position`` if they are no row's.

    A column too many counts as a fault: no hash would cover it.
    """
    if not isinstance(values, Mapping) or values.keys() != _COLUMNS.keys():
        raise TrailBroken(position, "does not have the columns of a row")
    for name, kind in _COLUMNS.items():
        if not isinstance(values[name], kind):
            raise TrailBroken(position, f"its {name} is not what was written")
    return Row(**values)


def export_trail(rows: Iterable[Row], head: Head) -> dict[str, object]:
    """The trail, oldest row first, with its head and the recipe to check it by (full text: ``store.chain``)."""
    return {
        "format": FORMAT,
        "recipe": RECIPE,
        "workspace_id": head.workspace_id,
        "head": {"count": head.count, "hash": head.hash},
        "rows": [{name: getattr(row, name) for name in _COLUMNS} for row in rows],
    }


def verify_export(export: object) -> Verified:
    """``verify_rows`` for an export, from the export alone. Raises TrailBroken."""
    match export:
        case {
            "format": format_,
            "workspace_id": str(workspace_id),
            "head": {"count": int(count), "hash": str(last)},
            "rows": list(values),
        } if format_ == FORMAT:
            rows = (read_row(value, position) for position, value in enumerate(values, start=1))
            return verify_rows(rows, Head(workspace_id, count, last))
        case _:
            raise TrailBroken(0, f"this is not an export in the format {FORMAT}")
