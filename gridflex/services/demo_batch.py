"""A demo queue of any size, on request."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from gridflex.agents.demo_jobs import KINDS, draw_jobs, draw_kinds
from gridflex.domain.halfhours import floor_half_hour


def demo_batch(seed: int, now: datetime, count: int, include_critical: bool) -> pd.DataFrame:
    """``count`` demo jobs waiting since now's half-hour, drawn as a site's arrivals are. ``seed`` from 0.

    With ``include_critical`` at least one of them may not wait; else none of them.
    """
    rng = np.random.default_rng([seed, count, include_critical])
    critical = np.array([kind.always_critical for kind in KINDS])
    kinds = draw_kinds(rng, count)
    while not include_critical and critical[kinds].any():
        kinds = np.where(critical[kinds], draw_kinds(rng, count), kinds)
    if include_critical and not critical[kinds].any():
        kinds[rng.integers(count)] = int(critical.argmax())
    release = pd.Series([pd.Timestamp(floor_half_hour(now))] * count)
    return draw_jobs(rng, kinds, release, np.zeros(count, dtype=np.bool_))
