"""The policies by name, in the order the pages list them."""

from __future__ import annotations

from gridflex.planning.policies.base import Policy
from gridflex.planning.policies.best_window import BestWindow, ThresholdBestWindow
from gridflex.planning.policies.interruptible import Interruptible
from gridflex.planning.policies.peer import PeerSlidingMean
from gridflex.planning.policies.run_at_once import RunAtOnce
from gridflex.planning.policies.threshold import Threshold

_LISTED: tuple[Policy, ...] = (
    RunAtOnce(),
    Threshold(),
    ThresholdBestWindow(),
    BestWindow(),
    Interruptible(),
    PeerSlidingMean(),
)
POLICIES: dict[str, Policy] = {policy.name: policy for policy in _LISTED}

DEFAULT_POLICY = "threshold-best-window"
