"""Where the baseline's history comes from: the demo's month, or the visitor's readings."""

from __future__ import annotations

import streamlit as st

from gridflex.errors import InputError
from gridflex.markets.baseline import Metered
from gridflex.services.demo_month import DemoMonths
from gridflex.services.demo_workspace import DEMO_SEED
from gridflex.services.revenue_history import metered_from_csv, routine_of_month
from gridflex.services.workspace import QueueKind
from gridflex.ui import planning, session
from gridflex.ui.plain import plain

UPLOAD = "metered_upload"


@st.cache_resource(show_spinner=False)
def months() -> DemoMonths:
    """The demo's last 30 days, made once in a half-hour for all visitors."""
    return DemoMonths(session.platform().record, DEMO_SEED)


def history(factor: float) -> Metered | None:
    """What the site metered: the file, else the demo queue's month × ``factor``; None where there is neither."""
    with st.expander("History the baseline is made of", icon=":material/history:"):
        given = st.file_uploader(
            "Metered history of this site (CSV: from_utc, mwh)",
            type="csv",
            key=UPLOAD,
            help="Half-hours and MWh at the meter, before now. Nothing is kept: it is read for this visit alone.",
        )
    if given is not None:
        try:
            data = given.getvalue()
            return planning.remembered("metered", (data,), lambda: metered_from_csv(data, session.now()))
        except InputError as problem:
            st.error(plain(str(problem)))
            return None
    if session.workspace().kind is not QueueKind.DEMO:
        return None
    month = months().newest(session.now())
    st.caption(
        f"Without a file the demo site's last 30 days stand in, worked half-hour by half-hour on "
        f"{month.made_of.provenance.word} values: its routine, already shifted, never run at once."
    )
    return planning.remembered("routine", (month, factor), lambda: routine_of_month(month, factor))
