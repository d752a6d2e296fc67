"""The backtest form, and a run in the background: progress, time left, cancel."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from gridflex.agents.demo_queue import FIFTEEN
from gridflex.backtest.result import Result
from gridflex.backtest.study import BEST_WINDOW, DOCUMENTED
from gridflex.domain import format as fmt
from gridflex.domain.halfhours import uk_time
from gridflex.domain.regions import REGIONS
from gridflex.errors import InputError
from gridflex.services.demo_workspace import DEMO_SEED
from gridflex.services.impact_price import PriceChoice
from gridflex.services.impact_runs import Backtests, Running
from gridflex.services.impact_study import MOST_JOBS_A_DAY, OFFERED, Asked, Prepared, prepared
from gridflex.services.impact_trace import trace_of
from gridflex.store.workspaces import new_token
from gridflex.ui import faults, impact_fill, session
from gridflex.ui.intake import UPLOAD_MB
from gridflex.ui.plain import plain

USUAL_DAYS = 30
LOOK = "1s"


@st.cache_resource(show_spinner=False)
def backtests() -> Backtests:
    """Those of this process."""
    return Backtests()


def form() -> None:
    """Period, region, workload, policies; the controls in force give threshold, aim and minimum gain."""
    last = uk_time(session.now()).date() - timedelta(days=1)
    with st.form("backtest"):
        period, place, paid = st.columns(3)
        days = period.date_input(
            "Period (UK days that are over)", (last - timedelta(days=USUAL_DAYS - 1), last), max_value=last
        )
        region = place.selectbox(
            "Region", list(REGIONS), format_func=lambda number: REGIONS[number], key="impact_region"
        )
        price: str = paid.selectbox(
            "Price", [*PriceChoice], format_func=lambda choice: PriceChoice(choice).label, key="impact_price"
        )
        jobs, file = st.columns([1, 2])
        count = jobs.number_input("Demo jobs a day", 1, MOST_JOBS_A_DAY, FIFTEEN, key="impact_jobs")
        given = file.file_uploader(
            "or a workload of your own: CSV, JSON, squeue, SWF or GAIA, plain or gzipped",
            key="impact_trace",
            max_upload_size=UPLOAD_MB,
        )
        chosen = st.multiselect(
            "Policies", OFFERED, [DOCUMENTED, BEST_WINDOW], format_func=lambda one: one.label, key="impact_who"
        )
        with st.container(horizontal=True):
            pressed = st.form_submit_button("Run backtest", icon=":material/play_arrow:")
            wanted = st.form_submit_button("Fetch recorded values", icon=":material/cloud_download:")
    if not (pressed or wanted):
        return
    if not isinstance(days, tuple) or len(days) != 2:
        st.error("Choose the first and the last day of the period.")
        return
    try:
        trace = trace_of(given.name, given.getvalue(), days[0]) if given is not None and pressed else None
        asked = Asked(days[0], days[1], region, count, tuple(chosen), DEMO_SEED, trace, PriceChoice(price))
    except InputError as problem:
        st.error(plain(str(problem)))
        return
    if wanted:
        impact_fill.start(asked)
    else:
        _start(asked)


def _start(asked: Asked) -> None:
    here, controls, now, record = session.workspace(), session.controls(), session.now(), session.platform().record
    backtests().start(
        _visitor(),
        lambda: prepared(asked, record, controls, here.site, here.tariff, now),
        asked.contenders,
    )


def _visitor() -> str:
    name: str = st.session_state.setdefault("backtest_visitor", new_token())
    return name


def latest() -> Running | None:
    """The visitor's last run, or the one under way."""
    return backtests().of(_visitor())


def finished() -> tuple[Result, Prepared] | None:
    """The last run's result and what it is made of; None where there is none."""
    running = latest()
    return (running.result, running.prepared) if running and running.result and running.prepared else None


def progress() -> None:
    """The bar while a run is under way; why it came to nothing, where it did."""
    running = latest()
    if running is None:
        return
    if not running.over:
        _watch()
    elif running.problem:
        st.error(plain(running.problem))
    elif running.result is None:
        st.info("Cancelled. What was finished is kept; running it again goes on from there.", icon=":material/pause:")


@st.fragment(run_every=LOOK)
@faults.told("watch")
def _watch() -> None:
    """Looks once a second; the whole page runs again when it is over."""
    running = latest()
    if running is None or running.over:
        st.rerun()
    told = running.progress
    left = "" if told.seconds_left is None else f" · {fmt.span(timedelta(seconds=told.seconds_left))} left"
    if told.seconds_left is not None and told.seconds_left < 60:
        left = f" · {told.seconds_left:.0f} s left"
    st.progress(min(told.share, 1.0), f"{100 * told.share:.0f} %{left}")
    if st.button("Cancel", icon=":material/stop:", key="cancel_backtest"):
        running.stopped.set()
