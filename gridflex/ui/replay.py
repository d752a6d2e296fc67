"""What an address replays: the moment, and which demo of which seed in which region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from gridflex.domain.halfhours import floor_half_hour, parse_utc
from gridflex.domain.regions import GB, REGIONS
from gridflex.errors import InputError
from gridflex.services.demo_workspace import DEMO_SEED
from gridflex.services.workspace import QueueKind, Workspace

YEARS = range(2018, 2100)
"""From the year the carbon intensity service began."""
MOST_SEEDS = 1_000_000
PARAMETERS = ("at", "queue", "seed", "region")
SHARED = (QueueKind.DEMO, QueueKind.DAY)
"""A visitor's own jobs are never part of a link."""


@dataclass(frozen=True)
class Replayed:
    """A demo queue as of ``at``, a UTC half-hour."""

    at: datetime
    kind: QueueKind = QueueKind.DEMO
    seed: int = DEMO_SEED
    region: int = GB


def read(address: Mapping[str, str]) -> Replayed | None:
    """The replay an address asks for; None without a moment that can be replayed. What cannot be is the default."""
    try:
        at = floor_half_hour(parse_utc(address.get("at", "")))
    except InputError:
        return None
    if at.year not in YEARS:
        return None
    kind = QueueKind(address["queue"]) if address.get("queue") in SHARED else QueueKind.DEMO
    region = _number(address.get("region", ""), GB)
    return Replayed(at, kind, _number(address.get("seed", ""), DEMO_SEED), region if region in REGIONS else GB)


def parameters(here: Workspace, at: datetime) -> dict[str, str]:
    """What a link says, so that it replays the demo of this workspace; defaults are left out."""
    said = {"at": at.strftime("%Y-%m-%dT%H:%MZ")}
    if here.kind in SHARED and here.kind is not QueueKind.DEMO:
        said["queue"] = str(here.kind)
    if here.kind in SHARED and here.seed != DEMO_SEED:
        said["seed"] = str(here.seed)
    if here.site.region != GB:
        said["region"] = str(here.site.region)
    return said


def _number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and int(text[:9]) < MOST_SEEDS and len(text) < 8 else default
