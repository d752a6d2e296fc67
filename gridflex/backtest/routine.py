"""A site's routine, as its meter would have recorded it: the history a baseline is taken from."""

from __future__ import annotations

from datetime import timedelta

from gridflex.backtest.result import Result
from gridflex.backtest.study import Contender
from gridflex.domain.halfhours import HALF_HOUR
from gridflex.domain.market_data import MWH
from gridflex.markets.baseline import Metered

WARM_UP = timedelta(days=2)
"""Left out at the start: runs of the days before are not in a backtest."""

COOL_DOWN = timedelta(days=1)
"""Left out at the end: jobs whose run would end after it are not in a backtest."""


def routine_history(result: Result, contender: Contender) -> Metered:
    """MWh by half-hour of a contender's own, already shifted, load."""
    study = result.study
    skipped, last = WARM_UP // HALF_HOUR, len(study) - COOL_DOWN // HALF_HOUR
    kwh = result.of(contender).outcome.kwh(study.jobs, len(study))
    return Metered(study.start + WARM_UP, kwh[skipped:last] / MWH)
