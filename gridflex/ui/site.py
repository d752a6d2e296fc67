"""The site: its region, power cap and PUE, chosen in the sidebar, kept in the workspace."""

from __future__ import annotations

import streamlit as st

from gridflex.domain.controls import Controls, Site, ThresholdMode
from gridflex.domain.regions import GB, REGIONS
from gridflex.ui import session


def region_control() -> None:
    """Region of the site; a change is a kept setting and offers a relative threshold."""
    here = session.workspace()
    st.session_state.setdefault("region", here.site.region)
    st.selectbox(
        "Site region",
        list(REGIONS),
        format_func=REGIONS.__getitem__,
        key="region",
        on_change=_change,
        help="Where the jobs run. Regions have forecasts only; Great Britain is also measured.",
        disabled="replay_at" in st.session_state,
        persist_state="session",
    )


def site_settings() -> None:
    """Limit, PUE and what a pause takes, in a popover; keeping them is a setting in the trail."""
    here = session.workspace()
    with st.popover("Site settings", icon=":material/factory:", disabled="replay_at" in st.session_state):
        limits = _limits(here.site)
        pue = st.number_input(
            "PUE",
            1.0,
            3.0,
            here.site.pue,
            0.05,
            help="Facility over IT energy. 1.0 means the jobs' energy is measured at the meter.",
        )
        stretch = st.number_input(
            "Shortest stretch of a job that pauses, h", 0.5, 24.0, here.site.min_run_hours, 0.5, key="min_run"
        )
        restart = st.number_input("Energy of each restart, kWh", 0.0, 1e4, here.site.restart_kwh, 1.0, key="restart")
        if st.button("Keep", key="keep_site"):
            site = Site(region=here.site.region, pue=pue, min_run_hours=stretch, restart_kwh=restart, **limits)
            chosen = session.controls()
            if session.change(lambda desk, here: desk.change_site(here, site, chosen, session.now())):
                st.rerun()


def _limits(site: Site) -> dict[str, float]:
    """The site's limit in every half-hour: none, kW or GPUs."""
    kept = "kW" if site.cap_kw else "GPUs" if site.cap_gpus else "none"
    unit = st.segmented_control(
        "Limit of the site",
        ["none", "kW", "GPUs"],
        default=kept,
        key="limit",
        required=True,
        help="Hard in every half-hour, for the limit of each job's time. Critical jobs go first.",
    )
    if unit == "GPUs":
        return {"cap_gpus": st.number_input("GPUs", 1.0, 1e6, site.cap_gpus or 64.0, 1.0, key="cap_gpus")}
    if unit == "kW":
        return {"cap_kw": st.number_input("Power cap, kW", 1.0, 1e6, site.cap_kw or 500.0, 10.0, key="cap_kw")}
    return {}


def _change() -> None:
    here, region = session.workspace(), int(st.session_state["region"])
    site = here.site.model_copy(update={"region": region})
    mode = ThresholdMode.FIXED if region == GB else ThresholdMode.RELATIVE
    chosen = Controls.model_validate({**session.controls().model_dump(), "mode": mode})
    st.session_state["mode"] = str(mode)
    done = session.change(lambda desk, here: desk.change_site(here, site, chosen, session.now()))
    if done and mode is ThresholdMode.RELATIVE:
        st.toast(
            f"{REGIONS[region]}: a threshold of 150 g means little here, so it now follows the cleanest "
            f"{chosen.cleanest_percent:.0f} % of the next 24 h. Change it beside the chart.",
            icon=":material/tune:",
        )
