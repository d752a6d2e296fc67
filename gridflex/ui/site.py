"""The site's region: chosen in the sidebar, kept in the workspace."""

from __future__ import annotations

import streamlit as st

from gridflex.domain.controls import Controls, ThresholdMode
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


def _change() -> None:
    here, region = session.workspace(), int(st.session_state["region"])
    site = here.site.model_copy(update={"region": region})
    mode = ThresholdMode.FIXED if region == GB else ThresholdMode.RELATIVE
    chosen = Controls.model_validate({**session.controls().model_dump(), "mode": mode})
    st.session_state["mode"] = str(mode)
    session.keep(session.platform().desk.change_site(here, site, chosen, session.now()))
    if mode is ThresholdMode.RELATIVE:
        st.toast(
            f"{REGIONS[region]}: a threshold of 150 g means little here, so it now follows the cleanest "
            f"{chosen.cleanest_percent:.0f} % of the next 24 h. Change it beside the chart.",
            icon=":material/tune:",
        )
