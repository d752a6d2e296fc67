"""The Tuning page: the rules on the left, their consequences beside them, the lab's charts below."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import streamlit as st

from gridflex.agents.orchestrator import Decisions
from gridflex.domain import format as fmt
from gridflex.planning.horizon import Floats
from gridflex.planning.policies import POLICIES
from gridflex.services.curves import Curves, curve_table, swept, threshold_curves
from gridflex.services.headline import totals, worth_words
from gridflex.services.power_view import alternatives
from gridflex.services.proof_lines import proof_lines
from gridflex.services.what_if import what_if
from gridflex.ui import controls, exports, faults, frame, lab, planning, rule_controls, scenarios, session, tariff
from gridflex.ui.charts.curves import curves_figure, marks
from gridflex.ui.charts.style import CONFIG, legend
from gridflex.ui.palette import palette

WAIT = ":material/hourglass_top: What follows comes next."
REST_S = 0.4
"""A slider at rest for one to two of these has the lab drawn for the plan it chose."""


def show() -> None:
    """The whole page."""
    scenarios.put_chosen()
    st.title("Tuning")
    frame.replay_banner()
    if not len(session.workspace().frame):
        st.info("The queue is empty; there is nothing to tune yet.", icon=":material/inbox:")
        st.page_link(frame.QUEUE, label="Bring in jobs", icon=":material/upload:")
        return
    st.session_state["lab_of"] = session.controls()
    _rules()
    _lab()
    tariff.editor()


@st.fragment
@faults.told("rules")
def _rules() -> None:
    """The controls and the figures beside them: all that a move draws at once."""
    settled = session.controls() == st.session_state["lab_of"]
    if not planning.capped():
        planning.decisions()  # made, and remembered, before a place is laid: what trickles in is drawn more than once
    left, right = st.columns([1, 2], gap="medium")
    with left:
        energy = _controls() if planning.capped() else None  # a plan under a cap takes longer than controls may wait
        decided = controls.planned()  # here, where what it says meanwhile pushes nothing aside
    with right:
        told = st.container()  # what stood in it stays until the new plan is told
        curves = _curves(decided)  # else before even the controls: their state is known
        proof, rest = st.container(), st.container()  # places that no move shifts: a timer writes into its own
    with left:
        energy = _controls() if energy is None else energy
    told.markdown(_consequences(decided, energy))
    with proof:
        _told_of(curves, decided)
        st.text("\n".join(proof_lines(decided)))  # job ids are text from outside
        controls.keep_button()
        if not planning.capped():  # else the lab says itself how far it is
            st.caption("What follows is of this plan." if settled else WAIT)
    if not settled:
        with rest:
            _at_rest([])


def _controls() -> int:
    """All of them; the energy of the imagined job, kWh."""
    rule_controls.policy_select()
    controls.threshold_controls()
    rule_controls.aim_controls()
    rule_controls.limits(lambda: float(np.max(_alternatives())))
    return controls.energy_slider()


@st.fragment(run_every=REST_S)
def _at_rest(ticks: list[int]) -> None:
    """Drawn with a move; at its second tick after that the page is drawn again, with the lab of the new plan."""
    if len(ticks) > 1:  # the first comes from a timer that may have run since the move before
        st.rerun()
    ticks.append(1)


@st.fragment
@faults.told("lab")
def _lab() -> None:
    """Charts and tables of the plan: a fragment of its own, as they take longer than a move may."""
    lab.show(planning.decisions(), _alternatives())


def _alternatives() -> tuple[Floats, Floats]:
    """Power if all ran at once, and of the herd; they depend on the queue and the grid alone."""
    here = planning.prepared()
    return planning.remembered("herd", (here,), lambda: alternatives(here.queue, here.view.horizon))


def _consequences(decided: Decisions, energy: int) -> str:
    """What the plan does, the imagined job, the policy, the chart's colours; one text, as elements make moves slow."""
    sums, policy = totals(decided), POLICIES[decided.plan.policy]
    against = " against first come, first served under the cap" if decided.rules.site_capped else ""
    found = what_if(energy, decided.view, policy.name, decided.rules, session.workspace().site.pue)
    return (
        f"**{sums.waiting:,} of {fmt.plural(sums.jobs, 'job')} wait.** The plan "
        f"{worth_words(sums.saved_g, sums.saved_gbp, sums.saved_share)}{against}.\n\n"
        f":gray[{fmt.energy(energy)} over 5 h is {fmt.power(found.power_kw)}; {found.sentence}]\n\n"
        f":small[:gray[{policy.title}: {policy.sentence}]]\n\n"
        f":small[:gray[{legend(marks(palette(session.is_dark())))}]]"
    )


def _curves(decided: Decisions) -> Curves:
    key = (planning.prepared(), decided.plan.policy, replace(decided.rules, threshold=None))
    sweep = planning.remembered("sweep", key, lambda: swept(decided))
    curves = threshold_curves(decided, sweep)
    st.plotly_chart(curves_figure(curves, palette(session.is_dark())), key="curves", config=CONFIG, alt=curves.alt)
    return curves


def _told_of(curves: Curves, decided: Decisions) -> None:
    if decided.rules.site_capped or decided.rules.carbon_capped:
        st.caption("The curves leave caps out: they show what each threshold asks for, not what there is room for.")
    suggested = curves.suggestion
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Suggestion.** {suggested.reason}")
        if suggested.threshold is not None:
            st.button("Try it", key="try_suggestion", on_click=rule_controls.try_threshold, args=(suggested.threshold,))
    exports.table_button("Export these curves", "gridflex-threshold.csv", curve_table(curves))
