"""The called event settled: both volumes, a row a settlement period, flexibility service, net to the site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from gridflex.domain import format as fmt
from gridflex.domain.market_data import MWH
from gridflex.markets.baseline import Metered
from gridflex.markets.event_case import EventCase
from gridflex.markets.p415 import Statement
from gridflex.markets.rules import PROPOSED
from gridflex.services.revenue_history import metered_table
from gridflex.services.revenue_view import Revenue, bill_rows
from gridflex.ui import session
from gridflex.ui.charts.revenue import event_figure
from gridflex.ui.charts.style import CONFIG
from gridflex.ui.palette import palette
from gridflex.ui.plain import plain
from gridflex.ui.tables import csv_of, headings, rows_below

if TYPE_CHECKING:
    import pandas as pd


def table(statement: Statement) -> pd.DataFrame:
    """One row a settlement period."""
    import pandas as pd

    return pd.DataFrame(statement.rows())


def show(found: Revenue, history: Metered | None) -> None:
    """The statement, or why there is none."""
    case = found.case
    if case is None:
        st.info(plain(found.problem), icon=":material/event_busy:")
        return
    _answer(case)
    alt = f"Baseline, metered and deviation of {len(case.statement.settled)} settlement periods, MWh."
    chart = event_figure(case.statement, palette(session.is_dark()))
    st.plotly_chart(chart, key="event", config=CONFIG, alt=alt)
    for sentence in case.statement.sentences:
        st.markdown(plain(sentence))
    st.caption(plain(f"System price: {case.statement.run}. {PROPOSED}: a sensitivity, not in force."))
    _table(case.statement)
    st.markdown(f"**Demand Flexibility Service.** {plain(case.flexibility.sentence)}.")
    _net(found, case)
    _baseline(case, history)


def _answer(case: EventCase) -> None:
    moved = int(case.answer.moved.sum())
    said = f"{fmt.plural(moved, 'job')} {'answers' if moved == 1 else 'answer'} the call of {case.event.mw:g} MW"
    short = case.answer.shortfall_mw
    said += f"; in the worst half-hour {short:.3f} MW are missing, no job can give them." if short > 0 else "."
    st.markdown(said)


def _table(statement: Statement) -> None:
    rows = table(statement)
    st.dataframe(
        rows,
        hide_index=True,
        column_config=headings(rows.columns),
        alt="The statement: volumes, prices and £ of each settlement period.",
    )
    st.download_button(
        "Export the statement", csv_of(rows), "gridflex-p415.csv", "text/csv", icon=":material/download:",
        on_click="ignore", key="export_p415",
    )  # fmt: skip


def _net(found: Revenue, case: EventCase) -> None:
    st.subheader(f"Net to the site: {fmt.money(case.net.net_gbp)}", anchor=False)
    st.dataframe(
        {
            "part": [name for name, _ in case.net.parts] + ["Net to the site"],
            "£": [gbp for _, gbp in case.net.parts] + [case.net.net_gbp],
        },
        hide_index=True,
        column_config={
            "part": st.column_config.TextColumn("part", width="medium"),  # on a phone the £ must be seen
            "£": st.column_config.NumberColumn("£", format="%,.2f"),
        },
        alt=case.net.sentence,
    )
    rows_below("Rows of the bill change, by half-hour", "bill-change", bill_rows(found.plan.power_kw(), case))
    st.caption(
        plain(
            f"{case.net.sentence}. {fmt.money(case.net.rebound_gbp)} of the bill change is energy bought back later, "
            "counted once. Availability is that of the blocks the event leaves alone, at typical prices"
            + (f": {found.beside.sentence}." if found.beside else ".")
        )
    )


def _baseline(case: EventCase, history: Metered | None) -> None:
    usual = case.baseline
    with st.expander("How the baseline is made", icon=":material/straighten:"):
        st.caption(
            f"Mean of {min(usual.days)} to {max(usual.days)} days, adjusted by "
            f"{fmt.number(usual.adjustment_mwh * MWH, 1)} kWh in each half-hour."
        )
        names = ("parameter", "value", "from")
        columns = zip(*usual.rule.described(), strict=True)
        st.dataframe(
            {name: list(column) for name, column in zip(names, columns, strict=True)},
            hide_index=True,
            alt="Parameters of the baseline, and which of them are ours.",
        )
        if history is not None:
            _export_history(history)


def _export_history(history: Metered) -> None:
    import pandas as pd

    st.download_button(
        "Export the history it is made of", csv_of(pd.DataFrame(metered_table(history))), "gridflex-metered.csv",
        "text/csv", icon=":material/download:", on_click="ignore", key="export_metered",
    )  # fmt: skip
