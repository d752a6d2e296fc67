"""The audit chain's arithmetic, without a database: anyone can recompute it.

A trail is one workspace's rows, counted from 1. The recipe, all text in UTF-8 without a
newline at the end, all hashes SHA-256 in lower-case hex:

- ``content`` is compact JSON with sorted keys and everything beyond ASCII as ``\\uXXXX``;
  ``content_hash`` is the hash of that text. Content may be erased later (null): its hash stays.
- ``prev_hash`` is the ``row_hash`` of the row before, for row 1 it is 64 zeros.
- ``row_hash`` is the hash of one line of compact JSON in the same style::

      ["<workspace_id>",<seq>,"<at>","<kind>","<subject>","<content_hash>","<prev_hash>"]

- the head keeps the count of rows and the ``row_hash`` of the last one.

So ``printf '%s' '<that line>' | sha256sum`` gives the row's hash. A trail whose every row and
head were rewritten together is consistent again: compare its head with one noted elsewhere,
in an earlier export for example.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridflex.domain.halfhours import parse_utc, require_utc
from gridflex.errors import TrailBroken

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to be remembered. ``kind``: plan, decision, override, upload, setting ...

    ``subject`` is what it is about (a job's id, may be empty), ``content`` whatever JSON can hold.
    """

    kind: str
    subject: str
    content: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Row:
    """One link of the chain, every column as it is kept: ``at`` is UTC text, ``content`` JSON text or erased."""

    seq: int
    at: str
    kind: str
    subject: str
    content: str | None
    content_hash: str
    prev_hash: str
    row_hash: str

    @property
    def moment(self) -> datetime:
        """``at`` as an instant."""
        return parse_utc(self.at)

    @property
    def data(self) -> dict[str, Any] | None:
        """The content, read; None when it was erased."""
        return None if self.content is None else json.loads(self.content)


@dataclass(frozen=True, slots=True)
class Head:
    """What a workspace's trail must end with; kept apart from the rows."""

    workspace_id: str
    count: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Verified:
    """A trail that holds: its rows, its last hash, and how many rows had their content erased."""

    count: int
    hash: str
    erased: int


def canonical(value: object) -> str:
    """``value`` as the one JSON text that is hashed.

    Raises TypeError for what JSON cannot hold and ValueError for a number that is not finite.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(text: str) -> str:
    """SHA-256 of ``text`` in hex. Half a surrogate pair counts as itself, so no two texts are taken for one."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def utc_text(moment: datetime) -> str:
    """``moment`` in the one spelling that is kept: UTC to the microsecond; sorts as time does."""
    return require_utc(moment).isoformat(timespec="microseconds").replace("+00:00", "Z")


def storable(text: str) -> str:
    """``text`` as any database can keep and index it: 200 characters, NUL and half surrogate pairs as U+FFFD."""
    return text[:200].replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def row_hash(workspace_id: str, seq: int, at: str, kind: str, subject: str, content_hash: str, prev_hash: str) -> str:
    """What a row with these columns must carry as its own hash."""
    return digest(canonical([workspace_id, seq, at, kind, subject, content_hash, prev_hash]))


def link(head: Head, at: datetime, entries: Sequence[Entry]) -> list[Row]:
    """The rows that carry ``head``'s chain on with ``entries``, all written at ``at``."""
    rows: list[Row] = []
    time, last = utc_text(at), head.hash
    for seq, entry in enumerate(entries, start=head.count + 1):
        kind, subject, content = storable(entry.kind), storable(entry.subject), canonical(entry.content)
        content_hash = digest(content)
        own = row_hash(head.workspace_id, seq, time, kind, subject, content_hash, last)
        rows.append(Row(seq, time, kind, subject, content, content_hash, last, own))
        last = own
    return rows


def verify_rows(rows: Iterable[Row], head: Head) -> Verified:
    """Walk the whole chain, oldest first. Raises TrailBroken naming the first row at fault, or the head.

    Finds a row altered in any column, removed, inserted or moved, a tail cut off, and a head
    that was changed. Erased content is no fault.
    """
    if type(head.count) is not int:
        raise TrailBroken(0, "it does not count rows")
    count, last, erased = 0, GENESIS, 0
    for count, row in enumerate(rows, start=1):
        if fault := _fault(row, count, last, head):
            raise TrailBroken(count, fault)
        last = row.row_hash
        erased += row.content is None
    if count < head.count:
        raise TrailBroken(count + 1, f"is missing; the head counts {head.count}")
    if last != head.hash:
        raise TrailBroken(0, "it does not match the last row")
    return Verified(count, last, erased)


def _fault(row: Row, seq: int, prev_hash: str, head: Head) -> str:
    if row.seq != seq:
        return f"is missing; row {row.seq} stands in its place"
    if seq > head.count:
        return f"was added; the head counts {head.count}"
    if row.prev_hash != prev_hash:
        return "does not follow the row before it"
    if row.content is not None and digest(row.content) != row.content_hash:
        return "its content was altered"
    own = row_hash(head.workspace_id, row.seq, row.at, row.kind, row.subject, row.content_hash, row.prev_hash)
    return "" if own == row.row_hash else "was altered"
