"""What all requests share: the platform, its stores, and what is counted of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated

from fastapi import Depends, Request

from gridflex.api.keys import KeyRing
from gridflex.api.meter import Meter
from gridflex.api.ticking import Ticker
from gridflex.services.demo_month import DemoMonths
from gridflex.services.platform import Platform
from gridflex.services.self_checks import SelfChecks
from gridflex.store.api_keys import ApiKeys
from gridflex.store.deliveries import Deliveries
from gridflex.store.workspaces import Workspaces


@dataclass(frozen=True, eq=False)
class Parts:
    """What all requests share. ``network_s`` is the longest that one waits for a real Beckn network."""

    platform: Platform
    checks: SelfChecks
    months: DemoMonths
    ticker: Ticker
    network_s: float
    keys: KeyRing = field(default_factory=KeyRing)
    meter: Meter = field(default_factory=Meter)

    @cached_property
    def workspaces(self) -> Workspaces:
        """The store of workspaces."""
        return Workspaces(self.platform.database)

    @cached_property
    def deliveries(self) -> Deliveries:
        """The log of what rules sent."""
        return Deliveries(self.platform.database)

    @cached_property
    def api_keys(self) -> ApiKeys:
        """The store of keys that visitors made."""
        return ApiKeys(self.platform.database)


async def parts_of(request: Request) -> Parts:
    """What the app was built with. A coroutine, as it waits for nothing: other functions are given a thread."""
    found: Parts = request.app.state.parts
    return found


Shared = Annotated[Parts, Depends(parts_of)]
