"""Rules that notify: a form, the list with a test and a way out, and the log of deliveries."""

from __future__ import annotations

import streamlit as st

from gridflex.domain import format as fmt
from gridflex.notify.addresses import MOST_URL
from gridflex.notify.rules import MEANINGS, Rule, Trigger
from gridflex.services.workspace import Workspace
from gridflex.store.deliveries import Deliveries
from gridflex.ui import session
from gridflex.ui.plain import plain

TITLES = {
    Trigger.THRESHOLD: "Threshold crossed",
    Trigger.PLAN: "Plan changed",
    Trigger.DEADLINE: "Deadline at risk",
    Trigger.STALE: "Source stale",
}
SHOWN = 20


def section() -> None:
    """All of it, in one expander."""
    with st.expander("Rules that notify", icon=":material/notifications:"):
        st.caption(
            "A rule sends a signed message to a web address of yours, once each time its state begins. Rules are "
            "looked at whenever the plan is made: each half-hour by the scheduler, or while a page is open."
        )
        _make()
        here = session.workspace()
        if not here.rules:
            st.caption("There is no rule yet.")
            return
        for rule in here.rules:
            _rule(rule, here)
        _log(here)


def _make() -> None:
    chosen = st.selectbox("When", list(Trigger), format_func=TITLES.__getitem__, key="rule_trigger")
    trigger = Trigger(chosen or Trigger.THRESHOLD)
    means = MEANINGS[trigger]
    with st.form("new_rule", border=False):
        st.caption(f"It speaks {means.sentence}.")
        limit = st.number_input(f"Limit, {means.unit}", means.low, means.high, means.default, key=f"limit_{trigger}")
        url = st.text_input("Web address (https)", max_chars=MOST_URL, placeholder="https://hooks.example.org/gridflex")
        if not st.form_submit_button("Add rule", icon=":material/add_alert:"):
            return
    made: list[Rule] = []

    def add(here: Workspace) -> Workspace:
        changed, rule = session.platform().desk.rules.add(here, trigger, limit, url, session.now())
        made.append(rule)
        return changed

    if session.change(lambda _, here: add(here)):
        st.code(made[0].secret, language=None)
        st.warning("The secret that signs its messages. Copy it now: it is shown this once.", icon=":material/key:")


def _rule(rule: Rule, here: Workspace) -> None:
    with st.container(border=True):
        st.markdown(f"**{TITLES[rule.trigger]}** · limit {rule.limit:g} {MEANINGS[rule.trigger].unit}")
        st.text(rule.url)
        with st.container(horizontal=True):
            test = st.button("Send a test", icon=":material/send:", key=f"test_{rule.id}")
            if st.button("Remove", icon=":material/delete:", key=f"remove_{rule.id}"):
                if session.change(lambda desk, own: desk.rules.remove(own, rule.id, session.now())):
                    st.rerun()
        if test:
            _test(rule, here)


def _test(rule: Rule, here: Workspace) -> None:
    with st.spinner("Sending a test …"):
        found = session.attempted(lambda: session.platform().notifier.test(rule, here.id, session.now()))
    if found:
        (st.success if found.status == "delivered" else st.error)(plain(f"Test {found.status}: {found.reason}."))


def _log(here: Workspace) -> None:
    found = Deliveries(session.platform().database).newest(here.id, SHOWN)
    if not found:
        st.caption("Nothing has been sent yet.")
        return
    st.markdown("**Deliveries**")
    rows = {
        "time, UK": [fmt.date_clock(one.at) for one in found],
        "status": [one.status for one in found],
        "reason": [one.reason for one in found],
        "what was said": [one.sentence for one in found],
    }
    wide = {"what was said": st.column_config.TextColumn("what was said", width="large")}
    st.dataframe(rows, hide_index=True, column_config=wide, alt="Deliveries: time, status, reason and what was said.")
