"""Orders that nobody looks at: asked about when it is time, let go once their quote has lapsed, their jobs freed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from gridflex.agents.rules import objective_of
from gridflex.services.beckn_commit import free_lost
from gridflex.services.beckn_desk import Dealing
from gridflex.services.beckn_outlook import Outlook, outlook_of
from gridflex.services.beckn_sandbox import TestBench
from gridflex.services.beckn_workload import chooser
from gridflex.services.platform import Platform
from gridflex.services.workspace import Workspace


def dealing_of(shared: Platform, here: Workspace, now: datetime) -> tuple[Dealing, Outlook]:
    """A workspace's way to the network, and the grid as the embedded sandbox sees it."""
    price = shared.grid.price_of(here.site.region, here.tariff)
    outlook = outlook_of(lambda region: shared.grid.view(region, now, price), price)
    objective = chooser(objective_of(here.controls))
    return shared.order_desk.dealing(here.id, outlook, TestBench(), objective, here.site.region), outlook


def tending(shared: Platform, *, waited: bool) -> Callable[[Workspace, datetime], int]:
    """What sees to a workspace's orders that are due, and says to how many.

    On a real network they are seen to in the background, and their end is awaited where ``waited``.
    """

    def tend(here: Workspace, now: datetime) -> int:
        desk = shared.order_desk
        due = desk.count_due(here.id, now)
        if due:
            desk.look_after(dealing_of(shared, here, now)[0], now, waited=waited)
        free_lost(shared.desk, here, desk.listed(here.id), now)
        return due

    return tend
