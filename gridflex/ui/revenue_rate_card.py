"""The first GridFlex's rate card: what it would say, and why that is not the market."""

from __future__ import annotations

import streamlit as st

from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.markets.rate_card import LIMITS, RateCard
from gridflex.services.revenue_rate_card import rate_card_of
from gridflex.services.what_if import what_if
from gridflex.ui import session
from gridflex.ui.plain import plain

TOLD = 2


def show(decided: Decisions, energy_kwh: int) -> None:
    """Formula, figure, limits."""
    st.subheader("The first GridFlex's rate card", anchor=False)
    usual = RateCard()
    low, high = st.slider(
        "Its peak, hours of the UK clock (our setting)",
        0,
        24,
        (int(usual.peak_from), int(usual.peak_to)),
        key="rev_peak",
    )
    if low == high:
        st.caption("The peak must begin before it ends.")
        return
    imagined = what_if(energy_kwh, decided.view, decided.plan.policy, decided.rules, session.workspace().site.pue)
    found = rate_card_of(decided, imagined, RateCard(peak_from=low, peak_to=high))
    st.markdown(f"### ~~{fmt.money(found.gbp_per_hour)} an hour~~ is what it would say")
    st.caption(plain(found.formula))
    joined = "with" if imagined.waits else "without"
    st.caption(
        f"Deferred jobs of the queue, {joined} the imagined job of {fmt.energy(energy_kwh)}, which "
        f"{'waits' if imagined.waits else 'runs now'}. Their power is {found.power_mw:.3f} MW."
    )
    for sentence in LIMITS[:TOLD]:
        st.markdown(plain(sentence))
    with st.expander("Its other limits, and its rows", icon=":material/table_rows:"):
        for sentence in LIMITS[TOLD:]:
            st.markdown(plain(sentence))
        st.dataframe(
            {"job": list(found.job_id), "energy, kWh": found.energy_kwh},
            hide_index=True,
            alt="The jobs the rate card counts, with their energy.",
        )
