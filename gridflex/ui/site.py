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
    """Power cap and PUE, in a popover; keeping them is a setting in the trail."""
    here = session.workspace()
    with st.popover("Site settings", icon=":material/factory:", disabled="replay_at" in st.session_state):
        capped = st.toggle("The site has a power cap", value=here.site.cap_kw is not None, key="capped")
        cap = st.number_input("Power cap, kW", 1.0, 1e6, here.site.cap_kw or 500.0, 10.0, disabled=not capped)
        pue = st.number_input(
            "PUE",
            1.0,
            3.0,
            here.site.pue,
            0.05,
            help="Facility over IT energy. 1.0 means the jobs' energy is measured at the meter.",
        )
        if st.button("Keep", key="keep_site", type="primary"):
            site = Site(region=here.site.region, cap_kw=cap if capped else None, pue=pue)
            chosen = session.controls()
            if session.change(lambda desk, here: desk.change_site(here, site, chosen, session.now())):
                st.rerun()


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
