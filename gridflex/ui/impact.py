"""The Impact page: what was really saved, beside what the first GridFlex would claim."""

from __future__ import annotations

import streamlit as st

from gridflex.backtest.result import Result
from gridflex.backtest.study import AT_ONCE, BEST_WINDOW
from gridflex.domain import format as fmt
from gridflex.domain.halfhours import HALF_HOUR
from gridflex.domain.provenance import Provenance
from gridflex.domain.tariff import DEFAULT_TARIFF
from gridflex.errors import InputError
from gridflex.services.demo_month import Season
from gridflex.services.impact_claims import claim_inputs, claim_table, claim_text, claims_of
from gridflex.services.impact_view import (
    Impact,
    band_text,
    day_table,
    half_hour_table,
    impact,
    job_table,
    revenue_table,
    season_table,
    settlement_sentence,
)
from gridflex.ui import frame, impact_accounts, impact_errors, impact_fill, impact_run, planning, session
from gridflex.ui.charts import impact as charts
from gridflex.ui.charts.style import CONFIG
from gridflex.ui.palette import palette
from gridflex.ui.plain import plain
from gridflex.ui.revenue_history import months
from gridflex.ui.tables import csv_of, rows_below

POLICY_COLUMNS = (
    *("saved, kg", "saved, %", "share of the possible, %", "estimated, kg", "cost saved, £", "cost saved, %"),
    *("mean delay, h", "dirtier, %", "SLA kept, %", "critical late", "late", "peak, kW"),
)


def show() -> None:
    """The whole page: the visitor's backtest, or the demo site's last 30 days until there is one."""
    st.title("Impact")
    frame.replay_banner()
    impact_run.form()
    impact_run.progress()
    impact_fill.progress()
    own, season = impact_run.finished(), None
    if own is None:
        season = months().season(session.now())
        month = months().newest(session.now())
        found, made_of = month.result, month.made_of
        word = made_of.provenance.word
        st.caption(f"Shown: the demo site's last 30 days, on {word} values. Nothing is multiplied up.")
        _say(found, "demo jobs", DEFAULT_TARIFF.name)
    else:
        found, made = own
        made_of = made.made_of
        if made.asked.trace is not None:
            st.text(made.asked.trace.sentence)
        st.caption(plain(f"Shown: your backtest, on {made_of.intensity.name}."))
        _say(found, made.asked.workload, made.price_name)
    try:
        view = _view(found, season)
    except InputError as problem:
        st.info(plain(str(problem)), icon=":material/data_usage:")
        return
    _headline(view)
    _claims(view, made_of.provenance)
    _charts(view)
    impact_accounts.show(view, made_of.sentence)


def _say(found: Result, workload: str, price: str) -> None:
    study = found.study
    last = study.start + (len(study) - 1) * HALF_HOUR
    left = (
        f" {study.left_out:,} jobs could not be settled within the period and are left out." if study.left_out else ""
    )
    filled = f" {study.filled:,} half-hours are filled." if study.filled else ""
    st.caption(
        plain(
            f"{fmt.date_clock(study.start)} to {fmt.date_clock(last)}, {len(study.jobs):,} {workload}, decided "
            f"half-hour by half-hour on {study.knowledge.name}.{left}{filled} Priced at the {price}, known ahead: "
            f"{study.known_price.name}. Savings are estimates on average intensity, against running at once."
        )
    )


def _view(found: Result, season: Season | None) -> Impact:
    """The chosen policy's figures; the best window where it ran."""
    ran = [one.contender for one in found.contenders if one.contender != AT_ONCE]
    usual = ran.index(BEST_WINDOW) if BEST_WINDOW in ran else 0
    chosen = st.selectbox("Figures of", range(len(ran)), usual, format_func=lambda at: ran[at].label)
    who, here = ran[chosen], planning.prepared()
    decided = planning.decisions()
    levels = session.market().levels
    key = (found, season, who, here, session.controls(), levels)
    return planning.remembered("impact", key, lambda: impact(found, who, claims_of(decided), levels, season=season))


def _headline(view: Impact) -> None:
    month = view.month
    figures = (
        ("Carbon saved, kg (p5 to p95)", band_text(month.carbon_kg, "kg")),
        ("Carbon saved, share", band_text(month.carbon_share, "%")),
        ("Cost saved", band_text(month.cost_gbp, "£")),
        ("Jobs", f"{month.jobs:,}"),
        ("SLA kept", fmt.percent(month.sla_kept)),
        ("Share of the possible", fmt.percent(month.share_of_possible)),
    )
    for row in (figures[:3], figures[3:]):
        for column, (name, text) in zip(st.columns(3), row, strict=True):
            with column, st.container(border=True):
                st.caption(name)
                st.markdown(f"**{plain(text)}**")
    st.caption(plain(f"Availability as a scenario, not in any sum: {month.revenue.sentence}."))
    st.caption(
        f"Projection of the 30 days to come, drawn from {plain(view.drawn_from)} (median, p5 to p95): "
        f"{plain(band_text(month.projected_kg, 'kg'))}, {plain(band_text(month.projected_gbp, '£'))}. Not a result."
    )
    rows_below("Rows of the headline, by day", "impact-days", day_table(view))
    rows_below("Days the projection draws from", "impact-season", season_table(view))
    if month.revenue.chosen:
        rows_below("Availability by service", "impact-services", revenue_table(view))


def _claims(view: Impact, of: Provenance) -> None:
    """Its formula on the visitor's own queue, struck out; never beside a sum. ``of``: what the result is made of."""
    if not view.month.claims:
        return
    st.subheader("The first GridFlex would say now", anchor=False)
    for claim in view.month.claims:
        st.markdown(f"~~{plain(f'{claim.name}: {claim_text(claim)}')}~~ · {plain(claim.reason)}")
    decided = planning.decisions()
    st.caption(plain(claim_inputs(decided)))
    rows_below("Rows of the struck-out cost and carbon, by job", "impact-claims", claim_table(decided))
    month = view.month
    how = "Modelled on the sample grid" if of is Provenance.SAMPLE else "Measured on recorded intensity"
    st.markdown(
        f"**{how}:** {plain(band_text(month.carbon_kg, 'kg'))}, {plain(band_text(month.carbon_share, '%'))}, "
        f"{plain(band_text(month.cost_gbp, '£'))} over {len(month.days)} days."
    )


def _charts(view: Impact) -> None:
    colours, month = palette(session.is_dark()), view.month
    saved = f"{band_text(month.carbon_kg, 'kg')} saved"
    drawn = (
        ("Saved so far, by policy", charts.cumulative_figure, f"Cumulative saving by policy and bound. {saved}."),
        ("Saved by hour and month", charts.hours_figure, f"Saving by UK hour and month. {saved}."),
        ("Estimated against settled", charts.settled_figure, settlement_sentence(view)),
        ("Workload distribution", charts.distribution_figure, "Energy by UK hour, at once and under the policy."),
        ("Energy by half-hour", charts.energy_figure, "Energy of each half-hour, at once and under the policy."),
    )
    for title, make, alt in drawn:
        st.subheader(title, anchor=False)
        st.plotly_chart(make(view, colours), key=f"impact_{make.__name__}", config=CONFIG, alt=alt)
        if make is charts.settled_figure:
            st.caption(plain(settlement_sentence(view)))
            rows_below("Every job, estimated and settled", "impact-jobs", job_table(view))
            impact_errors.show(view)
    rows_below("Every half-hour: energy, intensity, price", "impact-half-hours", half_hour_table(view))
    _policies(view.result)


def _policies(found: Result) -> None:
    import pandas as pd

    st.subheader("Policies side by side", anchor=False)
    table = pd.DataFrame(found.table())
    words = dict(zip(table.columns[1:], POLICY_COLUMNS, strict=True))
    st.dataframe(
        table,
        hide_index=True,
        column_config={name: st.column_config.NumberColumn(said, format="%,.1f") for name, said in words.items()},
        alt="Each policy: carbon and cost saved, share of the possible, delay, SLA, peak.",
    )
    st.download_button(
        "Export the policies", csv_of(table), "gridflex-impact-policies.csv", "text/csv", icon=":material/download:",
        on_click="ignore", key="export_impact_policies",
    )  # fmt: skip
